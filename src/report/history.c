/* SPDX-License-Identifier: Apache-2.0 */
/* The history as a text: who changed what and when, and whether that is as it was written. */
#include "report/history.h"

#include "base/escape.h"
#include "base/nearest.h"
#include "base/text.h"
#include "report/next.h"

/* Of a value in a row; JSON has all of it. */
enum { value_most = 48 };

const char *history_who(struct arena *arena, const struct live_caller *user)
{
	names parts = {0};

	if (user->sudo)
		vec_push(arena, &parts, arena_printf(arena, "%s (sudo)", user->sudo));
	if (user->loginuid >= 0)
		vec_push(arena, &parts,
			 arena_printf(arena, "login uid %lld", (long long)user->loginuid));
	if (user->unit)
		vec_push(arena, &parts, user->unit);
	if (user->pod)
		vec_push(arena, &parts, arena_printf(arena, "pod %s", user->pod));
	return parts.count ? text_join(arena, &parts, ", ") : "unknown";
}

static const char *cell(struct arena *arena, const char *text)
{
	char *clean;

	if (!text)
		return "-";
	clean = arena_strdup(arena, escape_text(arena, text, ESCAPE_ALL));
	if (strlen(clean) <= value_most)
		return clean;
	text_cut(clean, value_most - 3);
	return arena_printf(arena, "%s...", clean);
}

static const char *changes_text(struct arena *arena, const history_changes *changes,
				struct text_style style)
{
	static const char *const heads[] = {"  SETTING", "BEFORE", "AFTER", "STATE", NULL};
	struct table table = table_new(arena, heads);

	vec_for_each (change, changes)
		table_add(
		    &table,
		    (const char *const[]){
			arena_printf(
			    arena, "  %s",
			    escape_text(arena, text_or(change->setting, change->path), ESCAPE_ALL)),
			cell(arena, change->before),
			change->wanted ? arena_printf(arena, "%s?", cell(arena, change->wanted))
				       : cell(arena, change->after),
			cell(arena, change->state)});
	return changes->count ? table_text(&table, style) : "";
}

static void add_paragraph(struct str *str, const char *text, size_t indent, struct text_style style)
{
	layout_paragraph(str, escape_text(str->arena, text, ESCAPE_ALL), indent,
			 layout_columns(style));
}

static void add_line(struct str *str, const struct history_line *line, struct text_style style)
{
	struct arena *arena = str->arena;
	names parts = {0};

	str_printf(str, "%s\n",
		   escape_text(arena,
			       arena_printf(arena, "%s  line %llu  %s", line->time,
					    (unsigned long long)line->seq, line->command),
			       ESCAPE_ALL));
	vec_push(arena, &parts, arena_printf(arena, "by %s", history_who(arena, &line->user)));
	vec_push(arena, &parts, arena_printf(arena, "for %s", text_or(line->owner, "every owner")));
	if (line->profile)
		vec_push(arena, &parts,
			 arena_printf(arena, "profile %s (sha256 %.*s)", line->profile,
				      LAYOUT_HASH_DIGITS,
				      text_or(line->profile_sha256, "unknown")));
	if (line->verdict)
		vec_push(arena, &parts,
			 arena_printf(arena, "%s, exit code %d", line->verdict, line->exit_code));
	if (line->parts)
		vec_push(arena, &parts,
			 arena_printf(arena, "part %llu of %llu", (unsigned long long)line->part,
				      (unsigned long long)line->parts));
	add_paragraph(str, text_join(arena, &parts, "; "), 2, style);
	vec_for_each (waiver, &line->waivers)
		add_paragraph(str, arena_printf(arena, "waived: %s", *waiver), 2, style);
	vec_for_each (gap, &line->gaps)
		add_paragraph(str, arena_printf(arena, "gap: %s", *gap), 2, style);
	str_printf(str, "%s\n", changes_text(arena, &line->changes, style));
}

static void add_verdict(struct str *str, const struct history *history, struct text_style style)
{
	struct arena *arena = str->arena;

	vec_for_each (fault, &history->faults)
		add_paragraph(str, arena_printf(arena, "%s: %s", fault->where, fault->what), 0,
			      style);
	vec_for_each (remark, &history->remarks)
		add_paragraph(str, *remark, 0, style);
	if (history->faults.count)
		str_printf(str, "broken: %zu %s in %llu lines\n", history->faults.count,
			   history->faults.count == 1 ? "fault" : "faults",
			   (unsigned long long)history->count);
	else
		str_printf(str, "whole: %llu %s, the last one is number %llu\n  hash %s\n",
			   (unsigned long long)history->count,
			   history->count == 1 ? "line" : "lines",
			   (unsigned long long)history->last, text_or(history->hash, "unknown"));
}

const char *history_none(struct arena *arena, const struct history *history,
			 const struct history_filter *filter)
{
	struct str str = str_new(arena);

	str_add(&str, filter->what ? arena_printf(arena, "no change matches '%s'", filter->what)
				   : "nothing was changed");
	if (filter->owner)
		str_printf(&str, " for the owner %s", filter->owner);
	if (filter->since)
		str_printf(&str, " from %s on", filter->since);
	if (filter->until)
		str_printf(&str, " until %s", filter->until);
	if (filter->owner && !text_in(filter->owner, &history->owners))
		str_add(&str, nearest_hint(arena, filter->owner, &history->owners));
	else if (filter->what && !text_in(filter->what, &history->settings))
		str_add(&str, nearest_hint(arena, filter->what, &history->settings));
	return str.text;
}

char *history_text(struct arena *arena, const struct history *history,
		   const struct history_filter *filter, bool verify, struct text_style style)
{
	static const struct next_step whole = {
	    .what = "nothing; `thintune history --verify --expect HASH` compares it with a hash "
		    "that a log or a metric told"};
	static const struct next_step broken = {
	    .what = "the hashes that were told when the lines were written",
	    .command = "sudo journalctl --grep 'thintune: history: line'"};
	struct str str = str_new(arena);

	if (!verify) {
		vec_for_each (line, &history->lines)
			add_line(&str, line, style);
		if (!history->lines.count)
			add_paragraph(&str, history_none(arena, history, filter), 0, style);
	}
	add_verdict(&str, history, style);
	if (!style.quiet)
		next_line(&str, style, history->faults.count ? &broken : &whole);
	return str.text;
}
