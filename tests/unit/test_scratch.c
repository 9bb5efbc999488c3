/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the probe: whose directory it is that it opens, and why a write was cut short. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe/scratch.h"
#include "run_suite.h"

/* What is known of a directory from an earlier look. */
static struct live_data_dir look_at(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return (struct live_data_dir){.path = path,
				      .dev_major = major(st.st_dev),
				      .dev_minor = minor(st.st_dev),
				      .uid = st.st_uid,
				      .gid = st.st_gid};
}

static int open_it(const struct live_data_dir *dir)
{
	struct err err = {0};
	int fd = -1, r = scratch_directory(dir, &fd, &err);

	ck_assert_int_eq(r == 0, fd >= 0);
	ck_assert_int_eq(r, err.code);
	if (fd >= 0)
		ck_assert_int_eq(close(fd), 0);
	return r;
}

START_TEST(a_directory_is_opened_only_as_it_was_seen)
{
	char path[] = "/tmp/thintune-probe-XXXXXX";
	struct live_data_dir dir;

	ck_assert_ptr_nonnull(mkdtemp(path));
	dir = look_at(path);
	ck_assert_int_eq(open_it(&dir), 0);
	dir.uid++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.uid--;
	dir.gid++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.gid--;
	dir.dev_minor++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.dev_minor--;
	dir.dev_major++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(open_it(&dir), -ENOENT);
}
END_TEST

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
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

RUN_SUITE("scratch", a_directory_is_opened_only_as_it_was_seen, a_write_that_is_cut_short_tells_why)
