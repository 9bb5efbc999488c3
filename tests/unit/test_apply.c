/* SPDX-License-Identifier: Apache-2.0 */
/* Apply, journal and restore against the kernel in memory, killed at every single change. */
#include <errno.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"
#include "wish_of.h"

static struct plan plan;

START_TEST(applies_and_puts_siblings_back)
{
	plan = make_plan();
	/* One write a setting, and one for nr_requests, which the scheduler reset; what a later
	 * setting writes anyway is not put back before. */
	ck_assert_uint_eq(apply_now(&plan).writes, plan.settings.count + 1);
	assert_all(&plan, STATE_CHANGED);
	ck_assert_str_eq(fake_get("/proc/sys/net/ipv4/tcp_rmem"), "4096\t131072\t16777216");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "nr_requests"), "99");
	ck_assert_str_eq(fake_get(FAKE_QUEUE "wbt_lat_usec"), "0");
	ck_assert_str_eq(fake_get(FAKE_POLICY "scaling_governor"), "performance");
	vec_for_each (setting, &plan.settings)
		ck_assert_ptr_null(setting->note);
}
END_TEST

START_TEST(a_sibling_that_stays_reset_is_told)
{
	plan = make_plan();
	fake_refuse(FAKE_QUEUE "nr_requests", -EIO);
	(void)apply_now(&plan);
	vec_for_each (setting, &plan.settings) {
		if (!text_equal(setting->wish->name, "scheduler")) {
			ck_assert_ptr_null(setting->note);
			continue;
		}
		ck_assert_int_eq(setting->state, STATE_CHANGED);
		ck_assert_str_eq(setting->note, "the kernel reset " FAKE_QUEUE
						"nr_requests from 99 to 1023 and keeps it");
	}
}
END_TEST

/* What else comes of a write is said where it is made, too. */
START_TEST(a_remark_outlives_the_write)
{
	struct setting *first;

	plan = make_plan();
	first = &plan.settings.at[0];
	wish_of(first)->decided.note = "and the queue gets longer";
	(void)apply_now(&plan);
	ck_assert_int_eq(first->state, STATE_CHANGED);
	ck_assert_str_eq(first->note, "and the queue gets longer");
}
END_TEST

START_TEST(second_apply_changes_nothing)
{
	unsigned changes;

	plan = make_plan();
	(void)apply_now(&plan);
	changes = fake_changes();
	plan = make_plan();
	ck_assert_uint_eq(apply_now(&plan).writes, 0);
	assert_all(&plan, STATE_SAME);
	ck_assert_uint_eq(fake_changes(), changes);
}
END_TEST

START_TEST(restores_the_whole_state)
{
	const char *before = fake_state(arena);
	struct plan undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	ck_assert_str_ne(fake_state(arena), before);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
	ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	ck_assert_int_eq(restore_now(false, &undone, &err), -ENOENT);
}
END_TEST

/* What throttling does only exists once bfq is gone: looked at again, undone with its owner. */
START_TEST(a_setting_that_appears_is_set_and_undone)
{
	const char *before;
	struct plan undone;
	struct err err;

	ck_assert_int_eq(root_write(fake_root(), FAKE_QUEUE "scheduler", "bfq"), 0);
	before = fake_state(arena);
	plan = make_plan();
	(void)apply_now(&plan);
	assert_all(&plan, STATE_CHANGED);
	ck_assert_str_eq(fake_get(FAKE_QUEUE "wbt_lat_usec"), "0");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

/* SIGKILL before every change of an apply: restore brings everything back. */
START_TEST(killed_anywhere_in_apply)
{
	const char *before = fake_state(arena);
	volatile unsigned n = 1;
	volatile bool finished = false;

	expect_leaks();
	for (; !finished; n++) {
		struct plan undone;
		struct err err;
		int r;

		fake_reset();
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			plan = make_plan();
			(void)apply_now(&plan);
			finished = true;
		}
		fake_die_at(0);
		r = restore_now(false, &undone, &err);
		ck_assert_msg(r == 0 || r == -ENOENT, "killed at %u: %s", n, err.text);
		ck_assert_msg(strcmp(fake_state(arena), before) == 0,
			      "killed at change %u, then restored, the node reads\n%s", n,
			      fake_state(arena));
	}
	ck_assert_uint_gt(n, 10);
}
END_TEST

/* The same inside restore: a second restore finishes the work. */
START_TEST(killed_anywhere_in_restore)
{
	const char *before = fake_state(arena);
	volatile unsigned n = 1;
	volatile bool finished = false;

	expect_leaks();
	for (; !finished; n++) {
		struct plan undone;
		struct err err;
		int r;

		fake_reset();
		plan = make_plan();
		(void)apply_now(&plan);
		fake_die_at(n);
		if (setjmp(fake_death) == 0) {
			ck_assert_int_eq(restore_now(false, &undone, &err), 0);
			finished = true;
		}
		fake_die_at(0);
		r = restore_now(false, &undone, &err);
		ck_assert_msg(r == 0 || r == -ENOENT, "killed at %u: %s", n, err.text);
		ck_assert_msg(strcmp(fake_state(arena), before) == 0,
			      "restore killed at change %u, then restored again, reads\n%s", n,
			      fake_state(arena));
	}
	ck_assert_uint_gt(n, 10);
}
END_TEST

START_TEST(first_original_wins_over_two_profiles)
{
	const char *before = fake_state(arena);
	struct plan other = {.arena = arena}, undone;
	struct err err;

	plan = make_plan();
	(void)apply_now(&plan);
	want(&other, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "10");
	(void)apply_now(&other);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), "10");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

START_TEST(refused_and_clamped_and_ignored_are_failed)
{
	struct plan what = {.arena = arena}, undone;
	const char *before = fake_state(arena);
	struct err err;

	want(&what, "refused", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "900");
	want(&what, "clamped", KIND_NUMBERS, "/proc/sys/net/core/somaxconn", RULE_AT_LEAST,
	     "100000");
	want(&what, "ignored", KIND_NUMBERS, "/proc/sys/fs/aio-max-nr", RULE_AT_LEAST, "1048576");
	want(&what, "goes on", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	fake_ignore("/proc/sys/fs/aio-max-nr");
	(void)apply_now(&what);
	ck_assert_int_eq(what.settings.at[0].state, STATE_FAILED);
	ck_assert_int_eq(what.settings.at[0].code, -EINVAL);
	ck_assert_ptr_nonnull(strstr(what.settings.at[0].note, "EINVAL"));
	ck_assert_int_eq(what.settings.at[1].state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(what.settings.at[1].note, "kept 65535"));
	ck_assert_int_eq(what.settings.at[2].state, STATE_FAILED);
	ck_assert_int_eq(what.settings.at[3].state, STATE_CHANGED);
	/* What the kernel made of our value is ours to undo. */
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

START_TEST(unreadable_is_never_right)
{
	struct plan what = {.arena = arena};

	want(&what, "absent", KIND_TEXT, "/proc/sys/vm/nothing", RULE_EXACT, "1");
	want(&what, "garbage", KIND_NUMBER, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	fake_set("/proc/sys/vm/swappiness", "sixty");
	look_plan(fake_root(), arena, &live, &what);
	ck_assert_int_eq(what.settings.at[0].state, STATE_UNSUPPORTED);
	ck_assert_int_eq(what.settings.at[1].state, STATE_FAILED);
}
END_TEST

/* The write is taken, and then nobody can tell what is there. */
START_TEST(what_cannot_be_read_back_is_not_applied)
{
	struct plan what = {.arena = arena};

	want(&what, "mute", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	fake_refuse("/proc/sys/vm/swappiness", FAKE_MUTE);
	(void)apply_now(&what);
	ck_assert_int_eq(what.settings.at[0].state, STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(what.settings.at[0].note, "cannot read"));
}
END_TEST

START_TEST(missing_rights_are_named_and_nothing_is_tried)
{
	struct plan what = {.arena = arena};
	struct apply_result result;

	want(&what, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	want(&what, "aio", KIND_NUMBERS, "/proc/sys/fs/aio-max-nr", RULE_AT_LEAST, "1048576");
	want(&what, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	wish_of(&what.settings.at[0])->needs = NEED_SYS_ADMIN;
	live.capabilities = 0;
	fake_protect("/proc/sys/fs/aio-max-nr", -EROFS);
	result = apply_now(&what);
	ck_assert_int_eq(what.settings.at[0].state, STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(what.settings.at[0].note, "CAP_SYS_ADMIN"));
	ck_assert_int_eq(what.settings.at[1].state, STATE_SKIPPED);
	ck_assert_ptr_nonnull(strstr(what.settings.at[1].note, "read-only"));
	ck_assert_int_eq(what.settings.at[2].state, STATE_CHANGED);
	ck_assert_uint_eq(result.writes, 1);
}
END_TEST

START_TEST(no_journal_no_write)
{
	const char *before;
	struct apply_result result;

	fake_set("/run/read-only", "");
	before = fake_state(arena);
	plan = make_plan();
	result = apply_now(&plan);
	ck_assert_ptr_nonnull(result.no_journal);
	ck_assert_uint_eq(result.writes, 0);
	assert_all(&plan, STATE_SKIPPED);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("apply", prepare, applies_and_puts_siblings_back, a_sibling_that_stays_reset_is_told,
	       a_remark_outlives_the_write, second_apply_changes_nothing, restores_the_whole_state,
	       a_setting_that_appears_is_set_and_undone, killed_anywhere_in_apply,
	       killed_anywhere_in_restore, first_original_wins_over_two_profiles,
	       refused_and_clamped_and_ignored_are_failed, unreadable_is_never_right,
	       what_cannot_be_read_back_is_not_applied,
	       missing_rights_are_named_and_nothing_is_tried, no_journal_no_write)
