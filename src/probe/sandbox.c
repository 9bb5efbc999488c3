/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox of the process that measures. Whatever is not listed here answers ENOSYS, as on a
 * kernel that does not have it: libc and the engines know that answer and take another way, so a
 * libc that asks for something new costs no measurement.
 */
#include "probe/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

struct call {
	int number;
	unsigned use;
};

/* The engine `threads` has no line of its own: appends use the same calls. */
static const struct call calls[] = {
    /* Files. */
    {SCMP_SYS(pread64), JOBS},
    {SCMP_SYS(pwrite64), JOBS},
    {SCMP_SYS(fdatasync), JOBS},
    {SCMP_SYS(openat), JOBS},
    {SCMP_SYS(unlinkat), JOBS},
    {SCMP_SYS(close), JOBS},
    {SCMP_SYS(ftruncate), JOBS},
    {SCMP_SYS(fallocate), JOBS},
    {SCMP_SYS(fstat), JOBS},
    {SCMP_SYS(newfstatat), PREPARES},
    {SCMP_SYS(statx), PREPARES},
    {SCMP_SYS(getdents64), PREPARES},
    {SCMP_SYS(flock), PREPARES},
    {SCMP_SYS(preadv2), PREPARES},
    {SCMP_SYS(pwritev2), PREPARES},
    {SCMP_SYS(mincore), PREPARES},
    {SYS_cachestat, PREPARES},
    /* Memory; mmap and mprotect are below. */
    {SCMP_SYS(munmap), JOBS},
    {SCMP_SYS(mremap), JOBS},
    {SCMP_SYS(madvise), JOBS},
    {SCMP_SYS(brk), JOBS},
    {SCMP_SYS(mbind), JOBS},
    {SCMP_SYS(move_pages), JOBS},
    {SCMP_SYS(get_mempolicy), JOBS},
    /* Threads. */
    {SCMP_SYS(futex), JOBS},
    {SCMP_SYS(set_robust_list), JOBS},
    {SCMP_SYS(rseq), JOBS},
    {SCMP_SYS(rt_sigaction), JOBS},
    {SCMP_SYS(rt_sigprocmask), JOBS},
    {SCMP_SYS(rt_sigreturn), JOBS},
    {SCMP_SYS(restart_syscall), JOBS},
    {SCMP_SYS(sched_yield), JOBS},
    {SCMP_SYS(sched_getaffinity), JOBS},
    {SCMP_SYS(exit), JOBS},
    {SCMP_SYS(exit_group), JOBS},
    /* Time; libc asks for it by a system call where there is no vDSO. */
    {SCMP_SYS(clock_gettime), JOBS},
    {SCMP_SYS(clock_nanosleep), JOBS},
    {SCMP_SYS(getrusage), JOBS},
    /* Processes. */
    {SCMP_SYS(wait4), PREPARES},
    {SCMP_SYS(getpid), PREPARES},
    {SCMP_SYS(getppid), PREPARES},
    /* The next filter. */
    {SCMP_SYS(seccomp), PREPARES},
    {SCMP_SYS(landlock_create_ruleset), PREPARES},
    {SCMP_SYS(landlock_add_rule), PREPARES},
    {SCMP_SYS(landlock_restrict_self), PREPARES},
    /* Engines. */
    {SCMP_SYS(io_uring_setup), URING},
    {SCMP_SYS(io_uring_enter), URING},
    {SCMP_SYS(io_uring_register), URING},
    {SCMP_SYS(io_setup), AIO | PREPARES},
    {SCMP_SYS(io_submit), AIO | PREPARES},
    {SCMP_SYS(io_getevents), AIO | PREPARES},
    {SCMP_SYS(io_destroy), AIO | PREPARES},
#ifdef __SANITIZE_ADDRESS__
    {SCMP_SYS(gettid), JOBS},
    {SCMP_SYS(sigaltstack), JOBS},
    {SCMP_SYS(readlink), JOBS},
    {SCMP_SYS(write), JOBS},
#endif
};

/* A call that is allowed only if one argument, masked, is this value. */
struct condition {
	int number;
	unsigned use, argument;
	uint64_t mask, value;
};

/* Of clone3 the kernel shows a filter no flags, so it is not there, and libc takes clone. */
static const struct condition conditions[] = {
    {SCMP_SYS(mmap), JOBS, 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), JOBS, 2, PROT_EXEC, 0},
    {SCMP_SYS(fcntl), JOBS, 1, ~UINT64_C(0), F_GETFL},
    {SCMP_SYS(fcntl), JOBS, 1, ~UINT64_C(0), F_SETFL},
    {SCMP_SYS(fcntl), PREPARES, 1, ~UINT64_C(0), F_SETFD},
    {SCMP_SYS(fcntl), PREPARES, 1, ~UINT64_C(0), F_GETLK},
    {SCMP_SYS(clone), JOBS, 0, CLONE_VM | CLONE_THREAD | CLONE_NEWUSER, CLONE_VM | CLONE_THREAD},
    {SCMP_SYS(clone), PREPARES, 0, CLONE_THREAD | CLONE_NEWUSER, 0},
    {SCMP_SYS(kill), PREPARES, 1, ~UINT64_C(0), SIGKILL},
    {SCMP_SYS(prctl), PREPARES, 0, ~UINT64_C(0), PR_SET_PDEATHSIG},
    {SCMP_SYS(prctl), PREPARES, 0, ~UINT64_C(0), PR_SET_NO_NEW_PRIVS},
    {SCMP_SYS(prctl), PREPARES, 0, ~UINT64_C(0), PR_SET_SECCOMP},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int add_rules(scmp_filter_ctx filter, unsigned uses)
{
	int r = 0;

	for (size_t i = 0; i < COUNT(calls) && r == 0; i++) {
		if (calls[i].use & uses)
			r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i].number, 0);
	}
	for (size_t i = 0; i < COUNT(conditions) && r == 0; i++) {
		const struct condition *one = &conditions[i];
		const struct scmp_arg_cmp compare =
		    SCMP_CMP64(one->argument, SCMP_CMP_MASKED_EQ, one->mask, one->value);

		if (one->use & uses)
			r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, one->number, 1,
						   &compare);
	}
	return r;
}

/*
 * Filters this thread's calls for good; it is the only one by then. A call in the numbers of
 * another architecture ends the process. Kernels before 5.16 slow a filtered process down (they
 * switch speculation past stores off), which would falsify the figures, so that is declined. Where
 * one of the attributes is unknown the filter holds without it.
 */
static int filter_calls(unsigned uses)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int r;

	if (!filter)
		return -ENOMEM;
	(void)seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	r = add_rules(filter, uses);
	errno = 0;
	/* Of the kernel's errors the library knows only some by name. */
	if (r == 0 && seccomp_load(filter) < 0)
		r = errno ? -errno : -ECANCELED;
	seccomp_release(filter);
	return r;
}

/* One part of the sandbox. */
struct part {
	unsigned uses;        /* system calls; 0: a part of files */
	int directory;        /* a part of files: this directory */
	const char *readable; /* and reading below this one; NULL */
};

static int do_part(const struct part *part)
{
	return part->uses ? filter_calls(part->uses)
			  : confine_files(part->directory, part->readable);
}

/* 0 if a process outlives it; -EPERM if not, since a filter around us may answer with a signal.
 * Another error: that could not be tried. */
static int outlive(const struct part *part)
{
	int status = 0;
	pid_t parent = getpid(), child = fork();

	if (child == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
			_exit(1);
		(void)do_part(part);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, WUNTRACED) != child)
		return err_errno();
	if (WIFSTOPPED(status)) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	return WIFEXITED(status) ? 0 : -EPERM;
}

static void try_part(const struct part *part, enum tri *ret_held, int *ret_error)
{
	bool is_fatal = outlive(part) == -EPERM;

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
