/* SPDX-License-Identifier: Apache-2.0 */
/* The search on simulated disks, of which the right answer is computed. */
#include <math.h>

#include "probe/arrivals.h"
#include "probe/search.h"
#include "run_suite.h"

#define LIMIT_NS  (10 * MS)
#define BUDGET_NS (114 * SECOND)

/* A disk that does one request after the other. */
struct disk {
	double service_ns, spread; /* of one: service_ns times 1 - spread to 1 + spread */
	double floor_ns;           /* what each takes besides */
	double burst;              /* so many pass at once after a pause (a token bucket) */
	uint64_t limit_ns;         /* that is asked of it */
	double free_ns;            /* when it has done all */
	struct random random;
};

static double answer_ns(struct disk *disk, double at)
{
	double part = (double)(random_next(&disk->random) >> 11) * 0x1p-53;
	double service = disk->service_ns * (1 + disk->spread * (2 * part - 1));
	double begins = disk->free_ns > at ? disk->free_ns : at;

	disk->free_ns = begins + service;
	return fmax(disk->free_ns - at - disk->burst * disk->service_ns, 0) + disk->floor_ns;
}

/* One step as the probe makes it: it ends when it cannot hold any longer. Lead-in as there. */
static enum rate_state offer(const struct search *search, const struct search_step *step,
			     struct disk *disk, uint64_t seed, uint64_t *ret_ns)
{
	struct arrivals arrivals = arrivals_new(seed, step->rate, 0);
	double end = (double)step->duration_ns;
	uint64_t count = 0, over = 0;
	double at = 0;

	disk->free_ns = 0;
	while (at < end && over <= step->most_over) {
		at = (double)arrivals_take(&arrivals);
		over += answer_ns(disk, at) > (double)disk->limit_ns;
		count++;
	}
	*ret_ns = (uint64_t)at;
	return search_judge(search, step, count, over);
}

/* What the search answers within its time, which starts after the peak. */
static double find(struct disk *disk, uint64_t seed, struct search *ret)
{
	/* The peak is measured, too, and not to the last request. */
	struct random dice = random_new(seed);
	double peak =
	    (0.95 + (double)random_below(&dice, 1000) / 10000) * (double)SECOND / disk->service_ns;
	struct search search = search_new(peak, disk->limit_ns, 0);
	uint64_t left = BUDGET_NS, took;
	struct search_step step;

	disk->random = random_new(seed * 7919 + 5);
	while (search_next(&search, left, &step)) {
		search_add(&search, step.rate, offer(&search, &step, disk, seed++ * 31, &took));
		left -= took < left ? took : left;
	}
	*ret = search;
	return search.low;
}

/* Mean of exp(theta x service), and of service x exp(theta x service), with a service of 1 in the
 * mean. */
static double moment(double theta, double spread)
{
	return spread > 0 ? exp(theta) * sinh(theta * spread) / (theta * spread) : exp(theta);
}

static double moment_slope(double theta, double spread)
{
	double d = 1e-6;

	return (moment(theta + d, spread) - moment(theta - d, spread)) / (2 * d);
}

/* The share of requests that take longer than the limit at this load: the tail of a queue falls
 * like C exp(-theta x), where load (moment(theta) - 1) = theta. With a token bucket each waits
 * less, by as long as it takes to fill it. */
static double share_over(const struct disk *disk, double load)
{
	double low = 1e-9, high = 50, theta;

	for (int i = 0; i < 200; i++) {
		theta = (low + high) / 2;
		if (load * (moment(theta, disk->spread) - 1) < theta)
			low = theta;
		else
			high = theta;
	}
	theta = (low + high) / 2;
	return (1 - load) / (load * moment_slope(theta, disk->spread) - 1) *
	       moment(theta, disk->spread) *
	       exp(-theta *
		   (((double)disk->limit_ns - disk->floor_ns) / disk->service_ns + disk->burst));
}

static double truth(const struct disk *disk, double share)
{
	double low = 0.05, high = 0.999999;

	for (int i = 0; i < 100; i++) {
		double load = (low + high) / 2;

		if (share_over(disk, load) <= 1 - share)
			low = load;
		else
			high = load;
	}
	return low * (double)SECOND / disk->service_ns;
}

/* How many of the searches end within 5 % of the truth, or as near as they say. */
static unsigned good_of(struct disk disk, unsigned seeds, bool as_told, double *ret_truth)
{
	unsigned good = 0;

	for (unsigned seed = 0; seed < seeds; seed++) {
		struct search search;
		double rate = find(&disk, seed * 1000 + 1, &search);
		unsigned percent = as_told ? search_percent(&search) : 5;

		*ret_truth = truth(&disk, search.share);
		good += !percent || fabs(rate / *ret_truth - 1) <= percent / 100.0;
	}
	return good;
}

static void see(double rate, double spread, uint64_t limit_ns, unsigned seeds)
{
	struct disk disk = {.service_ns = (double)SECOND / rate,
			    .spread = spread,
			    .floor_ns = 80e3,
			    .limit_ns = limit_ns};
	double right;
	unsigned good = good_of(disk, seeds, false, &right);

	ck_assert_msg(good * 100 >= seeds * 95, "%g/s, %g ms: %u of %u within 5 %% of %.0f", rate,
		      (double)limit_ns / (double)MS, good, seeds, right);
}

/* A fast disk has more requests to simulate, and gets fewer seeds. */
static void see_rate(double rate, double spread)
{
	unsigned seeds = rate > 2000 ? 40 : 100;

	see(rate, spread, LIMIT_NS, is_sweep_short() ? seeds / 10 : seeds);
}

START_TEST(two_thousand_are_known_within_5_percent)
{
	see_rate(2000, 0);
}
END_TEST

START_TEST(uneven_ones_as_well)
{
	see_rate(2000, 0.5);
}
END_TEST

START_TEST(twenty_thousand_are_known_within_5_percent)
{
	see_rate(20000, 0);
}
END_TEST

START_TEST(a_hundred_thousand_are_known_within_5_percent)
{
	see_rate(100000, 0);
}
END_TEST

/* As the kernel's own limiter, which counts in slices of 100 ms, and as a cloud's that lets some
 * milliseconds' worth through. */
START_TEST(limiters_that_let_bursts_through_as_well)
{
	static const struct {
		double rate, burst;
	} limiters[] = {{2000, 20}, {2000, 200}, {20000, 200}, {20000, 2000}};
	unsigned seeds = is_sweep_short() ? 4 : 40, good;

	for (size_t i = 0; i < sizeof(limiters) / sizeof(limiters[0]); i++) {
		struct disk disk = {.service_ns = (double)SECOND / limiters[i].rate,
				    .floor_ns = 80e3,
				    .burst = limiters[i].burst,
				    .limit_ns = LIMIT_NS};
		double right;

		good = good_of(disk, seeds, false, &right);
		ck_assert_msg(good * 100 >= seeds * 90,
			      "%g/s, %g at once: %u of %u within 5 %% of %.0f", limiters[i].rate,
			      limiters[i].burst, good, seeds, right);
	}
}
END_TEST

/* A step that ends before the wait has grown to the limit holds at any rate. */
START_TEST(a_long_limit_lets_no_rate_hold_that_the_disk_cannot_do)
{
	static const uint64_t limits[] = {100 * MS, 200 * MS, 500 * MS};
	static const double rates[] = {2000, 20000, 100000};
	unsigned seeds = is_sweep_short() ? 1 : 10;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		for (size_t j = 0; j < sizeof(rates) / sizeof(rates[0]); j++)
			see(rates[j], 0, limits[i], seeds);
	}
	/* A shorter one as well, where the queue of such a disk is shorter than it. */
	see(100000, 0, MS, seeds);
}
END_TEST

/* The first rate, 0.75 of the peak, fails, and the next one is far enough below it to hold. */
START_TEST(what_is_just_below_the_first_rate_is_found_in_time)
{
	struct disk disk = {
	    .service_ns = (double)SECOND / 800, .floor_ns = 80e3, .limit_ns = LIMIT_NS};
	unsigned seeds = is_sweep_short() ? 20 : 100;
	double right;

	ck_assert_uint_ge(good_of(disk, seeds, false, &right) * 100, seeds * 80);
	ck_assert_double_eq_tol(right / 800, 0.716, 0.01);
}
END_TEST

/* What the report tells beside the answer. */
START_TEST(how_well_it_is_known_is_told)
{
	static const struct {
		double rate;
		uint64_t limit_ns;
		double part; /* of its rate that holds */
	} disks[] = {
	    {2000, 10 * MS, 0.83}, {800, 10 * MS, 0.72},  {500, 10 * MS, 0.56},
	    {700, 5 * MS, 0.39},   {2000, 2 * MS, 0.28},  {300, 20 * MS, 0.63},
	    {150, 20 * MS, 0.32},  {200, 50 * MS, 0.77},  {100, 50 * MS, 0.56},
	    {50, 200 * MS, 0.77},  {100, 200 * MS, 0.89},
	};
	unsigned seeds = is_sweep_short() ? 10 : 100, good;

	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		struct disk disk = {.service_ns = (double)SECOND / disks[i].rate,
				    .floor_ns = 80e3,
				    .limit_ns = disks[i].limit_ns};
		double right;

		good = good_of(disk, seeds, true, &right);
		ck_assert_double_eq_tol(right / disks[i].rate, disks[i].part, 0.01);
		ck_assert_msg(good * 100 >= seeds * 85, "%g/s, %g ms: %u of %u as near as told",
			      disks[i].rate, (double)disks[i].limit_ns / (double)MS, good, seeds);
	}
}
END_TEST

/* As the probe's text says it: a limiter has no service time, only a pace. */
START_TEST(a_limiter_of_2000_holds_1580_at_p99_99_below_10_ms)
{
	struct disk disk = {
	    .service_ns = (double)SECOND / 2000, .floor_ns = -500e3, .limit_ns = LIMIT_NS};

	ck_assert_double_eq_tol(truth(&disk, 0.9999), 1580, 5);
	ck_assert_double_eq_tol(truth(&disk, 0.999), 1680, 10);
}
END_TEST

static struct search after(const enum rate_state *states, size_t count)
{
	struct search search = search_new(1000, LIMIT_NS, 0);
	struct search_step step;

	for (size_t i = 0; i < count; i++) {
		ck_assert(search_next(&search, UINT64_MAX, &step));
		search_add(&search, step.rate, states[i]);
	}
	return search;
}

START_TEST(a_first_step_that_fails_by_chance_costs_one_more)
{
	static const enum rate_state states[] = {RATE_FAILS, RATE_HOLDS};
	struct search search = after(states, 2);

	ck_assert(search.low == 750);
	ck_assert(search.high == 0);
}
END_TEST

/* All that is below 1,000 holds, but for one step. */
START_TEST(a_later_step_that_fails_by_chance_is_made_again)
{
	struct search search = search_new(1000, LIMIT_NS, 0);
	struct search_step step;
	double unlucky = 0;

	while (search_next(&search, UINT64_MAX, &step)) {
		bool is_unlucky = step.rate > 900 && unlucky <= 0;

		unlucky = is_unlucky ? step.rate : unlucky;
		search_add(&search, step.rate,
			   is_unlucky || step.rate > 1000 ? RATE_FAILS : RATE_HOLDS);
	}
	ck_assert(unlucky > 900 && unlucky < 1000);
	ck_assert(search.low > unlucky);
	ck_assert(search.high > 1000 && search.high < 1.05 * search.low);
}
END_TEST

/* 660 fails twice. Of three rates below it that failed once the lower two hold the second time, and
 * only the last two that failed are kept. */
START_TEST(what_failed_twice_is_not_forgotten)
{
	static const enum rate_state states[] = {
	    RATE_FAILS, RATE_FAILS, RATE_FAILS, RATE_FAILS, /* 750, 660 */
	    RATE_HOLDS, RATE_HOLDS,                         /* 495, 572 */
	    RATE_FAILS, RATE_FAILS, RATE_FAILS,             /* 614, 593, 582 */
	    RATE_HOLDS, RATE_HOLDS,                         /* 582, 593 */
	};
	struct search search = after(states, sizeof(states) / sizeof(states[0]));

	ck_assert(search.low > 592 && search.low < 594);
	ck_assert(search.high == 660);
	/* So it is not offered a third time. */
	ck_assert(search.is_sure);
}
END_TEST

START_TEST(what_never_holds_comes_to_an_end)
{
	struct search search = search_new(1000, LIMIT_NS, 0);
	struct search_step step;
	unsigned steps = 0;

	while (search_next(&search, UINT64_MAX, &step)) {
		search_add(&search, step.rate, RATE_FAILS);
		ck_assert_uint_lt(++steps, ENVELOPE_POINTS);
	}
	ck_assert(search.low == 0);
	ck_assert(search.high > 0 && search.high < 10);
	ck_assert(step.rate == 0);
}
END_TEST

START_TEST(what_always_holds_comes_to_an_end_as_well)
{
	struct search search = search_new(1000, LIMIT_NS, 0);
	struct search_step step;
	unsigned steps = 0;

	while (search_next(&search, UINT64_MAX, &step)) {
		search_add(&search, step.rate, RATE_HOLDS);
		ck_assert_uint_lt(++steps, ENVELOPE_POINTS);
	}
	ck_assert(search.low > 1100);
	ck_assert(search.high == 0);
}
END_TEST

START_TEST(few_samples_tell_nothing)
{
	struct search search = search_new(2000, LIMIT_NS, 0);
	struct search_step step = {.rate = 100, .most_over = 2};

	ck_assert(search.share == 0.999);
	ck_assert_int_eq(search_judge(&search, &step, 2999, 0), RATE_FEW);
	ck_assert_int_eq(search_judge(&search, &step, 3000, 3), RATE_FAILS);
	ck_assert_int_eq(search_judge(&search, &step, 3000, 2), RATE_HOLDS);
	/* One slow request of a few may be chance, and more than a whole step may have are not. */
	ck_assert_int_eq(search_judge(&search, &step, 380, 1), RATE_FEW);
	ck_assert_int_eq(search_judge(&search, &step, 380, 3), RATE_FAILS);
	search = search_new(20000, LIMIT_NS, SECOND);
	ck_assert(search_next(&search, UINT64_MAX, &step));
	ck_assert_uint_eq(step.most_over, 3);
	search_add(&search, 100, RATE_FEW);
	ck_assert(!search_next(&search, UINT64_MAX, &step));
}
END_TEST

START_TEST(shorter_steps_than_it_takes_tell_nothing_of_how_well)
{
	struct search search = search_new(2000, LIMIT_NS, 24 * SECOND);

	search.low = 1600;
	ck_assert_uint_eq(search_percent(&search), 5);
	search.runtime_ns--;
	ck_assert(search_is_short(&search));
	ck_assert_uint_eq(search_percent(&search), 0);
	search.runtime_ns = 0;
	ck_assert(!search_is_short(&search));
	ck_assert_uint_eq(search_percent(&search), 5);
	/* 300,000 requests. */
	search = search_new(100000, LIMIT_NS, 3 * SECOND);
	search.low = 100000;
	ck_assert_uint_eq(search_percent(&search), 5);
	search.low = 99000;
	ck_assert_uint_eq(search_percent(&search), 0);
	/* Where nothing held there is nothing to know. */
	search.low = 0;
	ck_assert(!search_is_short(&search));
	ck_assert_uint_eq(search_percent(&search), 0);
}
END_TEST

START_TEST(a_step_that_would_end_too_late_is_none)
{
	struct search search = search_new(2000, LIMIT_NS, 0);
	struct search_step step;

	ck_assert(search_next(&search, 24 * SECOND, &step));
	ck_assert(!search_next(&search, 24 * SECOND - 1, &step));
	ck_assert(step.rate > 0);
	search = search_new(2000, LIMIT_NS, 7 * MS);
	ck_assert(search_next(&search, SECOND, &step));
	ck_assert_uint_eq(step.duration_ns, 7 * MS);
}
END_TEST

RUN_SUITE("search", what_is_just_below_the_first_rate_is_found_in_time,
	  limiters_that_let_bursts_through_as_well, how_well_it_is_known_is_told,
	  two_thousand_are_known_within_5_percent, uneven_ones_as_well,
	  twenty_thousand_are_known_within_5_percent, a_hundred_thousand_are_known_within_5_percent,
	  a_long_limit_lets_no_rate_hold_that_the_disk_cannot_do,
	  a_limiter_of_2000_holds_1580_at_p99_99_below_10_ms, what_failed_twice_is_not_forgotten,
	  a_first_step_that_fails_by_chance_costs_one_more,
	  a_later_step_that_fails_by_chance_is_made_again, what_never_holds_comes_to_an_end,
	  what_always_holds_comes_to_an_end_as_well, few_samples_tell_nothing,
	  a_step_that_would_end_too_late_is_none,
	  shorter_steps_than_it_takes_tell_nothing_of_how_well)
