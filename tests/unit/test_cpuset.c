/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/cpuset.h"
#include "base/text.h"
#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;

static struct cpuset set_of(const char *list)
{
	struct cpuset set;

	ck_assert_int_eq(cpuset_parse_list(arena, list, &set), 0);
	return set;
}

START_TEST(lists_and_masks_say_the_same)
{
	static const struct {
		const char *list, *mask, *canonical_list, *canonical_mask;
		unsigned weight;
	} rows[] = {
	    {"", "", "", "0", 0},
	    {"", "0", "", "0", 0},
	    {"", "00000000,00000000", "", "0", 0},
	    {"0", "1", "0", "1", 1},
	    {"0-1", "00000000,00000003", "0-1", "3", 2},
	    {"0,1", "3", "0-1", "3", 2},
	    {"3,1,1-2", "E", "1-3", "e", 3},
	    {"0-3,8", "10f", "0-3,8", "10f", 5},
	    {"31-32", "1,80000000", "31-32", "1,80000000", 2},
	    {"32", "1,00000000", "32", "1,00000000", 1},
	    {"63-64", "1,80000000,00000000", "63-64", "1,80000000,00000000", 2},
	    {"128", "1,0,0,0,0", "128", "1,00000000,00000000,00000000,00000000", 1},
	    {"0-127", "ffffffff,ffffffff,ffffffff,ffffffff", "0-127",
	     "ffffffff,ffffffff,ffffffff,ffffffff", 128},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cpuset list = set_of(rows[i].list), mask;

		ck_assert_int_eq(cpuset_parse_mask(arena, rows[i].mask, &mask), 0);
		ck_assert_msg(cpuset_equal(&list, &mask), "'%s' and '%s' differ", rows[i].list,
			      rows[i].mask);
		ck_assert_str_eq(cpuset_list(arena, &mask), rows[i].canonical_list);
		ck_assert_str_eq(cpuset_mask(arena, &list), rows[i].canonical_mask);
		ck_assert_uint_eq(cpuset_weight(&list), rows[i].weight);
	}
	arena_free(arena);
}
END_TEST

START_TEST(what_is_no_list_is_refused)
{
	static const struct {
		const char *text;
		int code;
	} rows[] = {
	    {",", -EINVAL},     {"1,", -EINVAL},      {"-1", -EINVAL},
	    {"1-", -EINVAL},    {"3-1", -EINVAL},     {"1-2-3", -EINVAL},
	    {"a", -EINVAL},     {"0x1", -EINVAL},     {"1 2", -EINVAL},
	    {"0-3\n", -EINVAL}, {"01", -EINVAL},      {"0-7:2/4", -EINVAL},
	    {"65536", -ERANGE}, {"0-65536", -ERANGE}, {"99999999999999999999", -ERANGE},
	};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cpuset set = {.count = 99};

		ck_assert_msg(cpuset_parse_list(arena, rows[i].text, &set) == rows[i].code, "'%s'",
			      rows[i].text);
		ck_assert_uint_eq(set.count, 99);
	}
	arena_free(arena);
}
END_TEST

START_TEST(what_is_no_mask_is_refused)
{
	static const char *const rows[] = {",",  "1,",        ",1",  "g",   "0x1",
					   "-1", "123456789", "1 2", "1\n", "1,123456789"};
	struct cpuset set = {.count = 99};
	struct str wide;

	arena = arena_new();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_msg(cpuset_parse_mask(arena, rows[i], &set) == -EINVAL, "'%s'", rows[i]);
		ck_assert_uint_eq(set.count, 99);
	}
	wide = str_new(arena);
	str_add(&wide, "1");
	for (unsigned group = 1; group < CPUSET_MAX / 32; group++)
		str_add(&wide, ",0");
	ck_assert_int_eq(cpuset_parse_mask(arena, wide.text, &set), 0);
	ck_assert_int_eq(cpuset_next(&set, 0), CPUSET_MAX - 32);
	str_add(&wide, ",0");
	ck_assert_int_eq(cpuset_parse_mask(arena, wide.text, &set), -ERANGE);
	arena_free(arena);
}
END_TEST

START_TEST(the_largest_cpu)
{
	struct cpuset set;

	arena = arena_new();
	set = set_of("0,65535");
	ck_assert_uint_eq(cpuset_weight(&set), 2);
	ck_assert(cpuset_has(&set, 65535));
	ck_assert(!cpuset_has(&set, 65534));
	ck_assert(!cpuset_has(&set, 1u << 31));
	ck_assert_str_eq(cpuset_list(arena, &set), "0,65535");
	arena_free(arena);
}
END_TEST

START_TEST(sets_of_different_width)
{
	struct cpuset narrow, wide, both, rest, none = {0};

	arena = arena_new();
	narrow = set_of("0-3");
	wide = set_of("2-5,200");
	both = cpuset_and(arena, &narrow, &wide);
	ck_assert_str_eq(cpuset_list(arena, &both), "2-3");
	both = cpuset_and(arena, &wide, &narrow);
	ck_assert_str_eq(cpuset_list(arena, &both), "2-3");
	rest = cpuset_or(arena, &narrow, &wide);
	ck_assert_str_eq(cpuset_list(arena, &rest), "0-5,200");
	rest = cpuset_or(arena, &wide, &narrow);
	ck_assert_str_eq(cpuset_list(arena, &rest), "0-5,200");
	rest = cpuset_or(arena, &none, &none);
	ck_assert(cpuset_equal(&rest, &none));
	/* A copy: what is added to it is added to it alone. */
	rest = cpuset_or(arena, &narrow, &none);
	cpuset_add(arena, &rest, 7);
	ck_assert_str_eq(cpuset_list(arena, &rest), "0-3,7");
	ck_assert_str_eq(cpuset_list(arena, &narrow), "0-3");
	rest = cpuset_minus(arena, &wide, &narrow);
	ck_assert_str_eq(cpuset_list(arena, &rest), "4-5,200");
	rest = cpuset_minus(arena, &narrow, &wide);
	ck_assert_str_eq(cpuset_list(arena, &rest), "0-1");
	rest = cpuset_minus(arena, &wide, &wide);
	ck_assert(cpuset_equal(&rest, &none));
	ck_assert_str_eq(cpuset_list(arena, &rest), "");
	ck_assert_str_eq(cpuset_mask(arena, &rest), "0");
	ck_assert(cpuset_subset(&both, &wide));
	ck_assert(cpuset_subset(&none, &none));
	ck_assert(cpuset_subset(&none, &narrow));
	ck_assert(!cpuset_subset(&narrow, &none));
	ck_assert(!cpuset_subset(&wide, &narrow));
	ck_assert(!cpuset_equal(&both, &wide));
	ck_assert(!cpuset_equal(&wide, &both));
	ck_assert(!cpuset_equal(&wide, &narrow));
	ck_assert(!cpuset_equal(&narrow, &wide));
	arena_free(arena);
}
END_TEST

START_TEST(members_in_order)
{
	struct cpuset set, none = {0};
	unsigned count = 0;
	int last = -1;

	arena = arena_new();
	set = set_of("1,63,64,127-129");
	cpuset_for_each (cpu, &set) {
		ck_assert_int_gt(cpu, last);
		ck_assert(cpuset_has(&set, (unsigned)cpu));
		last = cpu;
		count++;
	}
	ck_assert_uint_eq(count, 6);
	ck_assert_int_eq(cpuset_next(&set, 65), 127);
	ck_assert_int_eq(cpuset_next(&set, 64), 64);
	ck_assert_int_eq(cpuset_next(&set, 130), -1);
	ck_assert_int_eq(cpuset_next(&set, 100000), -1);
	ck_assert_int_eq(cpuset_next(&none, 0), -1);
	arena_free(arena);
}
END_TEST

RUN_SUITE("cpulist", lists_and_masks_say_the_same, what_is_no_list_is_refused,
	  what_is_no_mask_is_refused, the_largest_cpu, sets_of_different_width, members_in_order)
