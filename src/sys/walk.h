/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a path outside the root leads, looked up one component at a time. The result is a
 * descriptor, so that what was judged is what is used, and no link of another user can send a
 * process of root elsewhere.
 */
#ifndef SYS_WALK_H
#define SYS_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"

struct walk {
	int dir;                 /* O_PATH: the directory that holds the last component */
	char name[NAME_MAX + 1]; /* that component; "" when the path names a directory by a slash */
	const char *why;         /* what is wrong, in words, when it is not the errno; NULL */
	char rest[PATH_MAX];
	unsigned links;
};

enum walk_use {
	WALK_WRITE, /* a link in the last component is left to the caller */
	/* It is followed, and nobody but root and the caller may change any directory on the way.
	 */
	WALK_TRUSTED,
};

/* A negative errno leaves nothing to close; walk->why may then say more than the errno. */
_must_check_ int walk_path(struct walk *walk, const char *path, enum walk_use use);
void walk_close(struct walk *walk);

/* Root's or the caller's, and nobody else may write to it. */
bool walk_is_trusted(const struct stat *st);

#endif
