/* SPDX-License-Identifier: Apache-2.0 */
/* What the file layer writes: real files in a temporary directory. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "refuse.h"
#include "run_suite.h"
#include "sys/rights.h"
#include "tree.h"

static uint64_t no_time;

/* Where a path of the tree is on this machine. */
static const char *real(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

static const char *reads(struct tree *tree, const char *path)
{
	const char *text = NULL;
	int r = root_read(tree_open(tree), tree->arena, path, &text);

	return r < 0 ? err_name(r) : text;
}

static const char *listing(struct tree *tree, const char *dir)
{
	names list = {0};

	ck_assert_int_eq(root_list(tree_open(tree), tree->arena, dir, &list), 0);
	return text_join(tree->arena, &list, " ");
}

/* Attributes --------------------------------------------------------------------------------- */

START_TEST(a_write_replaces_the_content_and_ends_the_line)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct stat st;

	tree_file(tree, "/sys/a", "a long old value");
	tree_link(tree, "/sys/link", "/sys/a");
	ck_assert_int_eq(root_write(tree_open(tree), "/sys/a", "1"), 0);
	ck_assert_str_eq(reads(tree, "/sys/a"), "1");
	ck_assert_int_eq(stat(real(tree, "/sys/a"), &st), 0);
	ck_assert_int_eq(st.st_size, 2);
	ck_assert_int_eq(root_write(tree->root, "/sys/link", "write back"), 0);
	ck_assert_str_eq(reads(tree, "/sys/a"), "write back");
	ck_assert_int_eq(lstat(real(tree, "/sys/link"), &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
}
END_TEST

START_TEST(a_write_never_creates)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_dir(tree, "/sys/dir");
	tree_link(tree, "/sys/dangling", "nowhere");
	ck_assert_int_eq(root_write(tree_open(tree), "/sys/new", "1"), -ENOENT);
	ck_assert_int_eq(root_write(tree->root, "/sys/none/new", "1"), -ENOENT);
	ck_assert_int_eq(root_write(tree->root, "/sys/dangling", "1"), -ENOENT);
	ck_assert_int_eq(root_write(tree->root, "/sys/dir", "1"), -EISDIR);
	ck_assert_str_eq(listing(tree, "/sys"), "dangling dir");
}
END_TEST

START_TEST(a_value_that_is_too_long_is_not_written_in_part)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *fits = arena_printf(tree->arena, "%065534d", 0);
	const char *over = arena_printf(tree->arena, "%065535d", 0);

	tree_file(tree, "/sys/a", "old");
	ck_assert_int_eq(root_write(tree_open(tree), "/sys/a", over), -EFBIG);
	ck_assert_str_eq(reads(tree, "/sys/a"), "old");
	ck_assert_int_eq(root_write(tree->root, "/sys/a", fits), 0);
	ck_assert_str_eq(reads(tree, "/sys/a"), fits);
}
END_TEST

/* A pipe that takes only a part of it, as a full disk would. */
START_TEST(a_short_write_is_an_error)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text = arena_printf(tree->arena, "%06000d", 0);
	int reader;

	ck_assert_int_eq(mkfifo(real(tree, "/fifo"), 0644), 0);
	reader = open(real(tree, "/fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(reader, 0);
	ck_assert_int_gt(fcntl(reader, F_SETPIPE_SZ, 4096), 0);
	(void)alarm(5);
	ck_assert_int_eq(root_write(tree_open(tree), "/fifo", text), -EIO);
	ck_assert_int_eq(close(reader), 0);
}
END_TEST

START_TEST(may_write_says_what_a_write_would_say)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/open", "value");
	tree_file(tree, "/sys/closed", "value");
	ck_assert_int_eq(chmod(real(tree, "/sys/open"), 0666), 0);
	ck_assert_int_eq(chmod(real(tree, "/sys/closed"), 0444), 0);
	ck_assert_int_eq(chmod(tree->dir, 0755), 0);
	(void)tree_open(tree);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/open"), 0);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/closed"), -EACCES);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/none"), -ENOENT);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/open/below"), -ENOTDIR);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	/* Nothing was opened for writing. */
	ck_assert_str_eq(reads(tree, "/sys/open"), "value");
}
END_TEST

/* An apply keeps the right that a command which only looks has given up. Whoever is nobody here is
 * somebody outside, over whose files that right says nothing. */
START_TEST(may_write_says_what_an_apply_could)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	uint64_t held;

	tree_file(tree, "/sys/a", "1");
	tree_file(tree, "/sys/b", "1");
	tree_file(tree, "/sys/c", "1");
	if (!rights_at_start(&held) || !(held >> CAP_DAC_OVERRIDE & 1) ||
	    chown(real(tree, "/sys/b"), 0, 65534) < 0 || chown(real(tree, "/sys/c"), 65534, 0) < 0)
		return;
	ck_assert_int_eq(chmod(real(tree, "/sys/a"), 0444), 0);
	ck_assert_int_eq(chmod(real(tree, "/sys/b"), 0444), 0);
	ck_assert_int_eq(chmod(real(tree, "/sys/c"), 0444), 0);
	(void)tree_open(tree);
	ck_assert_int_eq(rights_shrink(rights_ceiling, NULL), 0);
	ck_assert_int_eq(rights_shrink(0, NULL), 0);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/a"), 0);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/b"), -EACCES);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/c"), -EACCES);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/none"), -ENOENT);
}
END_TEST

START_TEST(may_write_on_a_read_only_mount)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/open", "value");
	(void)tree_open(tree);
	refuse_syscall(SYS_faccessat2, EROFS);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/open"), -EROFS);
}
END_TEST

START_TEST(may_write_on_an_old_kernel_leaves_it_to_the_write)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/sys/open", "value");
	(void)tree_open(tree);
	refuse_syscall(SYS_faccessat2, ENOSYS);
	ck_assert_int_eq(root_may_write(tree->root, "/sys/open"), 0);
}
END_TEST

/* Own files ---------------------------------------------------------------------------------- */

START_TEST(replace_makes_and_replaces_and_leaves_nothing_beside)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct stat st;

	tree_dir(tree, "/run");
	tree_file(tree, "/run/other", "other");
	tree_link(tree, "/run/link", "other");
	(void)tree_open(tree);
	(void)umask(022);
	ck_assert_int_eq(root_replace(tree->root, "/run/journal", "one\n"), 0);
	ck_assert_str_eq(reads(tree, "/run/journal"), "one");
	ck_assert_int_eq(root_replace(tree->root, "/run/journal", ""), 0);
	ck_assert_str_eq(reads(tree, "/run/journal"), "");
	ck_assert_int_eq(stat(real(tree, "/run/journal"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
	/* A link is replaced, what it points to is not. */
	ck_assert_int_eq(root_replace(tree->root, "/run/link", "two"), 0);
	ck_assert_str_eq(reads(tree, "/run/other"), "other");
	ck_assert_int_eq(lstat(real(tree, "/run/link"), &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_int_eq(root_replace(tree->root, "/top", "three"), 0);
	ck_assert_str_eq(reads(tree, "/top"), "three");
	ck_assert_str_eq(listing(tree, "/run"), "journal link other");
}
END_TEST

START_TEST(a_leftover_of_a_killed_run_is_in_nobodys_way)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/etc/shadow", "precious");
	tree_file(tree, "/run/.one.new", "half a jour");
	tree_link(tree, "/run/.two.new", "/etc/shadow");
	(void)tree_open(tree);
	ck_assert_int_eq(root_replace(tree->root, "/run/one", "whole"), 0);
	ck_assert_int_eq(root_replace(tree->root, "/run/two", "whole"), 0);
	ck_assert_str_eq(reads(tree, "/run/one"), "whole");
	ck_assert_str_eq(reads(tree, "/run/two"), "whole");
	ck_assert_str_eq(reads(tree, "/etc/shadow"), "precious");
	ck_assert_str_eq(listing(tree, "/run"), "one two");
}
END_TEST

/* A link that comes to lie there after the leftover was removed: what it leads to stays as it is.
 */
START_TEST(nobody_can_make_the_temporary_file_for_us)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/run/file", "old");
	tree_file(tree, "/etc/shadow", "secret");
	tree_link(tree, "/run/.file.new", real(tree, "/etc/shadow"));
	(void)tree_open(tree);
	/* The kernel says 0, and removes nothing. */
	refuse_syscall(SYS_unlinkat, 0);
	ck_assert_int_eq(root_replace(tree->root, "/run/file", "new"), -EEXIST);
	ck_assert_str_eq(reads(tree, "/run/file"), "old");
	ck_assert_str_eq(reads(tree, "/etc/shadow"), "secret");
}
END_TEST

START_TEST(a_replace_that_fails_changes_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *name = arena_printf(tree->arena, "/run/%0255d", 0);

	tree_file(tree, "/run/journal", "old");
	tree_dir(tree, "/run/.journal.new");
	tree_file(tree, "/run/dir/file", "old");
	(void)tree_open(tree);
	ck_assert_int_eq(root_replace(tree->root, "/run/journal", "new"), -EISDIR);
	ck_assert_str_eq(reads(tree, "/run/journal"), "old");
	ck_assert_int_eq(root_replace(tree->root, "/run/dir", "new"), -EISDIR);
	ck_assert_str_eq(reads(tree, "/run/dir/file"), "old");
	ck_assert_int_eq(root_replace(tree->root, "/none/journal", "new"), -ENOENT);
	ck_assert_int_eq(root_replace(tree->root, "/run/journal/x", "new"), -ENOTDIR);
	ck_assert_int_eq(root_replace(tree->root, "/run/", "new"), -EINVAL);
	ck_assert_int_eq(root_replace(tree->root, "journal", "new"), -EINVAL);
	ck_assert_int_eq(root_replace(tree->root, name, "new"), -ENAMETOOLONG);
	ck_assert_str_eq(listing(tree, "/run"), ".journal.new dir journal");
}
END_TEST

START_TEST(what_did_not_reach_the_disk_does_not_count)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/run/journal", "old");
	(void)tree_open(tree);
	refuse_syscall(SYS_fsync, EIO);
	ck_assert_int_eq(root_replace(tree->root, "/run/journal", "new"), -EIO);
	ck_assert_str_eq(reads(tree, "/run/journal"), "old");
	ck_assert_str_eq(listing(tree, "/run"), "journal");
	/* Gone from sight, but a crash may bring it back. */
	ck_assert_int_eq(root_remove(tree->root, "/run/journal"), -EIO);
}
END_TEST

START_TEST(nothing_is_written_outside)
{
	_cleanup_tree_ struct tree *outside = tree_new(), *tree = tree_new();
	int fd = -1;

	tree_file(outside, "/file", "precious");
	tree_link(tree, "/out", outside->dir);
	tree_link(tree, "/file", real(outside, "/file"));
	(void)tree_open(tree);
	ck_assert_int_eq(root_write(tree->root, "/file", "1"), -ENOENT);
	ck_assert_int_eq(root_write(tree->root, "/out/file", "1"), -ENOENT);
	ck_assert_int_eq(root_replace(tree->root, "/out/file", "1"), -ENOENT);
	ck_assert_int_eq(root_remove(tree->root, "/out/file"), -ENOENT);
	ck_assert_int_eq(root_mkdir(tree->root, "/out/dir"), -ENOENT);
	ck_assert_int_eq(root_overwrite(tree->root, "/out/file", 0, "1"), -ENOENT);
	ck_assert_int_eq(root_overwrite(tree->root, "/file", 0, "1"), -ELOOP);
	ck_assert_int_eq(root_lock(tree->root, "/out/lock", &no_time, &fd), -ENOENT);
	ck_assert_int_eq(root_lock(tree->root, "/file", &no_time, &fd), -ELOOP);
	ck_assert_int_eq(root_lock_dir(tree->root, "/out/dir", &no_time, &fd), -ENOENT);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(root_mkdir(tree->root, "/../../../../x/y"), 0);
	ck_assert_str_eq(listing(tree, "/x"), "y");
	ck_assert_str_eq(reads(outside, "/file"), "precious");
	ck_assert_str_eq(listing(outside, "/"), "file sys");
}
END_TEST

START_TEST(remove_takes_one_name)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/run/a", "a");
	tree_link(tree, "/run/link", "a");
	tree_dir(tree, "/run/dir");
	(void)tree_open(tree);
	ck_assert_int_eq(root_remove(tree->root, "/run/link"), 0);
	ck_assert_str_eq(reads(tree, "/run/a"), "a");
	ck_assert_int_eq(root_remove(tree->root, "/run/a"), 0);
	ck_assert_int_eq(root_remove(tree->root, "/run/a"), -ENOENT);
	ck_assert_int_eq(root_remove(tree->root, "/run/dir"), -EISDIR);
	ck_assert_int_eq(root_remove(tree->root, "/none/a"), -ENOENT);
	ck_assert_str_eq(listing(tree, "/run"), "dir");
}
END_TEST

START_TEST(mkdir_makes_parents_and_is_content_with_what_is_there)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct stat st;

	tree_dir(tree, "/private");
	tree_link(tree, "/run", "/private");
	tree_file(tree, "/file", "");
	(void)tree_open(tree);
	(void)umask(022);
	ck_assert_int_eq(root_mkdir(tree->root, "/run/thintune/deep"), 0);
	ck_assert_int_eq(root_mkdir(tree->root, "/run/thintune"), 0);
	ck_assert_str_eq(listing(tree, "/private/thintune"), "deep");
	ck_assert_int_eq(stat(real(tree, "/private/thintune"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
	ck_assert_int_eq(root_mkdir(tree->root, "/file/below"), -ENOTDIR);
	ck_assert_int_eq(root_mkdir(tree->root, "/"), 0);
}
END_TEST

/* Trust -------------------------------------------------------------------------------------- */

/* What all that touch a file of ours in /run answer; nothing may come of a refusal. */
static void assert_refused(struct tree *tree)
{
	int fd = -1;

	ck_assert_int_eq(root_replace(tree->root, "/run/file", "new"), -EPERM);
	ck_assert_int_eq(root_remove(tree->root, "/run/file"), -EPERM);
	ck_assert_int_eq(root_mkdir(tree->root, "/run"), -EPERM);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/file"), -EPERM);
	ck_assert_int_eq(root_is_our_dir(tree->root, "/run"), -EPERM);
	ck_assert_int_eq(root_overwrite(tree->root, "/run/file", 0, "new"), -EPERM);
	ck_assert_int_eq(root_lock(tree->root, "/run/file", &no_time, &fd), -EPERM);
	ck_assert_int_eq(root_lock_dir(tree->root, "/run", &no_time, &fd), -EPERM);
	ck_assert_int_eq(fd, -1);
	ck_assert_str_eq(reads(tree, "/run/file"), "old");
	ck_assert_str_eq(listing(tree, "/run"), "file");
}

START_TEST(a_directory_that_others_may_write_is_not_ours)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *run = real(tree, "/run");

	tree_file(tree, "/run/file", "old");
	(void)tree_open(tree);
	ck_assert_int_eq(chmod(run, 0775), 0);
	assert_refused(tree);
	ck_assert_int_eq(chmod(run, 01757), 0);
	assert_refused(tree);
	ck_assert_int_eq(chmod(run, 0755), 0);
	/* Giving a directory away is for root only. */
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(run, 65534, 65534), 0);
		assert_refused(tree);
		ck_assert_int_eq(chown(run, 0, 65534), 0);
	}
	ck_assert_int_eq(root_is_ours(tree->root, "/run/file"), 0);
	ck_assert_int_eq(root_replace(tree->root, "/run/file", "new"), 0);
}
END_TEST

START_TEST(a_directory_that_is_a_link_is_not_ours)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/elsewhere/file", "old");
	tree_link(tree, "/run", "elsewhere");
	(void)tree_open(tree);
	assert_refused(tree);
	/* On the way there it may be one: /var/run is. */
	tree_file(tree, "/elsewhere/deep/file", "old");
	ck_assert_int_eq(root_mkdir(tree->root, "/run/deep"), 0);
	ck_assert_int_eq(root_replace(tree->root, "/run/deep/file", "new"), 0);
	ck_assert_str_eq(reads(tree, "/elsewhere/deep/file"), "new");
}
END_TEST

START_TEST(a_file_that_others_may_write_is_not_ours)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *file = real(tree, "/run/file");

	tree_file(tree, "/run/file", "old");
	tree_link(tree, "/run/link", "file");
	tree_dir(tree, "/run/dir");
	ck_assert_int_eq(mkfifo(real(tree, "/run/fifo"), 0600), 0);
	(void)tree_open(tree);
	ck_assert_int_eq(chmod(file, 0644), 0);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/file"), 0);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/none"), -ENOENT);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/"), -EINVAL);
	ck_assert_int_eq(root_is_ours(tree->root, "file"), -EINVAL);
	ck_assert_int_eq(root_is_our_dir(tree->root, "/run"), 0);
	ck_assert_int_eq(root_is_our_dir(tree->root, "/none"), -ENOENT);
	ck_assert_int_eq(root_is_our_dir(tree->root, "/run/file"), -ENOTDIR);
	ck_assert_int_eq(root_is_ours(tree->root, "/none/file"), -ENOENT);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/dir"), -EISDIR);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/link"), -EPERM);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/fifo"), -EPERM);
	ck_assert_int_eq(chmod(file, 0664), 0);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/file"), -EPERM);
	ck_assert_int_eq(chmod(file, 0646), 0);
	ck_assert_int_eq(root_is_ours(tree->root, "/run/file"), -EPERM);
	ck_assert_int_eq(chmod(file, 0644), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(file, 65534, 0), 0);
		ck_assert_int_eq(root_is_ours(tree->root, "/run/file"), -EPERM);
		ck_assert_int_eq(root_overwrite(tree->root, "/run/file", 0, "1"), -EPERM);
		ck_assert_int_eq(root_lock(tree->root, "/run/file", &no_time, &(int){-1}), -EPERM);
	}
}
END_TEST

START_TEST(modes_do_not_follow_the_umask)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct stat st;
	int fd = -1;

	(void)tree_open(tree);
	(void)umask(0077);
	ck_assert_int_eq(root_mkdir(tree->root, "/run"), 0);
	ck_assert_int_eq(root_replace(tree->root, "/run/verdict", "0"), 0);
	ck_assert_int_eq(stat(real(tree, "/run"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
	ck_assert_int_eq(stat(real(tree, "/run/verdict"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
	/* A lock that others can open is a lock that others can hold. */
	(void)umask(0);
	tree_file(tree, "/run/lock", "");
	ck_assert_int_eq(chmod(real(tree, "/run/lock"), 0666), 0);
	ck_assert_int_eq(root_lock(tree->root, "/run/lock", &no_time, &fd), 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(close(fd), 0);
	/* What is in a directory must still be found there: the gate's verdict, by anybody. */
	ck_assert_int_eq(root_lock_dir(tree->root, "/run", &no_time, &fd), 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0711);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(root_lock_dir(tree->root, "/new/dir", &no_time, &fd), 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0711);
	ck_assert_int_eq(stat(real(tree, "/new"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(mkfifo(real(tree, "/run/fifo"), 0600), 0);
	(void)alarm(5);
	ck_assert_int_eq(root_lock(tree->root, "/run/fifo", &no_time, &fd), -EPERM);
	ck_assert_int_eq(root_overwrite(tree->root, "/run/fifo", 0, "1"), -ENXIO);
}
END_TEST

START_TEST(an_overwrite_stays_within_the_file)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/run/file", "settled: false.");
	(void)tree_open(tree);
	ck_assert_int_eq(root_overwrite(tree->root, "/run/file", 9, "true "), 0);
	ck_assert_str_eq(reads(tree, "/run/file"), "settled: true .");
	ck_assert_int_eq(root_overwrite(tree->root, "/run/file", 12, "12345"), -EINVAL);
	ck_assert_int_eq(root_overwrite(tree->root, "/run/none", 0, "1"), -ENOENT);
	ck_assert_str_eq(reads(tree, "/run/file"), "settled: true .");
}
END_TEST

RUN_SUITE("root_write", a_write_replaces_the_content_and_ends_the_line, a_write_never_creates,
	  a_value_that_is_too_long_is_not_written_in_part, a_short_write_is_an_error,
	  may_write_says_what_a_write_would_say, may_write_says_what_an_apply_could,
	  may_write_on_a_read_only_mount, may_write_on_an_old_kernel_leaves_it_to_the_write,
	  replace_makes_and_replaces_and_leaves_nothing_beside,
	  a_leftover_of_a_killed_run_is_in_nobodys_way, nobody_can_make_the_temporary_file_for_us,
	  a_replace_that_fails_changes_nothing, what_did_not_reach_the_disk_does_not_count,
	  nothing_is_written_outside, remove_takes_one_name,
	  mkdir_makes_parents_and_is_content_with_what_is_there,
	  a_directory_that_others_may_write_is_not_ours, a_directory_that_is_a_link_is_not_ours,
	  a_file_that_others_may_write_is_not_ours, modes_do_not_follow_the_umask,
	  an_overwrite_stays_within_the_file)
