/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of a job: reads and writes through an engine, or appends with fdatasync. */
#include "probe/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe/scratch.h"

static uint64_t next_offset(struct lane *lane)
{
	uint64_t block = lane->queue.block_bytes, offset;

	if (lane->is_random)
		return random_below(&lane->random, lane->bytes / block) * block;
	offset = lane->next_bytes;
	lane->next_bytes += block;
	if (lane->next_bytes + block > lane->bytes && !lane->once)
		lane->next_bytes = 0;
	return offset;
}

static bool is_over(const struct lane *lane, uint64_t now)
{
	return now >= __atomic_load_n(&lane->run->until_ns, __ATOMIC_RELAXED) || lane->error ||
	       (lane->once && lane->next_bytes >= lane->bytes);
}

static void count_done(struct lane *lane, uint64_t now, unsigned count)
{
	uint64_t window = (now - lane->run->start_ns) / WINDOW_NS;

	if (window < NOISE_WINDOWS)
		__atomic_fetch_add(&lane->windows[window], count, __ATOMIC_RELAXED);
	__atomic_fetch_add(&lane->done, count, __ATOMIC_RELAXED);
}

static void fail(struct lane *lane, int error, uint64_t offset)
{
	if (lane->error)
		return;
	lane->error = error;
	lane->error_offset = offset;
}

static void check_done(struct lane *lane, const struct done *done)
{
	const struct queue *queue = &lane->queue;
	uint64_t offset = queue->slots[done->slot].offset;

	if (done->result < 0)
		fail(lane, done->result, offset);
	else if ((uint32_t)done->result != queue->block_bytes)
		fail(lane, -EIO, offset);
	else if (lane->verify && !queue->is_write &&
		 !mark_holds(queue->buffers + (size_t)done->slot * queue->block_bytes,
			     queue->block_bytes, lane->seed, offset))
		fail(lane, -EBADMSG, offset);
}

/* How many of the free slots may be submitted now; waits a little if the rate allows none. */
static unsigned allowed(struct lane *lane, unsigned free_slots, unsigned in_flight)
{
	uint64_t now, due, sent;

	if (free_slots > lane->window - in_flight)
		free_slots = lane->window - in_flight;
	if (lane->rate <= 0)
		return free_slots;
	now = now_ns();
	sent =
	    (__atomic_load_n(&lane->done, __ATOMIC_RELAXED) + in_flight) * lane->queue.block_bytes;
	due = (uint64_t)((double)(now - lane->run->start_ns) * lane->rate / (double)SECOND);
	if (sent < due)
		return free_slots;
	if (!in_flight)
		sleep_until(now + MS);
	return 0;
}

static void prepare(struct lane *lane, const uint32_t *slots, unsigned count, uint64_t now)
{
	struct queue *queue = &lane->queue;

	for (unsigned i = 0; i < count; i++) {
		struct slot *slot = &queue->slots[slots[i]];

		slot->offset = next_offset(lane);
		slot->started = now;
		if (queue->is_write)
			mark_put(queue->buffers + (size_t)slots[i] * queue->block_bytes,
				 queue->block_bytes, lane->seed, slot->offset);
	}
}

static void reap(struct lane *lane, const struct done *done, unsigned count, uint64_t now)
{
	bool counts = now >= lane->run->measure_ns;

	for (unsigned i = 0; i < count; i++) {
		check_done(lane, &done[i]);
		if (counts)
			histogram_add(&lane->latency,
				      now - lane->queue.slots[done[i].slot].started);
	}
	count_done(lane, now, count);
}

enum { first_window = 128 * 1024 };

static void loop(struct lane *lane, uint32_t *slots, struct done *done)
{
	struct queue *queue = &lane->queue;
	unsigned free_slots = queue->depth, in_flight = 0;

	lane->window = first_window < queue->block_bytes ? 1 : first_window / queue->block_bytes;
	if (lane->window > queue->depth)
		lane->window = queue->depth;
	for (;;) {
		uint64_t now = now_ns();
		unsigned count = is_over(lane, now) ? 0 : allowed(lane, free_slots, in_flight);
		unsigned least;
		int got;

		if (lane->once && count > (lane->bytes - lane->next_bytes) / queue->block_bytes)
			count = (unsigned)((lane->bytes - lane->next_bytes) / queue->block_bytes);
		if (!count && !in_flight) {
			if (is_over(lane, now))
				return;
			continue;
		}
		/* The free slots are a stack: the last ones are used. */
		free_slots -= count;
		prepare(lane, slots + free_slots, count, now);
		in_flight += count;
		__atomic_store_n(&lane->in_flight, in_flight, __ATOMIC_RELAXED);
		least = lane->reap < in_flight ? lane->reap : in_flight;
		got = lane->engine->turn(queue, slots + free_slots, count, least, done);
		if (got < 0) {
			fail(lane, got, queue->slots[slots[free_slots]].offset);
			return;
		}
		reap(lane, done, (unsigned)got, now_ns());
		in_flight -= (unsigned)got;
		lane->window += (unsigned)got;
		if (lane->window > queue->depth)
			lane->window = queue->depth;
		for (int i = 0; i < got; i++)
			slots[free_slots++] = done[i].slot;
	}
}

/* Waits until all lanes are ready; false: the job does not start. */
static bool meet(struct lane *lane)
{
	struct run_of_job *run = lane->run;
	bool go;

	pthread_mutex_lock(&run->lock);
	run->ready++;
	pthread_cond_broadcast(&run->changed);
	while (!run->go && !run->leave)
		pthread_cond_wait(&run->changed, &run->lock);
	go = run->go;
	pthread_mutex_unlock(&run->lock);
	return go;
}

/* Memory that an earlier queue had locked is released some time after the queue was closed. */
static int open_queue(struct lane *lane)
{
	int r = -ENOMEM;

	for (unsigned i = 0; i < 30 && r == -ENOMEM; i++) {
		if (i)
			sleep_until(now_ns() + 10 * MS);
		r = lane->engine->open(&lane->queue);
	}
	return r;
}

void *lane_run(void *argument)
{
	struct lane *lane = argument;
	uint32_t *slots = calloc(lane->queue.depth, sizeof(*slots));
	struct done *done = calloc(lane->queue.depth, sizeof(*done));
	int r = slots && done ? engine_queue_alloc(&lane->queue) : -ENOMEM;

	if (r == 0)
		r = open_queue(lane);
	lane->error = r;
	lane->unopened = r < 0;
	if (meet(lane) && r == 0) {
		for (unsigned i = 0; i < lane->queue.depth; i++)
			slots[i] = i;
		loop(lane, slots, done);
	}
	if (r == 0)
		lane->engine->close(&lane->queue);
	engine_queue_free(&lane->queue);
	free(slots);
	free(done);
	__atomic_fetch_sub(&lane->run->running, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* Appends ------------------------------------------------------------------------------------- */

/* Redpanda allocates this much for a segment at a time. */
enum { allocation_bytes = 32 * 1024 * 1024 };

/* Fresh space that was never written. */
static int allocate(int fd)
{
	return ftruncate(fd, 0) < 0 ? -errno : scratch_allocate(fd, allocation_bytes);
}

static int append_one(struct lane *lane, uint64_t offset)
{
	struct queue *queue = &lane->queue;
	uint64_t before = now_ns(), between, after;
	ssize_t r;

	mark_put(queue->buffers, queue->block_bytes, lane->seed, offset);
	r = pwrite(queue->fd, queue->buffers, queue->block_bytes, (off_t)offset);
	if (r < 0)
		return -errno;
	if (r != (ssize_t)queue->block_bytes)
		return -EIO;
	between = now_ns();
	if (fdatasync(queue->fd) < 0)
		return -errno;
	after = now_ns();
	if (after >= lane->run->measure_ns) {
		histogram_add(&lane->latency, after - before);
		histogram_add(&lane->sync, after - between);
	}
	count_done(lane, after, 1);
	return 0;
}

void *lane_append(void *argument)
{
	struct lane *lane = argument;
	uint64_t offset = allocation_bytes;
	int r = engine_queue_alloc(&lane->queue);

	lane->error = r;
	if (!meet(lane))
		r = -ECANCELED;
	while (r == 0 && !is_over(lane, now_ns())) {
		if (offset + lane->queue.block_bytes > allocation_bytes) {
			r = allocate(lane->queue.fd);
			offset = 0;
		}
		if (r == 0)
			r = append_one(lane, offset);
		if (r < 0)
			fail(lane, r, offset);
		offset += lane->queue.block_bytes;
	}
	engine_queue_free(&lane->queue);
	__atomic_fetch_sub(&lane->run->running, 1, __ATOMIC_RELAXED);
	return NULL;
}
