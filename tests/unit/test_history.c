/* SPDX-License-Identifier: Apache-2.0 */
/* The history on real files: what is done to a chain later is told, as far as it can be. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/history_files.h"
#include "base/text.h"
#include "history_fixture.h"
#include "run_suite.h"
#include "sys/root_log.h"

START_TEST(who_changed_what_is_read_back)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	const struct history_line *line;
	struct stat st;

	write_three(tree);
	assert_whole(tree, 3);
	line = &history.lines.at[1];
	ck_assert_uint_eq(line->seq, 2);
	ck_assert_str_eq(line->prev, history.lines.at[0].hash);
	ck_assert_str_eq(line->command, "restore");
	ck_assert_str_eq(line->user.sudo, "ann");
	ck_assert_str_eq(line->user.unit, "x\033[31m.service");
	ck_assert_int_eq(line->user.loginuid, 1000);
	ck_assert_str_eq(line->changes.at[0].before, "1");
	ck_assert_str_eq(line->changes.at[0].after, "60");
	ck_assert_str_eq(line->changes.at[0].state, "changed");
	ck_assert_str_eq(line->verdict, "match");
	ck_assert_int_eq(line->exit_code, 0);
	ck_assert_int_eq(stat(path_of(tree, FILE1), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
}
END_TEST

/* As sha256sum would, of the bytes on disk. */
START_TEST(the_hash_is_that_of_the_line_without_it)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	names lines;
	const char *key, *body;

	write_three(tree);
	lines = lines_of(tree);
	key = strstr(lines.at[0], ",\"hash\":\"");
	body = arena_printf(tree->arena, "%.*s}", (int)(key - lines.at[0]), lines.at[0]);
	assert_whole(tree, 3);
	ck_assert_str_eq(history.lines.at[0].hash, history_hash(tree->arena, body, strlen(body)));
}
END_TEST

/* A step of five comes by each of the four bytes below. */
static size_t bytes_at_once(void)
{
	return is_sweep_short() ? 5 : 1;
}

START_TEST(each_byte_that_is_changed_is_found)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	size_t length;
	const char *text;
	char *other;

	write_three(tree);
	text = content(tree, FILE1, &length);
	other = arena_strndup(tree->arena, text, length);
	for (size_t i = 0; i < length; i += bytes_at_once()) {
		_cleanup_arena_ struct arena *own = arena_new();
		static const struct history_filter all;
		/* Each byte becomes one of these, the next byte the next one. */
		const char bytes[] = {(char)(text[i] ^ 1), '\0', '\n', ' '};

		other[i] = bytes[i % 4] == text[i] ? bytes[0] : bytes[i % 4];
		put(tree, FILE1, other, length);
		ck_assert_int_eq(history_read(tree->root, own, &all, NULL, &history, NULL), 0);
		ck_assert_msg(history.faults.count, "byte %zu became %d", i, other[i]);
		other[i] = text[i];
	}
	put(tree, FILE1, other, length);
	assert_whole(tree, 3);
}
END_TEST

START_TEST(each_byte_that_is_added_or_cut_off_is_found)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	size_t length;
	const char *text;

	write_three(tree);
	text = content(tree, FILE1, &length);
	/* The newline alone is missing: the line is whole, and the next writer adds it. */
	for (size_t i = 1; i < length - 1; i += bytes_at_once()) {
		put(tree, FILE1, text, i);
		ck_assert_int_eq(read_all(tree, NULL), 0);
		ck_assert_msg(history.faults.count, "cut off at %zu", i);
	}
	put(tree, FILE1, arena_printf(tree->arena, "%sx", text), length + 1);
	assert_fault(tree, "history.jsonl, line 4", "changed or cut short");
}
END_TEST

START_TEST(what_was_done_to_lines_is_told)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	names lines;

	write_three(tree);
	lines = lines_of(tree);
	PUT(tree, lines.at[1], lines.at[2]);
	assert_fault(tree, "history.jsonl, line 1", "missing: number 1, before this line");
	PUT(tree, lines.at[0], lines.at[2]);
	assert_fault(tree, "history.jsonl, line 2", "missing: number 2, before this line");
	PUT(tree, lines.at[2]);
	assert_fault(tree, "history.jsonl, line 1", "missing: numbers 1 to 2");
	PUT(tree, lines.at[0], lines.at[1]);
	assert_fault(tree, "the history", "missing: it ends with number 2, and number 3");
	PUT(tree, "");
	assert_fault(tree, "the history", "missing: it ends with number 0, and number 3");
	PUT(tree, lines.at[0], lines.at[2], lines.at[1]);
	assert_fault(tree, "history.jsonl, line 3", "reordered: number 2 comes after number 3");
	PUT(tree, lines.at[0], lines.at[1], lines.at[1], lines.at[2]);
	assert_fault(tree, "history.jsonl, line 3",
		     "repeated: number 2 is in history.jsonl, "
		     "line 2 as well");
	tree_remove(tree, FILE1);
	assert_fault(tree, "the history", "missing: it ends with number 0, and number 3");
	/* Without what is kept beside the chain its end cannot be told, and that is told. */
	PUT(tree, lines.at[0], lines.at[1]);
	tree_remove(tree, STATE);
	assert_whole(tree, 2);
	ck_assert(text_starts(history.remarks.at[0], "history.state is missing"));
}
END_TEST

/* The next line makes the chain whole, and says that nobody knows what was there. */
START_TEST(the_next_line_tells_that_the_state_was_missing)
{
	static const char gap[] = "history.state was missing or could not be read";
	_cleanup_tree_ struct tree *tree = new_tree();
	names lines;

	write_three(tree);
	lines = lines_of(tree);
	PUT(tree, lines.at[0], lines.at[1]);
	tree_remove(tree, STATE);
	(void)write_change(tree, "apply", "2026-12-02T10:00:00Z", "60", "1");
	assert_whole(tree, 3);
	ck_assert_uint_eq(history.lines.at[2].gaps.count, 1);
	ck_assert_str_eq(history.lines.at[2].waivers.at[0], waived[0]);
	ck_assert(text_starts(history.lines.at[2].gaps.at[0], gap));
	ck_assert_str_eq(history.remarks.at[0],
			 "lines with a gap: 1; `thintune history` has what they say");
	put(tree, STATE, "damaged", 7);
	(void)write_change(tree, "apply", "2026-12-03T10:00:00Z", "60", "1");
	assert_whole(tree, 4);
	ck_assert(text_starts(history.lines.at[3].gaps.at[0], gap));
	/* Once. */
	(void)write_change(tree, "apply", "2026-12-04T10:00:00Z", "60", "1");
	assert_whole(tree, 5);
	ck_assert_uint_eq(history.lines.at[4].gaps.count, 0);
}
END_TEST

/* Another value, and the hash that goes with it. */
static const char *forged(struct tree *tree, const char *line, const char *prev,
			  const char **ret_hash)
{
	struct history_line parsed;
	const char *computed, *text;

	ck_assert_int_eq(
	    history_line_parse(tree->arena, line, strlen(line) - 1, &parsed, &computed), 0);
	if (prev)
		parsed.prev = prev;
	parsed.changes.at[0].after = "42";
	text = history_line_text(tree->arena, &parsed);
	*ret_hash = parsed.hash;
	return text;
}

START_TEST(a_line_with_a_new_hash_is_told_by_the_next)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	const char *hash;
	names lines;

	write_three(tree);
	lines = lines_of(tree);
	PUT(tree, lines.at[0], forged(tree, lines.at[1], NULL, &hash), lines.at[2]);
	assert_fault(tree, "history.jsonl, line 2", "recomputed: number 2 has another hash");
	/* The last one by what is kept beside it. */
	PUT(tree, lines.at[0], lines.at[1], forged(tree, lines.at[2], NULL, &hash));
	assert_fault(tree, "history.jsonl, line 3", "recomputed: number 3 had another hash");
}
END_TEST

/* Root can do it; only who knows a hash from elsewhere can tell. */
START_TEST(a_chain_written_anew_to_its_end_needs_a_known_hash)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	const char *one, *two, *three, *known, *hash;
	struct history_state state = {.seq = 3};
	names lines;

	write_three(tree);
	assert_whole(tree, 3);
	known = history.hash;
	ck_assert_int_eq(read_all(tree, known), 0);
	ck_assert_uint_eq(history.faults.count, 0);
	lines = lines_of(tree);
	one = forged(tree, lines.at[0], NULL, &hash);
	two = forged(tree, lines.at[1], hash, &hash);
	three = forged(tree, lines.at[2], hash, &hash);
	PUT(tree, one, two, three);
	state.hash = hash;
	ck_assert_int_eq(history_state_write(tree->root, tree->arena, &state, true), 0);
	assert_whole(tree, 3);
	ck_assert_int_eq(read_all(tree, known), 0);
	ck_assert_uint_eq(history.faults.count, 1);
	ck_assert(text_starts(history.faults.at[0].what, "recomputed or missing: no line"));
}
END_TEST

START_TEST(the_next_line_does_not_hide_that_lines_are_missing)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_pen pen;
	names lines;

	write_three(tree);
	lines = lines_of(tree);
	PUT(tree, lines.at[0]);
	pen = write_change(tree, "apply", "2026-12-02T10:00:00Z", "60", "1");
	ck_assert_uint_eq(pen.seq, 4);
	assert_fault(tree, "history.jsonl, line 2", "missing: numbers 2 to 3");
	ck_assert_str_eq(history.lines.at[1].gaps.at[0],
			 "line 3 was written before this one, and the history ended with line 1");
}
END_TEST

/* It has the right number, hash and predecessor; no command announced it. */
START_TEST(a_line_that_nobody_announced_is_told)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_line line;
	const char *computed;
	names lines;

	write_three(tree);
	lines = lines_of(tree);
	ck_assert_int_eq(
	    history_line_parse(tree->arena, lines.at[2], strlen(lines.at[2]) - 1, &line, &computed),
	    0);
	line.prev = line.hash;
	line.seq = 4;
	PUT(tree, lines.at[0], lines.at[1], lines.at[2], history_line_text(tree->arena, &line));
	assert_fault(tree, "history.jsonl, line 4", "added: the last one that was written is");
	(void)write_change(tree, "apply", "2026-12-02T10:00:00Z", "60", "1");
	assert_whole(tree, 5);
	ck_assert_str_eq(history.lines.at[4].gaps.at[0],
			 "line 4 is before this one, and nothing says that a command wrote it");
}
END_TEST

/* As a later version may write it: keys that are new are passed over, else it is counted. */
START_TEST(drafts_that_cannot_be_read_are_counted)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_state state = {.is_there = true, .first = 1};
	struct history_pen pen = pen_of(tree, "apply", "2026-11-01T10:00:00Z");
	const char *draft;

	pen.line.seq = 1;
	draft = history_line_draft(tree->arena, &pen.line);
	vec_push(tree->arena, &state.drafts,
		 arena_printf(tree->arena, "{\"new\":[1],%s", draft + 1));
	vec_push(tree->arena, &state.drafts, "{\"other\":1}");
	ck_assert_int_eq(history_state_write(tree->root, tree->arena, &state, true), HISTORY_KEPT);
	(void)write_change(tree, "restore", "2026-12-02T10:00:00Z", "60", "1");
	assert_whole(tree, 2);
	ck_assert_str_eq(history.lines.at[0].time, "2026-11-01T10:00:00Z");
	ck_assert_str_eq(history.lines.at[1].gaps.at[0],
			 "no line tells of 1 more commands that wrote");
	/* Once. */
	(void)write_change(tree, "restore", "2026-12-03T10:00:00Z", "60", "1");
	assert_whole(tree, 3);
	ck_assert_uint_eq(history.lines.at[2].gaps.count, 0);
	/* Before it is told it is a remark. */
	state.seq = 3;
	state.hash = history.hash;
	state.drafts.count = 0;
	vec_push(tree->arena, &state.drafts, "{\"other\":1}");
	ck_assert_int_eq(history_state_write(tree->root, tree->arena, &state, true), HISTORY_KEPT);
	assert_whole(tree, 3);
	ck_assert(text_starts(history.remarks.at[0], "1 more commands wrote, and what is known"));
}
END_TEST

/* Killed between its writes and its line. */
START_TEST(what_was_stopped_has_a_line_by_the_next)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_pen stopped = pen_of(tree, "apply", "2026-11-01T10:00:00Z"), next;

	history_open(&stopped);
	history_plan(&stopped, changed(tree, "60", "1"));
	history_begin(&stopped);
	ck_assert_int_eq(read_all(tree, NULL), -ENOENT);
	next = pen_of(tree, "run", "2026-11-02T10:00:00Z");
	history_open(&next);
	ck_assert_uint_eq(next.seq, 1);
	ck_assert_uint_eq(next.closed.count, 1);
	assert_whole(tree, 1);
	ck_assert_str_eq(history.lines.at[0].time, "2026-11-01T10:00:00Z");
	ck_assert_str_eq(history.lines.at[0].gaps.at[0],
			 "it was stopped before it could tell what it did; the run that began "
			 "2026-11-02T10:00:00Z wrote this line");
	ck_assert_str_eq(history.lines.at[0].changes.at[0].state, "begun");
	ck_assert_str_eq(history.lines.at[0].changes.at[0].wanted, "1");
	ck_assert_ptr_null(history.lines.at[0].verdict);
	ck_assert_int_eq(history.lines.at[0].exit_code, -1);
	/* Once. */
	next = pen_of(tree, "run", "2026-11-03T10:00:00Z");
	history_open(&next);
	ck_assert_uint_eq(next.closed.count, 0);
}
END_TEST

/* Killed after the line, and before history.state says so. */
START_TEST(what_has_its_line_gets_no_second_one)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	const char *before;
	struct history_pen next;
	size_t length;

	(void)write_change(tree, "apply", "2026-11-01T10:00:00Z", "60", "1");
	{
		struct history_pen pen = pen_of(tree, "restore", "2026-11-02T10:00:00Z");

		history_open(&pen);
		history_plan(&pen, changed(tree, "1", "60"));
		history_begin(&pen);
	}
	before = content(tree, STATE, &length);
	tree_remove(tree, STATE);
	(void)write_change(tree, "restore", "2026-11-02T10:00:00Z", "1", "60");
	put(tree, STATE, before, length);
	next = pen_of(tree, "run", "2026-11-03T10:00:00Z");
	history_open(&next);
	ck_assert_uint_eq(next.closed.count, 0);
	assert_whole(tree, 2);
	/* history.state was away for a moment, in this test. */
	ck_assert_uint_eq(history.remarks.count, 1);
	ck_assert(text_starts(history.remarks.at[0], "lines with a gap: 1"));
}
END_TEST

/* Killed within the write of a line. */
START_TEST(a_line_that_was_cut_short_is_told_by_the_next)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	names lines;

	write_three(tree);
	lines = lines_of(tree);
	PUT(tree, lines.at[0], lines.at[1], arena_strndup(tree->arena, lines.at[2], 100));
	tree_remove(tree, STATE);
	assert_fault(tree, "history.jsonl, line 3", "changed or cut short");
	(void)write_change(tree, "apply", "2026-12-02T10:00:00Z", "60", "1");
	assert_whole(tree, 3);
	ck_assert_str_eq(history.remarks.at[0],
			 "history.jsonl, line 3 was cut short by a kill or a "
			 "full disk, as the line after it says");
	ck_assert_ptr_nonnull(history.lines.at[2].cut);
}
END_TEST

/* Nobody can put another file in its place and have root write to it, or have it believed. */
START_TEST(links_and_others_files_are_refused)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_pen pen;
	struct stat st;

	tree_dir(tree, DIR);
	tree_file(tree, "/victim", "x");
	tree_link(tree, FILE1, "/victim");
	pen = write_change(tree, "apply", "2026-11-01T10:00:00Z", "60", "1");
	ck_assert_ptr_nonnull(pen.gap);
	ck_assert_uint_eq(pen.seq, 0);
	ck_assert_int_eq(stat(path_of(tree, "/victim"), &st), 0);
	ck_assert_int_eq((int)st.st_size, 2);
	ck_assert_int_eq(read_all(tree, NULL), -EPERM);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot be trusted"));
	tree_remove(tree, FILE1);
	/* What could not be told is told once it can be. */
	pen = write_change(tree, "apply", "2026-11-02T10:00:00Z", "60", "1");
	ck_assert_uint_eq(pen.seq, 2);
	assert_whole(tree, 2);
	ck_assert_ptr_nonnull(strstr(history.lines.at[0].gaps.at[0], "no line could be written"));
	ck_assert_str_eq(history.lines.at[0].verdict, "match");
	ck_assert_int_eq(chmod(path_of(tree, FILE1), 0666), 0);
	ck_assert_int_eq(read_all(tree, NULL), -EPERM);
}
END_TEST

/* In a container without the node's directory. */
START_TEST(without_the_directory_the_draft_stays_with_the_boot)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_pen pen = pen_of(tree, "run", "2026-11-01T10:00:00Z");
	struct setting *setting = changed(tree, "60", "1");
	setting_list list = {0};

	pen.unkept = "it is inside this container";
	history_open(&pen);
	history_plan(&pen, setting);
	history_begin(&pen);
	setting->before = "60";
	setting->have = "1";
	setting->state = STATE_CHANGED;
	vec_push(tree->arena, &list, *setting);
	history_written(&pen, &list);
	history_close(&pen, "start", 0);
	ck_assert_ptr_nonnull(strstr(pen.gap, "it is inside this container"));
	ck_assert(!root_exists(tree->root, DIR));
	pen = write_change(tree, "apply", "2026-11-02T10:00:00Z", "1", "2");
	ck_assert_uint_eq(pen.seq, 2);
	ck_assert(!root_exists(tree->root, "/run/thintune/history.state"));
	assert_whole(tree, 2);
	ck_assert_str_eq(history.lines.at[0].verdict, "start");
}
END_TEST

static const struct history_change *large_changes(struct arena *arena, size_t count,
						  history_changes *ret)
{
	char *value = arena_alloc(arena, 4001);

	memset(value, 'x', 4000);
	*ret = (history_changes){0};
	for (size_t i = 0; i < count; i++)
		vec_push(arena, ret,
			 (struct history_change){.path = arena_printf(arena, "/sys/%zu", i),
						 .setting = "s",
						 .before = value,
						 .after = "1",
						 .state = "changed"});
	return ret->at;
}

/* Settings with such values, as take_outcome() finds them. */
static void write_much(struct tree *tree, const char *time, size_t count)
{
	struct history_pen pen = pen_of(tree, "apply", time);
	history_changes changes;

	(void)large_changes(tree->arena, count, &changes);
	history_open(&pen);
	history_plan(&pen, changed(tree, "60", "1"));
	history_begin(&pen);
	pen.line.changes = changes;
	history_close(&pen, "match", 0);
	ck_assert_ptr_null(pen.gap);
}

START_TEST(what_is_much_stands_in_several_lines)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	size_t changes = 0;

	write_much(tree, "2026-11-01T10:00:00Z", 100);
	(void)write_change(tree, "restore", "2026-11-02T10:00:00Z", "1", "60");
	ck_assert_int_eq(read_all(tree, NULL), 0);
	ck_assert_uint_eq(history.faults.count, 0);
	ck_assert_uint_gt(history.count, 3);
	vec_for_each (line, &history.lines) {
		if (line->seq == history.count)
			break;
		ck_assert_uint_eq(line->part, line->seq);
		ck_assert_uint_eq(line->parts, history.count - 1);
		changes += line->changes.count;
	}
	ck_assert_uint_eq(changes, 100);
}
END_TEST

/* Each hash is worth to be kept elsewhere. */
START_TEST(each_line_is_told_with_its_hash)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_pen pen = pen_of(tree, "apply", "2026-11-01T10:00:00Z");
	history_changes changes;

	(void)large_changes(tree->arena, 200, &changes);
	history_open(&pen);
	history_plan(&pen, changed(tree, "60", "1"));
	/* Once. */
	history_plan(&pen, changed(tree, "60", "1"));
	ck_assert_uint_eq(pen.line.changes.count, 1);
	history_begin(&pen);
	pen.line.changes = changes;
	history_close(&pen, "match", 0);
	ck_assert_int_eq(read_all(tree, NULL), 0);
	ck_assert_uint_gt(history.count, 1);
	ck_assert_uint_eq(pen.written.count, history.count);
	vec_for_each (line, &history.lines)
		ck_assert_str_eq(pen.written.at[line->seq - 1],
				 arena_printf(tree->arena, "line %llu, hash %s",
					      (unsigned long long)line->seq, line->hash));
}
END_TEST

START_TEST(the_chain_goes_on_over_rotated_files)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	char time[] = "2026-11-01T10:00:00Z";

	for (unsigned i = 0; i < 3; i++, time[9]++)
		write_much(tree, arena_strdup(tree->arena, time), 1000);
	ck_assert(root_exists(tree->root, FILE1 ".1"));
	ck_assert_int_eq(read_all(tree, NULL), 0);
	ck_assert_uint_eq(history.faults.count, 0);
	ck_assert_uint_eq(history.first, 1);
	if (is_sweep_short())
		return; /* what follows hashes ten MiB several times */
	/* A rotation that was stopped leaves a name free: nothing is lost. */
	ck_assert_int_eq(root_log_rename(tree->root, FILE1 ".1", "history.jsonl.2"), 0);
	for (unsigned i = 0; i < 2; i++, time[9]++)
		write_much(tree, arena_strdup(tree->arena, time), 1000);
	ck_assert(root_exists(tree->root, FILE1 ".1"));
	ck_assert_int_eq(read_all(tree, NULL), 0);
	ck_assert_uint_eq(history.faults.count, 0);
	ck_assert_uint_eq(history.first, 1);
	tree_remove(tree, FILE1 ".1");
	ck_assert_int_eq(read_all(tree, NULL), 0);
	ck_assert_uint_ge(history.faults.count, 1);
	ck_assert(text_starts(history.faults.at[0].what, "missing: numbers "));
}
END_TEST

/* That an old file is there does not mean that older ones were dropped. */
START_TEST(missing_lines_at_the_start_are_told)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	names lines;

	write_three(tree);
	lines = lines_of(tree);
	PUT(tree, lines.at[1], lines.at[2]);
	put(tree, FILE1 ".9", "", 0);
	assert_fault(tree, "history.jsonl, line 1", "missing: number 1, before this line");
	put(tree, FILE1 ".9", lines.at[1], strlen(lines.at[1]));
	PUT(tree, lines.at[2]);
	assert_fault(tree, "history.jsonl.9, line 1", "missing: number 1, before this line");
	/* Without history.state it cannot be told, and that is told. */
	tree_remove(tree, STATE);
	assert_whole(tree, 2);
	ck_assert(text_starts(history.remarks.at[0], "it begins with number 2: older files"));
	put(tree, FILE1 ".9", "", 0);
	assert_fault(tree, "history.jsonl, line 1", "missing: numbers 1 to 2, before this line");
}
END_TEST

/* Ten files are full: the first is dropped, and what was dropped is no fault. */
START_TEST(what_was_rotated_out_is_no_fault)
{
	enum { large = 11 * 1024 * 1024 };
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_state state;
	char *filler = arena_alloc(tree->arena, large), *all;
	names lines;

	for (unsigned i = 0; i < 11; i++)
		(void)write_change(tree, "apply", "2026-11-01T10:00:00Z", "60", "1");
	lines = lines_of(tree);
	for (unsigned i = 1; i < 10; i++)
		put(tree, arena_printf(tree->arena, FILE1 ".%u", i), lines.at[10 - i],
		    strlen(lines.at[10 - i]));
	/* The newest is too large for one more line. */
	memset(filler, 'x', large - 1);
	filler[large - 2] = '\n';
	all = arena_strdup(tree->arena, arena_printf(tree->arena, "%s%s", filler, lines.at[10]));
	put(tree, FILE1, all, strlen(all));
	(void)write_change(tree, "apply", "2026-11-02T10:00:00Z", "60", "1");
	history_state_read(tree->root, tree->arena, &state);
	ck_assert_uint_eq(state.first, 3);
	put(tree, FILE1 ".1", lines.at[10], strlen(lines.at[10]));
	assert_whole(tree, 10);
	ck_assert_str_eq(history.remarks.at[0],
			 "it begins with number 3: older files were dropped");
	tree_remove(tree, FILE1 ".9");
	assert_fault(tree, "history.jsonl.8, line 1", "missing: number 3, before this line");
}
END_TEST

static uint64_t count_of(struct tree *tree, struct history_filter filter)
{
	ck_assert_int_eq(history_read(tree->root, tree->arena, &filter, NULL, &history, NULL), 0);
	return history.lines.count;
}

START_TEST(filters_take_what_is_wanted)
{
	_cleanup_tree_ struct tree *tree = new_tree();

	write_three(tree);
	ck_assert_uint_eq(count_of(tree, (struct history_filter){.since = "2026-11"}), 2);
	ck_assert_uint_eq(
	    count_of(tree, (struct history_filter){.since = "2026-11", .until = "2026-11"}), 1);
	ck_assert_uint_eq(count_of(tree, (struct history_filter){.until = "2026-11-15T09:59:59Z"}),
			  1);
	ck_assert_uint_eq(count_of(tree, (struct history_filter){.what = "vm.*"}), 3);
	ck_assert_uint_eq(count_of(tree, (struct history_filter){.what = "/proc/sys/net/*"}), 0);
	ck_assert_uint_eq(count_of(tree, (struct history_filter){.owner = "pod"}), 0);
	/* What could be asked for is told all the same. */
	ck_assert_uint_eq(history.owners.count, 1);
	ck_assert_uint_ge(history.settings.count, 1);
}
END_TEST

/* A value of any bytes: the line stays one line of JSON, and has all that is not too long. */
START_TEST(hostile_values_stay_within_their_line)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	char *large = arena_alloc(tree->arena, 5001);
	size_t length;
	const char *text;

	memset(large, 'y', 5000);
	(void)write_change(tree, "apply", "2026-11-01T10:00:00Z", "a\n\"},{\x01\xff\xe2\x80\xae",
			   large);
	assert_whole(tree, 1);
	ck_assert_str_eq(history.lines.at[0].changes.at[0].before, "a\n\"},{\x01\\xff\xe2\x80\xae");
	ck_assert(text_starts(history.lines.at[0].changes.at[0].after, "5000 bytes, SHA-256 "));
	text = content(tree, FILE1, &length);
	for (size_t i = 0; i + 1 < length; i++)
		ck_assert(text[i] >= ' ' && text[i] < 127);
}
END_TEST

RUN_SUITE("history", who_changed_what_is_read_back, the_hash_is_that_of_the_line_without_it,
	  each_byte_that_is_changed_is_found, each_byte_that_is_added_or_cut_off_is_found,
	  what_was_done_to_lines_is_told, a_line_with_a_new_hash_is_told_by_the_next,
	  a_chain_written_anew_to_its_end_needs_a_known_hash,
	  the_next_line_does_not_hide_that_lines_are_missing,
	  the_next_line_tells_that_the_state_was_missing, a_line_that_nobody_announced_is_told,
	  drafts_that_cannot_be_read_are_counted, missing_lines_at_the_start_are_told,
	  what_was_stopped_has_a_line_by_the_next, what_has_its_line_gets_no_second_one,
	  a_line_that_was_cut_short_is_told_by_the_next,

	  links_and_others_files_are_refused, without_the_directory_the_draft_stays_with_the_boot,
	  what_is_much_stands_in_several_lines, each_line_is_told_with_its_hash,
	  the_chain_goes_on_over_rotated_files, what_was_rotated_out_is_no_fault,
	  filters_take_what_is_wanted, hostile_values_stay_within_their_line)
