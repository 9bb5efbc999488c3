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

/* Whole regular file of at most limit bytes; -EISDIR, -EFBIG, -ENOENT ... with a sentence that
 * names the path. *ret_length counts NUL bytes; the text is terminated behind it. */
_must_check_ int own_read(struct arena *arena, const char *path, size_t limit, const char **ret,
			  size_t *ret_length, struct err *err);
bool own_exists(const char *path);
/* Names in a directory, natural order; -ENOENT when it is absent. */
_must_check_ int own_list(struct arena *arena, const char *dir, names *ret);
/* Complete or not at all: temp file beside it, fsync, rename. -EINVAL when path is there and is no
 * regular file. */
_must_check_ int own_replace(const char *path, const char *text, struct err *err);
/* Whether that can be done, as far as can be told without doing it: asked before the node is
 * touched.
 */
_must_check_ int own_may_replace(const char *path, struct err *err);
/* Into an existing file (the termination log is a bind mount and must not be renamed over). */
int own_overwrite(const char *path, const char *text);

#endif
