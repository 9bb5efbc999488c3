/* SPDX-License-Identifier: Apache-2.0 */
/* What is no NVMe controller answers nothing. One that does is in tests/vm. */
#include <errno.h>

#include "run_suite.h"
#include "sys/nvme.h"
#include "tree.h"

static unsigned char health[NVME_HEALTH_BYTES], identity[NVME_IDENTIFY_BYTES];

START_TEST(a_file_or_a_directory_is_no_controller)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct root *root = tree_open(tree);

	ck_assert_int_eq(nvme_read_health(root, "nvme0", health), -ENOENT);
	ck_assert_int_eq(nvme_identify(root, "nvme0", 0, identity), -ENOENT);
	tree_file(tree, "/dev/nvme0", "");
	ck_assert_int_eq(nvme_read_health(root, "nvme0", health), -ENODEV);
	ck_assert_int_eq(nvme_identify(root, "nvme0", 0, identity), -ENODEV);
	tree_dir(tree, "/dev/nvme1");
	ck_assert_int_eq(nvme_read_health(root, "nvme1", health), -ENODEV);
	ck_assert_int_eq(nvme_identify(root, "nvme1", 0, identity), -ENODEV);
}
END_TEST

START_TEST(another_device_does_not_know_the_command)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct root *root;

	ck_assert_int_eq(root_open(arena, "/", &root, NULL), 0);
	ck_assert_int_eq(nvme_read_health(root, "null", health), -ENOTTY);
	ck_assert_int_eq(nvme_identify(root, "null", 0, identity), -ENOTTY);
	for (size_t i = 0; i < sizeof(health); i++)
		ck_assert_uint_eq(health[i], 0);
	for (size_t i = 0; i < sizeof(identity); i++)
		ck_assert_uint_eq(identity[i], 0);
	root_close(root);
}
END_TEST

RUN_SUITE("nvme", a_file_or_a_directory_is_no_controller, another_device_does_not_know_the_command)
