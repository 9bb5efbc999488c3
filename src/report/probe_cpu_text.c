/* SPDX-License-Identifier: Apache-2.0 */
/* The gaps of the CPUs, as text for people. */
#include <inttypes.h>

#include "base/escape.h"
#include "report/sheet.h"

/* Of so many CPUs each one's interrupts are told, and so many of them. */
enum { cpus_told = 4, events_told = 3 };

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

/* Over all CPUs; the longest gap says of which it is. It is not known if one CPU's is not. */
static void add_cause(struct table *table, const struct cpu_result *result, enum gap_cause cause)
{
	struct arena *arena = table->arena;
	uint64_t count = 0, longest = 0;
	bool is_known = true;
	unsigned cpu = 0;

	vec_for_each (figures, &result->cpus) {
		if (!figures->gaps || !figures->gaps->causes[cause].count)
			continue;
		count += figures->gaps->causes[cause].count;
		is_known &= figures->gaps->causes[cause].longest_ns > 0;
		if (figures->gaps->causes[cause].longest_ns < longest)
			continue;
		longest = figures->gaps->causes[cause].longest_ns;
		cpu = figures->cpu;
	}
	if (count)
		table_add(table, (const char *const[]){
				     gap_cause_name(cause), arena_printf(arena, "%" PRIu64, count),
				     is_known ? layout_time(arena, longest) : "-",
				     is_known ? arena_printf(arena, "%u", cpu) : "-",
				     gap_cause_text(cause, result->virtualized != TRI_NO)});
}

static void add_blame(struct arena *arena, const struct cpu_result *result, struct text_style style,
		      struct str *text)
{
	static const char *const heads[] = {"CAUSE", "GAPS", "LONGEST", "ON CPU", "TAKEN BY", NULL};
	struct table table = table_new(arena, heads);

	for (unsigned cause = 0; cause < GAP_CAUSES; cause++)
		add_cause(&table, result, cause);
	if (table.rows.count)
		str_printf(text, "\n%s", table_text(&table, style));
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
