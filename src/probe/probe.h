/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe: is Direct I/O real here, can Redpanda have its asynchronous I/O, and how fast is the
 * disk. It writes nothing but one scratch file in the data directory, which has no name from the
 * start (O_TMPFILE, or unlinked at once), and it reads only what it wrote.
 *
 * The work is done by a child process that becomes the user who owns the data directory and gives
 * up all other rights (user.h). It cannot outlive its time nor its parent, so a disk that never
 * answers costs a verdict, not the caller. Results come back in shared memory, so they are flat: no
 * pointers; and since it is the memory of a process of lower rights, nothing of it is used unseen
 * (result.h).
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "live/live.h"
#include "sys/root.h"

/* All told, prefill included: 10 s, 30 s, 120 s. */
enum probe_mode { PROBE_QUICK, PROBE_DEFAULT, PROBE_FULL };
static inline const char *probe_mode_name(enum probe_mode mode)
{
	return mode == PROBE_QUICK ? "quick" : mode == PROBE_FULL ? "full" : "default";
}

enum { PROBE_JOBS = 32, PROBE_NAME = 40, PROBE_SENTENCE = 512 };

enum proof { PROOF_UNKNOWN, PROOF_PROVEN, PROOF_REFUTED };
static inline const char *proof_name(enum proof proof)
{
	return proof == PROOF_PROVEN ? "proven" : proof == PROOF_REFUTED ? "refuted" : "unknown";
}

/* What was seen; -1 and TRI_UNKNOWN: could not be asked. */
struct direct_io {
	enum proof proof;
	char sentence[PROBE_SENTENCE];
	enum tri opens;                               /* the file system takes O_DIRECT */
	int64_t memory_align, offset_align;           /* statx; 0: the file system says "none" */
	enum tri holds;                               /* what was written comes back */
	enum tri shifted_refused;                     /* a buffer shifted by one byte */
	int64_t cached_pages;                         /* after writing and reading */
	enum tri counted;                             /* /proc/self/io grew by the amount */
	int nowait_read, nowait_write, nowait_append; /* 0 or negative errno; 1 not tried */
	double switches_per_append; /* voluntary context switches while submitting; -1 */
	int64_t smallest_block;     /* that it takes, from the ladder 512, 4096 */
};

struct aio_check {
	enum proof proof; /* PROVEN: io_setup gave one shard's requests, and the rest fits */
	char sentence[PROBE_SENTENCE];
	uint64_t needed, in_use, most; /* node-wide requests */
};

/* What a p99 takes: below, it is the worst of all, and one outlier would decide. */
enum { PERCENTILE_SAMPLES = 100 };

struct latency { /* ns; all 0 when nothing was recorded */
	uint64_t count, p50, p90, p99, p99_9, max;
};

/* What came of the wish to work on the disks' NUMA node. */
struct probe_numa {
	bool is_wanted;            /* false: nothing else is filled but the note */
	char note[PROBE_SENTENCE]; /* why not, where there are several nodes; "" */
	int node, cpu_node;        /* as in the request */
	enum tri available;        /* libnuma; NO: no NUMA in the kernel, or a filter refuses it */
	enum tri threads;          /* run on cpu_node */
	int threads_error, buffers_error; /* negative errno of what was refused */
	enum tri distances_agree;         /* those of the facts and of the running kernel */
	uint64_t pages_there, pages_elsewhere, pages_unknown; /* of the buffers; node or not */
};

enum job_state { JOB_PENDING, JOB_DONE, JOB_SKIPPED, JOB_FAILED };
static inline const char *job_state_name(enum job_state state)
{
	static const char *const list[] = {"pending", "done", "skipped", "failed"};

	return list[state];
}

struct probe_job {
	char name[PROBE_NAME], engine[16];
	enum job_state state;
	bool noisy, burst;
	enum tri registered;         /* io_uring's buffers: without, 8 to 12 % more CPU time */
	bool out_of_time;            /* skipped or failed: the probe's time was over */
	char remark[PROBE_SENTENCE]; /* why noisy, skipped, failed; "" */
	unsigned block_bytes, depth, threads, reap;
	uint64_t requests, duration_ms;
	double iops, bandwidth;              /* a second, bytes a second; means */
	double iops_quartile;                /* lower quartile of the 100 ms windows */
	double deviation, uncertainty, fall; /* see noise.h, whose `error` is the uncertainty */
	struct latency latency;              /* submit to completion; of an append: the whole */
	struct latency sync;                 /* appends: fdatasync alone */
	double cpu_ns_per_io;                /* whole process, kernel workers included */
	double steal, foreign; /* share of CPU time; bytes a second of others on the disks; -1 */
	int error;             /* negative errno */
	uint64_t error_offset;
};

struct probe_result {
	bool finished;          /* the child came to its end */
	char stage[PROBE_NAME]; /* what it is doing */
	int error;              /* negative errno: no result beyond what is filled */
	char failure[PROBE_SENTENCE];
	struct direct_io direct;
	struct aio_check aio;
	struct probe_numa numa;
	enum tri has_data; /* in the directory, as its owner sees it */
	char engine[16], engine_reason[PROBE_SENTENCE];
	char invalid[PROBE_SENTENCE]; /* why no figure counts ("cpu quota ..."); "" */
	bool quota_known;             /* whether a CPU quota could have been seen */
	uint64_t file_bytes;          /* of the working set */
	double elapsed_s;
	unsigned job_count;
	struct probe_job jobs[PROBE_JOBS]; /* [0] is the prefill, unless --file */
};

struct probe_distance {
	int node, distance;
};

/* Where threads and buffers are to be, by the facts. */
struct probe_near {
	int node;         /* of the disks; -1: anywhere */
	int cpu_node;     /* nearest to it with CPUs, itself as a rule; -1: not known */
	const char *note; /* anywhere: why, NULL where there is nothing to choose */
	VEC(struct probe_distance) distances; /* from node; empty: not known */
};

struct probe_request {
	struct root *root; /* for the disks' counters below /sys */
	const struct live_data_dir *dir;
	names disks;      /* their sysfs directories */
	bool writes_once; /* what is written goes to one of the disks, as with one disk or RAID 0 */
	struct probe_near near;
	unsigned leaves;   /* disks below the data directory, at least 1 */
	unsigned requests; /* sum of their queue/nr_requests, 0 unknown */
	unsigned shards;
	enum probe_mode mode;
	names jobs;                      /* empty: those of the mode */
	const char *engine;              /* NULL: the best */
	uint64_t runtime_us, size_bytes; /* 0: the mode's */
	const char *file;                /* read this one instead, NULL */
	bool buffered, verify, measure_anyway;
	bool proof_only; /* nothing is measured: milliseconds */
	void (*progress)(void *context, const char *stage);
	void *context;
};

/* Names and combinations, before anything is touched. -EINVAL with a sentence. */
_must_check_ int probe_check(const struct probe_request *request, struct err *err);

/* Runs it. 0 when the child came to its end, even if a job failed (result->error, job->error).
 * -ETIMEDOUT: the disk hung; -ECHILD: somebody killed or stopped the child; -EPROTO: what it handed
 * back cannot be, and *ret is empty. */
_must_check_ int probe_run(struct arena *arena, const struct probe_request *request,
			   struct probe_result *ret, struct err *err);

#endif
