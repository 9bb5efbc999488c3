/* SPDX-License-Identifier: Apache-2.0 */
/* The history as a page: whether it is whole, and a table of the changes, grouped by command. */
#include "base/escape.h"
#include "base/text.h"
#include "report/history.h"
#include "report/html_page.h"
#include "version.h"

static enum html_tone tone_of(const char *state)
{
	if (text_equal(state, plan_state_names[STATE_CHANGED]))
		return HTML_GOOD;
	return text_equal(state, "begun") ? HTML_UNKNOWN : HTML_ADVISED;
}

static void add_change(struct html_table *table, const struct history_change *change)
{
	struct arena *arena = table->page->arena;
	names notes = {0};

	if (change->wanted)
		vec_push(arena, &notes,
			 arena_printf(arena, "%s was to be written", change->wanted));
	html_table_row(table,
		       (const char *const[]){
			   arena_printf(arena, "%s<p class=\"note\">%s</p>",
					html_code(arena, text_or(change->setting, change->path)),
					escape_html(arena, change->path)),
			   html_num(arena, text_or(change->before, "-")),
			   html_num(arena, text_or(change->after, "-")),
			   html_state(arena, tone_of(change->state), change->state, &notes)});
}

static void add_line(struct html_table *table, const struct history_line *line)
{
	struct arena *arena = table->page->arena;
	const char *head = arena_printf(
	    arena, "%s %s by %s, for %s (line %llu%s%s)", line->time, line->command,
	    history_who(arena, &line->user), text_or(line->owner, "every owner"),
	    (unsigned long long)line->seq, line->verdict ? ", " : "", text_or(line->verdict, ""));

	vec_for_each (waiver, &line->waivers)
		head = arena_printf(arena, "%s. Waived: %s", head, *waiver);
	vec_for_each (gap, &line->gaps)
		head = arena_printf(arena, "%s. %s", head, *gap);
	html_table_group(table, head, line->changes.count);
	vec_for_each (change, &line->changes)
		add_change(table, change);
}

static void add_band(struct str *page, const struct history *history)
{
	struct arena *arena = page->arena;
	bool is_whole = !history->faults.count;

	html_band(page, is_whole ? HTML_GOOD : HTML_BAD,
		  is_whole ? "The history is whole" : "The history is broken",
		  arena_printf(arena, "%llu lines, the last one is number %llu",
			       (unsigned long long)history->count,
			       (unsigned long long)history->last),
		  history->hash ? arena_printf(arena, "hash %s", history->hash) : NULL);
	vec_for_each (fault, &history->faults)
		html_note(page, arena_printf(arena, "%s: %s", fault->where, fault->what));
	vec_for_each (remark, &history->remarks)
		html_note(page, *remark);
}

char *history_html(struct arena *arena, const struct history *history,
		   const struct history_filter *filter)
{
	static const char *const heads[] = {"Setting", "Before", "After", "State", NULL};
	struct str page = html_page_new(arena, "History of changes");
	struct html_table table;

	add_band(&page, history);
	html_heading(&page, "changes", "Changes, oldest first");
	if (history->lines.count) {
		html_filter(&page);
		table = html_table_open(&page, "Changes by command", heads);
		vec_for_each (line, &history->lines)
			add_line(&table, line);
		html_table_close(&table);
	} else {
		html_note(&page, history_none(arena, history, filter));
	}
	return html_page_end(&page, "thintune " THINTUNE_VERSION);
}
