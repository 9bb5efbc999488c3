/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds out where a path outside the root leads, one component at a time. The result is a
 * descriptor, so what was checked is what is used, and no link of another user can lead a root
 * process elsewhere.
 */
#ifndef SYS_WALK_H
#define SYS_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

struct walk {
	int dir;                 /* O_PATH: the directory that holds the last component */
	char name[NAME_MAX + 1]; /* that component; "" if the path ends in a slash */
	const char *why;         /* what is wrong, if it is more than the errno; NULL */
	char rest[PATH_MAX];
	unsigned links;
};

enum walk_use {
	WALK_WRITE, /* a link in the last component is left to the caller */
	/* It is followed, and only root and the caller may change the directories on the way. */
	WALK_TRUSTED,
};

/* After a negative errno there is nothing to close, and walk->why may say more than the errno. */
_must_check_ int walk_path(struct walk *walk, const char *path, enum walk_use use);
void walk_close(struct walk *walk);

/* It belongs to root or the caller, and nobody else may write to it. */
bool walk_is_trusted(const struct stat *st);

#endif
