/* SPDX-License-Identifier: Apache-2.0 */
/* A signal at any change of an apply or a restore: what is in hand is finished, the rest is told
 * and can be undone. And a process that was killed within the write of a plain file. */
#include <errno.h>
#include <signal.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "base/text.h"
#include "fake_kernel.h"
#include "run_suite.h"
#include "sys/signals.h"

/* Some more than there are; a test is a process of its own, which a signal has not reached. */
enum { changes_most = 24 };

static struct plan plan, undone;
static struct err err;

static bool journal_says(const char *text)
{
	return fake_get(JOURNAL_FILE) && strstr(fake_get(JOURNAL_FILE), text);
}

START_TEST(an_apply_ends)
{
	struct apply_result result;
	unsigned left = 0;

	plan = make_plan();
	signals_catch();
	fake_signal_at((unsigned)_i, SIGTERM);
	result = apply_now(&plan);
	vec_for_each (setting, &plan.settings) {
		left += setting->state == STATE_SKIPPED;
		if (setting->state == STATE_SKIPPED)
			ck_assert_str_eq(setting->note,
					 "nothing more was written after the signal SIGTERM");
		else
			ck_assert(setting->state == STATE_CHANGED || setting->state == STATE_SAME);
	}
	if (left)
		ck_assert_str_eq(result.failed_late,
				 "nothing more was written after the signal SIGTERM");
	else
		ck_assert_ptr_null(result.failed_late);
	ck_assert(left || _i > 1);
	ck_assert(journal_says("\"settled\":true ,"));
	ck_assert_ptr_null(result.no_journal);
	fake_signal_at(0, 0);
	/* The next one of this process writes nothing at all. */
	fake_set("/proc/sys/vm/swappiness", "33");
	plan = (struct plan){.arena = arena};
	want(&plan, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	result = apply_now(&plan);
	if (signals_caught())
		ck_assert_str_eq(result.failed_late,
				 "nothing more was written after the signal SIGTERM");
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), signals_caught() ? "33" : "1");
	/* Where there is nothing to write, nothing was interrupted. */
	fake_set("/proc/sys/vm/swappiness", "1");
	plan.settings.at[0].state = STATE_SAME;
	ck_assert_ptr_null(apply_now(&plan).failed_late);
}
END_TEST

START_TEST(a_restore_ends)
{
	const char *before = fake_state(arena);
	unsigned left = 0;

	plan = make_plan();
	(void)apply_now(&plan);
	signals_catch();
	fake_signal_at((unsigned)_i, SIGTERM);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	vec_for_each (setting, &undone.settings) {
		if (setting->state != STATE_FAILED)
			continue;
		left++;
		ck_assert_str_eq(setting->note, "not written after the signal SIGTERM");
		ck_assert(journal_says(setting->wish->path));
	}
	if (left) {
		ck_assert_str_eq(restored.interrupted, "SIGTERM");
		ck_assert_ptr_nonnull(strstr(restored.unfinished, "interrupted by SIGTERM"));
	} else {
		ck_assert_ptr_null(restored.interrupted);
		ck_assert_ptr_null(restored.unfinished);
		ck_assert_str_eq(fake_state(arena), before);
		ck_assert_ptr_null(fake_get(JOURNAL_FILE));
	}
	ck_assert(left || _i > 1);
}
END_TEST

/* A tree of plain files keeps what a run that was killed within a write left: nothing. On a kernel
 * that is somebody's value. */
START_TEST(half_a_write_is_undone_on_plain_files)
{
	const char *before = fake_state(arena);
	const bool is_plain = _i & 1, settled = _i & 2, is_undone = is_plain && !settled;
	struct journal journal;

	plan = (struct plan){.arena = arena};
	want(&plan, "swappiness", KIND_TEXT, "/proc/sys/vm/swappiness", RULE_EXACT, "1");
	(void)apply_now(&plan);
	if (!settled) {
		ck_assert_int_eq(journal_read(fake_root(), arena, &journal, &err), 0);
		ck_assert_int_eq(journal_mark(fake_root(), arena, &journal, false, &err), 0);
	}
	fake_set("/proc/sys/vm/swappiness", "");
	fake_plain(is_plain);
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	fake_plain(false);
	ck_assert_int_eq(undone.settings.at[0].state, is_undone ? STATE_CHANGED : STATE_CONTESTED);
	ck_assert_str_eq(fake_get("/proc/sys/vm/swappiness"), is_undone ? "60" : "");
	ck_assert_int_eq(restore_now(true, &undone, &err), is_undone ? -ENOENT : 0);
	ck_assert_str_eq(fake_state(arena), before);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_add_loop_test(group, a_restore_ends, 1, changes_most);
	tcase_add_loop_test(group, half_a_write_is_undone_on_plain_files, 0, 4);
	tcase_add_loop_test(group, an_apply_ends, 1, changes_most);
}

START_TEST(nothing_is_asked_of_a_node_without_a_journal)
{
	ck_assert_int_eq(restore_now(false, &undone, &err), -ENOENT);
}
END_TEST

RUN_SUITE_WITH("interrupted", prepare, nothing_is_asked_of_a_node_without_a_journal)
