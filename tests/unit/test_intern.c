/* SPDX-License-Identifier: Apache-2.0 */
/* Interned strings: equal ones have one number, however many there are. */
#include "base/intern.h"
#include "base/text.h"
#include "run_suite.h"

START_TEST(equal_bytes_have_one_number)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct intern intern = intern_new(arena);

	ck_assert_uint_eq(intern_bytes(&intern, "", 0), 0);
	ck_assert_uint_eq(intern_bytes(&intern, "a", 1), 1);
	ck_assert_uint_eq(intern_bytes(&intern, "a\0", 2), 2);
	ck_assert_uint_eq(intern_bytes(&intern, "abc", 1), 1);
	ck_assert_uint_eq(intern_bytes(&intern, "", 0), 0);
	ck_assert_str_eq(intern_text(&intern, 1), "a");
	ck_assert_uint_eq(intern.bytes, 3);
}
END_TEST

START_TEST(numbers_stay_when_the_table_grows)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct intern intern = intern_new(arena);

	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 20000; i++) {
			const char *text = arena_printf(arena, "value number %u", i);

			ck_assert_uint_eq(intern_bytes(&intern, text, strlen(text)), i);
			ck_assert_str_eq(intern_text(&intern, i), text);
		}
	}
}
END_TEST

START_TEST(to_find_takes_nothing_in)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct intern intern = intern_new(arena);
	uint32_t number = 7;

	ck_assert(!intern_find(&intern, "a", 1, &number));
	ck_assert_uint_eq(number, 7);
	ck_assert_uint_eq(intern.all.count, 0);
	intern_bytes(&intern, "b", 1);
	intern_bytes(&intern, "a", 1);
	ck_assert(intern_find(&intern, "a", 1, &number));
	ck_assert_uint_eq(number, 1);
}
END_TEST

START_TEST(what_is_above_is_kept_under_its_numbers)
{
	_cleanup_arena_ struct arena *arena = arena_new(), *passing = arena_new();
	struct intern below = intern_new(arena), above, dropped;
	uint32_t number;

	intern_bytes(&below, "a", 1);
	intern_bytes(&below, "b", 1);
	dropped = intern_above(passing, &below);
	ck_assert_uint_eq(intern_bytes(&dropped, "dropped", 7), 2);
	above = intern_above(passing, &below);
	for (uint32_t i = 0; i < 3000; i++) {
		const char *text = arena_printf(passing, "%u", i);

		ck_assert_uint_eq(intern_bytes(&above, "b", 1), 1);
		ck_assert_uint_eq(intern_bytes(&above, text, strlen(text)), i + 2);
		ck_assert_str_eq(intern_text(&above, i + 2), text);
	}
	ck_assert_str_eq(intern_text(&above, 0), "a");
	ck_assert(intern_find(&above, "a", 1, &number) && number == 0);
	ck_assert(intern_find(&above, "7", 1, &number) && number == 9);
	ck_assert(!intern_find(&below, "7", 1, &number));
	ck_assert_uint_eq(above.all.count, 3000);
	ck_assert_uint_eq(below.bytes, 2);

	intern_keep(&below, &above);
	arena_free(passing);
	passing = NULL;
	ck_assert_uint_eq(below.all.count, 3002);
	ck_assert_uint_eq(below.bytes, 2 + 10 + 90 * 2 + 900 * 3 + 2000 * 4);
	for (uint32_t i = 0; i < 3000; i++) {
		const char *text = arena_printf(arena, "%u", i);

		ck_assert(intern_find(&below, text, strlen(text), &number) && number == i + 2);
	}
	ck_assert_uint_eq(intern_bytes(&below, "dropped", 7), 3002);
}
END_TEST

RUN_SUITE("intern", equal_bytes_have_one_number, numbers_stay_when_the_table_grows,
	  to_find_takes_nothing_in, what_is_above_is_kept_under_its_numbers)
