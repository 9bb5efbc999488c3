/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the scratch file, and opens the few other files that the probe reads. */
#include "probe/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int probe_reread(int fd, char *text, size_t room)
{
	ssize_t got = pread(fd, text, room - 1, 0);

	if (got < 0)
		return -errno;
	text[got] = '\0';
	return 0;
}

int probe_read_small(const char *path, char *text, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = probe_reread(fd, text, room);
	(void)close(fd);
	return r;
}

/* It has a name for a moment. A killed run may have left such a file. */
static int named_scratch(int dir)
{
	int fd;

	(void)unlinkat(dir, SCRATCH_NAME, 0);
	fd = openat(dir, SCRATCH_NAME, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (unlinkat(dir, SCRATCH_NAME, 0) < 0) {
		int r = -errno;

		(void)close(fd);
		return r;
	}
	return fd;
}

int scratch_make(int directory, int *ret_fd, struct err *err)
{
	int fd = openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT
			 ? named_scratch(directory)
			 : -errno;
	if (fd == -EACCES || fd == -EPERM)
		return err_set(err, fd,
			       "cannot make the scratch file in the data directory as uid %u: %s "
			       "(to act as its owner takes CAP_SETUID and CAP_SETGID)",
			       (unsigned)geteuid(), err_words(fd));
	if (fd < 0)
		return err_set(err, fd, "cannot make the scratch file in the data directory: %s",
			       err_words(fd));
	*ret_fd = fd;
	return 0;
}

int scratch_write_start(int fd, const unsigned char *bytes, size_t length)
{
	size_t done = 0;

	/* A write that is cut short fails at the next attempt, with the reason. */
	while (done < length) {
		ssize_t r = pwrite(fd, bytes + done, length - done, (off_t)done);

		if (r <= 0)
			return r < 0 ? -errno : -EIO;
		done += (size_t)r;
	}
	return 0;
}

int probe_make_direct(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_DIRECT) < 0 ? -errno : 0;
}

int scratch_allocate(int fd, uint64_t bytes)
{
	if (fallocate(fd, 0, 0, (off_t)bytes) == 0)
		return 0;
	if (errno != EOPNOTSUPP)
		return -errno;
	return ftruncate(fd, (off_t)bytes) < 0 ? -errno : 0;
}

int probe_open_file(const char *path, int *ret_fd, uint64_t *ret_bytes, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return err_set(err, -errno, "cannot open '%s': %s", path, err_words(errno));
	if (fstat(fd, &st) < 0)
		r = err_set(err, -errno, "cannot look at '%s': %s", path, err_words(errno));
	else if (!S_ISREG(st.st_mode))
		r = err_set(err, -EINVAL, "cannot read '%s': it is not a regular file", path);
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	*ret_bytes = (uint64_t)st.st_size;
	return 0;
}
