/* SPDX-License-Identifier: Apache-2.0 */
/* The child process that reads what asks for CAP_SYS_ADMIN or CAP_PERFMON. */
#include "sys/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/confine.h"
#include "sys/fd.h"
#include "sys/nvme.h"
#include "sys/reader_impl.h"
#include "sys/rights.h"
#include "sys/tracepoint.h"

/* CAP_PERFMON alone is enough for tracepoints of most kernels. */
#define RIGHTS (UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_PERFMON)

/* ---- in the child ------------------------------------------------------------------------ */

static bool is_controller(const char *name)
{
	size_t digits = text_starts(name, "nvme") ? strspn(name + 4, "0123456789") : 0;

	return digits && !name[4 + digits];
}

static int read_key(const struct root *root, const char *path, struct reader_answer *answer)
{
	_cleanup_fd_ int fd = root_open_below(root, path, O_RDONLY | O_NONBLOCK);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read(fd, answer->bytes, sizeof(answer->bytes));
	return length < 0 ? err_errno() : (int)length;
}

static int serve(const struct root *root, const struct reader_question *question,
		 struct reader_answer *answer, int *ret_passed)
{
	unsigned char *bytes = (unsigned char *)answer->bytes;
	int r;

	if (question->what.kind == READER_TRACEPOINT) {
		r = tracepoint_open(root, question->name, question->what.number);
		*ret_passed = r < 0 ? -1 : r;
		return r < 0 ? r : 0;
	}
	if (question->what.kind == READER_KEY)
		return reader_has_key(question->name) ? read_key(root, question->name, answer)
						      : -EPERM;
	if (!is_controller(question->name))
		return -EPERM;
	if (question->what.kind == READER_HEALTH) {
		r = nvme_read_health(root, question->name, bytes);
		return r < 0 ? r : NVME_HEALTH_BYTES;
	}
	if (question->what.kind != READER_IDENTIFY)
		return -EPERM;
	r = nvme_identify(root, question->name, question->what.number, bytes);
	return r < 0 ? r : NVME_IDENTIFY_BYTES;
}

/* passed: a descriptor that goes along; -1: none. */
static bool send_answer(int fd, struct reader_answer *answer, int passed)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	size_t size = sizeof(answer->length) + (answer->length > 0 ? (size_t)answer->length : 0);
	struct iovec part = {.iov_base = answer, .iov_len = size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (passed >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &passed, sizeof(passed));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)size;
}

/* Whoever asks may have been taken over by what it parsed, so nothing of a question is trusted. */
static _Noreturn void run(const struct root *root, int fd)
{
	static struct reader_answer answer;
	const int keep[] = {fd, root->fd};
	struct reader_question question;
	ssize_t got;

	/* When a signal ends the command, its socket closes, and this process ends with it. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	if (confine_descriptors(keep, 2) < 0 || rights_shrink(RIGHTS | rights_reading, NULL) < 0)
		_exit(1);
	while ((got = read(fd, &question, sizeof(question))) > 0) {
		_cleanup_fd_ int passed = -1;

		answer.length = -EINVAL;
		if (got == (ssize_t)sizeof(question) &&
		    memchr(question.name, '\0', sizeof(question.name)))
			answer.length = serve(root, &question, &answer, &passed);
		if (!send_answer(fd, &answer, passed))
			break;
	}
	_exit(0);
}

/* ---- in the parent ----------------------------------------------------------------------- */

int reader_start(const char *dir, struct reader *ret, struct err *err)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	_cleanup_root_ struct root *root = NULL;
	uint64_t held = 0;
	int fds[2], pid;

	*ret = (struct reader){.fd = -1};
	/* A root that cannot be opened is told by whoever opens it next. */
	if (!rights_at_start(&held) || !(held & RIGHTS) ||
	    root_open_bare(arena, dir, dir, &root, NULL) < 0 || !root->is_live)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_set(err, err_errno(), "cannot start the reader: %s", err_words(errno));
	pid = fork();
	if (pid == 0)
		run(root, fds[1]);
	(void)close(fds[1]);
	if (pid < 0) {
		(void)err_set(err, err_errno(), "cannot start a process: %s", err_words(errno));
		(void)close(fds[0]);
		return err ? err->code : -EAGAIN;
	}
	*ret = (struct reader){.fd = fds[0], .pid = pid};
	return 0;
}

void reader_stop(struct reader *reader)
{
	if (reader->fd < 0)
		return;
	(void)close(reader->fd);
	while (waitpid(reader->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*reader = (struct reader){.fd = -1};
}
