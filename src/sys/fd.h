/* SPDX-License-Identifier: Apache-2.0 */
/* File descriptors that close when they go out of scope, and writes that are complete. */
#ifndef SYS_FD_H
#define SYS_FD_H

#include <stddef.h>

#include "base/err.h"

void fd_closep(const int *fd);
#define _cleanup_fd_ __attribute__((cleanup(fd_closep)))

/* Writes the whole text, even if the kernel takes it in pieces. */
_must_check_ int fd_write_all(int fd, const char *text);
/* The same of bytes, NUL among them. */
_must_check_ int fd_write_bytes(int fd, const char *bytes, size_t length);

#endif
