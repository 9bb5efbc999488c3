/* SPDX-License-Identifier: Apache-2.0 */
/* Makes and removes a file of allocated space as the owner of its directory. */
#include "sys/space_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/become.h"
#include "sys/confine.h"
#include "sys/fd.h"
#include "sys/signals.h"

/* For what takes no time on a disk that answers, and to see the end of a process. */
#ifndef SPACE_FILE_LIMIT_MS
#define SPACE_FILE_LIMIT_MS 30000
#endif
#ifndef SPACE_FILE_END_MS
#define SPACE_FILE_END_MS 1500
#endif

enum {
	NAME_ROOM = 64,
	LOOK_MS = 100,
	/* XFS, ext4 and btrfs write only where the space is; tmpfs clears each page of it
	 * (mm/shmem.c, shmem_fallocate()), at more than 1 GiB a second. This is far less. */
	BYTES_PER_MS = 32 * 1024,
};

/* What the child is to do: the first question makes or takes, the second gives the name. */
struct question {
	bool takes;
	uint64_t bytes;
	struct space_seen seen;
	char name[NAME_ROOM];
};

struct answer {
	int code;
	struct space_seen seen;
	struct err err;
};

/* Looking ------------------------------------------------------------------------------------- */

/* What has the name at `at`; dir: whose owner it should have. */
static int look_at(int dir, int at, const char *name, int flags, struct space_seen *ret)
{
	struct statx st;
	struct stat owner;

	*ret = (struct space_seen){0};
	if (fstat(dir, &owner) < 0)
		return err_errno();
	if (statx(at, name, flags, STATX_BASIC_STATS | STATX_BTIME, &st) < 0)
		return errno == ENOENT ? 0 : err_errno();
	*ret = (struct space_seen){
	    .exists = true,
	    .is_file = S_ISREG(st.stx_mode) && st.stx_nlink <= 1, /* 0: it has no name yet */
	    .is_owners = st.stx_uid == owner.st_uid && st.stx_gid == owner.st_gid,
	    .is_whole = st.stx_blocks * 512 >= st.stx_size,
	    .bytes = st.stx_size,
	    .inode = st.stx_ino,
	    .changed_s = st.stx_mtime.tv_sec,
	    .changed_ns = st.stx_mtime.tv_nsec,
	};
	if (st.stx_mask & STATX_BTIME) {
		ret->born_s = st.stx_btime.tv_sec;
		ret->born_ns = st.stx_btime.tv_nsec;
	}
	return 0;
}

int space_file_look(int dir, const char *name, struct space_seen *ret)
{
	return look_at(dir, dir, name, AT_SYMLINK_NOFOLLOW, ret);
}

static bool is_same(const struct space_seen *a, const struct space_seen *b)
{
	return a->exists == b->exists && a->is_file == b->is_file && a->bytes == b->bytes &&
	       a->inode == b->inode && a->born_s == b->born_s && a->born_ns == b->born_ns &&
	       a->changed_s == b->changed_s && a->changed_ns == b->changed_ns;
}

int space_file_may_act(int dir, uint64_t capabilities)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return err_errno();
	if (st.st_uid == geteuid())
		return 0;
	if (geteuid() != 0)
		return -EACCES;
	return capabilities >> CAP_SETUID & capabilities >> CAP_SETGID & 1 ? 0 : -EPERM;
}

/* The child ----------------------------------------------------------------------------------- */

/* A process that could not become the owner would act with its own rights. */
static int become_owner(int dir, int socket, int leash, struct err *err)
{
	const int keep[] = {dir, socket, leash};
	struct stat st;
	int r = confine_descriptors(keep, 3);

	signals_leave_to_parent();
	if (r < 0)
		return err_set(err, r, "cannot close what is not needed: %s", err_words(r));
	if (fstat(dir, &st) < 0)
		return err_set(err, err_errno(), "cannot look at the directory: %s",
			       err_words(errno));
	r = become_user(st.st_uid, st.st_gid, leash, err);
	if (r == 0 && geteuid() != st.st_uid)
		r = err_set(err, -EPERM,
			    "cannot act as the owner %u:%u of the directory: that takes CAP_SETUID "
			    "and CAP_SETGID",
			    st.st_uid, st.st_gid);
	return r;
}

/* What of it is on the disk stays there whatever happens. */
static int sync_directory(int dir)
{
	_cleanup_fd_ int open = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return open < 0 || fsync(open) < 0 ? err_errno() : 0;
}

static int make(int dir, uint64_t bytes, int *ret_fd, struct answer *answer)
{
	struct err *err = &answer->err;
	int fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), r;

	*ret_fd = fd;
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		return err_set(err, -EOPNOTSUPP,
			       "the file system knows no files without a name, so that a half made "
			       "one could stay behind");
	if (fd < 0)
		return err_set(err, err_errno(), "cannot make a file in the directory: %s",
			       err_words(errno));
	if (fallocate(fd, 0, 0, (off_t)bytes) < 0)
		return errno == EOPNOTSUPP
			   ? err_set(err, -EOPNOTSUPP,
				     "the file system allocates no space ahead, and a sparse file "
				     "would keep none free")
			   : err_set(err, err_errno(), "cannot allocate its space: %s",
				     err_words(errno));
	if (fsync(fd) < 0)
		return err_set(err, err_errno(), "cannot write it to the disk: %s",
			       err_words(errno));
	r = look_at(dir, fd, "", AT_EMPTY_PATH, &answer->seen);
	if (r < 0)
		return err_set(err, r, "cannot look at it: %s", err_words(r));
	if (!answer->seen.is_whole || answer->seen.bytes != bytes)
		return err_set(err, -EOPNOTSUPP, "the file system allocated less than was asked");
	/* It would pass for somebody else's once it has its name. */
	if (!answer->seen.is_owners)
		return err_set(err, -EPERM,
			       "it would not be of the directory's owner and group: give the "
			       "directory the set-group-ID bit, or make it by hand");
	return 0;
}

/* Never over what is there. */
static int give_name(int dir, int fd, const char *name)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW) < 0)
		return err_errno();
	return sync_directory(dir);
}

static int take(int dir, const struct question *question, struct err *err)
{
	struct space_seen now;
	int r = space_file_look(dir, question->name, &now);

	if (r == 0 && !is_same(&now, &question->seen))
		r = -ESTALE;
	if (r == 0 && unlinkat(dir, question->name, 0) < 0)
		r = err_errno();
	if (r == 0)
		r = sync_directory(dir);
	return r < 0 ? err_set(err, r, "cannot remove it: %s", space_file_words(r)) : 0;
}

static void tell(int socket, const struct answer *answer)
{
	if (send(socket, answer, sizeof(*answer), MSG_NOSIGNAL) != sizeof(*answer))
		_exit(1);
}

static _Noreturn void run(int dir, int socket, int leash)
{
	struct answer answer = {0};
	struct question question;
	int fd = -1;

	answer.code = become_owner(dir, socket, leash, &answer.err);
	if (recv(socket, &question, sizeof(question), 0) != sizeof(question))
		_exit(1);
	if (answer.code == 0)
		answer.code = question.takes ? take(dir, &question, &answer.err)
					     : make(dir, question.bytes, &fd, &answer);
	tell(socket, &answer);
	/* The end of the socket says that it is to have no name. */
	if (answer.code < 0 || question.takes ||
	    recv(socket, &question, sizeof(question), 0) != sizeof(question))
		_exit(0);
	answer.code = give_name(dir, fd, question.name);
	tell(socket, &answer);
	_exit(0);
}

/* The parent ---------------------------------------------------------------------------------- */

const char *space_file_words(int code)
{
	return code == -ESTALE   ? "it has changed meanwhile"
	       : code == -ECHILD ? "the process that was to do it has ended too early"
	       : code == -ETIMEDOUT
		   ? "the process that was to do it did not end in time: somebody has stopped it, "
		     "or the disk does not answer"
	       : code == -EINPROGRESS
		   ? "the disk does not answer, and it may get its name once the disk does"
		   : err_words(code);
}

/* The leash ends it, even if it is stopped. False: it hangs in the disk, and ends with that.
 * Kernels before 5.3 have no pidfd: there its end is seen at the next look. */
static bool end(struct space_maker *maker)
{
	struct pollfd ended = {.fd = -1, .events = POLLIN};
	pid_t child = maker->pid;
	bool has_ended = child <= 0;

	if (maker->fd >= 0)
		(void)close(maker->fd);
	if (maker->leash >= 0)
		(void)close(maker->leash);
	*maker = (struct space_maker){.pid = -1, .fd = -1, .leash = -1};
	if (child > 0)
		ended.fd = (int)syscall(SYS_pidfd_open, child, 0);
	for (unsigned waited = 0; !has_ended && waited < SPACE_FILE_END_MS; waited += LOOK_MS) {
		(void)poll(&ended, 1, LOOK_MS);
		has_ended = waitpid(child, NULL, WNOHANG) != 0;
	}
	if (ended.fd >= 0)
		(void)close(ended.fd);
	return has_ended;
}

static int start(int dir, struct space_maker *ret, struct err *err)
{
	int sockets[2], leash[2], r;
	pid_t child;

	*ret = (struct space_maker){.pid = -1, .fd = -1, .leash = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_set(err, err_errno(), "cannot start a process: %s", err_words(errno));
	if (pipe2(leash, O_CLOEXEC) < 0) {
		r = err_errno();
		(void)close(sockets[0]);
		(void)close(sockets[1]);
		return err_set(err, r, "cannot start a process: %s", err_words(r));
	}
	child = fork();
	if (child == 0) {
		(void)close(leash[1]);
		(void)close(sockets[0]);
		run(dir, sockets[1], leash[0]);
	}
	r = child < 0 ? err_errno() : 0;
	(void)close(leash[0]);
	(void)close(sockets[1]);
	*ret = (struct space_maker){.pid = child, .fd = sockets[0], .leash = leash[1]};
	if (r == 0)
		return 0;
	space_file_drop(ret);
	return err_set(err, r, "cannot start a process: %s", err_words(r));
}

/* The child belongs to somebody else, who may have stopped it, and the disk may hang. With
 * heeds_signals one to this process ends the wait; it may have come right before poll(). */
static int await(const struct space_maker *maker, uint64_t limit_ms, bool heeds_signals)
{
	struct pollfd answer = {.fd = maker->fd, .events = POLLIN};

	for (uint64_t waited = 0; waited < limit_ms; waited += LOOK_MS) {
		if (poll(&answer, 1, LOOK_MS) > 0)
			return 0;
		if (heeds_signals && signals_caught())
			return -EINTR;
	}
	return -ETIMEDOUT;
}

/* -ECHILD: it has ended without an answer, or given none that it has. What is named or removed is a
 * write in hand, which a signal does not end. */
static int ask(const struct space_maker *maker, const struct question *question,
	       struct answer *answer)
{
	uint64_t limit_ms = SPACE_FILE_LIMIT_MS + question->bytes / BYTES_PER_MS;
	ssize_t got;
	int r;

	*answer = (struct answer){0};
	if (send(maker->fd, question, sizeof(*question), MSG_NOSIGNAL) != sizeof(*question))
		return -ECHILD;
	r = await(maker, limit_ms, question->bytes > 0);
	if (r < 0)
		return r;
	got = recv(maker->fd, answer, sizeof(*answer), MSG_DONTWAIT);
	answer->err.text[sizeof(answer->err.text) - 1] = '\0';
	return got == sizeof(*answer) && answer->code <= 0 ? answer->code : -ECHILD;
}

static int first(int dir, const struct question *question, struct space_maker *ret,
		 struct answer *answer, struct err *err)
{
	int r = start(dir, ret, err);

	if (r < 0)
		return r;
	r = ask(ret, question, answer);
	if (r == 0)
		return 0;
	space_file_drop(ret);
	return err_set(err, r, "%s",
		       r == answer->code && answer->err.text[0] ? answer->err.text
								: space_file_words(r));
}

int space_file_make(int dir, uint64_t bytes, struct space_maker *ret, struct space_seen *ret_seen,
		    struct err *err)
{
	const struct question question = {.bytes = bytes};
	struct answer answer;
	int r = first(dir, &question, ret, &answer, err);

	if (r == 0)
		*ret_seen = answer.seen;
	return r;
}

int space_file_name(struct space_maker *maker, const char *name)
{
	struct question question = {0};
	struct answer answer;
	int r;

	(void)snprintf(question.name, sizeof(question.name), "%s", name);
	r = ask(maker, &question, &answer);
	return end(maker) || r != -ETIMEDOUT ? r : -EINPROGRESS;
}

void space_file_drop(struct space_maker *maker)
{
	(void)end(maker);
}

int space_file_take(int dir, const char *name, const struct space_seen *seen, struct err *err)
{
	struct question question = {.takes = true, .seen = *seen};
	struct space_maker maker;
	struct answer answer;
	int r;

	(void)snprintf(question.name, sizeof(question.name), "%s", name);
	r = first(dir, &question, &maker, &answer, err);
	if (r == 0)
		space_file_drop(&maker);
	return r;
}
