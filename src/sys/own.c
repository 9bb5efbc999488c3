/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the caller's own files, and writes into one that must not be replaced. */
#include "sys/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/walk.h"

static int read_whole(int fd, char *buffer, size_t size, size_t *ret_length)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, buffer + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno();
		if (got == 0)
			break;
		length += (size_t)got;
	}
	*ret_length = length;
	return 0;
}

/* Reads a whole regular file that is already open; the buffer has room for limit + 1 bytes. */
static int read_into(char *buffer, int fd, const char *path, size_t limit, size_t *ret_length,
		     struct err *err)
{
	struct stat st;
	size_t length = 0;
	int r;

	if (fstat(fd, &st) < 0)
		return err_set(err, err_errno(), "cannot read '%s': %s", path, err_words(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, -EISDIR, "cannot read '%s': it is a directory", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "cannot read '%s': it is not a regular file", path);
	if ((uint64_t)st.st_size > limit)
		return err_set(err, -EFBIG,
			       "cannot read '%s': %lld bytes, more than the limit of %zu", path,
			       (long long)st.st_size, limit);
	r = read_whole(fd, buffer, limit + 1, &length);
	if (r < 0)
		return err_set(err, r, "cannot read '%s': %s", path, err_words(r));
	if (length > limit)
		return err_set(err, -EFBIG, "cannot read '%s': more than %zu bytes", path, limit);
	buffer[length] = '\0';
	*ret_length = length;
	return 0;
}

static int read_file(struct arena *arena, int fd, const char *path, size_t limit, const char **ret,
		     size_t *ret_length, struct err *err)
{
	char *buffer = arena_alloc(arena, limit + 1);
	int r = read_into(buffer, fd, path, limit, ret_length, err);

	if (r == 0)
		*ret = buffer;
	return r;
}

const char *own_real_path(struct arena *arena, const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) ? arena_strdup(arena, real) : path;
}

/* The name itself, wherever it may lead. */
static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int open_own(const char *path, struct err *err)
{
	/* O_NONBLOCK: a FIFO given by mistake must not hang the program. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r = fd < 0 ? err_errno() : fd;

	if (r == -ENOENT && is_there(path))
		return err_set(err, -ENOLINK, "cannot read '%s': it is a link that leads nowhere",
			       path);
	return r < 0 ? err_set(err, r, "cannot open '%s': %s", path, err_words(r)) : r;
}

int own_read(struct arena *arena, const char *path, size_t limit, const char **ret,
	     size_t *ret_length, struct err *err)
{
	_cleanup_fd_ int fd = open_own(path, err);

	return fd < 0 ? fd : read_file(arena, fd, path, limit, ret, ret_length, err);
}

int own_read_into(char *buffer, const char *path, size_t limit, size_t *ret_length, struct err *err)
{
	_cleanup_fd_ int fd = open_own(path, err);

	return fd < 0 ? fd : read_into(buffer, fd, path, limit, ret_length, err);
}

int own_open(const char *path, int *ret_fd, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_set(err, err_errno(), "cannot open '%s': %s", path, err_words(errno));
	*ret_fd = fd;
	return 0;
}

void own_close(int fd)
{
	(void)close(fd);
}

int own_read_open(struct arena *arena, int fd, size_t limit, char **ret, size_t *ret_length,
		  struct err *err)
{
	struct stat st;
	size_t size;
	int r;

	if (fstat(fd, &st) < 0)
		return err_set(err, err_errno(), "cannot read it: %s", err_words(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "it is not a regular file");
	if ((uint64_t)st.st_size > limit)
		return err_set(err, -EFBIG, "it has more than %zu bytes", limit);
	/* What grows meanwhile is read as it was. */
	size = (size_t)st.st_size;
	*ret = arena_alloc(arena, size + 1);
	r = read_whole(fd, *ret, size, ret_length);
	return r < 0 ? err_set(err, r, "cannot read it: %s", err_words(r)) : 0;
}

/* Opens the file in the directory that was checked, never through a link. */
static int open_trusted(const char *path, struct err *err)
{
	struct walk walk;
	struct stat st;
	int r = walk_path(&walk, path, WALK_TRUSTED), fd;

	if (r == -ENOENT && is_there(path))
		return err_set(err, -ENOLINK, "cannot read '%s': it is a link that leads nowhere",
			       path);
	if (r < 0)
		return err_set(err, r, "cannot trust '%s': %s", path,
			       walk.why ? walk.why : err_words(r));
	fd = openat(walk.dir, *walk.name ? walk.name : ".",
		    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	r = fd < 0 || fstat(fd, &st) < 0 ? err_errno() : 0;
	walk_close(&walk);
	if (r < 0)
		(void)err_set(err, r, "cannot open '%s': %s", path, err_words(r));
	else if (st.st_uid != 0)
		r = err_set(err, -EPERM, "cannot trust '%s': it is not root's", path);
	else if (!walk_is_trusted(&st))
		r = err_set(err, -EPERM, "cannot trust '%s': users other than root may write to it",
			    path);
	if (r < 0)
		fd_closep(&fd);
	return r < 0 ? r : fd;
}

int own_read_trusted(struct arena *arena, const char *path, size_t limit, const char **ret,
		     size_t *ret_length, struct err *err)
{
	_cleanup_fd_ int fd = open_trusted(path, err);

	return fd < 0 ? fd : read_file(arena, fd, path, limit, ret, ret_length, err);
}

bool own_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool own_is_absent(const char *path)
{
	return access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool own_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool own_find_id(const char *path, struct own_id *ret)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	*ret = (struct own_id){.device = st.st_dev, .inode = st.st_ino};
	return true;
}

int own_list(struct arena *arena, const char *dir, names *ret)
{
	DIR *handle = opendir(dir);
	struct dirent *entry;
	names list = {0};

	if (!handle)
		return err_errno();
	while ((entry = readdir(handle))) {
		if (!text_equal(entry->d_name, ".") && !text_equal(entry->d_name, ".."))
			vec_push(arena, &list, arena_strdup(arena, entry->d_name));
	}
	(void)closedir(handle);
	text_natural_sort(&list);
	*ret = list;
	return 0;
}

int own_overwrite(const char *path, const char *text)
{
	/* O_NONBLOCK: a FIFO must not hang the program. */
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno();
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return ftruncate(fd, 0) < 0 ? err_errno() : fd_write_all(fd, text);
}
