/* SPDX-License-Identifier: Apache-2.0 */
/* The only files that the probe opens: its own below /proc, what is read, and the scratch file. */
#ifndef PROBE_FILE_H
#define PROBE_FILE_H

#include <stdint.h>

#include "base/err.h"
#include "live/live.h"

/* The first room - 1 bytes of a small file of procfs or cgroupfs, terminated. */
_must_check_ int file_head(const char *path, char *text, size_t room);
/* The same, as it is now, of one that is open. */
_must_check_ int file_head_of(int fd, char *text, size_t room);

/* A handle of the directory, taken while this process may still go any way to it. -ESTALE when it
 * is not the one that was looked at: whoever owns a directory above it may put another one there.
 */
_must_check_ int file_directory(const struct live_data_dir *dir, int *ret_fd, struct err *err);

/* A file without a name in the directory, for reading and writing, not yet direct. Where the file
 * system knows no such thing it has a name (FILE_SCRATCH_NAME) for a moment. */
#define FILE_SCRATCH_NAME ".thintune-probe"
_must_check_ int file_scratch(int directory, int *ret_fd, struct err *err);

/* All of it, from the start of the file. */
_must_check_ int file_write_start(int fd, const unsigned char *bytes, size_t length);

/* -EINVAL where the file system has no O_DIRECT. */
_must_check_ int file_make_direct(int fd);

/* Gives it `bytes` of allocated space, or where that is not known only the size. -ENOSPC, ... */
_must_check_ int file_allocate(int fd, uint64_t bytes);

/* An existing regular file for reading; *ret_bytes is its size. */
_must_check_ int file_open_existing(const char *path, int *ret_fd, uint64_t *ret_bytes,
				    struct err *err);

#endif
