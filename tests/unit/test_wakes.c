/* SPDX-License-Identifier: Apache-2.0 */
/* What wakes a process that stays: signals, files and the kernel. */
#include "sys/wakes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

static bool is_ready(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};

	return poll(&one, 1, 0) == 1;
}

START_TEST(signals_come_one_by_one)
{
	int fd;

	ck_assert_int_eq(wakes_open_signals(&fd), 0);
	ck_assert_int_eq(wakes_next_signal(fd), 0);
	ck_assert_int_eq(raise(SIGHUP), 0);
	ck_assert_int_eq(raise(SIGUSR1), 0);
	ck_assert_int_eq(raise(SIGTERM), 0);
	ck_assert(is_ready(fd));
	ck_assert_int_eq(wakes_next_signal(fd) + wakes_next_signal(fd) + wakes_next_signal(fd),
			 SIGHUP + SIGUSR1 + SIGTERM);
	ck_assert_int_eq(wakes_next_signal(fd), 0);
	(void)close(fd);
}
END_TEST

/* As in a child: the signal ends it. */
START_TEST(a_child_has_its_signals_back)
{
	int fd;

	ck_assert_int_eq(wakes_open_signals(&fd), 0);
	wakes_unblock_signals();
	(void)raise(SIGTERM);
}
END_TEST

START_TEST(only_what_matters_is_wanted)
{
	static const char *const wanted[] = {"a.yaml", "redpanda.yml", "..data", "site"};
	static const char *const others[] = {
	    "report.json", ".thintune-0123456789abcdef", "sites", "a.yaml~", "..data_tmp", ""};
	_cleanup_arena_ struct arena *arena = arena_new();
	names also = {0};

	vec_push(arena, &also, "site");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		ck_assert_msg(wakes_is_wanted(wanted[i], &also), "%s", wanted[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!wakes_is_wanted(others[i], &also), "%s", others[i]);
}
END_TEST

START_TEST(files_are_told_by_their_directory)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct arena *arena = tree->arena;
	const char *dir = tree->dir;
	const char *file = arena_printf(arena, "%s/site.yaml", dir);
	const names none = {0};
	int fd;

	ck_assert_int_eq(wakes_open_files(&fd), 0);
	ck_assert_int_eq(wakes_add_directory(fd, dir), 0);
	ck_assert_int_eq(wakes_add_directory(fd, dir), 0);
	ck_assert_int_eq(wakes_add_directory(fd, arena_printf(arena, "%s/none", dir)), -ENOENT);
	ck_assert(!wakes_drain_files(fd, &none));
	tree_file(tree, "/other", "1");
	ck_assert(is_ready(fd));
	ck_assert(!wakes_drain_files(fd, &none));
	ck_assert(!is_ready(fd));
	tree_file(tree, "/site.yaml", "1");
	ck_assert(wakes_drain_files(fd, &none));
	ck_assert(!wakes_drain_files(fd, &none));
	ck_assert_int_eq(wakes_add_directory(fd, file), -ENOTDIR);
	/* As an editor and the kubelet do. */
	ck_assert_int_eq(rename(arena_printf(arena, "%s/other", dir), file), 0);
	ck_assert(wakes_drain_files(fd, &none));
	ck_assert_int_eq(unlink(file), 0);
	ck_assert(wakes_drain_files(fd, &none));
	(void)close(fd);
}
END_TEST

START_TEST(groups_that_come_and_go_are_told)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *top = arena_printf(tree->arena, "%s/kubepods", tree->dir);
	names but = {0};
	int fd;

	vec_push(tree->arena, &but, "*burstable*");
	tree_file(tree, "/kubepods/pod1/a/cpuset.cpus", "1");
	tree_file(tree, "/kubepods/burstable/pod2/cpuset.cpus", "1");
	ck_assert_int_eq(wakes_open_files(&fd), 0);
	ck_assert_int_eq(wakes_add_groups(fd, tree->arena, top, 2, &but), 0);
	ck_assert_int_eq(wakes_add_groups(fd, tree->arena, "/none", 2, &but), 0);
	tree_file(tree, "/kubepods/burstable/pod2/cpuset.cpus", "2");
	ck_assert(!is_ready(fd));
	/* A probe of the container's. */
	tree_file(tree, "/kubepods/pod1/a/cgroup.procs", "1");
	ck_assert(is_ready(fd));
	ck_assert_uint_eq(wakes_drain_groups(fd), WAKES_NO_GROUP);
	tree_file(tree, "/kubepods/pod1/a/cpuset.cpus", "2");
	ck_assert_uint_eq(wakes_drain_groups(fd), WAKES_GROUP);
	ck_assert_uint_eq(wakes_drain_groups(fd), WAKES_NO_GROUP);
	/* What runs in the container makes groups of its own. */
	tree_dir(tree, "/kubepods/pod1/a/init.scope");
	tree_remove(tree, "/kubepods/pod1/a/init.scope");
	ck_assert(!is_ready(fd));
	tree_dir(tree, "/kubepods/pod1/b");
	ck_assert_uint_eq(wakes_drain_groups(fd), WAKES_NEW_GROUP);
	tree_remove(tree, "/kubepods/pod1/a");
	ck_assert_uint_eq(wakes_drain_groups(fd), WAKES_GROUP);
	/* Not watched until it is added, as at each look. */
	tree_dir(tree, "/kubepods/pod3");
	ck_assert_uint_eq(wakes_drain_groups(fd), WAKES_NEW_GROUP);
	ck_assert_int_eq(wakes_add_groups(fd, tree->arena, top, 2, &but), 0);
	tree_dir(tree, "/kubepods/pod3/c");
	ck_assert_uint_eq(wakes_drain_groups(fd), WAKES_NEW_GROUP);
	(void)close(fd);
}
END_TEST

START_TEST(the_kernel_is_listened_to)
{
	int fds[2];

	ck_assert_int_eq(wakes_open_devices(&fds[0]), 0);
	ck_assert_int_eq(wakes_open_links(&fds[1]), 0);
	for (size_t i = 0; i < 2; i++) {
		/* Never waits, whatever this machine has told meanwhile. */
		(void)wakes_drain_links(fds[i]);
		(void)close(fds[i]);
	}
}
END_TEST

/* One message of hardware among others is enough, and all are taken. */
START_TEST(hardware_among_other_news_is_told)
{
	static const char software[] = "add@/devices/virtual/net/veth1a2b3c";
	static const char hardware[] = "offline@/devices/system/cpu/cpu3";
	static const char *const rows[][3] = {{software, software, software},
					      {hardware, software, software},
					      {software, software, hardware}};
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
	ck_assert(!wakes_drain_devices(fds[0]));
	for (size_t row = 0; row < 3; row++) {
		for (size_t i = 0; i < 3; i++) {
			size_t length = strlen(rows[row][i]) + 1;

			ck_assert_int_eq(write(fds[1], rows[row][i], length), (int)length);
		}
		ck_assert_int_eq(wakes_drain_devices(fds[0]), row > 0);
		ck_assert(!is_ready(fds[0]));
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_test_raise_signal(group, a_child_has_its_signals_back, SIGTERM);
}

RUN_SUITE_WITH("wakes", prepare, signals_come_one_by_one, only_what_matters_is_wanted,
	       files_are_told_by_their_directory, groups_that_come_and_go_are_told,
	       the_kernel_is_listened_to, hardware_among_other_news_is_told)
