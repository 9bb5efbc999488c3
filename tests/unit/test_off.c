/* SPDX-License-Identifier: Apache-2.0 */
/* What is not right of a plan, and what has become so or is so no more. */
#include "plan/off.h"

#include "base/text.h"
#include "run_suite.h"

static void add_setting(struct plan *plan, const char *name, enum severity severity,
			enum state state)
{
	const struct wish wish = {.tuner = "t", .name = name, .severity = severity};

	plan_add(plan, wish)->state = state;
}

static void add_check(struct plan *plan, const char *id, enum severity severity,
		      enum check_state state)
{
	const struct check check = {.tuner = "t", .id = id, .severity = severity, .state = state};

	vec_push(plan->arena, &plan->checks, check);
}

static const char *listed(struct arena *arena, const off_list *list)
{
	names found = {0};

	vec_for_each (off, list)
		vec_push(arena, &found,
			 arena_printf(arena, "%s %s %s %s", off->severity,
				      off->is_check ? "check" : "setting", off->name, off->state));
	return text_join(arena, &found, ", ");
}

/* Required ones first, and nothing of what is right. */
START_TEST(what_is_off_is_listed)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct plan plan = {.arena = arena};
	off_list list;

	for (unsigned i = 0; i < 2; i++) {
		const enum severity severity = i ? SEVERITY_REQUIRED : SEVERITY_ADVISED;

		add_setting(&plan, "right", severity, STATE_SAME);
		add_setting(&plan, "wrong", severity, STATE_DIFFERS);
		add_check(&plan, "passed", severity, CHECK_PASS);
		add_check(&plan, "failed", severity, CHECK_FAIL);
		add_check(&plan, "waived", severity, CHECK_WAIVED);
	}
	list = off_of_plan(arena, &plan);
	ck_assert_str_eq(listed(arena, &list),
			 "required setting wrong differs, required check failed fail, "
			 "required check waived waived, advised setting wrong differs, "
			 "advised check failed fail, advised check waived waived");
}
END_TEST

START_TEST(another_state_is_another_entry)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct plan before = {.arena = arena}, after = {.arena = arena};
	off_list one, other, difference;

	add_setting(&before, "same", SEVERITY_REQUIRED, STATE_DIFFERS);
	add_setting(&before, "other", SEVERITY_REQUIRED, STATE_DIFFERS);
	add_check(&before, "same", SEVERITY_REQUIRED, CHECK_FAIL);
	add_setting(&after, "same", SEVERITY_REQUIRED, STATE_DIFFERS);
	add_setting(&after, "other", SEVERITY_REQUIRED, STATE_FAILED);
	one = off_of_plan(arena, &before);
	other = off_of_plan(arena, &after);
	difference = off_without(arena, &one, &other);
	ck_assert_str_eq(listed(arena, &difference),
			 "required setting other differs, required check same fail");
	difference = off_without(arena, &other, &one);
	ck_assert_str_eq(listed(arena, &difference), "required setting other failed");
}
END_TEST

RUN_SUITE("off", what_is_off_is_listed, another_state_is_another_entry)
