/* SPDX-License-Identifier: Apache-2.0 */
/* What lies below a loop device, by the file that sysfs names: where the loop device itself cannot
 * be asked. Real ones are in tests/cli/loop.sh. */
#include "sys/loop.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "run_suite.h"
#include "sys/root_impl.h"
#include "tree.h"

#define BACKING_FILE "/sys/block/loop7/loop/backing_file"

static int ask(struct tree *tree, const char *name, const char **ret)
{
	struct root *root = tree_open(tree);

	root->is_live = true;
	return root_read(root, tree->arena, arena_printf(tree->arena, LOOP_DIR "%s", name), ret);
}

static const char *real(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

START_TEST(the_file_tells)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL;
	struct stat st;

	tree_file(tree, "/data/disk.img", "");
	tree_file(tree, BACKING_FILE, "/data/disk.img");
	ck_assert_int_eq(stat(tree->dir, &st), 0);
	ck_assert_int_eq(ask(tree, "loop7", &text), 0);
	ck_assert_str_eq(text,
			 arena_printf(tree->arena, "%u:%u", major(st.st_dev), minor(st.st_dev)));
	/* A file in the place of the loop device is none. */
	tree_file(tree, "/dev/loop7", "");
	text = NULL;
	ck_assert_int_eq(ask(tree, "loop7", &text), 0);
	ck_assert_ptr_nonnull(text);
	/* The kernel ends the name with a newline, and so may the name itself. */
	ck_assert_int_eq(truncate(real(tree, BACKING_FILE), (off_t)strlen("/data/disk.img")), 0);
	ck_assert_int_eq(ask(tree, "loop7", &text), 0);
	if (mknod(real(tree, "/disk"), S_IFBLK | 0600, makedev(240, 5)) < 0)
		return;
	tree_file(tree, BACKING_FILE, "/disk");
	ck_assert_int_eq(ask(tree, "loop7", &text), 0);
	ck_assert_str_eq(text, "240:5");
}
END_TEST

START_TEST(what_cannot_be_told)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = "untouched";

	ck_assert_int_eq(ask(tree, "loop7", &text), -ENOENT);
	tree_file(tree, "/dev/loop7", "");
	ck_assert_int_eq(ask(tree, "loop7", &text), -ENODEV);
	tree_file(tree, BACKING_FILE, "/data/disk.img (deleted)");
	ck_assert_int_eq(ask(tree, "loop7", &text), -ENODEV);
	tree_remove(tree, BACKING_FILE);
	tree_dir(tree, BACKING_FILE);
	ck_assert_int_eq(ask(tree, "loop7", &text), -ENODEV);
	tree_file(tree, "/data/disk.img", "");
	tree_file(tree, "/sys/block/sda/loop/backing_file", "/data/disk.img");
	ck_assert_int_eq(ask(tree, "sda", &text), -ENOENT);
	ck_assert_int_eq(ask(tree, "loop7/x", &text), -ENOENT);
	ck_assert_str_eq(text, "untouched");
}
END_TEST

START_TEST(a_record_holds_plain_files)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL;

	tree_file(tree, LOOP_DIR "loop7", "8:1");
	ck_assert_int_eq(root_read(tree_open(tree), tree->arena, LOOP_DIR "loop7", &text), 0);
	ck_assert_str_eq(text, "8:1");
	ck_assert(!loop_is_path(tree->root, LOOP_DIR "loop7"));
	tree->root->is_live = true;
	ck_assert(loop_is_path(tree->root, LOOP_DIR "loop7"));
	ck_assert(!loop_is_path(tree->root, "/sys/block/loop7"));
}
END_TEST

RUN_SUITE("loop", the_file_tells, what_cannot_be_told, a_record_holds_plain_files)
