/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files and links of the node's own configuration: which may be put where. */
#include "apply/file.h"

#include <errno.h>

#include "run_suite.h"
#include "tree.h"

#define DEFAULTS "/etc/default/irqbalance"

START_TEST(a_file_is_no_link)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct root *root = tree_open(tree);

	tree_dir(tree, "/etc/systemd/system/timers.target.wants");
	tree_dir(tree, "/etc/default");
	ck_assert_int_eq(file_may_write(root, KIND_LINK, FSTRIM_LINK), 0);
	ck_assert_int_eq(file_may_write(root, KIND_FILE, DEFAULTS), 0);
	tree_file(tree, FSTRIM_LINK, "no link");
	tree_link(tree, DEFAULTS, "elsewhere");
	ck_assert_int_eq(file_may_write(root, KIND_LINK, FSTRIM_LINK), -EPERM);
	ck_assert_int_eq(file_may_write(root, KIND_FILE, DEFAULTS), -EPERM);
	tree_remove(tree, FSTRIM_LINK);
	tree_remove(tree, DEFAULTS);
	tree_link(tree, FSTRIM_LINK, "/lib/systemd/system/fstrim.timer");
	tree_file(tree, DEFAULTS, "IRQBALANCE_ARGS=");
	ck_assert_int_eq(file_may_write(root, KIND_LINK, FSTRIM_LINK), 0);
	ck_assert_int_eq(file_may_write(root, KIND_FILE, DEFAULTS), 0);
}
END_TEST

START_TEST(each_is_of_one_kind)
{
	ck_assert(file_is_ours(KIND_LINK, FSTRIM_LINK));
	ck_assert(!file_is_ours(KIND_FILE, FSTRIM_LINK));
	ck_assert(file_is_ours(KIND_FILE, DEFAULTS));
	ck_assert(!file_is_ours(KIND_LINK, DEFAULTS));
	ck_assert(!file_is_ours(KIND_FILE, "/etc/passwd"));
}
END_TEST

RUN_SUITE("file", a_file_is_no_link, each_is_of_one_kind)
