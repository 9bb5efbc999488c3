/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and wrapping: aligned, never wider than asked where that can be, nothing lost. */
#include "report/layout.h"
#include "run_suite.h"

static const char *const heads[] = {"NAME", "VALUE", "NOTE", NULL};

static const char *render(struct arena *arena, const char *const rows[][3], size_t count,
			  struct text_style style)
{
	struct table table = table_new(arena, heads);

	for (size_t i = 0; i < count; i++)
		table_add(&table, rows[i]);
	return table_text(&table, style);
}

START_TEST(columns_are_aligned_and_lines_end_with_text)
{
	static const char *const rows[][3] = {
	    {"a", "1", "first"}, {"longer-name", NULL, "second"}, {"b", "22", NULL}};
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(render(arena, rows, 3, (struct text_style){0}),
			 "NAME         VALUE  NOTE\n"
			 "a            1      first\n"
			 "longer-name         second\n"
			 "b            22\n");
}
END_TEST

START_TEST(a_table_without_rows_is_its_head)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(render(arena, NULL, 0, (struct text_style){.width = 80}),
			 "NAME  VALUE  NOTE\n");
}
END_TEST

START_TEST(the_last_column_is_wrapped_below_itself)
{
	static const char *const rows[][3] = {
	    {"vm.swappiness", "60",
	     "one two three four five six seven eight nine ten eleven twelve"}};
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(render(arena, rows, 1, (struct text_style){.width = 60}),
			 "NAME           VALUE  NOTE\n"
			 "vm.swappiness  60     one two three four five six seven\n"
			 "                      eight nine ten eleven twelve\n");
}
END_TEST

START_TEST(fewer_than_60_columns_are_taken_as_60)
{
	static const char *const rows[][3] = {
	    {"name", "value", "one two three four five six seven eight nine ten eleven twelve"}};
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(render(arena, rows, 1, (struct text_style){.width = 1}),
			 render(arena, rows, 1, (struct text_style){.width = 60}));
}
END_TEST

START_TEST(no_line_is_wider_than_asked)
{
	static const char *const rows[][3] = {
	    {"  net.ipv4.tcp_slow_start_after_idle.and.more.of.it", "4096 131072 16777216",
	     "differs, required"},
	    {"  x", "BOOT_IMAGE=/boot/vmlinuz-6.1.0-31-amd64 root=/dev/mapper/vg0-root quiet", "y"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (unsigned width = 60; width < 140; width++) {
		const char *text = render(arena, rows, 2, (struct text_style){.width = width});
		names lines = text_split(arena, text, '\n');

		vec_for_each (line, &lines) {
			ck_assert_msg(layout_width(*line) <= width, "width %u: '%s'", width, *line);
			ck_assert(!text_ends(*line, " "));
		}
	}
}
END_TEST

START_TEST(a_long_name_has_a_line_of_its_own)
{
	static const char *const rows[][3] = {
	    {"  net.ipv4.tcp_slow_start_after_idle", "performance", "unsupported-here-too"}};
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(render(arena, rows, 1, (struct text_style){.width = 60}),
			 "NAME                       VALUE        NOTE\n"
			 "  net.ipv4.tcp_slow_start_after_idle\n"
			 "                           performance  unsupported-here-too\n");
}
END_TEST

/* No word is broken for it, and the other rows keep their columns. */
START_TEST(a_row_without_room_says_what_each_cell_is)
{
	static const char *const rows[][3] = {
	    {"mount-options", "rw,noatime,attr2,inode64,logbufs=8,logbsize=32k,noquota", "pass"},
	    {"filesystem", "xfs", "pass"}};
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(render(arena, rows, 2, (struct text_style){.width = 60}),
			 "NAME        VALUE  NOTE\n"
			 "mount-options\n"
			 "      VALUE:\n"
			 "      rw,noatime,attr2,inode64,logbufs=8,logbsize=32k,noquota;\n"
			 "      NOTE: pass\n"
			 "filesystem  xfs    pass\n");
}
END_TEST

START_TEST(colour_takes_no_width)
{
	static const char *const rows[][3] = {{"a", "1", "\033[31mfailed\033[0m here"},
					      {"b", "2", "\033[32msame\033[0m as that"}};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct table table = table_new(arena, heads);

	table.is_painted = true;
	table_add(&table, rows[0]);
	table_add(&table, rows[1]);
	ck_assert_str_eq(table_text(&table, (struct text_style){.width = 60}),
			 "NAME  VALUE  NOTE\n"
			 "a     1      \033[31mfailed\033[0m here\n"
			 "b     2      \033[32msame\033[0m as that\n");
	ck_assert_uint_eq(table_width(&table), strlen("a     1      same as that"));
}
END_TEST

/* A device may call itself what looks like a colour. */
START_TEST(only_the_last_column_of_a_painted_table_has_colour)
{
	static const char *const row[] = {"\033[31ma", "\033[8mb", "\033[31mc\033[0m"};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (int is_painted = 0; is_painted <= 1; is_painted++) {
		struct table table = table_new(arena, heads);

		table.is_painted = is_painted;
		table_add(&table, row);
		ck_assert_str_eq(table_text(&table, (struct text_style){0}),
				 is_painted ? "NAME       VALUE     NOTE\n"
					      "\\x1b[31ma  \\x1b[8mb  \033[31mc\033[0m\n"
					    : "NAME       VALUE     NOTE\n"
					      "\\x1b[31ma  \\x1b[8mb  \\x1b[31mc\\x1b[0m\n");
	}
}
END_TEST

START_TEST(a_newline_starts_a_line_in_its_column)
{
	static const char *const rows[][3] = {{"a", "1\n2", "x\n  y"}};
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(render(arena, rows, 1, (struct text_style){0}), "NAME  VALUE  NOTE\n"
									 "a     1      x\n"
									 "      2        y\n");
}
END_TEST

/* What a device calls itself must not reach the terminal's control functions. */
START_TEST(control_characters_are_escaped)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	static const char *const rows[][3] = {{"a\033[2J", "b\rc\td\x7f", "\033]0;title\a"}};

	ck_assert_str_eq(render(arena, rows, 1, (struct text_style){0}),
			 "NAME      VALUE            NOTE\n"
			 "a\\x1b[2J  b\\x0dc\\x09d\\x7f  \\x1b]0;title\\x07\n");
}
END_TEST

START_TEST(wrapping_loses_no_word_at_any_width)
{
	static const char text[] =
	    "wins at the next boot: vm.swappiness = 60 in /etc/sysctl.d/99-a-rather-long-name.conf";
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t width = 1; width < 100; width++) {
		names lines = layout_wrap(arena, text, width);

		ck_assert_str_eq(text_join(arena, &lines, " "), text);
		vec_for_each (line, &lines)
			ck_assert(strlen(*line) <= width || !strchr(*line, ' '));
	}
}
END_TEST

START_TEST(no_number_is_parted_from_its_unit)
{
	static const char text[] =
	    "p50 13.7 ms, p99 (250 us); 8 to 12 % more at >= 4096 KiB or 12.5 "
	    "MiB/s: 64 GiB. 3 CPUs, 9 days (exit 4)";
	static const char *const whole[] = {"13.7 ms,",    "250 us",     "12 %",
					    ">= 4096 KiB", "12.5 MiB/s", "64 GiB",
					    "3 CPUs",      "9 days",     "(exit 4)"};
	static const char *const rows[][3] = {{"a-name-of-some-length", "1234.5 MiB/s", text}};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (unsigned width = 60; width <= 200; width++) {
		const char *table = render(arena, rows, 1, (struct text_style){.width = width});
		struct str str = str_new(arena);

		layout_paragraph(&str, text, 6, width);
		ck_assert_ptr_nonnull(strstr(table, "1234.5 MiB/s"));
		for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
			ck_assert_msg(strstr(str.text, whole[i]), "width %u: '%s' in %s", width,
				      whole[i], str.text);
			ck_assert_msg(strstr(table, whole[i]), "width %u: '%s' in %s", width,
				      whole[i], table);
		}
	}
}
END_TEST

START_TEST(paragraphs_keep_newlines_and_their_indent)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct str str = str_new(arena);

	layout_paragraph(&str, "do this and then some more:\n    run the command\n\nend", 4, 26);
	ck_assert_str_eq(str.text, "    do this and then some\n"
				   "    more:\n"
				   "        run the command\n"
				   "\n"
				   "    end\n");
}
END_TEST

RUN_SUITE("table", columns_are_aligned_and_lines_end_with_text, a_table_without_rows_is_its_head,
	  the_last_column_is_wrapped_below_itself, fewer_than_60_columns_are_taken_as_60,
	  no_line_is_wider_than_asked, a_long_name_has_a_line_of_its_own,
	  a_row_without_room_says_what_each_cell_is, colour_takes_no_width,
	  a_newline_starts_a_line_in_its_column, control_characters_are_escaped,
	  only_the_last_column_of_a_painted_table_has_colour, wrapping_loses_no_word_at_any_width,
	  no_number_is_parted_from_its_unit, paragraphs_keep_newlines_and_their_indent)
