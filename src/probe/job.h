/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one job: starts its lanes, leaves out the lead-in, measures longer while the rate is noisy.
 */
#ifndef PROBE_JOB_H
#define PROBE_JOB_H

#include "probe/engine.h"
#include "probe/near.h"
#include "probe/sample.h"
#include "probe/spec.h"

/* An open loop: requests come at this rate, whatever the disk does. Half of them are appends in
 * PATTERN_HALVES. */
struct open_step {
	double rate, share;           /* share: the percentile at which lateness counts */
	uint64_t limit_ns, most_over; /* it ends early after more requests above the limit */
	struct envelope_point *point; /* filled, but for state and noisy */
};

/* What the jobs of a probe share. */
struct bench {
	struct arena *arena;
	const struct probe_request *request;
	const struct engine *engine;
	struct counters counters;
	int directory, fd, account; /* account: this process's /proc/self/io */
	uint64_t seed, bytes;       /* of the working set, which is what the prefill wrote */
	uint64_t deadline;          /* CLOCK_MONOTONIC, ns: all requests must be back by then */
	unsigned cpus;
	struct probe_numa *numa;              /* where the buffers belong; NULL: anywhere */
	struct near_cpus near_cpus, far_cpus; /* of distance.h */
	double write_bandwidth;               /* as last measured; 0: not yet */
	uint64_t *rate_now;  /* atomic: requests a second of the running job, while it runs */
	uint64_t *done_now;  /* atomic: its requests that have come back */
	uint64_t request_ns; /* for each request of the last random 4 KiB job; 0 */
	unsigned runs;       /* each draws offsets and arrivals of its own */
};

/* How many threads, each with its own queue, share the depth of a job. */
unsigned job_lanes(const struct spec *spec, unsigned cpus);

/* Runs for runtime_ns; while the rate is noisy longer, up to latest_ns (CLOCK_MONOTONIC). */
void job_run(struct bench *bench, const struct spec *spec, uint64_t runtime_ns, uint64_t latest_ns,
	     struct probe_job *job);

/* The same in an open loop, for runtime_ns at most. */
void job_run_open(struct bench *bench, const struct spec *spec, const struct open_step *step,
		  uint64_t runtime_ns, struct probe_job *job);

#endif
