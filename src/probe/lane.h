/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane is one thread of a job. It keeps its queue full, or sends what comes (is_open), takes the
 * time before it submits and after completions, and counts in windows of 100 ms. The thread that
 * runs the job reads the counters meanwhile.
 */
#ifndef PROBE_LANE_H
#define PROBE_LANE_H

#include <pthread.h>

#include "probe/arrivals.h"
#include "probe/clock.h"
#include "probe/engine.h"
#include "probe/histogram.h"
#include "probe/noise.h"
#include "probe/random.h"
#include "probe/spec.h"

/* Shared by the lanes of a job. */
struct run_of_job {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned ready;                /* lanes that have opened their queue, or failed to */
	bool go, leave;                /* go: start_ns is set; leave: do not start */
	uint64_t start_ns, measure_ns; /* latencies count from measure_ns on */
	uint64_t until_ns;             /* atomic; may grow while it runs */
	unsigned running;              /* atomic: lanes that still submit */
};

struct lane {
	struct run_of_job *run;
	const struct engine *engine;
	struct queue queue;
	struct random random;
	bool is_random, once, verify;
	uint64_t bytes;      /* of the file */
	uint64_t next_bytes; /* sequential: within it */
	/* The current depth. It starts at 128 KiB and grows by what comes back, as in TCP: so a
	 * slow disk can finish its requests within the time of the job, while a fast one reaches
	 * the full depth within milliseconds. */
	unsigned window;
	uint64_t seed;
	double rate;    /* limit in bytes a second; 0: none */
	bool is_append; /* its file is its own, and it runs lane_append() */

	/* In an open loop requests come at their time, whether earlier ones are done or not, and
	 * their latency counts from that time: one that could not be sent because the disk stood
	 * still has waited as well. */
	bool is_open;
	double arrival_rate; /* requests a second */
	struct arrivals arrivals;
	uint64_t limit_ns;
	uint64_t over;         /* atomic: requests that took longer than the limit */
	uint64_t blocked;      /* how often submitting waited for the disk */
	uint64_t excused_ns;   /* until then the thread could not send */
	struct histogram late; /* how late it sent though it could have */

	struct histogram latency, sync;
	uint64_t windows[NOISE_WINDOWS]; /* atomic */
	uint64_t done;                   /* atomic; requests */
	unsigned in_flight;              /* atomic */
	int error;
	bool unopened; /* the error is about opening the queue */
	uint64_t error_offset;

	pthread_t thread;
};

/* Thread functions; the argument is a lane. */
void *lane_run(void *argument);
/* Appends to queue.fd, each followed by fdatasync; queue.buffers holds one block. */
void *lane_append(void *argument);

#endif
