/* SPDX-License-Identifier: Apache-2.0 */
/* Another version's file is told from one that is damaged. */
#include "base/file_format.h"

#include "run_suite.h"

START_TEST(another_number_of_the_same_format_is_another_version)
{
	static const char *const others[] = {"thintune.verdict/2", "thintune.verdict/0",
					     "thintune.verdict/999999999"};
	static const char *const none[] = {
	    NULL,
	    "",
	    "thintune.verdict/1",
	    "thintune.verdict/",
	    "thintune.verdict/1000000000",
	    "thintune.verdict/2 ",
	    "thintune.verdict/two",
	    "thintune.verdict/-2",
	    "thintune.verdict",
	    "thintune.watch/2",
	    "other/thintune.verdict/2",
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_ptr_nonnull(file_format_other(arena, others[i], "thintune.verdict/1"));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_ptr_null(file_format_other(arena, none[i], "thintune.verdict/1"));
	ck_assert_str_eq(file_format_other(arena, "thintune.verdict/2", "thintune.verdict/1"),
			 "was written by another version of thintune (it is thintune.verdict/2, "
			 "and this version knows thintune.verdict/1)");
}
END_TEST

RUN_SUITE("file_format", another_number_of_the_same_format_is_another_version)
