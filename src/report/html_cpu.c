/* SPDX-License-Identifier: Apache-2.0 */
/* The gaps of the CPUs in an HTML report: percentiles, when they came, what took them. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/text.h"
#include "report/html.h"
#include "report/html_axis.h"
#include "report/layout.h"

/* The CPUs with the longest waits, as many as a plot has lines. */
static size_t worst_cpus(const struct cpu_result *result,
			 const struct cpu_figures *ret[static HTML_PLOT_LINES])
{
	size_t count = 0;

	vec_for_each (figures, &result->cpus) {
		size_t at = count;

		if (!figures->gaps)
			continue;
		while (at && ret[at - 1]->p9999_ns < figures->p9999_ns) {
			if (at < HTML_PLOT_LINES)
				ret[at] = ret[at - 1];
			at--;
		}
		if (at < HTML_PLOT_LINES)
			ret[at] = figures;
		if (count < HTML_PLOT_LINES)
			count++;
	}
	return count;
}

static void draw_waits(struct str *page, const struct cpu_result *result)
{
	static const char *const percentiles[] = {"p50",    "p99",     "p99.9",
						  "p99.99", "p99.999", "longest"};
	const struct cpu_figures *cpus[HTML_PLOT_LINES];
	size_t count = worst_cpus(result, cpus);
	struct arena *arena = page->arena;
	struct html_plot plot = {
	    .title = "How long work waits for a CPU",
	    .words = "Work that comes at a random moment: so many of all moments wait no longer.",
	    .width = HTML_PLOT_WIDE,
	    .x = {.title = "percentile"},
	    .y = {.title = "Wait; each line of the grid is ten times the one below",
		  .is_log = true}};
	double least, most;

	for (size_t i = 0; i < count; i++) {
		const double values[] = {
		    (double)cpus[i]->p50_ns,    (double)cpus[i]->p99_ns,
		    (double)cpus[i]->p999_ns,   (double)cpus[i]->p9999_ns,
		    (double)cpus[i]->p99999_ns, (double)cpus[i]->gaps->lengths.max};
		struct html_line line = {.name = arena_printf(arena, "CPU %u", cpus[i]->cpu)};

		/* A logarithm has no 0; the line begins where there is a wait. */
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			if (values[j] > 0)
				vec_push(arena, &line.points,
					 (struct html_point){.x = (double)j, .y = values[j]});
		}
		if (line.points.count)
			vec_push(arena, &plot.lines, line);
	}
	if (!plot.lines.count)
		return;
	for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
		html_axis_tick(arena, &plot.x, (double)i, percentiles[i]);
	html_axis_range(&plot, &least, &most);
	html_axis_log(arena, &plot.y, least, most, html_axis_time);
	if (most / least <= 100)
		plot.y.title = "Wait, on a logarithmic scale";
	html_plot(page, &plot);
}

/* The longest gap of each part of the time; the threshold where there was none. */
static struct html_line over_time(struct arena *arena, const struct cpu_figures *figures,
				  uint64_t threshold_ns)
{
	struct html_line line = {.name = arena_printf(arena, "CPU %u", figures->cpu)};
	const struct gaps *gaps = figures->gaps;

	/* A signal may have ended it early. */
	for (uint64_t i = 0; i < GAPS_PARTS && i * gaps->part_ns < gaps->wall_ns; i++)
		vec_push(arena, &line.points,
			 (struct html_point){
			     .x = ((double)i + 0.5) * (double)gaps->part_ns / 1e9,
			     .y = (double)(gaps->parts[i] ? gaps->parts[i] : threshold_ns)});
	return line;
}

static void draw_times(struct str *page, const struct cpu_result *result)
{
	const struct cpu_figures *cpus[HTML_PLOT_LINES];
	size_t count = worst_cpus(result, cpus);
	struct arena *arena = page->arena;
	struct html_plot plot = {
	    .title = "When the gaps came",
	    .words = "The longest gap of each sixtieth of the time.",
	    .width = HTML_PLOT_WIDE,
	    .x = {.title = "seconds since the measurement of the CPU began"},
	    .y = {.title = "Longest gap, on a logarithmic scale", .is_log = true}};
	double least, most, seconds = 0;

	for (size_t i = 0; i < count; i++) {
		double wall = (double)cpus[i]->gaps->wall_ns / 1e9;

		seconds = wall > seconds ? wall : seconds;
		vec_push(arena, &plot.lines, over_time(arena, cpus[i], result->threshold_ns));
	}
	if (!count)
		return;
	html_axis_linear(arena, &plot.x, seconds, html_axis_number);
	html_axis_range(&plot, &least, &most);
	html_axis_log(arena, &plot.y, least, most, html_axis_time);
	html_plot(page, &plot);
}

/* A number stays with its unit. */
static const char *wait_cell(struct arena *arena, uint64_t ns)
{
	const char *text = ns ? layout_time(arena, ns) : "0", *blank = strchr(text, ' ');

	return html_num(
	    arena, blank ? arena_printf(arena, "%.*s\u00a0%s", (int)(blank - text), text, blank + 1)
			 : text);
}

/* The plot has the other percentiles. */
static void add_cpus(struct str *page, const struct cpu_result *result)
{
	static const char *const heads[] = {"CPU",    "Gaps",    "p99",  "p99.9",
					    "p99.99", "Longest", "Lost", NULL};
	struct arena *arena = page->arena;
	struct html_table table = html_table_open(page, "How long work waits for a CPU", heads);

	vec_for_each (figures, &result->cpus) {
		const struct gaps *gaps = figures->gaps;
		const char *cells[] = {html_num(arena, arena_printf(arena, "%u", figures->cpu)),
				       html_prose(arena, text_or(figures->remark, "")),
				       "",
				       "",
				       "",
				       "",
				       ""};

		if (gaps) {
			cells[1] = html_num(arena, arena_printf(arena, "%" PRIu64, gaps->count));
			cells[2] = wait_cell(arena, figures->p99_ns);
			cells[3] = wait_cell(arena, figures->p999_ns);
			cells[4] = wait_cell(arena, figures->p9999_ns);
			cells[5] = wait_cell(arena, gaps->lengths.max);
			cells[6] = html_num(
			    arena, arena_printf(arena, "%.2f\u00a0%%", 100 * gaps_lost(gaps)));
		}
		html_table_row(&table, cells);
	}
	html_table_close(&table);
}

static void add_blame(struct str *page, const struct cpu_result *result)
{
	static const char *const heads[] = {"CPU", "Cause", "Taken by", "Gaps", "Longest", NULL};
	struct arena *arena = page->arena;
	struct html_table table = html_table_open(page, "What took the time", heads);

	vec_for_each (figures, &result->cpus) {
		vec_for_each (blame, &figures->blame) {
			const char *const cells[] = {
			    html_num(arena, arena_printf(arena, "%u", figures->cpu)),
			    gap_cause_name(blame->cause), html_prose(arena, blame->name),
			    html_num(arena, arena_printf(arena, "%" PRIu64, blame->count)),
			    blame->longest_ns ? wait_cell(arena, blame->longest_ns)
					      : html_num(arena, "-")};

			html_table_row(&table, cells);
		}
	}
	html_table_close(&table);
}

void html_cpu(struct str *page, const struct cpu_result *result)
{
	struct arena *arena = page->arena;

	str_add(page, "<div class=\"plots\">\n");
	draw_waits(page, result);
	draw_times(page, result);
	str_add(page, "</div>\n");
	add_cpus(page, result);
	add_blame(page, result);
	html_note(page, arena_printf(arena, "Clock %s, %.1f ns a turn; a gap is longer than %s.",
				     result->clock, result->turn_ns,
				     layout_time(arena, result->threshold_ns)));
	if (result->untraced)
		html_note(page, arena_printf(arena, CPU_UNTRACED ": %s.", result->untraced));
	if (result->delay_unknown)
		html_note(page, "Run delay: " CPU_DELAY_UNKNOWN ".");
	if (result->virtualized == TRI_YES)
		html_note(page, "On a virtual machine most gaps of 50 to 200 us are the "
				"hypervisor's, and no counter in it shows them.");
	if (result->invalid)
		html_note(page, result->invalid);
	vec_for_each (line, &result->help)
		html_note(page, arena_printf(arena, "Would help: %s.", *line));
}
