/* SPDX-License-Identifier: Apache-2.0 */
/* A plot of lines over two axes, as SVG: ticks with units, each line named at its end. */
#ifndef REPORT_HTML_PLOT_H
#define REPORT_HTML_PLOT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct html_point {
	double x, y;
	bool is_marked; /* drawn in the colour of what is amiss */
};

struct html_line {
	const char *name;
	VEC(struct html_point) points; /* by x */
};

struct html_tick {
	double at;
	const char *label;
};

struct html_axis {
	const char *title; /* with the unit */
	bool is_log;       /* its values are above 0 */
	VEC(struct html_tick) ticks;
};

struct html_plot {
	const char *title;
	const char *words; /* one sentence: what there is to see */
	int width;         /* of the picture: about pixels */
	struct html_axis x, y;
	VEC(struct html_line) lines; /* at most four */
};

/* Adds the figure; the values lie within the ticks of each axis, of which there are at least two.
 * Texts are escaped here. */
void html_plot(struct str *page, const struct html_plot *plot);

#endif
