/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's own files, which are never looked up below --root: profiles, redpanda.yaml, reports
 * and records written on request, the pod's termination message.
 */
#ifndef SYS_OWN_H
#define SYS_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Root's own options for the commands that look at the node. */
#define OWN_DEFAULTS "/etc/default/thintune"

/* Whole regular file of at most limit bytes; -EISDIR, -EFBIG, -ENOENT ... with a sentence that
 * names the path. *ret_length counts NUL bytes; the text is terminated after it. */
_must_check_ int own_read(struct arena *arena, const char *path, size_t limit, const char **ret,
			  size_t *ret_length, struct err *err);
/* The same of a file that nobody but root may change, nor any directory or link on the way to it;
 * -EPERM when it is not such a file. */
_must_check_ int own_read_trusted(struct arena *arena, const char *path, size_t limit,
				  const char **ret, size_t *ret_length, struct err *err);
bool own_exists(const char *path);
/* Names in a directory, natural order; -ENOENT when it is absent. */
_must_check_ int own_list(struct arena *arena, const char *dir, names *ret);
/*
 * Complete or not at all: written under a random name beside it, fsynced, renamed over. A link,
 * FIFO, socket, device or directory in its place is refused, and so is a path that goes through a
 * link which another user may change. The file is the caller's. It keeps the mode it has if it was
 * the caller's before, else gets 0666 less the umask; in a directory where others may write, 0644
 * less the umask.
 */
_must_check_ int own_replace(const char *path, const char *text, struct err *err);
/* The same, but -EEXIST when it is there. */
_must_check_ int own_create(const char *path, const char *text, struct err *err);
/* Whether own_replace would succeed, as far as can be told without doing it: asked before the node
 * is touched. */
_must_check_ int own_may_replace(const char *path, struct err *err);
/* Into an existing regular file (the termination log is a bind mount and must not be renamed
 * over). */
int own_overwrite(const char *path, const char *text);

#endif
