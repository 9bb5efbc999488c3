/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the ticks of an axis, from the values that it has to show. */
#include "report/html_axis.h"

#include <math.h>

/* A scale for less than this is one for this. */
#define LEAST_RATE 0.001

const char *html_axis_number(struct arena *arena, double value)
{
	static const struct {
		double unit;
		const char *name;
	} units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (value >= units[i].unit)
			return arena_printf(arena, "%g%s", value / units[i].unit, units[i].name);
	}
	return arena_printf(arena, "%g", value);
}

const char *html_axis_time(struct arena *arena, double ns)
{
	if (ns >= 1e9)
		return arena_printf(arena, "%.0f\u00a0s", ns / 1e9);
	return ns >= 1e6 ? arena_printf(arena, "%g\u00a0ms", ns / 1e6)
			 : arena_printf(arena, "%g\u00a0us", ns / 1e3);
}

void html_axis_tick(struct arena *arena, struct html_axis *axis, double at, const char *label)
{
	vec_push(arena, &axis->ticks, (struct html_tick){.at = at, .label = label});
}

/* From 0, in steps of 1, 2 or 5. */
void html_axis_linear(struct arena *arena, struct html_axis *axis, double most,
		      html_axis_label *label)
{
	double step = most >= LEAST_RATE ? pow(10, floor(log10(most / 4))) : LEAST_RATE;

	step *= most / step > 20 ? 5 : most / step > 8 ? 2 : 1;
	for (unsigned i = 0; i < 2 || step * (i - 1) < most; i++)
		html_axis_tick(arena, axis, step * i, label(arena, step * i));
}

static double tens(size_t power)
{
	return pow(10, (double)power);
}

/* Powers of ten around the values; more of them where these are few. */
void html_axis_log(struct arena *arena, struct html_axis *axis, double least, double most,
		   html_axis_label *label)
{
	static const double fine[] = {1, 2, 5};
	double power = pow(10, floor(log10(least)));
	size_t step = most / least > 100 ? 3 : 1;

	for (size_t i = 0;; i += step) {
		double at = power * tens(i / 3) * fine[i % 3];
		double next = power * tens((i + step) / 3) * fine[(i + step) % 3];

		if (next > least || axis->ticks.count)
			html_axis_tick(arena, axis, at, label(arena, at));
		if (at >= most && axis->ticks.count > 1)
			return;
	}
}

void html_axis_range(const struct html_plot *plot, double *least, double *most)
{
	*least = INFINITY;
	*most = 0;
	vec_for_each (line, &plot->lines) {
		vec_for_each (point, &line->points) {
			*least = point->y < *least ? point->y : *least;
			*most = point->y > *most ? point->y : *most;
		}
	}
}
