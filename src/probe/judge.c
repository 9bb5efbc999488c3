/* SPDX-License-Identifier: Apache-2.0 */
/* Compares figures with the profile's floors, and derives the rates of an io-config.yaml. */
#include "probe/judge.h"

#include <errno.h>
#include <inttypes.h>

#include "base/escape.h"
#include "base/text.h"
#include "base/yaml.h"
#include "probe/clock.h"
#include "probe/noise.h"
#include "probe/spec.h"

enum figure { FIGURE_SYNC, FIGURE_READ_LATENCY, FIGURE_IOPS, FIGURE_BANDWIDTH };

/* Which figure of which jobs a floor is about. If several jobs have it, the largest one counts: the
 * best rate, the worst latency. */
static const struct {
	const char *key, *name;
	enum figure figure;
	enum pattern pattern;
} rows[] = {
    {"floors.fsync-p99", "fsync-p99", FIGURE_SYNC, PATTERN_APPEND},
    {"floors.read-p99", "read-p99", FIGURE_READ_LATENCY, PATTERN_RANDREAD},
    {"floors.read-iops", "read-iops", FIGURE_IOPS, PATTERN_RANDREAD},
    {"floors.write-iops", "write-iops", FIGURE_IOPS, PATTERN_RANDWRITE},
    {"floors.read-bandwidth", "read-bandwidth", FIGURE_BANDWIDTH, PATTERN_READ},
    {"floors.write-bandwidth", "write-bandwidth", FIGURE_BANDWIDTH, PATTERN_WRITE},
};

/* IOPS are those of 4 KiB blocks, bandwidth of 128 KiB and more, read latency of depth 1. */
static bool is_asked_for(const struct probe_job *job, enum figure figure, enum pattern pattern)
{
	struct spec spec;

	if (spec_parse(job->name, &spec) < 0 || spec.pattern != pattern)
		return false;
	switch (figure) {
	case FIGURE_SYNC:
		return spec.block_bytes <= 16 * 1024;
	case FIGURE_READ_LATENCY:
		return spec.depth == 1 && spec.block_bytes == 4096;
	case FIGURE_IOPS:
		return spec.block_bytes == 4096;
	case FIGURE_BANDWIDTH:
		return spec.block_bytes >= 128 * 1024;
	}
	return false;
}

static double figure_of(const struct probe_job *job, enum figure figure)
{
	switch (figure) {
	case FIGURE_SYNC:
		return (double)job->sync.p99;
	case FIGURE_READ_LATENCY:
		return (double)job->latency.p99;
	case FIGURE_IOPS:
		return job->iops;
	case FIGURE_BANDWIDTH:
		return job->bandwidth;
	}
	return 0;
}

static bool answers(const struct probe_job *job, enum figure figure, enum pattern pattern)
{
	return job->state == JOB_DONE && is_asked_for(job, figure, pattern);
}

/* Whether a job with this figure had no time, since the disk was too slow for those before. */
static bool ran_out_of_time(const struct probe_result *result, enum figure figure,
			    enum pattern pattern)
{
	for (unsigned i = 0; i < result->job_count; i++) {
		const struct probe_job *job = &result->jobs[i];

		if (job->out_of_time && is_asked_for(job, figure, pattern))
			return true;
	}
	return false;
}

static bool is_latency(enum figure figure)
{
	return figure == FIGURE_SYNC || figure == FIGURE_READ_LATENCY;
}

/* Whether it may be the noise of others that keeps the figure from being good enough. With few
 * requests the rate scatters by counting alone, by a tenth with PERCENTILE_SAMPLES of them. If half
 * of the requests take longer than one in a hundred may, that is no noise of a moment. */
static bool is_noise(const struct probe_job *job, enum figure figure, double wanted)
{
	const struct latency *latency = figure == FIGURE_SYNC ? &job->sync : &job->latency;

	if (is_latency(figure) && (double)latency->p50 > wanted)
		return false;
	return job->noisy && !job->burst && (!job->requests || job->requests >= PERCENTILE_SAMPLES);
}

static const struct probe_job *best_job(const struct probe_result *result, enum figure figure,
					enum pattern pattern)
{
	const struct probe_job *best = NULL;

	for (unsigned i = 0; i < result->job_count; i++) {
		const struct probe_job *job = &result->jobs[i];

		if (answers(job, figure, pattern) &&
		    (!best || figure_of(job, figure) > figure_of(best, figure)))
			best = job;
	}
	return best;
}

static const char *figure_text(struct arena *arena, enum figure figure, const struct probe_job *job)
{
	return arena_printf(arena, "%s %s",
			    figure == FIGURE_SYNC           ? "p99 of fdatasync alone in"
			    : figure == FIGURE_READ_LATENCY ? "p99 of"
							    : "mean of",
			    job->name);
}

static const char *print(struct arena *arena, enum figure figure, double value)
{
	if (is_latency(figure))
		return arena_printf(arena, "%.3f ms", value / 1e6);
	if (figure == FIGURE_IOPS)
		return arena_printf(arena, "%.0f IOPS", value);
	return arena_printf(arena, "%.1f MiB/s", value / 1048576);
}

static const char *note_of(struct arena *arena, const struct probe_job *job, enum figure figure,
			   double have, double wanted)
{
	const char *unsettled = job->burst ? ", of a rate that falls" : "";

	if (have <= 0)
		return arena_printf(arena, "no request completed in %s", job->name);
	return arena_printf(arena, "%.2f times %s in %s%s",
			    is_latency(figure) ? have / wanted : wanted / have,
			    is_latency(figure) ? "too long" : "too slow", job->name, unsettled);
}

/* Few samples, most of them within the limit: the p99 is a single outlier and tells nothing. A slow
 * disk has few samples, too, but then its p90 is above the limit. */
static bool is_outlier(const struct probe_job *job, enum figure figure, double wanted)
{
	const struct latency *latency = figure == FIGURE_SYNC ? &job->sync : &job->latency;

	return is_latency(figure) && latency->count && latency->count < PERCENTILE_SAMPLES &&
	       (double)latency->p90 <= wanted;
}

/* What a job saw of the figure. */
static uint64_t samples_of(const struct probe_job *job, enum figure figure)
{
	if (!is_latency(figure))
		return job->requests;
	return figure == FIGURE_SYNC ? job->sync.count : job->latency.count;
}

/* In how many milliseconds a disk that just meets the floor does PERCENTILE_SAMPLES requests; no
 * less than NOISE_LEAST windows, for which somebody else may keep it. */
static double enough_ms(const struct probe_job *job, enum figure figure, double wanted)
{
	double least = NOISE_LEAST * (double)WINDOW_NS / (double)MS, each = wanted / (double)MS;

	if (figure == FIGURE_IOPS)
		each = 1000 / wanted;
	else if (figure == FIGURE_BANDWIDTH)
		each = 1000 * job->block_bytes / wanted;
	return each * PERCENTILE_SAMPLES > least ? each * PERCENTILE_SAMPLES : least;
}

/* Few samples since there was little time. A slow disk has few samples, too, but in a time that was
 * long enough, or that ran out. */
static bool is_short(const struct probe_job *job, enum figure figure, double wanted)
{
	return samples_of(job, figure) < PERCENTILE_SAMPLES && !job->out_of_time &&
	       (double)job->duration_ms < enough_ms(job, figure, wanted);
}

/* Whether a figure that is not good enough may be so by chance, or through others. */
static bool tells_little(const struct probe_job *job, enum figure figure, double wanted)
{
	return is_noise(job, figure, wanted) || is_short(job, figure, wanted) ||
	       is_outlier(job, figure, wanted);
}

/* The job that a floor is judged by. A latency that is too long is that of a job that tells
 * something, if there is one. */
static const struct probe_job *deciding_job(const struct probe_result *result, enum figure figure,
					    enum pattern pattern, double wanted)
{
	const struct probe_job *best = best_job(result, figure, pattern), *steady = NULL;

	if (!best || !is_latency(figure) || !tells_little(best, figure, wanted))
		return best;
	for (unsigned i = 0; i < result->job_count; i++) {
		const struct probe_job *job = &result->jobs[i];

		if (answers(job, figure, pattern) && !tells_little(job, figure, wanted) &&
		    figure_of(job, figure) > wanted &&
		    (!steady || figure_of(job, figure) > figure_of(steady, figure)))
			steady = job;
	}
	return steady ? steady : best;
}

/* A latency of 0 does not meet a floor: no request was done. */
static void judge(struct arena *arena, const struct probe_result *result,
		  const struct probe_job *job, enum figure figure, double wanted,
		  struct floor *floor)
{
	double have = job ? figure_of(job, figure) : 0;
	bool met = is_latency(figure) ? have > 0 && have <= wanted : have >= wanted;

	floor->state = FLOOR_UNJUDGED;
	if (job && have > 0) {
		floor->have = print(arena, figure, have);
		floor->figure = figure_text(arena, figure, job);
	}
	if (result->invalid[0]) {
		floor->note = arena_strdup(arena, result->invalid);
	} else if (job && met) {
		floor->state = FLOOR_MET;
		floor->note =
		    job->burst ? arena_printf(arena, "the rate of %s falls", job->name) : NULL;
	} else if (!result->quota_known) {
		floor->note = "whether a CPU quota falsified it cannot be seen here";
	} else if (job && is_short(job, figure, wanted)) {
		floor->note =
		    arena_printf(arena, "too few samples: %" PRIu64 " in %" PRIu64 " ms of %s",
				 samples_of(job, figure), job->duration_ms, job->name);
	} else if (job && is_outlier(job, figure, wanted)) {
		floor->note = arena_printf(
		    arena, "the worst of %" PRIu64 " samples in %s, and a p99 takes %d",
		    samples_of(job, figure), job->name, PERCENTILE_SAMPLES);
	} else if (job && have > 0 && is_noise(job, figure, wanted)) {
		floor->note =
		    arena_printf(arena, "noisy: %s", note_of(arena, job, figure, have, wanted));
	} else {
		floor->state = FLOOR_MISSED;
		floor->note = job ? note_of(arena, job, figure, have, wanted)
				  : "too slow to be measured in this time";
	}
}

floors probe_floors(struct arena *arena, const struct profile *profile,
		    const struct probe_result *result, const char *not_disk)
{
	floors list = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct value *value = profile_get(profile, "probe", rows[i].key);
		bool latency = is_latency(rows[i].figure);
		struct floor floor = {.name = rows[i].name, .state = FLOOR_UNJUDGED};
		const struct probe_job *job = NULL;
		double wanted;
		uint64_t operand;

		if (!value || value->rule == RULE_LEAVE || !value->operands.count ||
		    text_u64(value->operands.at[0], &operand) < 0)
			continue;
		wanted = latency ? (double)operand * 1000 : (double)operand;
		if (!not_disk)
			job = deciding_job(result, rows[i].figure, rows[i].pattern, wanted);
		floor.source = value->source;
		floor.required = arena_printf(
		    arena, "%s %s", latency ? "<=" : ">=", print(arena, rows[i].figure, wanted));
		if (not_disk)
			floor.note = not_disk;
		else if (!job && !ran_out_of_time(result, rows[i].figure, rows[i].pattern))
			floor.note = "no job measured it";
		else
			judge(arena, result, job, rows[i].figure, wanted, &floor);
		vec_push(arena, &list, floor);
	}
	return list;
}

/* io-config.yaml ------------------------------------------------------------------------------ */

/* The best settled job for this figure, if its rate is close to the best overall: too low a promise
 * would slow Redpanda down. NULL: there is none. */
static const struct probe_job *settled_job(const struct probe_result *result, enum figure figure,
					   enum pattern pattern, const struct probe_job *best)
{
	static const double near = 0.75;
	const struct probe_job *found = NULL;

	for (unsigned i = 0; i < result->job_count; i++) {
		const struct probe_job *job = &result->jobs[i];

		if (answers(job, figure, pattern) && !job->noisy && !job->burst &&
		    job->bandwidth >= near * best->bandwidth &&
		    (!found || job->bandwidth > found->bandwidth))
			found = job;
	}
	return found;
}

/* The rate to promise: the lower quartile, less a margin. */
static int promise(const struct probe_result *result, enum figure figure, enum pattern pattern,
		   const char *what, uint64_t *ret, struct err *err)
{
	const struct probe_job *best = best_job(result, figure, pattern), *job;
	double rate;

	if (!best)
		return err_set(err, -ENODATA, "%s was not measured", what);
	job = settled_job(result, figure, pattern, best);
	if (!job)
		return err_set(err, -ENODATA, "%s is not stable: %s: %s", what, best->name,
			       best->remark);
	rate = job->iops_quartile * 0.9;
	if (figure == FIGURE_BANDWIDTH)
		rate *= job->block_bytes;
	if (rate < 1)
		return err_set(err, -ENODATA, "%s is nearly 0", what);
	*ret = (uint64_t)rate;
	return 0;
}

int probe_rates(const struct probe_result *result, struct disk_rates *ret, struct err *err)
{
	struct disk_rates rates = {0};
	int r = 0;

	if (result->direct.proof != PROOF_PROVEN)
		r = err_set(err, -ENODATA, "direct I/O is not proven");
	else if (result->invalid[0])
		r = err_set(err, -ENODATA, "the figures are invalid: %s", result->invalid);
	else if (!result->quota_known)
		r = err_set(err, -ENODATA,
			    "whether a CPU quota falsified the figures cannot be seen here");
	if (r == 0)
		r = promise(result, FIGURE_IOPS, PATTERN_RANDREAD, "read_iops", &rates.read_iops,
			    err);
	if (r == 0)
		r = promise(result, FIGURE_BANDWIDTH, PATTERN_READ, "read_bandwidth",
			    &rates.read_bandwidth, err);
	if (r == 0)
		r = promise(result, FIGURE_IOPS, PATTERN_RANDWRITE, "write_iops", &rates.write_iops,
			    err);
	if (r == 0)
		r = promise(result, FIGURE_BANDWIDTH, PATTERN_WRITE, "write_bandwidth",
			    &rates.write_bandwidth, err);
	if (r == 0)
		*ret = rates;
	return r;
}

char *probe_io_config_text(struct arena *arena, const struct disk_rates *rates,
			   const char *mountpoint, const char *provenance)
{
	struct str out = str_new(arena);
	names lines = text_split(arena, provenance, '\n');

	vec_for_each (line, &lines)
		str_printf(&out, "# %s\n", escape_text(arena, *line, ESCAPE_ALL));
	str_printf(&out,
		   "disks:\n"
		   "  - mountpoint: %s\n"
		   "    read_iops: %" PRIu64 "\n"
		   "    read_bandwidth: %" PRIu64 "\n"
		   "    write_iops: %" PRIu64 "\n"
		   "    write_bandwidth: %" PRIu64 "\n",
		   yaml_quote(arena, mountpoint), rates->read_iops, rates->read_bandwidth,
		   rates->write_iops, rates->write_bandwidth);
	return out.text;
}
