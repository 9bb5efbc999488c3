/* SPDX-License-Identifier: Apache-2.0 */
/* Which descriptors a child that gives them up still has. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refuse.h"
#include "run_suite.h"
#include "sys/confine.h"

enum { first = 20, last = 40 };

/* The kept ones in no order, beside each other, and at both ends. */
static const int keep[] = {31, 22, 30, 40, 20};

static void check_kept(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (int fd = first; fd <= last; fd++)
		ck_assert_int_eq(dup2(null, fd), fd);
	ck_assert_int_eq(confine_descriptors(keep, sizeof(keep) / sizeof(keep[0])), 0);
	for (int fd = 3; fd <= last + 3; fd++) {
		bool kept = false;

		for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
			kept |= keep[i] == fd;
		ck_assert_msg((fcntl(fd, F_GETFD) >= 0) == kept, "%d", fd);
	}
	/* Whoever writes to the first three does not fail. */
	for (int fd = 0; fd < 3; fd++)
		ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
}

START_TEST(what_is_kept_is_open_and_nothing_else)
{
	check_kept();
}
END_TEST

/* As on kernels before 5.9. */
START_TEST(without_the_call_for_ranges_too)
{
	refuse_syscall(SYS_close_range, ENOSYS);
	check_kept();
}
END_TEST

RUN_SUITE("descriptors", what_is_kept_is_open_and_nothing_else, without_the_call_for_ranges_too)
