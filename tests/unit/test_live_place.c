/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the program runs: container, unit, namespaces, mounts, and what the kernel refuses. The
 * tests change their root to a directory whose /proc is made of files; they are left out where that
 * is not allowed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "live/live_impl.h"
#include "refuse.h"
#include "run_suite.h"
#include "tree.h"

struct place {
	struct tree *tree;
	int way_back; /* -1: not entered */
};

static void place_leave(struct place *place)
{
	if (place->way_back >= 0) {
		ck_assert_int_eq(fchdir(place->way_back), 0);
		ck_assert_int_eq(chroot("."), 0);
		(void)close(place->way_back);
	}
	tree_freep(&place->tree);
}
#define _cleanup_place_ __attribute__((cleanup(place_leave)))

static struct place place_new(void)
{
	return (struct place){.tree = tree_new(), .way_back = -1};
}

static bool enter(struct place *place)
{
	int way_back = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(way_back, 0);
	if (chroot(place->tree->dir) < 0 &&
	    (unshare(CLONE_NEWUSER) < 0 || chroot(place->tree->dir) < 0)) {
		(void)close(way_back);
		return false;
	}
	place->way_back = way_back;
	ck_assert_int_eq(chdir("/"), 0);
	return true;
}

/* What the kernel and these files say, with the node below a directory. */
static struct live ask(struct place *place, const char *node)
{
	struct live live = live_unknown();
	struct err err = {0};

	ck_assert_int_eq(root_open(place->tree->arena, node, &place->tree->root, &err), 0);
	live_ask_kernel(place->tree->root, place->tree->arena, &live);
	root_close(place->tree->root);
	place->tree->root = NULL;
	return live;
}

/* ---- container and unit ------------------------------------------------------------------- */

#define FIRST        "pid:[4026531836]"
#define OTHER        "pid:[4026532201]"
#define LAST_AT_BOOT "mnt:[4026531841]"
#define MADE_LATER   "mnt:[4026531842]"

struct container_case {
	const char *pids, *mounts, *first_mounts, *environment, *cgroup, *marker, *want;
};

static const struct container_case container_cases[] = {
    /* The node itself, whatever an image has left there. */
    {FIRST, MADE_LATER, MADE_LATER, "container=lxc", "/docker/1", "/.dockerenv", "none"},
    {FIRST, LAST_AT_BOOT, NULL, "container=lxc", "/docker/1", "/.dockerenv", "none"},
    /* Mounts of its own are no container, but they prove nothing either. */
    {FIRST, MADE_LATER, "mnt:[4026531832]", NULL, NULL, NULL, "none"},
    {FIRST, MADE_LATER, NULL, NULL, "/kubepods/pod1", NULL, "kubernetes"},
    {FIRST, "mnt", "mnt", NULL, NULL, "/.dockerenv", "docker"},
    {FIRST, NULL, NULL, NULL, NULL, "/.dockerenv", "docker"},
    {OTHER, LAST_AT_BOOT, LAST_AT_BOOT, NULL, NULL, NULL, "container"},
    {NULL, NULL, NULL, NULL, NULL, NULL, "unknown"},
    /* Marker files come first, then the first process, then the cgroup. */
    {OTHER, NULL, NULL, "container=lxc", "/docker/1", "/run/.containerenv", "podman"},
    {OTHER, NULL, NULL, "container=lxc", "/kubepods/pod1", "/.dockerenv", "docker"},
    {OTHER, NULL, NULL, "HOME=/ container=lxc", "/docker/1", NULL, "lxc"},
    {OTHER, NULL, NULL, "container=docker HOME=/", NULL, NULL, "docker"},
    {OTHER, NULL, NULL, "container=podman", NULL, NULL, "podman"},
    {OTHER, NULL, NULL, "container=systemd-nspawn", "/docker/1", NULL, "container"},
    {OTHER, NULL, NULL, "container= xcontainer=podman", "/lxc/1", NULL, "lxc"},
    {NULL, NULL, NULL, NULL, "/docker/1", NULL, "docker"},
    {OTHER, NULL, NULL, NULL, "/machine.slice/libpod-1.scope", NULL, "podman"},
    {OTHER, NULL, NULL, NULL, "/system.slice/cri-containerd-1.scope", NULL, "container"},
    {FIRST, MADE_LATER, NULL, NULL, "/system.slice/cri-containerd-1.scope", NULL, "container"},
    {FIRST, MADE_LATER, NULL, NULL, "/system.slice/docker.service", NULL, "none"},
};
enum { container_count = sizeof(container_cases) / sizeof(container_cases[0]) };

/* Variables end with a zero byte each. */
static void write_environment(struct tree *tree, const char *variables)
{
	FILE *file;

	tree_file(tree, "/proc/1/environ", "");
	file = fopen(arena_printf(tree->arena, "%s/proc/1/environ", tree->dir), "w");
	ck_assert_ptr_nonnull(file);
	for (const char *at = variables; *at; at++)
		ck_assert_int_ge(fputc(*at == ' ' ? '\0' : *at, file), 0);
	ck_assert_int_ge(fputc('\0', file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void make_container(struct tree *tree, const struct container_case *row)
{
	if (row->pids)
		tree_link(tree, "/proc/self/ns/pid", row->pids);
	if (row->mounts)
		tree_link(tree, "/proc/self/ns/mnt", row->mounts);
	if (row->first_mounts)
		tree_link(tree, "/proc/1/ns/mnt", row->first_mounts);
	if (row->environment)
		write_environment(tree, row->environment);
	if (row->cgroup)
		tree_file(tree, "/proc/self/cgroup",
			  arena_printf(tree->arena, "1:cpu:/\n0::%s", row->cgroup));
	if (row->marker)
		tree_file(tree, row->marker, "");
}

START_TEST(a_container_tells_its_kind)
{
	const struct container_case *row = &container_cases[_i];
	_cleanup_place_ struct place place = place_new();
	const char *seen;

	ck_assert_int_eq(unsetenv("KUBERNETES_SERVICE_HOST"), 0);
	make_container(place.tree, row);
	if (!enter(&place))
		return;
	seen = ask(&place, "/").container;
	ck_assert_str_eq(seen ? seen : "unknown", row->want);
	/* What Kubernetes sets in each container comes before all else. */
	ck_assert_int_eq(setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1), 0);
	ck_assert_str_eq(ask(&place, "/").container, "kubernetes");
}
END_TEST

static const struct {
	const char *pids, *cgroup, *want;
} unit_cases[] = {
    {FIRST, "1:cpu:/\n0::/system.slice/thintune.service", "thintune.service"},
    {FIRST, "0::/system.slice/a.service\n1:cpu:/b.service", "a.service"},
    {FIRST, "0::/user.slice/session-1.scope", NULL},
    {FIRST, "1:cpu:/system.slice/thintune.service", NULL},
    {FIRST, NULL, NULL},
    /* A service inside of a container is none of the node. */
    {OTHER, "0::/system.slice/thintune.service", NULL},
};
enum { unit_count = sizeof(unit_cases) / sizeof(unit_cases[0]) };

START_TEST(a_service_of_the_node_is_named)
{
	_cleanup_place_ struct place place = place_new();

	ck_assert_int_eq(unsetenv("KUBERNETES_SERVICE_HOST"), 0);
	tree_link(place.tree, "/proc/self/ns/pid", unit_cases[_i].pids);
	if (unit_cases[_i].cgroup)
		tree_file(place.tree, "/proc/self/cgroup", unit_cases[_i].cgroup);
	if (enter(&place))
		ck_assert_pstr_eq(ask(&place, "/").unit, unit_cases[_i].want);
}
END_TEST

/* ---- namespaces --------------------------------------------------------------------------- */

START_TEST(the_user_namespace_is_told_by_its_map)
{
	static const struct {
		const char *map;
		enum tri want;
	} rows[] = {
	    {"         0          0 4294967295", TRI_NO},
	    {"0 0 65536", TRI_YES},
	    {"0 1000 4294967295", TRI_YES},
	    {"1000 0 4294967295", TRI_YES},
	    {"0 0 4294967295\n5 5 1", TRI_YES},
	    {NULL, TRI_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_place_ struct place place = place_new();

		if (rows[i].map)
			tree_file(place.tree, "/proc/self/uid_map", rows[i].map);
		if (enter(&place))
			ck_assert_int_eq(ask(&place, "/").user_namespace, rows[i].want);
	}
}
END_TEST

START_TEST(the_network_namespace_is_told_by_tcp_mem)
{
	static const struct {
		const char *file;
		enum tri want;
	} rows[] = {
	    {"/proc/sys/net/ipv4/tcp_mem", TRI_YES},
	    {"/proc/sys/net/ipv4/tcp_rmem", TRI_NO},
	    /* Without a procfs of its own a container looks at the node's. */
	    {"/node/proc/sys/net/ipv4/tcp_mem", TRI_YES},
	    {"/node/proc/sys/net/ipv4/tcp_rmem", TRI_NO},
	    {"/node/proc/uptime", TRI_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_place_ struct place place = place_new();

		tree_dir(place.tree, "/node");
		tree_dir(place.tree, "/node/sys");
		tree_file(place.tree, rows[i].file, "");
		if (enter(&place))
			ck_assert_int_eq(ask(&place, "/node").initial_netns, rows[i].want);
	}
}
END_TEST

/* ---- mounts ------------------------------------------------------------------------------- */

/* What is told of /data; in the text @ is the device of /data, # the number of its mount. */
static struct live_data_dir look(struct place *place, const char *mountinfo)
{
	struct str text = str_new(place->tree->arena);
	struct statx st;
	FILE *file;

	ck_assert_int_eq(statx(AT_FDCWD, "/data", 0, STATX_BASIC_STATS | STATX_MNT_ID, &st), 0);
	for (; *mountinfo; mountinfo++) {
		if (*mountinfo == '@')
			str_printf(&text, "%u:%u", st.stx_dev_major, st.stx_dev_minor);
		else if (*mountinfo == '#')
			str_printf(&text, "%llu", (unsigned long long)st.stx_mnt_id);
		else
			str_add_n(&text, mountinfo, 1);
	}
	file = fopen("/proc/self/mountinfo", "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text.text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	return live_ask_dir(place->tree->arena, "/data");
}

static struct place place_of_data(void)
{
	struct place place = place_new();

	tree_dir(place.tree, "/data");
	tree_dir(place.tree, "/proc");
	tree_dir(place.tree, "/proc/self");
	return place;
}

START_TEST(a_mount_is_found_by_its_number)
{
	_cleanup_place_ struct place place = place_of_data();
	struct live_data_dir dir;

	if (!enter(&place))
		return;
	dir = look(&place, "7# 1 @ / /data rw - ext4 /dev/sda rw\n"
			   "# 1 @ / /a\\040b\\04 rw,noatime shared:1 master:2 - xfs /dev/b\\134c "
			   "rw,noatime,attr2\n"
			   "8# 1 @ / /data rw - ext4 /dev/sda rw");
	ck_assert_str_eq(dir.fs_type, "xfs");
	ck_assert_str_eq(dir.mount_point, "/a b\\04");
	ck_assert_str_eq(dir.mount_source, "/dev/b\\c");
	ck_assert_str_eq(dir.mount_options, "rw,noatime,attr2");
	ck_assert_int_eq(dir.fs_read_only, TRI_NO);
	ck_assert_ptr_null(dir.system_use);
	ck_assert_ptr_null(dir.shared_with);
	ck_assert(!dir.is_ephemeral);
	/* No newline at the end, no options of the super block, and lines that are none. */
	dir =
	    look(&place, "\n# 1 @\n# 1 @ / /bad rw shared:1 - xfs\n# 1 @ / /data ro - tmpfs none");
	ck_assert_str_eq(dir.mount_point, "/data");
	ck_assert_str_eq(dir.fs_type, "tmpfs");
	ck_assert_str_eq(dir.mount_options, "ro");
	ck_assert_int_eq(dir.fs_read_only, TRI_NO);
	dir = look(&place, "# 1 @ / /data ro,noatime - ext4 /dev/sda ro,errors=remount-ro\n");
	ck_assert_int_eq(dir.fs_read_only, TRI_YES);
	dir = look(&place, "# 1 @ / /data ro,noatime - ext4 /dev/sda rw,errors=remount-ro\n");
	ck_assert_int_eq(dir.fs_read_only, TRI_NO);
}
END_TEST

START_TEST(company_on_the_same_file_system_is_told)
{
	_cleanup_place_ struct place place = place_of_data();
	struct live_data_dir dir;

	if (!enter(&place))
		return;
	dir = look(&place, "# 1 @ /pods/1/volumes/kubernetes.io~empty-dir/v /data rw - xfs d rw\n"
			   "1# 1 999:9 / /var rw - xfs e rw\n"
			   "2# 1 999:9 / /etc/resolv.conf rw - xfs e rw\n"
			   "3# 1 @ /x /etc/hosts rw - xfs d rw\n"
			   "4# 1 @ /x /dev/termination-log rw - xfs d rw\n");
	ck_assert(dir.is_ephemeral);
	ck_assert_str_eq(dir.shared_with, "/etc/hosts");
	ck_assert_ptr_null(dir.system_use);
	dir = look(&place, "# 1 @ /x /etc/data rw - xfs d rw\n1# 1 @ / /var/lib rw - xfs d rw\n");
	ck_assert_ptr_null(dir.shared_with);
	ck_assert_str_eq(dir.system_use, "/var/lib");
	ck_assert(!dir.is_ephemeral);
}
END_TEST

/* /home, /opt and /srv are the node's owner's: a disk that is mounted there as a whole is the
 * data's own, unless it serves something else, too. */
START_TEST(a_disk_of_its_own_may_be_anywhere)
{
	static const struct {
		const char *mounts, *use;
	} cases[] = {
	    {.mounts = "# 1 @ / /srv rw - xfs d rw\n"},
	    {.mounts = "# 1 @ / /home rw - xfs d rw\n"},
	    {.mounts = "# 1 @ / /opt rw - xfs d rw\n1# 1 999:1 / / rw - ext4 e rw\n"},
	    /* twice as a whole, and bound from there */
	    {.mounts = "1# 1 @ / /srv rw - xfs d rw\n# 1 @ /redpanda /data rw - xfs d rw\n"},
	    {.mounts = "1# 1 @ / /home rw - xfs d rw\n# 1 @ / /srv rw - xfs d rw\n"},
	    {.mounts = "1# 1 @ / /mnt/x rw - xfs d rw\n# 1 @ /x /srv rw - xfs d rw\n"},
	    /* others have a part of it */
	    {.mounts = "1# 1 @ /home /home rw - xfs d rw\n# 1 @ / /srv rw - xfs d rw\n",
	     .use = "/home"},
	    {.mounts = "# 1 @ /@srv /srv rw - btrfs d rw\n1# 1 @ /@opt /opt rw - btrfs d rw\n",
	     .use = "/opt"},
	    /* the system has it */
	    {.mounts = "1# 1 @ / / rw - xfs d rw\n# 1 @ /srv /srv rw - xfs d rw\n", .use = "/"},
	    {.mounts = "# 1 @ / /srv rw - xfs d rw\n1# 1 @ /log /var/log rw - xfs d rw\n",
	     .use = "/var/log"},
	    {.mounts = "# 1 @ / /var rw - xfs d rw\n", .use = "/var"},
	    {.mounts = "# 1 @ / /usr/local rw - xfs d rw\n", .use = "/usr/local"},
	    {.mounts = "# 1 @ / /root rw - xfs d rw\n", .use = "/root"},
	};
	_cleanup_place_ struct place place = place_of_data();

	if (!enter(&place))
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_pstr_eq(look(&place, cases[i].mounts).system_use, cases[i].use);
}
END_TEST

START_TEST(devices_that_xfs_has_beside_its_own)
{
	_cleanup_place_ struct place place = place_of_data();
	struct live_data_dir dir;

	if (!enter(&place))
		return;
	dir = look(&place, "# 1 @ / /data rw - xfs /dev/a rw,logdev=/dev/l\\054o\\040g,noquota,"
			   "rtdev=/data\n");
	ck_assert_str_eq(dir.log.name, "/dev/l,o g");
	ck_assert_ptr_null(dir.log.number);
	ck_assert_str_eq(dir.realtime.name, "/data"); /* no device */
	ck_assert_ptr_null(dir.realtime.number);
	/* Options of the mount, and words that begin alike, are none. */
	dir = look(&place, "# 1 @ / /data rw,logdev=/x - xfs /dev/a rw,logdevs=/y,slogdev=/z\n");
	ck_assert_ptr_null(dir.log.name);
	ck_assert_ptr_null(dir.realtime.name);
	dir = look(&place, "# 1 @ / /data rw - jfs /dev/a rw,logdev=/x\n");
	ck_assert_ptr_null(dir.log.name);
}
END_TEST

/* As before Linux 5.8, where statx() does not tell the number of a mount. */
START_TEST(an_older_kernel_tells_a_mount_by_its_device)
{
	static const char *const places[][2] = {{"/data", "/data"}, {"/", "/"}, {"/d", NULL}};
	_cleanup_place_ struct place place = place_of_data();

	if (!enter(&place))
		return;
	refuse_syscall(SYS_statx, ENOSYS);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *lines = arena_printf(place.tree->arena,
						 "1 1 @ / / rw - other d rw\n"
						 "2 1 @ / %s rw - xfs d rw\n"
						 "3 1 @ / /data/below rw - other d rw\n"
						 "4 1 999:9 / /data rw - other d rw\n",
						 places[i][0]);
		struct live_data_dir dir = look(&place, lines);

		ck_assert_str_eq(dir.mount_point, places[i][1] ? places[i][1] : "/");
		ck_assert_str_eq(dir.fs_type, places[i][1] ? "xfs" : "other");
	}
}
END_TEST

/* Mounts a file system on /data in a mount namespace of its own. */
static bool mount_data(struct place *place, const char *type, const char *options)
{
	const char *data = arena_printf(place->tree->arena, "%s/data", place->tree->dir);

	return unshare(CLONE_NEWNS) == 0 && mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", data, type, 0, options) == 0;
}

START_TEST(without_mountinfo_a_file_system_is_known_by_its_magic)
{
	static const struct {
		const char *type, *want;
	} rows[] = {{"tmpfs", "tmpfs"}, {"ramfs", NULL}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_place_ struct place place = place_of_data();
		struct live_data_dir dir;

		if (!mount_data(&place, rows[i].type, i == 0 ? "size=1m" : NULL) || !enter(&place))
			return;
		dir = live_ask_dir(place.tree->arena, "/data");
		ck_assert_pstr_eq(dir.fs_type, rows[i].want);
		ck_assert_ptr_null(dir.mount_point);
		ck_assert_uint_eq(dir.size_bytes, i == 0 ? 1024 * 1024 : 0);
	}
}
END_TEST

START_TEST(a_file_system_that_tells_nothing_is_unknown)
{
	_cleanup_place_ struct place place = place_of_data();
	struct live_data_dir dir;

	if (!enter(&place))
		return;
	refuse_syscall(SYS_statfs, EACCES);
	dir = live_ask_dir(place.tree->arena, "/data");
	ck_assert_int_eq(dir.exists, TRI_YES);
	ck_assert_ptr_null(dir.fs_type);
	ck_assert_uint_eq(dir.size_bytes, 0);
}
END_TEST

/* ---- a kernel that refuses ---------------------------------------------------------------- */

static struct live ask_this_machine(void)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	_cleanup_root_ struct root *root = NULL;
	struct live live = live_unknown();
	struct err err = {0};

	ck_assert_int_eq(root_open(arena, "/", &root, &err), 0);
	live_ask_kernel(root, arena, &live);
	return live;
}

START_TEST(rights_that_are_not_told_are_unknown)
{
	struct live live;

	refuse_syscall(SYS_capget, EPERM);
	live = ask_this_machine();
	ck_assert_int_eq(live.capabilities_known, TRI_UNKNOWN);
	ck_assert_uint_eq(live.capabilities, 0);
}
END_TEST

START_TEST(a_clock_that_is_not_told_is_unknown)
{
	ck_assert_int_ne(ask_this_machine().clock_synchronised, TRI_UNKNOWN);
	refuse_syscall(SYS_adjtimex, EPERM);
	refuse_syscall(SYS_clock_adjtime, EPERM);
	ck_assert_int_eq(ask_this_machine().clock_synchronised, TRI_UNKNOWN);
}
END_TEST

static const struct {
	unsigned code;
	enum tri want;
} refused[] = {
    {ENOSYS, TRI_NO},
    {EPERM, TRI_NO},
    {EACCES, TRI_NO},
    {EFAULT, TRI_YES},
    {EINVAL, TRI_YES},
    {ENOMEM, TRI_UNKNOWN},
    /* Success, where a real kernel has none to give. */
    {0, TRI_UNKNOWN},
};
enum { refused_count = sizeof(refused) / sizeof(refused[0]) };

START_TEST(a_refused_call_is_not_available)
{
	struct live live;

	refuse_syscall(SYS_io_setup, refused[_i].code);
	refuse_syscall(SYS_io_uring_setup, refused[_i].code);
	live = ask_this_machine();
	ck_assert_int_eq(live.linux_aio, refused[_i].want);
	ck_assert_int_eq(live.io_uring, refused[_i].want);
}
END_TEST

START_TEST(calls_that_cannot_be_tried_are_unknown)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	_cleanup_root_ struct root *root = NULL;
	struct live live = live_unknown();
	struct rlimit files, none = {0};
	struct err err = {0};

	ck_assert_int_eq(root_open(arena, "/", &root, &err), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	none.rlim_max = files.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	live_ask_kernel(root, arena, &live);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	ck_assert_int_eq(live.linux_aio, TRI_UNKNOWN);
	ck_assert_int_eq(live.io_uring, TRI_UNKNOWN);
}
END_TEST

static void prepare(TCase *group)
{
	tcase_add_loop_test(group, a_container_tells_its_kind, 0, container_count);
	tcase_add_loop_test(group, a_service_of_the_node_is_named, 0, unit_count);
	tcase_add_loop_test(group, a_refused_call_is_not_available, 0, refused_count);
}

RUN_SUITE_WITH("live_place", prepare, the_user_namespace_is_told_by_its_map,
	       the_network_namespace_is_told_by_tcp_mem, a_mount_is_found_by_its_number,
	       company_on_the_same_file_system_is_told, a_disk_of_its_own_may_be_anywhere,
	       devices_that_xfs_has_beside_its_own, an_older_kernel_tells_a_mount_by_its_device,
	       without_mountinfo_a_file_system_is_known_by_its_magic,
	       a_file_system_that_tells_nothing_is_unknown, rights_that_are_not_told_are_unknown,
	       a_clock_that_is_not_told_is_unknown, calls_that_cannot_be_tried_are_unknown)
