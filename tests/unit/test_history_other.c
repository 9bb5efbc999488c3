/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and a state of the history that another version wrote, or that nobody wrote so. */
#include <unistd.h>

#include "apply/history_files.h"
#include "apply/history_line.h"
#include "base/text.h"
#include "history_fixture.h"
#include "run_suite.h"

/* As another version may write it, with a right hash. */
static const char *line_of_other(struct tree *tree, const char *start)
{
	const char *whole = arena_printf(tree->arena, "%s}", start);

	return arena_printf(tree->arena, "%s,\"hash\":\"%s\"}\n", start,
			    history_hash(tree->arena, whole, strlen(whole)));
}

/* Else there would be two with the same number, each after the same line. */
START_TEST(the_chain_goes_on_after_a_line_of_another_version)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	names lines;
	const char *other, *hash;

	(void)write_change(tree, "apply", "2026-11-01T10:00:00Z", "60", "1");
	(void)write_change(tree, "restore", "2026-11-02T10:00:00Z", "1", "60");
	ck_assert_int_eq(read_all(tree, NULL), 0);
	other = line_of_other(tree, arena_printf(tree->arena,
						 "{\"seq\":3,\"time\":\"later\",\"prev\":\"%s\","
						 "\"command\":\"new\"",
						 history.hash));
	lines = lines_of(tree);
	PUT(tree, lines.at[0], lines.at[1], other);
	ck_assert_int_eq(read_all(tree, NULL), 0);
	ck_assert_uint_eq(history.faults.count, 1);
	assert_fault(tree, "history.jsonl, line 3", "not read: its hash is right");
	ck_assert_uint_eq(history.last, 3);
	hash = arena_strdup(tree->arena, history.hash);
	(void)write_change(tree, "run", "2026-12-01T10:00:00Z", "60", "1");
	/* Nothing but that it cannot be read is wrong with it. */
	ck_assert_int_eq(read_all(tree, hash), 0);
	ck_assert_uint_eq(history.faults.count, 1);
	ck_assert_uint_eq(history.lines.count, 3);
	ck_assert_uint_eq(history.lines.at[2].seq, 4);
	ck_assert_str_eq(history.lines.at[2].prev, hash);
	lines = lines_of(tree);
	PUT(tree, lines.at[0], lines.at[1], lines.at[3]);
	assert_fault(tree, "history.jsonl, line 3", "missing: number 3, before this line");
	PUT(tree, lines.at[0], lines.at[1], line_of_other(tree, "{\"seq\":3"), lines.at[3]);
	assert_fault(tree, "history.jsonl, line 3", "recomputed: number 3 has another hash");
	other = line_of_other(tree, arena_printf(tree->arena, "{\"seq\":3,\"prev\":\"%s\"", hash));
	PUT(tree, lines.at[0], lines.at[1], other);
	assert_fault(tree, "history.jsonl, line 2", "recomputed: number 2 has another hash");
}
END_TEST

/* No line has such a number. */
START_TEST(a_line_without_a_number_is_none_of_the_chain)
{
	static const char *const starts[] = {
	    "{\"at\":1", "{\"seq\":0", "{\"seq\":-1", "{\"seq\":\"2\"", "{\"seq\":9007199254740992",
	    "[1"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		_cleanup_tree_ struct tree *tree = new_tree();
		const char *line = line_of_other(tree, starts[i]);

		(void)write_change(tree, "apply", "2026-11-01T10:00:00Z", "60", "1");
		PUT(tree, lines_of(tree).at[0], line);
		(void)write_change(tree, "restore", "2026-11-02T10:00:00Z", "1", "60");
		ck_assert_int_eq(read_all(tree, NULL), 0);
		ck_assert_uint_eq(history.last, 2);
		ck_assert_uint_eq(history.faults.count, 1);
		assert_fault(tree, "history.jsonl, line 2", "not read: its hash is right");
	}
}
END_TEST

/* All else in it is right, its hash too. */
START_TEST(a_line_with_the_number_0_is_not_read)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_line line;
	const char *computed, *text;

	(void)write_change(tree, "apply", "2026-11-01T10:00:00Z", "60", "1");
	text = lines_of(tree).at[0];
	ck_assert_int_eq(history_line_parse(tree->arena, text, strlen(text) - 1, &line, &computed),
			 0);
	line.seq = 0;
	PUT(tree, text, history_line_text(tree->arena, &line));
	assert_fault(tree, "history.jsonl, line 2", "not read: its hash is right");
}
END_TEST

/* A state of which one value is wrong tells nothing. */
START_TEST(a_state_is_right_or_none)
{
	static const char *const edits[][2] = {
	    {"\"first\":1", "\"first\":5"},
	    {"\"seq\":3", "\"seq\":-3"},
	    {"\"drafts\":[]", "\"drafts\":{}"},
	    {"\"drafts\":[]", "\"drafts\":[1]"},
	    {"\"dropped\":0", "\"dropped\":9007199254740992"},
	    {"\"elsewhere\":0", "\"elsewhere\":-1"},
	    {"\"elsewhere\":0", "\"elsewhere\":9007199254740992"},
	};
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_state state;
	const char *text;
	size_t length;

	write_three(tree);
	text = content(tree, STATE, &length);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		const char *at = strstr(text, edits[i][0]), *edited;

		ck_assert_msg(at, "no %s in %s", edits[i][0], text);
		edited = arena_printf(tree->arena, "%.*s%s%s", (int)(at - text), text, edits[i][1],
				      at + strlen(edits[i][0]));
		put(tree, STATE, edited, strlen(edited));
		history_state_read(tree->root, tree->arena, &state);
		ck_assert_msg(!state.is_there, "with %s it is read", edits[i][1]);
	}
	put(tree, STATE, text, length);
	history_state_read(tree->root, tree->arena, &state);
	ck_assert(state.is_there);
}
END_TEST

/* When the next rotation is due is told from it. */
START_TEST(what_is_added_counts_to_the_size)
{
	_cleanup_tree_ struct tree *tree = new_tree();
	struct history_tail tail;
	size_t length;

	(void)write_change(tree, "apply", "2026-11-01T10:00:00Z", "60", "1");
	(void)content(tree, FILE1, &length);
	/* Without the newline. */
	ck_assert_int_eq(truncate(path_of(tree, FILE1), (off_t)length - 1), 0);
	tail = history_tail_read(tree->root, tree->arena);
	ck_assert(tail.is_open);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(history_add(tree->root, tree->arena, "a line\n", &tail), 0);
		(void)content(tree, FILE1, &length);
		ck_assert_uint_eq(tail.size, length);
		ck_assert(!tail.is_open);
	}
}
END_TEST

RUN_SUITE("history_other", the_chain_goes_on_after_a_line_of_another_version,
	  a_line_without_a_number_is_none_of_the_chain, a_line_with_the_number_0_is_not_read,
	  a_state_is_right_or_none, what_is_added_counts_to_the_size)
