/* SPDX-License-Identifier: Apache-2.0 */
/* The engine on linux-aio, by its system calls; libaio would add nothing to them. */
#include <errno.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/clock.h"
#include "probe/engine.h"

struct aio {
	aio_context_t context;
	struct iocb *requests;
	struct iocb **batch;
	struct io_event *events;
};

static void aio_free(struct queue *queue)
{
	struct aio *aio = queue->state;

	free(aio->requests);
	free((void *)aio->batch);
	free(aio->events);
	free(aio);
	queue->state = NULL;
}

static void aio_close(struct queue *queue)
{
	struct aio *aio = queue->state;

	(void)syscall(SYS_io_destroy, aio->context);
	aio_free(queue);
}

static int aio_open(struct queue *queue)
{
	struct aio *aio = calloc(1, sizeof(*aio));
	int r = 0;

	if (!aio)
		return -ENOMEM;
	queue->state = aio;
	aio->requests = calloc(queue->depth, sizeof(*aio->requests));
	aio->batch = (struct iocb **)calloc(queue->depth, sizeof(*aio->batch));
	aio->events = calloc(queue->depth, sizeof(*aio->events));
	if (!aio->requests || !aio->batch || !aio->events)
		r = -ENOMEM;
	else if (syscall(SYS_io_setup, queue->depth, &aio->context) < 0)
		r = -errno;
	if (r < 0) {
		aio_free(queue);
		return r;
	}
	for (unsigned i = 0; i < queue->depth; i++) {
		aio->requests[i] = (struct iocb){
		    .aio_data = i,
		    .aio_lio_opcode = queue->is_write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD,
		    .aio_fildes = (uint32_t)queue->fd,
		    .aio_buf =
			(uint64_t)(uintptr_t)(queue->buffers + (size_t)i * queue->block_bytes),
		    .aio_nbytes = queue->block_bytes,
		};
	}
	return 0;
}

/* The kernel takes as many as it has room for; an error is about the first of the rest. */
static int submit(struct aio *aio, unsigned count)
{
	unsigned sent = 0;

	while (sent < count) {
		long r = syscall(SYS_io_submit, aio->context, count - sent, aio->batch + sent);

		if (r < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (r < 0)
			return -errno;
		sent += (unsigned)r;
	}
	return 0;
}

static int aio_turn(struct queue *queue, const uint32_t *slots, unsigned count, unsigned least,
		    struct done *done)
{
	struct aio *aio = queue->state;
	struct timespec patience = {.tv_sec = (time_t)(queue->patience_ns / SECOND),
				    .tv_nsec = (long)(queue->patience_ns % SECOND)};
	unsigned most = queue->most ? queue->most : queue->depth;
	/* The kernel waits for no more than it may hand back. */
	unsigned wait_for = least < most ? least : most;
	long got;
	int r;

	for (unsigned i = 0; i < count; i++) {
		aio->batch[i] = &aio->requests[slots[i]];
		aio->batch[i]->aio_offset = (int64_t)queue->slots[slots[i]].offset;
	}
	r = submit(aio, count);
	if (r < 0)
		return r;
	do
		got = syscall(SYS_io_getevents, aio->context, wait_for, most, aio->events,
			      queue->patience_ns ? &patience : NULL);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	for (long i = 0; i < got; i++)
		done[i] = (struct done){.slot = (uint32_t)aio->events[i].data,
					.result = (int32_t)aio->events[i].res};
	return (int)got;
}

const struct engine engine_aio = {
    .name = "linux-aio", .open = aio_open, .turn = aio_turn, .close = aio_close};
