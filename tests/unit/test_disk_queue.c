/* SPDX-License-Identifier: Apache-2.0 */
/* What the disk section of a profile becomes for each disk below the data directory. */
#include "base/text.h"
#include "run_suite.h"
#include "scene.h"

static struct disk *disk(struct scene *scene, const char *name, const char *model, bool is_data)
{
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = name,
			       .sysfs = arena_printf(scene->arena, "/sys/devices/pci/%s", name),
			       .model = model,
			       .driver = "nvme",
			       .is_data = is_data});
	return &scene->facts.disks.at[scene->facts.disks.count - 1];
}

/* Everything that the section knows, in the units of the profile (bytes, microseconds). */
START_TEST(every_key_has_its_file_and_unit)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	(void)disk(scene, "nvme0n1", NULL, true);
	scene_want(scene, "disk", "scheduler", RULE_FIRST_OF, "none|noop");
	scene_want(scene, "disk", "nomerges", RULE_EXACT, "2");
	scene_want(scene, "disk", "wbt-latency", RULE_EXACT, "0");
	scene_want(scene, "disk", "add-random", RULE_EXACT, "0");
	scene_want(scene, "disk", "nr-requests", RULE_AT_LEAST, "1023");
	scene_want(scene, "disk", "read-ahead", RULE_AT_MOST, "131072");
	scene_want(scene, "disk", "rq-affinity", RULE_ONE_OF, "1|2");
	scene_want(scene, "disk", "write-cache", RULE_EXACT, "write through");
	scene_want(scene, "disk", "iostats", RULE_EXACT, "1");
	scene_want(scene, "disk", "io-timeout", RULE_EXACT, "4294967295000");
	scene_run(scene, tune_disk_queue);
	ck_assert_str_eq(scene_settings(scene), "nvme0n1 scheduler choice first-of none|noop\n"
						"nvme0n1 nomerges number exact 2\n"
						"nvme0n1 wbt_lat_usec number exact 0\n"
						"nvme0n1 add_random number exact 0\n"
						"nvme0n1 nr_requests number at-least 1023\n"
						"nvme0n1 read_ahead_kb number at-most 128\n"
						"nvme0n1 rq_affinity number one-of 1|2\n"
						"nvme0n1 write_cache text exact write through\n"
						"nvme0n1 iostats number exact 1\n"
						"nvme0n1 io_timeout jiffies-ms exact 4294967295\n");
	vec_for_each (setting, &scene->plan.settings) {
		const char *file = strchr(setting->wish->name, ' ') + 1;

		ck_assert_str_eq(
		    setting->wish->path,
		    arena_printf(scene->arena, "/sys/devices/pci/nvme0n1/queue/%s", file));
		ck_assert_int_eq(setting->wish->phase, PHASE_VALUES);
		ck_assert_ptr_nonnull(setting->wish->why);
		ck_assert_uint_eq(setting->wish->needs, NEED_NONE);
	}
}
END_TEST

/* Linux 6.11 and later compute it anew whenever a limit of the queue changes. */
START_TEST(read_ahead_outlives_the_others)
{
	static const char *const others[] = {"add_random", "iostats", "write_cache"};
	_cleanup_scene_ struct scene *scene = scene_new();
	const struct setting *setting;

	(void)disk(scene, "nvme0n1", NULL, true);
	scene_want(scene, "disk", "add-random", RULE_EXACT, "0");
	scene_want(scene, "disk", "read-ahead", RULE_EXACT, "65536");
	scene_want(scene, "disk", "write-cache", RULE_EXACT, "write back");
	scene_want(scene, "disk", "iostats", RULE_EXACT, "0");
	scene_run(scene, tune_disk_queue);
	setting = scene_setting(scene, "nvme0n1 read_ahead_kb");
	ck_assert_uint_eq(setting->wish->after.count, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct setting *other =
		    scene_setting(scene, arena_printf(scene->arena, "nvme0n1 %s", others[i]));

		ck_assert_str_eq(setting->wish->after.at[i], other->wish->path);
		ck_assert_uint_eq(other->wish->resets.count, 1);
		ck_assert_str_eq(other->wish->resets.at[0], setting->wish->path);
	}
}
END_TEST

START_TEST(units_of_the_timeout)
{
	static const struct {
		const char *us, *ms;
	} rows[] = {{"240000000", "240000"}, {"30000000", "30000"}, {"1000", "1"}, {"0", "0"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		(void)disk(scene, "sda", NULL, true);
		scene_want(scene, "disk", "io-timeout", RULE_AT_LEAST, rows[i].us);
		scene_run(scene, tune_disk_queue);
		ck_assert_str_eq(scene_settings(scene),
				 arena_printf(scene->arena,
					      "sda io_timeout jiffies-ms at-least %s\n",
					      rows[i].ms));
	}
}
END_TEST

START_TEST(a_new_scheduler_resets_its_siblings)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	const struct setting *setting;

	(void)disk(scene, "sda", NULL, true);
	scene_want(scene, "disk", "scheduler", RULE_EXACT, "none");
	scene_want(scene, "disk", "wbt-latency", RULE_EXACT, "0");
	scene_want(scene, "disk", "nr-requests", RULE_EXACT, "256");
	scene_want(scene, "disk", "nomerges", RULE_EXACT, "2");
	scene_run(scene, tune_disk_queue);
	setting = scene_setting(scene, "sda scheduler");
	ck_assert_str_eq(text_join(scene->arena, &setting->wish->resets, " "),
			 "/sys/devices/pci/sda/queue/nr_requests "
			 "/sys/devices/pci/sda/queue/wbt_lat_usec "
			 "/sys/devices/pci/sda/queue/iosched/");
	ck_assert_uint_eq(setting->wish->after.count, 0);
	setting = scene_setting(scene, "sda wbt_lat_usec");
	ck_assert_str_eq(text_join(scene->arena, &setting->wish->after, " "),
			 "/sys/devices/pci/sda/queue/scheduler");
	ck_assert_uint_eq(setting->wish->resets.count, 0);
	setting = scene_setting(scene, "sda nr_requests");
	ck_assert_str_eq(text_join(scene->arena, &setting->wish->after, " "),
			 "/sys/devices/pci/sda/queue/scheduler");
	ck_assert_uint_eq(scene_setting(scene, "sda nomerges")->wish->after.count, 0);
}
END_TEST

/* What the old scheduler began with is not put back: without one the drive gets its full depth. */
START_TEST(a_drive_gets_its_full_depth)
{
	static const struct {
		const char *scheduler;
		uint64_t requests, depth;
		const char *wanted, *note;
		bool is_put_back;
	} rows[] = {
	    {"mq-deadline", 256, 1023, "none|noop",
	     "without a scheduler the queue gets the drive's full depth, 1023, in place of "
	     "nr_requests 256, which mq-deadline began with",
	     false},
	    {"bfq", 256, 0, "none",
	     "without a scheduler the queue gets the drive's full depth in place of nr_requests "
	     "256, "
	     "which bfq began with",
	     false},
	    {"mq-deadline", 64, 32, "none",
	     "without a scheduler the queue gets the drive's full depth, 32, in place of "
	     "nr_requests "
	     "64, which mq-deadline began with",
	     false},
	    {"mq-deadline", 256, 128, "kyber", NULL, false},
	    /* Somebody chose it. */
	    {"mq-deadline", 64, 1023, "none", NULL, true},
	    {"mq-deadline", 256, 32, "none", NULL, true},
	    {"mq-deadline", 64, 0, "none", NULL, true},
	    {"none", 256, 0, "mq-deadline", NULL, true},
	    {NULL, 256, 0, "none", NULL, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		struct disk *one = disk(scene, "nvme0n1", NULL, true);
		const struct setting *setting;

		one->scheduler = rows[i].scheduler;
		one->queue_requests = rows[i].requests;
		one->queue_depth = rows[i].depth;
		scene_want(scene, "disk", "scheduler", RULE_FIRST_OF, rows[i].wanted);
		scene_run(scene, tune_disk_queue);
		setting = scene_setting(scene, "nvme0n1 scheduler");
		ck_assert_msg(text_in("/sys/devices/pci/nvme0n1/queue/nr_requests",
				      &setting->wish->resets) == rows[i].is_put_back,
			      "row %zu", i);
		ck_assert_msg(text_equal(setting->note, rows[i].note), "row %zu: %s", i,
			      setting->note);
	}
}
END_TEST

START_TEST(only_disks_below_the_data_directory)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	(void)disk(scene, "sda", NULL, false);
	(void)disk(scene, "nvme0c0n1", NULL, true);
	(void)disk(scene, "nvme0c1n1", NULL, true);
	(void)disk(scene, "nvme0n1", NULL, false);
	scene_want(scene, "disk", "nomerges", RULE_EXACT, "2");
	scene_run(scene, tune_disk_queue);
	ck_assert_str_eq(scene_settings(scene), "nvme0c0n1 nomerges number exact 2\n"
						"nvme0c1n1 nomerges number exact 2\n");
	scene->facts.disks.count = 0;
	scene_run(scene, tune_disk_queue);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

START_TEST(overlays_hold_for_the_disks_they_name)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct profile_entry *entry;

	(void)disk(scene, "nvme0n1", "MSFT NVMe Accelerator v1.0", true);
	(void)disk(scene, "nvme1n1", "Microsoft NVMe Direct Disk", true);
	disk(scene, "sda", NULL, true)->driver = "sd";
	scene_want(scene, "disk", "io-timeout", RULE_LEAVE, "");
	entry = scene_want(scene, "disk", "io-timeout", RULE_EXACT, "240000000");
	vec_push(scene->arena, &entry->disk_models, "MSFT NVMe Accelerator*");
	entry = scene_want(scene, "disk", "io-timeout", RULE_EXACT, "60000000");
	vec_push(scene->arena, &entry->disk_drivers, "sd");
	scene_run(scene, tune_disk_queue);
	ck_assert_str_eq(scene_settings(scene), "nvme0n1 io_timeout jiffies-ms exact 240000\n"
						"sda io_timeout jiffies-ms exact 60000\n");
}
END_TEST

START_TEST(rpk_switches)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	(void)disk(scene, "sda", NULL, true);
	scene_want(scene, "disk", "scheduler", RULE_EXACT, "none");
	scene_want(scene, "disk", "nomerges", RULE_EXACT, "2");
	scene_want(scene, "disk", "write-cache", RULE_EXACT, "write through");
	scene_want(scene, "disk", "iostats", RULE_EXACT, "1");
	scene_run(scene, tune_disk_queue);
	ck_assert_str_eq(scene_setting(scene, "sda scheduler")->wish->rpk_key,
			 "tune_disk_scheduler");
	ck_assert_str_eq(scene_setting(scene, "sda nomerges")->wish->rpk_key, "tune_disk_nomerges");
	ck_assert_str_eq(scene_setting(scene, "sda write_cache")->wish->rpk_key,
			 "tune_disk_write_cache");
	ck_assert_ptr_null(scene_setting(scene, "sda iostats")->wish->rpk_key);
}
END_TEST

/* What is done with bios and with requests that wait is done by the multipath device. */
START_TEST(a_path_has_what_belongs_to_a_request)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	disk(scene, "dm-0", NULL, true)->is_stacked = true;
	disk(scene, "sda", NULL, true)->path_of = "dm-0";
	scene_want(scene, "disk", "scheduler", RULE_EXACT, "none");
	scene_want(scene, "disk", "nomerges", RULE_EXACT, "2");
	scene_want(scene, "disk", "wbt-latency", RULE_EXACT, "0");
	scene_want(scene, "disk", "read-ahead", RULE_EXACT, "0");
	scene_want(scene, "disk", "write-cache", RULE_EXACT, "write back");
	scene_want(scene, "disk", "nr-requests", RULE_EXACT, "1023");
	scene_want(scene, "disk", "iostats", RULE_EXACT, "1");
	scene_want(scene, "disk", "add-random", RULE_EXACT, "0");
	scene_want(scene, "disk", "rq-affinity", RULE_EXACT, "1");
	scene_want(scene, "disk", "io-timeout", RULE_EXACT, "1000");
	scene_run(scene, tune_disk_queue);
	ck_assert_str_eq(scene_settings(scene), "dm-0 scheduler choice exact none\n"
						"dm-0 nomerges number exact 2\n"
						"dm-0 wbt_lat_usec number exact 0\n"
						"dm-0 add_random number exact 0\n"
						"dm-0 nr_requests number exact 1023\n"
						"dm-0 read_ahead_kb number exact 0\n"
						"dm-0 rq_affinity number exact 1\n"
						"dm-0 write_cache text exact write back\n"
						"dm-0 iostats number exact 1\n"
						"dm-0 io_timeout jiffies-ms exact 1\n"
						"sda add_random number exact 0\n"
						"sda nr_requests number exact 1023\n"
						"sda rq_affinity number exact 1\n"
						"sda iostats number exact 1\n"
						"sda io_timeout jiffies-ms exact 1\n");
}
END_TEST

START_TEST(zoned_disks_keep_their_scheduler_on_older_kernels)
{
	static const struct {
		const char *zoned, *kernel;
		bool is_left;
	} cases[] = {
	    {.zoned = "host-managed", .kernel = "6.1.0-31-amd64", .is_left = true},
	    {.zoned = "host-managed", .kernel = "6.9.12", .is_left = true},
	    {.zoned = "host-managed", .kernel = "5.14.0-503.el9", .is_left = true},
	    {.zoned = "host-managed", .kernel = NULL, .is_left = true},
	    {.zoned = "host-managed", .kernel = "6.10.0"},
	    {.zoned = "host-managed", .kernel = "6.12.9-amd64"},
	    {.zoned = "host-managed", .kernel = "7.0.1"},
	    {.zoned = "host-aware", .kernel = "6.1.0"},
	    {.zoned = "none", .kernel = "6.1.0"},
	    {.zoned = NULL, .kernel = "6.1.0"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		const struct wish *scheduler;
		struct disk *sda;

		/* What a new scheduler does to nr_requests is no reason to leave the old one. */
		sda = disk(scene, "sda", NULL, true);
		sda->zoned = cases[i].zoned;
		sda->scheduler = "mq-deadline";
		sda->queue_requests = 256;
		scene->facts.host.kernel_release = cases[i].kernel;
		scene_want(scene, "disk", "scheduler", RULE_EXACT, "none");
		scene_want(scene, "disk", "nomerges", RULE_EXACT, "2");
		scene_run(scene, tune_disk_queue);
		scheduler = scene_setting(scene, "sda scheduler")->wish;
		ck_assert_int_eq(scheduler->decided.state,
				 cases[i].is_left ? STATE_SKIPPED : STATE_PENDING);
		if (cases[i].is_left)
			ck_assert_ptr_nonnull(strstr(scheduler->decided.note, "before Linux 6.10"));
		ck_assert_int_eq(scene_setting(scene, "sda nomerges")->wish->decided.state,
				 STATE_PENDING);
	}
}
END_TEST

static const char *of_disks(struct scene *scene)
{
	scene_run(scene, tune_disk_queue);
	return scene_check(scene, "data-disks");
}

START_TEST(no_disk_below_the_data_directory_is_explained)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct facts *facts = &scene->facts;

	facts->live.data_dir = (struct live_data_dir){.exists = TRI_YES, .is_directory = true};
	ck_assert_str_eq(of_disks(scene), "none");
	scene_want(scene, "disk", "scheduler", RULE_FIRST_OF, "none");
	ck_assert_str_eq(of_disks(scene), "fail none");
	facts->data_problem = "overlay lies on no disk";
	ck_assert_str_eq(of_disks(scene), "fail none");
	ck_assert_str_eq(scene_note(scene, "data-disks"), "overlay lies on no disk");
	vec_push(scene->arena, &facts->disks, (struct disk){.name = "sda"});
	ck_assert_str_eq(of_disks(scene), "fail none");
	vec_push(scene->arena, &facts->disks, (struct disk){.name = "sdb", .is_data = true});
	ck_assert_str_eq(of_disks(scene), "none");
	/* Not all of them; but whoever names disks knows what is missing. */
	facts->data_problem = NULL;
	facts->data_gap = "the file of loop0 is gone";
	ck_assert_str_eq(of_disks(scene), "none");
	facts->disks.at[1].chain = "sdb";
	ck_assert_str_eq(of_disks(scene), "fail sdb");
	ck_assert_str_eq(scene_note(scene, "data-disks"), "the file of loop0 is gone");
	/* A directory that is not there has its own checks. */
	facts->disks.count = 0;
	facts->live.data_dir.exists = TRI_UNKNOWN;
	ck_assert_str_eq(of_disks(scene), "none");
}
END_TEST

RUN_SUITE("disk_queue", every_key_has_its_file_and_unit, read_ahead_outlives_the_others,
	  units_of_the_timeout, a_new_scheduler_resets_its_siblings, a_drive_gets_its_full_depth,
	  only_disks_below_the_data_directory, overlays_hold_for_the_disks_they_name, rpk_switches,
	  a_path_has_what_belongs_to_a_request, zoned_disks_keep_their_scheduler_on_older_kernels,
	  no_disk_below_the_data_directory_is_explained)
