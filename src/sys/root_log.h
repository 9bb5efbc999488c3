/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log below a root: a file of thintune itself that only grows, and is never written over. As with
 * thintune's other files, -EPERM means that it or its directory is a link, or that users other than
 * root and the caller may write to it.
 */
#ifndef SYS_ROOT_LOG_H
#define SYS_ROOT_LOG_H

#include <stddef.h>

#include "sys/root.h"

/* Adds the text to the end and fsyncs; a new file gets 0644. What of the text could not be written
 * whole is taken away again. */
_must_check_ int root_log_append(struct root *root, const char *path, const char *text);

/* Every byte of the file, with a NUL after the last. -ENOENT: there is none; -ENOBUFS from 128 MiB
 * on (root_words()). */
_must_check_ int root_log_read(struct root *root, struct arena *arena, const char *path,
			       const char **ret, size_t *ret_length);

/* Gives it another name in the same directory, in place of what has that. */
_must_check_ int root_log_rename(struct root *root, const char *path, const char *name);

#endif
