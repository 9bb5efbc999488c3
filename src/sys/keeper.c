/* SPDX-License-Identifier: Apache-2.0 */
/* The child process that fills a directory, and takes it away when its parent ends. */
#include "sys/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/become.h"
#include "sys/call_filter.h"
#include "sys/confine.h"
#include "sys/fd.h"
#include "sys/signals.h"

struct answer {
	int code;
	struct err err;
};

/* In the child -------------------------------------------------------------------------------- */

/* What there is to take away; for give_up(), which gets no argument. */
static struct {
	const struct keeper_task *task;
	struct new_tree tree;
	int socket;
	bool has_directory;
} kept;

static void take_away(void)
{
	if (!kept.has_directory)
		return;
	new_tree_remove(&kept.tree);
	(void)unlinkat(kept.task->parent, kept.task->name, AT_REMOVEDIR);
	kept.has_directory = false;
}

static void tell(const struct answer *answer)
{
	if (send(kept.socket, answer, sizeof(*answer), MSG_NOSIGNAL) != sizeof(*answer)) {
		take_away();
		_exit(1);
	}
}

/* There is no memory. */
static void give_up(void)
{
	struct answer answer = {0};

	answer.code = err_set(&answer.err, -ENOMEM, "there is not enough memory");
	take_away();
	tell(&answer);
	_exit(1);
}

static int prepare(struct err *err)
{
	const struct keeper_task *task = kept.task;
	const int keep[] = {kept.socket, task->parent, task->input};
	int r = confine_descriptors(keep, 3);

	if (r < 0)
		return err_set(err, r, "cannot close what is not needed: %s", err_words(r));
	(void)umask(022);
	return become_nobody(task->is_nobodys, err);
}

static int make_directory(struct err *err)
{
	const struct keeper_task *task = kept.task;
	struct arena *arena = arena_new();
	int fd;

	if (mkdirat(task->parent, task->name, 0700) < 0)
		return err_set(err, err_errno(), "cannot make the directory '%s': %s", task->name,
			       err_words(errno));
	kept.has_directory = true;
	fd = openat(task->parent, task->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	new_tree_start(&kept.tree, arena, fd, task->most, kept.socket);
	return fd < 0 ? err_set(err, err_errno(), "cannot open the directory '%s': %s", task->name,
				err_words(errno))
		      : 0;
}

/* What filling a directory and taking it away ask of the kernel. */
static const struct call_rule calls[] = {
    CALL(openat, 1),   CALL(openat2, 1),   CALL(close, 1),      CALL(read, 1),
    CALL(lseek, 1),    CALL(write, 1),     CALL(fstat, 1),      CALL(newfstatat, 1),
    CALL(mkdirat, 1),  CALL(symlinkat, 1), CALL(readlinkat, 1), CALL(unlinkat, 1),
    CALL(fchmodat, 1), CALL(utimensat, 1), CALL(poll, 1),       CALL(ppoll, 1),
    CALL(sendto, 1),   CALL(recvfrom, 1),  CALLS_OF_ANY(1),
};

static int confine(const void *unused)
{
	int files = confine_tree(kept.tree.dir, kept.task->parent);
	int filter = call_filter_load(calls, sizeof(calls) / sizeof(calls[0]), 1);

	(void)unused;
	return files < 0 ? files : filter;
}

static _Noreturn void run(const struct keeper_task *task, int socket)
{
	struct answer answer = {0};
	char word;

	kept.task = task;
	kept.socket = socket;
	/* Its parent decides. When that ends, the socket closes, and this process ends. */
	signals_leave_to_parent();
	arena_on_exhaustion(give_up);
	answer.code = prepare(&answer.err);
	if (answer.code == 0)
		answer.code = make_directory(&answer.err);
	/* A second lock, which not every kernel has: the first is another user. */
	if (answer.code == 0 && call_filter_outlive(confine, NULL) == 0)
		(void)confine(NULL);
	if (answer.code == 0)
		answer.code = task->fill(task->input, &kept.tree, &answer.err);
	if (answer.code < 0)
		take_away();
	tell(&answer);
	if (answer.code < 0)
		_exit(0);
	if (recv(socket, &word, sizeof(word), 0) != sizeof(word)) {
		take_away();
		_exit(0);
	}
	answer.code = fchmodat(task->parent, task->name, 0755, 0) < 0 ? err_errno() : 0;
	tell(&answer);
	_exit(0);
}

/* In the parent ------------------------------------------------------------------------------- */

static void wait_for(struct keeper *keeper)
{
	if (keeper->fd >= 0)
		(void)close(keeper->fd);
	while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*keeper = (struct keeper){.fd = -1};
}

static int hear(const struct keeper *keeper, struct answer *ret)
{
	ssize_t got;

	do
		got = recv(keeper->fd, ret, sizeof(*ret), 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(*ret)
		   ? 0
		   : err_set(&ret->err, -ECHILD, "the process that unpacks has ended too early");
}

int keeper_start(const struct keeper_task *task, struct keeper *ret, struct err *err)
{
	struct answer answer = {0};
	struct keeper keeper;
	int fds[2], r;

	*ret = (struct keeper){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_set(err, err_errno(), "cannot make a socket: %s", err_words(errno));
	keeper = (struct keeper){.pid = fork(), .fd = fds[0]};
	if (keeper.pid == 0)
		run(task, fds[1]);
	r = keeper.pid < 0 ? err_errno() : 0;
	(void)close(fds[1]);
	if (r < 0) {
		(void)close(fds[0]);
		return err_set(err, r, "cannot start a process: %s", err_words(r));
	}
	r = hear(&keeper, &answer);
	if (r == 0)
		r = answer.code;
	if (r < 0) {
		wait_for(&keeper);
		return err_set(err, r, "%s", answer.err.text);
	}
	*ret = keeper;
	return 0;
}

int keeper_leave(struct keeper *keeper, struct err *err)
{
	struct answer answer = {0};
	int r = send(keeper->fd, "", 1, MSG_NOSIGNAL) != 1 ? -ECHILD : hear(keeper, &answer);

	if (r == 0)
		r = answer.code;
	wait_for(keeper);
	return r < 0 ? err_set(err, r, "cannot open the directory to others: %s", err_words(r)) : 0;
}

void keeper_stop(struct keeper *keeper)
{
	if (keeper->pid > 0)
		wait_for(keeper);
}
