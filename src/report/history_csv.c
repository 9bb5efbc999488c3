/* SPDX-License-Identifier: Apache-2.0 */
/* The history as CSV, for a spreadsheet: one change a line. */
#include "report/csv.h"
#include "report/history.h"

#include "base/text.h"

static const char *number(struct arena *arena, int64_t number)
{
	return number < 0 ? NULL : arena_printf(arena, "%lld", (long long)number);
}

/* change: NULL where the line has none. */
static void add_change(struct str *str, const struct history_line *line,
		       const struct history_change *change)
{
	static const struct history_change none;
	struct arena *arena = str->arena;
	const struct history_change *one = change ? change : &none;
	const char *const cells[] = {
	    arena_printf(arena, "%llu", (unsigned long long)line->seq),
	    line->time,
	    line->command,
	    line->owner,
	    number(arena, line->user.loginuid),
	    line->user.sudo,
	    line->user.unit,
	    line->user.pod,
	    line->profile,
	    line->profile_sha256,
	    one->path,
	    one->setting,
	    one->before,
	    one->after,
	    one->state,
	    one->wanted,
	    line->verdict,
	    number(arena, line->exit_code),
	    line->gaps.count ? text_join(arena, &line->gaps, "; ") : NULL,
	    line->waivers.count ? text_join(arena, &line->waivers, "; ") : NULL,
	    line->hash,
	};

	csv_line(str, cells, sizeof(cells) / sizeof(cells[0]));
}

static void add_lines(struct str *str, const struct history *history)
{
	static const char *const heads[] = {
	    "line",  "time",    "command",        "owner",     "loginuid", "sudo",   "unit",
	    "pod",   "profile", "profile_sha256", "path",      "setting",  "before", "after",
	    "state", "wanted",  "verdict",        "exit_code", "gap",      "waived", "hash"};

	csv_line(str, heads, sizeof(heads) / sizeof(heads[0]));
	vec_for_each (line, &history->lines) {
		vec_for_each (change, &line->changes)
			add_change(str, line, change);
		if (!line->changes.count)
			add_change(str, line, NULL);
	}
}

char *history_csv(struct arena *arena, const struct history *history, bool verify)
{
	static const char *const heads[] = {"kind", "where", "what"};
	struct str str = str_new(arena);

	if (!verify) {
		add_lines(&str, history);
		return str.text;
	}
	csv_line(&str, heads, 3);
	vec_for_each (fault, &history->faults)
		csv_line(&str, (const char *const[]){"fault", fault->where, fault->what}, 3);
	vec_for_each (remark, &history->remarks)
		csv_line(&str, (const char *const[]){"remark", NULL, *remark}, 3);
	return str.text;
}
