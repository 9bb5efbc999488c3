/* SPDX-License-Identifier: Apache-2.0 */
/* Writes below a root: attributes, files of the node's configuration, thintune's files, and locks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/ethtool.h"
#include "sys/fd.h"
#include "sys/root_impl.h"
#include "sys/signals.h"
#include "sys/systemctl.h"
#include "sys/walk.h"

int root_write(struct root *root, const char *path, const char *text)
{
	__attribute__((uninitialized)) char line[attribute_bytes];
	int length = snprintf(line, sizeof(line), "%s\n", text);
	_cleanup_fd_ int fd = -1;
	ssize_t written;

	if (ethtool_is_path(root, path))
		return ethtool_write(root, path, text);
	if (systemctl_is_path(root, path))
		return systemctl_write(root, path, text);
	if (length < 0 || (size_t)length >= sizeof(line))
		return -EFBIG;
	/* A FIFO must not hang the program. */
	fd = root_open_below(root, path, O_WRONLY | O_TRUNC | O_NONBLOCK);
	if (fd < 0)
		return fd;
	written = write(fd, line, (size_t)length);
	if (written < 0)
		return err_errno();
	return written == length ? 0 : -EIO;
}

/* Opens a directory that only root and the caller may change, else -EPERM: anyone else who may
 * write next to the journal decides what a restore writes as root. With O_RDONLY it can be fsynced
 * and locked; O_PATH also works for users other than its owner. */
static int open_trusted(const struct root *root, const char *dir, int flags)
{
	_cleanup_fd_ int fd = root_open_below(root, dir, flags | O_DIRECTORY | O_NOFOLLOW);
	struct stat st;
	int r;

	if (fd == -ENOTDIR || fd == -ELOOP) {
		/* It is a link. If following it fails too, that error says more. */
		_cleanup_fd_ int followed = root_open_below(root, dir, O_PATH | O_DIRECTORY);

		return followed < 0 ? followed : -EPERM;
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_errno();
	if (!root->is_private && !walk_is_trusted(&st))
		return -EPERM;
	r = fd;
	fd = -1;
	return r;
}

/* The directory of a path; *ret_name is the last component. */
static int split_parent(const char *path, char *dir, size_t room, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	if (!slash || !slash[1] || length + 1 >= room)
		return -EINVAL;
	memmove(dir, path, length);
	if (!length)
		dir[length++] = '/';
	dir[length] = '\0';
	*ret_name = slash + 1;
	return 0;
}

int root_open_parent(const struct root *root, const char *path, int flags, const char **ret_name)
{
	char dir[4096];
	int r = split_parent(path, dir, sizeof(dir), ret_name);

	return r < 0 ? r : open_trusted(root, dir, flags);
}

int root_is_ours(struct root *root, const char *path)
{
	const char *name;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_PATH, &name);
	struct stat st;

	if (dir < 0)
		return dir;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno();
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) && (root->is_private || walk_is_trusted(&st)) ? 0 : -EPERM;
}

int root_is_our_dir(struct root *root, const char *dir)
{
	_cleanup_fd_ int fd = open_trusted(root, dir, O_PATH);

	return fd < 0 ? fd : 0;
}

/* Mode and owner of the new file; like: the one that it replaces, NULL none. */
static int dress(int fd, const struct stat *like)
{
	if (like && fchown(fd, like->st_uid, like->st_gid) < 0)
		return err_errno();
	/* The gate reads the verdict as another user, whatever the umask was. */
	return fchmod(fd, like ? like->st_mode & 07777 : 0644) < 0 ? err_errno() : 0;
}

/* The name under which the new one is made. What has it was left by a killed run, and goes: the
 * caller has the lock, so nobody else is writing it. */
static int name_temporary(int dir, const char *name, char *temporary, size_t room)
{
	if ((size_t)snprintf(temporary, room, ".%s.new", name) >= room)
		return -ENAMETOOLONG;
	return unlinkat(dir, temporary, 0) < 0 && errno != ENOENT ? err_errno() : 0;
}

static int replace_in(int dir, const char *name, const char *text, const struct stat *like)
{
	char temporary[256];
	_cleanup_fd_ int fd = -1;
	int r = name_temporary(dir, name, temporary, sizeof(temporary));

	if (r < 0)
		return r;
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_errno();
	r = fd_write_all(fd, text);
	if (r == 0)
		r = dress(fd, like);
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

int root_replace(struct root *root, const char *path, const char *text)
{
	const char *name;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_RDONLY, &name);

	return dir < 0 ? dir : replace_in(dir, name, text, NULL);
}

int root_overwrite(struct root *root, const char *path, size_t offset, const char *text)
{
	const char *name;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_RDONLY, &name);
	_cleanup_fd_ int fd = -1;
	size_t length = strlen(text);
	struct stat st;
	ssize_t written;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_errno();
	if (fstat(fd, &st) < 0)
		return err_errno();
	if (!S_ISREG(st.st_mode) || !walk_is_trusted(&st))
		return -EPERM;
	if (offset + length > (size_t)st.st_size)
		return -EINVAL;
	/* Half of it would be neither the old nor the new. */
	for (size_t done = 0; done < length; done += (size_t)written) {
		written = pwrite(fd, text + done, length - done, (off_t)(offset + done));
		if (written <= 0)
			return written < 0 ? err_errno() : -EIO;
	}
	return fdatasync(fd) < 0 ? err_errno() : 0;
}

int root_remove(struct root *root, const char *path)
{
	const char *name;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_RDONLY, &name);

	if (dir < 0)
		return dir;
	if (unlinkat(dir, name, 0) < 0)
		return err_errno();
	return fsync(dir) < 0 ? err_errno() : 0;
}

/* Makes one directory. The way to it may be a link (/var/run), the directory may not. */
static int make_dir(const struct root *root, const char *path, mode_t mode)
{
	char above[4096];
	const char *name;
	_cleanup_fd_ int parent = -1;
	int r = split_parent(path, above, sizeof(above), &name);

	if (r < 0)
		return r;
	parent = root_open_below(root, above, O_RDONLY | O_DIRECTORY);
	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, mode) < 0)
		return errno == EEXIST ? 0 : err_errno();
	return fchmodat(parent, name, mode, 0) < 0 ? err_errno() : 0;
}

int root_mkdir(struct root *root, const char *dir)
{
	_cleanup_fd_ int made = -1;
	names parts = text_split(root->arena, dir, '/');
	struct str path = str_new(root->arena);

	vec_for_each (part, &parts) {
		int r;

		if (!**part)
			continue;
		str_printf(&path, "/%s", *part);
		r = make_dir(root, path.text, 0755);
		if (r < 0)
			return r;
	}
	made = open_trusted(root, dir, O_PATH);
	return made < 0 ? made : 0;
}

static int make_parent(struct root *root, const char *path)
{
	char dir[4096];
	const char *name;
	int r = split_parent(path, dir, sizeof(dir), &name);

	if (r < 0)
		return r;
	return root_exists(root, dir) ? 0 : root_mkdir(root, dir);
}

/* The directory of a file that is to be there afterwards, and its name in it. */
static int open_made_parent(struct root *root, const char *path, const char **ret_name)
{
	int r = make_parent(root, path);

	return r < 0 ? r : root_open_parent(root, path, O_RDONLY, ret_name);
}

int root_put_file(struct root *root, const char *path, const char *text)
{
	const char *name;
	_cleanup_fd_ int dir = open_made_parent(root, path, &name);
	struct stat st;

	if (dir < 0)
		return dir;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? replace_in(dir, name, text, NULL) : err_errno();
	return S_ISREG(st.st_mode) ? replace_in(dir, name, text, &st) : -EPERM;
}

int root_put_link(struct root *root, const char *path, const char *target)
{
	char temporary[256];
	const char *name;
	_cleanup_fd_ int dir = open_made_parent(root, path, &name);
	struct stat st;
	int r;

	if (dir < 0)
		return dir;
	/* A link is made whole, so it needs another name first only where it replaces one. */
	if (symlinkat(target, dir, name) == 0)
		return fsync(dir) < 0 ? err_errno() : 0;
	if (errno != EEXIST)
		return err_errno();
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISLNK(st.st_mode))
		return -EPERM;
	r = name_temporary(dir, name, temporary, sizeof(temporary));
	if (r < 0)
		return r;
	if (symlinkat(target, dir, temporary) < 0)
		return err_errno();
	if (renameat(dir, temporary, dir, name) < 0) {
		r = err_errno();
		(void)unlinkat(dir, temporary, 0);
		return r;
	}
	return fsync(dir) < 0 ? err_errno() : 0;
}

int root_take_file(struct root *root, const char *path)
{
	char dir[4096];
	const char *name;
	_cleanup_fd_ int above = -1;
	int r = root_remove(root, path);

	if (r == 0)
		r = split_parent(path, dir, sizeof(dir), &name);
	if (r < 0 || !(text_ends(dir, ".d") || text_ends(dir, ".wants")))
		return r;
	above = root_open_parent(root, dir, O_RDONLY, &name);
	if (above >= 0)
		(void)unlinkat(above, name, AT_REMOVEDIR);
	return 0;
}

static int may_put(struct root *root, const char *path, mode_t type)
{
	char dir[4096];
	const char *name;
	struct stat st;
	int r = split_parent(path, dir, sizeof(dir), &name);

	/* A missing directory would be made in the first existing one above it. */
	while (r == 0 && !root_exists(root, dir))
		r = split_parent(dir, dir, sizeof(dir), &name);
	if (r == 0) {
		_cleanup_fd_ int fd = open_trusted(root, dir, O_PATH);

		r = fd < 0 ? fd : root_may_write(root, dir);
	}
	if (r == 0) {
		_cleanup_fd_ int fd = root_open_below(root, path, O_PATH | O_NOFOLLOW);

		if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) != type)
			r = -EPERM;
	}
	return r;
}

int root_may_put_file(struct root *root, const char *path)
{
	return may_put(root, path, S_IFREG);
}

int root_may_put_link(struct root *root, const char *path)
{
	return may_put(root, path, S_IFLNK);
}

/* Whoever can open the lock can hold it. If the mode cannot be changed, as on a read-only file
 * system, others can keep us waiting, but nothing worse. */
static void close_to_others(int fd, mode_t mode, mode_t open_to_others)
{
	if (mode & open_to_others)
		(void)fchmod(fd, mode & 07777 & ~open_to_others);
}

/* Subtracts the time it waits from *left_us. A signal ends the wait. */
static int hold(int fd, uint64_t *left_us)
{
	static const uint64_t step_us = 20000;
	const struct timespec step = {.tv_nsec = (long)step_us * 1000};

	for (;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK || !*left_us || signals_caught())
			return err_errno();
		*left_us -= *left_us < step_us ? *left_us : step_us;
		(void)nanosleep(&step, NULL);
	}
}

/* -ESTALE: the path leads elsewhere; the directory was removed while we waited for it. */
static int check_in_place(const struct root *root, const char *dir, int fd)
{
	_cleanup_fd_ int now = root_open_below(root, dir, O_PATH);
	struct stat ours, theirs;

	if (now < 0)
		return now == -ENOENT ? -ESTALE : now;
	if (fstat(fd, &ours) < 0 || fstat(now, &theirs) < 0)
		return err_errno();
	return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino ? 0 : -ESTALE;
}

static int open_or_make(struct root *root, const char *dir)
{
	int fd = open_trusted(root, dir, O_RDONLY), r;

	if (fd != -ENOENT)
		return fd;
	r = make_parent(root, dir);
	if (r == 0)
		r = make_dir(root, dir, 0711);
	return r < 0 ? r : open_trusted(root, dir, O_RDONLY);
}

int root_lock_dir(struct root *root, const char *dir, uint64_t *left_us, int *ret_fd)
{
	struct stat st;

	for (;;) {
		int fd = open_or_make(root, dir), r;

		if (fd < 0)
			return fd;
		r = fstat(fd, &st) < 0 ? err_errno() : 0;
		if (r == 0) {
			close_to_others(fd, st.st_mode, S_IRGRP | S_IROTH);
			r = hold(fd, left_us);
		}
		if (r == 0)
			r = check_in_place(root, dir, fd);
		if (r == 0) {
			*ret_fd = fd;
			return 0;
		}
		(void)close(fd);
		if (r != -ESTALE)
			return r;
	}
}

int root_lock(struct root *root, const char *path, uint64_t *left_us, int *ret_fd)
{
	const char *name;
	_cleanup_fd_ int dir = root_open_parent(root, path, O_RDONLY, &name);
	_cleanup_fd_ int fd = -1;
	struct stat st;
	int r;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_errno();
	if (fstat(fd, &st) < 0)
		return err_errno();
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()))
		return -EPERM;
	close_to_others(fd, st.st_mode, 0177);
	r = hold(fd, left_us);
	if (r < 0)
		return r;
	*ret_fd = fd;
	fd = -1;
	return 0;
}
