/* SPDX-License-Identifier: Apache-2.0 */
/* Takes figures out of measurements, pairs them, and says what tuning did to each. */
#include "probe/effect.h"

#include <errno.h>
#include <math.h>

#include "base/text.h"
#include "probe/statistics.h"

effects effect_list(struct arena *arena, const specs *list)
{
	effects all = {0};

	vec_for_each (spec, list) {
		const char *job = arena_strdup(arena, spec->name);

		if (spec->depth > 1) {
			vec_push(arena, &all,
				 (struct effect){.job = job, .figure = "iops", .is_rate = true});
			continue;
		}
		vec_push(arena, &all, (struct effect){.job = job, .figure = "p50"});
		vec_push(arena, &all,
			 (struct effect){.job = job, .figure = "p99", .is_tail = true});
	}
	return all;
}

static const struct probe_job *find_job(const struct probe_result *result, const char *name)
{
	for (unsigned i = 0; i < result->job_count; i++) {
		if (text_equal(result->jobs[i].name, name))
			return &result->jobs[i];
	}
	return NULL;
}

static double value_of(const struct effect *effect, const struct probe_job *job)
{
	if (effect->is_rate)
		return job->iops;
	return (double)(effect->is_tail ? job->latency.p99 : job->latency.p50);
}

int effect_read(const effects *list, const struct probe_result *result, double *values,
		struct err *err)
{
	size_t at = 0;

	vec_for_each (effect, list) {
		const struct probe_job *job = find_job(result, effect->job);

		if (!job || job->state != JOB_DONE)
			return err_set(err, -ENODATA, "%s did not come to its end%s%s", effect->job,
				       job && job->remark[0] ? ": " : "", job ? job->remark : "");
		values[at] = value_of(effect, job);
		if (!(values[at] > 0) || isinf(values[at]))
			return err_set(err, -ENODATA, "%s saw no request end in its time",
				       effect->job);
		at++;
	}
	return 0;
}

void effect_add(struct arena *arena, effects *list,
		const double *const values[static EFFECT_PHASES],
		const bool is_tuned[static EFFECT_PHASES])
{
	for (size_t at = 0; at < list->count; at++) {
		struct effect *effect = &list->at[at];
		double original = 0, tuned = 0;

		for (unsigned phase = 0; phase < EFFECT_PHASES; phase++)
			*(is_tuned[phase] ? &tuned : &original) += log(values[phase][at]);
		effect->original_sum += original;
		effect->tuned_sum += tuned;
		vec_push(arena, &effect->differences, (tuned - original) * 2 / EFFECT_PHASES);
	}
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* For the smallest of the chances, which Holm compares with the strictest level. A mean on the edge
 * of a step is beyond it in half of the proofs only. */
static struct statistics_test strictest(const effects *list)
{
	return (struct statistics_test){.level = EFFECT_LEVEL / (double)list->count,
					.least = log1p(EFFECT_STEP),
					.power = EFFECT_POWER};
}

unsigned effect_needed(const effects *list, double wanted, unsigned most)
{
	const struct statistics_test test = strictest(list);
	size_t needed = EFFECT_LEAST;

	vec_for_each (effect, list) {
		struct statistics_mean mean =
		    statistics_mean_of(effect->differences.at, effect->differences.count);
		size_t count = statistics_needed(mean.deviation, log1p(wanted), &test, most);

		if (!effect->is_tail && count > needed)
			needed = count;
	}
	return needed < most ? (unsigned)needed : most;
}

double effect_foreseen(const effects *list, const struct effect *effect, unsigned blocks)
{
	const struct statistics_test test = strictest(list);
	struct statistics_mean mean =
	    statistics_mean_of(effect->differences.at, effect->differences.count);

	return expm1(statistics_smallest(mean.deviation, blocks, &test));
}

double effect_bearable(const effects *list, double wanted, unsigned blocks)
{
	const struct statistics_test test = strictest(list);
	const struct statistics_test significant = {.level = test.level, .power = test.power};
	double by_chance = log1p(wanted) / statistics_smallest(1, blocks, &significant);
	double by_step = (log1p(wanted) - test.least) / statistics_margin(1, blocks, test.power);

	return expm1(by_chance < by_step ? by_chance : by_step);
}

static void judge_one(const effects *list, struct effect *effect, double wanted)
{
	size_t blocks = effect->differences.count;
	struct statistics_mean mean = statistics_mean_of(effect->differences.at, blocks);
	double half = larger(statistics_half_width(&mean, EFFECT_LEVEL), log1p(EFFECT_STEP));
	double measurements = (double)blocks * EFFECT_PHASES / 2;
	bool is_above_step = fabs(mean.mean) > log1p(EFFECT_STEP);

	effect->original = exp(effect->original_sum / measurements);
	effect->tuned = exp(effect->tuned_sum / measurements);
	effect->change = expm1(mean.mean);
	effect->low = expm1(mean.mean - half);
	effect->high = expm1(mean.mean + half);
	effect->smallest = effect_foreseen(list, effect, (unsigned)blocks);
	if (blocks >= EFFECT_LEAST && effect->chance < EFFECT_LEVEL && is_above_step)
		effect->verdict = (mean.mean > 0) == effect->is_rate ? EFFECT_HELPED : EFFECT_WORSE;
	else if (blocks >= EFFECT_LEAST && effect->smallest <= wanted)
		effect->verdict = EFFECT_NONE;
	else
		effect->verdict = EFFECT_UNKNOWN;
}

void effect_judge(effects *list, double wanted)
{
	double chances[2 * PROBE_JOBS] = {0};

	if (!list->count || !list->at[0].differences.count)
		return;
	for (size_t i = 0; i < list->count; i++) {
		struct statistics_mean mean =
		    statistics_mean_of(list->at[i].differences.at, list->at[i].differences.count);

		chances[i] = statistics_chance(&mean);
	}
	statistics_holm(chances, list->count);
	for (size_t i = 0; i < list->count; i++) {
		list->at[i].chance = chances[i];
		judge_one(list, &list->at[i], wanted);
	}
}

enum effect_verdict effect_verdict_of(const effects *list)
{
	bool helped = false, is_open = !list->count;

	vec_for_each (effect, list) {
		if (effect->verdict == EFFECT_WORSE)
			return EFFECT_WORSE;
		helped |= effect->verdict == EFFECT_HELPED;
		is_open |= !effect->is_tail && effect->verdict != EFFECT_NONE;
	}
	return helped ? EFFECT_HELPED : is_open ? EFFECT_UNKNOWN : EFFECT_NONE;
}
