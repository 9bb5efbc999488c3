/* SPDX-License-Identifier: Apache-2.0 */
/* Files of one directory that somebody else replaces: each is read as it was when it was opened.
 * Only regular files in the directory itself, and no links. */
#ifndef SYS_PUBLISHED_H
#define SYS_PUBLISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

_must_check_ int published_directory(const char *path, int *ret_fd, struct err *err);
/* The directory was removed: whoever publishes has made another one, which is not seen from here.
 */
bool published_is_removed(int directory);

/* name: one of the caller's own, without "/". A sentence without the directory says why not. */
_must_check_ int published_open(int directory, const char *name, uint64_t most, int *ret_fd,
				uint64_t *ret_size, struct err *err);
/* The whole text, terminated. -EBADMSG: it has a NUL byte. */
_must_check_ int published_read(struct arena *arena, int directory, const char *name, uint64_t most,
				const char **ret, size_t *ret_length, struct err *err);

#endif
