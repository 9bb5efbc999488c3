/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts that the kernel places itself: predicted, tried once a boot, never a failure. */
#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "plan/verdict.h"
#include "run_suite.h"
#include "wish_of.h"

#define VECTOR "/proc/irq/30/smp_affinity_list"

static struct plan make(const char *managed)
{
	struct plan made = {.arena = arena};

	wish_of(want(&made, "nvme0n1 queue 3", KIND_CPULIST, VECTOR, RULE_EXACT, "0-1"))->managed =
	    managed;
	return made;
}

static const struct setting *only(const struct plan *plan)
{
	ck_assert_uint_eq(plan->settings.count, 1);
	return &plan->settings.at[0];
}

START_TEST(predicted_and_confirmed)
{
	struct plan plan = make("placed by the kernel");
	struct plan undone;
	struct apply_result result;
	struct err err;

	fake_set(VECTOR, "3");
	fake_refuse(VECTOR, -EIO);
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_uint_eq(plan_trials(&plan), 1);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);
	ck_assert_str_eq(only(&plan)->note, "placed by the kernel");
	ck_assert_int_eq(plan_verdict(&plan, false).exit_code, 0);
	ck_assert_int_eq(plan_verdict(&plan, true).exit_code, 3);

	result = apply_now(&plan);
	ck_assert_uint_eq(result.writes, 0);
	ck_assert_uint_eq(result.trials, 1);
	ck_assert_uint_eq(plan_trials(&plan), 0);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);
	ck_assert_str_eq(only(&plan)->note, "the kernel refused it (EIO): placed by the kernel");
	ck_assert_int_eq(only(&plan)->code, 0);

	/* What is known is not tried again, and an audit knows that. */
	plan = make("placed by the kernel");
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_uint_eq(plan_trials(&plan), 0);
	result = apply_now(&plan);
	ck_assert_uint_eq(result.writes + result.trials, 0);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);

	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(VECTOR), "3");
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
}
END_TEST

/* What is said depends on where the kernel has the vector. */
START_TEST(on_both_sides_of_a_split)
{
	static const struct {
		const char *have, *note;
	} rows[] = {{"0", "placed"}, {"3", "placed"}, {"2-3", "placed"}, {"0,2", "advice"}};
	struct cpuset spared;

	ck_assert_int_eq(cpuset_parse_list(arena, "2-3", &spared), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan plan = make("placed");
		struct wish *wish = wish_of(&plan.settings.at[0]);

		wish->managed_spanning = "advice";
		wish->spared = &spared;
		fake_set(VECTOR, rows[i].have);
		look_plan(fake_root(), arena, &live, &plan);
		ck_assert_str_eq(only(&plan)->note, rows[i].note);
	}
}
END_TEST

START_TEST(kernel_contradicts)
{
	struct plan plan = make("placed by the kernel");
	struct plan undone;
	struct err err;

	fake_set(VECTOR, "3");
	ck_assert_uint_eq(apply_now(&plan).writes, 1);
	ck_assert_int_eq(only(&plan)->state, STATE_CHANGED);
	ck_assert_ptr_nonnull(strstr(only(&plan)->note, "expected to be managed"));
	ck_assert_str_eq(fake_get(VECTOR), "0-1");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(VECTOR), "3");
}
END_TEST

START_TEST(unforeseen_and_other_refusals)
{
	struct plan plan = make(NULL);

	fake_set(VECTOR, "3");
	fake_refuse(VECTOR, -EIO);
	(void)apply_now(&plan);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);
	ck_assert_ptr_nonnull(strstr(only(&plan)->note, "EIO"));

	/* Linux 6.11 and later. */
	fake_reset();
	fake_set(VECTOR, "3");
	fake_refuse(VECTOR, -EPERM);
	plan = make(NULL);
	(void)apply_now(&plan);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);
	ck_assert_ptr_nonnull(strstr(only(&plan)->note, "refused it (EPERM)"));

	fake_reset();
	fake_set(VECTOR, "3");
	fake_refuse(VECTOR, -ENOSPC);
	plan = make("placed by the kernel");
	(void)apply_now(&plan);
	ck_assert_int_eq(only(&plan)->state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(only(&plan)->note, "ENOSPC): the processors have no"));

	/* EIO and EPERM of anything but an interrupt is a failure, even of a list of CPUs. */
	for (unsigned i = 0; i < 2; i++) {
		fake_reset();
		fake_set("/sys/fs/cgroup/a/cpuset.cpus", "3");
		fake_refuse("/sys/fs/cgroup/a/cpuset.cpus", i ? -EPERM : -EIO);
		plan = (struct plan){.arena = arena};
		want(&plan, "cpus", KIND_CPULIST, "/sys/fs/cgroup/a/cpuset.cpus", RULE_EXACT,
		     "0-1");
		(void)apply_now(&plan);
		ck_assert_int_eq(only(&plan)->state, STATE_FAILED);
		ck_assert_int_eq(only(&plan)->code, i ? -EPERM : -EIO);
	}
	fake_reset();
	fake_set("/proc/sys/vm/swappiness", "60");
	fake_refuse("/proc/sys/vm/swappiness", -EIO);
	plan = (struct plan){.arena = arena};
	want(&plan, "swappiness", KIND_NUMBER, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	(void)apply_now(&plan);
	ck_assert_int_eq(only(&plan)->state, STATE_FAILED);
}
END_TEST

/* What an apply found out an audit knows, and another apply does not try again. */
START_TEST(unforeseen_is_remembered)
{
	struct plan plan = make(NULL), undone;
	struct err err;

	fake_set(VECTOR, "3");
	fake_set("/proc/irq/30/effective_affinity_list", "3");
	fake_refuse(VECTOR, -EIO);
	ck_assert_uint_eq(apply_now(&plan).writes, 1);
	plan = make(NULL);
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);
	ck_assert_str_eq(only(&plan)->effective, "3");
	ck_assert_int_eq(plan_verdict(&plan, false).exit_code, 0);
	plan = make(NULL);
	ck_assert_uint_eq(apply_now(&plan).writes, 0);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);

	/* The number is another device's now. */
	plan = make(NULL);
	wish_of(&plan.settings.at[0])->name = "eth0 queue 3";
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(only(&plan)->state, STATE_DIFFERS);

	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	plan = make(NULL);
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(only(&plan)->state, STATE_DIFFERS);
}
END_TEST

/* Another apply came between this one's look and its lock: what that one tried is known. */
START_TEST(tried_in_between)
{
	struct plan looked = make("placed by the kernel"), other = make("placed by the kernel");
	struct apply_result result = {0};
	unsigned changes;

	fake_set(VECTOR, "3");
	fake_refuse(VECTOR, -EIO);
	look_plan(fake_root(), arena, &live, &looked);
	ck_assert_uint_eq(plan_trials(&looked), 1);
	ck_assert_uint_eq(apply_now(&other).trials, 1);
	changes = fake_changes();
	apply_phase(fake_root(), arena, &live, &looked, PHASE_VALUES, &result);
	ck_assert_uint_eq(result.trials, 0);
	ck_assert_int_eq(only(&looked)->state, STATE_MANAGED);
	ck_assert_uint_eq(fake_changes(), changes);
}
END_TEST

/* Right already, or without the right to try: nothing is written, nothing is promised. */
START_TEST(nothing_to_try)
{
	struct plan plan = make("placed by the kernel");
	struct apply_result result;

	fake_set(VECTOR, "0-1");
	ck_assert_uint_eq(apply_now(&plan).writes, 0);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);

	fake_set(VECTOR, "3");
	fake_protect(VECTOR, -EROFS);
	plan = make("placed by the kernel");
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_uint_eq(plan_trials(&plan), 0);
	result = apply_now(&plan);
	ck_assert_uint_eq(result.writes + result.trials, 0);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);
}
END_TEST

/* The interrupt went between plan and write: a sentence, and the others go on. */
START_TEST(gone_in_between)
{
	struct plan plan = make(NULL);
	struct apply_result result = {0};

	want(&plan, "swappiness", KIND_NUMBER, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	fake_set(VECTOR, "3");
	look_plan(fake_root(), arena, &live, &plan);
	fake_drop(VECTOR);
	apply_phase(fake_root(), arena, &live, &plan, PHASE_VALUES, &result);
	ck_assert_int_eq(plan.settings.at[0].state, STATE_FAILED);
	ck_assert_ptr_nonnull(plan.settings.at[0].note);
	ck_assert_int_eq(plan.settings.at[1].state, STATE_CHANGED);
}
END_TEST

/* What another owner wants of it, and what the kernel refused before, are both no news then. */
START_TEST(waived_stays_waived)
{
	struct waiver waiver = {.owner = "ops", .reason = "r", .until = "2027-01-31"};
	struct waiving in_force = {.waiver = &waiver, .days_left = 5};
	struct claim claim = {.owner = "agent", .rule = RULE_EXACT};
	struct holding holding = {.path = VECTOR, .kind = KIND_CPULIST, .had = "3"};
	struct plan plan = make(NULL);

	fake_set(VECTOR, "3");
	fake_refuse(VECTOR, -EIO);
	(void)apply_now(&plan);
	ck_assert_int_eq(only(&plan)->state, STATE_MANAGED);
	vec_push(arena, &claim.operands, "2");
	vec_push(arena, &holding.others, claim);
	plan = make(NULL);
	wish_of(only(&plan))->waiver = &in_force;
	plan.settings.at[0].holding = &holding;
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(only(&plan)->state, STATE_WAIVED);
	ck_assert(text_starts(only(&plan)->note, "contested: wanted by agent"));
	/* Nor is one tried that is predicted. */
	fake_drop(JOURNAL_FILE);
	plan = make("placed by the kernel");
	wish_of(only(&plan))->waiver = &in_force;
	look_plan(fake_root(), arena, &live, &plan);
	ck_assert_int_eq(only(&plan)->state, STATE_WAIVED);
	ck_assert_uint_eq(plan_trials(&plan), 0);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("managed", prepare, predicted_and_confirmed, on_both_sides_of_a_split,
	       kernel_contradicts, unforeseen_and_other_refusals, unforeseen_is_remembered,
	       tried_in_between, nothing_to_try, gone_in_between, waived_stays_waived)
