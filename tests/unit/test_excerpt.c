/* SPDX-License-Identifier: Apache-2.0 */
/* A line with a mark below a character of it: where the mark stands, and what is shown of the line.
 */
#include <string.h>

#include "base/arena.h"
#include "base/escape.h"
#include "base/excerpt.h"
#include "run_suite.h"

static char line[EXCERPT_BYTES], mark[EXCERPT_BYTES];

static void show(const char *text, unsigned number, unsigned column)
{
	excerpt(text, strlen(text), number, column, line, mark);
}

#define ASSERT_SHOWN(text, number, column, wanted_line, wanted_mark)                               \
	do {                                                                                       \
		show(text, number, column);                                                        \
		ck_assert_str_eq(line, wanted_line);                                               \
		ck_assert_str_eq(mark, wanted_mark);                                               \
	} while (0)

START_TEST(the_mark_is_below_the_character)
{
	ASSERT_SHOWN("a: 1\n  bc: x\nd: 2\n", 2, 7, "    2 |   bc: x", "      |       ^");
	ASSERT_SHOWN("a: 1\n  bc: x\nd: 2", 3, 1, "    3 | d: 2", "      | ^");
	ASSERT_SHOWN("abc\r\nde\r\n", 1, 3, "    1 | abc", "      |   ^");
	/* Behind the end: what is missing there. */
	ASSERT_SHOWN("abc\n", 1, 9, "    1 | abc", "      |    ^");
}
END_TEST

START_TEST(a_line_that_is_not_there_is_not_shown)
{
	ASSERT_SHOWN("", 1, 1, "", "");
	ASSERT_SHOWN("a\n\nb\n", 2, 1, "", "");
	ASSERT_SHOWN("a\n", 2, 1, "", "");
	ASSERT_SHOWN("a\n", 77, 1, "", "");
}
END_TEST

START_TEST(columns_are_those_of_a_terminal)
{
	ASSERT_SHOWN("\tx: y\n", 1, 2, "    1 |         x: y", "      |         ^");
	ASSERT_SHOWN("ab\tx", 1, 4, "    1 | ab      x", "      |         ^");
	ASSERT_SHOWN("\xc3\xa4\xc3\xb6x", 1, 3, "    1 | \xc3\xa4\xc3\xb6x", "      |   ^");
	/* Two columns each, and none for the accent. */
	ASSERT_SHOWN("\xe6\xbc\xa2\xe5\xad\x97x", 1, 3, "    1 | \xe6\xbc\xa2\xe5\xad\x97x",
		     "      |     ^");
	ASSERT_SHOWN("e\xcc\x81x", 1, 3, "    1 | e\xcc\x81x", "      |  ^");
}
END_TEST

START_TEST(hostile_bytes_are_escaped)
{
	ASSERT_SHOWN("a\x1b[31mb", 1, 7, "    1 | a\\x1B[31mb", "      |          ^");
	ASSERT_SHOWN("\xff\xfex", 1, 3, "    1 | \\xFF\\xFEx", "      |         ^");
	ASSERT_SHOWN("\xe2\x80\xaex", 1, 2, "    1 | \\xE2\\x80\\xAEx", "      |             ^");
	excerpt("a\0b", 3, 1, 3, line, mark);
	ck_assert_str_eq(line, "    1 | a\\x00b");
	ck_assert_str_eq(mark, "      |      ^");
}
END_TEST

START_TEST(of_a_long_line_the_part_around_the_mark_is_shown)
{
	char text[301];

	for (size_t i = 0; i < 300; i++)
		text[i] = (char)('a' + i % 26);
	text[300] = '\0';
	for (unsigned column = 1; column <= 300; column++) {
		show(text, 1, column);
		ck_assert_uint_le(strlen(line), 70);
		ck_assert_uint_le(strlen(mark), 70);
		ck_assert_int_eq(mark[strlen(mark) - 1], '^');
		ck_assert_int_eq(line[strlen(mark) - 1], text[column - 1]);
	}
	show(text, 1, 1);
	ck_assert_str_eq(line + strlen(line) - 3, "...");
	show(text, 1, 300);
	ck_assert_int_eq(strncmp(line, "    1 | ...", 11), 0);
}
END_TEST

/* Whatever the bytes are, nothing of them commands a terminal, and nothing is written too far. */
START_TEST(any_bytes)
{
	char text[1024];
	unsigned state = 1;

	for (int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(text) - 1; i++) {
			state = state * 1103515245 + 12345;
			text[i] = (char)(state >> 16);
		}
		text[sizeof(text) - 1] = '\0';
		excerpt(text, sizeof(text) - 1, 1 + state % 4, 1 + state % 300, line, mark);
		ck_assert(escape_is_clean(line, ESCAPE_ALL));
		ck_assert(escape_is_clean(mark, ESCAPE_ALL));
		ck_assert_uint_le(strlen(mark), 70);
	}
}
END_TEST

RUN_SUITE("excerpt", the_mark_is_below_the_character, a_line_that_is_not_there_is_not_shown,
	  columns_are_those_of_a_terminal, hostile_bytes_are_escaped,
	  of_a_long_line_the_part_around_the_mark_is_shown, any_bytes)
