/* SPDX-License-Identifier: Apache-2.0 */
/* What a process that answers strangers over the network can still ask of the kernel. Whoever
 * takes it over can read the files that it serves and answer those who ask, and nothing else. */
#ifndef SYS_SERVER_SANDBOX_H
#define SYS_SERVER_SANDBOX_H

#include "base/err.h"

/* 0: it holds; else why not, a negative errno. */
struct server_sandbox {
	int files; /* Landlock */
	int calls; /* seccomp */
};

/*
 * Leaves for good: the files of the directory, to be read; the system calls that answering takes;
 * no new process; and so many descriptors. Fails where the limits cannot be set. What the kernel
 * does not have, or a filter around this process forbids, is left out and told in *ret.
 */
_must_check_ int server_sandbox_enter(int directory, unsigned descriptors,
				      struct server_sandbox *ret, struct err *err);

#endif
