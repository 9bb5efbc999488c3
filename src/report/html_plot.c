/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a plot. */
#include "report/html_plot.h"

#include <math.h>

#include "base/escape.h"
#include "base/text.h"

enum {
	LEFT = 62,
	RIGHT = 128,
	TOP = 12,
	BOTTOM = 44,
	HEIGHT = 250,
	LABEL = 15,
	LINES = 4,
	MANY = 20
};

struct frame {
	struct arena *arena;
	const struct html_plot *plot;
	struct str markup;
};

static double part_of(const struct html_axis *axis, double value)
{
	double least = axis->ticks.at[0].at, most = axis->ticks.at[axis->ticks.count - 1].at;

	if (axis->is_log)
		return log10(value / least) / log10(most / least);
	return (value - least) / (most - least);
}

static double x_of(const struct frame *frame, double value)
{
	int right = frame->plot->lines.count > 1 ? RIGHT : 24;

	return LEFT + part_of(&frame->plot->x, value) * (frame->plot->width - LEFT - right);
}

static double y_of(const struct frame *frame, double value)
{
	return HEIGHT - BOTTOM - part_of(&frame->plot->y, value) * (HEIGHT - BOTTOM - TOP);
}

static void draw_axes(struct frame *frame)
{
	const struct html_plot *plot = frame->plot;
	double left = x_of(frame, plot->x.ticks.at[0].at);
	double right = x_of(frame, plot->x.ticks.at[plot->x.ticks.count - 1].at);

	vec_for_each (tick, &plot->y.ticks)
		str_printf(
		    &frame->markup,
		    "<path class=\"ax\" d=\"M%.1f %.1fH%.1f\"/><text class=\"ts\" x=\"%.1f\" "
		    "y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
		    left, y_of(frame, tick->at), right, left - 6, y_of(frame, tick->at) + 4,
		    escape_html(frame->arena, tick->label));
	vec_for_each (tick, &plot->x.ticks)
		str_printf(
		    &frame->markup,
		    "<path class=\"ax\" d=\"M%.1f %dv5\"/><text class=\"ts\" x=\"%.1f\" y=\"%d\" "
		    "text-anchor=\"middle\">%s</text>\n",
		    x_of(frame, tick->at), HEIGHT - BOTTOM, x_of(frame, tick->at),
		    HEIGHT - BOTTOM + 18, escape_html(frame->arena, tick->label));
	str_printf(&frame->markup,
		   "<text class=\"ts\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
		   (left + right) / 2, HEIGHT - 6, escape_html(frame->arena, plot->x.title));
}

static void draw_line(struct frame *frame, const struct html_line *line, size_t number)
{
	int radius = line->points.count > MANY ? 2 : 3;
	char step = 'M';

	str_printf(&frame->markup, "<path class=\"ln l%zu\" d=\"", number);
	vec_for_each (point, &line->points) {
		str_printf(&frame->markup, "%c%.1f %.1f", step, x_of(frame, point->x),
			   y_of(frame, point->y));
		step = 'L';
	}
	str_add(&frame->markup, "\"/>\n");
	vec_for_each (point, &line->points)
		str_printf(&frame->markup,
			   "<circle class=\"%s l%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>\n",
			   point->is_marked ? "pm" : "pt", number, x_of(frame, point->x),
			   y_of(frame, point->y), radius + (point->is_marked ? 2 : 0));
}

static const struct html_point *last_of(const struct html_line *line)
{
	return &line->points.at[line->points.count - 1];
}

/* Of the lines that are not done, of which there is one, the one that ends lowest. */
static size_t next_lowest(const struct html_plot *plot, const bool *is_done)
{
	size_t lowest = 0;

	while (is_done[lowest])
		lowest++;
	for (size_t i = lowest + 1; i < plot->lines.count; i++) {
		if (!is_done[i] &&
		    last_of(&plot->lines.at[i])->y < last_of(&plot->lines.at[lowest])->y)
			lowest = i;
	}
	return lowest;
}

/* Each at the end of its line; from below, none on another. */
static void draw_names(struct frame *frame)
{
	const struct html_plot *plot = frame->plot;
	double last = HEIGHT;
	bool is_done[LINES] = {false};

	for (size_t i = 0; i < plot->lines.count; i++) {
		size_t at = next_lowest(plot, is_done);
		const struct html_point *end = last_of(&plot->lines.at[at]);
		double y;

		is_done[at] = true;
		y = y_of(frame, end->y) + 4;
		y = y > last - LABEL ? last - LABEL : y;
		last = y;
		str_printf(&frame->markup,
			   "<text class=\"ts n%zu\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", at + 1,
			   x_of(frame, end->x) + 8, y,
			   escape_html(frame->arena, plot->lines.at[at].name));
	}
}

void html_plot(struct str *page, const struct html_plot *plot)
{
	struct frame frame = {.arena = page->arena, .plot = plot, .markup = str_new(page->arena)};
	struct arena *arena = page->arena;

	draw_axes(&frame);
	for (size_t i = 0; i < plot->lines.count; i++)
		draw_line(&frame, &plot->lines.at[i], i + 1);
	if (plot->lines.count > 1)
		draw_names(&frame);
	str_printf(
	    page,
	    "<figure class=\"plot%s\"><figcaption><b>%s</b> <span class=\"note\">%s. %s</span>"
	    "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s: %s\">\n%s"
	    "</svg></figure>\n",
	    plot->width > 500 ? " wide" : "", escape_html(arena, plot->title),
	    escape_html(arena, plot->y.title), escape_html(arena, plot->words), plot->width, HEIGHT,
	    escape_html(arena, plot->title), escape_html(arena, plot->words), frame.markup.text);
}
