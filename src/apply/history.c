/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the history: the draft before the writes, the line after them, and lines for what earlier
 * commands could not tell. */
#include "apply/history.h"

#include <errno.h>

#include "apply/history_files.h"
#include "base/text.h"

enum {
	drafts_most = 100,      /* of commands that no line tells of */
	part_bytes = 256 * 1024 /* of the changes in one line; readers take lines up to 1 MiB */
};

/* Drafts -------------------------------------------------------------------------------------- */

/* With the own draft last. */
static int keep_state(struct history_pen *pen)
{
	struct history_state state = pen->state;
	names drafts = {0};

	vec_for_each (draft, &pen->state.drafts)
		vec_push(pen->arena, &drafts, *draft);
	state.drafts = drafts;
	if (pen->is_noted)
		vec_push(pen->arena, &state.drafts, history_line_draft(pen->arena, &pen->line));
	return history_state_write(pen->root, pen->arena, &state, !pen->unkept);
}

/* Lines --------------------------------------------------------------------------------------- */

/* Of a line whose changes are too many for one. */
static history_changes take_part(struct arena *arena, const history_changes *all, size_t *at)
{
	history_changes part = {0};
	size_t size = 0;

	while (*at < all->count) {
		size += history_change_size(&all->at[*at]);
		if (part.count && size > part_bytes)
			break;
		vec_push(arena, &part, all->at[(*at)++]);
	}
	return part;
}

static uint64_t count_parts(struct arena *arena, const history_changes *all)
{
	uint64_t count = 0;
	size_t at = 0;

	do {
		(void)take_part(arena, all, &at);
		count++;
	} while (at < all->count);
	return count;
}

static bool is_of(const struct history_tail *tail, const struct history_line *line)
{
	return text_equal(tail->time, line->time) && text_equal(tail->command, line->command);
}

/* Before a rotation drops a file, so that none that is dropped is missed. */
static void note_first(struct history_pen *pen, size_t length)
{
	uint64_t first = history_first_left(pen->root, pen->arena, length, &pen->tail);

	if (!pen->tail.seq && !pen->state.seq)
		pen->state.first = 1;
	if (!first)
		return;
	pen->state.first = first;
	(void)!keep_state(pen);
}

/* What was written goes on, even where less of it is left: the chain stays broken there. */
static void go_on(struct history_pen *pen, struct history_line *line)
{
	struct arena *arena = pen->arena;
	const struct history_tail *tail = &pen->tail;
	const struct history_state *state = &pen->state;

	line->seq = (tail->seq > state->seq ? tail->seq : state->seq) + 1;
	line->prev = tail->seq > state->seq ? tail->hash : state->hash;
	line->cut = tail->cut;
	if (tail->seq < state->seq) {
		vec_push(arena, &line->gaps,
			 arena_printf(arena,
				      "line %llu was written before this one, and the history "
				      "ended with line %llu",
				      (unsigned long long)state->seq,
				      (unsigned long long)tail->seq));
	} else if (tail->seq == state->seq && !text_equal(tail->hash, state->hash)) {
		vec_push(arena, &line->gaps,
			 arena_printf(arena, "line %llu was another one when it was written",
				      (unsigned long long)state->seq));
	} else if (tail->seq > state->seq && state->is_there && !is_of(tail, line)) {
		vec_push(arena, &line->gaps,
			 arena_printf(arena,
				      "line %llu is before this one, and nothing says that a "
				      "command wrote it",
				      (unsigned long long)tail->seq));
	}
	if (state->other)
		vec_push(arena, &line->gaps,
			 arena_printf(arena,
				      "history.state %s: what it knew of commands without a line "
				      "is lost, and lines may be missing before this one",
				      state->other));
	else if (!state->is_there && tail->seq)
		vec_push(arena, &line->gaps,
			 "history.state was missing or could not be read: lines may be missing "
			 "before this one");
	if (state->dropped)
		vec_push(arena, &line->gaps,
			 arena_printf(arena, "no line tells of %llu more commands that wrote",
				      (unsigned long long)state->dropped));
}

/* Puts one command's lines on disk. */
static int add_line(struct history_pen *pen, const struct history_line *from)
{
	struct arena *arena = pen->arena;
	struct str text = str_new(arena);
	struct history_line line = *from;
	names written = {0};
	size_t at = 0;
	int r;

	line.gaps = (names){0};
	vec_for_each (gap, &from->gaps)
		vec_push(arena, &line.gaps, *gap);
	go_on(pen, &line);
	line.parts = count_parts(arena, &from->changes);
	line.parts = line.parts > 1 ? line.parts : 0;
	line.part = line.parts ? 1 : 0;
	do {
		line.changes = take_part(arena, &from->changes, &at);
		str_add(&text, history_line_text(arena, &line));
		vec_push(arena, &written,
			 arena_printf(arena, "line %llu, hash %s", (unsigned long long)line.seq,
				      line.hash));
		if (at < from->changes.count) {
			line.prev = line.hash;
			line.seq++;
			line.part++;
			line.gaps = (names){0};
			line.cut = NULL;
		}
	} while (at < from->changes.count);
	r = root_mkdir(pen->root, STATE_DIR);
	if (r == 0) {
		note_first(pen, text.length);
		r = history_add(pen->root, arena, text.text, &pen->tail);
	}
	if (r < 0)
		return r;
	pen->tail.seq = pen->state.seq = pen->seq = line.seq;
	pen->tail.hash = pen->state.hash = pen->hash = line.hash;
	pen->state.is_there = true;
	pen->state.other = NULL;
	pen->state.dropped = 0;
	vec_for_each (words, &written)
		vec_push(arena, &pen->written, *words);
	return 0;
}

/* Why nothing can be added; NULL: it can. */
static const char *blocked(struct history_pen *pen)
{
	return pen->unkept ? pen->unkept : pen->tail.fault;
}

static void drop_first(struct history_state *state)
{
	state->drafts.at++;
	state->drafts.count--;
	state->drafts.room--;
}

/* The line that a command could not write itself. */
static int tell_for(struct history_pen *pen, struct history_line *line)
{
	struct arena *arena = pen->arena;
	int r;

	if (!line->gaps.count)
		vec_push(arena, &line->gaps,
			 arena_printf(arena,
				      "it was stopped before it could tell what it did; the %s "
				      "that began %s wrote this line",
				      pen->line.command, pen->line.time));
	r = add_line(pen, line);
	if (r < 0)
		return r;
	vec_push(arena, &pen->closed,
		 arena_printf(
		     arena, "history: the %s that began %s left no line; line %llu says so: %s",
		     line->command, line->time, (unsigned long long)pen->seq, line->gaps.at[0]));
	return 0;
}

/* It was killed after its line was written, and before history.state said so. */
static bool is_told(const struct history_pen *pen, const struct history_line *draft)
{
	const struct history_tail *tail = &pen->tail;

	return tail->seq > pen->state.seq && !tail->is_part && is_of(tail, draft);
}

/* Everything that earlier commands left. An errno: some of it still is. */
static int tell_drafts(struct history_pen *pen)
{
	int r = 0;

	while (pen->state.drafts.count && r == 0) {
		struct history_line draft;

		if (history_line_parse_draft(pen->arena, pen->state.drafts.at[0], &draft) < 0) {
			pen->state.dropped++;
		} else if (is_told(pen, &draft)) {
			pen->state.seq = pen->tail.seq;
			pen->state.hash = pen->tail.hash;
		} else {
			r = tell_for(pen, &draft);
		}
		if (r < 0)
			break;
		drop_first(&pen->state);
		(void)!keep_state(pen);
	}
	return r;
}

/* Only where something is to be written: most commands find nothing to do. */
static void read_tail(struct history_pen *pen)
{
	if (!pen->has_tail)
		pen->tail = history_tail_read(pen->root, pen->arena);
	pen->has_tail = true;
}

void history_open(struct history_pen *pen)
{
	history_state_read(pen->root, pen->arena, &pen->state);
	if (!pen->state.drafts.count)
		return;
	read_tail(pen);
	if (!blocked(pen))
		(void)!tell_drafts(pen);
}

/* false: it is there already. */
static bool note_path(struct history_pen *pen, const char *path)
{
	uint32_t number;

	if (!pen->paths.arena)
		pen->paths = intern_new(pen->arena);
	if (intern_find(&pen->paths, path, strlen(path), &number))
		return false;
	(void)intern_bytes(&pen->paths, path, strlen(path));
	return true;
}

void history_plan(struct history_pen *pen, const struct setting *setting)
{
	if (!pen || !setting->wish->path)
		return;
	if (!note_path(pen, setting->wish->path))
		return;
	vec_push(pen->arena, &pen->line.changes,
		 (struct history_change){.path = setting->wish->path,
					 .setting = setting->wish->name,
					 .before = setting->have,
					 .wanted = setting->want,
					 .state = "begun"});
}

void history_begin(struct history_pen *pen)
{
	if (!pen || !pen->line.changes.count)
		return;
	read_tail(pen);
	pen->is_begun = pen->is_noted = true;
	pen->line.seq = pen->state.seq + 1 + pen->state.drafts.count;
	pen->line.prev = pen->state.hash;
	(void)!keep_state(pen);
}

static void take_outcome(struct history_pen *pen, const setting_list *settings)
{
	pen->line.changes = (history_changes){0};
	pen->paths = intern_new(pen->arena);
	vec_for_each (setting, settings) {
		bool is_tried = setting->state == STATE_CHANGED || setting->state == STATE_FAILED ||
				setting->state == STATE_CONTESTED;

		if (!is_tried || !setting->before || !setting->wish->path)
			continue;
		(void)note_path(pen, setting->wish->path);
		vec_push(pen->arena, &pen->line.changes,
			 (struct history_change){.path = setting->wish->path,
						 .setting = setting->wish->name,
						 .before = setting->before,
						 .after = setting->have,
						 .state = plan_state_names[setting->state]});
	}
}

void history_written(struct history_pen *pen, const setting_list *settings)
{
	if (!pen || !pen->is_begun)
		return;
	take_outcome(pen, settings);
	pen->is_noted = pen->line.changes.count > 0;
	(void)!keep_state(pen);
}

/* What becomes of a line that is not written. */
static const char *kept_words(int kept)
{
	switch (kept) {
	case HISTORY_KEPT:
		return "the next line will say so";
	case HISTORY_COUNTED:
		return "the next line will say so, and what it changed if it is written before the "
		       "next boot";
	case HISTORY_UNTIL_BOOT:
		return "a line that is written before the next boot will say so";
	default:
		return "nor could that be noted";
	}
}

/* The own draft is one more of those that the next command tells of. */
static void leave_draft(struct history_pen *pen, const char *why)
{
	struct arena *arena = pen->arena;

	vec_push(arena, &pen->line.gaps,
		 arena_printf(arena, "no line could be written when it ended: %s", why));
	if (pen->state.drafts.count < drafts_most)
		vec_push(arena, &pen->state.drafts, history_line_draft(arena, &pen->line));
	else
		pen->state.dropped++;
	pen->is_noted = false;
	pen->gap = arena_printf(arena,
				"the history has no line of what this %s changed, as it cannot be "
				"written to: %s: %s; %s",
				pen->line.command, HISTORY_FILE, why, kept_words(keep_state(pen)));
}

void history_close(struct history_pen *pen, const char *verdict, int exit_code)
{
	const char *why = blocked(pen);

	if (!pen->is_begun)
		return;
	pen->is_begun = false;
	if (!pen->line.changes.count) {
		pen->is_noted = false;
		(void)!keep_state(pen);
		return;
	}
	pen->line.verdict = verdict;
	pen->line.exit_code = exit_code;
	if (!why) {
		int r = tell_drafts(pen);

		if (r == 0)
			r = add_line(pen, &pen->line);
		why = r < 0 ? err_words(r) : NULL;
	}
	if (why) {
		leave_draft(pen, why);
		return;
	}
	pen->is_noted = false;
	(void)!keep_state(pen);
}

struct history_tail history_last(struct root *root, struct arena *arena)
{
	return history_tail_read(root, arena);
}
