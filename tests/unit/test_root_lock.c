/* SPDX-License-Identifier: Apache-2.0 */
/* One holder at a time: real files and directories in a temporary directory. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/lock.h"
#include "run_suite.h"
#include "tree.h"

static const uint64_t a_minute = 60000000;
static uint64_t no_time;

/* Where a path of the tree is on this machine. */
static const char *real(struct tree *tree, const char *path)
{
	return arena_printf(tree->arena, "%s%s", tree->dir, path);
}

static bool has_open(pid_t pid, const struct stat *file)
{
	char path[64];
	struct dirent *entry;
	struct stat st;
	bool found = false;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir)))
		found = fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
			st.st_dev == file->st_dev && st.st_ino == file->st_ino;
	if (dir)
		(void)closedir(dir);
	return found;
}

static bool sleeps(pid_t pid)
{
	char path[64], state = '?';
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (file)
		(void)fclose(file);
	return state == 'S';
}

/* Once the parent has this file open and sleeps, it waits for the lock; false: it has ended. */
static bool until_parent_waits(pid_t parent, int fd)
{
	struct stat file;

	if (fstat(fd, &file) < 0)
		return false;
	while (getppid() == parent) {
		if (has_open(parent, &file) && sleeps(parent))
			return true;
		(void)sched_yield();
	}
	return false;
}

enum kind { A_FILE, A_DIRECTORY, A_DIRECTORY_MADE_ANEW };

static bool end_with(struct tree *tree, enum kind kind)
{
	const char *dir = real(tree, "/run");

	return kind == A_FILE ||
	       (rmdir(dir) == 0 && (kind == A_DIRECTORY || mkdir(dir, 0711) == 0));
}

/* A process that holds the lock on /run, or on /lock, until we wait for it, and is gone then. A
 * directory it removes. */
static pid_t holder_of(struct tree *tree, enum kind kind)
{
	pid_t parent = getpid(), child;
	int held[2], fd = -1;
	char byte;

	ck_assert_int_eq(pipe(held), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		int r = kind == A_FILE ? root_lock(tree->root, "/lock", &no_time, &fd)
				       : root_lock_dir(tree->root, "/run", &no_time, &fd);

		if (r < 0 || write(held[1], "x", 1) != 1 || !until_parent_waits(parent, fd))
			_exit(1);
		_exit(!end_with(tree, kind));
	}
	ck_assert_int_eq(close(held[1]), 0);
	ck_assert_int_eq(read(held[0], &byte, 1), 1);
	ck_assert_int_eq(close(held[0]), 0);
	return child;
}

static void assert_ended_well(pid_t child)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

START_TEST(the_second_holder_waits_and_then_gives_up)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	uint64_t left = 100000;
	int first = -1, second = -1, guard;

	tree_file(tree, "/lock", "");
	tree_file(tree, "/sys/lock", "");
	(void)tree_open(tree);
	ck_assert_int_eq(root_lock(tree->root, "/none", &no_time, &first), -ENOENT);
	/* Nothing of anybody else's is closed. */
	guard = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(guard, 0);
	ck_assert_int_eq(root_lock(tree->root, "/none/lock", &no_time, &first), -ENOENT);
	ck_assert_int_eq(close(guard), 0);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &no_time, &first), 0);
	ck_assert_int_ge(first, 0);
	ck_assert_int_eq(fcntl(first, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &no_time, &second), -EWOULDBLOCK);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &left, &second), -EWOULDBLOCK);
	ck_assert_uint_eq(left, 0);
	ck_assert_int_eq(second, -1);
	/* Another file is another lock. */
	ck_assert_int_eq(root_lock(tree->root, "/sys/lock", &no_time, &second), 0);
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
	ck_assert_int_eq(close(second), 0);
	ck_assert_int_eq(close(first), 0);
}
END_TEST

/* The holder removes the directory while we wait, and makes a new one or leaves that to us: what we
 * get then is a lock on the new one. */
START_TEST(a_lock_on_a_directory_that_was_removed_is_none)
{
	for (enum kind kind = A_DIRECTORY; kind <= A_DIRECTORY_MADE_ANEW; kind++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		uint64_t wait = a_minute;
		int fd = -1, second = -1;
		pid_t child;

		(void)tree_open(tree);
		child = holder_of(tree, kind);
		ck_assert_int_eq(root_lock_dir(tree->root, "/run", &wait, &fd), 0);
		ck_assert_uint_lt(wait, a_minute);
		assert_ended_well(child);
		ck_assert_int_eq(root_lock_dir(tree->root, "/run", &no_time, &second),
				 -EWOULDBLOCK);
		ck_assert_int_eq(close(fd), 0);
	}
}
END_TEST

START_TEST(a_lock_set_free_while_waiting_is_taken)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	uint64_t wait = a_minute;
	int fd = -1;
	pid_t child;

	tree_file(tree, "/lock", "");
	(void)tree_open(tree);
	child = holder_of(tree, A_FILE);
	ck_assert_int_eq(root_lock(tree->root, "/lock", &wait, &fd), 0);
	/* The holder let go when we waited, and ended with the lock in its hand. */
	ck_assert_uint_lt(wait, a_minute);
	assert_ended_well(child);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/* Builds before the first release lock a file in it, and so do we where one made it. */
START_TEST(thintune_holds_the_directory_and_the_file)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct lock first, second = {.dir = 7, .file = 7};
	const char *path = NULL;
	int fd = -1;

	(void)tree_open(tree);
	ck_assert_int_eq(lock_take(tree->root, 0, &first, &path), 0);
	ck_assert_int_ge(first.dir, 0);
	ck_assert_int_eq(first.file, -1);
	ck_assert_int_eq(lock_take(tree->root, 0, &second, &path), -EWOULDBLOCK);
	ck_assert_str_eq(path, "/run/thintune");
	ck_assert_int_eq(second.dir, -1);
	ck_assert_int_eq(second.file, -1);
	lock_release(&first);
	ck_assert_int_eq(first.dir, -1);

	tree_file(tree, "/run/thintune/lock", "");
	ck_assert_int_eq(lock_take(tree->root, 0, &first, &path), 0);
	ck_assert_int_ge(first.file, 0);
	ck_assert_int_eq(root_lock(tree->root, "/run/thintune/lock", &no_time, &fd), -EWOULDBLOCK);
	lock_release(&first);
	ck_assert_int_eq(first.file, -1);
	ck_assert_int_eq(root_lock(tree->root, "/run/thintune/lock", &no_time, &fd), 0);
	ck_assert_int_eq(lock_take(tree->root, 0, &first, &path), -EWOULDBLOCK);
	ck_assert_str_eq(path, "/run/thintune/lock");
	ck_assert_int_eq(first.dir, -1);
	/* It gave the directory back. */
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(lock_take(tree->root, 0, &first, &path), 0);
	lock_release(&first);
}
END_TEST

RUN_SUITE("root_lock", the_second_holder_waits_and_then_gives_up, a_directory_is_a_lock_as_well,
	  a_lock_on_a_directory_that_was_removed_is_none, a_lock_set_free_while_waiting_is_taken,
	  thintune_holds_the_directory_and_the_file)
