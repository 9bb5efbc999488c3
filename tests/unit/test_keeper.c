/* SPDX-License-Identifier: Apache-2.0 */
/* The process that fills a directory with hostile bytes, as somebody sees it who has taken it over:
 * what it should not get, it does not get, and filling still works. */
#include "sys/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refuse.h"
#include "run_suite.h"
#include "sys/keeper_place.h"

/* A coverage build confines a thread of its own (tests/coverage/flush.c): nothing to see there. */
extern void __gcov_dump(void) __attribute__((weak));

/* In a directory that everybody may write to, as /tmp is. */
static char parent_path[] = "/tmp/keeper-XXXXXX";

static int answer(long r)
{
	return r < 0 ? errno : 0;
}

static int try_execve(void)
{
	char *const arguments[] = {NULL};

	return answer(execve("/bin/true", arguments, arguments));
}

static int try_fork(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return answer(child);
}

static int try_socket(void)
{
	return answer(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_ptrace(void)
{
	return answer(syscall(SYS_ptrace, 0, 0, 0, 0));
}

static int try_kill(void)
{
	return answer(syscall(SYS_kill, getppid(), 0));
}

static int try_rename(void)
{
	return answer(syscall(SYS_renameat2, AT_FDCWD, "/tmp", AT_FDCWD, "/tmp", 0));
}

static int try_read_outside(void)
{
	return answer(open("/etc/passwd", O_RDONLY));
}

static int try_write_outside(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/outside", parent_path);
	return answer(open(path, O_WRONLY | O_CREAT, 0600));
}

static int try_remove_outside(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/precious", parent_path);
	return answer(unlinkat(AT_FDCWD, path, 0));
}

static const struct attempt {
	const char *name;
	int (*attempt)(void);
	int wanted;
} attempts[] = {
    {"execve", try_execve, ENOSYS},
    {"fork", try_fork, ENOSYS},
    {"socket", try_socket, ENOSYS},
    {"ptrace", try_ptrace, ENOSYS},
    {"kill", try_kill, ENOSYS},
    {"rename", try_rename, ENOSYS},
    {"read outside", try_read_outside, EACCES},
    {"write outside", try_write_outside, EACCES},
    {"remove outside", try_remove_outside, EACCES},
};

enum { ATTEMPTS = sizeof(attempts) / sizeof(attempts[0]) };

/* What each attempt answers becomes the text of a file of the tree. */
static int fill(int input, struct new_tree *tree, struct err *err)
{
	unsigned char answers[ATTEMPTS];
	char too_long[PATH_MAX + 1];
	uint64_t inode;

	(void)input;
	memset(too_long, 'x', PATH_MAX);
	too_long[PATH_MAX] = '\0';
	if (new_tree_directory(tree, too_long, &inode) != -ENAMETOOLONG ||
	    new_tree_file(tree, too_long, "", 0) != -ENAMETOOLONG)
		return err_set(err, -EIO, "a path of so many bytes is taken");
	for (size_t i = 0; i < ATTEMPTS; i++)
		answers[i] = (unsigned char)attempts[i].attempt();
	if (new_tree_directory(tree, "/deep/er", &inode) < 0 ||
	    new_tree_file(tree, "/deep/er/answers", (const char *)answers, sizeof(answers)) < 0 ||
	    new_tree_link(tree, "/link", "deep") < 0)
		return err_set(err, -EIO, "the tree cannot be filled");
	return 0;
}

static int refuse(int input, struct new_tree *tree, struct err *err)
{
	uint64_t inode;

	(void)input;
	if (new_tree_directory(tree, "/deep/er", &inode) < 0)
		return err_set(err, -EIO, "the tree cannot be filled");
	return err_set(err, -EBADMSG, "these bytes are no record");
}

static int make_parent(void)
{
	int parent, file;

	ck_assert_ptr_nonnull(mkdtemp(parent_path));
	ck_assert_int_eq(chmod(parent_path, 0777), 0);
	parent = open(parent_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(parent, 0);
	file = openat(parent, "precious", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	ck_assert_int_ge(file, 0);
	(void)close(file);
	return parent;
}

static void remove_parent(int parent)
{
	ck_assert_int_eq(unlinkat(parent, "precious", 0), 0);
	(void)close(parent);
	ck_assert_int_eq(rmdir(parent_path), 0);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static void see_answers(int parent)
{
	unsigned char answers[ATTEMPTS];
	int fd = openat(parent, "new/link/er/answers", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(read(fd, answers, sizeof(answers)), sizeof(answers));
	(void)close(fd);
	for (size_t i = 0; !__gcov_dump && i < ATTEMPTS; i++) {
		if (attempts[i].wanted == ENOSYS || has_landlock())
			ck_assert_msg(answers[i] == attempts[i].wanted, "%s: %s", attempts[i].name,
				      strerror(answers[i]));
	}
}

static void see_keeper(bool is_nobodys)
{
	int parent = make_parent();
	const struct keeper_task task = {.parent = parent,
					 .name = "new",
					 .is_nobodys = is_nobodys,
					 .most = 100,
					 .fill = fill,
					 .input = -1};
	struct keeper keeper;
	struct err err = {0};

	ck_assert_msg(keeper_start(&task, &keeper, &err) == 0, "%s", err.text);
	see_answers(parent);
	keeper_stop(&keeper);
	ck_assert_int_eq(faccessat(parent, "new", F_OK, 0), -1);
	remove_parent(parent);
}

START_TEST(whoever_takes_it_over_gets_nothing)
{
	see_keeper(false);
}
END_TEST

START_TEST(nor_as_nobody)
{
	if (geteuid() == 0)
		see_keeper(true);
}
END_TEST

START_TEST(what_is_refused_leaves_nothing)
{
	int parent = make_parent();
	const struct keeper_task task = {
	    .parent = parent, .name = "new", .most = 100, .fill = refuse, .input = -1};
	struct keeper keeper;
	struct err err = {0};

	ck_assert_int_eq(keeper_start(&task, &keeper, &err), -EBADMSG);
	ck_assert_str_eq(err.text, "these bytes are no record");
	ck_assert_int_eq(faccessat(parent, "new", F_OK, 0), -1);
	remove_parent(parent);
}
END_TEST

START_TEST(it_can_be_left_to_others)
{
	int parent = make_parent();
	const struct keeper_task task = {
	    .parent = parent, .name = "new", .most = 100, .fill = fill, .input = -1};
	struct keeper keeper;
	struct err err = {0};
	struct stat st;

	ck_assert_msg(keeper_start(&task, &keeper, &err) == 0, "%s", err.text);
	ck_assert_int_eq(keeper_leave(&keeper, &err), 0);
	ck_assert_int_eq(fstatat(parent, "new", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
	ck_assert_int_eq(unlinkat(parent, "new/deep/er/answers", 0), 0);
	ck_assert_int_eq(unlinkat(parent, "new/deep/er", AT_REMOVEDIR), 0);
	ck_assert_int_eq(unlinkat(parent, "new/deep", AT_REMOVEDIR), 0);
	ck_assert_int_eq(unlinkat(parent, "new/link", 0), 0);
	ck_assert_int_eq(unlinkat(parent, "new", AT_REMOVEDIR), 0);
	remove_parent(parent);
}
END_TEST

static int place(struct arena *arena, const char **ret_name)
{
	struct keeper_place private;
	struct err err = {0};
	int r = keeper_place_private(arena, "/tmp", &private, &err);

	ck_assert_int_eq(err.code, r);
	if (r == 0) {
		*ret_name = private.name;
		keeper_place_close(&private);
	}
	return r;
}

START_TEST(the_name_is_random)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *one, *other;

	ck_assert_int_eq(place(arena, &one), 0);
	ck_assert_int_eq(place(arena, &other), 0);
	ck_assert_str_ne(one, other);
}
END_TEST

/* By itself: what was once given random bytes may have some left, and not ask the kernel. */
START_TEST(without_a_random_name_there_is_no_place)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *name;

	refuse_syscall(SYS_getrandom, EAGAIN);
	ck_assert_int_eq(place(arena, &name), -EAGAIN);
}
END_TEST

RUN_SUITE("keeper", the_name_is_random, without_a_random_name_there_is_no_place,
	  whoever_takes_it_over_gets_nothing, nor_as_nobody, what_is_refused_leaves_nothing,
	  it_can_be_left_to_others)
