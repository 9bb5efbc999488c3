/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the history: the end of the chain, appending, rotation, and what is kept beside. */
#include "apply/history_files.h"

#include <errno.h>
#include <jansson.h>

#include "base/file_format.h"
#include "base/text.h"
#include "sys/root_log.h"

#define STATE_FORMAT "thintune.history/1"

/* history.state has at least this size, so that it can be written over where there is no room. */
enum { state_bytes = 16 * 1024 };

const char *history_file(struct arena *arena, unsigned number)
{
	return number ? arena_printf(arena, HISTORY_FILE ".%u", number) : HISTORY_FILE;
}

/* The end of the chain ------------------------------------------------------------------------ */

/* A line of another version is one of the chain as well: what goes on from the line before it would
 * have its number. */
static bool parse_link(struct arena *arena, const char *text, size_t length,
		       struct history_line *ret)
{
	const char *computed;

	return history_line_parse(arena, text, length, ret, &computed) == 0 ||
	       (history_line_is_of_other(arena, text, length, ret) && ret->seq);
}

static bool take_last(struct arena *arena, const char *text, size_t length,
		      struct history_tail *tail)
{
	struct history_line line;

	if (!parse_link(arena, text, length, &line))
		return false;
	tail->seq = line.seq;
	tail->hash = line.hash;
	tail->time = line.time;
	tail->command = line.command;
	tail->is_part = line.part < line.parts;
	return true;
}

/* The last line of the bytes, and what follows it that is none. */
static bool find_last(struct arena *arena, const char *text, size_t length,
		      struct history_tail *tail)
{
	size_t end = length;

	while (end) {
		bool is_open = text[end - 1] != '\n';
		size_t stop = is_open ? end : end - 1, start = stop;

		while (start && text[start - 1] != '\n')
			start--;
		if (take_last(arena, text + start, stop - start, tail))
			return true;
		if (is_open)
			tail->cut = history_hash(arena, text + start, stop - start);
		end = start;
	}
	return false;
}

static struct history_tail read_tail(struct root *root, struct arena *arena)
{
	struct history_tail tail = {0};

	for (unsigned number = 0; number <= history_rotated_most; number++) {
		const char *text;
		size_t length;
		int r = root_log_read(root, arena, history_file(arena, number), &text, &length);

		if (err_is_absent(r))
			continue;
		if (r < 0) {
			tail.fault =
			    r == -EPERM
				? "it or its directory is a link, or users other than root may "
				  "write to it"
				: root_words(r);
			return tail;
		}
		if (!number) {
			tail.size = length;
			tail.is_open = length && text[length - 1] != '\n';
		}
		if (find_last(arena, text, length, &tail))
			return tail;
	}
	return tail;
}

/* A file may have 10 MiB, of which one line is wanted. */
struct history_tail history_tail_read(struct root *root, struct arena *arena)
{
	_cleanup_arena_ struct arena *own = arena_new();
	struct history_tail tail = read_tail(root, own);
	const char **const texts[] = {&tail.hash, &tail.time, &tail.command, &tail.cut};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = *texts[i] ? arena_strdup(arena, *texts[i]) : NULL;
	return tail;
}

/* Appending ----------------------------------------------------------------------------------- */

static bool is_there(struct root *root, struct arena *arena, unsigned number)
{
	return root_exists(root, history_file(arena, number));
}

/* From the first name that is free, so that a rotation that was cut short loses nothing. */
static int rotate(struct root *root, struct arena *arena)
{
	unsigned free = 1;
	int r = 0;

	while (free < history_rotated_most && is_there(root, arena, free))
		free++;
	for (; free > 0 && r == 0; free--)
		r = root_log_rename(root, history_file(arena, free - 1),
				    arena_printf(arena, HISTORY_NAME ".%u", free));
	return r;
}

/* A file that cannot get another name goes on growing. */
static bool is_full(const struct history_tail *tail, size_t length)
{
	return tail->size && tail->size + length > history_rotate_bytes;
}

/* The first line of a file; 0: none. */
static uint64_t first_of(struct root *root, struct arena *arena, unsigned number)
{
	struct history_line line;
	const char *text;
	size_t length;

	if (root_log_read(root, arena, history_file(arena, number), &text, &length) < 0 ||
	    !parse_link(arena, text, strcspn(text, "\n"), &line))
		return 0;
	return line.seq;
}

uint64_t history_first_left(struct root *root, struct arena *arena, size_t length,
			    const struct history_tail *tail)
{
	_cleanup_arena_ struct arena *own = arena_new();

	for (unsigned number = 0; number <= history_rotated_most; number++) {
		if (!is_full(tail, length) || !is_there(root, arena, number))
			return 0;
	}
	return first_of(root, own, history_rotated_most - 1);
}

int history_add(struct root *root, struct arena *arena, const char *lines,
		struct history_tail *tail)
{
	size_t length = strlen(lines);
	int r;

	if (is_full(tail, length) && rotate(root, arena) == 0) {
		tail->size = 0;
		tail->is_open = false;
	}
	r = root_log_append(root, HISTORY_FILE,
			    tail->is_open ? arena_printf(arena, "\n%s", lines) : lines);
	if (r < 0)
		return r;
	tail->size += length + tail->is_open;
	tail->is_open = false;
	tail->cut = NULL;
	return 0;
}

/* What is kept beside ------------------------------------------------------------------------- */

/* elsewhere: the number of drafts that only the other file has. Keys of later versions are left
 * alone. */
static bool take_state(struct arena *arena, const char *text, struct history_state *ret,
		       uint64_t *ret_elsewhere)
{
	json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	struct history_state state = {.is_there = true};
	json_t *hash, *drafts, *draft;
	json_int_t first, seq, dropped, elsewhere;
	const char *format;
	size_t index;

	ret->other = file_format_other(arena, json_string_value(json_object_get(object, "history")),
				       STATE_FORMAT);
	if (!object ||
	    json_unpack(object, "{s:s, s:I, s:I, s:o, s:o, s:I, s:I}", "history", &format, "first",
			&first, "seq", &seq, "hash", &hash, "drafts", &drafts, "dropped", &dropped,
			"elsewhere", &elsewhere) < 0 ||
	    !text_equal(format, STATE_FORMAT) || seq < 0 || seq >= history_seq_most || first < 0 ||
	    first > seq + 1 || dropped < 0 || dropped >= history_seq_most || elsewhere < 0 ||
	    elsewhere >= history_seq_most || !json_is_array(drafts) ||
	    (seq ? !history_is_hash(json_string_value(hash)) : !json_is_null(hash)))
		return false;
	state.first = (uint64_t)first;
	state.seq = (uint64_t)seq;
	state.hash = seq ? arena_strdup(arena, json_string_value(hash)) : NULL;
	state.dropped = (uint64_t)dropped;
	json_array_foreach(drafts, index, draft)
	{
		if (!json_is_string(draft))
			return false;
		vec_push(arena, &state.drafts, arena_strdup(arena, json_string_value(draft)));
	}
	*ret = state;
	*ret_elsewhere = (uint64_t)elsewhere;
	return true;
}

static struct history_state read_state(struct root *root, struct arena *arena, const char *file,
				       uint64_t *ret_elsewhere)
{
	struct history_state state = {0};
	const char *text;
	size_t length;

	*ret_elsewhere = 0;
	if (root_log_read(root, arena, file, &text, &length) == 0)
		(void)!take_state(arena, text, &state, ret_elsewhere);
	return state;
}

/* The later one says how the command ended. */
static bool has_draft_of_same(struct arena *arena, const names *drafts, const char *draft)
{
	struct history_line one, other;

	bool is_line = history_line_parse_draft(arena, draft, &one) == 0;

	vec_for_each (text, drafts) {
		if (text_equal(draft, *text))
			return true;
		if (is_line && history_line_parse_draft(arena, *text, &other) == 0 &&
		    one.seq == other.seq && text_equal(one.time, other.time) &&
		    text_equal(one.command, other.command))
			return true;
	}
	return false;
}

void history_state_read(struct root *root, struct arena *arena, struct history_state *ret)
{
	uint64_t elsewhere, none;
	struct history_state state = read_state(root, arena, HISTORY_STATE, &elsewhere);
	const struct history_state of_boot = read_state(root, arena, HISTORY_STATE_OF_BOOT, &none);
	const struct history_state *newest = of_boot.seq > state.seq ? &of_boot : &state;

	if (!of_boot.is_there)
		state.dropped += elsewhere;
	*ret = (struct history_state){.is_there = state.is_there || of_boot.is_there,
				      .first = newest->first,
				      .other = text_or(state.other, of_boot.other),
				      .seq = newest->seq,
				      .hash = newest->hash,
				      .dropped = state.dropped > of_boot.dropped ? state.dropped
										 : of_boot.dropped};
	vec_for_each (draft, &state.drafts) {
		if (!has_draft_of_same(arena, &of_boot.drafts, *draft))
			vec_push(arena, &ret->drafts, *draft);
	}
	vec_for_each (draft, &of_boot.drafts)
		vec_push(arena, &ret->drafts, *draft);
}

/* with_drafts: else their number alone. size: with blanks up to it. */
static const char *state_text(struct arena *arena, const struct history_state *state,
			      bool with_drafts, size_t size)
{
	json_t *drafts = json_array();
	json_auto_t *object = NULL;
	const char *copy;
	char *text;

	for (size_t i = 0; with_drafts && i < state->drafts.count; i++)
		(void)json_array_append_new(drafts, json_string(state->drafts.at[i]));
	object = json_pack("{s:s, s:I, s:I, s:s?, s:o, s:I, s:I}", "history", STATE_FORMAT, "first",
			   (json_int_t)state->first, "seq", (json_int_t)state->seq, "hash",
			   state->hash, "drafts", drafts, "dropped", (json_int_t)state->dropped,
			   "elsewhere", (json_int_t)(with_drafts ? 0 : state->drafts.count));
	text = object ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (!text)
		arena_exhausted();
	copy = arena_printf(arena, "%-*s\n", (int)size - 1, text);
	free(text);
	return copy;
}

/* In place, which needs no room. */
static int overwrite_state(struct root *root, struct arena *arena,
			   const struct history_state *state)
{
	enum history_kept kept = HISTORY_KEPT;
	const char *text;
	size_t size;
	int r = root_log_read(root, arena, HISTORY_STATE, &text, &size);

	if (r < 0)
		return r;
	text = state_text(arena, state, true, size);
	if (strlen(text) > size) {
		text = state_text(arena, state, false, size);
		kept = HISTORY_COUNTED;
	}
	r = strlen(text) > size ? -EFBIG : root_overwrite(root, HISTORY_STATE, 0, text);
	return r < 0 ? r : (int)kept;
}

int history_state_write(struct root *root, struct arena *arena, const struct history_state *state,
			bool is_kept)
{
	const char *text = state_text(arena, state, true, state_bytes);
	int r = is_kept ? root_mkdir(root, STATE_DIR) : -ENOENT, of_boot;

	if (r == 0)
		r = root_replace(root, HISTORY_STATE, text);
	if (r == -ENOSPC || r == -EDQUOT)
		r = overwrite_state(root, arena, state);
	if (r != HISTORY_KEPT) {
		of_boot = root_replace(root, HISTORY_STATE_OF_BOOT, text);
		return r == HISTORY_COUNTED ? r : of_boot < 0 ? of_boot : HISTORY_UNTIL_BOOT;
	}
	if (root_exists(root, HISTORY_STATE_OF_BOOT))
		(void)!root_remove(root, HISTORY_STATE_OF_BOOT);
	return HISTORY_KEPT;
}
