/* SPDX-License-Identifier: Apache-2.0 */
/* Every check that passes, fails and does not know, and what it says. */
#include <errno.h>

#include "base/text.h"
#include "plan/verdict.h"
#include "profile/redpanda.h"
#include "run_suite.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GIB          (UINT64_C(1) << 30)

/* A profile with this one check, a data directory in which nothing is wrong. */
static struct scene *checking(const char *id, enum rule rule, const char *operands)
{
	struct scene *scene = scene_new();

	scene_want(scene, "checks", id, rule, operands);
	scene->facts.live.data_dir = (struct live_data_dir){
	    .path = "/data",
	    .exists = TRI_YES,
	    .is_directory = true,
	    .fs_type = "xfs",
	    .mount_point = "/data",
	    .mount_options = "rw,noatime,attr2",
	    .uid = 101,
	    .gid = 101,
	    .mode = 0750,
	    .free_bytes = 20 * GIB,
	    .size_bytes = 100 * GIB,
	};
	return scene;
}

START_TEST(only_what_the_profile_asks_for)
{
	static const char *const ids[] = {
	    "data-directory", "data-mount", "data-writable",   "filesystem", "mount-options",
	    "free-space",     "direct-io",  "memory-per-core", "kernel",     "clock-synchronised",
	    "nofile",         "memlock",    "linux-aio",       "io-uring",   "conflicts",
	    "nvme-health",    "nowait",     "sched",           "queue-tags", "iommu",
	    "pcie-link",      "balloon",    "quota",           "io-config"};

	for (size_t i = 0; i < COUNT(ids); i++) {
		_cleanup_scene_ struct scene *scene = checking(ids[i], RULE_LEAVE, "");

		ck_assert_str_eq(scene_only_check(scene, ids[i]), "none");
		ck_assert_uint_eq(scene->plan.checks.count, 0);
	}
	for (size_t i = 0; i < COUNT(ids); i++) {
		_cleanup_scene_ struct scene *scene = checking(ids[i], RULE_EXACT, "1");
		const struct check *check;

		scene->profile.entries.at[0].value.severity = SEVERITY_REQUIRED;
		ck_assert_str_ne(scene_only_check(scene, ids[i]), "none");
		check = scene_find_check(scene, ids[i]);
		ck_assert_int_eq(check->severity, SEVERITY_REQUIRED);
		ck_assert_str_eq(check->source, "test:1");
		ck_assert_ptr_nonnull(check->required);
	}
}
END_TEST

/* The data directory --------------------------------------------------------------------------- */

START_TEST(a_directory_that_is_not_there_fails_every_check_of_it)
{
	static const struct {
		const char *id, *operands;
		enum rule rule;
	} rows[] = {
	    {"data-directory", "true", RULE_EXACT},
	    {"data-mount", "true", RULE_EXACT},
	    {"data-writable", "true", RULE_EXACT},
	    {"filesystem", "xfs|ext4", RULE_FIRST_OF},
	    {"mount-options", "noatime", RULE_FIRST_OF},
	    {"free-space", "10737418240", RULE_AT_LEAST},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene =
		    checking(rows[i].id, rows[i].rule, rows[i].operands);
		struct live_data_dir *dir = &scene->facts.live.data_dir;

		ck_assert(text_starts(scene_only_check(scene, rows[i].id), "pass "));
		dir->is_directory = false;
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), "fail not a directory");
		ck_assert_ptr_nonnull(strstr(scene_note(scene, rows[i].id), "/data"));
		dir->exists = TRI_NO;
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), "fail missing");
		ck_assert_ptr_nonnull(strstr(scene_note(scene, rows[i].id), "--data-dir"));
		dir->exists = TRI_UNKNOWN;
		dir->error = -EACCES;
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), "unknown -");
		ck_assert_ptr_nonnull(strstr(scene_note(scene, rows[i].id), "Permission denied"));
		*dir = (struct live_data_dir){.path = NULL};
		ck_assert_str_eq(scene_only_check(scene, rows[i].id), "unknown -");
		ck_assert_ptr_nonnull(strstr(scene_note(scene, rows[i].id), "not recorded"));
	}
}
END_TEST

/* The first one tells it; the others keep their weight in the exit code. */
START_TEST(why_there_is_no_directory_is_told_once)
{
	static const char *const others[] = {"data-mount", "data-writable"};
	_cleanup_scene_ struct scene *scene = checking("data-directory", RULE_EXACT, "true");

	for (size_t i = 0; i < COUNT(others); i++)
		scene_want(scene, "checks", others[i], RULE_EXACT, "true");
	scene->profile.entries.at[1].value.severity = SEVERITY_REQUIRED;
	scene->facts.live.data_dir.exists = TRI_NO;
	scene_run(scene, tune_checks);
	ck_assert_str_eq(scene_check(scene, "data-directory"), "fail missing");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "data-directory"), "--data-dir"));
	for (size_t i = 0; i < COUNT(others); i++) {
		ck_assert_str_eq(scene_check(scene, others[i]), "skipped -");
		ck_assert_str_eq(scene_note(scene, others[i]), "not judged: no data directory");
	}
	ck_assert(verdict_check_counts(scene_find_check(scene, "data-mount")));
	scene->facts.live.data_dir.exists = TRI_UNKNOWN;
	scene_run(scene, tune_checks);
	ck_assert_str_eq(scene_check(scene, "data-directory"), "unknown -");
	ck_assert_str_eq(scene_check(scene, "data-writable"), "skipped -");
	ck_assert_str_eq(scene_note(scene, "data-writable"), "not judged: directory unknown");
}
END_TEST

START_TEST(a_mount_of_its_own)
{
	_cleanup_scene_ struct scene *scene = checking("data-mount", RULE_EXACT, "true");

	ck_assert_str_eq(scene_only_check(scene, "data-mount"), "pass /data");
	scene->facts.live.data_dir.mount_point = "/";
	ck_assert_str_eq(scene_only_check(scene, "data-mount"), "fail /");
	/* A volume that the system fills with its own files is not the broker's. */
	scene->facts.live.data_dir.mount_point = "/var/lib/redpanda";
	ck_assert_str_eq(scene_only_check(scene, "data-mount"), "pass /var/lib/redpanda");
	scene->facts.live.data_dir.system_use = "/var";
	ck_assert_str_eq(scene_only_check(scene, "data-mount"), "fail /var/lib/redpanda");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "data-mount"), "file system of /var,"));
	scene->facts.live.data_dir.system_use = NULL;
	/* A pod's volume may well lie on the node's own disk; that is said, and no reason to stop.
	 */
	scene->facts.live.data_dir.shared_with = "/etc/hosts";
	ck_assert_str_eq(scene_only_check(scene, "data-mount"), "pass /var/lib/redpanda");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "data-mount"), "the node keeps files"));
	scene->facts.live.data_dir.is_ephemeral = true;
	ck_assert_str_eq(scene_only_check(scene, "data-mount"), "fail /var/lib/redpanda");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "data-mount"), "emptyDir"));
	scene->facts.live.data_dir.is_ephemeral = false;
	scene->facts.live.data_dir.mount_point = NULL;
	ck_assert_str_eq(scene_only_check(scene, "data-mount"), "unknown -");
}
END_TEST

START_TEST(writable_by_its_owner)
{
	_cleanup_scene_ struct scene *scene = checking("data-writable", RULE_EXACT, "true");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(scene_only_check(scene, "data-writable"), "pass mode 0750, owner 101:101");
	dir->mode = 0300;
	ck_assert_str_eq(scene_only_check(scene, "data-writable"), "pass mode 0300, owner 101:101");
	dir->mode = 0577;
	ck_assert_str_eq(scene_only_check(scene, "data-writable"), "fail mode 0577, owner 101:101");
	dir->mode = 0677;
	ck_assert_str_eq(scene_only_check(scene, "data-writable"), "fail mode 0677, owner 101:101");
	dir->mode = 0750;
	dir->mount_options = "noatime,ro";
	ck_assert_str_eq(scene_only_check(scene, "data-writable"), "fail mounted read-only");
	ck_assert_ptr_nonnull(
	    strstr(scene_note(scene, "data-writable"), "mount options, and into"));
	dir->fs_read_only = TRI_YES;
	(void)scene_only_check(scene, "data-writable");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "data-writable"), "kernel log"));
	dir->fs_read_only = TRI_NO;
	(void)scene_only_check(scene, "data-writable");
	ck_assert_ptr_null(strstr(scene_note(scene, "data-writable"), "kernel log"));
	ck_assert_ptr_nonnull(
	    strstr(scene_note(scene, "data-writable"), "its file system is writable"));
	/* Another option that only holds these letters. */
	dir->mount_options = "rw,errors=remount-ro,prjquota";
	ck_assert_str_eq(scene_only_check(scene, "data-writable"), "pass mode 0750, owner 101:101");
	dir->mount_options = NULL;
	ck_assert_str_eq(scene_only_check(scene, "data-writable"),
			 "unknown mode 0750, owner 101:101");
}
END_TEST

START_TEST(file_systems)
{
	static const char *const wrong[] = {"tmpfs", "overlay", "btrfs",  "nfs4",
					    "ext3",  "ext",     "ext4dev"};
	_cleanup_scene_ struct scene *scene = checking("filesystem", RULE_FIRST_OF, "xfs|ext4");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(scene_only_check(scene, "filesystem"), "pass xfs");
	ck_assert_str_eq(scene_find_check(scene, "filesystem")->required, "xfs or ext4");
	dir->fs_type = "ext4";
	ck_assert_str_eq(scene_only_check(scene, "filesystem"), "pass ext4");
	for (size_t i = 0; i < COUNT(wrong); i++) {
		dir->fs_type = wrong[i];
		ck_assert_str_eq(scene_only_check(scene, "filesystem"),
				 arena_printf(scene->arena, "fail %s", wrong[i]));
		ck_assert_ptr_nonnull(strstr(scene_note(scene, "filesystem"), wrong[i]));
	}
	dir->fs_type = NULL;
	ck_assert_str_eq(scene_only_check(scene, "filesystem"), "unknown -");
}
END_TEST

START_TEST(mount_options)
{
	_cleanup_scene_ struct scene *scene =
	    checking("mount-options", RULE_FIRST_OF, "noatime|nodiratime");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(scene_only_check(scene, "mount-options"), "fail rw,noatime,attr2");
	ck_assert_str_eq(scene_note(scene, "mount-options"), "mount /data with nodiratime");
	dir->mount_options = "noatime,rw,nodiratime";
	ck_assert_str_eq(scene_only_check(scene, "mount-options"), "pass noatime,rw,nodiratime");
	dir->mount_options = "nodiratime2,noatime";
	ck_assert(text_starts(scene_only_check(scene, "mount-options"), "fail"));
	dir->mount_options = NULL;
	ck_assert_str_eq(scene_only_check(scene, "mount-options"), "unknown -");
}
END_TEST

START_TEST(free_space)
{
	_cleanup_scene_ struct scene *scene = checking("free-space", RULE_AT_LEAST, "10737418240");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(scene_only_check(scene, "free-space"), "pass 20.0 GiB");
	ck_assert_str_eq(scene_find_check(scene, "free-space")->required, ">= 10.0 GiB");
	/* It changes by itself, so reports must not print it among what is compared. */
	ck_assert(scene_find_check(scene, "free-space")->varies);
	dir->free_bytes = 10 * GIB;
	ck_assert_str_eq(scene_only_check(scene, "free-space"), "pass 10.0 GiB");
	dir->free_bytes = 10 * GIB - 1;
	ck_assert(text_starts(scene_only_check(scene, "free-space"), "fail"));
	dir->free_bytes = 0;
	ck_assert_str_eq(scene_only_check(scene, "free-space"), "fail 0 B");
	dir->size_bytes = 0;
	ck_assert_str_eq(scene_only_check(scene, "free-space"), "unknown -");
}
END_TEST

START_TEST(direct_io_is_never_claimed)
{
	_cleanup_scene_ struct scene *scene = checking("direct-io", RULE_EXACT, "true");

	ck_assert_str_eq(scene_only_check(scene, "direct-io"), "skipped -");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "direct-io"), "probe"));
	scene_clear(scene);
	scene_want(scene, "checks", "nowait", RULE_EXACT, "true");
	ck_assert_str_eq(scene_only_check(scene, "nowait"), "skipped -");
}
END_TEST

#define DISK(mountpoint, rate)                                                                     \
	"disks: [{" mountpoint ", read_bandwidth: " rate ", read_iops: 1, write_bandwidth: 1, "    \
	"write_iops: 1}]"

START_TEST(what_redpanda_is_told_of_its_disk)
{
	_cleanup_scene_ struct scene *scene = checking("io-config", RULE_EXACT, "true");
	struct io_config *io = &scene->request.io_config;
	static const struct {
		const char *text, *result, *note;
	} rows[] = {
	    {DISK("mountpoint: /data/redpanda", "9"), "pass", ""},
	    {DISK("mountpoint: /data/", "1.0"), "fail", "/f:1:"},
	    {DISK("mountpoint: /data//x/../redpanda/./", "10GiB"), "pass", ""},
	    {DISK("mountpoint: /data", "1kB"), "pass", ""},
	    {DISK("mountpoint: /dev/sdb1", "9"), "pass", ""},
	    {DISK("mountpoints: [/other, /data]", "9"), "pass", ""},
	    {DISK("mountpoint: /", "9"), "fail",
	     "it is for /, and the data is in /data/redpanda, on the mount /data"},
	    {DISK("mountpoint: /data/..", "9"), "fail", "it is for /, and the data is in"},
	    {DISK("mountpoint: /data/redpand", "9"), "unknown", "it is for /data/redpand, and wh"},
	    {DISK("mountpoint: /data/redpanda/x", "9"), "unknown", "it is for /data/redpanda/x"},
	    {DISK("mountpoints: [/data/redpanda, /data]", "9"), "fail", "it names the disk of the"},
	    {DISK("mountpoint: data", "9"), "fail", "/f:1:22: a mountpoint is a path"},
	    {DISK("mountpoints: /data", "9"), "fail", "/f:1:23: 'mountpoints' must be a list"},
	    {DISK("mountpoints: []", "9"), "fail", "it names no disk"},
	    {DISK("x: /data", "9"), "fail", "/f:1:9: this disk has no 'mountpoint'"},
	    {DISK("mountpoint: /data", "0"), "fail", "/f:1:"},
	    {DISK("mountpoint: /data", "-1000"), "fail", "/f:1:"},
	    {DISK("mountpoint: /data", "many"), "fail", "/f:1:"},
	    {DISK("mountpoint: /data", "[]"), "fail", "/f:1:"},
	    {"disks: [{mountpoint: /data, read_bandwidth: 1}]", "fail",
	     "/f:1:9: this disk has no 'read_iops'"},
	    {"disks: [x]", "fail", "/f:1:9: a disk is a map of keys"},
	    {"disks: {}", "fail", "/f:1:8: 'disks' must be a list"},
	    {"disks: []", "fail", "it names no disk"},
	    {"disks: []\nnetwork: 1", "fail", "/f:2:1: Seastar refuses every key but 'disks'"},
	    {"- a", "fail", "/f:1:1: it must be a map with 'disks'"},
	    {"", "fail", "it names no disk"},
	    {"[", "fail", "/f:2:1: not YAML"},
	};

	scene->facts.live.data_dir.path = "/data/redpanda";
	scene->facts.live.data_dir.mount_point = "/data";
	scene->facts.live.data_dir.mount_source = "/dev/sdb1";
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "skipped -");
	for (size_t i = 0; i < COUNT(rows); i++) {
		*io = (struct io_config){.path = "/f"};
		io_config_parse(scene->arena, rows[i].text, strlen(rows[i].text), io);
		ck_assert_msg(text_equal(scene_only_check(scene, "io-config"),
					 arena_printf(scene->arena, "%s /f", rows[i].result)),
			      "%s: %s %s", rows[i].text, scene_only_check(scene, "io-config"),
			      text_or(scene_note(scene, "io-config"), ""));
		ck_assert_msg(text_starts(scene_note(scene, "io-config"), rows[i].note), "%s: %s",
			      rows[i].text, scene_note(scene, "io-config"));
	}
	*io = (struct io_config){.path = "/f"};
	io_config_parse(scene->arena, rows[0].text, strlen(rows[0].text), io);
	scene->facts.live.data_dir.mount_point = NULL;
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "pass /f");
	io->mountpoints.at[0] = "/data";
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "unknown /f");
	io->mountpoints.at[0] = "/other";
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "fail /f");
	scene->facts.live.data_dir.path = NULL;
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "unknown /f");
}
END_TEST

#define HEAD                                                                                       \
	"# Measured by thintune 0.1.0, 2026-12-01T00:00:00Z, probe default, engine io_uring.\n# "  \
	"x\n# "

/* thintune's own file tells by serial numbers of which disks it is. */
START_TEST(the_disk_was_replaced_since)
{
	_cleanup_scene_ struct scene *scene = checking("io-config", RULE_EXACT, "true");
	struct io_config *io = &scene->request.io_config;
	static const struct {
		const char *head, *result;
	} rows[] = {
	    {HEAD "/data, xfs, sda M A1, sdb M B2\n", "pass"},
	    {HEAD "/data, xfs, sdc N B2, sdx M A1, sdz M C3\n", "pass"},
	    {HEAD "/data, xfs, sda M A1\n", "fail"},
	    {HEAD "/data, xfs, sda M A1, sdb M B22\n", "fail"},
	    {HEAD "/data, xfs, sda M A1, sdb M XB2\n", "fail"},
	    {HEAD "/data, xfs, sda M A1, vdb ? ?\n", "pass"},
	    {"# made by hand\n# x\n# /data, xfs, sda M A9\n", "pass"},
	    {"", "pass"},
	};

	scene->facts.live.data_dir.path = scene->facts.live.data_dir.mount_point = "/data";
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = "sda", .serial = "A1", .is_data = true, .chain = "sda"});
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = "sdb", .serial = "B2", .is_data = true, .chain = "sdb"});
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = "sdo", .serial = "O3", .is_data = true});
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = "vdc", .is_data = true, .chain = "vdc"});
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *text = arena_printf(scene->arena, "%s%s", rows[i].head,
						DISK("mountpoint: /data", "9"));

		*io = (struct io_config){.path = "/f"};
		io_config_parse(scene->arena, text, strlen(text), io);
		ck_assert_msg(text_equal(scene_only_check(scene, "io-config"),
					 arena_printf(scene->arena, "%s /f", rows[i].result)),
			      "%s: %s", text, scene_only_check(scene, "io-config"));
	}
	io->measured = "/data, xfs, sda M A1";
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "fail /f");
	ck_assert_str_eq(scene_note(scene, "io-config"),
			 "it was measured on /data, xfs, sda M A1, and the data is on sdb ? B2: "
			 "remove it, and measure again with thintune run --io-config /f");
}
END_TEST

/* Which file the flag names does not matter. */
START_TEST(a_flag_beside_the_file)
{
	static const char *const flags[][2] = {
	    {"--io-properties", "{}"},
	    {"--io-properties-file", "x.yaml"},
	    {"--io-properties-file", "/x.yaml"},
	    {"--io-properties-file", "/etc/redpanda/io-config.yaml"},
	};

	for (size_t i = 0; i < COUNT(flags); i++) {
		_cleanup_scene_ struct scene *scene = checking("io-config", RULE_EXACT, "true");
		struct redpanda_config config = {.path = "/etc/redpanda/redpanda.yaml"};
		struct io_config *io = &scene->request.io_config;
		const char *named = arena_printf(scene->arena, "%s %s", flags[i][0], flags[i][1]);

		start_flags_add_key(scene->arena, &config.flags, flags[i][0], flags[i][1], 5);
		*io = io_config_of(scene->arena, &config);
		ck_assert_str_eq(scene_only_check(scene, "io-config"),
				 arena_printf(scene->arena, "fail %s", named));
		ck_assert_ptr_nonnull(strstr(scene_note(scene, "io-config"),
					     "/etc/redpanda/io-config.yaml is there as well"));
		io->beside_error = -EACCES;
		ck_assert_str_eq(scene_only_check(scene, "io-config"),
				 arena_printf(scene->arena, "unknown %s", named));
		ck_assert_ptr_nonnull(
		    strstr(scene_note(scene, "io-config"), "not known, and Redpanda"));
	}
}
END_TEST

/* rpk looks for the flags first, then for the file, then at rpk.well_known_io. */
START_TEST(where_redpanda_is_told_of_its_disk)
{
	_cleanup_scene_ struct scene *scene = checking("io-config", RULE_EXACT, "true");
	struct redpanda_config config = {.path = "/etc/redpanda/redpanda.yaml"};
	struct io_config *io = &scene->request.io_config;
	static const struct {
		const char *value, *result;
	} known[] = {
	    {"aws:i3.large:default", "pass rpk.well_known_io: aws:i3.large:default"},
	    {"x", "fail rpk.well_known_io: x"},
	    {"aws::default", "fail rpk.well_known_io: aws::default"},
	};

	*io = io_config_of(scene->arena, &config);
	io->error = -ENOENT;
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "fail none");
	ck_assert_ptr_nonnull(
	    strstr(scene_note(scene, "io-config"), "run --io-config /etc/redpanda/io-config.yaml"));
	io->error = -EACCES;
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "unknown -");
	for (size_t i = 0; i < COUNT(known); i++) {
		config.flags.count = 0;
		start_flags_add_key(scene->arena, &config.flags, RPK_WELL_KNOWN_IO, known[i].value,
				    4);
		*io = io_config_of(scene->arena, &config);
		ck_assert_str_eq(io->path, "/etc/redpanda/io-config.yaml");
		io->error = -ENOENT;
		ck_assert_str_eq(scene_only_check(scene, "io-config"), known[i].result);
	}
	start_flags_add_key(scene->arena, &config.flags, "--io-properties", "{}", 5);
	*io = io_config_of(scene->arena, &config);
	io->beside_error = -ENOENT;
	ck_assert_str_eq(scene_only_check(scene, "io-config"), "unknown --io-properties {}");
	start_flags_add_key(scene->arena, &config.flags, "--io-properties-file", "x.yaml", 5);
	*io = io_config_of(scene->arena, &config);
	io->beside_error = -ENOENT;
	ck_assert_str_eq(scene_only_check(scene, "io-config"),
			 "unknown --io-properties-file x.yaml");
	config.flags.count = 0;
	start_flags_add_key(scene->arena, &config.flags, "--io-properties-file", "/x.yaml", 5);
	*io = io_config_of(scene->arena, &config);
	ck_assert_str_eq(io->path, "/x.yaml");
	ck_assert_ptr_null(io_config_of(scene->arena, NULL).path);
}
END_TEST

RUN_SUITE("checks", where_redpanda_is_told_of_its_disk, a_flag_beside_the_file,
	  what_redpanda_is_told_of_its_disk, the_disk_was_replaced_since,
	  only_what_the_profile_asks_for, a_directory_that_is_not_there_fails_every_check_of_it,
	  why_there_is_no_directory_is_told_once, a_mount_of_its_own, writable_by_its_owner,
	  file_systems, mount_options, free_space, direct_io_is_never_claimed)
