/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the probe: how they are made and opened, and why a write was cut short. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "own_mounts.h"
#include "probe/scratch.h"
#include "run_suite.h"

START_TEST(a_write_that_is_cut_short_tells_why)
{
	static unsigned char bytes[65536];
	struct rlimit limit = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
	char path[] = "/tmp/thintune-probe-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(scratch_write_start(fd, bytes, sizeof(bytes)), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), sizeof(bytes));
	ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(scratch_write_start(fd, bytes, sizeof(bytes)), -EFBIG);
	ck_assert_int_eq(scratch_allocate(fd, sizeof(bytes)), 0);
	ck_assert_int_eq(scratch_allocate(fd, 2 * sizeof(bytes)), -EFBIG);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

static int make_in(const char *path, struct err *err)
{
	int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1, r;

	ck_assert_int_ge(dir, 0);
	r = scratch_make(dir, &fd, err);
	ck_assert_int_eq(close(dir), 0);
	return r < 0 ? r : fd;
}

/* A file system of message queues knows no unnamed files. */
START_TEST(where_each_file_has_a_name_it_is_taken_away)
{
	char path[] = "/tmp/thintune-probe-XXXXXX", name[sizeof(path) + 64];
	struct err err = {0};
	struct stat st;
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(path));
	(void)snprintf(name, sizeof(name), "%s/%s", path, SCRATCH_NAME);
	if (own_mounts(CLONE_NEWIPC) && mount("none", path, "mqueue", 0, NULL) == 0) {
		for (unsigned i = 0; i < 2; i++) {
			fd = make_in(path, &err);
			ck_assert_int_ge(fd, 0);
			ck_assert_int_eq(fstat(fd, &st), 0);
			ck_assert_uint_eq(st.st_nlink, 0);
			ck_assert_uint_eq(st.st_mode & 0777, 0600);
			ck_assert_int_lt(access(name, F_OK), 0);
			ck_assert_int_eq(close(fd), 0);
			/* A killed run left one. */
			fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
			ck_assert_int_eq(close(fd), 0);
		}
		ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
	}
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(why_it_cannot_be_made)
{
	char path[] = "/tmp/thintune-probe-XXXXXX";
	struct err err = {0};

	ck_assert_ptr_nonnull(mkdtemp(path));
	if (own_mounts(0) && mount("none", path, "tmpfs", MS_RDONLY, NULL) == 0) {
		ck_assert_int_eq(make_in(path, &err), -EROFS);
		ck_assert_str_eq(err.text, "cannot make the scratch file in the data directory: "
					   "Read-only file system");
		ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
		/* As another than its owner. */
		ck_assert_int_eq(setegid(65534), 0);
		ck_assert_int_eq(seteuid(65534), 0);
		ck_assert_int_eq(make_in("/", &err), -EACCES);
		ck_assert_ptr_nonnull(strstr(err.text, "as uid 65534: Permission denied"));
		ck_assert_int_eq(seteuid(0), 0);
	}
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(space_is_allocated_or_the_size_is_set)
{
	struct rlimit limit = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
	char path[] = "/tmp/thintune-probe-XXXXXX";
	struct err err = {0};
	struct stat st;
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(path));
	/* ramfs allocates nothing ahead. */
	if (own_mounts(0) && mount("none", path, "ramfs", 0, NULL) == 0) {
		fd = make_in(path, &err);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(scratch_allocate(fd, 65536), 0);
		ck_assert_int_eq(fstat(fd, &st), 0);
		ck_assert_int_eq(st.st_size, 65536);
		ck_assert_int_eq(st.st_blocks, 0);
		ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		ck_assert_int_eq(scratch_allocate(fd, 131072), -EFBIG);
		ck_assert_int_eq(close(fd), 0);
		ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
	}
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(only_a_regular_file_is_read)
{
	char path[] = "/tmp/thintune-probe-XXXXXX";
	struct err err = {0};
	uint64_t bytes = 7;
	int fd = mkstemp(path), opened = -1;

	ck_assert_int_eq(ftruncate(fd, 12345), 0);
	ck_assert_int_eq(probe_open_file(path, &opened, &bytes, &err), 0);
	ck_assert_uint_eq(bytes, 12345);
	ck_assert_int_eq(close(opened), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(probe_open_file(path, &opened, &bytes, &err), -ENOENT);
	/* A FIFO must not hang it. */
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(probe_open_file(path, &opened, &bytes, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "it is not a regular file"));
	ck_assert_int_eq(probe_open_file("/dev/null", &opened, &bytes, &err), -EINVAL);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

RUN_SUITE("scratch", a_write_that_is_cut_short_tells_why,
	  where_each_file_has_a_name_it_is_taken_away, why_it_cannot_be_made,
	  space_is_allocated_or_the_size_is_set, only_a_regular_file_is_read)
