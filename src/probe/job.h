/* SPDX-License-Identifier: Apache-2.0 */
/* Running one job: lanes, lead-in, measuring, extension while it is noisy, verdict on its figures.
 */
#ifndef PROBE_JOB_H
#define PROBE_JOB_H

#include "probe/engine.h"
#include "probe/sample.h"
#include "probe/spec.h"

/* What the jobs of a probe share. */
struct bench {
	struct arena *arena;
	const struct probe_request *request;
	const struct engine *engine;
	struct counters counters;
	int directory, fd, account; /* account: this process's /proc/self/io */
	uint64_t seed, bytes;       /* of the working set; what the prefill wrote */
	uint64_t deadline;          /* CLOCK_MONOTONIC, ns: by then all requests have come back */
	unsigned cpus;
	struct probe_numa *numa; /* of the buffers; NULL: anywhere */
	double write_bandwidth;  /* measured so far, 0 */
	uint64_t request_ns;     /* between two of the last random 4 KiB job, 0 */
};

/* Threads, each with a queue of its own, that share the depth of a job. */
unsigned job_lanes(const struct spec *spec, unsigned cpus);

/* At least runtime_ns; while noisy longer, up to latest_ns (CLOCK_MONOTONIC). */
void job_run(struct bench *bench, const struct spec *spec, uint64_t runtime_ns, uint64_t latest_ns,
	     struct probe_job *job);

#endif
