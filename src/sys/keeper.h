/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child process that makes a directory, fills it with hostile bytes, and takes it away as soon as
 * whoever asked for it ends, however that may end. It has no capabilities, and if it can it is
 * nobody (uid and gid 65534). Where the kernel can, it reaches no file outside the new directory
 * (Landlock), and keeps the system calls that filling it takes (seccomp).
 */
#ifndef SYS_KEEPER_H
#define SYS_KEEPER_H

#include <sys/types.h>

#include "sys/new_tree.h"

struct keeper {
	pid_t pid; /* 0: there is none */
	int fd;
};

struct keeper_task {
	int parent;       /* descriptor of the directory that the new one is made in */
	const char *name; /* of the new one, which is for its owner alone at first */
	bool is_nobodys;  /* of a caller who is root; else the caller's */
	size_t most;      /* see new_tree_start() */
	/* Fills it; what it reads is open as `input`. Any errno. */
	int (*fill)(int input, struct new_tree *tree, struct err *err);
	int input;
};

/* Returns what fill() did, once it has, or a negative errno; then nothing is left. */
_must_check_ int keeper_start(const struct keeper_task *task, struct keeper *ret, struct err *err);
/* The directory stays, and is its owner's as directories are (0755). */
_must_check_ int keeper_leave(struct keeper *keeper, struct err *err);
/* Takes it away, and returns when it is gone. */
void keeper_stop(struct keeper *keeper);

#endif
