/* SPDX-License-Identifier: Apache-2.0 */
/* What blocks of measurements say, on numbers that are known and on noise that was recorded. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "probe/effect.h"
#include "probe/random.h"
#include "prove_noise.h"
#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;
static effects list;

static void set_up(void)
{
	static const char *const jobs[] = {"append-16k", "randread-4k-qd1", "randread-4k-qd32",
					   "randwrite-4k-qd32"};
	specs all = {0};

	arena = arena_new();
	for (size_t i = 0; i < COUNT(jobs); i++) {
		struct spec spec;

		ck_assert_int_eq(spec_parse(jobs[i], &spec), 0);
		vec_push(arena, &all, spec);
	}
	list = effect_list(arena, &all);
}

static void tear_down(void)
{
	arena_free(arena);
}

static void begin_again(void)
{
	tear_down();
	set_up();
}

static void prepare(TCase *group)
{
	tcase_add_checked_fixture(group, set_up, tear_down);
	tcase_set_timeout(group, 60);
}

static void about(double have, double want)
{
	ck_assert_msg(fabs(have - want) < 1e-6, "wanted %.9g, have %.9g", want, have);
}

/* Every figure the same in all four, but for the factors of the tuned ones. */
static void add_block(double value, double slower, double more, bool begins_tuned)
{
	double values[EFFECT_PHASES][16];
	bool is_tuned[EFFECT_PHASES];

	for (size_t i = 0; i < EFFECT_PHASES; i++) {
		is_tuned[i] = (i == 1 || i == 2) != begins_tuned;
		for (size_t j = 0; j < list.count; j++)
			values[i][j] = !is_tuned[i]         ? value
				       : list.at[j].is_rate ? value * more
							    : value * slower;
	}
	effect_add(arena, &list,
		   (const double *const[]){values[0], values[1], values[2], values[3]}, is_tuned);
}

static struct effect *figure(const char *job, const char *name)
{
	vec_for_each (effect, &list) {
		if (text_equal(effect->job, job) && text_equal(effect->figure, name))
			return effect;
	}
	ck_abort_msg("there is no %s %s", job, name);
	return NULL;
}

START_TEST(what_goes_one_by_one_has_latencies_and_what_goes_deep_a_rate)
{
	ck_assert_uint_eq(list.count, NOISE_FIGURES);
	ck_assert(!figure("append-16k", "p50")->is_tail);
	ck_assert(figure("append-16k", "p99")->is_tail);
	ck_assert(figure("randread-4k-qd1", "p99")->is_tail);
	ck_assert(figure("randread-4k-qd32", "iops")->is_rate);
	ck_assert(figure("randwrite-4k-qd32", "iops")->is_rate);
}
END_TEST

static struct probe_job *add_job(struct probe_result *result, const char *name)
{
	struct probe_job *job = &result->jobs[result->job_count++];

	(void)snprintf(job->name, sizeof(job->name), "%s", name);
	job->state = JOB_DONE;
	job->iops = 100;
	job->latency = (struct latency){.count = 10, .p50 = 5, .p99 = 9};
	return job;
}

START_TEST(figures_of_a_measurement)
{
	struct probe_result result = {0};
	static const double no_rates[] = {0, -1, NAN, INFINITY};
	struct probe_job *first, *last;
	double values[NOISE_FIGURES];
	struct err err = {0};

	(void)add_job(&result, "prefill");
	first = add_job(&result, "append-16k");
	(void)add_job(&result, "randread-4k-qd1");
	(void)add_job(&result, "randread-4k-qd32");
	ck_assert_int_eq(effect_read(&list, &result, values, &err), -ENODATA);
	ck_assert_str_eq(err.text, "randwrite-4k-qd32 did not come to its end");
	last = add_job(&result, "randwrite-4k-qd32");
	ck_assert_int_eq(effect_read(&list, &result, values, &err), 0);
	about(values[0], 5);
	about(values[1], 9);
	about(values[4], 100);
	last->state = JOB_SKIPPED;
	(void)snprintf(last->remark, sizeof(last->remark), "no time was left for it");
	ck_assert_int_eq(effect_read(&list, &result, values, &err), -ENODATA);
	ck_assert_str_eq(err.text,
			 "randwrite-4k-qd32 did not come to its end: no time was left for it");
	last->state = JOB_DONE;
	first->latency.p50 = 0;
	ck_assert_int_eq(effect_read(&list, &result, values, &err), -ENODATA);
	ck_assert_str_eq(err.text, "append-16k saw no request end in its time");
	first->latency.p50 = 5;
	for (size_t i = 0; i < COUNT(no_rates); i++) {
		last->iops = no_rates[i];
		ck_assert_int_eq(effect_read(&list, &result, values, &err), -ENODATA);
		ck_assert_str_eq(err.text, "randwrite-4k-qd32 saw no request end in its time");
	}
}
END_TEST

/* A drift that is the same from each measurement to the next cancels, in either order. */
START_TEST(a_steady_drift_is_no_effect)
{
	for (unsigned block = 0; block < 8; block++) {
		bool begins_tuned = block % 3 == 0;
		bool is_tuned[EFFECT_PHASES];
		double values[EFFECT_PHASES][16];

		for (size_t i = 0; i < EFFECT_PHASES; i++) {
			is_tuned[i] = (i == 1 || i == 2) != begins_tuned;
			for (size_t j = 0; j < list.count; j++)
				values[i][j] = 100 * pow(1.3, (double)i) * (block + 1);
		}
		effect_add(arena, &list,
			   (const double *const[]){values[0], values[1], values[2], values[3]},
			   is_tuned);
	}
	effect_judge(&list, 0.1);
	vec_for_each (effect, &list) {
		about(effect->change, 0);
		about(effect->original, effect->tuned);
		ck_assert_int_eq(effect->verdict, EFFECT_NONE);
	}
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_NONE);
}
END_TEST

static void add_blocks(unsigned count, double slower, double more)
{
	/* Small differences from block to block, so that there is something to judge by. */
	for (unsigned block = 0; block < count; block++) {
		double wobble = 1 + 0.01 * (block % 3);

		add_block(1000, slower * wobble, more * wobble, block % 2);
	}
}

START_TEST(better_and_worse_depend_on_what_is_measured)
{
	add_blocks(8, 0.8, 1.2);
	effect_judge(&list, 0.1);
	ck_assert_int_eq(figure("append-16k", "p50")->verdict, EFFECT_HELPED);
	ck_assert_int_eq(figure("randread-4k-qd32", "iops")->verdict, EFFECT_HELPED);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_HELPED);
	ck_assert(figure("append-16k", "p50")->low < figure("append-16k", "p50")->change);
	ck_assert(figure("append-16k", "p50")->high < 0);
	about(figure("append-16k", "p50")->original, 1000);
}
END_TEST

START_TEST(one_that_is_worse_is_enough)
{
	add_blocks(8, 0.8, 0.8);
	effect_judge(&list, 0.1);
	ck_assert_int_eq(figure("append-16k", "p50")->verdict, EFFECT_HELPED);
	ck_assert_int_eq(figure("randread-4k-qd32", "iops")->verdict, EFFECT_WORSE);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_WORSE);
}
END_TEST

START_TEST(too_few_blocks_tell_nothing)
{
	add_blocks(7, 0.5, 2);
	effect_judge(&list, 0.1);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_UNKNOWN);
	add_block(1000, 0.5, 2, true);
	effect_judge(&list, 0.1);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_HELPED);
}
END_TEST

START_TEST(no_block_at_all_tells_nothing)
{
	effect_judge(&list, 0.1);
	/* Nothing was found out, whatever there was to find. */
	vec_for_each (effect, &list)
		ck_assert_int_eq(effect->verdict, EFFECT_UNKNOWN);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_UNKNOWN);
}
END_TEST

/* "No difference" is said only where a difference of that size would have been seen. A tail that
 * scatters leaves the others what they are. */
START_TEST(a_noisy_figure_cannot_be_told)
{
	for (unsigned block = 0; block < 12; block++) {
		add_block(1000, 1, 1, block % 2);
		figure("append-16k", "p99")->differences.at[block] = block % 2 ? 0.5 : -0.5;
	}
	effect_judge(&list, 0.1);
	ck_assert_int_eq(figure("append-16k", "p99")->verdict, EFFECT_UNKNOWN);
	ck_assert(figure("append-16k", "p99")->smallest > 0.5);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_NONE);
	for (unsigned block = 0; block < 12; block++)
		figure("append-16k", "p50")->differences.at[block] = block % 2 ? 0.5 : -0.5;
	effect_judge(&list, 0.1);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_UNKNOWN);
}
END_TEST

/* A difference that is always the same is still told in steps: within one it is no finding. */
START_TEST(a_figure_that_never_scatters)
{
	const struct effect *effect = figure("append-16k", "p50");

	for (unsigned block = 0; block < 8; block++)
		add_block(1000, 0.995, 1.005, block % 2);
	effect_judge(&list, 0.1);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_NONE);
	about(effect->change, -0.005);
	about(effect->smallest, EFFECT_STEP);
	ck_assert(effect->low < -EFFECT_STEP / 2 && effect->high > 0);
	effect_judge(&list, EFFECT_STEP / 2);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_UNKNOWN);
	begin_again();
	effect = figure("append-16k", "p50");
	for (unsigned block = 0; block < 8; block++)
		add_block(1000, 0.98, 1.02, block % 2);
	effect_judge(&list, 0.1);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_HELPED);
	about(effect->chance, 0);
	about(effect->change, -0.02);
	ck_assert(effect->low < -0.02 && effect->high < 0);
}
END_TEST

/* Roughly a normal distribution, with a standard deviation of 1. */
static double normal(struct random *source)
{
	enum { terms = 12, steps = 1 << 20 };
	double sum = 0;

	for (unsigned i = 0; i < terms; i++)
		sum += (double)random_below(source, steps) / steps - 0.5;
	return sum;
}

/* On a quiet disk it is the step that a change must exceed. Its mean is beyond it by as much as
 * nine of ten proofs need. */
START_TEST(what_is_said_to_be_seen_on_a_quiet_disk_is)
{
	enum { blocks = 12, trials = 4000 };
	const double deviation = 0.002, margin = 1.36343 * deviation / sqrt(blocks);
	struct random source = random_new(4);
	unsigned found = 0;

	for (unsigned block = 0; block < blocks; block++) {
		/* Its standard deviation is the one above. */
		double step = deviation * sqrt((blocks - 1.0) / blocks);

		add_block(1000, 1, exp(block % 2 ? step : -step), false);
	}
	effect_judge(&list, 0.1);
	about(log1p(figure("randread-4k-qd32", "iops")->smallest), log1p(EFFECT_STEP) + margin);
	for (unsigned trial = 0; trial < trials; trial++) {
		begin_again();
		for (unsigned block = 0; block < blocks; block++)
			add_block(1000, 1,
				  exp(log1p(EFFECT_STEP) + margin + deviation * normal(&source)),
				  false);
		effect_judge(&list, 0.1);
		found += figure("randread-4k-qd32", "iops")->verdict == EFFECT_HELPED;
	}
	printf("# the smallest change on a quiet disk: found in %u of %u\n", found,
	       (unsigned)trials);
	ck_assert_uint_ge(found, trials * 9 / 10);
	ck_assert_uint_lt(found, trials * 19 / 20);
}
END_TEST

/* One and two blocks: nothing is judged, and each figure is a number or beyond all bounds. */
START_TEST(the_first_blocks)
{
	const struct effect *effect = figure("append-16k", "p50");

	add_block(1000, 0.5, 2, true);
	effect_judge(&list, 0.1);
	about(effect->change, -0.5);
	about(effect->low, -1);
	ck_assert(isinf(effect->high) && isinf(effect->smallest));
	ck_assert_int_eq(effect->verdict, EFFECT_UNKNOWN);
	add_block(1000, 1, 1, false);
	effect_judge(&list, 0.1);
	/* The mean of -0.6931 and 0, plus and minus 12.706 times 0.6931 / 2. */
	about(log1p(effect->change), -M_LN2 / 2);
	ck_assert(fabs(log1p(effect->high) - (12.7062 - 1) * M_LN2 / 2) < 1e-4);
	ck_assert_int_eq(effect_verdict_of(&list), EFFECT_UNKNOWN);
}
END_TEST

/* The largest figures that a measurement may have, and the smallest. */
START_TEST(figures_at_their_bounds)
{
	for (unsigned block = 0; block < 8; block++) {
		double values[EFFECT_PHASES][16];
		const bool is_tuned[EFFECT_PHASES] = {false, true, true, false};

		for (size_t i = 0; i < EFFECT_PHASES; i++)
			for (size_t j = 0; j < list.count; j++)
				values[i][j] = is_tuned[i] ? 0x1p53 : 1e-3;
		effect_add(arena, &list,
			   (const double *const[]){values[0], values[1], values[2], values[3]},
			   is_tuned);
	}
	effect_judge(&list, 0.1);
	vec_for_each (effect, &list) {
		ck_assert_int_eq(effect->verdict, effect->is_rate ? EFFECT_HELPED : EFFECT_WORSE);
		ck_assert(effect->tuned < 0x1p54 && effect->original > 0);
		ck_assert(isfinite(effect->change) && isfinite(effect->low));
		ck_assert(!isnan(effect->high) && !isnan(effect->smallest));
	}
}
END_TEST

/* What is told before anything is measured keeps to what is found out afterwards. */
START_TEST(how_much_scatter_can_be_borne)
{
	/* With six figures: log(1.1) / (t(0.05 / 6, 7) + t(0.2, 7)) * sqrt(8). */
	double most = log(1.1) / (3.6360 + 1.4149) * sqrt(8);

	ck_assert(fabs(effect_bearable(&list, 0.1, 8) - expm1(most)) < 1e-4);
	ck_assert(effect_bearable(&list, 0.1, 30) > effect_bearable(&list, 0.1, 8));
	ck_assert(effect_bearable(&list, 0.2, 8) > effect_bearable(&list, 0.1, 8));
	for (unsigned block = 0; block < 8; block++) {
		/* Its standard deviation is the first factor. */
		double step = log1p(effect_bearable(&list, 0.1, 8)) * sqrt(7.0 / 8);

		add_block(1000, exp(block % 2 ? step : -step), 1, false);
	}
	about(effect_foreseen(&list, figure("append-16k", "p50"), 8), 0.1);
	/* Of a change that is hardly more than a step. */
	begin_again();
	for (unsigned block = 0; block < 8; block++) {
		double step = log1p(effect_bearable(&list, 0.009, 8)) * sqrt(7.0 / 8);

		add_block(1000, exp(block % 2 ? step : -step), 1, false);
	}
	about(effect_foreseen(&list, figure("append-16k", "p50"), 8), 0.009);
}
END_TEST

/* As many as the noisiest median or rate takes, within what there is time for. */
START_TEST(the_pilot_decides_how_many)
{
	for (unsigned block = 0; block < EFFECT_PILOT; block++)
		add_block(1000, 1, 1, block % 2);
	ck_assert_uint_eq(effect_needed(&list, 0.1, 50), EFFECT_LEAST);
	for (unsigned block = 0; block < EFFECT_PILOT; block++)
		figure("append-16k", "p99")->differences.at[block] = block % 2 ? 0.5 : -0.5;
	ck_assert_uint_eq(effect_needed(&list, 0.1, 50), EFFECT_LEAST);
	for (unsigned block = 0; block < EFFECT_PILOT; block++)
		figure("randread-4k-qd32", "iops")->differences.at[block] =
		    block % 2 ? 0.08 : -0.08;
	ck_assert_uint_gt(effect_needed(&list, 0.1, 50), EFFECT_LEAST);
	ck_assert_uint_lt(effect_needed(&list, 0.1, 50), 50);
	ck_assert_uint_gt(effect_needed(&list, 0.05, 500), effect_needed(&list, 0.1, 500));
	ck_assert_uint_eq(effect_needed(&list, 0.01, 50), 50);
	ck_assert(effect_foreseen(&list, figure("randread-4k-qd32", "iops"), 50) <
		  effect_foreseen(&list, figure("randread-4k-qd32", "iops"), 8));
}
END_TEST

/* Trials on recorded noise -----------------------------------------------------------------------
 */

static struct random dice;

/* By how much the logarithms are shrunk towards their mean, so that the difference of a block
 * scatters by this. 0: they stay as they are. */
static double shrink_to(size_t figure, double deviation)
{
	double sum = 0, squares = 0;
	size_t count = COUNT(prove_noise) - EFFECT_PHASES + 1;

	for (size_t i = 0; i < count; i++) {
		double d = (log(prove_noise[i + 1][figure]) + log(prove_noise[i + 2][figure]) -
			    log(prove_noise[i][figure]) - log(prove_noise[i + 3][figure])) /
			   2;

		sum += d;
		squares += d * d;
	}
	squares = sqrt((squares - sum * sum / (double)count) / (double)(count - 1));
	return deviation && deviation < squares ? deviation / squares : 1;
}

/* Four measurements that followed each other, so what lasts longer than one stays in them. */
static void add_recorded(const double *shrinks, double faster, double more)
{
	size_t start = random_below(&dice, COUNT(prove_noise) - EFFECT_PHASES + 1);
	bool begins_tuned = random_below(&dice, 2);
	double values[EFFECT_PHASES][NOISE_FIGURES];
	bool is_tuned[EFFECT_PHASES];

	for (size_t i = 0; i < EFFECT_PHASES; i++) {
		is_tuned[i] = (i == 1 || i == 2) != begins_tuned;
		for (size_t j = 0; j < NOISE_FIGURES; j++) {
			values[i][j] = exp(shrinks[j] * log(prove_noise[start + i][j]));
			if (is_tuned[i])
				values[i][j] *= list.at[j].is_rate ? more : faster;
		}
	}
	effect_add(arena, &list,
		   (const double *const[]){values[0], values[1], values[2], values[3]}, is_tuned);
}

/* Proofs in which tuning does nothing. As a proof does it, what is planned is looked at again when
 * it is done. The bar is 10 of 200; ten times as many leave less to chance. Returns what part of
 * them was planned anew. */
static double try_without_effect(const double *shrinks, unsigned seed)
{
	enum { time_for = 25 };
	const unsigned trials = is_sweep_short() ? 200 : 2000;
	unsigned helped = 0, worse = 0, again = 0;

	dice = random_new(seed);
	for (unsigned trial = 0; trial < trials; trial++) {
		unsigned blocks = EFFECT_PILOT;

		begin_again();
		for (unsigned block = 0; block < blocks; block++) {
			unsigned needed;

			add_recorded(shrinks, 1, 1);
			if (block + 1 < blocks)
				continue;
			needed = effect_needed(&list, 0.1, time_for);
			again += blocks > EFFECT_PILOT && needed > blocks;
			blocks = needed > blocks ? needed : blocks;
		}
		effect_judge(&list, 0.1);
		helped += effect_verdict_of(&list) == EFFECT_HELPED;
		worse += effect_verdict_of(&list) == EFFECT_WORSE;
	}
	printf("# %u of %u trials without an effect helped, %u were worse; %u planned again\n",
	       helped, trials, worse, again);
	ck_assert_uint_le(helped, trials / 20);
	ck_assert_uint_le(worse, trials / 20);
	return (double)again / trials;
}

START_TEST(noise_alone_hardly_ever_helps)
{
	static const double as_recorded[NOISE_FIGURES] = {1, 1, 1, 1, 1, 1};

	(void)try_without_effect(as_recorded, 1);
}
END_TEST

START_TEST(nor_does_less_noise_that_has_more_blocks_planned)
{
	double shrinks[NOISE_FIGURES];

	for (size_t i = 0; i < NOISE_FIGURES; i++)
		shrinks[i] = shrink_to(i, 0.07);
	ck_assert_double_gt(try_without_effect(shrinks, 3), 0.05);
}
END_TEST

/* A tenth less latency and a tenth more requests, on noise of the recorded form, but no larger than
 * 7 % a block: found in nine of ten, of each median and rate. */
START_TEST(a_tenth_is_found)
{
	enum { blocks = 12 };
	const unsigned trials = is_sweep_short() ? 200 : 1000;
	unsigned found[NOISE_FIGURES] = {0};
	double shrinks[NOISE_FIGURES];

	dice = random_new(2);
	for (size_t i = 0; i < NOISE_FIGURES; i++)
		shrinks[i] = shrink_to(i, 0.07);
	for (unsigned trial = 0; trial < trials; trial++) {
		begin_again();
		for (unsigned block = 0; block < blocks; block++)
			add_recorded(shrinks, 0.9, 1.1);
		effect_judge(&list, 0.1);
		for (size_t i = 0; i < NOISE_FIGURES; i++)
			found[i] += list.at[i].verdict == EFFECT_HELPED;
	}
	for (size_t i = 0; i < NOISE_FIGURES; i++) {
		printf("# %s %s: found in %u of %u\n", list.at[i].job, list.at[i].figure, found[i],
		       trials);
		ck_assert_uint_ge(found[i], trials * 9 / 10 * !list.at[i].is_tail);
	}
}
END_TEST

RUN_SUITE_WITH("effect", prepare, what_goes_one_by_one_has_latencies_and_what_goes_deep_a_rate,
	       figures_of_a_measurement, a_steady_drift_is_no_effect,
	       better_and_worse_depend_on_what_is_measured, one_that_is_worse_is_enough,
	       too_few_blocks_tell_nothing, no_block_at_all_tells_nothing,
	       a_noisy_figure_cannot_be_told, a_figure_that_never_scatters,
	       what_is_said_to_be_seen_on_a_quiet_disk_is, the_first_blocks,
	       figures_at_their_bounds, how_much_scatter_can_be_borne, the_pilot_decides_how_many,
	       noise_alone_hardly_ever_helps, nor_does_less_noise_that_has_more_blocks_planned,
	       a_tenth_is_found)
