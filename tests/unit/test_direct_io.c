/* SPDX-License-Identifier: Apache-2.0 */
/* What is observed of direct I/O on a file in memory, and on one that cannot be written or read. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/direct_io.h"
#include "refuse.h"
#include "run_suite.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

enum { mib = 1048576 };

static struct direct_io direct;
static struct err err;

/* Only what was opened by its name can be direct. */
static int file_in_memory(void)
{
	int made = memfd_create("scratch", MFD_CLOEXEC), fd;
	char path[64];

	ck_assert_int_ge(made, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", made);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(made), 0);
	return fd;
}

static int prove(int account)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	int fd = file_in_memory(), r;

	direct = (struct direct_io){0};
	r = direct_io_prove(arena, fd, account, "tmpfs", &direct, &err);
	ck_assert_int_eq(close(fd), 0);
	return r;
}

/* Linux before 6.6 does not let a file in memory have O_DIRECT; nothing more can be seen then. */
static bool can_be_direct(void)
{
	ck_assert_int_eq(prove(-1), 0);
	ck_assert_int_eq(direct.proof, PROOF_REFUTED);
	return direct.opens == TRI_YES;
}

START_TEST(in_memory_all_pages_are_cached)
{
	if (!can_be_direct())
		return;
	ck_assert_int_eq(direct.holds, TRI_YES);
	ck_assert_int_eq(direct.cached_pages, 256);
	ck_assert_int_eq(direct.counted, TRI_UNKNOWN);
	ck_assert_str_eq(direct.sentence,
			 "data written with O_DIRECT is in the page cache (256 of 256 pages); "
			 "tmpfs is memory: mount a disk with XFS there");
	/* As Linux before 6.5 tells it. */
	refuse_syscall(SYS_cachestat, ENOSYS);
	ck_assert_int_eq(prove(-1), 0);
	ck_assert_int_eq(direct.cached_pages, 256);
	refuse_syscall(SYS_mincore, EPERM);
	ck_assert_int_eq(prove(-1), 0);
	ck_assert_int_eq(direct.cached_pages, -1);
	/* What else speaks against it still does. */
	ck_assert_int_ne(direct.proof, PROOF_PROVEN);
}
END_TEST

/* What the process's account says. */
static int account_of(const char *text)
{
	int fd = memfd_create("io", MFD_CLOEXEC);

	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

START_TEST(bytes_that_no_disk_saw)
{
	int still = account_of("rchar: 1\nread_bytes: 5000000\nwrite_bytes: 5000000\n");
	int half = account_of("rchar: 1\nread_bytes: 5000000\n");

	if (can_be_direct()) {
		ck_assert_int_eq(prove(still), 0);
		ck_assert_int_eq(direct.counted, TRI_NO);
		ck_assert_int_eq(prove(half), 0);
		ck_assert_int_eq(direct.counted, TRI_UNKNOWN);
	}
	ck_assert_int_eq(close(still), 0);
	ck_assert_int_eq(close(half), 0);
}
END_TEST

static void limit_files(rlim_t bytes)
{
	struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

	ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_file_that_may_not_grow)
{
	if (!can_be_direct())
		return;
	ck_assert_double_ge(direct.switches_per_append, 0);
	/* No room for the appends, which only cost. */
	limit_files(mib);
	ck_assert_int_eq(prove(-1), 0);
	ck_assert_double_eq(direct.switches_per_append, -1);
	limit_files(mib / 2);
	ck_assert_int_eq(prove(-1), -EFBIG);
	ck_assert_str_eq(err.text, "cannot write the scratch file: File too large");
}
END_TEST

START_TEST(without_linux_aio_appends_are_not_told)
{
	if (!can_be_direct())
		return;
	refuse_syscall(SYS_io_submit, EPERM);
	ck_assert_int_eq(prove(-1), 0);
	ck_assert_double_eq(direct.switches_per_append, -1);
}
END_TEST

START_TEST(a_file_that_cannot_be_read)
{
	if (!can_be_direct())
		return;
	refuse_syscall(SYS_pread64, EIO);
	ck_assert_int_eq(prove(-1), -EIO);
	ck_assert_str_eq(err.text, "cannot read the scratch file: Input/output error");
}
END_TEST

RUN_SUITE("direct_io", in_memory_all_pages_are_cached, bytes_that_no_disk_saw,
	  a_file_that_may_not_grow, without_linux_aio_appends_are_not_told,
	  a_file_that_cannot_be_read)
