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

static int connected(int listener)
{
	struct sockaddr_storage to;
	socklen_t length = sizeof(to);
	int fd;

	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&to, &length), 0);
	fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, length), 0);
	return fd;
}

/* connect() comes back once the client's side is done. The kernel may hand the last packet of the
 * handshake to the listener a moment later. */
static void wait_for_client(int listener)
{
	struct pollfd wait = {.fd = listener, .events = POLLIN};

	ck_assert_int_eq(poll(&wait, 1, -1), 1);
}

/* Nothing is seen of the second where there is no IPv6 on loopback. */
START_TEST(one_connection)
{
	static const struct {
		const char *open, *starts, *is_at, *others[4];
	} families[] = {
	    {"127.0.0.1:0", "127.0.0.1:", "127.0.0.1", {"127.0.0.2", "::1", "here"}},
	    {"[::1]:0", "[::1]:", "::1", {"::2", "2::1", "127.0.0.1", "here"}},
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	char text[8] = "";
	int listener, client, connection, r = listener_open(families[_i].open, 1, &listener, NULL);
	const char *address;
	uint64_t port;

	if (_i == 1 && r < 0) {
		ck_assert(r == -EADDRNOTAVAIL || r == -EAFNOSUPPORT);
		return;
	}
	ck_assert_int_eq(r, 0);
	address = listener_address(arena, listener);
	ck_assert(text_starts(address, families[_i].starts));
	ck_assert_int_eq(text_u64(strrchr(address, ':') + 1, &port), 0);
	ck_assert_uint_gt(port, 0);
	ck_assert_int_eq(listener_accept(listener), -EAGAIN);
	client = connected(listener);
	wait_for_client(listener);
	connection = listener_accept(listener);
	ck_assert_int_ge(connection, 0);
	ck_assert(listener_is_at(connection, families[_i].is_at));
	for (unsigned i = 0; i < 4 && families[_i].others[i]; i++)
		ck_assert(!listener_is_at(connection, families[_i].others[i]));
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

static void prepare(TCase *tests)
{
	tcase_add_loop_test(tests, one_connection, 0, 2);
}

RUN_SUITE_WITH("listener", prepare, what_is_no_address_is_refused, a_port_that_is_taken)
