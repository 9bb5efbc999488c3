/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers become addresses here, and sockets are bound to them. */
#include "sys/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "base/text.h"
#include "sys/fd.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

enum { host_bytes = INET6_ADDRSTRLEN };

static bool read_host(const char *host, union address *ret)
{
	*ret = (union address){0};
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1) {
		ret->any.sa_family = AF_INET;
		return true;
	}
	ret->any.sa_family = AF_INET6;
	return inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1;
}

/* "HOST:PORT", or "[HOST]:PORT" where the host has colons itself. */
static int read_address(const char *text, union address *ret, struct err *err)
{
	const char *colon = strrchr(text, ':'), *end = colon;
	char host[host_bytes] = "";
	bool is_bracketed = *text == '[', is_v6;
	uint64_t port = 0;
	size_t length;

	if (is_bracketed && colon && colon > text && colon[-1] == ']') {
		text++;
		end = colon - 1;
	}
	length = colon && end > text ? (size_t)(end - text) : 0;
	if (length && length < sizeof(host)) {
		memcpy(host, text, length);
		host[length] = '\0';
	}
	if (!*host || !read_host(host, ret) || text_u64(colon + 1, &port) < 0 || port > 65535)
		return err_set(err, -EINVAL,
			       "it is not of the form ADDRESS:PORT, as in 127.0.0.1:17644 or "
			       "[::1]:17644; names are not looked up");
	is_v6 = ret->any.sa_family == AF_INET6;
	if (is_v6 != is_bracketed)
		return err_set(err, -EINVAL,
			       "only an address that has colons itself is in brackets: "
			       "[::1]:17644");
	*(is_v6 ? &ret->v6.sin6_port : &ret->v4.sin_port) = htons((uint16_t)port);
	return 0;
}

/* SO_REUSEADDR: connections of the one before may still be about. An IPv6 socket takes no IPv4,
 * whatever the node's default is. */
static int bind_to(int fd, const union address *address)
{
	bool is_v6 = address->any.sa_family == AF_INET6;
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    (is_v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
	    bind(fd, &address->any, is_v6 ? sizeof(address->v6) : sizeof(address->v4)) < 0)
		return err_errno();
	return 0;
}

int listener_open(const char *text, int waiting, int *ret_fd, struct err *err)
{
	union address address;
	struct err cause = {0};
	_cleanup_fd_ int fd = -1;
	int r = read_address(text, &address, &cause);

	if (r < 0)
		return err_set(err, r, "option --listen: '%s': %s", text, cause.text);
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		r = err_errno();
	if (r == 0)
		r = bind_to(fd, &address);
	if (r == 0 && listen(fd, waiting) < 0)
		r = err_errno();
	if (r < 0)
		return err_set(err, r == -EINVAL ? -EADDRNOTAVAIL : r, "cannot listen on %s: %s",
			       text, err_words(r));
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static bool local_of(int fd, union address *ret)
{
	socklen_t length = sizeof(*ret);

	return getsockname(fd, &ret->any, &length) == 0 &&
	       (ret->any.sa_family == AF_INET || ret->any.sa_family == AF_INET6);
}

const char *listener_address(struct arena *arena, int fd)
{
	char host[host_bytes];
	union address own;
	bool is_v6;

	if (!local_of(fd, &own))
		return "an unknown address";
	is_v6 = own.any.sa_family == AF_INET6;
	if (!inet_ntop(own.any.sa_family,
		       is_v6 ? (const void *)&own.v6.sin6_addr : (const void *)&own.v4.sin_addr,
		       host, sizeof(host)))
		return "an unknown address";
	return arena_printf(arena, is_v6 ? "[%s]:%u" : "%s:%u", host,
			    ntohs(is_v6 ? own.v6.sin6_port : own.v4.sin_port));
}

int listener_accept(int fd)
{
	int connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	return connection < 0 ? err_errno() : connection;
}

bool listener_is_at(int connection, const char *address)
{
	union address own, wanted;

	if (!local_of(connection, &own) || !read_host(address, &wanted) ||
	    own.any.sa_family != wanted.any.sa_family)
		return false;
	return own.any.sa_family == AF_INET
		   ? own.v4.sin_addr.s_addr == wanted.v4.sin_addr.s_addr
		   : memcmp(&own.v6.sin6_addr, &wanted.v6.sin6_addr, sizeof(own.v6.sin6_addr)) == 0;
}

ssize_t listener_receive(int connection, void *ret, size_t room)
{
	ssize_t got = recv(connection, ret, room, 0);

	return got < 0 ? err_errno() : got;
}

ssize_t listener_send(int connection, const void *bytes, size_t length, bool is_more)
{
	ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL | (is_more ? MSG_MORE : 0));

	return sent < 0 ? err_errno() : sent;
}

ssize_t listener_send_file(int connection, int file, int64_t *offset, size_t length)
{
	ssize_t sent = sendfile(connection, file, offset, length);

	return sent < 0 ? err_errno() : sent;
}

void listener_finish(int connection)
{
	(void)shutdown(connection, SHUT_WR);
}
