/* SPDX-License-Identifier: Apache-2.0 */
/* The scratch file of the measurement, and the few other files that the probe opens. */
#ifndef PROBE_SCRATCH_H
#define PROBE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Reads the first room - 1 bytes of a small file of procfs or cgroupfs, and terminates them. */
_must_check_ int probe_read_small(const char *path, char *text, size_t room);
/* The same for an open file: what it holds now. */
_must_check_ int probe_reread(int fd, char *text, size_t room);

/* Makes an unnamed file in the directory, for reading and writing, without O_DIRECT. If the file
 * system has no unnamed files, it is called SCRATCH_NAME for a moment. */
#define SCRATCH_NAME ".thintune-probe"
_must_check_ int scratch_make(int directory, int *ret_fd, struct err *err);

/* Writes all of it at the start of the file. */
_must_check_ int scratch_write_start(int fd, const unsigned char *bytes, size_t length);

/* Switches O_DIRECT on; -EINVAL if the file system does not support it. */
_must_check_ int probe_make_direct(int fd);

/* Allocates space for so many bytes, or only sets the size if that is not supported. -ENOSPC, ...
 */
_must_check_ int scratch_allocate(int fd, uint64_t bytes);

/* Opens an existing regular file for reading; *ret_bytes is its size. */
_must_check_ int probe_open_file(const char *path, int *ret_fd, uint64_t *ret_bytes,
				 struct err *err);

#endif
