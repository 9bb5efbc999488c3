/* SPDX-License-Identifier: Apache-2.0 */
/* Every check that passes, fails and does not know, and what it says. */
#include <errno.h>

#include "base/text.h"
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

static const char *result(struct scene *scene, const char *id)
{
	scene_run(scene, tune_checks);
	ck_assert_uint_le(scene->plan.checks.count, 1);
	return scene_check(scene, id);
}

static const char *note(struct scene *scene, const char *id)
{
	const char *text = scene_find_check(scene, id)->note;

	return text ? text : "";
}

START_TEST(only_what_the_profile_asks_for)
{
	static const char *const ids[] = {
	    "data-directory", "data-mount",         "data-writable", "filesystem",
	    "mount-options",  "free-space",         "direct-io",     "memory-per-core",
	    "kernel",         "clock-synchronised", "nofile",        "memlock",
	    "linux-aio",      "io-uring",           "conflicts",     "nvme-health"};

	for (size_t i = 0; i < COUNT(ids); i++) {
		_cleanup_scene_ struct scene *scene = checking(ids[i], RULE_LEAVE, "");

		ck_assert_str_eq(result(scene, ids[i]), "none");
		ck_assert_uint_eq(scene->plan.checks.count, 0);
	}
	for (size_t i = 0; i < COUNT(ids); i++) {
		_cleanup_scene_ struct scene *scene = checking(ids[i], RULE_EXACT, "1");
		const struct check *check;

		scene->profile.entries.at[0].value.severity = SEVERITY_REQUIRED;
		ck_assert_str_ne(result(scene, ids[i]), "none");
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

		ck_assert(text_starts(result(scene, rows[i].id), "pass "));
		dir->is_directory = false;
		ck_assert_str_eq(result(scene, rows[i].id), "fail not a directory");
		ck_assert_ptr_nonnull(strstr(note(scene, rows[i].id), "/data"));
		dir->exists = TRI_NO;
		ck_assert_str_eq(result(scene, rows[i].id), "fail missing");
		ck_assert_ptr_nonnull(strstr(note(scene, rows[i].id), "--data-dir"));
		dir->exists = TRI_UNKNOWN;
		dir->error = -EACCES;
		ck_assert_str_eq(result(scene, rows[i].id), "unknown -");
		ck_assert_ptr_nonnull(strstr(note(scene, rows[i].id), "Permission denied"));
		*dir = (struct live_data_dir){.path = NULL};
		ck_assert_str_eq(result(scene, rows[i].id), "unknown -");
		ck_assert_ptr_nonnull(strstr(note(scene, rows[i].id), "not recorded"));
	}
}
END_TEST

START_TEST(a_mount_of_its_own)
{
	_cleanup_scene_ struct scene *scene = checking("data-mount", RULE_EXACT, "true");

	ck_assert_str_eq(result(scene, "data-mount"), "pass /data");
	scene->facts.live.data_dir.mount_point = "/";
	ck_assert_str_eq(result(scene, "data-mount"), "fail /");
	scene->facts.live.data_dir.mount_point = NULL;
	ck_assert_str_eq(result(scene, "data-mount"), "unknown -");
}
END_TEST

START_TEST(writable_by_its_owner)
{
	_cleanup_scene_ struct scene *scene = checking("data-writable", RULE_EXACT, "true");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(result(scene, "data-writable"), "pass mode 0750, owner 101:101");
	dir->mode = 0300;
	ck_assert_str_eq(result(scene, "data-writable"), "pass mode 0300, owner 101:101");
	dir->mode = 0577;
	ck_assert_str_eq(result(scene, "data-writable"), "fail mode 0577, owner 101:101");
	dir->mode = 0677;
	ck_assert_str_eq(result(scene, "data-writable"), "fail mode 0677, owner 101:101");
	dir->mode = 0750;
	dir->mount_options = "noatime,ro";
	ck_assert_str_eq(result(scene, "data-writable"), "fail mounted read-only");
	/* Another option that only holds these letters. */
	dir->mount_options = "rw,errors=remount-ro,prjquota";
	ck_assert_str_eq(result(scene, "data-writable"), "pass mode 0750, owner 101:101");
	dir->mount_options = NULL;
	ck_assert_str_eq(result(scene, "data-writable"), "unknown mode 0750, owner 101:101");
}
END_TEST

START_TEST(file_systems)
{
	static const char *const wrong[] = {"tmpfs", "overlay", "btrfs",  "nfs4",
					    "ext3",  "ext",     "ext4dev"};
	_cleanup_scene_ struct scene *scene = checking("filesystem", RULE_FIRST_OF, "xfs|ext4");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(result(scene, "filesystem"), "pass xfs");
	ck_assert_str_eq(scene_find_check(scene, "filesystem")->required, "xfs or ext4");
	dir->fs_type = "ext4";
	ck_assert_str_eq(result(scene, "filesystem"), "pass ext4");
	for (size_t i = 0; i < COUNT(wrong); i++) {
		dir->fs_type = wrong[i];
		ck_assert_str_eq(result(scene, "filesystem"),
				 arena_printf(scene->arena, "fail %s", wrong[i]));
		ck_assert_ptr_nonnull(strstr(note(scene, "filesystem"), wrong[i]));
	}
	dir->fs_type = NULL;
	ck_assert_str_eq(result(scene, "filesystem"), "unknown -");
}
END_TEST

START_TEST(mount_options)
{
	_cleanup_scene_ struct scene *scene =
	    checking("mount-options", RULE_FIRST_OF, "noatime|nodiratime");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(result(scene, "mount-options"), "fail rw,noatime,attr2");
	ck_assert_str_eq(note(scene, "mount-options"), "mount /data with nodiratime");
	dir->mount_options = "noatime,rw,nodiratime";
	ck_assert_str_eq(result(scene, "mount-options"), "pass noatime,rw,nodiratime");
	dir->mount_options = "nodiratime2,noatime";
	ck_assert(text_starts(result(scene, "mount-options"), "fail"));
	dir->mount_options = NULL;
	ck_assert_str_eq(result(scene, "mount-options"), "unknown -");
}
END_TEST

START_TEST(free_space)
{
	_cleanup_scene_ struct scene *scene = checking("free-space", RULE_AT_LEAST, "10737418240");
	struct live_data_dir *dir = &scene->facts.live.data_dir;

	ck_assert_str_eq(result(scene, "free-space"), "pass 20.0 GiB");
	ck_assert_str_eq(scene_find_check(scene, "free-space")->required, ">= 10.0 GiB");
	/* It changes by itself, so reports must not print it among what is compared. */
	ck_assert(scene_find_check(scene, "free-space")->varies);
	dir->free_bytes = 10 * GIB;
	ck_assert_str_eq(result(scene, "free-space"), "pass 10.0 GiB");
	dir->free_bytes = 10 * GIB - 1;
	ck_assert(text_starts(result(scene, "free-space"), "fail"));
	dir->free_bytes = 0;
	ck_assert_str_eq(result(scene, "free-space"), "fail 0 B");
	dir->size_bytes = 0;
	ck_assert_str_eq(result(scene, "free-space"), "unknown -");
}
END_TEST

START_TEST(no_disk_below_the_data_directory_is_explained)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct facts *facts = &scene->facts;

	facts->live.data_dir = (struct live_data_dir){.exists = TRI_YES, .is_directory = true};
	ck_assert_str_eq(result(scene, "data-disks"), "none");
	scene_want(scene, "disk", "scheduler", RULE_FIRST_OF, "none");
	ck_assert_str_eq(result(scene, "data-disks"), "fail none");
	facts->data_problem = "overlay lies on no disk";
	ck_assert_str_eq(result(scene, "data-disks"), "fail none");
	ck_assert_str_eq(note(scene, "data-disks"), "overlay lies on no disk");
	vec_push(scene->arena, &facts->disks, (struct disk){.name = "sda"});
	ck_assert_str_eq(result(scene, "data-disks"), "fail none");
	vec_push(scene->arena, &facts->disks, (struct disk){.name = "sdb", .is_data = true});
	ck_assert_str_eq(result(scene, "data-disks"), "none");
	/* A directory that is not there has its own checks. */
	facts->disks.count = 0;
	facts->live.data_dir.exists = TRI_UNKNOWN;
	ck_assert_str_eq(result(scene, "data-disks"), "none");
}
END_TEST

START_TEST(direct_io_is_never_claimed)
{
	_cleanup_scene_ struct scene *scene = checking("direct-io", RULE_EXACT, "true");

	ck_assert_str_eq(result(scene, "direct-io"), "skipped -");
	ck_assert_ptr_nonnull(strstr(note(scene, "direct-io"), "probe"));
}
END_TEST

/* The node ------------------------------------------------------------------------------------- */

START_TEST(memory_for_each_core)
{
	_cleanup_scene_ struct scene *scene =
	    checking("memory-per-core", RULE_AT_LEAST, "2147483648");

	scene_cpus(scene, 4);
	ck_assert_str_eq(result(scene, "memory-per-core"), "unknown -");
	scene->facts.host.memory_bytes = 8 * GIB;
	scene_cpus(scene, 0);
	ck_assert_str_eq(result(scene, "memory-per-core"), "unknown -");
	scene_cpus(scene, 4);
	ck_assert_str_eq(result(scene, "memory-per-core"), "pass 2.0 GiB");
	ck_assert_ptr_nonnull(strstr(note(scene, "memory-per-core"), "--broker-cpus"));
	scene_cpus(scene, 5);
	ck_assert_str_eq(result(scene, "memory-per-core"), "fail 1.6 GiB");
	/* The broker's own share decides, but only when both halves of it are known. */
	scene->request.broker_cpus = 2;
	ck_assert_str_eq(result(scene, "memory-per-core"), "fail 1.6 GiB");
	scene->request.broker_memory_bytes = 6 * GIB;
	ck_assert_str_eq(result(scene, "memory-per-core"), "pass 3.0 GiB");
	scene->request.broker_cpus = 4;
	ck_assert_str_eq(result(scene, "memory-per-core"), "fail 1.5 GiB");
	ck_assert_str_eq(note(scene, "memory-per-core"), "of the broker's share");
}
END_TEST

START_TEST(swap_has_no_direction_of_its_own)
{
	_cleanup_scene_ struct scene *scene = checking("swap", RULE_LEAVE, "");
	uint64_t *swap = &scene->facts.host.swap_bytes;

	ck_assert_str_eq(result(scene, "swap"), "pass none");
	*swap = GIB;
	ck_assert_str_eq(result(scene, "swap"), "pass 1.0 GiB");
	scene_clear(scene);
	ck_assert_str_eq(result(scene, "swap"), "none");
	scene_want(scene, "checks", "swap", RULE_EXACT, "true");
	ck_assert_str_eq(result(scene, "swap"), "pass 1.0 GiB");
	*swap = 0;
	ck_assert_str_eq(result(scene, "swap"), "fail none");
	scene_clear(scene);
	scene_want(scene, "checks", "swap", RULE_EXACT, "false");
	ck_assert_str_eq(result(scene, "swap"), "pass none");
	*swap = GIB;
	ck_assert_str_eq(result(scene, "swap"), "fail 1.0 GiB");
}
END_TEST

START_TEST(kernel_versions)
{
	static const struct {
		const char *release, *wanted, *result;
	} rows[] = {
	    {"6.1.0-31-amd64", "5.10", "pass 6.1.0-31-amd64"},
	    {"5.10.0", "5.10", "pass 5.10.0"},
	    {"5.9.16", "5.10", "fail 5.9.16"},
	    {"5.4.0-150-generic", "5.10", "fail 5.4.0-150-generic"},
	    {"4.18.0-553.el8", "5.10", "fail 4.18.0-553.el8"},
	    {"10.0", "5.10", "pass 10.0"},
	    {"6.1", "6.1", "pass 6.1"},
	    {"6.0.99", "6.1", "fail 6.0.99"},
	    {NULL, "5.10", "unknown -"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene =
		    checking("kernel", RULE_AT_LEAST, rows[i].wanted);

		scene->facts.host.kernel_release = rows[i].release;
		ck_assert_str_eq(result(scene, "kernel"), rows[i].result);
	}
}
END_TEST

START_TEST(an_older_kernel_that_passes_gets_advice)
{
	_cleanup_scene_ struct scene *scene = checking("kernel", RULE_AT_LEAST, "5.10");

	scene->facts.host.kernel_release = "5.15.0-100-generic";
	ck_assert_str_eq(result(scene, "kernel"), "pass 5.15.0-100-generic");
	ck_assert_str_eq(note(scene, "kernel"), "6.1 or later is advised");
	scene->facts.host.kernel_release = "6.1.0";
	ck_assert_str_eq(result(scene, "kernel"), "pass 6.1.0");
	ck_assert_str_eq(note(scene, "kernel"), "");
}
END_TEST

START_TEST(what_the_kernel_answers)
{
	static const struct {
		const char *id;
		size_t offset;
		const char *yes, *no;
	} rows[] = {
	    {"clock-synchronised", offsetof(struct live, clock_synchronised), "pass synchronised",
	     "fail not synchronised"},
	    {"linux-aio", offsetof(struct live, linux_aio), "pass works", "fail refused"},
	    {"io-uring", offsetof(struct live, io_uring), "pass allowed", "fail refused"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = checking(rows[i].id, RULE_EXACT, "true");
		enum tri *answer =
		    (enum tri *)(void *)((char *)&scene->facts.live + rows[i].offset);

		ck_assert_str_eq(result(scene, rows[i].id), "unknown -");
		*answer = TRI_YES;
		ck_assert_str_eq(result(scene, rows[i].id), rows[i].yes);
		ck_assert_str_eq(note(scene, rows[i].id), "");
		*answer = TRI_NO;
		ck_assert_str_eq(result(scene, rows[i].id), rows[i].no);
		ck_assert_str_ne(note(scene, rows[i].id), "");
	}
}
END_TEST

START_TEST(limits_of_the_unit)
{
	static const struct {
		const char *id, *operands, *have, *result;
		enum rule rule;
	} rows[] = {
	    {"nofile", "65536", "infinity", "pass infinity", RULE_AT_LEAST},
	    {"nofile", "65536", "65536", "pass 65536", RULE_AT_LEAST},
	    {"nofile", "65536", "800000", "pass 800000", RULE_AT_LEAST},
	    {"nofile", "65536", "65537", "pass 65537", RULE_AT_LEAST},
	    {"nofile", "65536", "65535", "fail 65535", RULE_AT_LEAST},
	    {"nofile", "65536", "1024:524288", "fail 1024:524288", RULE_AT_LEAST},
	    {"nofile", "65536", "65536:524288", "pass 65536:524288", RULE_AT_LEAST},
	    {"nofile", "65536", NULL, "fail not set", RULE_AT_LEAST},
	    {"memlock", "infinity", "infinity", "pass infinity", RULE_EXACT},
	    {"memlock", "infinity", "8388608", "fail 8388608", RULE_EXACT},
	    {"memlock", "infinity", NULL, "fail not set", RULE_EXACT},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene =
		    checking(rows[i].id, rows[i].rule, rows[i].operands);
		struct limits *limits = &scene->facts.limits;

		ck_assert_str_eq(result(scene, rows[i].id), "skipped -");
		limits->unit = "/etc/systemd/system/redpanda.service";
		limits->nofile = text_equal(rows[i].id, "nofile") ? rows[i].have : "7";
		limits->memlock = text_equal(rows[i].id, "memlock") ? rows[i].have : "7";
		ck_assert_str_eq(result(scene, rows[i].id), rows[i].result);
		if (text_starts(rows[i].result, "fail"))
			ck_assert_ptr_nonnull(strstr(note(scene, rows[i].id), limits->unit));
	}
}
END_TEST

START_TEST(programs_that_run_are_rivals)
{
	_cleanup_scene_ struct scene *scene = checking("conflicts", RULE_EXACT, "true");
	struct facts *facts = &scene->facts;

	ck_assert_str_eq(result(scene, "conflicts"), "pass nobody");
	vec_push(scene->arena, &facts->rivals,
		 (struct rival){.what = "tuned", .where = "/usr/sbin/tuned"});
	ck_assert_str_eq(result(scene, "conflicts"), "pass nobody");
	facts->rivals.at[0].active = true;
	ck_assert_str_eq(result(scene, "conflicts"), "fail tuned");
	ck_assert_ptr_nonnull(strstr(note(scene, "conflicts"), "/usr/sbin/tuned"));
	vec_push(scene->arena, &facts->rivals,
		 (struct rival){.what = "irqbalance", .where = "pid 1", .active = true});
	ck_assert_str_eq(result(scene, "conflicts"), "fail tuned, irqbalance");
}
END_TEST

/* sysctl.d wins at the next boot; it matters only where it says something else. */
START_TEST(files_that_win_at_the_next_boot)
{
	static const struct {
		enum rule rule;
		const char *operands, *value;
		bool is_rival;
	} rows[] = {
	    {RULE_EXACT, "1", "60", true},
	    {RULE_EXACT, "1", " 1 ", false},
	    {RULE_LEAVE, "", "60", false},
	    {RULE_AUTO, "", "60", false},
	    {RULE_ONE_OF, "bbr|cubic", "cubic", false},
	    {RULE_ONE_OF, "bbr|cubic", "reno", true},
	    {RULE_AT_LEAST, "4096", "128", true},
	    {RULE_AT_LEAST, "4096", "4096", false},
	    {RULE_AT_LEAST, "4096", "10000", false},
	    {RULE_AT_LEAST, "4096", "many", true},
	    {RULE_AT_MOST, "4096", "128", false},
	    {RULE_AT_MOST, "4096", "10000", true},
	    {RULE_EXACT, "1 2 3", "1\t2  3", false},
	    {RULE_EXACT, "1 2 3", "1 2 4", true},
	    /* Element by element, as in the audit. */
	    {RULE_AT_LEAST, "4096 131072 16777216", "4096\t131072\t16777216", false},
	    {RULE_AT_LEAST, "4096 131072 16777216", "4096 262144 33554432", false},
	    {RULE_AT_LEAST, "4096 131072 16777216", "4096 87380 33554432", true},
	    {RULE_AT_LEAST, "4096 131072 16777216", "33554432", true},
	    {RULE_AT_LEAST, "4096 131072 16777216", "", true},
	    {RULE_AT_MOST, "5 5 5", "1 5 4", false},
	    {RULE_AT_MOST, "5 5 5", "1 6 4", true},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = checking("conflicts", RULE_EXACT, "true");
		const char *got;

		scene_want(scene, "sysctl", "a.key", rows[i].rule, rows[i].operands);
		vec_push(scene->arena, &scene->facts.rivals,
			 (struct rival){.what = "sysctl.d",
					.where = "/etc/sysctl.d/99-x.conf:12",
					.key = "a.key",
					.value = rows[i].value});
		vec_push(scene->arena, &scene->facts.rivals,
			 (struct rival){.what = "sysctl.d",
					.where = "/etc/sysctl.d/99-x.conf:13",
					.key = "another.key",
					.value = "60"});
		got = result(scene, "conflicts");
		ck_assert_msg(text_equal(got, rows[i].is_rival ? "fail /etc/sysctl.d/99-x.conf:12"
							       : "pass nobody"),
			      "row %zu: %s", i, got);
		ck_assert(!rows[i].is_rival || strstr(note(scene, "conflicts"), "a.key") != NULL);
	}
}
END_TEST

START_TEST(drives)
{
	_cleanup_scene_ struct scene *scene = checking("nvme-health", RULE_EXACT, "true");
	struct facts *facts = &scene->facts;

	ck_assert_str_eq(result(scene, "nvme-health"), "skipped -");
	vec_push(scene->arena, &facts->health,
		 (struct nvme_health){.disk = "nvme0", .state = "live"});
	vec_push(scene->arena, &facts->health,
		 (struct nvme_health){.disk = "nvme1", .state = "live"});
	ck_assert_str_eq(result(scene, "nvme-health"), "pass 2 live");
	facts->health.at[0].state = NULL;
	ck_assert_str_eq(result(scene, "nvme-health"), "unknown -");
	/* What is known to be bad is not hidden behind what is not known. */
	facts->health.at[1].state = "dead";
	ck_assert_str_eq(result(scene, "nvme-health"), "fail nvme1 is dead");
}
END_TEST

RUN_SUITE("checks", only_what_the_profile_asks_for,
	  a_directory_that_is_not_there_fails_every_check_of_it, a_mount_of_its_own,
	  writable_by_its_owner, file_systems, mount_options, free_space,
	  no_disk_below_the_data_directory_is_explained, direct_io_is_never_claimed,
	  memory_for_each_core, swap_has_no_direction_of_its_own, kernel_versions,
	  an_older_kernel_that_passes_gets_advice, what_the_kernel_answers, limits_of_the_unit,
	  programs_that_run_are_rivals, files_that_win_at_the_next_boot, drives)
