/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files of the node's configuration: real files in a temporary directory. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

#define FILE_PATH "/etc/default/irqbalance"
#define DROP_IN   "/run/systemd/system/redpanda.service.d/50-thintune.conf"

static const char *real(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

static const char *reads(struct tree *tree, const char *path)
{
	const char *text = NULL;
	int r = root_read_file(tree_open(tree), tree->arena, path, &text);

	return r < 0 ? err_name(r) : text;
}

START_TEST(a_file_is_read_to_its_last_byte)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	char *large = arena_alloc(tree->arena, 65537);

	ck_assert_str_eq(reads(tree, FILE_PATH), "ENOENT");
	tree_file(tree, FILE_PATH, "a\n\n");
	ck_assert_str_eq(reads(tree, FILE_PATH), "a\n\n\n");
	memset(large, 'x', 65534);
	tree_file(tree, FILE_PATH, large);
	ck_assert_uint_eq(strlen(reads(tree, FILE_PATH)), 65535);
	large[65534] = 'x';
	tree_file(tree, FILE_PATH, large);
	ck_assert_str_eq(reads(tree, FILE_PATH), "EFBIG");
	ck_assert_int_eq(truncate(real(tree, FILE_PATH), 3), 0);
	ck_assert_int_eq(truncate(real(tree, FILE_PATH), 5), 0);
	ck_assert_str_eq(reads(tree, FILE_PATH), "EILSEQ");
}
END_TEST

START_TEST(mode_and_owner_stay)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct stat st;

	tree_file(tree, FILE_PATH, "old");
	ck_assert_int_eq(chmod(real(tree, FILE_PATH), 0640), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(chown(real(tree, FILE_PATH), 0, 7), 0);
	ck_assert_int_eq(root_may_put_file(tree_open(tree), FILE_PATH), 0);
	ck_assert_int_eq(root_put_file(tree->root, FILE_PATH, "new"), 0);
	ck_assert_str_eq(reads(tree, FILE_PATH), "new");
	ck_assert_int_eq(stat(real(tree, FILE_PATH), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	if (geteuid() == 0)
		ck_assert_uint_eq(st.st_gid, 7);
}
END_TEST

START_TEST(a_new_file_and_its_directory)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct stat st;

	tree_dir(tree, "/run/systemd/system");
	ck_assert_int_eq(root_may_put_file(tree_open(tree), DROP_IN), 0);
	ck_assert_int_eq(root_put_file(tree->root, DROP_IN, "[Service]\n"), 0);
	ck_assert_str_eq(reads(tree, DROP_IN), "[Service]\n");
	ck_assert_int_eq(stat(real(tree, DROP_IN), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
	ck_assert_int_eq(root_take_file(tree->root, DROP_IN), 0);
	ck_assert(!root_exists(tree->root, "/run/systemd/system/redpanda.service.d"));
	ck_assert(root_exists(tree->root, "/run/systemd/system"));
	ck_assert_int_eq(root_take_file(tree->root, DROP_IN), -ENOENT);
	/* The directory of another's drop-in stays. */
	ck_assert_int_eq(root_put_file(tree->root, DROP_IN, "x"), 0);
	tree_file(tree, "/run/systemd/system/redpanda.service.d/10-other.conf", "x");
	ck_assert_int_eq(root_take_file(tree->root, DROP_IN), 0);
	ck_assert(root_exists(tree->root, "/run/systemd/system/redpanda.service.d"));
}
END_TEST

/* What others may write, or what leads elsewhere, is not ours to replace. */
START_TEST(links_and_strangers)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/etc/real", "real");
	tree_dir(tree, "/etc/default");
	tree_link(tree, FILE_PATH, "../real");
	ck_assert_int_eq(root_may_put_file(tree_open(tree), FILE_PATH), -EPERM);
	ck_assert_int_eq(root_put_file(tree->root, FILE_PATH, "new"), -EPERM);
	ck_assert_str_eq(reads(tree, "/etc/real"), "real\n");
	tree_remove(tree, FILE_PATH);
	ck_assert_int_eq(chmod(real(tree, "/etc/default"), 0777), 0);
	ck_assert_int_eq(root_may_put_file(tree->root, FILE_PATH), -EPERM);
	ck_assert_int_eq(root_put_file(tree->root, FILE_PATH, "new"), -EPERM);
	tree_remove(tree, "/etc/default");
	tree_link(tree, "/etc/default", "elsewhere");
	ck_assert_int_ne(root_put_file(tree->root, FILE_PATH, "new"), 0);
}
END_TEST

/* A link is put where there is none, or one: nothing else is replaced by it. */
START_TEST(a_link_replaces_links_alone)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL, *longest;
	char name[NAME_MAX + 1];

	tree_file(tree, FILE_PATH, "text");
	(void)tree_open(tree);
	ck_assert_int_eq(root_put_link(tree->root, FILE_PATH, "target"), -EPERM);
	ck_assert_str_eq(reads(tree, FILE_PATH), "text\n");
	tree_remove(tree, FILE_PATH);
	ck_assert_int_eq(root_put_link(tree->root, FILE_PATH, "target"), 0);
	ck_assert_int_eq(root_put_link(tree->root, FILE_PATH, "other"), 0);
	ck_assert_int_eq(root_link(tree->root, tree->arena, FILE_PATH, &text), 0);
	ck_assert_str_eq(text, "other");
	/* There is no longer name by which it could be made first. */
	memset(name, 'x', NAME_MAX);
	name[NAME_MAX] = '\0';
	longest = arena_printf(tree->arena, "/etc/default/%s", name);
	ck_assert_int_eq(root_put_link(tree->root, longest, "target"), 0);
	ck_assert_int_eq(root_put_link(tree->root, longest, "other"), -ENAMETOOLONG);
	ck_assert_int_eq(root_link(tree->root, tree->arena, longest, &text), 0);
	ck_assert_str_eq(text, "target");
}
END_TEST

RUN_SUITE("root_files", a_file_is_read_to_its_last_byte, mode_and_owner_stay,
	  a_new_file_and_its_directory, links_and_strangers, a_link_replaces_links_alone)
