/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

int root_write(struct root *root, const char *path, const char *text)
{
	__attribute__((uninitialized)) char line[attribute_bytes];
	int length = snprintf(line, sizeof(line), "%s\n", text);
	_cleanup_fd_ int fd = -1;
	ssize_t written;

	if (length < 0 || (size_t)length >= sizeof(line))
		return -EFBIG;
	/* A FIFO in a recorded tree must not hang the program. */
	fd = root_open_below(root, path, O_WRONLY | O_TRUNC | (root->is_live ? 0 : O_NONBLOCK));
	if (fd < 0)
		return fd;
	written = write(fd, line, (size_t)length);
	if (written < 0)
		return err_errno();
	return written == length ? 0 : -EIO;
}

/* The directory of a path, opened so that it can be fsynced; *ret_name is the last component. */
static int open_parent(const struct root *root, const char *path, const char **ret_name)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (!slash || !slash[1] || length >= sizeof(dir))
		return -EINVAL;
	memcpy(dir, path, length);
	dir[length] = '\0';
	*ret_name = slash + 1;
	return root_open_below(root, length ? dir : "/", O_RDONLY | O_DIRECTORY);
}

int root_replace(struct root *root, const char *path, const char *text)
{
	char temporary[256];
	const char *name;
	_cleanup_fd_ int dir = open_parent(root, path, &name);
	_cleanup_fd_ int fd = -1;
	int r;

	if (dir < 0)
		return dir;
	if ((size_t)snprintf(temporary, sizeof(temporary), ".%s.new", name) >= sizeof(temporary))
		return -ENAMETOOLONG;
	/* A leftover of a killed run is ours: the caller holds the lock. */
	if (unlinkat(dir, temporary, 0) < 0 && errno != ENOENT)
		return err_errno();
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_errno();
	r = fd_write_all(fd, text);
	if (r == 0 && fsync(fd) < 0)
		r = err_errno();
	if (r < 0) {
		(void)unlinkat(dir, temporary, 0);
		return r;
	}
	if (renameat(dir, temporary, dir, name) < 0) {
		r = err_errno();
		(void)unlinkat(dir, temporary, 0);
		return r;
	}
	return fsync(dir) < 0 ? err_errno() : 0;
}

int root_remove(struct root *root, const char *path)
{
	const char *name;
	_cleanup_fd_ int dir = open_parent(root, path, &name);

	if (dir < 0)
		return dir;
	if (unlinkat(dir, name, 0) < 0)
		return err_errno();
	return fsync(dir) < 0 ? err_errno() : 0;
}

int root_mkdir(struct root *root, const char *dir)
{
	names parts = text_split(root->arena, dir, '/');
	struct str path = str_new(root->arena);

	vec_for_each (part, &parts) {
		const char *name;

		if (!**part)
			continue;
		str_printf(&path, "/%s", *part);
		_cleanup_fd_ int parent = open_parent(root, path.text, &name);

		if (parent < 0)
			return parent;
		if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
			return err_errno();
	}
	return 0;
}

int root_lock(struct root *root, const char *path, uint64_t wait_us, int *ret_fd)
{
	static const uint64_t step_us = 20000;
	const struct timespec step = {.tv_nsec = (long)step_us * 1000};
	const char *name;
	_cleanup_fd_ int dir = open_parent(root, path, &name);
	int fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_errno();
	for (uint64_t waited = 0;; waited += step_us) {
		int r;

		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			break;
		r = err_errno();
		if (r != -EWOULDBLOCK || waited >= wait_us) {
			(void)close(fd);
			return r;
		}
		(void)nanosleep(&step, NULL);
	}
	*ret_fd = fd;
	return 0;
}
