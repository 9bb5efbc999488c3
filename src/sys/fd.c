/* SPDX-License-Identifier: Apache-2.0 */
/* File descriptors that close themselves, and complete writes. */
#include "sys/fd.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void fd_closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

int fd_write_bytes(int fd, const char *bytes, size_t length)
{
	size_t left = length;

	while (left) {
		ssize_t written = write(fd, bytes, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return err_errno();
		bytes += written;
		left -= (size_t)written;
	}
	return 0;
}

int fd_write_all(int fd, const char *text)
{
	return fd_write_bytes(fd, text, strlen(text));
}
