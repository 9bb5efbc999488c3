/* SPDX-License-Identifier: Apache-2.0 */
/* Reads files below a root line by line. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

/* One file that is being read. */
struct stream {
	int fd;
	char *bytes;         /* room + 1 of them */
	size_t room, length; /* of what is there */
	uint64_t total, most;
	bool is_ended;
};

static void free_bytes(struct stream *stream)
{
	free(stream->bytes);
}

/* Room for twice as much of one line. */
static int widen(struct stream *stream)
{
	size_t room = stream->room ? stream->room * 2 : 8192;
	char *bytes;

	if (room > root_line_bytes)
		return -EMSGSIZE;
	bytes = realloc(stream->bytes, room + 1);
	if (!bytes)
		return -ENOMEM;
	stream->bytes = bytes;
	stream->room = room;
	return 0;
}

/* Reads on after what is there. */
static int fill(struct stream *stream, int too_large)
{
	ssize_t got;
	int r = stream->length == stream->room ? widen(stream) : 0;

	if (r < 0)
		return r;
	got = read(stream->fd, stream->bytes + stream->length, stream->room - stream->length);
	if (got < 0)
		return errno == EINTR ? 0 : err_errno();
	stream->is_ended = !got;
	stream->length += (size_t)got;
	stream->total += (uint64_t)got;
	return stream->total > stream->most ? too_large : 0;
}

/* What a record holds of the file; without a recorder nothing is kept. */
static void keep(struct root *root, struct str *content, const char *bytes, size_t length)
{
	if (root->recorder)
		str_add_n(content, bytes, length);
}

/* The lines that are complete, or all if no more comes. A record needs the whole table, even if the
 * reader has seen enough. */
static int hand_over(struct root *root, struct stream *stream, struct str *content,
		     root_line_fn line, void *context, int r)
{
	char *at = stream->bytes, *end = stream->bytes + stream->length, *newline;

	while (at < end && (r == 0 || root->recorder)) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline && !stream->is_ended)
			break;
		newline = newline ? newline : end;
		keep(root, content, at, (size_t)(newline - at) + (newline < end));
		*newline = '\0';
		if (r == 0)
			r = line(context, at);
		at = newline < end ? newline + 1 : end;
	}
	stream->length = (size_t)(end - at);
	memmove(stream->bytes, at, stream->length);
	return r;
}

int root_lines(struct root *root, const char *path, enum root_size size, root_line_fn line,
	       void *context)
{
	_cleanup_fd_ int fd = root_open_file(root, path);
	__attribute__((cleanup(free_bytes))) struct stream stream = {
	    .fd = fd, .most = root_limits[size].bytes};
	struct str content = {0};
	int r = 0;

	if (fd < 0)
		return root_remember_failure(root, path, fd);
	if (root->recorder)
		content = str_new(root->recorder);
	while (!stream.is_ended && (r == 0 || root->recorder)) {
		int failed = fill(&stream, root_limits[size].code);

		if (failed < 0)
			return root_remember_failure(root, path, failed);
		r = hand_over(root, &stream, &content, line, context, r);
	}
	if (root->recorder)
		root_remember(root, path,
			      (struct seen_entry){.kind = SEEN_FILE, .text = content.text});
	return r;
}
