/* SPDX-License-Identifier: Apache-2.0 */
/* A tree beneath a directory, where a name is taken or impossible. */
#include "sys/new_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refuse.h"
#include "run_suite.h"
#include "tree.h"

static struct new_tree below(struct tree *tree)
{
	struct new_tree made;
	int dir = open(tree->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(dir, 0);
	new_tree_start(&made, tree->arena, dir, 100, -1);
	return made;
}

static bool is_there(const struct new_tree *made, const char *path)
{
	struct stat st;

	return fstatat(made->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void remove_all(struct new_tree *made)
{
	new_tree_remove(made);
	ck_assert_int_eq(close(made->dir), 0);
}

/* Neither is it replaced, nor taken away with what was made. */
START_TEST(what_has_the_name_stays)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct new_tree made = below(tree);

	tree_file(tree, "/etc/file", "theirs");
	tree_link(tree, "/etc/link", "theirs");
	ck_assert_int_eq(new_tree_link(&made, "/etc/ours", "target"), 0);
	ck_assert_int_eq(new_tree_link(&made, "/etc/link", "target"), -EEXIST);
	ck_assert_int_eq(new_tree_link(&made, "/etc/file", "target"), -EEXIST);
	ck_assert_int_eq(new_tree_file(&made, "/etc/file", "ours", 4), -EEXIST);
	new_tree_remove(&made);
	ck_assert(!is_there(&made, "etc/ours"));
	ck_assert(is_there(&made, "etc/file"));
	ck_assert(is_there(&made, "etc/link"));
	remove_all(&made);
}
END_TEST

START_TEST(what_cannot_be_made_does_not_count)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct new_tree made = below(tree);
	char name[NAME_MAX + 2];
	const char *path;
	uint64_t inode;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	path = arena_printf(tree->arena, "/sys/%s", name);
	made.most = 2;
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(new_tree_directory(&made, path, &inode), -ENAMETOOLONG);
		ck_assert_int_eq(new_tree_file(&made, path, "", 0), -ENAMETOOLONG);
		ck_assert_int_eq(new_tree_link(&made, path, "target"), -ENAMETOOLONG);
	}
	ck_assert_int_eq(new_tree_directory(&made, "/sys/one", &inode), 0);
	ck_assert_int_eq(new_tree_link(&made, "/sys/two", "one"), 0);
	ck_assert_int_eq(new_tree_directory(&made, "/sys/three", &inode), -EOVERFLOW);
	remove_all(&made);
}
END_TEST

START_TEST(a_directory_without_room_does_not_count)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct new_tree made = below(tree);
	uint64_t inode;

	made.most = 1;
	refuse_syscall(SYS_mkdirat, ENOSPC);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(new_tree_directory(&made, "/sys/one", &inode), -ENOSPC);
	ck_assert_int_eq(new_tree_link(&made, "/sys/two", "one"), 0);
	remove_all(&made);
}
END_TEST

RUN_SUITE("new_tree", what_has_the_name_stays, what_cannot_be_made_does_not_count,
	  a_directory_without_room_does_not_count)
