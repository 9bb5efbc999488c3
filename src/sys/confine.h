/* SPDX-License-Identifier: Apache-2.0 */
/* Takes rights away from a child process that its task does not need. Neither can be undone. */
#ifndef SYS_CONFINE_H
#define SYS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* From this call on this thread, and what it starts, can reach no file but those of the directory:
 * it may make, read, write and remove files there (-1: nowhere), and read below `readable` (NULL:
 * nowhere). What is open stays open. Where the kernel knows of them, TCP, abstract sockets and
 * signals to others go too. -ENOSYS, -EOPNOTSUPP: the kernel has no Landlock; then a caller that
 * lets a library read a recorded node may trust only what the file layer confirms, since a link in
 * the tree may have led to the machine it runs on. */
_must_check_ int confine_files(int directory, const char *readable);

/* The same, but for a process that fills a tree: below it it may do all that confine_files() leaves
 * and make and remove directories and links; below `parent` it may remove empty directories. */
_must_check_ int confine_tree(int tree, int parent);

/* The same, but for a process that only reads files of this directory; it may not list it. */
_must_check_ int confine_reading(int directory);

/* Closes every descriptor but these, which are above 2; negative ones are ignored. Descriptors 0 to
 * 2 then refer to /dev/null. */
_must_check_ int confine_descriptors(const int *keep, size_t count);

#endif
