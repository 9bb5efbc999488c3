/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that refuses one system call, or one of its commands, or kills for it, for the rest of
 * this (forked) test. */
#ifndef REFUSE_H
#define REFUSE_H

#include <check.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static inline void filter_syscalls(struct sock_filter *filter, size_t length)
{
	struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* action: SECCOMP_RET_* */
static inline void answer_syscall(unsigned number, unsigned action)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, action),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	filter_syscalls(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Only where an argument of the call (from 0) is this value (how: BPF_JEQ) or has one of its bits
 * (BPF_JSET). Little endian. */
static inline void refuse_argument(unsigned number, unsigned argument, unsigned short how,
				   unsigned value, unsigned code)
{
	const unsigned at = offsetof(struct seccomp_data, args) + 8 * argument;
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
	    BPF_JUMP(BPF_JMP | how | BPF_K, value, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	filter_syscalls(filter, sizeof(filter) / sizeof(filter[0]));
}

/* As of fcntl() and ioctl(). */
static inline void refuse_command(unsigned number, unsigned command, unsigned code)
{
	refuse_argument(number, 1, BPF_JEQ, command, code);
}

static inline void refuse_syscall(unsigned number, unsigned code)
{
	answer_syscall(number, SECCOMP_RET_ERRNO | code);
}

#endif
