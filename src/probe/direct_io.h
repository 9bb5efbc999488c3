/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is Direct I/O real? That a file opens with O_DIRECT proves nothing: tmpfs takes the flag and
 * caches. What proves it, on a scratch file that nobody else knows:
 *
 *   - a read into a buffer shifted by one byte is refused (a path through the page cache takes it;
 *     this is what gives btrfs with checksums away, which drops its pages afterwards),
 *   - after writing and reading 1 MiB no page of the file is cached,
 *   - the kernel counted that 1 MiB as storage I/O of this process (/proc/self/io).
 *
 * (Measured over ext4, XFS, btrfs, overlayfs and tmpfs; each alone misses a case.)
 */
#ifndef PROBE_DIRECT_IO_H
#define PROBE_DIRECT_IO_H

#include "base/arena.h"
#include "probe/probe.h"

/* fd: an empty scratch file, without O_DIRECT yet; afterwards it has it, if the file system knows
 * it. account: this process's /proc/self/io, -1. An error of the disk or the file system is a
 * negative errno with a sentence. */
_must_check_ int direct_io_prove(struct arena *arena, int fd, int account, const char *fs_type,
				 struct direct_io *ret, struct err *err);

/* The sentence and the verdict from what was seen; pure. */
void direct_io_judge(const char *fs_type, struct direct_io *direct);

/* io_setup with what one of Redpanda's shards asks for, and whether the node has room for all. The
 * room is given back at once, which takes 30 ms, or at the end of the process. */
void aio_prove(unsigned shards, bool give_back, struct aio_check *ret);

#endif
