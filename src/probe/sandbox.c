/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox of the process that measures. The engines know the answer ENOSYS, and take another
 * way. */
#include "probe/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/call_filter.h"
#include "sys/confine.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* What a system call is for. */
enum {
	JOBS = 1,     /* any job, with any engine */
	PREPARES = 2, /* proofs, and trials of the engines in processes of their own */
	URING = 4,
	AIO = 8,
};

#define EXACTLY (~UINT64_C(0))

/* Of clone3 the kernel shows a filter no flags, so it is not there, and libc takes clone. */
static const struct call_rule rules[] = {
    /* Files. */
    CALL(pread64, JOBS),
    CALL(pwrite64, JOBS),
    CALL(fdatasync, JOBS),
    CALL(openat, JOBS),
    CALL(unlinkat, JOBS),
    CALL(close, JOBS),
    CALL(ftruncate, JOBS),
    CALL(fallocate, JOBS),
    CALL(fstat, JOBS),
    CALL(newfstatat, PREPARES),
    CALL(statx, PREPARES),
    CALL(getdents64, PREPARES),
    CALL(flock, PREPARES),
    CALL(preadv2, PREPARES),
    CALL(pwritev2, PREPARES),
    CALL(mincore, PREPARES),
    {.number = SYS_cachestat, .use = PREPARES},
    /* Memory; mmap and mprotect are below. */
    CALL(munmap, JOBS),
    CALL(mremap, JOBS),
    CALL(madvise, JOBS),
    CALL(brk, JOBS),
    CALL(mbind, JOBS),
    CALL(move_pages, JOBS),
    CALL(get_mempolicy, JOBS),
    /* Threads. */
    CALL(futex, JOBS),
    CALL(set_robust_list, JOBS),
    CALL(rseq, JOBS),
    CALL(rt_sigaction, JOBS),
    CALL(rt_sigprocmask, JOBS),
    CALL(rt_sigreturn, JOBS),
    CALL(restart_syscall, JOBS),
    CALL(sched_yield, JOBS),
    CALL(sched_getaffinity, JOBS),
    CALL(exit, JOBS),
    CALL(exit_group, JOBS),
    /* Time; libc asks for it by a system call where there is no vDSO. */
    CALL(clock_gettime, JOBS),
    CALL(clock_nanosleep, JOBS),
    CALL(getrusage, JOBS),
    /* Processes. */
    CALL(wait4, PREPARES),
    CALL(getpid, PREPARES),
    CALL(getppid, PREPARES),
    /* The next filter. */
    CALL(seccomp, PREPARES),
    CALL(landlock_create_ruleset, PREPARES),
    CALL(landlock_add_rule, PREPARES),
    CALL(landlock_restrict_self, PREPARES),
    /* Engines. */
    CALL(io_uring_setup, URING),
    CALL(io_uring_enter, URING),
    CALL(io_uring_register, URING),
    CALL(io_setup, AIO | PREPARES),
    CALL(io_submit, AIO | PREPARES),
    CALL(io_getevents, AIO | PREPARES),
    CALL(io_destroy, AIO | PREPARES),
#ifdef __SANITIZE_ADDRESS__
    CALL(gettid, JOBS),
    CALL(sigaltstack, JOBS),
    CALL(readlink, JOBS),
    CALL(write, JOBS),
#endif
    /* Only with these arguments. */
    CALL_IF(mmap, JOBS, 2, PROT_EXEC, 0),
    CALL_IF(mprotect, JOBS, 2, PROT_EXEC, 0),
    CALL_IF(fcntl, JOBS, 1, EXACTLY, F_GETFL),
    CALL_IF(fcntl, JOBS, 1, EXACTLY, F_SETFL),
    CALL_IF(fcntl, PREPARES, 1, EXACTLY, F_SETFD),
    CALL_IF(fcntl, PREPARES, 1, EXACTLY, F_GETLK),
    CALL_IF(clone, JOBS, 0, CLONE_VM | CLONE_THREAD | CLONE_NEWUSER, CLONE_VM | CLONE_THREAD),
    CALL_IF(clone, PREPARES, 0, CLONE_THREAD | CLONE_NEWUSER, 0),
    /* Of the thread that calls, and of no other. */
    CALL_IF(sched_setaffinity, JOBS, 0, EXACTLY, 0),
    CALL_IF(kill, PREPARES, 1, EXACTLY, SIGKILL),
    CALL_IF(prctl, PREPARES, 0, EXACTLY, PR_SET_PDEATHSIG),
    CALL_IF(prctl, PREPARES, 0, EXACTLY, PR_SET_NO_NEW_PRIVS),
    CALL_IF(prctl, PREPARES, 0, EXACTLY, PR_SET_SECCOMP),
};

/* One part of the sandbox. */
struct part {
	unsigned uses;        /* system calls; 0: a part of files */
	int directory;        /* a part of files: this directory */
	const char *readable; /* and reading below this one; NULL */
};

static int do_part(const void *given)
{
	const struct part *part = given;

	return part->uses ? call_filter_load(rules, sizeof(rules) / sizeof(rules[0]), part->uses)
			  : confine_files(part->directory, part->readable);
}

static void try_part(const struct part *part, enum tri *ret_held, int *ret_error)
{
	bool is_fatal = call_filter_outlive(do_part, part) == -EPERM;

	*ret_held = is_fatal ? TRI_NO : TRI_UNKNOWN;
	*ret_error = is_fatal ? -EPERM : 0;
}

static void enter_part(const struct part *part, enum tri *held, int *error)
{
	if (*held == TRI_NO)
		return;
	*error = do_part(part);
	*held = *error < 0 ? TRI_NO : TRI_YES;
}

static struct part first_of_files(int directory)
{
	return (struct part){.directory = directory, .readable = "/proc"};
}

static const struct part first_of_calls = {.uses = JOBS | PREPARES | URING | AIO};

void sandbox_try(int directory, struct probe_sandbox *ret)
{
	const struct part files = first_of_files(directory);

	try_part(&files, &ret->files, &ret->files_error);
	try_part(&first_of_calls, &ret->calls, &ret->calls_error);
}

void sandbox_enter(int directory, struct probe_sandbox *ret)
{
	const struct part files = first_of_files(directory);

	enter_part(&files, &ret->files, &ret->files_error);
	enter_part(&first_of_calls, &ret->calls, &ret->calls_error);
}

void sandbox_narrow(int directory, const struct engine *engine, struct probe_sandbox *ret)
{
	const struct part files = {.directory = directory};
	struct part filter = {.uses = JOBS};

	if (engine == &engine_uring || engine == &engine_uring_plain)
		filter.uses |= URING;
	if (engine == &engine_aio)
		filter.uses |= AIO;
	enter_part(&files, &ret->files, &ret->files_error);
	enter_part(&filter, &ret->calls, &ret->calls_error);
}
