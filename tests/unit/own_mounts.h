/* SPDX-License-Identifier: Apache-2.0 */
/* A mount table of its own, for the rest of this (forked) test. */
#ifndef OWN_MOUNTS_H
#define OWN_MOUNTS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_suite.h"

/* more: other namespaces, CLONE_NEW*. false: only root may have it, and not in every container. */
static inline bool own_mounts(int more)
{
	return unshare(CLONE_NEWNS | more) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Whether a test may have it and mount something there; asked by a process that ends with it. */
static inline bool own_mounts_are_given(int more)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(own_mounts(more) && mount("none", "/tmp", "tmpfs", 0, NULL) == 0 ? 0 : 1);
	return waitpid(child, &status, 0) == child && status == 0;
}

/* A suite of which no test can tell anything without mounts of its own. */
#define RUN_SUITE_OF_MOUNTS(more, name, prepare, ...)                                              \
	static int run_this_suite(void)                                                            \
	{                                                                                          \
		const TTest *const tests[] = {__VA_ARGS__};                                        \
                                                                                                   \
		if (own_mounts_are_given(more))                                                    \
			return run_suite(name, prepare, tests, sizeof(tests) / sizeof(tests[0]));  \
		(void)printf("1..1\nok 1 - %s # SKIP no mounts of its own are given here\n",       \
			     name);                                                                \
		return EXIT_SUCCESS;                                                               \
	}                                                                                          \
                                                                                                   \
	LIST_SUITE(run_this_suite)

#endif
