/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "facts/health.h"
#include "facts/identify.h"
#include "run_suite.h"
#include "sys/nvme.h"
#include "tree.h"

static unsigned char controller[NVME_IDENTIFY_BYTES], space[NVME_IDENTIFY_BYTES];

/* As the specification numbers them: metadata in two bytes, the size as a power of two, and how
 * fast. */
static void put_format(unsigned at, unsigned metadata, unsigned shift, unsigned performance)
{
	unsigned char *format = space + 128 + 4 * (size_t)at;

	format[0] = (unsigned char)metadata;
	format[1] = (unsigned char)(metadata >> 8);
	format[2] = (unsigned char)shift;
	format[3] = (unsigned char)performance;
}

static void clear(void)
{
	memset(controller, 0, sizeof(controller));
	memset(space, 0, sizeof(space));
}

static const char *decoded(struct arena *arena)
{
	struct nvme_identity identity;

	return identify_decode(arena, controller, space, &identity) < 0
		   ? "refused"
		   : identify_text(arena, &identity);
}

START_TEST(bytes_of_a_namespace)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	clear();
	ck_assert_str_eq(decoded(arena), "refused");
	put_format(0, 0, 9, 2);
	put_format(1, 0, 12, 0);
	put_format(2, 264, 12, 0xfd);
	put_format(3, 0, 0, 0);
	put_format(4, 0, 31, 0);
	space[25] = 4;
	space[26] = 0x11;
	controller[525] = 0xfe;
	ck_assert_str_eq(decoded(arena),
			 "cache=0 atomic=4096 in_use=1 512:0:2 4096:0:0 4096:264:1");
	controller[525] = 0x07;
	controller[528] = 7;
	controller[529] = 1;
	ck_assert_str_eq(decoded(arena),
			 "cache=1 atomic=1081344 in_use=1 512:0:2 4096:0:0 4096:264:1");
	/* A unit of its own is meant only where it says so. */
	space[36] = 1;
	space[24] = 0xfd;
	ck_assert_ptr_nonnull(strstr(decoded(arena), "atomic=1081344"));
	space[24] = 0x02;
	ck_assert_ptr_nonnull(strstr(decoded(arena), "atomic=8192"));
	/* 0 is no unit of one block: it is the controller's. */
	space[36] = 0;
	ck_assert_ptr_nonnull(strstr(decoded(arena), "atomic=1081344"));
	space[37] = 1;
	ck_assert_ptr_nonnull(strstr(decoded(arena), "atomic=1052672"));
	/* In use is one that is not offered. */
	space[26] = 3;
	ck_assert_str_eq(decoded(arena), "refused");
}
END_TEST

/* More than 16 have two more bits of the number, which mean nothing else. */
START_TEST(many_formats)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct nvme_identity identity;

	clear();
	for (unsigned i = 0; i < 64; i++)
		put_format(i, i, 12, 0);
	space[25] = 63;
	space[26] = 0x65;
	ck_assert_int_eq(identify_decode(arena, controller, space, &identity), 0);
	ck_assert_uint_eq(identity.formats.count, 64);
	ck_assert_uint_eq(identity.in_use, 0x35);
	space[25] = 15;
	ck_assert_int_eq(identify_decode(arena, controller, space, &identity), 0);
	ck_assert_uint_eq(identity.formats.count, 16);
	ck_assert_uint_eq(identity.in_use, 5);
	space[82] = 1;
	ck_assert_int_eq(identify_decode(arena, controller, space, &identity), -EBADMSG);
	space[82] = 48;
	ck_assert_int_eq(identify_decode(arena, controller, space, &identity), 0);
	ck_assert_uint_eq(identity.formats.count, 64);
	ck_assert_uint_eq(identity.in_use, 0x35);
	space[25] = space[82] = 255;
	ck_assert_int_eq(identify_decode(arena, controller, space, &identity), 0);
	ck_assert_uint_eq(identity.formats.count, 64);
}
END_TEST

START_TEST(what_a_record_holds)
{
	static const char *const texts[] = {
	    "cache=1 atomic=4096 in_use=1 512:0:2 4096:0:0 4096:264:1",
	    "cache=0 atomic=512 in_use=0 512:8:3",
	};
	static const char *const hostile[] = {
	    "",
	    "cache=1 atomic=4096 in_use=0",
	    "cache=2 atomic=4096 in_use=0 512:0:2",
	    "cache=1 atomic=x in_use=0 512:0:2",
	    "cache=1 atomic=99999999999 in_use=0 512:0:2",
	    "cache=1 atomic=4096 in_use=1 512:0:2",
	    "cache=1 in_use=0 atomic=4096 512:0:2",
	    "cache=1 atomic=4096 in_use=0 512:0",
	    "cache=1 atomic=4096 in_use=0 512:0:2:1",
	    "cache=1 atomic=4096 in_use=0 512:0:4",
	    "cache=1 atomic=4096 in_use=0 256:0:0",
	    "cache=1 atomic=4096 in_use=0 131072:0:0",
	    "cache=1 atomic=513 in_use=0 513:0:0",
	    "cache=1 atomic=4096 in_use=0 4096:0:0 520:0:0",
	    "cache=1 atomic=0 in_use=0 512:0:0",
	    "cache=1 atomic=512 in_use=0 4096:0:0",
	    "cache=1 atomic=5120 in_use=0 4096:0:0",
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct nvme_identity identity;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_int_eq(identify_parse(arena, texts[i], &identity), 0);
		ck_assert(identity.known);
		ck_assert_str_eq(identify_text(arena, &identity), texts[i]);
	}
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		ck_assert_msg(identify_parse(arena, hostile[i], &identity) == -EBADMSG, "%s",
			      hostile[i]);
}
END_TEST

/* Of NVMe disks with data alone; a record that does not have it says so. */
START_TEST(which_disks_are_asked)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {0};
	const struct disk *disks;

	tree_file(tree, NVME_DIR "nvme0n1", "cache=1 atomic=4096 in_use=0 4096:0:0");
	tree_file(tree, NVME_DIR "nvme1n1", "cache=1 atomic=4096 in_use=0 4096:0:0");
	tree_file(tree, NVME_DIR "sda", "cache=1 atomic=4096 in_use=0 4096:0:0");
	for (unsigned i = 0; i < 4; i++) {
		static const struct disk all[] = {
		    {.name = "nvme0n1", .driver = "nvme", .is_data = true},
		    {.name = "nvme1n1", .driver = "nvme"},
		    {.name = "nvme2n1", .driver = "nvme", .is_data = true},
		    {.name = "sda", .driver = "sd", .is_data = true}};
		struct disk disk = all[i];

		disk.sysfs = arena_printf(tree->arena, "/sys/devices/x/%s", disk.name);
		vec_push(tree->arena, &facts.disks, disk);
	}
	facts_identity(tree_open(tree), tree->arena, &facts);
	disks = facts.disks.at;
	ck_assert(disks[0].identity.known && !disks[0].identity.error);
	ck_assert(!disks[1].identity.known && !disks[1].identity.error);
	ck_assert(!disks[2].identity.known);
	ck_assert_int_eq(disks[2].identity.error, -ENOENT);
	ck_assert(!disks[3].identity.known && !disks[3].identity.error);
}
END_TEST

RUN_SUITE("identify", bytes_of_a_namespace, many_formats, what_a_record_holds,
	  which_disks_are_asked)
