/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process, and a slot for each connection: while all are taken, others wait in the kernel. A
 * connection has 5 s for everything, and gets one answer.
 */
#include "flow/serve.h"

#include <errno.h>
#include <signal.h>

#include "flow/event_loop.h"
#include "sys/fd.h"
#include "sys/listener.h"
#include "sys/published.h"

enum {
	patience_s = 5,
	/* After the kernel had no room for another connection. */
	rest_s = 1,
	/* Sent at once; then the others get their turn. */
	piece_bytes = 1 << 20,
};

enum stage { STAGE_FREE, STAGE_READING, STAGE_SENDING, STAGE_ENDING };

struct connection {
	struct serve_loop *loop;
	enum stage stage;
	int fd;
	struct event *ready, *deadline;
	struct arena *arena; /* of its reply */
	struct serve_reply reply;
	size_t length, sent;
	int64_t offset; /* in the file */
	char head[HTTP_HEAD_MOST];
};

struct serve_loop {
	struct event_base *base;
	struct event *arrival, *rest, *terminated, *interrupted;
	int listener;
	const struct serve_site *site;
	struct connection *slots;
	bool is_orphaned; /* its directory is gone, and it has said so */
};

/* Connections --------------------------------------------------------------------------------- */

static void on_ready(int fd, short what, void *context);

static void wait_for(struct connection *connection, short what)
{
	(void)event_del(connection->ready);
	if (event_assign(connection->ready, connection->loop->base, connection->fd,
			 (short)(what | EV_PERSIST), on_ready, connection) == 0)
		(void)event_add(connection->ready, NULL);
}

static void close_connection(struct connection *connection)
{
	struct serve_loop *loop = connection->loop;

	(void)event_del(connection->ready);
	(void)event_del(connection->deadline);
	fd_closep(&connection->fd);
	fd_closep(&connection->reply.file);
	arena_free(connection->arena);
	connection->fd = connection->reply.file = -1;
	connection->arena = NULL;
	connection->stage = STAGE_FREE;
	(void)event_add(loop->arrival, NULL);
	if (loop->is_orphaned)
		(void)event_base_loopbreak(loop->base);
}

static void on_deadline(int fd, short what, void *context)
{
	(void)fd;
	(void)what;
	close_connection(context);
}

static void start_reply(struct connection *connection, enum http_status status,
			const struct http_request *request)
{
	struct serve_loop *loop = connection->loop;

	connection->arena = arena_new();
	connection->reply =
	    serve_reply(connection->arena, loop->site, status, request, connection->fd);
	connection->stage = STAGE_SENDING;
	loop->is_orphaned = loop->is_orphaned || published_is_removed(loop->site->directory);
	wait_for(connection, EV_WRITE);
}

static void receive(struct connection *connection)
{
	struct http_request request;
	enum http_status status;
	ssize_t got = listener_receive(connection->fd, connection->head + connection->length,
				       sizeof(connection->head) - connection->length);

	if (got == -EAGAIN || got == -EINTR)
		return;
	if (got <= 0) {
		close_connection(connection);
		return;
	}
	connection->length += (size_t)got;
	status = http_read(connection->head, connection->length, &request);
	if (status != HTTP_MORE)
		start_reply(connection, status, &request);
}

static ssize_t send_piece(struct connection *connection)
{
	const struct serve_reply *reply = &connection->reply;
	uint64_t left = reply->file_length - (uint64_t)connection->offset;

	if (connection->sent < reply->length)
		return listener_send(connection->fd, reply->text + connection->sent,
				     reply->length - connection->sent, left > 0);
	return listener_send_file(connection->fd, reply->file, &connection->offset,
				  left < piece_bytes ? (size_t)left : piece_bytes);
}

static bool is_sent(const struct connection *connection)
{
	return connection->sent == connection->reply.length &&
	       (uint64_t)connection->offset == connection->reply.file_length;
}

/* A file that has become shorter than its head says is not filled up: the peer sees that. */
static void send_reply(struct connection *connection)
{
	bool is_text = connection->sent < connection->reply.length;
	ssize_t sent = send_piece(connection);

	if (sent == -EAGAIN || sent == -EINTR)
		return;
	if (sent <= 0) {
		close_connection(connection);
		return;
	}
	if (is_text)
		connection->sent += (size_t)sent;
	if (!is_sent(connection))
		return;
	listener_finish(connection->fd);
	connection->stage = STAGE_ENDING;
	wait_for(connection, EV_READ);
}

/* To close while something lies unread would take the answer back before the peer has read it. */
static void discard(struct connection *connection)
{
	ssize_t got = listener_receive(connection->fd, connection->head, sizeof(connection->head));

	if (got != -EAGAIN && got != -EINTR && got <= 0)
		close_connection(connection);
}

static void on_ready(int fd, short what, void *context)
{
	struct connection *connection = context;

	(void)fd;
	(void)what;
	switch (connection->stage) {
	case STAGE_READING:
		receive(connection);
		break;
	case STAGE_SENDING:
		send_reply(connection);
		break;
	case STAGE_ENDING:
		discard(connection);
		break;
	case STAGE_FREE:
		break;
	}
}

/* The loop ------------------------------------------------------------------------------------ */

static void start_connection(struct connection *connection, int fd)
{
	static const struct timeval patience = {.tv_sec = patience_s};

	connection->fd = fd;
	connection->reply = (struct serve_reply){.file = -1};
	connection->length = connection->sent = 0;
	connection->offset = 0;
	connection->stage = STAGE_READING;
	(void)event_add(connection->deadline, &patience);
	wait_for(connection, EV_READ);
}

static struct connection *free_slot(struct serve_loop *loop)
{
	for (size_t i = 0; i < SERVE_CONNECTIONS_MOST; i++) {
		if (loop->slots[i].stage == STAGE_FREE)
			return &loop->slots[i];
	}
	return NULL;
}

/* One a turn, so that those who are here get theirs. */
static void on_arrival(int listener, short what, void *context)
{
	static const struct timeval rest = {.tv_sec = rest_s};
	struct serve_loop *loop = context;
	struct connection *connection = free_slot(loop);
	int fd = connection ? listener_accept(listener) : -EBUSY;

	(void)what;
	if (fd >= 0) {
		start_connection(connection, fd);
		return;
	}
	/* Each of these would be answered with the same again at once. */
	if (fd == -EBUSY || fd == -EMFILE || fd == -ENFILE || fd == -ENOBUFS || fd == -ENOMEM)
		(void)event_del(loop->arrival);
	if (fd != -EBUSY && !event_pending(loop->arrival, EV_READ, NULL))
		(void)event_add(loop->rest, &rest);
}

static void on_rest(int fd, short what, void *context)
{
	struct serve_loop *loop = context;

	(void)fd;
	(void)what;
	(void)event_add(loop->arrival, NULL);
}

static void on_signal(int number, short what, void *context)
{
	struct serve_loop *loop = context;

	(void)number;
	(void)what;
	(void)event_base_loopbreak(loop->base);
}

/* All events there will ever be. */
static bool make_events(struct serve_loop *loop)
{
	bool all;

	loop->arrival =
	    event_new(loop->base, loop->listener, EV_READ | EV_PERSIST, on_arrival, loop);
	loop->rest = event_new(loop->base, -1, 0, on_rest, loop);
	loop->terminated = evsignal_new(loop->base, SIGTERM, on_signal, loop);
	loop->interrupted = evsignal_new(loop->base, SIGINT, on_signal, loop);
	all = loop->arrival && loop->rest && loop->terminated && loop->interrupted;
	for (size_t i = 0; i < SERVE_CONNECTIONS_MOST; i++) {
		struct connection *slot = &loop->slots[i];

		*slot = (struct connection){.loop = loop, .fd = -1};
		slot->ready = event_new(loop->base, -1, 0, on_ready, slot);
		slot->deadline = event_new(loop->base, -1, 0, on_deadline, slot);
		all = all && slot->ready && slot->deadline;
	}
	return all;
}

int serve_new(struct arena *arena, int listener, const struct serve_site *site,
	      struct serve_loop **ret, struct err *err)
{
	struct serve_loop *loop = arena_alloc(arena, sizeof(*loop));

	loop->base = event_loop_new();
	loop->listener = listener;
	loop->site = site;
	loop->slots = arena_alloc(arena, sizeof(*loop->slots) * SERVE_CONNECTIONS_MOST);
	if (!loop->base || !make_events(loop) || event_add(loop->arrival, NULL) < 0 ||
	    event_add(loop->terminated, NULL) < 0 || event_add(loop->interrupted, NULL) < 0)
		return err_set(err, -ENOMEM, "cannot wait for connections");
	*ret = loop;
	return 0;
}

int serve_run(struct serve_loop *loop, struct err *err)
{
	if (event_base_dispatch(loop->base) < 0)
		return err_set(err, -EIO, "cannot wait for connections any more");
	return loop->is_orphaned ? err_set(err, -ENOENT,
					   "the directory has been removed: start serve again to "
					   "serve the new one")
				 : 0;
}
