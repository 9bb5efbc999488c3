/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd gets to hear, on a socket with a name and on an abstract one. */
#include "sys/notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run_suite.h"

static int open_supervisor(const char *name, bool is_abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	if (is_abstract)
		address.sun_path[0] = '\0';
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
			 0);
	return fd;
}

static void check_heard(const char *name, bool is_abstract)
{
	char heard[64] = "";
	int fd = open_supervisor(name, is_abstract);

	ck_assert_int_eq(notify_send(name, "READY=1\n"), 0);
	ck_assert_int_eq(recv(fd, heard, sizeof(heard) - 1, MSG_DONTWAIT), 8);
	ck_assert_str_eq(heard, "READY=1\n");
	(void)close(fd);
}

START_TEST(it_is_heard)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "@thintune-test-%d", (int)getpid());
	check_heard(name, true);
	(void)snprintf(name, sizeof(name), "/tmp/thintune-test-%d", (int)getpid());
	check_heard(name, false);
	ck_assert_int_eq(unlink(name), 0);
	ck_assert_int_eq(notify_send(name, "READY=1\n"), -ENOENT);
}
END_TEST

START_TEST(without_a_name_nobody_wants_to_know)
{
	char name[200];

	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(notify_send(NULL, "READY=1\n"), 0);
	ck_assert_int_eq(notify_send("", "READY=1\n"), -EAFNOSUPPORT);
	ck_assert_int_eq(notify_send("/", "READY=1\n"), -EAFNOSUPPORT);
	ck_assert_int_eq(notify_send("vsock:2:1", "READY=1\n"), -EAFNOSUPPORT);
	ck_assert_int_eq(notify_send(name, "READY=1\n"), -ENAMETOOLONG);
}
END_TEST

RUN_SUITE("notify", it_is_heard, without_a_name_nobody_wants_to_know)
