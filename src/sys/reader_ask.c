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

int reader_ask(const struct root *root, struct reader_what what, const char *name, char *ret,
	       size_t room)
{
	__attribute__((uninitialized)) struct reader_answer answer;
	struct reader_question question = {.what = what};
	size_t length = strlen(name);
	ssize_t got;

	if (length >= sizeof(question.name))
		return -ENAMETOOLONG;
	memcpy(question.name, name, length);
	/* A reader that is gone must not end us by a signal. */
	if (send(root->reader, &question, sizeof(question), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(question))
		return -EPIPE;
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
