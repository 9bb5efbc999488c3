/* SPDX-License-Identifier: Apache-2.0 */
/* The gaps of the CPUs, as text for people. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/text.h"
#include "report/sheet.h"

/* Of so many CPUs each one's interrupts are told, and so many of them. */
enum { cpus_told = 4, events_told = 3 };
/* Of one cause. */
enum { blames_told = 8 };

static const char *wait_text(struct arena *arena, uint64_t ns)
{
	return ns ? layout_time(arena, ns) : "0";
}

static const char *share_text(struct arena *arena, double share)
{
	return share > 0 && share < 0.0001
		   ? "<0.01 %"
		   : arena_printf(arena, share < 0.1 ? "%.2f %%" : "%.1f %%", 100 * share);
}

static void add_cpus(struct arena *arena, const struct cpu_result *result, struct text_style style,
		     struct str *text)
{
	static const char *const heads[] = {"CPU",    "GAPS",    "P50",     "P99",  "P99.9",
					    "P99.99", "P99.999", "LONGEST", "LOST", NULL};
	struct table table = table_new(arena, heads);

	vec_for_each (figures, &result->cpus) {
		const struct gaps *gaps = figures->gaps;
		const char *const cells[] = {arena_printf(arena, "%u", figures->cpu),
					     gaps ? arena_printf(arena, "%" PRIu64, gaps->count)
						  : "-",
					     gaps ? wait_text(arena, figures->p50_ns) : "-",
					     gaps ? wait_text(arena, figures->p99_ns) : "-",
					     gaps ? wait_text(arena, figures->p999_ns) : "-",
					     gaps ? wait_text(arena, figures->p9999_ns) : "-",
					     gaps ? wait_text(arena, figures->p99999_ns) : "-",
					     gaps ? wait_text(arena, gaps->lengths.max) : "-",
					     gaps ? share_text(arena, gaps_lost(gaps)) : "-"};

		table_add(&table, cells);
	}
	str_printf(text, "\n%s", table_text(&table, style));
	vec_for_each (figures, &result->cpus) {
		if (figures->remark)
			layout_paragraph(
			    text, arena_printf(arena, "CPU %u: %s", figures->cpu, figures->remark),
			    0, layout_columns(style));
	}
}

/* Of all CPUs together. */
struct blame_row {
	struct cpu_blame all;
	unsigned cpu; /* of the longest gap */
};
typedef VEC(struct blame_row) blame_rows;

/* It is not known if one CPU's is not. */
static void add_up(struct arena *arena, const struct cpu_blame *blame, unsigned cpu,
		   blame_rows *rows)
{
	vec_for_each (row, rows) {
		if (row->all.cause != blame->cause || !text_equal(row->all.name, blame->name))
			continue;
		row->all.count += blame->count;
		if (!row->all.longest_ns || !blame->longest_ns) {
			row->all.longest_ns = 0;
		} else if (blame->longest_ns > row->all.longest_ns) {
			row->all.longest_ns = blame->longest_ns;
			row->cpu = cpu;
		}
		return;
	}
	vec_push(arena, rows, (struct blame_row){.all = *blame, .cpu = cpu});
}

static int compare_rows(const void *a, const void *b)
{
	const struct blame_row *left = a, *right = b;

	if (left->all.cause != right->all.cause)
		return left->all.cause < right->all.cause ? -1 : 1;
	if (left->all.longest_ns != right->all.longest_ns)
		return left->all.longest_ns < right->all.longest_ns ? 1 : -1;
	return text_natural_compare(left->all.name, right->all.name);
}

static void add_row(struct table *table, const struct blame_row *row)
{
	struct arena *arena = table->arena;
	bool is_known = row->all.longest_ns > 0;

	table_add(table,
		  (const char *const[]){gap_cause_name(row->all.cause),
					arena_printf(arena, "%" PRIu64, row->all.count),
					is_known ? layout_time(arena, row->all.longest_ns) : "-",
					is_known ? arena_printf(arena, "%u", row->cpu) : "-",
					escape_text(arena, row->all.name, ESCAPE_ALL)});
}

/* Of each cause so many rows, unless all are asked for. */
static void add_blame(struct arena *arena, const struct cpu_result *result, struct text_style style,
		      struct str *text)
{
	static const char *const heads[] = {"CAUSE", "GAPS", "LONGEST", "ON CPU", "TAKEN BY", NULL};
	struct table table = table_new(arena, heads);
	size_t of_cause = 0, left_out = 0;
	blame_rows rows = {0};

	vec_for_each (figures, &result->cpus) {
		vec_for_each (blame, &figures->blame)
			add_up(arena, blame, figures->cpu, &rows);
	}
	if (!rows.count)
		return;
	qsort(rows.at, rows.count, sizeof(*rows.at), compare_rows);
	for (size_t i = 0; i < rows.count; i++) {
		of_cause = i && rows.at[i].all.cause == rows.at[i - 1].all.cause ? of_cause + 1 : 0;
		if (of_cause < blames_told || style.verbose)
			add_row(&table, &rows.at[i]);
		else
			left_out++;
	}
	str_printf(text, "\n%s", table_text(&table, style));
	if (left_out)
		layout_paragraph(text,
				 arena_printf(arena, "(and %s, each with shorter gaps: --verbose)",
					      text_count(arena, left_out, "handler", "handlers")),
				 0, layout_columns(style));
}

static void add_events(struct arena *arena, const struct cpu_figures *figures,
		       struct text_style style, struct str *text)
{
	names parts = {0};

	vec_for_each (event, &figures->events) {
		if (parts.count == events_told && !style.verbose)
			break;
		vec_push(arena, &parts,
			 arena_printf(arena, "%" PRIu64 " %s (%s)", event->count,
				      escape_text(arena, event->name, ESCAPE_ALL), event->kind));
	}
	if (figures->untold)
		vec_push(arena, &parts,
			 arena_printf(arena, "%" PRIu64 " records of tracepoints were lost",
				      figures->untold));
	if (!figures->events_known)
		vec_push(arena, &parts, "what interrupted it is not shown here");
	if (parts.count)
		layout_paragraph(text,
				 arena_printf(arena, "CPU %u meanwhile: %s", figures->cpu,
					      text_join(arena, &parts, ", ")),
				 0, layout_columns(style));
}

char *probe_cpu_text(struct arena *arena, const struct cpu_result *result, struct text_style style)
{
	struct str text = str_new(arena);
	size_t columns = layout_columns(style);

	layout_paragraph(
	    &text,
	    arena_printf(arena, "CPUs: %s; clock %s, %.1f ns a turn; a gap is longer than %s; %s",
			 result->cpus.count == 1 ? "one"
			 : result->in_turn       ? "one after the other"
						 : "all at the same time",
			 result->clock, result->turn_ns, layout_time(arena, result->threshold_ns),
			 result->foreign < 0 ? "what others used before is not known"
					     : arena_printf(arena, "others used %s before",
							    share_text(arena, result->foreign))),
	    0, columns);
	add_cpus(arena, result, style, &text);
	layout_paragraph(&text,
			 "(how long work that comes at a random moment waits: one in 10,000 waits "
			 "longer than p99.99)",
			 0, columns);
	add_blame(arena, result, style, &text);
	if (result->untraced)
		layout_paragraph(&text,
				 arena_printf(arena, "(" CPU_UNTRACED ": %s)", result->untraced), 0,
				 columns);
	if (result->delay_unknown)
		layout_paragraph(&text, "(" CPU_DELAY_UNKNOWN ")", 0, columns);
	if (result->virtualized == TRI_YES)
		layout_paragraph(&text,
				 "(on a virtual machine most gaps of 50 to 200 us are the "
				 "hypervisor's, and no counter in it shows them)",
				 0, columns);
	vec_for_each (figures, &result->cpus) {
		if (figures->gaps && (result->cpus.count <= cpus_told || style.verbose))
			add_events(arena, figures, style, &text);
	}
	if (result->invalid)
		layout_paragraph(&text, arena_printf(arena, "invalid: %s", result->invalid), 0,
				 columns);
	vec_for_each (line, &result->help)
		layout_paragraph(
		    &text,
		    arena_printf(arena, "would help: %s", escape_text(arena, *line, ESCAPE_ALL)), 0,
		    columns);
	return text.text;
}
