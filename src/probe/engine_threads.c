/* SPDX-License-Identifier: Apache-2.0 */
/* The engine on threads, one for each slot, with plain pread and pwrite: the last resort, which
 * every kernel and every seccomp profile allows. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/clock.h"
#include "probe/engine.h"

enum { stack_bytes = 128 * 1024 };

struct worker {
	struct pool *pool;
	uint32_t slot;
	pthread_t thread;
	pthread_cond_t wake;
	bool asked, started;
};

struct pool {
	struct queue *queue;
	pthread_mutex_t lock;
	pthread_cond_t finished;
	bool leave;
	struct done *done; /* finished but not fetched yet */
	unsigned done_count;
	struct worker *workers;
};

static int32_t do_one(const struct queue *queue, uint32_t slot)
{
	unsigned char *buffer = queue->buffers + (size_t)slot * queue->block_bytes;
	off_t offset = (off_t)queue->slots[slot].offset;
	ssize_t r = queue->is_write ? pwrite(queue->fd, buffer, queue->block_bytes, offset)
				    : pread(queue->fd, buffer, queue->block_bytes, offset);

	return r < 0 ? -errno : (int32_t)r;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct pool *pool = worker->pool;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		int32_t result;

		while (!worker->asked && !pool->leave)
			pthread_cond_wait(&worker->wake, &pool->lock);
		if (!worker->asked)
			break;
		worker->asked = false;
		pthread_mutex_unlock(&pool->lock);
		result = do_one(pool->queue, worker->slot);
		pthread_mutex_lock(&pool->lock);
		pool->done[pool->done_count++] =
		    (struct done){.slot = worker->slot, .result = result};
		pthread_cond_signal(&pool->finished);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void threads_close(struct queue *queue)
{
	struct pool *pool = queue->state;

	pthread_mutex_lock(&pool->lock);
	pool->leave = true;
	for (unsigned i = 0; i < queue->depth; i++) {
		if (pool->workers[i].started)
			pthread_cond_signal(&pool->workers[i].wake);
	}
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < queue->depth; i++) {
		if (!pool->workers[i].started)
			continue;
		pthread_join(pool->workers[i].thread, NULL);
		pthread_cond_destroy(&pool->workers[i].wake);
	}
	pthread_cond_destroy(&pool->finished);
	pthread_mutex_destroy(&pool->lock);
	free(pool->workers);
	free(pool->done);
	free(pool);
	queue->state = NULL;
}

static int threads_open(struct queue *queue)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	pthread_attr_t attributes;
	int r = 0;

	if (!pool)
		return -ENOMEM;
	pool->queue = queue;
	pool->workers = calloc(queue->depth, sizeof(*pool->workers));
	pool->done = calloc(queue->depth, sizeof(*pool->done));
	if (!pool->workers || !pool->done) {
		free(pool->workers);
		free(pool->done);
		free(pool);
		return -ENOMEM;
	}
	queue->state = pool;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->finished, NULL);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stack_bytes);
	for (unsigned i = 0; i < queue->depth && r == 0; i++) {
		struct worker *worker = &pool->workers[i];

		*worker = (struct worker){.pool = pool, .slot = i};
		pthread_cond_init(&worker->wake, NULL);
		r = -pthread_create(&worker->thread, &attributes, work, worker);
		worker->started = r == 0;
	}
	pthread_attr_destroy(&attributes);
	if (r < 0)
		threads_close(queue);
	return r;
}

/* Until a worker has finished, or until that time (0: however long). Not 0: it is over. */
static int wait_for_one(struct pool *pool, uint64_t until)
{
	struct timespec when = {.tv_sec = (time_t)(until / SECOND),
				.tv_nsec = (long)(until % SECOND)};

	return until ? pthread_cond_clockwait(&pool->finished, &pool->lock, CLOCK_MONOTONIC, &when)
		     : pthread_cond_wait(&pool->finished, &pool->lock);
}

static int threads_turn(struct queue *queue, const uint32_t *slots, unsigned count, unsigned least,
			struct done *done)
{
	struct pool *pool = queue->state;
	uint64_t until = queue->patience_ns && least ? now_ns() + queue->patience_ns : 0;
	unsigned got;

	pthread_mutex_lock(&pool->lock);
	for (unsigned i = 0; i < count; i++) {
		pool->workers[slots[i]].asked = true;
		pthread_cond_signal(&pool->workers[slots[i]].wake);
	}
	while (pool->done_count < least && !wait_for_one(pool, until))
		;
	got = queue->most && pool->done_count > queue->most ? queue->most : pool->done_count;
	memcpy(done, pool->done, got * sizeof(*done));
	pool->done_count -= got;
	memmove(pool->done, pool->done + got, pool->done_count * sizeof(*done));
	pthread_mutex_unlock(&pool->lock);
	return (int)got;
}

const struct engine engine_threads = {
    .name = "threads", .open = threads_open, .turn = threads_turn, .close = threads_close};
