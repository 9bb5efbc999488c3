/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the datagram by hand: no static program can link libsystemd. */
#include "sys/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sys/fd.h"

int notify_send(const char *path, const char *lines)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path ? strlen(path) : 0;
	_cleanup_fd_ int fd = -1;

	if (!path)
		return 0;
	if ((*path != '/' && *path != '@') || length < 2)
		return -EAFNOSUPPORT;
	if (length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, length);
	/* Of an abstract socket. */
	if (*path == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		return err_errno();
	return send(fd, lines, strlen(lines), MSG_NOSIGNAL) < 0 ? err_errno() : 0;
}
