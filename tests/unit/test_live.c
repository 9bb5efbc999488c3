/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "live/live_impl.h"
#include "refuse.h"
#include "run_suite.h"
#include "tree.h"

/* Every field with a value of its own. */
static struct live full_live(void)
{
	return (struct live){
	    .kernel_release = "6.1.0-31-amd64",
	    .machine = "x86_64",
	    .uid = 0,
	    .capabilities_known = TRI_YES,
	    .capabilities = UINT64_C(0x1ffffffffff),
	    .user_namespace = TRI_NO,
	    .initial_netns = TRI_YES,
	    .container = "kubernetes",
	    .hypervisor = "Microsoft Hv",
	    .clock_synchronised = TRI_YES,
	    .io_uring = TRI_NO,
	    .linux_aio = TRI_YES,
	    .page_bytes = 65536,
	    .broker_shards = 14,
	    .sees_processes = true,
	    .broker_running = TRI_YES,
	    .broker_groups = "kubepods/pod1/a\nkubepods/pod2/b",
	    .data_dir =
		{
		    .path = "/a = b\\c\nd",
		    .exists = TRI_YES,
		    .error = -EACCES,
		    .is_directory = true,
		    .dev_major = 259,
		    .dev_minor = 3,
		    .fs_type = "xfs",
		    .mount_point = "/var/lib/redpanda",
		    .mount_options = "rw,noatime",
		    .mount_source = "/dev/nvme0n1p1",
		    .uid = 101,
		    .gid = 102,
		    .mode = 0750,
		    .free_bytes = UINT64_C(18446744073709551615),
		    .size_bytes = 4096,
		    .has_data = true,
		    .ballast =
			{
			    .exists = TRI_YES,
			    .error = -EPERM,
			    .is_file = true,
			    .size_bytes = 1 << 30,
			    .allocated_bytes = 4096,
			    .uid = 103,
			    .gid = 104,
			},
		},
	};
}

START_TEST(text_and_back_is_the_identity)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct live lives[] = {full_live(), live_unknown()};

	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		const char *text = live_text(arena, &lives[i]);
		struct live back;
		struct err err = {0};

		ck_assert_msg(live_parse(arena, text, &back, &err) == 0, "%s", err.text);
		ck_assert_str_eq(live_text(arena, &back), text);
	}
	ck_assert_str_eq(live_text(arena, &lives[1]), "");
}
END_TEST

START_TEST(every_field_survives)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct live live = full_live();
	struct live back;
	struct err err = {0};

	ck_assert_int_eq(live_parse(arena, live_text(arena, &live), &back, &err), 0);
	ck_assert_str_eq(back.kernel_release, live.kernel_release);
	ck_assert_str_eq(back.machine, live.machine);
	ck_assert_int_eq(back.uid, 0);
	ck_assert_int_eq(back.capabilities_known, TRI_YES);
	ck_assert_uint_eq(back.capabilities, live.capabilities);
	ck_assert_int_eq(back.user_namespace, TRI_NO);
	ck_assert_int_eq(back.initial_netns, TRI_YES);
	ck_assert_str_eq(back.container, live.container);
	ck_assert_str_eq(back.hypervisor, live.hypervisor);
	ck_assert_int_eq(back.clock_synchronised, TRI_YES);
	ck_assert_int_eq(back.io_uring, TRI_NO);
	ck_assert_int_eq(back.linux_aio, TRI_YES);
	ck_assert_uint_eq(back.page_bytes, 65536);
	ck_assert_uint_eq(back.broker_shards, 14);
	ck_assert(back.sees_processes);
	ck_assert_int_eq(back.broker_running, TRI_YES);
	ck_assert_str_eq(back.broker_groups, live.broker_groups);
}
END_TEST

START_TEST(every_field_of_the_data_directory_survives)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct live live = full_live();
	struct live back;
	struct err err = {0};

	ck_assert_int_eq(live_parse(arena, live_text(arena, &live), &back, &err), 0);
	ck_assert_str_eq(back.data_dir.path, live.data_dir.path);
	ck_assert_int_eq(back.data_dir.exists, TRI_YES);
	ck_assert_int_eq(back.data_dir.error, -EACCES);
	ck_assert(back.data_dir.is_directory && back.data_dir.has_data);
	ck_assert_uint_eq(back.data_dir.dev_major, 259);
	ck_assert_uint_eq(back.data_dir.dev_minor, 3);
	ck_assert_str_eq(back.data_dir.fs_type, "xfs");
	ck_assert_str_eq(back.data_dir.mount_point, live.data_dir.mount_point);
	ck_assert_str_eq(back.data_dir.mount_options, live.data_dir.mount_options);
	ck_assert_str_eq(back.data_dir.mount_source, live.data_dir.mount_source);
	ck_assert_uint_eq(back.data_dir.uid, 101);
	ck_assert_uint_eq(back.data_dir.gid, 102);
	ck_assert_uint_eq(back.data_dir.mode, 0750);
	ck_assert_uint_eq(back.data_dir.free_bytes, UINT64_MAX);
	ck_assert_uint_eq(back.data_dir.size_bytes, 4096);
	ck_assert_int_eq(back.data_dir.ballast.exists, TRI_YES);
	ck_assert_int_eq(back.data_dir.ballast.error, -EPERM);
	ck_assert(back.data_dir.ballast.is_file);
	ck_assert_uint_eq(back.data_dir.ballast.size_bytes, 1 << 30);
	ck_assert_uint_eq(back.data_dir.ballast.allocated_bytes, 4096);
	ck_assert_uint_eq(back.data_dir.ballast.uid, 103);
	ck_assert_uint_eq(back.data_dir.ballast.gid, 104);
}
END_TEST

START_TEST(malformed_texts_are_refused_with_their_line)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
	    {"uid=0\nnonsense", ":2: no '='"},
	    {"kernel=6", ":1: unknown key"},
	    {"uid=0\nmachine=x86_64\n", ":2: key repeated or out of order"},
	    {"uid=0\nuid=0\n", ":2: key repeated or out of order"},
	    {"io-uring=maybe", "malformed value"},
	    {"io-uring=", "malformed value"},
	    {"page-bytes=-1", "malformed value"},
	    {"page-bytes=04096", "malformed value"},
	    {"page-bytes=18446744073709551616", "malformed value"},
	    {"uid=4294967296", "malformed value"},
	    {"broker.shards=4294967296", "malformed value"},
	    {"capabilities=1FF", "malformed value"},
	    {"capabilities=11111111111111111", "malformed value"},
	    {"data-dir.error=4096", "malformed value"},
	    {"data-dir.path=a\\t", "malformed value"},
	    {"data-dir.path=a\\", "malformed value"},
	    {"\nuid=0", ":1: no '='"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		struct live live = {.page_bytes = 7};
		struct err err = {0};

		ck_assert_int_eq(live_parse(arena, cases[i].text, &live, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, cases[i].part) != NULL, "'%s' lacks '%s'", err.text,
			      cases[i].part);
		ck_assert_uint_eq(live.page_bytes, 7);
	}
}
END_TEST

START_TEST(a_record_answers_for_its_own_data_directory_only)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct live live;
	struct err err = {0};

	tree_file(tree, LIVE_FILE,
		  "data-dir.exists=yes\ndata-dir.fs-type=xfs\ndata-dir.path=/data\n"
		  "kernel-release=5.10.0");
	ck_assert_int_eq(live_read(tree_open(tree), tree->arena, NULL, &live, &err), 0);
	ck_assert_str_eq(live.data_dir.path, "/data");
	ck_assert_str_eq(live.kernel_release, "5.10.0");
	ck_assert_int_eq(live_read(tree->root, tree->arena, "/data", &live, &err), 0);
	ck_assert_str_eq(live.data_dir.fs_type, "xfs");
	/* "/" exists on the machine at hand. */
	ck_assert_int_eq(live_read(tree->root, tree->arena, "/", &live, &err), 0);
	ck_assert_str_eq(live.data_dir.path, "/");
	ck_assert_int_eq(live.data_dir.exists, TRI_UNKNOWN);
	ck_assert_int_eq(live.data_dir.error, -ENODATA);
	ck_assert_ptr_null(live.data_dir.fs_type);
}
END_TEST

START_TEST(a_tree_without_the_file_knows_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct live live;
	struct err err = {0};

	ck_assert_int_eq(live_read(tree_open(tree), tree->arena, NULL, &live, &err), 0);
	ck_assert_str_eq(live_text(tree->arena, &live), "");
	ck_assert_int_eq(live.uid, -1);
}
END_TEST

START_TEST(a_damaged_file_is_an_error)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct live live;
	struct err err = {0};

	tree_file(tree, LIVE_FILE, "uid=x");
	ck_assert_int_eq(live_read(tree_open(tree), tree->arena, NULL, &live, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, LIVE_FILE ":1"));
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_an_error)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct live live;
	struct err err = {0};

	tree_file(tree, LIVE_FILE "/x", "");
	ck_assert_int_lt(live_read(tree_open(tree), tree->arena, NULL, &live, &err), 0);
	ck_assert_msg(text_starts(err.text, "cannot read " LIVE_FILE), "%s", err.text);
}
END_TEST

static struct live this_machine(struct arena *arena, const char *data_dir)
{
	_cleanup_root_ struct root *root = NULL;
	struct live live;
	struct err err = {0};

	ck_assert_int_eq(root_open(arena, "/", &root, &err), 0);
	ck_assert(root_is_live(root));
	ck_assert_int_eq(live_read(root, arena, data_dir, &live, &err), 0);
	return live;
}

START_TEST(the_running_kernel)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct live live = this_machine(arena, NULL);
	struct utsname system;

	ck_assert_int_eq(uname(&system), 0);
	ck_assert_str_eq(live.kernel_release, system.release);
	ck_assert_str_eq(live.machine, system.machine);
	ck_assert_int_eq(live.uid, geteuid());
	ck_assert_uint_eq(live.page_bytes, (uint64_t)sysconf(_SC_PAGESIZE));
	ck_assert_int_eq(live.capabilities_known, TRI_YES);
	ck_assert_int_ne(live.user_namespace, TRI_UNKNOWN);
	ck_assert_ptr_nonnull(live.container);
	ck_assert_str_eq(live.data_dir.path, "/var/lib/redpanda/data");
}
END_TEST

START_TEST(a_data_directory_of_this_machine)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = arena_printf(tree->arena, "%s/data", tree->dir);
	struct live_data_dir seen;
	struct stat st;

	tree_dir(tree, "/data");
	ck_assert_int_eq(chmod(dir, 0750), 0);
	seen = live_ask_dir(tree->arena, dir);
	ck_assert_int_eq(stat(dir, &st), 0);
	ck_assert_int_eq(seen.exists, TRI_YES);
	ck_assert(seen.is_directory);
	ck_assert_uint_eq(seen.mode, 0750);
	ck_assert_uint_eq(seen.uid, st.st_uid);
	ck_assert_uint_gt(seen.size_bytes, 0);
	ck_assert_ptr_nonnull(seen.fs_type);
	ck_assert_ptr_nonnull(seen.mount_point);
	ck_assert(text_starts(seen.mount_options, "rw"));
	ck_assert(!seen.has_data);
	tree_dir(tree, "/data/lost+found");
	ck_assert(!live_ask_dir(tree->arena, dir).has_data);
	tree_file(tree, "/data/redpanda/x", "");
	ck_assert(live_ask_dir(tree->arena, dir).has_data);
}
END_TEST

/* It holds no data, so nothing is lost with it; what only has its name may well be data. */
START_TEST(a_ballast_file_of_this_machine)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = arena_printf(tree->arena, "%s/data", tree->dir);
	const char *path = arena_printf(tree->arena, "%s/ballast", dir);
	struct live_data_dir seen;

	tree_dir(tree, "/data");
	ck_assert_int_eq(live_ask_dir(tree->arena, dir).ballast.exists, TRI_NO);
	tree_file(tree, "/data/ballast", "");
	ck_assert_int_eq(truncate(path, 1 << 20), 0);
	seen = live_ask_dir(tree->arena, dir);
	ck_assert_int_eq(seen.ballast.exists, TRI_YES);
	ck_assert(seen.ballast.is_file && !seen.has_data);
	ck_assert_uint_eq(seen.ballast.size_bytes, 1 << 20);
	ck_assert_uint_lt(seen.ballast.allocated_bytes, 1 << 20);
	ck_assert_uint_eq(seen.ballast.uid, seen.uid);
	ck_assert_int_eq(link(path, arena_printf(tree->arena, "%s/other", tree->dir)), 0);
	seen = live_ask_dir(tree->arena, dir);
	ck_assert(!seen.ballast.is_file && seen.has_data);
	tree_remove(tree, "/data/ballast");
	tree_link(tree, "/data/ballast", "../other");
	seen = live_ask_dir(tree->arena, dir);
	ck_assert(!seen.ballast.is_file && seen.has_data);
	tree_remove(tree, "/data");
	tree_file(tree, "/data", "");
	ck_assert_int_eq(live_ask_dir(tree->arena, dir).ballast.exists, TRI_NO);
}
END_TEST

/* A name that is too long for it is not looked up. */
START_TEST(a_ballast_file_that_cannot_be_looked_at)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct str dir = str_new(tree->arena);
	struct live_data_dir seen;

	str_add(&dir, tree->dir);
	while (dir.length < PATH_MAX - 4)
		str_add(&dir, "/");
	seen = live_ask_dir(tree->arena, dir.text);
	ck_assert_int_eq(seen.exists, TRI_YES);
	ck_assert_int_eq(seen.ballast.exists, TRI_UNKNOWN);
	ck_assert_int_eq(seen.ballast.error, -ENAMETOOLONG);
}
END_TEST

START_TEST(a_data_directory_that_is_none)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct live_data_dir seen;

	tree_file(tree, "/file", "");
	seen = live_ask_dir(tree->arena, arena_printf(tree->arena, "%s/absent", tree->dir));
	ck_assert_int_eq(seen.exists, TRI_NO);
	ck_assert_int_eq(seen.error, -ENOENT);
	seen = live_ask_dir(tree->arena, arena_printf(tree->arena, "%s/file/x", tree->dir));
	ck_assert_int_eq(seen.exists, TRI_NO);
	seen = live_ask_dir(tree->arena, arena_printf(tree->arena, "%s/file", tree->dir));
	ck_assert_int_eq(seen.exists, TRI_YES);
	ck_assert(!seen.is_directory && !seen.has_data);
}
END_TEST

static void *sleep_as_reactor(void *unused)
{
	(void)unused;
	(void)prctl(PR_SET_NAME, "reactor-1");
	(void)pause();
	return NULL;
}

/* A process that looks like a broker of two shards, until it is killed. */
static pid_t stand_in_broker(void)
{
	pid_t child = fork();

	if (child == 0) {
		pthread_t thread;

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)prctl(PR_SET_NAME, "redpanda");
		if (pthread_create(&thread, NULL, sleep_as_reactor, NULL) != 0)
			_exit(1);
		(void)pause();
		_exit(0);
	}
	ck_assert_int_gt(child, 0);
	return child;
}

/* The scan is left out where neither linux-aio nor a lock file hints at a broker. */
START_TEST(a_running_broker_is_counted)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = arena_printf(tree->arena, "%s/data", tree->dir);
	pid_t broker = stand_in_broker();
	struct live live = {0};

	tree_file(tree, "/data/pid.lock", "");
	for (int tries = 0; tries < 100 && live.broker_shards < 2; tries++) {
		(void)usleep(20000);
		live = this_machine(tree->arena, dir);
	}
	ck_assert_int_eq(live.broker_running, TRI_YES);
	ck_assert_uint_eq(live.broker_shards, 2);
	ck_assert_int_eq(kill(broker, SIGKILL), 0);
	ck_assert_int_eq(waitpid(broker, NULL, 0), broker);
	live = this_machine(tree->arena, dir);
	ck_assert_int_ne(live.broker_running, TRI_YES);
	ck_assert_uint_eq(live.broker_shards, 0);
}
END_TEST

/* Each shard has a directory "SHARD_REVISION" there; others have other names. */
START_TEST(the_shards_of_a_data_directory_are_counted)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = arena_printf(tree->arena, "%s/data", tree->dir);

	tree_dir(tree, "/data");
	ck_assert_uint_eq(live_ask_dir(tree->arena, dir).shards, 0);
	tree_file(tree, "/data/redpanda/kvstore/0_12/x", "");
	tree_file(tree, "/data/redpanda/kvstore/11_12/x", "");
	tree_file(tree, "/data/redpanda/kvstore/2", "");
	tree_file(tree, "/data/redpanda/kvstore/_3", "");
	tree_file(tree, "/data/redpanda/kvstore/x4_1", "");
	ck_assert_uint_eq(live_ask_dir(tree->arena, dir).shards, 2);
}
END_TEST

static struct live broker_of(struct tree *tree, const char *data_dir)
{
	struct live live = {.data_dir.path = data_dir};

	live_ask_broker(tree_open(tree), tree->arena, &live);
	return live;
}

START_TEST(brokers_are_told_by_their_threads)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct live live;

	tree_file(tree, "/proc/70/comm", "redpanda");
	/* It ends while it is looked at: its threads are gone, but not its name. */
	live = broker_of(tree, "/none");
	ck_assert_int_eq(live.broker_running, TRI_YES);
	ck_assert_uint_eq(live.broker_shards, 1);
	tree_file(tree, "/proc/70/task/70/comm", "redpanda");
	tree_file(tree, "/proc/70/task/71/comm", "reactor-1");
	tree_file(tree, "/proc/70/task/72/comm", "reactor-2");
	tree_file(tree, "/proc/70/task/73/comm", "syscall-0");
	tree_file(tree, "/proc/70/task/74/status", "");
	ck_assert_uint_eq(broker_of(tree, "/none").broker_shards, 3);
	tree_file(tree, "/proc/80/comm", "redpanda");
	tree_file(tree, "/proc/90/comm", "rpk");
	tree_file(tree, "/proc/x/comm", "redpanda");
	ck_assert_uint_eq(broker_of(tree, "/none").broker_shards, 4);
}
END_TEST

/* Words end with NUL, which tree_file() cannot write. */
static void start(struct tree *tree, const char *name, const char *arguments, size_t length)
{
	FILE *file;

	tree_file(tree, "/proc/70/comm", name);
	file = fopen(arena_printf(tree->arena, "%s/proc/70/cmdline", tree->dir), "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(arguments, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}
#define START(tree, name, arguments) start(tree, name, arguments, sizeof(arguments))

static void process(struct tree *tree, const char *pid, const char *name, const char *parent,
		    const char *group)
{
	struct arena *arena = tree->arena;

	tree_file(tree, arena_printf(arena, "/proc/%s/comm", pid), name);
	tree_file(tree, arena_printf(arena, "/proc/%s/status", pid),
		  arena_printf(arena, "Name:\t%s\nPPid:\t%s\n", name, parent));
	tree_file(tree, arena_printf(arena, "/proc/%s/cgroup", pid), group);
}

/* In both versions, and as a container with a first group of its own sees it. */
START_TEST(a_pods_broker_is_its_main_process)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	process(tree, "5", "containerd-shim", "1", "0::/system.slice/containerd.service");
	process(tree, "10", "redpanda", "5", "0::/kubepods.slice/kubepods-pod1.slice/a.scope");
	process(tree, "11", "redpanda", "10", "0::/kubepods.slice/kubepods-pod1.slice/a.scope");
	process(tree, "20", "sh", "5", "0::/kubepods.slice/kubepods-pod2.slice/b.scope");
	process(tree, "21", "redpanda", "20", "0::/kubepods.slice/kubepods-pod2.slice/b.scope");
	process(tree, "30", "redpanda", "5", "4:memory:/x\n3:cpuset:/kubepods/pod3/c\n0::/");
	process(tree, "40", "redpanda", "0", "0::/../../kubepods/pod4/d/container");
	process(tree, "41", "redpanda", "0", "0::/../../../kubepods-pod6_7.slice/crio-e.scope");
	process(tree, "42", "redpanda", "0", "3:cpuset:/../../pod8/f\n0::/");
	process(tree, "43", "redpanda", "0", "0::/../g");
	process(tree, "44", "redpanda", "1", "0::/kubelet.slice/kubelet-kubepods.slice/x/h");
	process(tree, "45", "redpanda", "0", "0::/..");
	process(tree, "46", "redpanda", "0", "0::/..x/i");
	process(tree, "50", "redpanda", "5", "0::/redpanda.slice/redpanda.service");
	ck_assert_str_eq(broker_of(tree, "/none").broker_groups,
			 "kubepods.slice/kubepods-pod1.slice/a.scope\n"
			 "kubepods/pod3/c\n"
			 "kubepods/pod4/d/container\n"
			 "kubepods-pod6_7.slice/crio-e.scope\n"
			 "pod8/f\n"
			 "g\n"
			 "kubelet.slice/kubelet-kubepods.slice/x/h");
}
END_TEST

/* Of a pod's the start matters, before it has a lock or any request. */
START_TEST(a_pods_broker_is_looked_for_at_once)
{
	static const char *const holders[] = {
	    "kubepods",           "kubepods.slice",         "kubelet.slice/kubelet-kubepods.slice",
	    "kubelet/kubepods",   "unified/kubepods.slice", "cpuset/kubepods",
	    "cpu,cpuset/kubepods"};

	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, "/proc/sys/fs/aio-nr", "0");
		process(tree, "10", "redpanda", "1", "0::/kubepods/pod1/a");
		ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
		tree_dir(tree, "/sys/fs/cgroup/cpuset.cpus/kubepods");
		ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
		tree_dir(tree, arena_printf(tree->arena, "/sys/fs/cgroup/%s", holders[i]));
		ck_assert_msg(broker_of(tree, "/none").broker_running == TRI_YES, "%s", holders[i]);
	}
}
END_TEST

/* What may not be looked at may hold pods. */
START_TEST(a_broker_is_looked_for_where_groups_are_closed)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/proc/sys/fs/aio-nr", "0");
	process(tree, "10", "redpanda", "1", "0::/kubepods/pod1/a");
	tree_file(tree, "/.thintune/errors", "EACCES /sys/fs/cgroup");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_YES);
}
END_TEST

/* A process of that name is no word on the others, nor is one that nothing asks the kernel for. */
START_TEST(whether_the_nodes_processes_are_shown)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert(!broker_of(tree, "/none").sees_processes);
	tree_file(tree, "/proc/2/comm", "redpanda");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_YES);
	ck_assert(!broker_of(tree, "/none").sees_processes);
	tree_file(tree, "/proc/sys/fs/aio-nr", "0");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	ck_assert(!broker_of(tree, "/none").sees_processes);
	tree_file(tree, "/proc/2/comm", "kthreadd");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	ck_assert(broker_of(tree, "/none").sees_processes);
}
END_TEST

START_TEST(a_broker_started_by_the_loader)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/proc/2/comm", "kthreadd");
	START(tree, "ld.so", "ld.so\0--library-path\0/x/lib\0/x/libexec/redpanda\0--smp\0002");
	tree_file(tree, "/proc/70/task/71/comm", "reactor-1");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_YES);
	ck_assert_uint_eq(broker_of(tree, "/none").broker_shards, 2);
	START(tree, "ld-linux-x86-64", "/opt/redpanda/bin/redpanda\0--smp=2");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_YES);
	START(tree, "ld.so", "ld.so\0/bin/cat\0/etc/redpanda/redpanda.yaml");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	START(tree, "ld.so",
	      "ld.so\0--library-path\0/x/lib/redpanda\0/bin/rsync\0/backup/redpanda");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	START(tree, "ld.so", "ld.so\0/opt/redpanda/libexec/rpk\0redpanda\0start");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	START(tree, "ld.so", "ld.so");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	/* What starts it is not it. */
	START(tree, "bash", "bash\0-c\0/usr/bin/redpanda");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	START(tree, "rpk", "/usr/bin/rpk\0redpanda\0start");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
}
END_TEST

START_TEST(no_broker_is_certain_only_where_one_would_be_seen)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_UNKNOWN);
	/* The processes of a container are not all. */
	tree_file(tree, "/proc/2/comm", "sh");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_UNKNOWN);
	tree_file(tree, "/proc/2/comm", "kthreadd");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	/* Processes are not looked at where none can be a broker. */
	tree_file(tree, "/proc/3/comm", "redpanda");
	tree_file(tree, "/proc/sys/fs/aio-nr", "0");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_NO);
	ck_assert_int_eq(broker_of(tree, NULL).broker_running, TRI_YES);
	tree_file(tree, "/data/pid.lock", "");
	ck_assert_int_eq(
	    broker_of(tree, arena_printf(tree->arena, "%s/data", tree->dir)).broker_running,
	    TRI_YES);
	/* Nor where it cannot be told whether a broker has its file there. */
	tree_link(tree, "/loop/pid.lock", "pid.lock");
	ck_assert_int_eq(
	    broker_of(tree, arena_printf(tree->arena, "%s/loop", tree->dir)).broker_running,
	    TRI_YES);
	tree_file(tree, "/proc/sys/fs/aio-nr", "1024");
	ck_assert_int_eq(broker_of(tree, "/none").broker_running, TRI_YES);
}
END_TEST

/* A process that holds a POSIX lock on the file, until it is killed. */
static pid_t hold_lock(const char *path)
{
	int fds[2];
	char byte;
	pid_t child;

	ck_assert_int_eq(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		int fd = open(path, O_RDWR | O_CLOEXEC);

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0 || write(fds[1], "", 1) != 1)
			_exit(1);
		(void)pause();
		_exit(0);
	}
	ck_assert_int_gt(child, 0);
	(void)close(fds[1]);
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	(void)close(fds[0]);
	return child;
}

START_TEST(a_lock_of_either_kind_is_a_broker)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct live_data_dir dir = {.path = arena_printf(tree->arena, "%s/data", tree->dir)};
	const struct live_data_dir below = {
	    .path = arena_printf(tree->arena, "%s/data/pid.lock", tree->dir)};
	pid_t holder;
	int fd;

	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_NO);
	/* A file is left by a broker that has ended. */
	tree_file(tree, "/data/pid.lock", "1");
	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_NO);
	ck_assert_int_eq(live_dir_in_use(tree->arena, &below), TRI_NO);
	holder = hold_lock(below.path);
	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_YES);
	ck_assert_int_eq(live_dir_is_locked(tree->arena, &dir), TRI_YES);
	ck_assert_int_eq(kill(holder, SIGKILL), 0);
	ck_assert_int_eq(waitpid(holder, NULL, 0), holder);
	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_NO);
	fd = open(below.path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_YES);
	/* Who looks again and again must take no lock, and so cannot see this one. */
	ck_assert_int_eq(live_dir_is_locked(tree->arena, &dir), TRI_NO);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_NO);
	tree_remove(tree, "/data/pid.lock");
	tree_link(tree, "/data/pid.lock", "/dev/null");
	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_UNKNOWN);
}
END_TEST

/* As some network file systems do. */
START_TEST(a_lock_that_is_not_told_is_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct live_data_dir dir = {.path = arena_printf(tree->arena, "%s/data", tree->dir)};

	tree_file(tree, "/data/pid.lock", "1");
	refuse_command(SYS_fcntl, F_GETLK, ENOLCK);
	ck_assert_int_eq(live_dir_in_use(tree->arena, &dir), TRI_UNKNOWN);
	ck_assert_int_eq(live_dir_is_locked(tree->arena, &dir), TRI_UNKNOWN);
}
END_TEST

/* What is known of a directory from an earlier look. */
static struct live_data_dir look_at(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return (struct live_data_dir){.path = path,
				      .dev_major = major(st.st_dev),
				      .dev_minor = minor(st.st_dev),
				      .inode = st.st_ino,
				      .uid = st.st_uid,
				      .gid = st.st_gid};
}

static int open_it(const struct live_data_dir *dir)
{
	struct err err = {0};
	int fd = -1, r = live_dir_open(dir, &fd, &err);

	ck_assert_int_eq(r == 0, fd >= 0);
	ck_assert_int_eq(r, err.code);
	if (fd >= 0)
		ck_assert_int_eq(close(fd), 0);
	return r;
}

START_TEST(a_directory_is_opened_only_as_it_was_seen)
{
	char path[] = "/tmp/thintune-live-XXXXXX";
	struct live_data_dir dir;

	ck_assert_ptr_nonnull(mkdtemp(path));
	dir = look_at(path);
	ck_assert_int_eq(open_it(&dir), 0);
	dir.uid++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.uid--;
	dir.gid++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.gid--;
	dir.dev_minor++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.dev_minor--;
	dir.dev_major++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.dev_major--;
	dir.inode++;
	ck_assert_int_eq(open_it(&dir), -ESTALE);
	dir.inode--;
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(open_it(&dir), -ESTALE);
}
END_TEST

START_TEST(a_directory_is_found_again_by_its_id)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = arena_printf(tree->arena, "%s/data", tree->dir);
	const char *other = arena_printf(tree->arena, "%s/other", tree->dir);
	struct live_data_dir dir;
	const char *id;
	int fd = -1;

	tree_dir(tree, "/data");
	tree_dir(tree, "/other");
	id = live_ask_dir(tree->arena, path).id;
	if (!id)
		return;
	ck_assert_str_ne(id, live_ask_dir(tree->arena, other).id);
	ck_assert_int_eq(live_dir_find(tree->arena, path, id, &dir, &fd), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(live_dir_find(tree->arena, other, id, &dir, &fd), -ENOENT);
	ck_assert_int_eq(rename(path, arena_printf(tree->arena, "%s/aside", tree->dir)), 0);
	ck_assert_int_eq(live_dir_find(tree->arena, path, id, &dir, &fd), -ENOENT);
	tree_file(tree, "/data", "");
	ck_assert_int_eq(live_dir_find(tree->arena, path, id, &dir, &fd), -ENOENT);
	ck_assert_ptr_null(live_ask_dir(tree->arena, path).id);
}
END_TEST

RUN_SUITE("live", text_and_back_is_the_identity, every_field_survives,
	  every_field_of_the_data_directory_survives, malformed_texts_are_refused_with_their_line,
	  a_record_answers_for_its_own_data_directory_only, a_tree_without_the_file_knows_nothing,
	  a_damaged_file_is_an_error, the_running_kernel, a_data_directory_of_this_machine,
	  a_ballast_file_of_this_machine, a_ballast_file_that_cannot_be_looked_at,
	  a_directory_is_opened_only_as_it_was_seen, a_directory_is_found_again_by_its_id,
	  a_data_directory_that_is_none, a_running_broker_is_counted,
	  a_file_that_cannot_be_read_is_an_error, the_shards_of_a_data_directory_are_counted,
	  brokers_are_told_by_their_threads, a_pods_broker_is_its_main_process,
	  a_pods_broker_is_looked_for_at_once, a_broker_is_looked_for_where_groups_are_closed,
	  whether_the_nodes_processes_are_shown, a_broker_started_by_the_loader,
	  no_broker_is_certain_only_where_one_would_be_seen, a_lock_of_either_kind_is_a_broker,
	  a_lock_that_is_not_told_is_unknown)
