/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdint.h>
#include <wchar.h>

#include "base/arena.h"
#include "base/str.h"
#include "run_suite.h"

/* A sanitizer's allocator, too, then says NULL, as the library's does. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* One assert a block: each costs a system call in check. */
static size_t count_of(const char *block, size_t size, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += block[i] == byte;
	return count;
}

START_TEST(memory_is_zeroed_aligned_and_apart)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	char *blocks[200];

	for (size_t i = 0; i < 200; i++) {
		/* Up to some 200 KiB, so that blocks within and beyond a chunk take turns. */
		size_t size = i % 10 == 9 ? i * 1024 : i;

		blocks[i] = arena_alloc(arena, size);
		ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
		ck_assert_uint_eq(count_of(blocks[i], size, 0), size);
		memset(blocks[i], (int)i, size);
	}
	for (size_t i = 0; i < 200; i++) {
		size_t size = i % 10 == 9 ? i * 1024 : i;

		ck_assert_uint_eq(count_of(blocks[i], size, (char)i), size);
	}
}
END_TEST

START_TEST(texts_are_copies)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	char original[] = "scheduler";
	const char *whole = arena_strdup(arena, original);
	const char *part = arena_strndup(arena, original, 5);

	memset(original, 'x', sizeof(original) - 1);
	ck_assert_str_eq(whole, "scheduler");
	ck_assert_str_eq(part, "sched");
	ck_assert_str_eq(arena_strdup(arena, ""), "");
	ck_assert_str_eq(arena_printf(arena, "%s/%u", whole, 7u), "scheduler/7");
	ck_assert_uint_eq(strlen(arena_printf(arena, "%0100000d", 0)), 100000);
}
END_TEST

START_TEST(vectors_grow_and_keep_what_they_hold)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct pair {
		size_t number;
		const char *text;
	};
	VEC(struct pair) pairs = {0};
	size_t seen = 0;

	vec_for_each (pair, &pairs)
		ck_abort_msg("an empty vector has no member %zu", pair->number);
	for (size_t i = 0; i < 1000; i++)
		vec_push(arena, &pairs, (struct pair){.number = i, .text = "x"});
	ck_assert_uint_eq(pairs.count, 1000);
	vec_for_each (pair, &pairs) {
		ck_assert_uint_eq(pair->number, seen++);
		ck_assert_str_eq(pair->text, "x");
	}
	ck_assert_uint_eq(seen, 1000);
}
END_TEST

START_TEST(free_takes_nothing_and_everything)
{
	struct arena *none = NULL;

	arena_free(NULL);
	arena_freep(&none);
}
END_TEST

/* A size that went below zero must not become a small one by rounding. */
START_TEST(a_size_gone_wrong_aborts)
{
	(void)arena_alloc(arena_new(), SIZE_MAX - 3);
}
END_TEST

START_TEST(an_array_gone_wrong_aborts)
{
	size_t room = SIZE_MAX / 4;

	(void)arena_grow(arena_new(), NULL, 0, &room, 16);
}
END_TEST

/* More than any machine has. */
START_TEST(memory_that_the_system_refuses_aborts)
{
	(void)arena_alloc(arena_new(), SIZE_MAX / 2);
}
END_TEST

/* No character has this number. */
static const wint_t no_character = 0x7FFFFFFF;

START_TEST(a_text_that_cannot_be_formatted_aborts)
{
	(void)arena_printf(arena_new(), "%lc", no_character);
}
END_TEST

START_TEST(a_piece_that_cannot_be_formatted_aborts)
{
	struct str str = str_new(arena_new());

	str_printf(&str, "%lc", no_character);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_test_raise_signal(group, a_size_gone_wrong_aborts, SIGABRT);
	tcase_add_test_raise_signal(group, an_array_gone_wrong_aborts, SIGABRT);
	tcase_add_test_raise_signal(group, memory_that_the_system_refuses_aborts, SIGABRT);
	tcase_add_test_raise_signal(group, a_text_that_cannot_be_formatted_aborts, SIGABRT);
	tcase_add_test_raise_signal(group, a_piece_that_cannot_be_formatted_aborts, SIGABRT);
}

RUN_SUITE_WITH("arena", prepare, memory_is_zeroed_aligned_and_apart, texts_are_copies,
	       vectors_grow_and_keep_what_they_hold, free_takes_nothing_and_everything)
