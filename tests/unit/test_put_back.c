/* SPDX-License-Identifier: Apache-2.0 */
/* What an earlier apply left over goes back: without room, refused, or with a signal meanwhile. */
#include "apply/put_back.h"

#include <errno.h>
#include <signal.h>

#include "apply/journal.h"
#include "apply_fixture.h"
#include "fake_kernel.h"
#include "run_suite.h"
#include "sys/signals.h"
#include "wish_of.h"

/* A plan that wants the swappiness no more, after one that set it. */
static struct plan without_swappiness(void)
{
	struct plan first = plan_of_owner("host"), second = plan_of_owner("host");

	want(&first, "swappiness", KIND_TEXT, SWAPPINESS, RULE_EXACT, "1");
	want(&first, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	(void)apply_with_claims(&first);
	want(&second, "nomerges", KIND_NUMBER, FAKE_QUEUE "nomerges", RULE_EXACT, "2");
	add_holdings(&second);
	return second;
}

/* What was left over is back, but the journal cannot be made shorter: from now on another value is
 * somebody else's all the same. */
START_TEST(put_back_without_room)
{
	struct plan second = without_swappiness(), undone;
	struct apply_result result;
	struct err err;

	fake_storage(FAKE_FULL);
	result = apply_now(&second);
	fake_storage(FAKE_ROOM);
	ck_assert_ptr_nonnull(result.failed_late);
	ck_assert_str_eq(fake_get(SWAPPINESS), "60");
	ck_assert_ptr_nonnull(strstr(fake_get(JOURNAL_FILE), "\"settled\":true "));
	fake_set(SWAPPINESS, "33");
	ck_assert_int_eq(restore_now(false, &undone, &err), 0);
	ck_assert_str_eq(fake_get(SWAPPINESS), "33");
}
END_TEST

START_TEST(what_cannot_be_put_back_says_why)
{
	struct plan second = without_swappiness();
	const struct setting *row = NULL;

	fake_refuse(SWAPPINESS, -EIO);
	(void)apply_now(&second);
	vec_for_each (setting, &second.settings)
		row = setting->wish->is_left_over ? setting : row;
	ck_assert_int_eq(row->state, STATE_FAILED);
	ck_assert_int_eq(row->code, -EIO);
	ck_assert_str_eq(row->have, "1");
	ck_assert_ptr_nonnull(row->note);
}
END_TEST

START_TEST(a_signal_ends_what_is_put_back)
{
	struct apply_result result = {0};
	struct plan second;

	apply_first();
	second = second_plan();
	add_holdings(&second);
	signals_catch();
	fake_signal_at(2, SIGTERM);
	result = apply_now(&second);
	ck_assert_str_eq(result.failed_late, "nothing more was written after the signal SIGTERM");
	ck_assert_str_eq(fake_get(SWAPPINESS), "1");
}
END_TEST

/* What the kernel resets along with it, and nobody has asked for, is told by itself where it stays
 * so. */
START_TEST(a_sibling_that_cannot_be_put_back_has_a_row)
{
	struct plan first = plan_of_owner("host"), second = plan_of_owner("host");
	struct setting *scheduler =
	    want(&first, "scheduler", KIND_CHOICE, FAKE_QUEUE "scheduler", RULE_EXACT, "none");
	const struct setting *row;

	vec_push(arena, &wish_of(scheduler)->resets, FAKE_QUEUE "nr_requests");
	(void)apply_with_claims(&first);
	add_holdings(&second);
	ck_assert_uint_eq(second.settings.count, 1);
	fake_refuse(FAKE_QUEUE "nr_requests", -EIO);
	(void)apply_now(&second);
	ck_assert_uint_eq(second.settings.count, 2);
	ck_assert_int_eq(second.settings.at[0].state, STATE_CHANGED);
	ck_assert_str_eq(second.settings.at[0].before, "none");
	row = &second.settings.at[1];
	ck_assert_str_eq(row->wish->path, FAKE_QUEUE "nr_requests");
	ck_assert_int_eq(row->wish->severity, SEVERITY_ADVISED);
	ck_assert_int_eq(row->wish->phase, PHASE_VALUES);
	ck_assert(row->wish->is_left_over);
	ck_assert_int_eq(row->state, STATE_FAILED);
	ck_assert_int_eq(row->code, -EIO);
	ck_assert_str_eq(row->have, fake_get(FAKE_QUEUE "nr_requests"));
	ck_assert_str_ne(row->have, "99");
	ck_assert_ptr_nonnull(row->note);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("put_back", prepare, put_back_without_room, what_cannot_be_put_back_says_why,
	       a_signal_ends_what_is_put_back, a_sibling_that_cannot_be_put_back_has_a_row)
