/* SPDX-License-Identifier: Apache-2.0 */
/* The ticks of a plot's axes, and their labels. */
#ifndef REPORT_HTML_AXIS_H
#define REPORT_HTML_AXIS_H

#include "report/html_plot.h"

enum { HTML_PLOT_LINES = 4, HTML_PLOT_WIDE = 900, HTML_PLOT_HALF = 440 };

typedef const char *html_axis_label(struct arena *arena, double value);
/* "20k"; of ns "20 us". */
const char *html_axis_number(struct arena *arena, double value);
const char *html_axis_time(struct arena *arena, double ns);

void html_axis_tick(struct arena *arena, struct html_axis *axis, double at, const char *label);
/* From 0, in steps of 1, 2 or 5. */
void html_axis_linear(struct arena *arena, struct html_axis *axis, double most,
		      html_axis_label *label);
/* Powers of ten around the values; more of them where these are few. */
void html_axis_log(struct arena *arena, struct html_axis *axis, double least, double most,
		   html_axis_label *label);

/* Of all lines of the plot. */
void html_axis_range(const struct html_plot *plot, double *least, double *most);

#endif
