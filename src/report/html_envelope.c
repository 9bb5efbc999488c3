/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope in an HTML report: what each load holds, and its latency by rate. */
#include "base/escape.h"
#include "report/envelope.h"
#include "report/html.h"
#include "report/html_axis.h"
#include "report/layout.h"

static const char *rate_cell(struct arena *arena, double rate)
{
	return rate > 0 ? html_num(arena, arena_printf(arena, "%.*f", rate < 100, rate)) : "\u2013";
}

static const char *state_cell(struct arena *arena, const struct envelope_load *load)
{
	names remarks = envelope_remarks(arena, load);

	if (load->state != JOB_DONE)
		return html_state(arena, HTML_UNKNOWN, job_state_name(load->state), &remarks);
	return load->noisy      ? html_state(arena, HTML_ADVISED, "noisy", &remarks)
	       : load->knee > 0 ? html_state(arena, HTML_GOOD, "found", &remarks)
				: html_state(arena, HTML_UNKNOWN, "none", &remarks);
}

static void add_loads(struct str *page, const struct probe_result *result)
{
	static const char *const heads[] = {"Load",       "Peak, a second", "Holds, a second",
					    "Percentile", "State",          NULL};
	struct arena *arena = page->arena;
	struct html_table table = html_table_open(
	    page,
	    arena_printf(arena, "Highest rates at which requests take no longer than %s",
			 layout_time(arena, result->limit_ns)),
	    heads);

	for (unsigned i = 0; i < result->load_count; i++) {
		const struct envelope_load *load = &result->loads[i];
		const char *const cells[] = {
		    html_code(arena, load->name), rate_cell(arena, load->peak),
		    rate_cell(arena, load->knee),
		    escape_html(arena, envelope_percentile(arena, load)), state_cell(arena, load)};

		html_table_row(&table, cells);
	}
	html_table_close(&table);
}

static void add_line(struct arena *arena, struct html_plot *plot, const char *name,
		     const struct envelope_load *load, size_t at)
{
	const struct envelope_point *points[ENVELOPE_POINTS];
	struct html_line line = {.name = name};

	envelope_sort(load, points);
	for (unsigned i = 0; i < load->point_count; i++) {
		const uint64_t values[] = {points[i]->p50, points[i]->p99, points[i]->p99_9,
					   points[i]->p99_99};

		if (values[at] && points[i]->rate > 0)
			vec_push(arena, &line.points,
				 (struct html_point){.x = points[i]->rate,
						     .y = (double)values[at],
						     .is_marked = points[i]->state == RATE_FAILS});
	}
	if (line.points.count)
		vec_push(arena, &plot->lines, line);
}

static double highest_rate(const struct envelope_load *load)
{
	double most = 0;

	for (unsigned i = 0; i < load->point_count; i++)
		most = load->points[i].rate > most ? load->points[i].rate : most;
	return most;
}

static void plot_load(struct str *page, const struct probe_result *result,
		      const struct envelope_load *load)
{
	static const char *const percentiles[] = {"p50", "p99", "p99.9", "p99.99"};
	struct arena *arena = page->arena;
	struct html_plot plot = {.title = arena_printf(arena, "%s: latency by rate", load->name),
				 .width = HTML_PLOT_HALF,
				 .x = {.title = "requests a second that come"},
				 .y = {.title = "Latency", .is_log = true}};
	double least, most;

	for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
		add_line(arena, &plot, percentiles[i], load, i);
	if (!plot.lines.count)
		return;
	html_axis_range(&plot, &least, &most);
	html_axis_log(arena, &plot.y, least, most, html_axis_time);
	html_axis_linear(arena, &plot.x, highest_rate(load), html_axis_number);
	plot.words =
	    arena_printf(arena, "At the larger amber points %s is above the limit of %s.",
			 envelope_percentile(arena, load), layout_time(arena, result->limit_ns));
	html_plot(page, &plot);
}

void html_envelope(struct str *page, const struct probe_result *result)
{
	add_loads(page, result);
	str_add(page, "<div class=\"plots\">\n");
	for (unsigned i = 0; i < result->load_count; i++)
		plot_load(page, result, &result->loads[i]);
	str_add(page, "</div>\n");
}
