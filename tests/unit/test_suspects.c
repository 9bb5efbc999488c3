/* SPDX-License-Identifier: Apache-2.0 */
/* Who may have rewritten a setting: what could not be looked for is not known to be away. */
#include "flow/suspects.h"

#include "run_suite.h"

START_TEST(what_cannot_be_looked_for_is_unknown)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct facts facts = {0};

	ck_assert_int_eq(suspects_any(&facts), TRI_NO);
	ck_assert_str_eq(suspects_text(arena, &facts), "no known conflicting tool is running");
	vec_push(arena, &facts.rivals, (struct rival){.what = "tlp"});
	ck_assert_int_eq(suspects_any(&facts), TRI_NO);
	vec_push(arena, &facts.rival_gaps, "/run/tuned/tuned.pid: Input/output error");
	ck_assert_int_eq(suspects_any(&facts), TRI_UNKNOWN);
	ck_assert_str_eq(suspects_text(arena, &facts),
			 "whether a conflicting tool runs is not known: "
			 "/run/tuned/tuned.pid: Input/output error");
	vec_push(arena, &facts.rivals, (struct rival){.what = "irqbalance", .active = true});
	ck_assert_int_eq(suspects_any(&facts), TRI_YES);
	ck_assert_str_eq(suspects_text(arena, &facts), "irqbalance");
}
END_TEST

RUN_SUITE("suspects", what_cannot_be_looked_for_is_unknown)
