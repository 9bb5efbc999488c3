/* SPDX-License-Identifier: Apache-2.0 */
/* By what a file system is known again, for answers of the kernel made here. */
#include <errno.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/text.h"
#include "live/live.h"
#include "run_suite.h"

/* A file system as the kernel tells of it. */
static struct {
	const char *uuid; /* 16 bytes; NULL: before 6.9, or it has none */
	uint8_t uuid_length;
	int error; /* of statfs */
	long type;
	uint32_t fsid[2];
	int64_t born; /* 0: not known */
	uint32_t born_ns;
} fs;

int ioctl(int fd, unsigned long request, ...)
{
	struct {
		uint8_t length, bytes[16];
	} * uuid;
	va_list arguments;

	(void)fd;
	ck_assert_uint_eq(_IOC_TYPE(request), 0x15);
	ck_assert_uint_eq(_IOC_SIZE(request), sizeof(*uuid));
	va_start(arguments, request);
	uuid = va_arg(arguments, void *);
	va_end(arguments);
	if (!fs.uuid) {
		errno = ENOTTY;
		return -1;
	}
	uuid->length = fs.uuid_length;
	memcpy(uuid->bytes, fs.uuid, sizeof(uuid->bytes));
	return 0;
}

int statfs(const char *path, struct statfs *ret)
{
	ck_assert_str_eq(path, "/");
	if (fs.error) {
		errno = fs.error;
		return -1;
	}
	memset(ret, 0, sizeof(*ret));
	ret->f_type = fs.type;
	memcpy(&ret->f_fsid, fs.fsid, sizeof(fs.fsid));
	return 0;
}

int statx(int dir, const char *path, int flags, unsigned mask, struct statx *ret)
{
	(void)dir;
	(void)flags;
	ck_assert_str_eq(path, "/mount");
	memset(ret, 0, sizeof(*ret));
	ret->stx_mask = fs.born ? mask & STATX_BTIME : 0;
	ret->stx_btime.tv_sec = fs.born;
	ret->stx_btime.tv_nsec = fs.born_ns;
	return 0;
}

static struct arena *arena;
static struct live_data_dir dir;

/* XFS before 6.9, whose fsid is the number of the device. */
static void set_up(void)
{
	arena = arena_new();
	dir = (struct live_data_dir){.path = "/", .mount_point = "/mount", .fs_type = "xfs"};
	memset(&fs, 0, sizeof(fs));
	fs.type = XFS_SUPER_MAGIC;
	fs.fsid[0] = 0x10301;
	fs.born = 1700000000;
	fs.born_ns = 5;
}

static const char *id(void)
{
	return live_dir_filesystem_id(arena, &dir);
}

START_TEST(its_uuid)
{
	set_up();
	fs.uuid = "\x01\x23\x45\x67\x89\xab\xcd\xef\x10\x32\x54\x76\x98\xba\xdc\xfe";
	fs.uuid_length = 16;
	ck_assert_str_eq(id(), "0123456789abcdef1032547698badcfe");
	/* It moves to another device. */
	fs.fsid[0]++;
	ck_assert_str_eq(id(), "0123456789abcdef1032547698badcfe");
	arena_free(arena);
}
END_TEST

START_TEST(a_uuid_that_is_none)
{
	const char *without;

	set_up();
	without = id();
	fs.uuid = "0123456789abcdef";
	ck_assert_str_eq(id(), without);
	fs.uuid_length = 17;
	ck_assert_str_eq(id(), without);
	arena_free(arena);
}
END_TEST

START_TEST(without_one_by_its_birth)
{
	const char *first;

	set_up();
	first = id();
	ck_assert_ptr_nonnull(first);
	ck_assert_str_eq(id(), first);
	fs.born++;
	ck_assert_str_ne(id(), first);
	fs.born--;
	fs.born_ns++;
	ck_assert_str_ne(id(), first);
	fs.born_ns--;
	fs.fsid[0]++;
	ck_assert_str_ne(id(), first);
	fs.fsid[0]--;
	fs.fsid[1]++;
	ck_assert_str_ne(id(), first);
	fs.fsid[1]--;
	ck_assert_str_eq(id(), first);
	arena_free(arena);
}
END_TEST

/* On the same device the next one would look the same. */
START_TEST(the_number_of_a_device_is_no_name)
{
	set_up();
	fs.born = 0;
	ck_assert_ptr_null(id());
	fs.born = 1;
	ck_assert_ptr_nonnull(id());
	dir.mount_point = NULL;
	ck_assert_ptr_null(id());
	dir.mount_point = "/mount";
	fs.error = EIO;
	ck_assert_ptr_null(id());
	arena_free(arena);
}
END_TEST

START_TEST(of_ext4_the_fsid_is_made_of_the_uuid)
{
	const char *first;

	set_up();
	dir.fs_type = "ext4";
	fs.type = EXT4_SUPER_MAGIC;
	fs.born = 0;
	first = id();
	ck_assert_ptr_nonnull(first);
	ck_assert_str_eq(id(), first);
	fs.fsid[1]++;
	ck_assert_str_ne(id(), first);
	arena_free(arena);
}
END_TEST

RUN_SUITE("filesystem_id", its_uuid, a_uuid_that_is_none, without_one_by_its_birth,
	  the_number_of_a_device_is_no_name, of_ext4_the_fsid_is_made_of_the_uuid)
