/* SPDX-License-Identifier: Apache-2.0 */
/* Gaps of made timelines: what is one, how long, what took it, and what it means for work. */
#include <string.h>

#include "probe/cpu.h"
#include "run_suite.h"

#define ACCOUNT(ran, delay, switches)                                                              \
	{                                                                                          \
		.ran_ns = ran, .delay_ns = delay, .involuntary = switches                          \
	}
/* Of a kernel that does not tell the delay. */
#define BLIND(ran, switches)                                                                       \
	{                                                                                          \
		.ran_ns = ran, .involuntary = switches, .delay_unknown = true                      \
	}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A clock that answers from a list; a tick is 2 ns. Each look takes the next account. */
struct timeline {
	const uint64_t *ticks;
	const struct account *accounts;
	size_t read, looked;
	bool is_begun, stop;
};

/* What interrupted the first look, in ticks: the list begins behind it. */
static uint64_t first_look;

static bool was_moved;

/* What the tracepoints tell; NULL: there are none. */
static const struct handlers *handlers;

static uint64_t read_next(void *context)
{
	struct timeline *timeline = context;

	if (!timeline->is_begun) {
		timeline->is_begun = true;
		return timeline->ticks[0] - first_look;
	}
	return timeline->ticks[timeline->read++];
}

static void look_next(void *context, struct account *ret)
{
	struct timeline *timeline = context;

	*ret = timeline->accounts ? timeline->accounts[timeline->looked] : (struct account){0};
	timeline->looked++;
}

/* From tick 1000 on; longer than 100 ticks is a gap, a look takes 300. */
static struct gaps *follow(const uint64_t *ticks, size_t count, const struct account *accounts)
{
	static struct gaps gaps;
	struct timeline timeline = {.ticks = ticks, .accounts = accounts};
	struct spin spin = {.gaps = &gaps,
			    .ns_per_tick = 2,
			    .origin = 1000,
			    .ticks = ticks[count - 1] - ticks[first_look ? 1 : 0],
			    .limit = 100,
			    .look_ticks = 300,
			    .stop = &timeline.stop,
			    .handlers = handlers};

	memset(&gaps, 0, sizeof(gaps));
	spin_run(&spin, read_next, look_next, &timeline);
	was_moved = spin.is_moved;
	ck_assert_uint_eq(timeline.read, count);
	return &gaps;
}
#define FOLLOW(accounts, ...)                                                                      \
	follow((const uint64_t[]){__VA_ARGS__}, COUNT(((const uint64_t[]){__VA_ARGS__})), accounts)

START_TEST(a_quiet_cpu_has_none)
{
	struct gaps *gaps = FOLLOW(NULL, 1000, 1010, 1110, 1120);

	ck_assert_uint_eq(gaps->turns, 3);
	ck_assert_uint_eq(gaps->count, 0);
	ck_assert_uint_eq(gaps->wall_ns, 240);
	ck_assert_uint_eq(gaps_wait_ns(gaps, 0.5), 0);
}
END_TEST

START_TEST(a_gap_is_told_with_its_time)
{
	struct gaps *gaps = FOLLOW(NULL, 1000, 1010, 1111, 1120);

	ck_assert_uint_eq(gaps->count, 1);
	ck_assert_uint_eq(gaps->longest[0].at_ns, 20);
	ck_assert_uint_eq(gaps->longest[0].length_ns, 202);
	ck_assert_uint_eq(gaps->lost_ns, 202);
}
END_TEST

/* The look behind the first gap takes 300 ticks, and then the second one comes at once. */
START_TEST(a_gap_behind_a_gap_is_seen)
{
	struct gaps *gaps = FOLLOW(NULL, 1000, 2000, 2300 + 5000, 7310);

	ck_assert_uint_eq(gaps->count, 2);
	ck_assert_uint_eq(gaps->longest[0].length_ns, 2000);
	ck_assert_uint_eq(gaps->longest[1].length_ns, 10000);
	ck_assert_uint_eq(gaps->longest[1].at_ns, 2000);
	ck_assert_uint_eq(gaps->wall_ns, 2 * 6310);
}
END_TEST

START_TEST(a_look_is_no_gap_of_its_own)
{
	struct gaps *gaps = FOLLOW(NULL, 1000, 2000, 2400, 2500, 2900, 2910);

	/* 400 ticks behind the look of the first; the later 400 have no such excuse. */
	ck_assert_uint_eq(gaps->count, 2);
	ck_assert_uint_eq(gaps->longest[0].length_ns, 800);
	ck_assert_uint_eq(gaps->longest[1].length_ns, 2000);
}
END_TEST

START_TEST(a_clock_that_goes_back_makes_none)
{
	struct gaps *gaps = FOLLOW(NULL, 1000, 1050, 1040, 1060);

	ck_assert_uint_eq(gaps->count, 0);
}
END_TEST

static void add(struct gaps *gaps, uint64_t at, uint64_t length, enum gap_cause cause)
{
	gaps_add(gaps, &(struct gap){.at_ns = at, .length_ns = length, .cause = cause});
}

/* Ten gaps of 1 ms in 1 s: a moment waits longer than x with chance 10 (1 ms - x) / 1 s. */
START_TEST(waits_are_those_of_a_random_moment)
{
	static struct gaps gaps;

	memset(&gaps, 0, sizeof(gaps));
	gaps.wall_ns = 1000000000;
	ck_assert_uint_eq(gaps_wait_ns(&gaps, 0.99999), 0);
	for (int i = 0; i < 10; i++)
		add(&gaps, 0, 1000000, GAP_UNEXPLAINED);
	ck_assert_uint_eq(gaps_wait_ns(&gaps, 0.5), 0);
	ck_assert_uint_eq(gaps_wait_ns(&gaps, 0.99), 0);
	ck_assert_double_eq_tol((double)gaps_wait_ns(&gaps, 0.999), 900000, 4000);
	ck_assert_double_eq_tol((double)gaps_wait_ns(&gaps, 0.9999), 990000, 4000);
	/* Many short ones matter to p99, and hardly to p99.99. */
	for (int i = 0; i < 100000; i++)
		add(&gaps, 0, 2000, GAP_UNEXPLAINED);
	ck_assert_double_eq_tol((double)gaps_wait_ns(&gaps, 0.9), 1100, 20);
	ck_assert_double_eq_tol((double)gaps_wait_ns(&gaps, 0.9999), 990000, 4000);
}
END_TEST

/* However few there are, an hour that nobody had the CPU is no better for it. */
START_TEST(one_long_gap_is_half_of_the_time)
{
	static struct gaps gaps;

	memset(&gaps, 0, sizeof(gaps));
	gaps.wall_ns = 2000000;
	add(&gaps, 0, 1500000, GAP_STOLEN);
	ck_assert_double_eq_tol((double)gaps_wait_ns(&gaps, 0.5), 500000, 4000);
	ck_assert_double_eq(gaps_lost(&gaps), 0.75);
}
END_TEST

START_TEST(the_longest_are_kept_by_time)
{
	static struct gaps gaps;

	memset(&gaps, 0, sizeof(gaps));
	/* 7919 and 3001 have no common factor: every length once, in no order. */
	for (uint64_t i = 0; i < 3001; i++)
		add(&gaps, i, 1000 + i * 7919 % 3001, GAP_RUN_DELAY);
	gaps_sort(&gaps);
	ck_assert_uint_eq(gaps.count, 3001);
	ck_assert_uint_eq(gaps.kept, GAPS_KEPT);
	for (unsigned i = 0; i < gaps.kept; i++) {
		ck_assert_uint_ge(gaps.longest[i].length_ns, 1000 + 3001 - GAPS_KEPT);
		ck_assert_uint_eq(gaps.longest[i].length_ns,
				  1000 + gaps.longest[i].at_ns * 7919 % 3001);
		ck_assert(!i || gaps.longest[i].at_ns > gaps.longest[i - 1].at_ns);
	}
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].longest_ns, 4000);
}
END_TEST

/* Of many CPUs fewer each. */
START_TEST(only_the_longest_stay)
{
	static struct gaps gaps;

	memset(&gaps, 0, sizeof(gaps));
	for (uint64_t i = 0; i < 3001; i++)
		add(&gaps, i, 1000 + i * 7919 % 3001, GAP_RUN_DELAY);
	gaps_shorten(&gaps, GAPS_KEPT);
	ck_assert_uint_eq(gaps.kept, GAPS_KEPT);
	gaps_shorten(&gaps, 97);
	gaps_sort(&gaps);
	ck_assert_uint_eq(gaps.kept, 97);
	for (unsigned i = 0; i < gaps.kept; i++) {
		ck_assert_uint_ge(gaps.longest[i].length_ns, 1000 + 3001 - 97);
		ck_assert(!i || gaps.longest[i].at_ns > gaps.longest[i - 1].at_ns);
	}
	ck_assert_uint_eq(gaps.count, 3001);
	ck_assert_uint_eq(cpu_gaps_kept(0), GAPS_KEPT);
	ck_assert_uint_eq(cpu_gaps_kept(100), GAPS_KEPT);
	ck_assert_uint_eq(cpu_gaps_kept(1024), 97);
	ck_assert_uint_eq(cpu_gaps_kept(8192), 50);
}
END_TEST

START_TEST(blame)
{
	static const struct {
		uint64_t length, wall;
		struct account after;
		enum gap_cause cause;
	} rows[] = {
	    /* The thread ran 1 ms before a gap of 4 ms. */
	    {4000000, 5000000, ACCOUNT(1000000, 4000000, 1), GAP_RUN_DELAY},
	    /* The delay is enough, whatever the switches say. */
	    {4000000, 5000000, ACCOUNT(1000000, 4000000, 0), GAP_RUN_DELAY},
	    {4000000, 5000000, ACCOUNT(1000000, 0, 0), GAP_STOLEN},
	    {4000000, 5000000, ACCOUNT(5000000, 0, 0), GAP_UNEXPLAINED},
	    /* Another thread for a moment, and who knows what besides. */
	    {4000000, 5000000, ACCOUNT(4900000, 100000, 1), GAP_RUN_DELAY},
	    {4000000, 5000000, ACCOUNT(1000000, 0, 1), GAP_STOLEN},
	    /* A kernel without schedstat: it was switched off, or it was not. */
	    {4000000, 5000000, BLIND(1000000, 1), GAP_RUN_DELAY},
	    {4000000, 5000000, BLIND(1000000, 0), GAP_STOLEN},
	    {4000000, 5000000, BLIND(5000000, 0), GAP_UNEXPLAINED},
	    /* Stolen and waited for: the larger half. */
	    {4000000, 5000000, ACCOUNT(1000000, 1500000, 1), GAP_STOLEN},
	    {4000000, 5000000, ACCOUNT(1000000, 2500000, 1), GAP_RUN_DELAY},
	    /* Within what two clocks differ: 20 us in a second. */
	    {2000, 1000000000, ACCOUNT(999980000, 0, 0), GAP_UNEXPLAINED},
	    {60000, 1000000000, ACCOUNT(999940000, 0, 0), GAP_STOLEN},
	    {1500, 100000, ACCOUNT(98900, 0, 0), GAP_UNEXPLAINED},
	};
	static const struct account none;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct evidence evidence = gap_evidence(rows[i].wall, &none, &rows[i].after);

		ck_assert_msg(gap_blame(rows[i].length, &evidence) == rows[i].cause, "row %zu", i);
	}
}
END_TEST

/* Of a look, the accounts may be read before or behind what interrupts it. */
START_TEST(a_gap_within_a_look_is_blamed_on_what_it_took)
{
	/* An interrupt of 400 ns; then the thread waits for 20 us before it has read them. */
	static const struct account early[] = {ACCOUNT(0, 0, 0), ACCOUNT(2620, 20000, 1),
					       ACCOUNT(3220, 20000, 1), ACCOUNT(3240, 20000, 1)};
	/* The same, but it has read them. */
	static const struct account late[] = {ACCOUNT(0, 0, 0), ACCOUNT(420, 0, 0),
					      ACCOUNT(3220, 20000, 1)};
	/* It waits for 20 us, and the interrupt comes within the look. */
	static const struct account turned[] = {ACCOUNT(0, 0, 0), ACCOUNT(20, 20000, 1),
						ACCOUNT(1020, 20000, 1)};
	static const struct {
		const struct account *accounts;
		uint64_t first, second;
	} rows[] = {{early, 200, 10000}, {late, 200, 10000}, {turned, 10000, 200}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t behind = 1010 + rows[i].first, again = behind + 300 + rows[i].second;
		struct gaps *gaps =
		    FOLLOW(rows[i].accounts, 1000, 1010, behind, again, again + 300, again + 310);

		ck_assert_uint_eq(gaps->count, 2);
		ck_assert_uint_eq(gaps->lost_ns, 20400);
		ck_assert_msg(gaps->causes[GAP_RUN_DELAY].count == 1, "row %zu", i);
		ck_assert_uint_eq(gaps->causes[GAP_RUN_DELAY].longest_ns, 20000);
		ck_assert_uint_eq(gaps->causes[GAP_UNEXPLAINED].longest_ns, 400);
	}
}
END_TEST

/* The thread waits for 20 us between its first look and the reading that the timeline begins with.
 */
START_TEST(an_interrupted_first_look_is_repeated)
{
	static const struct account accounts[] = {ACCOUNT(0, 0, 0), ACCOUNT(20, 20000, 1),
						  ACCOUNT(1020, 20000, 1)};
	struct gaps *gaps;

	first_look = 10000;
	gaps = FOLLOW(accounts, 1000, 1300, 1310, 1510, 1520);
	first_look = 0;
	ck_assert_uint_eq(gaps->count, 1);
	ck_assert_uint_eq(gaps->causes[GAP_UNEXPLAINED].count, 1);
	ck_assert_uint_eq(gaps->wall_ns, 440);
}
END_TEST

/* However often that happens, no time is told twice and none is left out. Looks end, though: the
 * gap in the last one is told as one with what comes next. */
START_TEST(every_look_may_be_interrupted)
{
	struct gaps *gaps =
	    FOLLOW(NULL, 1000, 2000, 3300, 4600, 5900, 7200, 8500, 8800, 8810, 8820);

	ck_assert_uint_eq(gaps->count, 5);
	ck_assert_uint_eq(gaps->lost_ns, 4 * 2000 + 5200);
	ck_assert_uint_eq(gaps->lengths.min, 2000);
	ck_assert_uint_eq(gaps->lengths.max, 5200);
	ck_assert_uint_eq(gaps->wall_ns, 2 * 7820);
}
END_TEST

START_TEST(a_thread_that_came_back_was_away)
{
	static const struct account stayed[] = {ACCOUNT(0, 0, 0), ACCOUNT(0, 0, 0)},
				    away[] = {ACCOUNT(0, 0, 0), {.cpu = 7}, ACCOUNT(0, 0, 0)},
				    begun[] = {{.cpu = 7}, ACCOUNT(0, 0, 0)};

	(void)FOLLOW(stayed, 1000, 2000, 2010, 2020);
	ck_assert(!was_moved);
	(void)FOLLOW(away, 1000, 2000, 2010, 3010, 3020);
	ck_assert(was_moved);
	(void)FOLLOW(begun, 1000, 2000, 2010, 2020);
	ck_assert(was_moved);
}
END_TEST

START_TEST(each_part_of_the_time_has_its_longest)
{
	static struct gaps gaps;

	memset(&gaps, 0, sizeof(gaps));
	gaps.part_ns = 1000000;
	/* So many long ones come first that no later one is kept. */
	for (uint64_t i = 0; i < GAPS_KEPT; i++)
		add(&gaps, i, 9000, GAP_UNEXPLAINED);
	add(&gaps, 2500000, 5000, GAP_UNEXPLAINED);
	add(&gaps, 2600000, 7000, GAP_UNEXPLAINED);
	add(&gaps, 60000001, 3000, GAP_UNEXPLAINED);
	ck_assert_uint_eq(gaps.parts[0], 9000);
	ck_assert_uint_eq(gaps.parts[1], 0);
	ck_assert_uint_eq(gaps.parts[2], 7000);
	ck_assert_uint_eq(gaps.parts[GAPS_PARTS - 1], 3000);
}
END_TEST

/* The accounts are those since the last look, not since the beginning. */
START_TEST(each_gap_has_its_own_account)
{
	static const struct account accounts[] = {ACCOUNT(0, 0, 0), ACCOUNT(20, 19980, 1),
						  ACCOUNT(20020 + 600, 19980, 1)};
	struct gaps *gaps = FOLLOW(accounts, 1000, 1010, 11000, 11300, 21300, 21310);

	ck_assert_uint_eq(gaps->count, 2);
	ck_assert_uint_eq(gaps->causes[GAP_RUN_DELAY].count, 1);
	ck_assert_uint_eq(gaps->causes[GAP_RUN_DELAY].longest_ns, 19980);
	ck_assert_uint_eq(gaps->causes[GAP_UNEXPLAINED].count, 1);
}
END_TEST

START_TEST(a_gap_may_be_blamed_again)
{
	static struct gaps gaps;

	memset(&gaps, 0, sizeof(gaps));
	add(&gaps, 1, 5000, GAP_RUN_DELAY);
	add(&gaps, 2, 9000, GAP_RUN_DELAY);
	for (unsigned i = 0; i < gaps.kept; i++) {
		if (gaps.longest[i].length_ns == 9000)
			gaps_blame_again(&gaps, &gaps.longest[i], GAP_QUOTA);
	}
	ck_assert_uint_eq(gaps.causes[GAP_QUOTA].count, 1);
	ck_assert_uint_eq(gaps.causes[GAP_QUOTA].longest_ns, 9000);
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].count, 1);
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].longest_ns, 5000);
	for (unsigned i = 0; i < gaps.kept; i++)
		gaps_blame_again(&gaps, &gaps.longest[i], GAP_QUOTA);
	ck_assert_uint_eq(gaps.causes[GAP_QUOTA].count, 2);
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].count, 0);
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].longest_ns, 0);
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].lost_ns, 0);
	ck_assert_uint_eq(gaps.causes[GAP_QUOTA].lost_ns, 14000);
}
END_TEST

/* Nobody knows how long the longest was of those that were not kept. */
START_TEST(a_longest_gap_that_was_not_kept_is_unknown)
{
	static struct gaps gaps;

	memset(&gaps, 0, sizeof(gaps));
	add(&gaps, 0, 2000, GAP_RUN_DELAY);
	for (uint64_t i = 1; i < GAPS_KEPT; i++)
		add(&gaps, i, 9000, GAP_UNEXPLAINED);
	add(&gaps, GAPS_KEPT, 8000, GAP_RUN_DELAY);
	ck_assert_uint_eq(gaps.longest[0].length_ns, 8000);
	gaps_blame_again(&gaps, &gaps.longest[0], GAP_QUOTA);
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].count, 1);
	ck_assert_uint_eq(gaps.causes[GAP_RUN_DELAY].longest_ns, 0);
}
END_TEST

START_TEST(a_handler_takes_a_gap)
{
	static const struct account accounts[] = {
	    ACCOUNT(0, 0, 0), {.ran_ns = 20020, .raw_ns = 520000}, ACCOUNT(40600, 0, 0)};
	struct handlers told = {0};
	struct gaps *gaps;

	/* From 500 us to 520 us by the tracepoints' clock. */
	handlers_begin(&told, (struct handler){HANDLER_INTERRUPT, 36}, 501000);
	handlers_end(&told, (struct handler){HANDLER_INTERRUPT, 36}, 519000);
	handlers = &told;
	gaps = FOLLOW(accounts, 1000, 1010, 11010, 11310, 11320);
	ck_assert_uint_eq(gaps->causes[GAP_INTERRUPT].count, 1);
	ck_assert_uint_eq(gaps->handler_count, 1);
	ck_assert_uint_eq(gaps->handlers[0].handler.id, 36);
	ck_assert_uint_eq(gaps->handlers[0].count, 1);
	ck_assert_uint_eq(gaps->handlers[0].longest_ns, 20000);
	ck_assert_uint_eq(gaps->longest[0].handler, 1);
	/* A softirq's, 10 us before the gap: not its. */
	memset(&told, 0, sizeof(told));
	handlers_begin(&told, (struct handler){HANDLER_SOFTIRQ, 3}, 471000);
	handlers_end(&told, (struct handler){HANDLER_SOFTIRQ, 3}, 490000);
	gaps = FOLLOW(accounts, 1000, 1010, 11010, 11310, 11320);
	ck_assert_uint_eq(gaps->causes[GAP_UNEXPLAINED].count, 1);
	ck_assert_uint_eq(gaps->handler_count, 0);
	handlers_begin(&told, (struct handler){HANDLER_SOFTIRQ, 3}, 500000);
	handlers_end(&told, (struct handler){HANDLER_SOFTIRQ, 3}, 520000);
	gaps = FOLLOW(accounts, 1000, 1010, 11010, 11310, 11320);
	handlers = NULL;
	ck_assert_uint_eq(gaps->causes[GAP_SOFTIRQ].count, 1);
}
END_TEST

/* The first gap is another thread's, and the one within the look behind it an interrupt's. */
START_TEST(what_a_handler_took_explains_no_other_gap)
{
	static const struct account accounts[] = {ACCOUNT(0, 0, 0),
						  {.ran_ns = 20, .raw_ns = 520000},
						  {.ran_ns = 20620, .raw_ns = 540600},
						  ACCOUNT(20620, 20000, 1)};
	struct handlers told = {0};
	struct gaps *gaps;

	handlers_begin(&told, (struct handler){HANDLER_VECTOR, 0}, 520000);
	handlers_end(&told, (struct handler){HANDLER_VECTOR, 0}, 540000);
	handlers = &told;
	gaps = FOLLOW(accounts, 1000, 1010, 11010, 21310, 21610, 21620);
	handlers = NULL;
	ck_assert_uint_eq(gaps->count, 2);
	ck_assert_uint_eq(gaps->causes[GAP_INTERRUPT].count, 1);
	ck_assert_uint_eq(gaps->causes[GAP_INTERRUPT].longest_ns, 20000);
	ck_assert_uint_eq(gaps->causes[GAP_STOLEN].count, 1);
}
END_TEST

/* The kernel's thread had the CPU for the first one, and the one within the look is unexplained. */
START_TEST(the_switch_to_a_handler_explains_no_other_gap)
{
	static const struct account accounts[] = {
	    ACCOUNT(0, 0, 0),
	    {.ran_ns = 20, .delay_ns = 20000, .involuntary = 1, .raw_ns = 520000},
	    {.ran_ns = 10620, .delay_ns = 20000, .involuntary = 1, .raw_ns = 530600},
	    ACCOUNT(10620, 20000, 1)};
	struct handlers told = {0};
	struct gaps *gaps;

	handlers_begin(&told, (struct handler){HANDLER_SOFTIRQ, 3}, 500000);
	handlers_end(&told, (struct handler){HANDLER_SOFTIRQ, 3}, 520000);
	handlers = &told;
	gaps = FOLLOW(accounts, 1000, 1010, 11010, 16310, 16610, 16620);
	handlers = NULL;
	ck_assert_uint_eq(gaps->count, 2);
	ck_assert_uint_eq(gaps->causes[GAP_SOFTIRQ].count, 1);
	ck_assert_uint_eq(gaps->causes[GAP_RUN_DELAY].count, 0);
	ck_assert_uint_eq(gaps->causes[GAP_UNEXPLAINED].count, 1);
}
END_TEST

START_TEST(more_handlers_than_rows_share_the_last_ones)
{
	static struct gaps gaps;
	struct handler handler = {HANDLER_INTERRUPT, 0};

	memset(&gaps, 0, sizeof(gaps));
	for (; handler.id < 2 * GAP_HANDLERS; handler.id++) {
		struct gap gap = {.length_ns = 5000 + handler.id, .cause = GAP_INTERRUPT};

		gap.handler = gaps_handler(&gaps, &handler);
		ck_assert_uint_eq(gap.handler,
				  handler.id < GAP_HANDLERS ? handler.id + 1 : GAP_HANDLERS + 1);
		gaps_add(&gaps, &gap);
	}
	ck_assert_uint_eq(gaps.handler_count, GAP_HANDLERS + 1);
	ck_assert_uint_eq(gaps.handlers[GAP_HANDLERS].count, GAP_HANDLERS);
	ck_assert_uint_eq(gaps.handlers[GAP_HANDLERS].longest_ns, 5000 + 2 * GAP_HANDLERS - 1);
	handler.id = 7;
	ck_assert_uint_eq(gaps_handler(&gaps, &handler), 8);
	/* A softirq is no interrupt, and a vector is one. */
	handler = (struct handler){HANDLER_SOFTIRQ, 3};
	ck_assert_uint_eq(gaps_handler(&gaps, &handler), GAP_HANDLERS + 2);
	handler = (struct handler){HANDLER_VECTOR, 0};
	ck_assert_uint_eq(gaps_handler(&gaps, &handler), GAP_HANDLERS + 1);
	ck_assert_uint_eq(gaps.handler_count, GAP_HANDLERS + 2);
	ck_assert_int_eq(gap_handler_cause(&gaps.handlers[GAP_HANDLERS].handler), GAP_INTERRUPT);
	ck_assert_int_eq(gap_handler_cause(&gaps.handlers[GAP_HANDLERS + 1].handler), GAP_SOFTIRQ);
}
END_TEST

RUN_SUITE("gaps", a_quiet_cpu_has_none, a_gap_is_told_with_its_time, a_gap_behind_a_gap_is_seen,
	  a_look_is_no_gap_of_its_own, a_clock_that_goes_back_makes_none,
	  waits_are_those_of_a_random_moment, one_long_gap_is_half_of_the_time,
	  the_longest_are_kept_by_time, only_the_longest_stay, blame, each_gap_has_its_own_account,
	  a_gap_within_a_look_is_blamed_on_what_it_took, an_interrupted_first_look_is_repeated,
	  every_look_may_be_interrupted, a_thread_that_came_back_was_away,
	  each_part_of_the_time_has_its_longest, a_gap_may_be_blamed_again,
	  a_longest_gap_that_was_not_kept_is_unknown, a_handler_takes_a_gap,
	  what_a_handler_took_explains_no_other_gap, the_switch_to_a_handler_explains_no_other_gap,
	  more_handlers_than_rows_share_the_last_ones)
