/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proves that direct I/O bypasses the page cache. That a file opens with O_DIRECT proves nothing:
 * tmpfs accepts the flag and caches. Three signs together do, on a scratch file that nobody else
 * knows:
 *
 *   - a read into a buffer shifted by one byte is refused. The page cache would accept it, which
 *     exposes btrfs with checksums, whose pages are dropped afterwards;
 *   - after 1 MiB was written and read, no page of the file is cached;
 *   - the kernel counted this 1 MiB as storage I/O of this process (/proc/self/io).
 *
 * Each sign alone misses a case (tried on ext4, XFS, btrfs, overlayfs and tmpfs).
 */
#ifndef PROBE_DIRECT_IO_H
#define PROBE_DIRECT_IO_H

#include "base/arena.h"
#include "probe/probe.h"

/* fd: an empty scratch file without O_DIRECT, which it has afterwards if the file system supports
 * it. account: this process's /proc/self/io, or -1. An error of the disk or the file system is a
 * negative errno and a sentence. */
_must_check_ int direct_io_prove(struct arena *arena, int fd, int account, const char *fs_type,
				 struct direct_io *ret, struct err *err);

/* Fills proof and sentence from what was observed. Pure. */
void direct_io_judge(const char *fs_type, struct direct_io *direct);

#endif
