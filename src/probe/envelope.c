/* SPDX-License-Identifier: Apache-2.0 */
/* Measures the peak of each load and searches for its knee. */
#include "probe/envelope.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/clock.h"
#include "probe/search.h"

#define LOAD_NS (120 * SECOND)
#define PEAK_NS (2 * SECOND)
/* A step has a lead-in, and when it ends requests in flight: twice what the limit allows. */
#define STEP_MORE_NS    (500 * MS)
#define LIMITS_TO_DRAIN 2
#define MIB             UINT64_C(1048576)
/* A thread that sends so many a second has little time left. */
#define LANE_RATE 150000.0
/* A peak that fell by more than this is another one. */
#define FALL 0.25

enum { peak_depth = 128, least_depth = 16, most_appenders = 8, append_mib = 32 };

static const struct {
	const char *name;
	enum pattern pattern;
	unsigned block_bytes;
} loads[ENVELOPE_LOADS] = {
    {"randread-4k", PATTERN_RANDREAD, 4096},
    {"append-16k", PATTERN_APPEND, 16384},
    {"half-and-half", PATTERN_HALVES, 4096},
};

static unsigned load_count(const struct probe_request *request)
{
	return request->file ? 1 : ENVELOPE_LOADS;
}

uint64_t envelope_budget_ns(const struct probe_request *request)
{
	return request->envelope ? load_count(request) * LOAD_NS : 0;
}

/* As many as there are shards, each with a file of its own, as far as there is room. */
static unsigned appenders_of(const struct bench *bench)
{
	uint64_t room = bench->bytes / ((uint64_t)append_mib << 20);
	unsigned count = bench->request->shards;

	if (count > most_appenders)
		count = most_appenders;
	if (room < count)
		count = (unsigned)room;
	return count ? count : 1;
}

static struct spec spec_of(const struct bench *bench, unsigned load)
{
	struct spec spec = {.pattern = loads[load].pattern,
			    .block_bytes = loads[load].block_bytes,
			    .depth = peak_depth,
			    .appenders = appenders_of(bench)};

	(void)snprintf(spec.name, sizeof(spec.name), "%s", loads[load].name);
	return spec;
}

/* Twice what the limit lets the disk have in flight: a longer queue in the kernel would answer no
 * request in time. */
static unsigned depth_for(double peak, uint64_t limit_ns)
{
	double depth = LIMITS_TO_DRAIN * peak * (double)limit_ns / (double)SECOND;

	return depth < least_depth      ? least_depth
	       : depth > ENVELOPE_DEPTH ? ENVELOPE_DEPTH
					: (unsigned)depth;
}

static unsigned lanes_for(double peak, unsigned cpus)
{
	double lanes = 1 + peak / LANE_RATE;

	return lanes > cpus ? cpus : (unsigned)lanes;
}

static void skip_load(struct envelope_load *load, const char *why)
{
	load->state = JOB_SKIPPED;
	(void)snprintf(load->remark, sizeof(load->remark), "%s", why);
}

static void fail_load(struct envelope_load *load, const struct probe_job *job)
{
	load->state = JOB_FAILED;
	load->error = job->error;
	load->out_of_time = job->out_of_time;
	(void)snprintf(load->remark, sizeof(load->remark), "%s", job->remark);
}

/* Behind what is said already. */
static void add_remark(struct envelope_load *load, const char *sentence)
{
	size_t at = strlen(load->remark);

	(void)snprintf(load->remark + at, sizeof(load->remark) - at, "%s%s", at ? "; " : "",
		       sentence);
}

static uint64_t left_ns(uint64_t until, uint64_t limit_ns)
{
	uint64_t now = now_ns() + STEP_MORE_NS + LIMITS_TO_DRAIN * limit_ns;

	return until > now ? until - now : 0;
}

static uint64_t peak_ns(const struct bench *bench)
{
	uint64_t runtime = bench->request->runtime_us * 1000;

	return runtime ? runtime : PEAK_NS;
}

/* Without any request there is no rate. */
static void expect_answers(struct probe_job *job)
{
	if (job->state != JOB_DONE || job->iops > 0)
		return;
	job->state = JOB_FAILED;
	job->error = -ETIMEDOUT;
	(void)snprintf(job->remark, sizeof(job->remark), "no request was answered");
}

/* 0: there is none, as the load says. Of two loads at once none can be kept busy without the other
 * falling behind, so the search begins where the slower one would be. */
static double peak_of(struct bench *bench, const struct spec *spec, struct probe_result *result,
		      struct envelope_load *load)
{
	const struct envelope_load *all = result->loads;
	struct probe_job job = {0};

	if (spec->pattern == PATTERN_HALVES) {
		if (all[0].peak <= 0 || all[1].peak <= 0)
			skip_load(load, "a peak that it needs is not known");
		return 2 * (all[0].peak < all[1].peak ? all[0].peak : all[1].peak);
	}
	job_run(bench, spec, peak_ns(bench), 0, &job);
	expect_answers(&job);
	if (job.state != JOB_DONE)
		fail_load(load, &job);
	else
		load->peak = job.iops;
	return load->peak;
}

/* The step at which a rate did not hold, and the thread that sends may be to blame. */
static const struct envelope_point *late_step(const struct envelope_load *load)
{
	for (unsigned i = load->point_count; i > 0; i--) {
		const struct envelope_point *point = &load->points[i - 1];

		if (point->state == RATE_FAILS && point->rate == load->above)
			return point->noisy ? point : NULL;
	}
	return NULL;
}

static void conclude(const struct search *search, struct envelope_load *load)
{
	enum { percent = 100, usual_percent = 5 };
	const struct envelope_point *late;
	unsigned known = search_percent(search);

	load->state = JOB_DONE;
	late = late_step(load);
	load->noisy = late != NULL;
	if (search->is_few)
		(void)snprintf(load->remark, sizeof(load->remark),
			       "too few samples for a p%g at these rates", search->share * percent);
	else if (late)
		(void)snprintf(load->remark, sizeof(load->remark),
			       "noisy: the thread that sends was late by %.2f ms by itself, so the "
			       "disk may hold more",
			       (double)late->late / (double)MS);
	else if (!load->point_count)
		(void)snprintf(load->remark, sizeof(load->remark),
			       "no time was left to measure it");
	else if (load->out_of_time)
		(void)snprintf(load->remark, sizeof(load->remark), "no time was left to be exact");
	else if (load->knee <= 0)
		(void)snprintf(load->remark, sizeof(load->remark), "not even %.0f a second hold",
			       load->above);
	else if (load->above <= 0)
		(void)snprintf(load->remark, sizeof(load->remark), "even more than its peak holds");
	else if (search_is_short(search))
		(void)snprintf(load->remark, sizeof(load->remark),
			       "its steps were shorter than it takes, so this is known only "
			       "roughly");
	else if (!known)
		(void)snprintf(load->remark, sizeof(load->remark),
			       "so little of its peak holds that this is known only roughly");
	else if (known > usual_percent)
		(void)snprintf(load->remark, sizeof(load->remark), "known to about %u %%", known);
}

/* False: the load has failed, or its time is over. */
static bool offer(struct bench *bench, const struct spec *spec, const struct search_step *next,
		  struct search *search, struct envelope_load *load)
{
	struct envelope_point *point = &load->points[load->point_count];
	uint64_t limit = bench->request->limit_ns;
	struct open_step step = {.rate = next->rate,
				 .share = search->share,
				 .limit_ns = limit,
				 .most_over = next->most_over,
				 .point = point};
	struct probe_job job = {0};

	job_run_open(bench, spec, &step, next->duration_ns, &job);
	if (job.state != JOB_DONE) {
		fail_load(load, &job);
		return false;
	}
	point->state = search_judge(search, next, point->count, point->over);
	point->noisy = point->late > limit / 10;
	load->point_count++;
	load->out_of_time = job.out_of_time;
	if (!job.out_of_time || point->state == RATE_FAILS)
		search_add(search, next->rate, point->state);
	/* They stay known if a later step fails, or whoever waits ends it. */
	load->knee = search->low;
	load->above = search->high;
	return !job.out_of_time;
}

/* A disk with credits for bursts, or a cache, may have used them up by now. Then rates that held at
 * first would not any more. */
static void measure_peak_again(struct bench *bench, const struct spec *spec,
			       struct envelope_load *load)
{
	struct probe_job job = {0};
	char fall[PROBE_SENTENCE];

	if (spec->pattern == PATTERN_HALVES || load->state != JOB_DONE || !load->point_count)
		return;
	job_run(bench, spec, peak_ns(bench), 0, &job);
	if (job.state == JOB_DONE && job.out_of_time) {
		add_remark(load, "no time was left to see whether its peak fell meanwhile");
		return;
	}
	expect_answers(&job);
	if (job.state != JOB_DONE) {
		fail_load(load, &job);
		return;
	}
	if (job.iops >= load->peak * (1 - FALL))
		return;
	load->noisy = true;
	(void)snprintf(
	    fall, sizeof(fall),
	    "its peak fell from %.0f to %.0f a second meanwhile, by a burst allowance, a "
	    "cache that filled up, or other work: what held at first need not hold now",
	    load->peak, job.iops);
	add_remark(load, fall);
}

static void find_knee(struct bench *bench, struct spec *spec, struct probe_result *result,
		      struct envelope_load *load)
{
	uint64_t limit = bench->request->limit_ns, end = now_ns() + LOAD_NS;
	uint64_t until =
	    (end < bench->deadline ? end : bench->deadline) - peak_ns(bench) - STEP_MORE_NS;
	struct spec busy = *spec;
	double peak = peak_of(bench, spec, result, load);
	struct search search = search_new(peak, limit, bench->request->runtime_us * 1000);
	struct search_step next;
	bool goes_on = load->state == JOB_PENDING;

	load->share = search.share;
	spec->depth = depth_for(peak, limit);
	spec->lanes = lanes_for(peak, bench->cpus);
	while (goes_on && load->point_count < ENVELOPE_POINTS) {
		goes_on = search_next(&search, left_ns(until, limit), &next);
		load->out_of_time = !goes_on && next.rate > 0;
		if (!goes_on)
			break;
		(void)snprintf(result->stage, sizeof(result->stage), "%.20s at %u/s", load->name,
			       (unsigned)next.rate);
		goes_on = offer(bench, spec, &next, &search, load);
	}
	if (load->state == JOB_PENDING)
		conclude(&search, load);
	measure_peak_again(bench, &busy, load);
}

void envelope_run(struct bench *bench, struct probe_result *result)
{
	result->limit_ns = bench->request->limit_ns;
	for (unsigned i = 0; i < load_count(bench->request); i++) {
		struct envelope_load *load = &result->loads[i];
		struct spec spec = spec_of(bench, i);

		(void)snprintf(load->name, sizeof(load->name), "%s", spec.name);
		(void)snprintf(result->stage, sizeof(result->stage), "%s", spec.name);
		__atomic_store_n(&result->rate_now, 0, __ATOMIC_RELAXED);
		result->load_count = i + 1;
		if (bench->bytes < MIB && spec.pattern != PATTERN_APPEND)
			skip_load(load, "not even 1 MiB was written for it");
		else
			find_knee(bench, &spec, result, load);
		if (!load->error || result->error)
			continue;
		result->error = load->error;
		(void)snprintf(result->failure, sizeof(result->failure), "%s: %.400s", load->name,
			       load->remark);
	}
}
