/* SPDX-License-Identifier: Apache-2.0 */
/* The only files that the probe opens: its own below /proc, what is read, and the scratch file. */
#ifndef PROBE_FILE_H
#define PROBE_FILE_H

#include <stdint.h>

#include "base/err.h"
#include "sys/live.h"

/* The first room - 1 bytes of a small file of procfs or cgroupfs, terminated. */
_must_check_ int file_head(const char *path, char *text, size_t room);

/* Becomes the owner of the directory for good, as far as this process may: as uid 0 with CAP_SETUID
 * and CAP_SETGID. Otherwise it stays who it is, and what that may do decides. */
_must_check_ int file_become(unsigned uid, unsigned gid, struct err *err);

/* A handle of the directory, taken before file_become: the way to it may be closed to its owner. */
_must_check_ int file_directory(const char *path, int *ret_fd, struct err *err);

/* A file without a name in the directory, for reading and writing, not yet direct. Where the file
 * system knows no such thing it has a name (FILE_SCRATCH_NAME) for a moment. */
#define FILE_SCRATCH_NAME ".thintune-probe"
_must_check_ int file_scratch(int directory, int *ret_fd, struct err *err);

/* -EINVAL where the file system has no O_DIRECT. */
_must_check_ int file_make_direct(int fd);

/* Gives it `bytes` of allocated space, or where that is not known only the size. -ENOSPC, ... */
_must_check_ int file_allocate(int fd, uint64_t bytes);

/* An existing regular file for reading; *ret_bytes is its size. */
_must_check_ int file_open_existing(const char *path, int *ret_fd, uint64_t *ret_bytes,
				    struct err *err);

#endif
