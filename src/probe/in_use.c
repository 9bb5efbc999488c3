/* SPDX-License-Identifier: Apache-2.0 */
/* Redpanda locks DIR/pid.lock while it runs; the lock is seen from any container. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "probe/probe.h"

enum tri probe_dir_in_use(struct arena *arena, const struct live_data_dir *dir)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(arena_printf(arena, "%s/pid.lock", dir->path),
		      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum tri used;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? TRI_NO : TRI_UNKNOWN;
	/* It is a POSIX lock; the other kind is asked for as well, for forks that differ. */
	if (fcntl(fd, F_GETLK, &lock) < 0)
		used = TRI_UNKNOWN;
	else if (lock.l_type != F_UNLCK)
		used = TRI_YES;
	else
		used = flock(fd, LOCK_SH | LOCK_NB) < 0 ? TRI_YES : TRI_NO;
	(void)close(fd);
	return used;
}
