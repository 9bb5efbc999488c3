/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to do many reads or writes at once. A queue belongs to one thread: it holds `depth` slots,
 * each with a buffer of its own at buffers + slot * block_bytes. One turn() submits some slots and
 * waits for some others, with one system call where the kernel allows.
 *
 * Order of preference, by CPU time a request (measured; docs/performance.md): io_uring with
 * registered buffers and file, plain io_uring, linux-aio, threads. Redpanda itself runs on
 * linux-aio.
 */
#ifndef PROBE_ENGINE_H
#define PROBE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slot {
	uint64_t offset;  /* bytes */
	uint64_t started; /* ns, CLOCK_MONOTONIC; the caller's */
};

struct done {
	uint32_t slot;
	int32_t result; /* bytes, or negative errno */
};

struct probe_numa;

struct queue {
	int fd;
	bool is_write;
	unsigned depth;
	uint32_t block_bytes;
	unsigned char *buffers;
	struct slot *slots;
	void *state;               /* the engine's */
	struct probe_numa *numa;   /* of the buffers; NULL: anywhere */
	bool buffers_unregistered; /* RLIMIT_MEMLOCK did not allow it */
};

struct engine {
	const char *name;
	/* 0 or a negative errno; then nothing is left behind. Called by the thread that uses it. */
	int (*open)(struct queue *queue);
	/* Submits slots[0..count), waits until at least `least` are done; fills done (room for
	 * depth) and returns how many, or a negative errno. */
	int (*turn)(struct queue *queue, const uint32_t *slots, unsigned count, unsigned least,
		    struct done *done);
	void (*close)(struct queue *queue);
};

/* Best first. */
enum { ENGINE_COUNT = 4 };
extern const struct engine engine_uring, engine_uring_plain, engine_aio, engine_threads;
extern const struct engine *const engines[ENGINE_COUNT];

/* Buffers (page aligned, incompressible) and slots; -ENOMEM. */
int queue_alloc(struct queue *queue);
void queue_free(struct queue *queue);

/* The most that the jobs ask of an engine at once. */
struct engine_need {
	unsigned depth, queues; /* of each queue; open at the same time */
};

/* The best engine that can read this file, and open as much as is needed, each tried in a process
 * of its own, since a seccomp filter may answer with a signal. forced: NULL or a name, then only
 * that one is tried. reason (of room bytes) says why it is this one, or on failure why it is none:
 * -ENOTSUP; -EINVAL: no such name. The file must hold at least 128 KiB. */
int engine_choose(int fd, const struct engine_need *need, const char *forced,
		  const struct engine **ret, char *reason, size_t room);

#endif
