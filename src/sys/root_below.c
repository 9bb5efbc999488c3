/* SPDX-License-Identifier: Apache-2.0 */
/* Opens what lies below a root: the only place where a path of the node becomes a descriptor. Of a
 * recorded node it tells what the record does not hold. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/root_impl.h"

int root_open_below(const struct root *root, const char *path, int flags)
{
	/* openat2 refuses flags that have no effect, and O_PATH never opens a terminal. */
	int all = flags | O_CLOEXEC | ((flags & O_PATH) ? 0 : O_NOCTTY);
	struct open_how how = {
	    .flags = (unsigned)all,
	    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	/* EAGAIN: something was renamed or mounted meanwhile, anywhere on the machine. */
	for (unsigned tries = 0; tries < 1000; tries++) {
		if (root->fd < 0)
			fd = open(path, all);
		else
			fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? err_errno() : (int)fd;
}

/* Unpacking (new_tree.h) gives the time stamp 0 to what it does not know: an empty file
 * that was listed and never read, a directory that was never listed. Whoever writes to one changes
 * it. */
bool root_is_unknown(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_mtime == 0 && (S_ISDIR(st.st_mode) || st.st_size == 0);
}

/* The descriptor again, or -ENODATA, and it is closed. */
static int only_recorded(int fd)
{
	if (fd < 0 || !root_is_unknown(fd))
		return fd;
	(void)close(fd);
	return -ENODATA;
}

int root_known_error(const struct root *root, const char *path)
{
	vec_for_each (error, &root->errors) {
		if (text_equal(error->path, path))
			return error->code;
	}
	return 0;
}

/*
 * A pod that binds only /sys, /proc/sys and /proc/irq below its root has no /proc/cpuinfo there.
 * These few files read the same through every mount of procfs.
 */
static int open_read(const struct root *root, const char *path, int flags)
{
	static const char *const same_everywhere[] = {"/proc/cpuinfo", "/proc/meminfo",
						      "/proc/cmdline", "/proc/version",
						      "/proc/version_signature"};
	int fd = root_known_error(root, path);

	if (fd < 0)
		return fd;
	fd = root_open_below(root, path, O_RDONLY | flags);
	if (fd != -ENOENT || !root->is_live)
		return fd;
	for (size_t i = 0; i < sizeof(same_everywhere) / sizeof(same_everywhere[0]); i++) {
		if (!text_equal(path, same_everywhere[i]))
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		return fd < 0 ? err_errno() : fd;
	}
	return fd;
}

int root_open_any(const struct root *root, const char *path)
{
	/* A FIFO must not hang the program. */
	return open_read(root, path, O_NONBLOCK);
}

int root_open_read(const struct root *root, const char *path)
{
	int fd = root_open_any(root, path);

	return root->is_live ? fd : only_recorded(fd);
}

/* /dev/null is an empty file: a link to it masks a file of udev's. */
static bool is_plain(const struct stat *st)
{
	return S_ISREG(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

bool root_is_special(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !is_plain(&st) && !S_ISDIR(st.st_mode);
}

/* One call where no path can lead out of the root. */
static int stat_below(const struct root *root, const char *path, struct stat *ret)
{
	_cleanup_fd_ int fd = -1;

	if (root->fd < 0)
		return stat(path, ret) < 0 ? err_errno() : 0;
	fd = root_open_below(root, path, O_PATH);
	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? err_errno() : 0;
}

bool root_is_same(struct root *root, const char *one, const char *other)
{
	struct stat left, right;

	return root->is_live && !root->recorder && stat_below(root, one, &left) == 0 &&
	       stat_below(root, other, &right) == 0 && left.st_dev == right.st_dev &&
	       left.st_ino == right.st_ino;
}

/* Opening a device can do something, and a FIFO keeps its reader waiting. */
static int check_plain(const struct stat *st)
{
	if (is_plain(st))
		return 0;
	return S_ISDIR(st->st_mode) ? -EISDIR : -EMEDIUMTYPE;
}

int root_open_file(const struct root *root, const char *path)
{
	struct stat st;
	int fd, r = root_known_error(root, path);

	if (r == 0 && stat_below(root, path, &st) == 0)
		r = check_plain(&st);
	if (r < 0)
		return r;
	fd = open_read(root, path, O_NONBLOCK);
	if (!root->is_live)
		fd = only_recorded(fd);
	if (fd < 0)
		return fd;
	r = fstat(fd, &st) < 0 ? err_errno() : check_plain(&st);
	if (r < 0)
		(void)close(fd);
	return r < 0 ? r : fd;
}

int root_open_attribute(struct root *root, const char *path, int *ret_fd)
{
	int fd = root_open_read(root, path);

	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

/* Of a path that is not there, its nearest directory decides: one that was listed has no such name.
 */
bool root_is_unrecorded(struct root *root, const char *path)
{
	struct str at = str_new(root->arena);

	if (root->is_live)
		return false;
	str_add(&at, path);
	for (;;) {
		_cleanup_fd_ int fd = root_open_below(root, at.length ? at.text : "/", O_PATH);

		if (fd >= 0 || !at.length)
			return fd >= 0 && root_is_unknown(fd);
		at.length = (size_t)(strrchr(at.text, '/') - at.text);
		at.text[at.length] = '\0';
	}
}
