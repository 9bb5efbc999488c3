/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope as text for people: what each load holds, and the rates that were tried. */
#include <inttypes.h>

#include "base/escape.h"
#include "report/envelope.h"
#include "report/layout.h"
#include "report/report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *rate_text(struct arena *arena, double rate)
{
	return rate > 0 ? arena_printf(arena, "%.*f", rate < 100, rate) : "-";
}

static const char *load_word(const struct envelope_load *load)
{
	if (load->state != JOB_DONE)
		return job_state_name(load->state);
	return load->noisy ? "noisy" : load->knee > 0 ? "found" : "none";
}

static void add_loads(struct arena *arena, const struct probe_result *result,
		      struct text_style style, struct str *text)
{
	static const char *const heads[] = {"LOAD",  "PEAK/S", "HOLDS/S", "PERCENTILE",
					    "STEPS", "STATE",  NULL};
	struct table table = table_new(arena, heads);

	for (unsigned i = 0; i < result->load_count; i++) {
		const struct envelope_load *load = &result->loads[i];
		const char *const cells[] = {load->name,
					     rate_text(arena, load->peak),
					     rate_text(arena, load->knee),
					     envelope_percentile(arena, load),
					     arena_printf(arena, "%u", load->point_count),
					     load_word(load)};

		table_add(&table, cells);
	}
	str_printf(text, "\n%s", table_text(&table, style));
}

/* Columns of the table of steps. */
enum { LOAD, RATE, P50, P99, P99_9, P99_99, MOST, LATE, STATE, POINT_COLUMNS };

static void point_cells(struct arena *arena, const struct envelope_load *load,
			const struct envelope_point *point, const char *cells[static POINT_COLUMNS])
{
	cells[LOAD] = load->name;
	cells[RATE] = rate_text(arena, point->rate);
	cells[P50] = layout_time(arena, point->p50);
	cells[P99] = layout_time(arena, point->p99);
	cells[P99_9] = layout_time(arena, point->p99_9);
	cells[P99_99] = layout_time(arena, point->p99_99);
	cells[MOST] = layout_time(arena, point->max);
	cells[LATE] = layout_time(arena, point->late);
	cells[STATE] = rate_state_name(point->state);
}

/* The two rates between which the answer lies decide; the others only lead there. */
static bool is_told(const struct envelope_load *load, const struct envelope_point *point,
		    struct text_style style)
{
	return style.verbose || point->rate == load->knee || point->rate == load->above;
}

static struct table points_table(struct arena *arena, const struct probe_result *result,
				 struct text_style style, const unsigned *columns, size_t count)
{
	static const char *const heads[POINT_COLUMNS] = {
	    [LOAD] = "LOAD", [RATE] = "RATE/S", [P50] = "P50",
	    [P99] = "P99",   [P99_9] = "P99.9", [P99_99] = "P99.99",
	    [MOST] = "MAX",  [LATE] = "LATE",   [STATE] = "STATE"};
	const char **some = arena_alloc(arena, (count + 1) * sizeof(*some));
	struct table table = table_new(arena, some);

	for (size_t i = 0; i < count; i++)
		some[i] = heads[columns[i]];
	for (unsigned i = 0; i < result->load_count; i++) {
		const struct envelope_load *load = &result->loads[i];
		const struct envelope_point *points[ENVELOPE_POINTS];

		envelope_sort(load, points);
		for (unsigned j = 0; j < load->point_count; j++) {
			const char *cells[POINT_COLUMNS], *row[POINT_COLUMNS];

			if (!is_told(load, points[j], style))
				continue;
			point_cells(arena, load, points[j], cells);
			for (size_t k = 0; k < count; k++)
				row[k] = cells[columns[k]];
			table_add(&table, row);
		}
	}
	return table;
}

/* Where the table would be too wide, the columns that decide are left. */
static void add_points(struct arena *arena, const struct probe_result *result,
		       struct text_style style, struct str *text)
{
	static const unsigned all[] = {LOAD, RATE, P50, P99, P99_9, P99_99, MOST, LATE, STATE};
	static const unsigned some[] = {LOAD, RATE, P99, P99_9, P99_99, STATE};
	struct table table = points_table(arena, result, style, all, COUNT(all));

	if (table_width(&table) > layout_columns(style))
		table = points_table(arena, result, style, some, COUNT(some));
	if (table.rows.count)
		str_printf(text, "\n%s", table_text(&table, style));
}

char *probe_envelope_text(struct arena *arena, const struct probe_result *result,
			  struct text_style style)
{
	struct str text = str_new(arena);
	size_t columns = layout_columns(style);

	str_add(&text, "\n");
	layout_paragraph(&text,
			 arena_printf(arena,
				      "envelope: the highest rate at which requests take no longer "
				      "than %s",
				      layout_time(arena, result->limit_ns)),
			 0, columns);
	add_loads(arena, result, style, &text);
	for (unsigned i = 0; i < result->load_count; i++) {
		const struct envelope_load *load = &result->loads[i];
		names remarks = envelope_remarks(arena, load);

		vec_for_each (remark, &remarks)
			layout_paragraph(&text,
					 arena_printf(arena, "%s: %s", load->name,
						      escape_text(arena, *remark, ESCAPE_ALL)),
					 0, columns);
	}
	add_points(arena, result, style, &text);
	layout_paragraph(&text,
			 "(requests come at random moments and wait for no other one; times count "
			 "from the moment at which each was to begin; LATE is what the sending "
			 "thread added by itself; --verbose shows all steps)",
			 0, columns);
	return text.text;
}
