/* SPDX-License-Identifier: Apache-2.0 */
/* When watch leaves a setting alone, by a clock that the test sets. */
#include "plan/contest.h"

#include <stdio.h>

#include "run_suite.h"

enum { minute = 60, hour = 3600, day = 24 * hour };

static struct arena *arena;
static struct contests contests;

static void set_up(void)
{
	arena = arena_new();
	contests = (struct contests){0};
}

static void tear_down(void)
{
	arena_free(arena);
}

/* A look and a repair, as a round of watch does both. True: it was left alone. */
static bool look(const char *path, int64_t now)
{
	struct contest *contest = contest_find(&contests, path);

	if (contest)
		(void)contest_found_off(contest, now);
	if (contest && contest_is_left_alone(contest, now))
		return true;
	contest_repaired(arena, &contests, path, "name", "1", now);
	contest_tidy(&contests, now);
	return false;
}

START_TEST(three_rewrites_within_an_hour_are_a_contest)
{
	ck_assert(!look("/a", 0));
	ck_assert(!look("/a", 10 * minute));
	ck_assert(!look("/a", 20 * minute));
	ck_assert_uint_eq(contest_count(&contests, 20 * minute), 0);
	ck_assert(look("/a", 59 * minute));
	ck_assert_uint_eq(contest_count(&contests, 59 * minute), 1);
	/* An hour from then on, to the second. */
	ck_assert(look("/a", 59 * minute + hour - 1));
	ck_assert(!look("/a", 59 * minute + hour));
	ck_assert_uint_eq(contest_count(&contests, 59 * minute + hour), 0);
}
END_TEST

START_TEST(who_rewrites_is_neither_the_kernel_nor_another_profile)
{
	struct contest contest = {
	    .path = "/proc/irq/30/smp_affinity_list", .wrote = "2", .is_ours = true};

	ck_assert(contest_is_rewritten(&contest, "0-3", false, 0));
	ck_assert(!contest_is_rewritten(&contest, "0-3", true, 0));
	ck_assert(!contest_is_rewritten(&contest, "2", false, 0));
	contest.path = "/sys/class/net/eth0/queues/rx-0/rps_cpus";
	ck_assert(!contest_is_rewritten(&contest, "0", true, 0));
	contest.path = "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor";
	ck_assert(!contest_is_rewritten(&contest, "powersave", true, 0));
	contest.path = "/proc/sys/vm/swappiness";
	ck_assert(contest_is_rewritten(&contest, "60", true, 0));
	ck_assert(!contest_is_rewritten(&contest, "2", true, 0));
	contest.wrote = NULL;
	ck_assert(contest_is_rewritten(&contest, "2", false, 0));
}
END_TEST

/* A look each so often, every one of them after an event: when it is first left alone. */
static int64_t left_alone_after(int64_t step, int64_t end)
{
	static const char path[] = "/proc/irq/30/smp_affinity_list";

	for (int64_t now = 0; now < end; now += step) {
		struct contest *contest = contest_find(&contests, path);

		if (contest && !contest_is_rewritten(contest, "0-3", true, now))
			contest->is_ours = false;
		else if (contest)
			(void)contest_found_off(contest, now);
		if (contest && contest_is_left_alone(contest, now))
			return now;
		contest_repaired(arena, &contests, path, "name", "2", now);
		contest_tidy(&contests, now);
	}
	return -1;
}

/* On a node on which events never rest. */
START_TEST(events_excuse_twelve_times_within_an_hour)
{
	ck_assert_int_eq(left_alone_after(minute, hour), 15 * minute);
	contests = (struct contests){0};
	ck_assert_int_eq(left_alone_after(4 * minute, 2 * hour), hour);
	/* Looks without an event, of the timer, tell of who rewrites beside these. */
	contests = (struct contests){0};
	ck_assert_int_eq(left_alone_after(6 * minute, 3 * day), -1);
}
END_TEST

/* What was noted as not counted is no second time until it is repaired. */
START_TEST(an_excuse_is_noted_once_a_repair)
{
	struct contest contest = {
	    .path = "/proc/irq/30/smp_affinity_list", .wrote = "2", .is_ours = true};

	for (int64_t now = 0; now < 9; now++) {
		ck_assert(!contest_is_rewritten(&contest, "0-3", true, now));
		contest.is_ours = false;
	}
	ck_assert_uint_eq(contest.excused, 1);
}
END_TEST

START_TEST(rare_rewrites_are_none)
{
	for (int64_t now = 0; now < 3 * day; now += 31 * minute)
		ck_assert_msg(!look("/a", now), "left alone at %lld", (long long)now);
}
END_TEST

/* Times a day that somebody who never rests is written over. */
static unsigned repairs_of_a_day(int64_t from)
{
	unsigned count = 0;

	for (int64_t now = from; now < from + day; now += minute)
		count += !look("/a", now);
	return count;
}

START_TEST(who_never_rests_is_left_alone_for_longer_and_longer)
{
	unsigned first = repairs_of_a_day(0), last = 0;

	/* Three each before pauses of 1, 2, 4, 8 and 16 hours. */
	ck_assert_uint_eq(first, 15);
	for (int64_t from = day; from < 9 * day; from += day)
		last = repairs_of_a_day(from);
	/* A pause is never longer than a day. */
	ck_assert_uint_eq(last, 3);
}
END_TEST

START_TEST(a_pause_is_forgotten_after_a_quiet_day)
{
	int64_t end;

	for (int64_t now = 0; now < 4 * minute; now += minute)
		(void)look("/a", now);
	end = 3 * minute + hour;
	ck_assert(contest_is_left_alone(contest_find(&contests, "/a"), end - 1));
	contest_tidy(&contests, end + day - 1);
	ck_assert_ptr_nonnull(contest_find(&contests, "/a"));
	contest_tidy(&contests, end + day);
	ck_assert_ptr_null(contest_find(&contests, "/a"));
	ck_assert_uint_eq(contests.rows.count, 0);
}
END_TEST

START_TEST(a_value_that_stays_is_forgotten_after_an_hour)
{
	ck_assert(!look("/a", 0));
	contest_tidy(&contests, hour - 1);
	ck_assert_ptr_nonnull(contest_find(&contests, "/a"));
	contest_tidy(&contests, hour);
	ck_assert_ptr_null(contest_find(&contests, "/a"));
}
END_TEST

START_TEST(one_rewrite_counts_once)
{
	struct contest *contest;

	ck_assert(!look("/a", 0));
	contest = contest_find(&contests, "/a");
	ck_assert(contest_found_off(contest, 1));
	/* It is still off, and nobody has repaired it. */
	ck_assert(!contest_found_off(contest, 2));
	ck_assert(!contest_found_off(contest, 3));
	ck_assert(!contest_is_left_alone(contest, 3));
	ck_assert_uint_eq(contest->count, 1);
}
END_TEST

START_TEST(each_path_has_its_own)
{
	char path[16];

	for (int i = 0; i < 500; i++) {
		(void)snprintf(path, sizeof(path), "/%d", i * 7919 % 500);
		contest_repaired(arena, &contests, arena_strdup(arena, path), "name", "1", 0);
	}
	contest_tidy(&contests, 0);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(path, sizeof(path), "/%d", i);
		ck_assert_ptr_nonnull(contest_find(&contests, path));
		ck_assert_str_eq(contest_find(&contests, path)->path, path);
	}
	for (int64_t now = 0; now < 4 * minute; now += minute)
		(void)look("/7", now);
	ck_assert_uint_eq(contest_count(&contests, 4 * minute), 1);
	ck_assert(!look("/8", 4 * minute));
}
END_TEST

START_TEST(there_are_never_too_many)
{
	char path[16];

	for (int i = 0; i < CONTEST_MOST + 100; i++) {
		(void)snprintf(path, sizeof(path), "/%d", i);
		contest_repaired(arena, &contests, arena_strdup(arena, path), "name", "1", 0);
	}
	ck_assert_uint_eq(contests.rows.count, CONTEST_MOST);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
}

RUN_SUITE_WITH("contest", prepare, three_rewrites_within_an_hour_are_a_contest,
	       who_rewrites_is_neither_the_kernel_nor_another_profile,
	       events_excuse_twelve_times_within_an_hour, an_excuse_is_noted_once_a_repair,
	       rare_rewrites_are_none, who_never_rests_is_left_alone_for_longer_and_longer,
	       a_pause_is_forgotten_after_a_quiet_day,
	       a_value_that_stays_is_forgotten_after_an_hour, one_rewrite_counts_once,
	       each_path_has_its_own, there_are_never_too_many)
