/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of a job: reads and writes through an engine, or appends with fdatasync. */
#include "probe/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
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

/* Of an open loop counts what came after the lead-in, and of a closed one what ended after it. */
static void count_latency(struct lane *lane, uint64_t started, uint64_t now)
{
	if ((lane->is_open ? started : now) < lane->run->measure_ns)
		return;
	histogram_add(&lane->latency, now - started);
	if (lane->is_open && now - started > lane->limit_ns)
		__atomic_fetch_add(&lane->over, 1, __ATOMIC_RELAXED);
}

static void reap(struct lane *lane, const struct done *done, unsigned count, uint64_t now)
{
	for (unsigned i = 0; i < count; i++) {
		check_done(lane, &done[i]);
		count_latency(lane, lane->queue.slots[done[i].slot].started, now);
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
		got = lane->engine->turn(queue, slots + free_slots, count, 1, done);
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

/* Open loop ----------------------------------------------------------------------------------- */

/* A sleeping thread wakes this late, so the last part is spun. */
#define SPIN_NS (50 * UINT64_C(1000))
/* How often a thread that waits looks whether it is over. */
#define LOOK_NS (20 * MS)
/* A submission that slept for longer than this has waited for the disk. */
#define BLOCKED_NS (100 * UINT64_C(1000))

static uint64_t next_arrival(const struct lane *lane)
{
	return (uint64_t)lane->arrivals.next_ns;
}

/* Until the next request comes, or LOOK_NS have gone by. */
static void wait_for_arrival(const struct lane *lane, uint64_t now)
{
	uint64_t next = next_arrival(lane);

	if (next > now + SPIN_NS)
		sleep_until(next - SPIN_NS < now + LOOK_NS ? next - SPIN_NS : now + LOOK_NS);
}

static void count_late(struct lane *lane, uint64_t intended, uint64_t now)
{
	uint64_t from = intended > lane->excused_ns ? intended : lane->excused_ns;

	if (intended >= lane->run->measure_ns)
		histogram_add(&lane->late, now > from ? now - from : 0);
}

/* Those that had come in the step and were never sent: as far as they waited longer than the limit,
 * they count. What comes while the last answers are awaited is of no step. */
static void count_backlog(struct lane *lane, uint64_t now)
{
	uint64_t until = __atomic_load_n(&lane->run->until_ns, __ATOMIC_RELAXED);

	while (next_arrival(lane) < until && next_arrival(lane) + lane->limit_ns < now)
		count_latency(lane, arrivals_take(&lane->arrivals), now);
}

/* Takes slots for all that has come, as far as there are any. */
static unsigned take_arrivals(struct lane *lane, const uint32_t *slots, unsigned free_slots,
			      uint64_t now)
{
	unsigned count = 0;

	while (count < free_slots && next_arrival(lane) <= now) {
		const uint32_t *slot = &slots[free_slots - ++count];
		uint64_t intended = arrivals_take(&lane->arrivals);

		prepare(lane, slot, 1, intended);
		count_late(lane, intended, now);
	}
	return count;
}

static long sleeps_of_thread(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) < 0 ? 0 : usage.ru_nvcsw;
}

/* The workers of that engine wait for the disk, and never the one that sends. */
static int submit_arrivals(struct lane *lane, const uint32_t *slots, unsigned count,
			   struct done *done)
{
	long before = sleeps_of_thread();
	uint64_t start = now_ns(), end;
	int got = lane->engine->turn(&lane->queue, slots, count, 0, done);

	end = now_ns();
	if (end - start <= BLOCKED_NS || lane->engine == &engine_threads ||
	    sleeps_of_thread() == before)
		return got;
	lane->excused_ns = end;
	lane->blocked += start >= lane->run->measure_ns;
	return got;
}

/* Waits for an answer, at most until the next request comes. */
static int await_answer(struct lane *lane, bool can_send, uint64_t now, struct done *done)
{
	uint64_t next = next_arrival(lane), patience = LOOK_NS;

	if (can_send && next < now + SPIN_NS)
		return lane->engine->turn(&lane->queue, NULL, 0, 0, done);
	if (can_send && next - SPIN_NS < now + LOOK_NS)
		patience = next - SPIN_NS - now;
	lane->queue.patience_ns = patience ? patience : 1;
	return lane->engine->turn(&lane->queue, NULL, 0, 1, done);
}

static void open_loop(struct lane *lane, uint32_t *slots, struct done *done)
{
	struct queue *queue = &lane->queue;
	unsigned free_slots = queue->depth, in_flight = 0;

	for (;;) {
		uint64_t now = now_ns();
		bool over = is_over(lane, now);
		unsigned count = over ? 0 : take_arrivals(lane, slots, free_slots, now);
		int got;

		if (over && !in_flight)
			break;
		if (!count && !in_flight) {
			wait_for_arrival(lane, now);
			continue;
		}
		free_slots -= count;
		in_flight += count;
		__atomic_store_n(&lane->in_flight, in_flight, __ATOMIC_RELAXED);
		got = count ? submit_arrivals(lane, slots + free_slots, count, done)
			    : await_answer(lane, !over && free_slots, now, done);
		if (got < 0) {
			fail(lane, got, 0);
			return;
		}
		now = now_ns();
		if (!free_slots)
			lane->excused_ns = now;
		reap(lane, done, (unsigned)got, now);
		in_flight -= (unsigned)got;
		for (int i = 0; i < got; i++)
			slots[free_slots++] = done[i].slot;
	}
	count_backlog(lane, now_ns());
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
	if (lane->is_open)
		lane->arrivals =
		    arrivals_new(random_next(&lane->random), lane->arrival_rate, run->start_ns);
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
		if (lane->is_open)
			open_loop(lane, slots, done);
		else
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

static int append_one(struct lane *lane, uint64_t offset, uint64_t before)
{
	struct queue *queue = &lane->queue;
	uint64_t between, after;
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
	count_latency(lane, before, after);
	if (after >= lane->run->measure_ns)
		histogram_add(&lane->sync, after - between);
	lane->excused_ns = after;
	count_done(lane, after, 1);
	return 0;
}

/* When the next append begins; of an open loop, when it was to begin. False: it is over. */
static bool next_append(struct lane *lane, uint64_t *ret)
{
	uint64_t now = now_ns();

	*ret = now;
	while (lane->is_open && next_arrival(lane) > now && !is_over(lane, now)) {
		wait_for_arrival(lane, now);
		now = now_ns();
	}
	if (is_over(lane, now))
		return false;
	if (lane->is_open) {
		*ret = arrivals_take(&lane->arrivals);
		count_late(lane, *ret, now);
	}
	return true;
}

void *lane_append(void *argument)
{
	struct lane *lane = argument;
	uint64_t offset = allocation_bytes, before;
	int r = engine_queue_alloc(&lane->queue);

	lane->error = r;
	if (!meet(lane))
		r = -ECANCELED;
	while (r == 0 && next_append(lane, &before)) {
		if (offset + lane->queue.block_bytes > allocation_bytes) {
			r = allocate(lane->queue.fd);
			offset = 0;
		}
		if (r == 0)
			r = append_one(lane, offset, before);
		if (r < 0)
			fail(lane, r, offset);
		offset += lane->queue.block_bytes;
	}
	if (r == 0 && lane->is_open)
		count_backlog(lane, now_ns());
	engine_queue_free(&lane->queue);
	__atomic_fetch_sub(&lane->run->running, 1, __ATOMIC_RELAXED);
	return NULL;
}
