/* SPDX-License-Identifier: Apache-2.0 */
/* The child of the probe becomes the owner of the directory for good, or says why it cannot. */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "refuse.h"
#include "run_suite.h"
#include "sys/become.h"

enum { nobody = 65534 };

static int become(int leash, struct err *err)
{
	return become_user(nobody, nobody, leash, err);
}

/* A sanitizer looks at the process when it ends. */
static void be_seen_again(void)
{
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1), 0);
}

START_TEST(the_owner_without_other_rights)
{
	struct err err = {0};
	gid_t groups[] = {7, 8};
	int leash[2];

	if (getuid() != 0)
		return;
	ck_assert_int_eq(setgroups(2, groups), 0);
	ck_assert_int_eq(pipe(leash), 0);
	ck_assert_int_eq(become(leash[0], &err), 0);
	ck_assert_uint_eq(getuid(), nobody);
	ck_assert_uint_eq(geteuid(), nobody);
	ck_assert_uint_eq(getgid(), nobody);
	ck_assert_int_eq(getgroups(2, groups), 0);
	/* For good, and nobody may look. */
	ck_assert_int_lt(setuid(0), 0);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
	be_seen_again();
}
END_TEST

START_TEST(it_ends_with_its_caller)
{
	struct err err = {0};
	int leash[2], ready[2], status;
	char byte;
	pid_t child;

	ck_assert_int_eq(pipe(leash), 0);
	ck_assert_int_eq(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		(void)close(leash[1]);
		if (become(leash[0], &err) < 0 || write(ready[1], "", 1) != 1)
			_exit(2);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	(void)close(leash[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

START_TEST(a_caller_that_is_gone_already)
{
	struct err err = {0};
	int leash[2], status;
	pid_t child;

	ck_assert_int_eq(pipe(leash), 0);
	(void)close(leash[1]);
	child = fork();
	if (child == 0)
		_exit(become(leash[0], &err) < 0 ? 2 : 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}
END_TEST

/* In a child that ends without a sanitizer's look, which half a change of user does not allow. */
static bool child_fails(int leash, bool traceable, int code, const char *why)
{
	struct err err = {0};
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (traceable)
			refuse_syscall(SYS_prctl, EPERM);
		_exit(become(leash, &err) == code && strcmp(err.text, why) == 0 ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status == 0;
}

START_TEST(without_a_leash_it_does_not_go)
{
	ck_assert(child_fails(-1, false, -EBADF,
			      "cannot bind this process to its caller: Bad file descriptor"));
}
END_TEST

START_TEST(without_the_right_to_change_it_stays_who_it_is)
{
	struct err err = {0};
	int leash[2];
	uid_t before = getuid();

	ck_assert_int_eq(pipe(leash), 0);
	refuse_syscall(SYS_setresuid, EPERM);
	ck_assert_int_eq(become(leash[0], &err), 0);
	ck_assert_uint_eq(getuid(), before);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
	be_seen_again();
}
END_TEST

START_TEST(an_owner_that_nobody_can_be)
{
	struct err err = {0};
	int leash[2];

	if (getuid() != 0)
		return;
	ck_assert_int_eq(pipe(leash), 0);
	refuse_syscall(SYS_setresgid, EINVAL);
	ck_assert_int_eq(become(leash[0], &err), -EINVAL);
	ck_assert_str_eq(err.text, "cannot become the owner 65534:65534: Invalid argument");
}
END_TEST

START_TEST(others_could_trace_it)
{
	int leash[2];

	ck_assert_int_eq(pipe(leash), 0);
	ck_assert(
	    child_fails(leash[0], true, -EPERM, "cannot keep other processes out of this one"));
}
END_TEST

RUN_SUITE("become", the_owner_without_other_rights, it_ends_with_its_caller,
	  a_caller_that_is_gone_already, without_a_leash_it_does_not_go,
	  without_the_right_to_change_it_stays_who_it_is, an_owner_that_nobody_can_be,
	  others_could_trace_it)
