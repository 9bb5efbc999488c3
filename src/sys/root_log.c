/* SPDX-License-Identifier: Apache-2.0 */
/* Appends to, reads and renames a log below a root. */
#include "sys/root_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/root_impl.h"
#include "sys/walk.h"

/* Nobody else may have written to it, and opening it cannot make the program wait. */
static int open_log(int dir, const char *name, int flags, struct stat *ret)
{
	int fd = openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644), r = 0;

	if (fd < 0)
		return errno == ELOOP ? -EPERM : err_errno();
	if (fstat(fd, ret) < 0)
		r = err_errno();
	else if (!S_ISREG(ret->st_mode) || !walk_is_trusted(ret))
		r = -EPERM;
	if (r < 0)
		(void)close(fd);
	return r < 0 ? r : fd;
}

int root_log_append(struct root *root, const char *path, const char *text)
{
	const char *name;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_RDONLY, &name);
	_cleanup_fd_ int fd = -1;
	struct stat st;
	int r;

	if (dir < 0)
		return dir;
	fd = open_log(dir, name, O_WRONLY | O_APPEND, &st);
	if (fd == -ENOENT) {
		fd = open_log(dir, name, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, &st);
		/* Whoever audits reads it, whatever the umask was. */
		if (fd >= 0 && (fchmod(fd, 0644) < 0 || fsync(dir) < 0))
			return err_errno();
	}
	if (fd < 0)
		return fd;
	r = fd_write_all(fd, text);
	if (r == 0 && fsync(fd) < 0)
		r = err_errno();
	if (r < 0)
		(void)!ftruncate(fd, st.st_size);
	return r;
}

int root_log_read(struct root *root, struct arena *arena, const char *path, const char **ret,
		  size_t *ret_length)
{
	const uint64_t most = root_limits[ROOT_TABLE].bytes;
	const char *name;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_PATH, &name);
	_cleanup_fd_ int fd = -1;
	size_t length = 0;
	struct stat st;
	ssize_t got;
	char *text;

	if (dir < 0)
		return dir;
	fd = open_log(dir, name, O_RDONLY, &st);
	if (fd < 0)
		return fd;
	if ((uint64_t)st.st_size >= most)
		return root_limits[ROOT_TABLE].code;
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	/* It may grow meanwhile: what comes after this moment is for the next reader. */
	while (length < (size_t)st.st_size) {
		got = read(fd, text + length, (size_t)st.st_size - length);
		if (got < 0)
			return err_errno();
		if (got == 0)
			break;
		length += (size_t)got;
	}
	*ret = text;
	*ret_length = length;
	return 0;
}

int root_log_rename(struct root *root, const char *path, const char *name)
{
	const char *old;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_RDONLY, &old);

	if (dir < 0)
		return dir;
	if (renameat(dir, old, dir, name) < 0)
		return err_errno();
	return fsync(dir) < 0 ? err_errno() : 0;
}
