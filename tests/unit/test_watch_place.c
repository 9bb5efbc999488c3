/* SPDX-License-Identifier: Apache-2.0 */
/* What a watch leaves for others to read, and who holds a lock, below a root of plain files. */
#include "apply/watch_place.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/lock.h"
#include "run_suite.h"
#include "tree.h"

/* As the kernel lists it: the directory is locked by process 4711. */
static void lock_dir(struct tree *tree, const char *dir)
{
	struct stat st;

	ck_assert_int_eq(stat(arena_printf(tree->arena, "%s%s", tree->dir, dir), &st), 0);
	tree_file(tree, "/proc/locks",
		  arena_printf(tree->arena,
			       "1: POSIX  ADVISORY  WRITE 815 %1$02x:%2$02x:%3$llu 0 EOF\n"
			       "2: FLOCK  ADVISORY  WRITE 816 %1$02x:%2$02x:%4$llu 0 EOF\n"
			       "3: FLOCK  ADVISORY  WRITE 4711 %1$02x:%2$02x:%3$llu 0 EOF\n"
			       "3: -> FLOCK  ADVISORY  WRITE 817 %1$02x:%2$02x:%3$llu 0 EOF",
			       major(st.st_dev), minor(st.st_dev), (unsigned long long)st.st_ino,
			       (unsigned long long)st.st_ino + 1));
}

START_TEST(who_watches)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	uint64_t process = 1;

	ck_assert(!watch_place_holder(tree_open(tree), tree->arena, &process));
	ck_assert_uint_eq(process, 0);
	tree_dir(tree, "/run");
	ck_assert(watch_place_holder(tree_open(tree), tree->arena, &process));
	ck_assert_uint_eq(process, 0);
	tree_dir(tree, "/run/thintune/watch");
	/* Nobody says who holds what. */
	ck_assert(!watch_place_holder(tree_open(tree), tree->arena, &process));
	tree_file(tree, "/proc/locks", "");
	ck_assert(watch_place_holder(tree_open(tree), tree->arena, &process));
	ck_assert_uint_eq(process, 0);
	lock_dir(tree, "/run/thintune/watch");
	ck_assert(watch_place_holder(tree_open(tree), tree->arena, &process));
	ck_assert_uint_eq(process, 4711);
}
END_TEST

START_TEST(who_changes_the_node)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	bool is_known;

	ck_assert_ptr_null(lock_holder(tree_open(tree), tree->arena, &is_known));
	ck_assert(!is_known);
	tree_dir(tree, "/run");
	ck_assert_ptr_null(lock_holder(tree_open(tree), tree->arena, &is_known));
	ck_assert(is_known);
	tree_dir(tree, "/run/thintune");
	lock_dir(tree, "/run/thintune");
	ck_assert_str_eq(lock_holder(tree_open(tree), tree->arena, &is_known),
			 "a process that has ended, process 4711");
	ck_assert(is_known);
	tree_file(tree, "/proc/4711/comm", "thintune");
	ck_assert_str_eq(lock_holder(tree_open(tree), tree->arena, &is_known),
			 "thintune, process 4711");
}
END_TEST

START_TEST(where_else_it_publishes)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct root *root;

	tree_dir(tree, "/run/thintune");
	root = tree_open(tree);
	ck_assert_ptr_null(watch_place_noted(root, tree->arena));
	ck_assert_int_eq(watch_place_note(root, tree->arena, NULL), 0);
	ck_assert_int_eq(watch_place_note(root, tree->arena, "/var/lib/metrics"), 0);
	ck_assert_str_eq(watch_place_noted(tree_open(tree), tree->arena), "/var/lib/metrics");
	ck_assert_int_eq(watch_place_note(tree_open(tree), tree->arena, NULL), 0);
	ck_assert_ptr_null(watch_place_noted(tree_open(tree), tree->arena));
	tree_file(tree, "/run/thintune/watch.publishes", "no path");
	ck_assert_ptr_null(watch_place_noted(tree_open(tree), tree->arena));
	tree_remove(tree, "/run/thintune/watch.publishes");
	tree_link(tree, "/run/thintune/watch.publishes", "elsewhere");
	tree_file(tree, "/run/thintune/elsewhere", "/etc");
	ck_assert_ptr_null(watch_place_noted(tree_open(tree), tree->arena));
}
END_TEST

START_TEST(what_it_has_left)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = NULL;

	tree_dir(tree, "/run/thintune");
	ck_assert_int_eq(watch_place_make(tree_open(tree)), 0);
	ck_assert_int_eq(watch_place_make(tree_open(tree)), 0);
	ck_assert_int_eq(watch_place_read(tree->root, tree->arena, WATCH_READY_NAME, &text),
			 -ENOENT);
	tree_file(tree, WATCH_PUBLIC_DIR "/ready", "yes\n\nreally");
	ck_assert_int_eq(watch_place_read(tree_open(tree), tree->arena, WATCH_READY_NAME, &text),
			 0);
	ck_assert_str_eq(text, "yes\n\nreally\n");
	tree_link(tree, WATCH_PUBLIC_DIR "/" WATCH_STATE_NAME, "ready");
	ck_assert_int_eq(watch_place_read(tree_open(tree), tree->arena, WATCH_STATE_NAME, &text),
			 -EPERM);
}
END_TEST

RUN_SUITE("watch_place", who_watches, who_changes_the_node, where_else_it_publishes,
	  what_it_has_left)
