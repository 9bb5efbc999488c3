/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/nearest.h"
#include "base/text.h"
#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What an output holds before a parser that must not touch it. */
#define UNTOUCHED UINT64_C(4711)

struct number_row {
	const char *text;
	int code;
	uint64_t value;
};

typedef int (*parser)(const char *text, uint64_t *ret);

static void assert_parses(parser parse, const struct number_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = UNTOUCHED;
		int r = parse(rows[i].text, &value);

		ck_assert_msg(r == rows[i].code, "'%s' gives %d", rows[i].text, r);
		ck_assert_msg(value == (r < 0 ? UNTOUCHED : rows[i].value), "'%s' stores %llu",
			      rows[i].text, (unsigned long long)value);
	}
}

START_TEST(nearest_is_within_two_edits)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	names list = text_words(arena, "governor clocksource boot net");

	ck_assert_str_eq(nearest_find("govenor", &list), "governor");
	ck_assert_str_eq(nearest_find("clock-source", &list), "clocksource");
	ck_assert_str_eq(nearest_find("bot", &list), "boot");
	/* The only one that begins so. */
	ck_assert_str_eq(nearest_find("clock", &list), "clocksource");
	ck_assert_ptr_null(nearest_find("go", &list));
	ck_assert_ptr_null(nearest_find("speed", &list));
	ck_assert_str_eq(nearest_hint(arena, "boot5", &list), "; did you mean 'boot'?");
	ck_assert_str_eq(nearest_hint(arena, "speed", &list), "");
	ck_assert_str_eq(nearest_or_all(arena, "speed", &list),
			 "known are governor, clocksource, boot, net");
	/* Two edits of three characters. */
	ck_assert_ptr_null(nearest_find("foo", &list));
	ck_assert_ptr_null(nearest_find("", &list));
}
END_TEST

START_TEST(in_a_list)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	names list = text_words(arena, "irq net-queues");

	ck_assert(text_in("net-queues", &list));
	ck_assert(!text_in("net", &list));
	ck_assert(!text_in(NULL, &list));
	ck_assert(!text_in("irq", &(names){0}));
}
END_TEST

START_TEST(numbers)
{
	static const struct number_row rows[] = {
	    {"0", 0, 0},
	    {"7", 0, 7},
	    {"10", 0, 10},
	    {"18446744073709551615", 0, UINT64_MAX},
	    {"18446744073709551616", -ERANGE, 0},
	    {"99999999999999999999999", -ERANGE, 0},
	    {"", -EINVAL, 0},
	    {" 1", -EINVAL, 0},
	    {"1 ", -EINVAL, 0},
	    {"1\n", -EINVAL, 0},
	    {"+1", -EINVAL, 0},
	    {"-1", -EINVAL, 0},
	    {"01", -EINVAL, 0},
	    {"00", -EINVAL, 0},
	    {"0x10", -EINVAL, 0},
	    {"1e3", -EINVAL, 0},
	    {"1.5", -EINVAL, 0},
	    {"1_000", -EINVAL, 0},
	    {"max", -EINVAL, 0},
	};

	assert_parses(text_u64, rows, COUNT(rows));
}
END_TEST

START_TEST(sizes)
{
	static const struct number_row rows[] = {
	    {"0", 0, 0},
	    {"4096", 0, 4096},
	    {"64KiB", 0, 65536},
	    {"16MiB", 0, UINT64_C(16) << 20},
	    {"10GiB", 0, UINT64_C(10) << 30},
	    {"1TiB", 0, UINT64_C(1) << 40},
	    {"16777215TiB", 0, UINT64_C(16777215) << 40},
	    {"16777216TiB", -ERANGE, 0},
	    {"10GB", -EINVAL, 0},
	    {"10G", -EINVAL, 0},
	    {"10gib", -EINVAL, 0},
	    {"10 GiB", -EINVAL, 0},
	    {"GiB", -EINVAL, 0},
	    {"1.5GiB", -EINVAL, 0},
	    {"-1GiB", -EINVAL, 0},
	    {"1GiBs", -EINVAL, 0},
	    {"", -EINVAL, 0},
	};

	assert_parses(text_size, rows, COUNT(rows));
}
END_TEST

START_TEST(durations)
{
	static const struct number_row rows[] = {
	    {"0s", 0, 0},
	    {"500us", 0, 500},
	    {"10ms", 0, 10000},
	    {"240s", 0, 240000000},
	    {"5min", 0, 300000000},
	    {"1h", 0, UINT64_C(3600000000)},
	    {"5124095577h", -ERANGE, 0},
	    {"10", -EINVAL, 0},
	    {"0", -EINVAL, 0},
	    {"10m", -EINVAL, 0},
	    {"10S", -EINVAL, 0},
	    {"10 s", -EINVAL, 0},
	    {"s", -EINVAL, 0},
	    {"1h30min", -EINVAL, 0},
	    {"", -EINVAL, 0},
	};

	assert_parses(text_duration, rows, COUNT(rows));
}
END_TEST

START_TEST(booleans_are_true_or_false_and_nothing_else)
{
	static const char *const wrong[] = {"", "yes", "no", "True", "FALSE", "on", "1", "true "};
	bool value = false;

	ck_assert_int_eq(text_bool("true", &value), 0);
	ck_assert(value);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		ck_assert_int_eq(text_bool(wrong[i], &value), -EINVAL);
		ck_assert(value);
	}
	ck_assert_int_eq(text_bool("false", &value), 0);
	ck_assert(!value);
}
END_TEST

START_TEST(prefix_suffix_equal)
{
	ck_assert(text_starts("nvme0n1", "nvme"));
	ck_assert(text_starts("nvme", ""));
	ck_assert(!text_starts("nv", "nvme"));
	ck_assert(text_ends("x.yaml", ".yaml"));
	ck_assert(text_ends("x", ""));
	ck_assert(!text_ends("yaml", ".yaml"));
	ck_assert(!text_ends("x.yaml.bak", ".yaml"));
	ck_assert(text_equal("a", "a"));
	ck_assert(!text_equal("a", "b"));
	ck_assert(text_equal(NULL, NULL));
	ck_assert(!text_equal("", NULL));
	ck_assert(!text_equal(NULL, ""));
}
END_TEST

static const char *listed(struct arena *arena, names list)
{
	return arena_printf(arena, "%zu:%s", list.count, text_join(arena, &list, "|"));
}

START_TEST(trim_words_split_join)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(text_trim(arena, " \t a b\r\n"), "a b");
	ck_assert_str_eq(text_trim(arena, "plain"), "plain");
	ck_assert_str_eq(text_trim(arena, " \n\t\r"), "");
	ck_assert_str_eq(text_trim(arena, ""), "");
	ck_assert_str_eq(listed(arena, text_words(arena, "4096\t131072  6291456\n")),
			 "3:4096|131072|6291456");
	ck_assert_str_eq(listed(arena, text_words(arena, " one")), "1:one");
	ck_assert_str_eq(listed(arena, text_words(arena, " \t\n")), "0:");
	ck_assert_str_eq(listed(arena, text_words(arena, "")), "0:");
	ck_assert_str_eq(listed(arena, text_split(arena, "a,b", ',')), "2:a|b");
	ck_assert_str_eq(listed(arena, text_split(arena, ",a,,", ',')), "4:|a||");
	ck_assert_str_eq(listed(arena, text_split(arena, "", ',')), "1:");
}
END_TEST

START_TEST(numbers_inside_names_compare_as_numbers)
{
	static const char *const ordered[] = {
	    "",        "0",        "1",        "2",    "10",    "a",      "nvme1n1",
	    "nvme2n1", "nvme2n10", "nvme10n1", "rx-2", "rx-10", "rx-10a", "rx-18446744073709551616",
	};

	for (size_t i = 0; i < COUNT(ordered); i++) {
		for (size_t j = 0; j < COUNT(ordered); j++) {
			int order = text_natural_compare(ordered[i], ordered[j]);

			ck_assert_msg((order < 0) == (i < j) && (order > 0) == (i > j),
				      "'%s' against '%s' gives %d", ordered[i], ordered[j], order);
		}
	}
	ck_assert_int_eq(text_natural_compare("a007", "a7"), 0);
	ck_assert_int_lt(text_natural_compare("a007b", "a7c"), 0);
}
END_TEST

/* Equal as numbers, so only the text can say which comes first, however the list began. */
START_TEST(sorting_does_not_depend_on_the_order_before)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	names one = text_words(arena, "rx-10 rx-2 rx-02 rx-1 b \xc3\xa4 a");
	names two = text_words(arena, "a \xc3\xa4 b rx-1 rx-02 rx-2 rx-10");
	names none = {0};

	text_natural_sort(&one);
	text_natural_sort(&two);
	text_natural_sort(&none);
	ck_assert_str_eq(listed(arena, one), "7:a|b|rx-1|rx-02|rx-2|rx-10|\xc3\xa4");
	ck_assert_str_eq(listed(arena, two), listed(arena, one));
}
END_TEST

START_TEST(globs_match_the_whole_text)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
	    {"", "", true},
	    {"", "a", false},
	    {"*", "", true},
	    {"*", "anything/at all", true},
	    {"a", "a", true},
	    {"a", "A", false},
	    {"a", "ab", false},
	    {"ab", "a", false},
	    {"?", "", false},
	    {"?", "x", true},
	    {"a?c", "abc", true},
	    {"MSFT NVMe Accelerator*", "MSFT NVMe Accelerator v1.0", true},
	    {"MSFT NVMe Accelerator*", "MSFT NVMe Accelerator", true},
	    {"MSFT NVMe Accelerator*", "x MSFT NVMe Accelerator", false},
	    {"*v1", "v1 and v1", true},
	    {"*v1", "v1 and v2", false},
	    {"a*b*c", "aXbXbXc", true},
	    {"a*b*c", "aXcXb", false},
	    {"*aab", "aaab", true},
	    {"**a", "a", true},
	    {"[a]", "a", false},
	    {"[a]", "[a]", true},
	    {"net.core.netdev_*", "net.core.netdev_budget", true},
	    {"net.core.netdev_*", "net.core.netdev", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_msg(text_glob(rows[i].pattern, rows[i].text) == rows[i].matches,
			      "'%s' against '%s'", rows[i].pattern, rows[i].text);
}
END_TEST

/* A matcher that goes back to every star would not finish this. */
START_TEST(many_stars_do_not_take_for_ever)
{
	char text[4096];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert(!text_glob("*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}
END_TEST

START_TEST(words_of_a_shell)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(text_shell(arena, ""), "''");
	ck_assert_str_eq(text_shell(arena, "/a b$c"), "'/a b$c'");
	ck_assert_str_eq(text_shell(arena, "it's"), "'it'\\''s'");
}
END_TEST

START_TEST(sizes_for_people)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
	    {0, "0 B"},
	    {512, "512 B"},
	    {1023, "1023 B"},
	    {1024, "1.0 KiB"},
	    {1536, "1.5 KiB"},
	    {UINT64_C(10) << 30, "10.0 GiB"},
	    {(UINT64_C(2) << 40) + (UINT64_C(1) << 39), "2.5 TiB"},
	    {UINT64_MAX, "16384.0 PiB"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_str_eq(text_human_size(arena, rows[i].bytes), rows[i].text);
}
END_TEST

/* The arena hands out what lies behind the builder, so a byte too many shows in the neighbour. */
START_TEST(builder_grows_at_every_length)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t length = 1; length < 300; length++) {
		struct str str = str_new(arena);
		const char *neighbour = arena_strdup(arena, "neighbour");
		const char *letters = arena_printf(arena, "%0*d", (int)length, 0);
		const char *wanted = arena_printf(arena, "%s[%s]xy", letters, letters);

		ck_assert_str_eq(str.text, "");
		str_add(&str, letters);
		ck_assert_str_eq(str.text, letters);
		ck_assert_str_eq(neighbour, "neighbour");
		str_printf(&str, "[%s]", letters);
		str_add_n(&str, "xyz", 2);
		ck_assert_uint_eq(str.length, strlen(wanted));
		ck_assert_str_eq(str.text, wanted);
		str = str_new(arena);
		neighbour = arena_strdup(arena, "neighbour");
		str_printf(&str, "%s", letters);
		ck_assert_str_eq(str.text, letters);
		ck_assert_str_eq(neighbour, "neighbour");
	}
}
END_TEST

START_TEST(errors_have_names_and_words)
{
	struct err err = {0};

	ck_assert_int_eq(err_set(&err, -EPERM, "cannot write %s", "x"), -EPERM);
	ck_assert_int_eq(err.code, -EPERM);
	ck_assert_str_eq(err.text, "cannot write x");
	ck_assert_int_eq(err_set(NULL, -EIO, "nobody listens"), -EIO);
	ck_assert_str_eq(err_name(-EPERM), "EPERM");
	ck_assert_str_eq(err_name(EPERM), "EPERM");
	ck_assert_str_eq(err_words(-ENOENT), "No such file or directory");
	ck_assert_ptr_nonnull(err_words(-100000));
	ck_assert_ptr_nonnull(err_name(-100000));
	errno = EBUSY;
	ck_assert_int_eq(err_errno(), -EBUSY);
}
END_TEST

START_TEST(a_long_sentence_is_cut_not_overrun)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *long_path = arena_printf(arena, "%05000d", 0);
	struct err err = {0};

	ck_assert_int_eq(err_set(&err, -EIO, "%s", long_path), -EIO);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
}
END_TEST

/* "aé€😀": characters of 1, 2, 3 and 4 bytes. */
START_TEST(or_something_else)
{
	ck_assert_str_eq(text_or("xfs", "?"), "xfs");
	ck_assert_str_eq(text_or("", "?"), "");
	ck_assert_str_eq(text_or(NULL, "?"), "?");
}
END_TEST

START_TEST(a_cut_is_between_two_characters)
{
	static const size_t lengths[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};

	for (size_t most = 0; most < sizeof(lengths) / sizeof(lengths[0]); most++) {
		char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";

		text_cut(text, most);
		ck_assert_uint_eq(strlen(text), lengths[most]);
	}
}
END_TEST

/* What is no UTF-8 keeps its length: a name of such bytes does not become an empty one. */
START_TEST(a_cut_in_no_character_is_where_it_was_asked_for)
{
	char text[] = "\x80\x80\x80\x80\x80\x80\x80\x80";

	text_cut(text, 6);
	ck_assert_uint_eq(strlen(text), 6);
	text_cut(text, 2);
	ck_assert_uint_eq(strlen(text), 2);
}
END_TEST

START_TEST(one_is_not_many)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(text_count(arena, 0, "row", "rows"), "0 rows");
	ck_assert_str_eq(text_count(arena, 1, "row", "rows"), "1 row");
	ck_assert_str_eq(text_count(arena, 2, "row", "rows"), "2 rows");
}
END_TEST

RUN_SUITE("text", one_is_not_many, or_something_else, nearest_is_within_two_edits, in_a_list,
	  numbers, sizes, durations, booleans_are_true_or_false_and_nothing_else,
	  prefix_suffix_equal, trim_words_split_join, numbers_inside_names_compare_as_numbers,
	  sorting_does_not_depend_on_the_order_before, globs_match_the_whole_text,
	  many_stars_do_not_take_for_ever, words_of_a_shell, sizes_for_people,
	  builder_grows_at_every_length, errors_have_names_and_words,
	  a_cut_is_between_two_characters, a_cut_in_no_character_is_where_it_was_asked_for,
	  a_long_sentence_is_cut_not_overrun)
