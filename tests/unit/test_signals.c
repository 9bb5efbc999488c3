/* SPDX-License-Identifier: Apache-2.0 */
/* Which signals a process notes, and which it leaves to others. Each test is a process of its own.
 */
#include "sys/signals.h"

#include <signal.h>
#include <unistd.h>

#include "run_suite.h"

static const struct {
	int number;
	const char *name;
} rows[] = {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}};
enum { row_count = sizeof(rows) / sizeof(rows[0]) };

START_TEST(the_first_one_is_noted)
{
	int other = rows[(_i + 1) % row_count].number;

	signals_catch();
	ck_assert_ptr_null(signals_caught());
	ck_assert_int_eq(raise(rows[_i].number), 0);
	ck_assert_str_eq(signals_caught(), rows[_i].name);
	ck_assert_int_eq(raise(other), 0);
	ck_assert_str_eq(signals_caught(), rows[_i].name);
}
END_TEST

/* nohup, or a shell's background job: whoever started it wants it to go on. */
START_TEST(an_ignored_one_stays_ignored)
{
	ck_assert(signal(rows[_i].number, SIG_IGN) != SIG_ERR);
	signals_catch();
	ck_assert_int_eq(raise(rows[_i].number), 0);
	ck_assert_ptr_null(signals_caught());
}
END_TEST

/* A read in hand is finished. */
START_TEST(calls_go_on)
{
	struct sigaction action;

	signals_catch();
	ck_assert_int_eq(sigaction(rows[_i].number, NULL, &action), 0);
	ck_assert_int_eq(action.sa_flags & SA_RESTART, SA_RESTART);
}
END_TEST

START_TEST(a_child_leaves_them_to_its_parent)
{
	signals_catch();
	signals_leave_to_parent();
	ck_assert_int_eq(raise(rows[_i].number), 0);
	ck_assert_ptr_null(signals_caught());
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_loop_test(group, the_first_one_is_noted, 0, row_count);
	tcase_add_loop_test(group, an_ignored_one_stays_ignored, 0, row_count);
	tcase_add_loop_test(group, calls_go_on, 0, row_count);
	tcase_add_loop_test(group, a_child_leaves_them_to_its_parent, 0, row_count);
}

START_TEST(none_is_noted_at_first)
{
	ck_assert_ptr_null(signals_caught());
}
END_TEST

RUN_SUITE_WITH("signals", prepare, none_is_noted_at_first)
