/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <string.h>

#include "report/report.h"
#include "run_suite.h"

static struct arena *arena;

static const char *nfd(const char *profile, bool may_start)
{
	if (!arena)
		arena = arena_new();
	return report_nfd(arena, profile, may_start);
}

START_TEST(says_whether_the_broker_may_start)
{
	ck_assert_str_eq(nfd("thin-ledger", true),
			 "feature.node.kubernetes.io/thintune-ready=true\n"
			 "feature.node.kubernetes.io/thintune-profile=thin-ledger\n");
	ck_assert_str_eq(nfd(NULL, false), "feature.node.kubernetes.io/thintune-ready=false\n");
	arena_free(arena);
}
END_TEST

START_TEST(what_is_no_label_value_is_left_out)
{
	static const char *const odd[] = {
	    "",
	    "-x",
	    "x-",
	    "a b",
	    "a\nb=c",
	    "ä",
	    "a123456789012345678901234567890123456789012345678901234567890123"};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		ck_assert_str_eq(nfd(odd[i], true),
				 "feature.node.kubernetes.io/thintune-ready=true\n");
	ck_assert_ptr_nonnull(strstr(nfd("A_b.9", true), "thintune-profile=A_b.9\n"));
	arena_free(arena);
}
END_TEST

RUN_SUITE("report_nfd", says_whether_the_broker_may_start, what_is_no_label_value_is_left_out)
