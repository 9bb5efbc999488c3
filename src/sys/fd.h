/* SPDX-License-Identifier: Apache-2.0 */
/* File descriptors: closed when they go out of scope, written to the end. Shared within sys/. */
#ifndef SYS_FD_H
#define SYS_FD_H

#include <stddef.h>

#include "base/err.h"

void fd_closep(const int *fd);
#define _cleanup_fd_ __attribute__((cleanup(fd_closep)))

/* The whole text, also when the kernel takes it in pieces. */
_must_check_ int fd_write_all(int fd, const char *text);

#endif
