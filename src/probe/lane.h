/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread of a job: keeps its queue full, stamps before submitting and after reaping, counts in
 * windows of 100 ms. The job's own thread reads the counters meanwhile.
 */
#ifndef PROBE_LANE_H
#define PROBE_LANE_H

#include <pthread.h>

#include "probe/clock.h"
#include "probe/engine.h"
#include "probe/histogram.h"
#include "probe/noise.h"
#include "probe/random.h"
#include "probe/spec.h"

#define WINDOW_NS (100 * MS)

/* Shared by the lanes of a job. */
struct run_of_job {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned ready;                /* lanes whose queue is open, or failed to */
	bool go, leave;                /* start_ns stands; or: do not begin */
	uint64_t start_ns, measure_ns; /* from the latter on latencies count */
	uint64_t until_ns;             /* atomic; may grow while it runs */
	unsigned running;              /* atomic: lanes that still submit */
};

struct lane {
	struct run_of_job *run;
	const struct engine *engine;
	struct queue queue;
	struct random random;
	bool is_random, once, verify;
	unsigned reap;       /* completions to wait for, at most what is in flight */
	uint64_t bytes;      /* of the file */
	uint64_t next_bytes; /* sequential: within it */
	/* How deep it goes by now. It begins with 128 KiB and grows by what comes back, as TCP
	 * does: so what a slow disk still has to do at the end fits into the time of the job,
	 * while a fast one is at the full depth after milliseconds. */
	unsigned window;
	uint64_t seed;
	double rate; /* bytes a second at most; 0: as fast as it goes */

	struct histogram latency, sync;
	uint64_t windows[NOISE_WINDOWS]; /* atomic */
	uint64_t done;                   /* atomic; requests */
	unsigned in_flight;              /* atomic */
	int error;
	bool unopened; /* the error is that of opening the queue */
	uint64_t error_offset;

	pthread_t thread;
};

/* Thread functions; the argument is a lane. */
void *lane_run(void *argument);
/* Appends and fdatasync on queue.fd, 4 KiB aligned; queue.buffers holds one block. */
void *lane_append(void *argument);

#endif
