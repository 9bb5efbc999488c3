/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Own" files are those of the caller, outside the root: profiles, redpanda.yaml, reports and
 * records that were asked for, the pod's termination message. They are never looked up below
 * --root.
 */
#ifndef SYS_OWN_H
#define SYS_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Default options of the commands that look at the node; only root may write the file. */
#define OWN_DEFAULTS "/etc/default/thintune"

/* A whole regular file of at most limit bytes; else -EISDIR, -EFBIG, -ENOENT, -ENOLINK (a link
 * that leads nowhere) ... and a sentence with the path. *ret_length includes NUL bytes in the file;
 * the text is terminated after it. */
_must_check_ int own_read(struct arena *arena, const char *path, size_t limit, const char **ret,
			  size_t *ret_length, struct err *err);
/* The same into a buffer with room for limit + 1 bytes, for those who read many files. */
_must_check_ int own_read_into(char *buffer, const char *path, size_t limit, size_t *ret_length,
			       struct err *err);
/* The same in two steps, for a process that may not open it later; the sentence of the second
 * leaves the path to whoever knows it. */
_must_check_ int own_open(const char *path, int *ret_fd, struct err *err);
_must_check_ int own_read_open(struct arena *arena, int fd, size_t limit, char **ret,
			       size_t *ret_length, struct err *err);
void own_close(int fd);
/* As own_read(), but -EPERM unless only root may change the file and every directory and link that
 * leads to it. */
_must_check_ int own_read_trusted(struct arena *arena, const char *path, size_t limit,
				  const char **ret, size_t *ret_length, struct err *err);
bool own_exists(const char *path);
/* The same file from any directory, without links; the path itself where that cannot be told. */
const char *own_real_path(struct arena *arena, const char *path);
/* It is known not to be there: not the opposite of the above, as a path may not be for this process
 * to look at. */
bool own_is_absent(const char *path);
/* It is a regular file, or a link that leads to one. */
bool own_is_file(const char *path);
/* Names in a directory, in natural order; -ENOENT if there is none. */
_must_check_ int own_list(struct arena *arena, const char *dir, names *ret);
/*
 * All or nothing: writes a file with a random name beside it, fsyncs it and renames it into place.
 * A link, FIFO, socket, device or directory in its place is refused, and so is a path through a
 * link that another user may change. The file belongs to the caller. It keeps its mode if it
 * belonged to the caller before; a new one gets 0666 less the umask, or 0644 less the umask in a
 * directory where others may write.
 */
_must_check_ int own_replace(const char *path, const char *text, struct err *err);
/* The same, but -EEXIST if there is one. */
_must_check_ int own_create(const char *path, const char *text, struct err *err);
/* Whether own_replace would succeed, as far as one can tell without writing. Asked before the node
 * is touched. */
_must_check_ int own_may_replace(const char *path, struct err *err);
/* Two names with one id lead to one file. */
struct own_id {
	uint64_t device, inode;
};
/* Links are followed; false: there is none, or that cannot be told. */
bool own_find_id(const char *path, struct own_id *ret);
/* Both names lead to one file; false also where that cannot be told. */
bool own_is_same(const char *one, const char *other);
/* Writes into an existing regular file: the termination log is a bind mount, so it cannot be
 * replaced by a rename. */
int own_overwrite(const char *path, const char *text);

#endif
