/* SPDX-License-Identifier: Apache-2.0 */
/* One holder at a time: real files and directories in a temporary directory. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run_suite.h"
#include "tree.h"

static uint64_t no_time;

/* Where a path of the tree stands on this machine. */
static const char *real(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

static uint64_t now_us(void)
{
	struct timespec now;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

START_TEST(the_second_holder_waits_and_then_gives_up)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	uint64_t left = 100000, start;
	int first = -1, second = -1;

	tree_file(tree, "/lock", "");
	tree_file(tree, "/sys/lock", "");
	(void)tree_open(tree);
	ck_assert_int_eq(root_lock(tree->root, "/none", &no_time, &first), -ENOENT);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &no_time, &first), 0);
	ck_assert_int_ge(first, 0);
	ck_assert_int_eq(fcntl(first, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &no_time, &second), -EWOULDBLOCK);
	start = now_us();
	ck_assert_int_eq(root_lock(tree->root, "/lock", &left, &second), -EWOULDBLOCK);
	ck_assert_uint_ge(now_us() - start, 100000);
	ck_assert_uint_eq(left, 0);
	ck_assert_int_eq(second, -1);
	/* Another file is another lock; and the refused ones left no descriptor behind. */
	ck_assert_int_eq(root_lock(tree->root, "/sys/lock", &no_time, &second), 0);
	ck_assert_int_eq(second, first + 1);
	ck_assert_int_eq(close(second), 0);
	ck_assert_int_eq(close(first), 0);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &no_time, &second), 0);
	ck_assert_int_eq(close(second), 0);
}
END_TEST

START_TEST(a_directory_is_a_lock_as_well)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	int first = -1, second = -1;

	tree_link(tree, "/link", "/run/thintune");
	tree_file(tree, "/file", "");
	(void)tree_open(tree);
	ck_assert_int_eq(root_lock_dir(tree->root, "/run/thintune", &no_time, &first), 0);
	ck_assert_int_eq(fcntl(first, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(root_lock_dir(tree->root, "/run/thintune", &no_time, &second),
			 -EWOULDBLOCK);
	ck_assert_int_eq(root_lock_dir(tree->root, "/link", &no_time, &second), -EPERM);
	ck_assert_int_eq(root_lock_dir(tree->root, "/file", &no_time, &second), -ENOTDIR);
	ck_assert_int_eq(second, -1);
	/* One that was removed and made anew is another directory, which nobody holds. */
	ck_assert_int_eq(rmdir(real(tree, "/run/thintune")), 0);
	ck_assert_int_eq(root_lock_dir(tree->root, "/run/thintune", &no_time, &second), 0);
	ck_assert_int_eq(second, first + 1);
	ck_assert_int_eq(close(second), 0);
	ck_assert_int_eq(close(first), 0);
}
END_TEST

/* The holder removes the directory while we wait: what we get then is a lock on the new one. */
START_TEST(a_lock_on_a_directory_that_was_removed_is_none)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	uint64_t wait = 30000000;
	int held[2], fd = -1, second = -1, status;
	char byte;
	pid_t child;

	(void)tree_open(tree);
	ck_assert_int_eq(pipe(held), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		bool locked = root_lock_dir(tree->root, "/run", &no_time, &fd) == 0;

		if (!locked || write(held[1], "x", 1) != 1)
			_exit(1);
		(void)usleep(200000);
		_exit(rmdir(real(tree, "/run")) < 0);
	}
	ck_assert_int_eq(read(held[0], &byte, 1), 1);
	ck_assert_int_eq(root_lock_dir(tree->root, "/run", &wait, &fd), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(root_lock_dir(tree->root, "/run", &no_time, &second), -EWOULDBLOCK);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_lock_set_free_while_waiting_is_taken)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	uint64_t wait = 30000000;
	int held[2], fd = -1, status;
	char byte;
	pid_t child;

	tree_file(tree, "/lock", "");
	(void)tree_open(tree);
	ck_assert_int_eq(pipe(held), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		bool locked = root_lock(tree->root, "/lock", &no_time, &fd) == 0;

		if (!locked || write(held[1], "x", 1) != 1)
			_exit(1);
		(void)usleep(200000);
		/* Dies with the lock in its hand. */
		_exit(0);
	}
	ck_assert_int_eq(read(held[0], &byte, 1), 1);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &wait, &fd), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

RUN_SUITE("root_lock", the_second_holder_waits_and_then_gives_up, a_directory_is_a_lock_as_well,
	  a_lock_on_a_directory_that_was_removed_is_none, a_lock_set_free_while_waiting_is_taken)
