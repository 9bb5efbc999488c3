/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines: ways to have many reads or writes in progress at once. A queue belongs to one thread and
 * has `depth` slots, each with its buffer at buffers + slot * block_bytes. A turn() submits some
 * slots and waits for others, with one system call if possible.
 *
 * They are preferred by CPU time for each request (docs/performance.md): io_uring with registered
 * buffers and file, plain io_uring, linux-aio, threads. Redpanda itself uses linux-aio.
 */
#ifndef PROBE_ENGINE_H
#define PROBE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slot {
	uint64_t offset;  /* bytes */
	uint64_t started; /* ns, CLOCK_MONOTONIC; for the caller */
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
	struct probe_numa *numa;   /* where the buffers belong; NULL: anywhere */
	bool buffers_unregistered; /* RLIMIT_MEMLOCK did not allow it */
	uint64_t patience_ns;      /* how long a turn waits for `least`; 0: as long as it takes */
	unsigned most;             /* a turn hands back no more than these; 0: all that are done */
};

struct engine {
	const char *name;
	/* Returns 0, or a negative errno and leaves nothing open. Called by the thread that uses
	 * it. */
	int (*open)(struct queue *queue);
	/* Submits slots[0..count) and waits until at least `least` are done, or the queue's
	 * patience ends; it does not sleep while so many are left from earlier turns. Fills done,
	 * which has room for depth, the oldest first, and returns how many, or a negative errno. */
	int (*turn)(struct queue *queue, const uint32_t *slots, unsigned count, unsigned least,
		    struct done *done);
	void (*close)(struct queue *queue);
};

/* Best first. */
enum { ENGINE_COUNT = 4 };
extern const struct engine engine_uring, engine_uring_plain, engine_aio, engine_threads;
extern const struct engine *const engine_list[ENGINE_COUNT];

/* Gives the queue its slots and its buffers, which are page-aligned and incompressible; -ENOMEM. */
int engine_queue_alloc(struct queue *queue);
void engine_queue_free(struct queue *queue);

/* The most that the jobs ask of an engine at once. */
struct engine_need {
	unsigned depth, queues; /* of each queue; open at the same time */
};

/* Chooses the best engine that can read this file and open as many queues as are needed. Each is
 * tried in a process of its own, since a seccomp filter may answer with a signal. forced: the name
 * of the only one to try, or NULL. reason (of room bytes) says why this one was chosen, or after
 * -ENOTSUP why none; -EINVAL: there is no such name. The file must have at least 128 KiB. */
int engine_choose(int fd, const struct engine_need *need, const char *forced,
		  const struct engine **ret, char *reason, size_t room);

#endif
