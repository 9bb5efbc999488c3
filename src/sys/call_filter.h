/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process leaves itself only the system calls that its task needs (seccomp). Whatever is not
 * listed answers ENOSYS, as on a kernel that does not have it: libc knows that answer and takes
 * another way, so a libc that asks for something new breaks nothing.
 */
#ifndef SYS_CALL_FILTER_H
#define SYS_CALL_FILTER_H

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/err.h"

/* A call that is allowed. mask != 0: only if that argument, masked, is this value. */
struct call_rule {
	int number;   /* SCMP_SYS(...) */
	unsigned use; /* bits that the caller defines: what the call is for */
	unsigned argument;
	uint64_t mask, value;
};

#define CALL(call, uses)                                                                           \
	{                                                                                          \
		.number = SCMP_SYS(call), .use = (uses)                                            \
	}
#define CALL_IF(call, uses, number_of_argument, bits, wanted)                                      \
	{                                                                                          \
		.number = SCMP_SYS(call), .use = (uses), .argument = (number_of_argument),         \
		.mask = (bits), .value = (wanted)                                                  \
	}

/* Rows that any process of ours needs: memory that is not executable, signals, and its end. A
 * sanitizer asks for some more. */
#ifdef __SANITIZE_ADDRESS__
#define CALLS_OF_SANITIZER(uses)                                                                   \
	CALL(getpid, uses), CALL(gettid, uses), CALL(sigaltstack, uses), CALL(readlink, uses),     \
	    CALL(sched_yield, uses), CALL_IF(mprotect, uses, 2, PROT_EXEC, 0),
#else
#define CALLS_OF_SANITIZER(uses)
#endif
#define CALLS_OF_ANY(uses)                                                                         \
	CALL_IF(mmap, uses, 2, PROT_EXEC, 0), CALL(munmap, uses), CALL(mremap, uses),              \
	    CALL(madvise, uses), CALL(brk, uses), CALL(futex, uses), CALL(rt_sigaction, uses),     \
	    CALL(rt_sigprocmask, uses), CALL(rt_sigreturn, uses), CALL(restart_syscall, uses),     \
	    CALL(exit, uses), CALLS_OF_SANITIZER(uses) CALL(exit_group, uses)

/*
 * Leaves this thread, and what it starts, the calls of the rules whose use is among these uses, for
 * good. A call in the numbers of another architecture ends the process. -ECANCELED: the kernel
 * refused for a reason that the library does not tell.
 */
_must_check_ int call_filter_load(const struct call_rule *rules, size_t count, unsigned uses);

/*
 * Whether a process that does this lives on: a filter around us may answer the attempt with a
 * signal. It is tried in a process of its own. 0: it does; -EPERM: it does not; another error: that
 * could not be tried.
 */
_must_check_ int call_filter_outlive(int (*attempt)(const void *), const void *what);

#endif
