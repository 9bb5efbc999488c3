/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as people write them, and a connection on loopback. */
#include "sys/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "run_suite.h"

START_TEST(what_is_no_address_is_refused)
{
	static const char *const forms[] = {
	    "",
	    ":80",
	    "127.0.0.1",
	    "127.0.0.1:",
	    "127.0.0.1:65536",
	    "127.0.0.1:99999",
	    "127.0.0.1:-1",
	    "127.0.0.1:8x",
	    "127.0.0.1:1 ",
	    "localhost:80",
	    "256.0.0.1:80",
	    "::1",
	    "[]:80",
	    "[::1]",
	    "[::1]:65536",
	    "[::1:80",
	    "1.2.3:80",
	    "[::1%lo]:80",
	    "[]:",
	    "]:80",
	    "[fe80::ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:80"};
	static const char *const brackets[] = {"[127.0.0.1]:80", "::1:80"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct err err = {0};
		int fd = -1;

		ck_assert_int_eq(listener_open(forms[i], 1, &fd, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "of the form ADDRESS:PORT"), "%s: %s", forms[i],
			      err.text);
		ck_assert_int_eq(fd, -1);
	}
	for (size_t i = 0; i < sizeof(brackets) / sizeof(brackets[0]); i++) {
		struct err err = {0};
		int fd = -1;

		ck_assert_int_eq(listener_open(brackets[i], 1, &fd, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "brackets"), "%s: %s", brackets[i], err.text);
	}
}
END_TEST

/* A client of the socket; its port is in the address that the listener tells. */
static int connected(struct arena *arena, int listener)
{
	const char *address = listener_address(arena, listener);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	uint64_t port;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert(text_starts(address, "127.0.0.1:"));
	ck_assert_int_eq(text_u64(strchr(address, ':') + 1, &port), 0);
	ck_assert_uint_gt(port, 0);
	to.sin_port = htons((uint16_t)port);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* connect() comes back once the client's side is done. The kernel may hand the last packet of the
 * handshake to the listener a moment later. */
static void wait_for_client(int listener)
{
	struct pollfd wait = {.fd = listener, .events = POLLIN};

	ck_assert_int_eq(poll(&wait, 1, -1), 1);
}

START_TEST(one_connection)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	char text[8] = "";
	int listener, client, connection;

	ck_assert_int_eq(listener_open("127.0.0.1:0", 1, &listener, NULL), 0);
	ck_assert_int_eq(listener_accept(listener), -EAGAIN);
	client = connected(arena, listener);
	wait_for_client(listener);
	connection = listener_accept(listener);
	ck_assert_int_ge(connection, 0);
	ck_assert(listener_is_at(connection, "127.0.0.1"));
	ck_assert(!listener_is_at(connection, "127.0.0.2"));
	ck_assert(!listener_is_at(connection, "::1"));
	ck_assert(!listener_is_at(connection, "here"));
	ck_assert_int_eq(listener_receive(connection, text, sizeof(text)), -EAGAIN);
	ck_assert_int_eq(listener_send(connection, "abc", 3, false), 3);
	ck_assert_int_eq(recv(client, text, sizeof(text), 0), 3);
	listener_finish(connection);
	ck_assert_int_eq(recv(client, text, sizeof(text), 0), 0);
	(void)close(client);
	(void)close(connection);
	(void)close(listener);
}
END_TEST

START_TEST(a_port_that_is_taken)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *taken;
	struct err err = {0};
	int first, second = -1;

	ck_assert_int_eq(listener_open("127.0.0.1:0", 1, &first, NULL), 0);
	taken = listener_address(arena, first);
	ck_assert_int_eq(listener_open(taken, 1, &second, &err), -EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(err.text, taken));
	ck_assert_int_eq(second, -1);
	(void)close(first);
}
END_TEST

RUN_SUITE("listener", what_is_no_address_is_refused, one_connection, a_port_that_is_taken)
