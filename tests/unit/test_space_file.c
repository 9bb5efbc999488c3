/* SPDX-License-Identifier: Apache-2.0 */
/* A file that only takes space, in another user's directory: made, named and removed, or why not.
 */
#define SPACE_FILE_LIMIT_MS patience_ms
#define SPACE_FILE_END_MS   end_patience_ms
/* Of what does not hang, on however busy a machine. */
static unsigned patience_ms = 60000, end_patience_ms = 60000;
#include "sys/space_file.c"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/text.h"
#include "own_mounts.h"
#include "refuse.h"
#include "run_suite.h"
#include "tree.h"

enum { owner = 101, group = 102, kib = 1024 };

static char place[] = "/tmp/thintune-space-XXXXXX";

/* A directory of somebody else on a file system of its own; -1: not for this user. */
static int open_place(const char *type, const char *options)
{
	int dir;

	ck_assert_ptr_nonnull(mkdtemp(place));
	if (!own_mounts(CLONE_NEWIPC) || mount("none", place, type, 0, options) < 0)
		return -1;
	ck_assert_int_eq(chown(place, owner, group), 0);
	ck_assert_int_eq(chmod(place, 0750), 0);
	dir = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(dir, 0);
	return dir;
}

static void close_place(int dir)
{
	if (dir >= 0)
		ck_assert_int_eq(close(dir), 0);
	(void)umount2(place, MNT_DETACH);
	ck_assert_int_eq(rmdir(place), 0);
}

static bool is_there(int dir, const char *name)
{
	struct space_seen seen;

	ck_assert_int_eq(space_file_look(dir, name, &seen), 0);
	return seen.exists;
}

START_TEST(made_named_and_removed)
{
	int dir = open_place("tmpfs", "size=1m");
	unsigned descriptors = tree_descriptors();
	struct space_maker maker;
	struct space_seen made, seen;
	struct err err = {0};
	struct stat st;

	if (dir >= 0) {
		ck_assert_int_eq(space_file_make(dir, 256 * kib, &maker, &made, &err), 0);
		ck_assert(!is_there(dir, "ballast"));
		ck_assert_int_eq(space_file_name(&maker, "ballast"), 0);
		ck_assert_int_eq(space_file_look(dir, "ballast", &seen), 0);
		ck_assert(seen.is_file && seen.is_whole && seen.is_owners);
		ck_assert_uint_eq(seen.bytes, 256 * kib);
		ck_assert_uint_eq(seen.inode, made.inode);
		ck_assert_int_eq(fstatat(dir, "ballast", &st, AT_SYMLINK_NOFOLLOW), 0);
		ck_assert_uint_eq(st.st_uid, owner);
		ck_assert_uint_eq(st.st_gid, group);
		ck_assert_uint_eq(st.st_mode & 07777, 0600);
		ck_assert_uint_eq(st.st_blocks * 512, 256 * kib);
		/* What it is not is not removed. */
		made.changed_ns ^= 1;
		ck_assert_int_eq(space_file_take(dir, "ballast", &made, &err), -ESTALE);
		ck_assert(is_there(dir, "ballast"));
		ck_assert_int_eq(space_file_take(dir, "ballast", &seen, &err), 0);
		ck_assert(!is_there(dir, "ballast"));
		ck_assert_uint_eq(tree_descriptors(), descriptors);
	}
	close_place(dir);
}
END_TEST

START_TEST(what_is_there_stays)
{
	int dir = open_place("tmpfs", "size=1m");
	struct space_maker maker;
	struct space_seen made, seen;
	struct err err = {0};

	if (dir >= 0) {
		ck_assert_int_eq(symlinkat("/etc/passwd", dir, "ballast"), 0);
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &made, &err), 0);
		ck_assert_int_eq(space_file_name(&maker, "ballast"), -EEXIST);
		ck_assert_int_eq(space_file_look(dir, "ballast", &seen), 0);
		ck_assert(seen.exists && !seen.is_file);
		/* A second name makes it somebody's. */
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &made, &err), 0);
		ck_assert_int_eq(space_file_name(&maker, "other"), 0);
		ck_assert_int_eq(linkat(dir, "other", dir, "third", 0), 0);
		ck_assert_int_eq(space_file_look(dir, "other", &seen), 0);
		ck_assert(!seen.is_file);
	}
	close_place(dir);
}
END_TEST

START_TEST(without_a_name_nothing_stays)
{
	int dir = open_place("tmpfs", "size=1m");
	struct space_maker maker;
	struct space_seen made;
	struct err err = {0};

	if (dir >= 0) {
		/* Three quarters of the room: a second one fits only if the first has gone. */
		for (unsigned i = 0; i < 2; i++) {
			ck_assert_int_eq(space_file_make(dir, 768 * kib, &maker, &made, &err), 0);
			space_file_drop(&maker);
			space_file_drop(&maker);
		}
		ck_assert_int_eq(space_file_make(dir, 2048 * kib, &maker, &made, &err), -ENOSPC);
		ck_assert_str_eq(err.text, "cannot allocate its space: No space left on device");
		ck_assert_int_eq(maker.pid, -1);
		/* Somebody kills the process that holds it. */
		ck_assert_int_eq(space_file_make(dir, 768 * kib, &maker, &made, &err), 0);
		ck_assert_int_eq(kill(maker.pid, SIGKILL), 0);
		ck_assert_int_eq(space_file_name(&maker, "ballast"), -ECHILD);
		ck_assert(!is_there(dir, "ballast"));
		ck_assert_int_eq(space_file_make(dir, 768 * kib, &maker, &made, &err), 0);
		space_file_drop(&maker);
	}
	close_place(dir);
}
END_TEST

START_TEST(a_file_system_that_allocates_nothing)
{
	int dir = open_place("ramfs", NULL);
	struct space_maker maker;
	struct space_seen made;
	struct err err = {0};

	if (dir >= 0) {
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &made, &err), -EOPNOTSUPP);
		ck_assert_ptr_nonnull(strstr(err.text, "a sparse file would keep none free"));
	}
	close_place(dir);
}
END_TEST

START_TEST(a_file_system_that_names_every_file)
{
	int dir = open_place("mqueue", NULL);
	struct space_maker maker;
	struct space_seen made;
	struct err err = {0};

	if (dir >= 0) {
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &made, &err), -EOPNOTSUPP);
		ck_assert_ptr_nonnull(strstr(err.text, "knows no files without a name"));
	}
	close_place(dir);
}
END_TEST

/* With its own rights it would act for whoever owns the directory. */
START_TEST(who_cannot_become_the_owner_does_nothing)
{
	int dir = open_place("tmpfs", "size=1m,mode=777");
	struct space_seen seen = {0};
	struct space_maker maker;
	struct err err = {0};

	if (dir >= 0) {
		ck_assert_int_eq(chmod(place, 0777), 0);
		ck_assert_int_eq(symlinkat("x", dir, "ballast"), 0);
		ck_assert_int_eq(space_file_look(dir, "ballast", &seen), 0);
		refuse_syscall(SYS_setresuid, EPERM);
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &seen, &err), -EPERM);
		ck_assert_str_eq(err.text, "cannot act as the owner 101:102 of the directory: that "
					   "takes CAP_SETUID and CAP_SETGID");
		ck_assert_int_eq(space_file_take(dir, "ballast", &seen, &err), -EPERM);
		ck_assert(is_there(dir, "ballast"));
	}
	close_place(dir);
}
END_TEST

START_TEST(who_may_act)
{
	static const uint64_t both = UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID;
	int dir = open_place("tmpfs", "size=1m");

	if (dir >= 0) {
		ck_assert_int_eq(space_file_may_act(dir, both), 0);
		ck_assert_int_eq(space_file_may_act(dir, UINT64_C(1) << CAP_SETUID), -EPERM);
		ck_assert_int_eq(space_file_may_act(dir, UINT64_C(1) << CAP_SETGID), -EPERM);
		ck_assert_int_eq(seteuid(owner), 0);
		ck_assert_int_eq(space_file_may_act(dir, 0), 0);
		ck_assert_int_eq(seteuid(0), 0);
		ck_assert_int_eq(seteuid(65534), 0);
		ck_assert_int_eq(space_file_may_act(dir, both), -EACCES);
		ck_assert_int_eq(seteuid(0), 0);
	}
	close_place(dir);
}
END_TEST

static void stop(int number)
{
	(void)number;
	(void)kill(getpid(), SIGSTOP);
}

/* As the directory's owner may do with a process of his. */
static void stop_whoever_calls(unsigned number)
{
	ck_assert_ptr_ne(signal(SIGSYS, stop), SIG_ERR);
	answer_syscall(number, SECCOMP_RET_TRAP);
}

START_TEST(who_is_stopped_is_not_waited_for)
{
	int dir = open_place("tmpfs", "size=1m");
	struct space_maker maker;
	struct space_seen seen;
	struct err err = {0};

	if (dir >= 0) {
		stop_whoever_calls(_i ? SYS_linkat : SYS_fallocate);
		if (_i == 1)
			ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &seen, &err), 0);
		patience_ms = 1;
		if (_i == 1) {
			ck_assert_int_eq(space_file_name(&maker, "ballast"), -ETIMEDOUT);
		} else {
			ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &seen, &err),
					 -ETIMEDOUT);
			ck_assert_str_eq(err.text, space_file_words(-ETIMEDOUT));
		}
		/* It was ended, stopped as it was. */
		ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
		ck_assert(!is_there(dir, "ballast"));
	}
	close_place(dir);
}
END_TEST

static _Noreturn void take_stopped(int dir)
{
	struct space_seen seen;
	struct err err = {0};
	int r = space_file_look(dir, "other", &seen);

	stop_whoever_calls(SYS_unlinkat);
	patience_ms = 1;
	if (r == 0)
		r = space_file_take(dir, "other", &seen, &err);
	_exit(r == -ETIMEDOUT && text_equal(err.text, space_file_words(r)) &&
	      waitpid(-1, NULL, WNOHANG) < 0);
}

/* In a process of its own: on arm64 rmdir(), by which the test cleans up, is unlinkat as well. */
START_TEST(who_is_stopped_takes_nothing)
{
	int dir = open_place("tmpfs", "size=1m"), status = 0;
	pid_t taker;

	if (dir >= 0) {
		ck_assert_int_eq(symlinkat("x", dir, "other"), 0);
		taker = fork();
		if (taker == 0)
			take_stopped(dir);
		ck_assert_int_eq(waitpid(taker, &status, 0), taker);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
		ck_assert(is_there(dir, "other"));
	}
	close_place(dir);
}
END_TEST

/* As one that hangs in the disk; here, because its leash is still held. */
START_TEST(who_cannot_be_ended_may_give_the_name_yet)
{
	int dir = open_place("tmpfs", "size=1m"), leash;
	struct space_maker maker;
	struct space_seen seen;
	struct err err = {0};

	if (dir >= 0) {
		stop_whoever_calls(SYS_linkat);
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &seen, &err), 0);
		leash = dup(maker.leash);
		patience_ms = end_patience_ms = 1;
		ck_assert_int_eq(space_file_name(&maker, "ballast"), -EINPROGRESS);
		ck_assert_int_eq(close(leash), 0);
		ck_assert_int_gt(waitpid(-1, NULL, 0), 0);
	}
	close_place(dir);
}
END_TEST

START_TEST(a_signal_ends_the_making)
{
	int dir = open_place("tmpfs", "size=1m");
	struct space_maker maker;
	struct space_seen seen;
	struct err err = {0};

	if (dir >= 0) {
		stop_whoever_calls(SYS_fallocate);
		signals_catch();
		ck_assert_int_eq(raise(SIGTERM), 0);
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &seen, &err), -EINTR);
		ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	}
	close_place(dir);
}
END_TEST

/* Whoever has taken the process over may say anything. */
START_TEST(what_it_answers_is_checked)
{
	static const int codes[] = {1, -EIO, 0}, expected[] = {-ECHILD, -EIO, 0};
	struct question question = {0};
	struct answer answer = {.code = codes[_i]};
	struct space_maker maker = {.pid = -1, .leash = -1};
	int sockets[2];

	(void)memset(answer.err.text, 'x', sizeof(answer.err.text));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	maker.fd = sockets[0];
	ck_assert_int_eq(send(sockets[1], &answer, sizeof(answer), 0), sizeof(answer));
	ck_assert_int_eq(ask(&maker, &question, &answer), expected[_i]);
	ck_assert_uint_eq(strnlen(answer.err.text, sizeof(answer.err.text)),
			  sizeof(answer.err.text) - 1);
	ck_assert_int_eq(send(sockets[1], &answer, sizeof(answer) - 1, 0), sizeof(answer) - 1);
	ck_assert_int_eq(ask(&maker, &question, &answer), -ECHILD);
	space_file_drop(&maker);
	ck_assert_int_eq(close(sockets[1]), 0);
}
END_TEST

/* A file gets the group of the process, unless the directory says otherwise. */
START_TEST(a_group_that_the_owner_is_not_of)
{
	int dir = open_place("tmpfs", "size=1m");
	struct space_maker maker;
	struct space_seen seen;
	struct err err = {0};

	if (dir >= 0) {
		ck_assert_int_eq(chown(place, 0, group), 0);
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &seen, &err), -EPERM);
		ck_assert_str_eq(err.text,
				 "it would not be of the directory's owner and group: give the "
				 "directory the set-group-ID bit, or make it by hand");
		ck_assert_int_eq(chmod(place, 02750), 0);
		ck_assert_int_eq(space_file_make(dir, 4 * kib, &maker, &seen, &err), 0);
		ck_assert(seen.is_owners);
		ck_assert_int_eq(space_file_name(&maker, "ballast"), 0);
	}
	close_place(dir);
}
END_TEST

static void prepare(TCase *tests)
{
	tcase_add_loop_test(tests, who_is_stopped_is_not_waited_for, 0, 2);
	tcase_add_loop_test(tests, what_it_answers_is_checked, 0, 3);
}

RUN_SUITE_OF_MOUNTS(CLONE_NEWIPC, "space-file", prepare, made_named_and_removed,
		    what_is_there_stays, without_a_name_nothing_stays,
		    a_file_system_that_allocates_nothing, a_file_system_that_names_every_file,
		    who_cannot_become_the_owner_does_nothing, who_may_act,
		    who_is_stopped_takes_nothing, who_cannot_be_ended_may_give_the_name_yet,
		    a_signal_ends_the_making, a_group_that_the_owner_is_not_of)
