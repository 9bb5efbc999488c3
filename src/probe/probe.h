/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe measures the disk: whether direct I/O is real, whether Redpanda can have its
 * asynchronous I/O, and how fast the disk is. It writes one unnamed scratch file in the data
 * directory and reads only what it wrote.
 *
 * A child process does the work. It becomes the owner of the data directory and gives up all other
 * rights (user.h). It cannot outlive its time or its parent, so a disk that never answers costs the
 * measurement and not the caller. The results are in shared memory, so they have no pointers. A
 * process with fewer rights wrote them, so everything is checked before it is used (result.h).
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "live/live.h"
#include "profile/aio_need.h"
#include "sys/root.h"

/* In total, including the prefill: 10 s, 30 s, 120 s. */
enum probe_mode { PROBE_QUICK, PROBE_DEFAULT, PROBE_FULL };
static inline const char *probe_mode_name(enum probe_mode mode)
{
	return mode == PROBE_QUICK ? "quick" : mode == PROBE_FULL ? "full" : "default";
}

enum { PROBE_JOBS = 32, PROBE_NAME = 40, PROBE_SENTENCE = 512, PROBE_RATES = 48 };

enum proof { PROOF_UNKNOWN, PROOF_PROVEN, PROOF_REFUTED };
static inline const char *proof_name(enum proof proof)
{
	return proof == PROOF_PROVEN ? "proven" : proof == PROOF_REFUTED ? "refuted" : "unknown";
}

/* What was observed; -1 and TRI_UNKNOWN: unknown. */
struct direct_io {
	enum proof proof;
	char sentence[PROBE_SENTENCE];
	enum tri opens;                               /* the file system accepts O_DIRECT */
	int64_t memory_align, offset_align;           /* of statx; 0: no direct I/O */
	enum tri holds;                               /* it holds what was written */
	enum tri shifted_refused;                     /* a buffer shifted by one byte is */
	int64_t cached_pages;                         /* after writing and reading */
	enum tri counted;                             /* /proc/self/io grew by the amount */
	int nowait_read, nowait_write, nowait_append; /* 0, negative errno; 1: not tried */
	double switches_per_append; /* voluntary context switches while submitting; -1 */
	int64_t smallest_block;     /* the smaller one of 512 and 4096 that works */
};

/* What is wrong with it, where it is refuted. */
enum aio_have { AIO_TOO_FEW, AIO_REFUSED, AIO_ABSENT, AIO_FAILS };

struct aio_check {
	enum aio_have have;
	enum proof proof; /* PROVEN: io_setup works for one shard, and all others fit */
	char sentence[PROBE_SENTENCE];
	uint64_t needed, in_use, most; /* requests of the whole node */
};

/* How many samples a p99 needs: with fewer it is the worst one, and one outlier would decide. */
enum { PERCENTILE_SAMPLES = 100 };

struct latency { /* ns; all 0 if there were no requests */
	uint64_t count, p50, p90, p99, p99_9, max;
};

/* Whether the probe could work on the disks' NUMA node. */
struct probe_numa {
	bool is_wanted;                   /* false: only the note is filled */
	char note[PROBE_SENTENCE];        /* why not, if there are several nodes; "" */
	int node, cpu_node;               /* as in the request */
	enum tri available;               /* NO: the kernel has no NUMA, or a filter refuses it */
	enum tri threads;                 /* whether they run on cpu_node */
	int threads_error, buffers_error; /* negative errno, 0 */
	enum tri distances_agree;         /* those of the facts with the running kernel's */
	uint64_t pages_there, pages_elsewhere, pages_unknown; /* of the buffers */
};

/* Which filters the process that measures had around it. Errors: negative errno, 0. */
struct probe_sandbox {
	enum tri calls, files; /* of system calls; of files outside the directory */
	int calls_error, files_error;
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
	enum tri registered;         /* io_uring's buffers; if not, 8 to 12 % more CPU time */
	bool out_of_time;            /* skipped, failed or cut short: the time was over */
	char remark[PROBE_SENTENCE]; /* why noisy, skipped, failed; "" */
	unsigned block_bytes, depth, threads, reap;
	uint64_t requests, duration_ms;
	double iops, bandwidth;              /* means: requests, bytes a second */
	double iops_quartile;                /* lower quartile over windows of 100 ms */
	double deviation, uncertainty, fall; /* of noise.h, where uncertainty is `error` */
	unsigned rate_count, rate_ms;        /* how the rate went: means of so many ms each */
	double rates[PROBE_RATES];           /* requests a second */
	struct latency latency;              /* submit to completion; of an append: all of it */
	struct latency sync;                 /* appends: fdatasync alone */
	double cpu_ns_per_io;                /* of the process, with kernel workers */
	double steal, foreign; /* share of CPU time; others' bytes a second on the disks; -1 */
	int error;             /* negative errno */
	uint64_t error_offset;
};

/* A rate that was offered to the disk (search.h). */
enum rate_state { RATE_FEW, RATE_HOLDS, RATE_FAILS };
static inline const char *rate_state_name(enum rate_state state)
{
	return state == RATE_HOLDS ? "holds" : state == RATE_FAILS ? "fails" : "too few samples";
}

enum { ENVELOPE_LOADS = 3, ENVELOPE_POINTS = 24 };

/* Times in ns, of a request from the moment at which it was to begin. */
struct envelope_point {
	enum rate_state state;
	bool noisy;                        /* the thread that sends was late by itself */
	double rate, done;                 /* requests a second: that came, that were done */
	uint64_t duration_ms, count, over; /* over: longer than the limit */
	uint64_t p50, p99, p99_9, p99_99, max;
	uint64_t late;    /* of the sending thread, at the percentile that counts */
	uint64_t blocked; /* how often submitting waited for the disk */
};

struct envelope_load {
	char name[PROBE_NAME];
	enum job_state state;
	bool noisy, out_of_time;
	char remark[PROBE_SENTENCE]; /* why there is no knee, or how little it is known; "" */
	double share;                /* the percentile: 0.99, 0.999, 0.9999; 0: unknown */
	double peak;  /* requests a second of a disk that is never idle; 0: unknown */
	double knee;  /* the highest rate that held; 0: none */
	double above; /* the lowest that did not; 0: none */
	int error;    /* negative errno */
	unsigned point_count;
	struct envelope_point points[ENVELOPE_POINTS]; /* as they were measured */
};

/* Random reads from the disks' NUMA node and from the farthest one (distance.h). */
enum { DISTANCE_BLOCKS = 8, DISTANCE_PHASES = 4, DISTANCE_FIGURES = 3 };

struct probe_distances {
	bool is_wanted;
	char note[PROBE_SENTENCE]; /* why there is no answer; "" */
	int node, far_node;        /* of the disks; the farthest from it with CPUs */
	int distance;              /* by the firmware; -1: unknown */
	bool has_few_reads;        /* a job of single ones had fewer than PERCENTILE_SAMPLES */
	int error;                 /* negative errno, of a read; 0 */
	unsigned block_count;
	/* ns or requests a second, above 0 in each block that there is. */
	double values[DISTANCE_BLOCKS][DISTANCE_PHASES][DISTANCE_FIGURES];
};

struct probe_result {
	bool finished;          /* the child did all it had to do */
	char stage[PROBE_NAME]; /* what it is doing */
	int error;              /* negative errno: it ended early */
	char failure[PROBE_SENTENCE];
	struct direct_io direct;
	struct aio_check aio;
	struct probe_numa numa;
	struct probe_distances distances;
	struct probe_sandbox sandbox;
	enum tri has_data; /* whether the directory has data, as its owner sees it */
	char engine[16], engine_reason[PROBE_SENTENCE];
	char invalid[PROBE_SENTENCE]; /* why all figures are invalid ("cpu quota ..."); "" */
	bool quota_known;             /* whether a CPU quota would have been seen */
	uint64_t file_bytes;          /* of the working set */
	uint64_t rate_now;            /* requests a second of the running job; 0: not known */
	uint64_t done_now;            /* requests of that job that have come back, so far */
	double elapsed_s;
	unsigned job_count;
	struct probe_job jobs[PROBE_JOBS]; /* [0] is the prefill, unless --file */
	uint64_t limit_ns;                 /* of latency in the envelope */
	unsigned load_count;
	struct envelope_load loads[ENVELOPE_LOADS];
};

/* Of a probe that is under way, for whoever waits. */
struct probe_now {
	char stage[PROBE_NAME];    /* the job's name, or what is done before and behind them */
	unsigned job, jobs;        /* the sixth of nine; job 0: before the first, behind the last */
	double elapsed_s, about_s; /* of all that it does; about 0: not told; it may end earlier */
	uint64_t rate;             /* requests a second; 0: not known */
};

struct probe_distance {
	int node, distance;
};

/* Where threads and buffers belong, according to the facts. */
struct probe_near {
	int node;             /* of the disks; -1: anywhere */
	int cpu_node;         /* the nearest one with CPUs, usually the same; -1: unknown */
	const char *note;     /* why anywhere; NULL: there is only one node */
	int far_node;         /* the farthest from node with CPUs, other than cpu_node; -1 */
	int far_distance;     /* -1: unknown */
	const char *far_note; /* why there is none; NULL: there is only one node */
	VEC(struct probe_distance) distances; /* from node; empty: unknown */
};

struct probe_request {
	struct root *root; /* for the disks' counters below /sys */
	const struct live_data_dir *dir;
	names disks;      /* their sysfs directories */
	bool writes_once; /* each byte goes to one of the disks, as with one disk or RAID 0 */
	struct probe_near near;
	unsigned leaves;   /* disks below the data directory, at least 1 */
	unsigned requests; /* sum of their queue/nr_requests; 0: unknown */
	unsigned shards;
	struct aio_need aio; /* of one of them */
	enum probe_mode mode;
	names jobs;                      /* empty: those of the mode */
	const char *engine;              /* NULL: the best */
	uint64_t runtime_us, size_bytes; /* 0: the mode's */
	const char *file;                /* read this file instead; NULL */
	bool buffered, verify, measure_anyway;
	bool proof_only; /* nothing is measured, which takes milliseconds */
	bool distance;   /* after the jobs: what reading from the farthest NUMA node costs */
	bool envelope;   /* after the jobs: which rates the disk holds within limit_ns */
	uint64_t limit_ns;
	void (*progress)(void *context, const struct probe_now *now);
	void (*jobs_end)(void *context); /* once, when the envelope begins; NULL */
	void *context;
};

/* Checks names and combinations before anything is touched. -EINVAL with a sentence. */
_must_check_ int probe_check(const struct probe_request *request, struct err *err);

/* Measures. 0 if the child finished, even if a job failed (result->error, job->error). -ETIMEDOUT:
 * the disk hung; -EINTR: a signal asked this process to end; -EBUSY: a broker has locked the data
 * directory meanwhile (a POSIX lock, as Redpanda's), unless measure_anyway; -ECHILD: somebody
 * killed or stopped the child; -EPROTO: its results are impossible, and *ret is empty. */
_must_check_ int probe_run(struct arena *arena, const struct probe_request *request,
			   struct probe_result *ret, struct err *err);

#endif
