/* SPDX-License-Identifier: Apache-2.0 */
/* A report against a profile, for people: what would be wanted otherwise, and what cannot be told.
 */
#include "base/escape.h"
#include "base/text.h"
#include "plan/waive.h"
#include "report/against.h"
#include "report/next.h"
#include "report/next_command.h"

static const char *origin_of(struct arena *arena, const struct against *against)
{
	const struct compare_report *report = against->report;
	const struct profile *profile = against->profile;

	return arena_printf(
	    arena, "%s of %s, %s, judged by profile %s (%s), sha256 %.*s",
	    text_or(report->command, "report"), text_or(report->hostname, report->file),
	    text_or(report->date, "date unknown"), profile->name,
	    text_join(arena, &profile->sources, ", "), LAYOUT_HASH_DIGITS, profile->sha256);
}

/* Of both lists, in one table. */
static void add_row(struct arena *arena, struct table *table, const struct against_row *row)
{
	struct str wanted = str_new(arena);

	str_printf(&wanted, "%s%s [%s]", row->wanted,
		   row->severity == SEVERITY_REQUIRED ? ", required" : "",
		   text_or(row->source, "unknown"));
	if (row->waiver)
		str_printf(&wanted, "; %s%s", row->waiver->is_expired ? "" : "waived ",
			   waive_words(arena, row->waiver));
	table_add(table,
		  (const char *const[]){
		      arena_printf(arena, "%s %s", row->is_check ? "check" : row->tuner, row->name),
		      *row->have ? row->have : "(empty)", wanted.text});
}

static void add_rows(struct str *str, const struct against *against, struct text_style style)
{
	static const char *const heads[] = {"ROW", "THE NODE HAD", "WOULD BE WANTED", NULL};
	struct table table = table_new(str->arena, heads);

	vec_for_each (row, &against->rows)
		add_row(str->arena, &table, row);
	vec_for_each (row, &against->waived)
		add_row(str->arena, &table, row);
	if (against->rows.count || against->waived.count)
		str_printf(str, "\n%s", table_text(&table, style));
}

/* One cause is told once, with all that it is about. */
static void add_gaps(struct str *str, const struct against *against, struct text_style style)
{
	struct arena *arena = str->arena;
	struct intern whys = intern_new(arena);
	VEC(names) about = {0}; /* by number of the cause */

	if (against->gaps.count)
		str_add(str, "\ncannot be judged from a report:\n");
	vec_for_each (gap, &against->gaps) {
		uint32_t why = intern_bytes(&whys, gap->why, strlen(gap->why));

		if (why == about.count)
			vec_push(arena, &about, (names){0});
		vec_push(arena, &about.at[why], gap->what);
	}
	for (uint32_t why = 0; why < about.count; why++)
		layout_paragraph(str,
				 escape_text(arena,
					     arena_printf(arena, "%s: %s", intern_text(&whys, why),
							  text_join(arena, &about.at[why], ", ")),
					     ESCAPE_ALL),
				 2, layout_columns(style));
}

static const char *verdict_of(struct arena *arena, const struct against *against)
{
	const struct {
		size_t count;
		const char *words;
	} parts[] = {
	    {against->waived.count, "waived"},
	    {against->held_count, "as wanted"},
	    {against->alone_count, "left alone"},
	    {against->open_count, "not to be judged"},
	};
	size_t count = against->rows.count;
	struct str str = str_new(arena);

	str_printf(&str, "%zu of %s would be wanted otherwise", count,
		   text_count(arena, against->report->said.count, "setting or check",
			      "settings and checks"));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].count)
			str_printf(&str, ", %zu %s", parts[i].count, parts[i].words);
	}
	str_printf(&str, " (exit %d)", count ? EXIT_DIFFERS : EXIT_MATCH);
	return str.text;
}

static struct next_step next_of(struct arena *arena, const struct against *against)
{
	if (!against->rows.count && !against->open_count && !against->gaps.count)
		return (struct next_step){.what = "nothing: the profile would change nothing"};
	return (struct next_step){
	    .what = "on the node itself: all that the profile wants there; it changes nothing",
	    .command = arena_printf(arena, "sudo thintune audit --profile %s",
				    next_word(arena, next_profile(against->profile)))};
}

char *against_text(struct arena *arena, const struct against *against, struct text_style style)
{
	bool is_all = !against->rows.count && !against->open_count && !against->gaps.count;
	struct str str = str_new(arena);

	if (!style.quiet) {
		layout_paragraph(&str, escape_text(arena, origin_of(arena, against), ESCAPE_ALL), 0,
				 layout_columns(style));
		add_rows(&str, against, style);
		add_gaps(&str, against, style);
		str_add(&str, "\n");
	}
	/* What cannot be judged may be wanted otherwise, too. */
	layout_verdict(&str, style, is_all ? PAINT_GREEN : PAINT_YELLOW,
		       verdict_of(arena, against));
	if (!style.quiet) {
		struct next_step next = next_of(arena, against);

		next_line(&str, style, &next);
	}
	return str.text;
}
