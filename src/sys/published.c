/* SPDX-License-Identifier: Apache-2.0 */
/* Opens what was published: a name in one directory, and never through a link. */
#include "sys/published.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"

int published_directory(const char *path, int *ret_fd, struct err *err)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, err_errno(), "cannot open the directory '%s': %s", path,
			       err_words(errno));
	*ret_fd = fd;
	return 0;
}

bool published_is_removed(int directory)
{
	struct stat st;

	return fstat(directory, &st) == 0 && st.st_nlink == 0;
}

/* O_NONBLOCK: no FIFO and no lease makes anybody wait. Not by openat2: systemd forbids it to
 * whoever must make no set-user-ID file, and that is each unit with a user of its own. The names
 * are ours and have no slash, so they lead nowhere else without it. */
int published_open(int directory, const char *name, uint64_t most, int *ret_fd, uint64_t *ret_size,
		   struct err *err)
{
	_cleanup_fd_ int fd =
	    openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return err_set(err, -ELOOP, "%s is a link", name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, err_errno(), "%s: %s", name, err_words(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EISDIR, "%s is no regular file", name);
	if ((uint64_t)st.st_size > most)
		return err_set(err, -EFBIG, "%s is larger than %llu bytes", name,
			       (unsigned long long)most);
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int published_read(struct arena *arena, int directory, const char *name, uint64_t most,
		   const char **ret, size_t *ret_length, struct err *err)
{
	_cleanup_fd_ int fd = -1;
	uint64_t size = 0, length = 0;
	ssize_t got = 1;
	char *text;
	int r = published_open(directory, name, most, &fd, &size, err);

	if (r < 0)
		return r;
	text = arena_alloc(arena, (size_t)size + 1);
	while (length < size && got > 0) {
		got = pread(fd, text + length, (size_t)(size - length), (off_t)length);
		length += got > 0 ? (uint64_t)got : 0;
	}
	if (got < 0)
		return err_set(err, err_errno(), "%s: %s", name, err_words(errno));
	if (memchr(text, '\0', (size_t)length))
		return err_set(err, -EBADMSG, "%s has a NUL byte", name);
	*ret = text;
	*ret_length = (size_t)length;
	return 0;
}
