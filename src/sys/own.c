/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"

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

int own_read(struct arena *arena, const char *path, size_t limit, const char **ret,
	     size_t *ret_length, struct err *err)
{
	/* O_NONBLOCK: a FIFO given by mistake must not hang the program. */
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char *buffer;
	size_t length = 0;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, err_errno(), "cannot open '%s': %s", path, err_words(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, -EISDIR, "cannot read '%s': it is a directory", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "cannot read '%s': it is not a regular file", path);
	if ((uint64_t)st.st_size > limit)
		return err_set(err, -EFBIG,
			       "cannot read '%s': %lld bytes, more than the limit of %zu", path,
			       (long long)st.st_size, limit);
	buffer = arena_alloc(arena, limit + 2);
	r = read_whole(fd, buffer, limit + 1, &length);
	if (r < 0)
		return err_set(err, r, "cannot read '%s': %s", path, err_words(r));
	if (length > limit)
		return err_set(err, -EFBIG, "cannot read '%s': more than %zu bytes", path, limit);
	*ret = buffer;
	*ret_length = length;
	return 0;
}

bool own_exists(const char *path)
{
	return access(path, F_OK) == 0;
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

int own_may_replace(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char dir[4096] = ".";
	struct stat st;

	/* A device or a link would be replaced by a file, for everybody who uses it. */
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "cannot write '%s': it is not a regular file", path);
	if (slash)
		(void)snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 : (int)(slash - path),
			       path);
	if (faccessat(AT_FDCWD, dir, W_OK, AT_EACCESS) < 0)
		return err_set(err, err_errno(), "cannot write '%s': %s", path, err_words(errno));
	return 0;
}

int own_replace(const char *path, const char *text, struct err *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char temporary[4096];
	_cleanup_fd_ int fd = -1;
	int r = own_may_replace(path, err);

	if (r < 0)
		return r;
	/* Hidden: whoever reads all files of the directory shall not see half of one. */
	if ((size_t)snprintf(temporary, sizeof(temporary), "%.*s.%s.new", (int)(name - path), path,
			     name) >= sizeof(temporary))
		return err_set(err, -ENAMETOOLONG, "cannot write '%s': the name is too long", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_set(err, err_errno(), "cannot write '%s': %s", path, err_words(errno));
	r = fd_write_all(fd, text);
	if (r == 0 && fsync(fd) < 0)
		r = err_errno();
	if (r == 0 && rename(temporary, path) < 0)
		r = err_errno();
	if (r < 0) {
		(void)unlink(temporary);
		return err_set(err, r, "cannot write '%s': %s", path, err_words(r));
	}
	return 0;
}

int own_overwrite(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? err_errno() : fd_write_all(fd, text);
}
