/* SPDX-License-Identifier: Apache-2.0 */
/* When interrupts follow the CPUs that containers have alone, by a clock that the test sets. */
#include "plan/follow.h"

#include <stdio.h>

#include "base/text.h"
#include "run_suite.h"

enum { hour = 3600 };

static struct arena *arena;
static struct follow follow;
static int64_t wait_s;

static void set_up(void)
{
	arena = arena_new();
	follow = (struct follow){0};
}

static void tear_down(void)
{
	arena_free(arena);
}

/* "followed", or "followed, waiting"; each change that is followed leads to a write. Eight CPUs. */
static const char *look_with(const char *exclusive, const char *brokers, unsigned wanted,
			     int64_t now)
{
	static char text[40];
	struct follow_look look = {.wanted = wanted};

	ck_assert_int_eq(cpuset_parse_list(arena, exclusive, &look.exclusive), 0);
	look.all = look.exclusive;
	ck_assert_int_eq(cpuset_parse_list(arena, brokers, &look.brokers), 0);
	look.left = 8 - cpuset_weight(&look.exclusive);
	wait_s = follow_judge(arena, &follow, &look, now);
	follow_moved(&follow, now);
	(void)snprintf(text, sizeof(text), "%s%s", cpuset_list(arena, &follow.followed),
		       follow.waits ? ", waiting" : "");
	return text;
}

static const char *look(const char *exclusive, int64_t now)
{
	return look_with(exclusive, "", 1, now);
}

START_TEST(what_the_first_look_finds_is_followed)
{
	ck_assert_str_eq(look("2-3", 100), "2-3");
	ck_assert_str_eq(look("2-3", 101), "2-3");
	ck_assert_uint_eq(follow.count, 0);
}
END_TEST

START_TEST(others_are_followed_after_a_minute)
{
	ck_assert_str_eq(look("", 100), "");
	ck_assert_str_eq(look("2-3", 200), ", waiting");
	ck_assert_int_eq(wait_s, 60);
	ck_assert_str_eq(follow.waits, "the CPUs that containers have alone have been the same for "
				       "0 s, and are followed after 60 s");
	ck_assert_str_eq(look("2-3", 259), ", waiting");
	ck_assert_int_eq(wait_s, 1);
	ck_assert_str_eq(look("2-3", 260), "2-3");
	ck_assert_int_eq(wait_s, 0);
	/* And when they go. */
	ck_assert_str_eq(look("", 300), "2-3, waiting");
	ck_assert_str_eq(look("", 360), "");
	ck_assert_uint_eq(follow.count, 2);
}
END_TEST

START_TEST(a_change_begins_the_minute_anew)
{
	(void)look("", 100);
	ck_assert_str_eq(look("2", 110), ", waiting");
	ck_assert_str_eq(look("2-3", 160), ", waiting");
	ck_assert_str_eq(look("2-3", 219), ", waiting");
	ck_assert_str_eq(look("", 220), "");
	ck_assert_str_eq(look("2-3", 230), ", waiting");
	ck_assert_str_eq(look("2-3", 290), "2-3");
}
END_TEST

START_TEST(a_brokers_are_left_to_it_at_once)
{
	(void)look("", 100);
	ck_assert_str_eq(look_with("2-3", "2-3", 1, 110), "2-3");
	ck_assert_uint_eq(follow.count, 0);
	/* Beside others that come at the same time, and however few are left. */
	ck_assert_str_eq(look_with("2-7", "2-5", 8, 120), "2-5, waiting");
	ck_assert_str_eq(look_with("2-7", "2-5", 8, 180), "2-5, waiting");
	/* It goes as others do: one that starts anew within a minute moves nothing. */
	ck_assert_str_eq(look_with("2-3", "2-3", 1, 190), "2-5, waiting");
	ck_assert_str_eq(look_with("2-5", "2-5", 1, 240), "2-5");
}
END_TEST

START_TEST(four_times_an_hour)
{
	int64_t now = 100;

	(void)look("", now);
	for (int i = 0; i < 4; i++) {
		const char *exclusive = i % 2 ? "" : "2-3";

		(void)look(exclusive, now += 100);
		ck_assert_str_eq(look(exclusive, now += 60), exclusive);
	}
	ck_assert_uint_eq(follow.count, 4);
	(void)look("4", now += 100);
	ck_assert_str_eq(look("4", now += 60), ", waiting");
	ck_assert_int_eq(wait_s, 0);
	ck_assert_str_eq(follow.waits, "interrupts have followed the CPUs that containers have "
				       "alone 4 times within an hour");
	/* A broker's all the same. */
	ck_assert_str_eq(look_with("4-5", "5", 1, now + 1), "5, waiting");
	ck_assert_str_eq(look("4", now + 2), "5, waiting");
	ck_assert_str_eq(look("4", 260 + hour), "4");
}
END_TEST

START_TEST(nothing_written_is_no_move)
{
	const struct follow_look none = {.left = 8, .wanted = 1};
	struct follow_look some = {.left = 7, .wanted = 1};

	cpuset_add(arena, &some.exclusive, 3);
	some.all = some.exclusive;
	(void)follow_judge(arena, &follow, &none, 100);
	(void)follow_judge(arena, &follow, &some, 200);
	(void)follow_judge(arena, &follow, &some, 260);
	ck_assert(follow.is_moving);
	ck_assert_uint_eq(follow.count, 0);
}
END_TEST

START_TEST(enough_are_left)
{
	(void)look("", 100);
	(void)look_with("2-6", "", 4, 110);
	ck_assert_str_eq(look_with("2-6", "", 4, 170), ", waiting");
	ck_assert_str_eq(follow.waits,
			 "containers have CPUs 2-6 alone by now, and without these 3 would be left "
			 "for interrupts, which are fewer than the 4 that `auto` would use");
	ck_assert_int_eq(wait_s, 0);
	ck_assert_str_eq(look_with("2-6", "", 3, 171), "2-6");
	/* What is given up comes back, whatever else is refused. */
	(void)look_with("1,3-6", "", 4, 200);
	ck_assert_str_eq(look_with("1,3-6", "", 4, 260), "3-6, waiting");
}
END_TEST

START_TEST(what_may_become_a_broker_is_looked_at_again)
{
	struct follow_comers comers = {0};

	ck_assert_uint_eq(follow_again(&comers, 0), 0);
	follow_came(&comers, 100);
	ck_assert_uint_eq(follow_again(&comers, 100), 1);
	ck_assert_uint_eq(follow_again(&comers, 114), 1);
	ck_assert_uint_eq(follow_again(&comers, 115), 0);
	/* Those that come without a rest lead to fewer. */
	for (int64_t now = 200; now <= 300; now += 10) {
		follow_came(&comers, now);
		ck_assert_uint_eq(follow_again(&comers, now), now < 215 ? 1 : 4);
	}
	ck_assert_uint_eq(follow_again(&comers, 315), 0);
	follow_came(&comers, 315);
	ck_assert_uint_eq(follow_again(&comers, 315), 1);
}
END_TEST

START_TEST(what_nothing_depends_on_does_not_wait)
{
	struct cpuset all;

	(void)look("", 100);
	ck_assert_str_eq(look("2-3", 110), ", waiting");
	ck_assert_int_eq(cpuset_parse_list(arena, "2-3", &all), 0);
	follow_all(&follow, &all);
	ck_assert_ptr_null(follow.waits);
	ck_assert_str_eq(look("2-3", 111), "2-3");
	ck_assert_uint_eq(follow.count, 0);
}
END_TEST

/* A profile that keeps off other CPUs than the one before makes no container come. */
START_TEST(time_counts_for_all_that_containers_have)
{
	struct follow_look look = {.left = 4, .wanted = 1};

	ck_assert_int_eq(cpuset_parse_list(arena, "2-3", &look.all), 0);
	(void)follow_judge(arena, &follow, &look, 100);
	look.exclusive = look.all;
	(void)follow_judge(arena, &follow, &look, 200);
	ck_assert_int_eq(follow.since, 100);
	ck_assert_str_eq(cpuset_list(arena, &follow.seen), "2-3");
	ck_assert_str_eq(cpuset_list(arena, &follow.followed), "2-3");
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("follow", prepare, what_the_first_look_finds_is_followed,
	       others_are_followed_after_a_minute, a_change_begins_the_minute_anew,
	       a_brokers_are_left_to_it_at_once, four_times_an_hour, nothing_written_is_no_move,
	       enough_are_left, what_may_become_a_broker_is_looked_at_again,
	       what_nothing_depends_on_does_not_wait, time_counts_for_all_that_containers_have)
