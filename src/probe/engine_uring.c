/* SPDX-License-Identifier: Apache-2.0 */
/* The engines on io_uring. Each slot's request is prepared once; to submit it, its 64 bytes are
 * copied and the offset is set. */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

#include "probe/engine.h"

struct uring {
	struct io_uring ring;
	unsigned enter_flags;
	struct io_uring_sqe *requests; /* one for each slot */
};

static void uring_close(struct queue *queue)
{
	struct uring *uring = queue->state;

	io_uring_queue_exit(&uring->ring);
	free(uring->requests);
	free(uring);
	queue->state = NULL;
}

/* Without the right to lock memory it uses plain reads and writes, which take more CPU time. */
static int register_buffers(struct queue *queue, struct uring *uring)
{
	struct iovec all = {.iov_base = queue->buffers,
			    .iov_len = (size_t)queue->depth * queue->block_bytes};
	int r = io_uring_register_buffers(&uring->ring, &all, 1);

	queue->buffers_unregistered = r < 0;
	return r == -ENOMEM || r == -EPERM ? 0 : r;
}

static void fill_entries(struct queue *queue, struct uring *uring, bool fixed_file)
{
	bool fixed = fixed_file && !queue->buffers_unregistered;

	for (unsigned i = 0; i < queue->depth; i++) {
		struct io_uring_sqe *sqe = &uring->requests[i];
		void *buffer = queue->buffers + (size_t)i * queue->block_bytes;
		int fd = fixed_file ? 0 : queue->fd;

		if (queue->is_write && fixed)
			io_uring_prep_write_fixed(sqe, fd, buffer, queue->block_bytes, 0, 0);
		else if (queue->is_write)
			io_uring_prep_write(sqe, fd, buffer, queue->block_bytes, 0);
		else if (fixed)
			io_uring_prep_read_fixed(sqe, fd, buffer, queue->block_bytes, 0, 0);
		else
			io_uring_prep_read(sqe, fd, buffer, queue->block_bytes, 0);
		if (fixed_file)
			sqe->flags |= IOSQE_FIXED_FILE;
		sqe->user_data = i;
	}
}

static int open_with(struct queue *queue, unsigned flags, bool registered)
{
	struct uring *uring = calloc(1, sizeof(*uring));
	struct io_uring_params params = {.flags = flags};
	int r;

	if (!uring)
		return -ENOMEM;
	uring->requests = calloc(queue->depth, sizeof(*uring->requests));
	if (!uring->requests) {
		free(uring);
		return -ENOMEM;
	}
	queue->state = uring;
	r = io_uring_queue_init_params(queue->depth, &uring->ring, &params);
	if (r < 0) {
		free(uring->requests);
		free(uring);
		return r;
	}
	if (registered) {
		r = register_buffers(queue, uring);
		if (r == 0)
			r = io_uring_register_files(&uring->ring, &queue->fd, 1);
		if (r < 0) {
			uring_close(queue);
			return r;
		}
		if (io_uring_register_ring_fd(&uring->ring) == 1)
			uring->enter_flags = IORING_ENTER_REGISTERED_RING;
	}
	fill_entries(queue, uring, registered);
	return 0;
}

/* With DEFER_TASKRUN (6.1) the thread wakes after as many completions as it waits for. With
 * COOP_TASKRUN (6.0) it tends to wake after all of them, when the disk has run out of requests: a
 * tenth fewer requests at depth 32, for the same CPU time each (docs/performance.md). */
static int uring_open(struct queue *queue)
{
	int r = open_with(queue, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, true);

	return r == -EINVAL
		   ? open_with(queue, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN, true)
		   : r;
}

static int uring_open_plain(struct queue *queue)
{
	return open_with(queue, 0, false);
}

/* Kernels before 5.11 cannot wait for a time: there it is not waited at all. */
static int enter(struct uring *uring, unsigned count, unsigned least, uint64_t patience_ns)
{
	unsigned flags = IORING_ENTER_GETEVENTS | uring->enter_flags;
	unsigned fd = (unsigned)uring->ring.enter_ring_fd;
	struct __kernel_timespec time = {.tv_sec = (int64_t)(patience_ns / 1000000000),
					 .tv_nsec = (long long)(patience_ns % 1000000000)};
	struct io_uring_getevents_arg argument = {.ts = (uint64_t)(uintptr_t)&time};
	int r;

	if (!patience_ns || !least)
		return io_uring_enter(fd, count, least, flags, NULL);
	if (!(uring->ring.features & IORING_FEAT_EXT_ARG))
		return io_uring_enter(fd, count, 0, flags, NULL);
	r = io_uring_enter2(fd, count, least, flags | IORING_ENTER_EXT_ARG, (void *)&argument,
			    sizeof(argument));
	return r == -ETIME ? 0 : r;
}

static int submit(struct uring *uring, unsigned count, unsigned least, uint64_t patience_ns)
{
	for (;;) {
		int r = enter(uring, count, least, patience_ns);

		if ((r == -EINTR && (count || !patience_ns)) || (r == -EAGAIN && count))
			continue;
		if (r == -EINTR)
			return 0;
		if (r < 0)
			return r;
		if ((unsigned)r >= count)
			return 0;
		count -= (unsigned)r;
	}
}

static int uring_turn(struct queue *queue, const uint32_t *slots, unsigned count, unsigned least,
		      struct done *done)
{
	struct uring *uring = queue->state;
	struct io_uring_sq *sq = &uring->ring.sq;
	struct io_uring_cq *cq = &uring->ring.cq;
	unsigned tail = *sq->ktail, head = *cq->khead, end;
	int r, got = 0;

	for (unsigned i = 0; i < count; i++) {
		unsigned index = (tail + i) & sq->ring_mask;

		sq->sqes[index] = uring->requests[slots[i]];
		sq->sqes[index].off = queue->slots[slots[i]].offset;
		/* Newer libraries ask the kernel for a ring without this array. */
		if (sq->array)
			sq->array[index] = index;
	}
	io_uring_smp_store_release(sq->ktail, tail + count);
	r = submit(uring, count, least, queue->patience_ns);
	if (r < 0)
		return r;
	end = io_uring_smp_load_acquire(cq->ktail);
	if (queue->most && end - head > queue->most)
		end = head + queue->most;
	for (; head != end; head++) {
		const struct io_uring_cqe *cqe = &cq->cqes[head & cq->ring_mask];

		done[got++] = (struct done){.slot = (uint32_t)cqe->user_data, .result = cqe->res};
	}
	io_uring_smp_store_release(cq->khead, head);
	return got;
}

const struct engine engine_uring = {
    .name = "io_uring", .open = uring_open, .turn = uring_turn, .close = uring_close};
const struct engine engine_uring_plain = {
    .name = "io_uring-plain", .open = uring_open_plain, .turn = uring_turn, .close = uring_close};
