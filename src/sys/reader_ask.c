/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the reader of a root. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/reader_impl.h"

void root_use_reader(struct root *root, int fd)
{
	root->reader = fd;
}

bool reader_has_key(const char *path)
{
	return text_starts(path, "/proc/sys/") && !strstr(path, "..");
}

static int put(const struct root *root, struct reader_what what, const char *name)
{
	struct reader_question question = {.what = what};
	size_t length = strlen(name);

	if (length >= sizeof(question.name))
		return -ENAMETOOLONG;
	memcpy(question.name, name, length);
	/* A reader that is gone must not end us by a signal. */
	if (send(root->reader, &question, sizeof(question), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(question))
		return -EPIPE;
	return 0;
}

int reader_ask(const struct root *root, struct reader_what what, const char *name, char *ret,
	       size_t room)
{
	__attribute__((uninitialized)) struct reader_answer answer;
	int r = put(root, what, name);
	ssize_t got;

	if (r < 0)
		return r;
	got = read(root->reader, &answer, sizeof(answer));
	if (got < (ssize_t)sizeof(answer.length))
		return -EPIPE;
	if (answer.length < 0)
		return answer.length;
	if ((size_t)answer.length > room ||
	    (size_t)got != sizeof(answer.length) + (size_t)answer.length)
		return -EBADMSG;
	memcpy(ret, answer.bytes, (size_t)answer.length);
	return answer.length;
}

int reader_ask_descriptor(const struct root *root, struct reader_what what, const char *name)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	int length = 0, fd = -1, r = put(root, what, name);
	struct iovec part = {.iov_base = &length, .iov_len = sizeof(length)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};

	if (r < 0)
		return r;
	if (recvmsg(root->reader, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(length))
		return -EPIPE;
	if (length < 0)
		return length;
	/* No room for one more descriptor: the kernel drops it. */
	if (message.msg_controllen < CMSG_LEN(sizeof(fd)) || control.header.cmsg_type != SCM_RIGHTS)
		return (message.msg_flags & MSG_CTRUNC) ? -EMFILE : -EBADMSG;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}
