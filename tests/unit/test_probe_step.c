/* SPDX-License-Identifier: Apache-2.0 */
/* The probe as the last step of run: when an earlier result is good enough, what is asked of it,
 * and whose error is told. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "fake_kernel.h"
#include "fake_probe.h"
#include "flow/io_config.h"
#include "flow/probe_step.h"
#include "own_mounts.h"
#include "run_suite.h"

enum { good = 1000000, bad = 100000000 }; /* ns; the floor is 10 ms */

static struct arena *arena;
static struct options options;
static struct outcome outcome;
static struct facts *facts;
static struct report_probe probe;

static void add_entry(const char *key, enum rule rule, const char *operand)
{
	struct profile_entry entry = {.section = "probe", .key = key, .value = {.rule = rule}};

	vec_push(arena, &entry.value.operands, operand);
	vec_push(arena, &outcome.session.profile.entries, entry);
}

/* A node with an empty data directory on one disk that is good enough, never measured yet. */
static void set_up(const char *when)
{
	struct session *session = &outcome.session;

	fake_reset();
	arena = arena_new();
	options = (struct options){.command = COMMAND_RUN};
	outcome = (struct outcome){.started_rfc3339 = "2026-01-02T03:04:05Z"};
	session->arena = arena;
	session->options = &options;
	session->root = fake_root();
	session->lock = LOCK_NONE;
	session->plan.arena = arena;
	session->profile.sha256 = "0123";
	add_entry("when", RULE_EXACT, when);
	add_entry("floors.fsync-p99", RULE_AT_MOST, "10000");
	facts = &session->facts;
	facts->live.kernel_release = "6.1.0";
	facts->live.broker_running = TRI_NO;
	facts->live.data_dir = (struct live_data_dir){.path = "/data",
						      .exists = TRI_YES,
						      .is_directory = true,
						      .dev_major = 9,
						      .dev_minor = 1};
	vec_push(arena, &facts->disks,
		 (struct disk){.name = "nvme0n1",
			       .sysfs = "/sys/devices/a/nvme0n1",
			       .model = "Fast Disk",
			       .serial = "S1",
			       .firmware = "F1",
			       .numa = -1,
			       .size_bytes = 1000,
			       .is_data = true});
	fake_probe = (struct fake_probe){.filesystem = "f1", .p99 = good};
}

static struct disk *disk(void)
{
	return &facts->disks.at[0];
}

/* Whether the next start measures; whatever it does, the broker has its proofs. */
static bool measures(void)
{
	unsigned runs = fake_probe.runs, measurements = fake_probe.measurements;

	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(fake_probe.runs, runs + 1);
	ck_assert_int_eq(probe.measured, fake_probe.measurements > measurements);
	ck_assert_int_eq(!probe.earlier, probe.measured);
	ck_assert_uint_eq(probe.floors.count, outcome.session.profile.entries.count - 1);
	return probe.measured;
}

/* What an earlier result depends on ---------------------------------------------------------------
 */

static void another_filesystem(void)
{
	fake_probe.filesystem = "f2";
}

static void another_kernel(void)
{
	facts->live.kernel_release = "6.1.1";
}

static void another_profile(void)
{
	outcome.session.profile.sha256 = "4567";
}

static void another_model(void)
{
	disk()->model = "Slow Disk";
}

static void another_serial(void)
{
	disk()->serial = "S2";
}

static void another_firmware(void)
{
	disk()->firmware = "F2";
}

static void one_more_disk(void)
{
	struct disk more = *disk();

	more.serial = "S2";
	vec_push(arena, &facts->disks, more);
}

static void another_place(void)
{
	disk()->sysfs = "/sys/devices/b/nvme0n1";
}

static void another_size(void)
{
	disk()->size_bytes = 2000;
}

static void a_disk_that_is_not_for_data(void)
{
	struct disk more = *disk();

	more.serial = "S2";
	more.is_data = false;
	vec_push(arena, &facts->disks, more);
}

static void nothing(void)
{
}

struct change {
	const char *name;
	void (*make)(void);
	bool by_first, by_changed, without_serial; /* whether it measures again */
};
static const struct change changes[] = {
    {"nothing", nothing, false, false, false},
    {"file system", another_filesystem, true, true, true},
    {"kernel", another_kernel, false, true, true},
    {"profile", another_profile, false, true, true},
    {"model", another_model, false, true, true},
    {"serial", another_serial, false, true, true},
    {"firmware", another_firmware, false, true, true},
    {"one more disk", one_more_disk, false, true, true},
    /* With a serial it is known to be the same one. */
    {"place", another_place, false, false, true},
    {"size", another_size, false, false, true},
    {"a disk not for data", a_disk_that_is_not_for_data, false, false, false},
};
enum { change_count = sizeof(changes) / sizeof(changes[0]) };

static void see(const struct change *change, const char *when, bool has_serial, bool again)
{
	set_up(when);
	if (!has_serial)
		disk()->serial = NULL;
	ck_assert(measures());
	ck_assert_msg(!measures(), "%s: %s: without any change", when, change->name);
	change->make();
	ck_assert_msg(measures() == again, "%s: another %s", when, change->name);
	/* And what came of it is kept in its place. */
	ck_assert_msg(!measures(), "%s: %s: once more", when, change->name);
	arena_free(arena);
}

START_TEST(changed_measures_again_for_all_that_may_show)
{
	for (size_t i = 0; i < change_count; i++)
		see(&changes[i], "changed", true, changes[i].by_changed);
}
END_TEST

START_TEST(without_a_serial_place_and_size_tell_disks_apart)
{
	for (size_t i = 0; i < change_count; i++)
		see(&changes[i], "changed", false, changes[i].without_serial);
}
END_TEST

START_TEST(first_measures_again_for_another_file_system_only)
{
	for (size_t i = 0; i < change_count; i++)
		see(&changes[i], "first", true, changes[i].by_first);
}
END_TEST

START_TEST(always_measures_at_every_start)
{
	set_up("always");
	ck_assert(measures());
	ck_assert(measures());
	arena_free(arena);
}
END_TEST

START_TEST(a_file_system_that_cannot_be_told_from_others_is_always_measured)
{
	static const char *const whens[] = {"first", "changed"};

	for (size_t i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		set_up(whens[i]);
		fake_probe.filesystem = NULL;
		ck_assert(measures());
		ck_assert(measures());
		/* Not even for what was kept of one that has a name. */
		fake_probe.filesystem = "f1";
		ck_assert(measures());
		fake_probe.filesystem = NULL;
		ck_assert(measures());
		/* Nor did that one's result take the other one's place. */
		fake_probe.filesystem = "f1";
		ck_assert(!measures());
		arena_free(arena);
	}
}
END_TEST

/* What is kept ------------------------------------------------------------------------------------
 */

START_TEST(a_missed_floor_is_measured_again_while_there_is_no_data)
{
	set_up("changed");
	fake_probe.p99 = bad;
	ck_assert(measures());
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_MISSED);
	ck_assert(measures());
	facts->live.data_dir.has_data = true;
	ck_assert(!measures());
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_MISSED);
	arena_free(arena);
}
END_TEST

START_TEST(what_judged_nothing_is_not_kept)
{
	set_up("changed");
	fake_probe.quota_unknown = true;
	fake_probe.p99 = bad;
	ck_assert(measures());
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_UNJUDGED);
	fake_probe.quota_unknown = false;
	fake_probe.p99 = good;
	ck_assert(measures());
	ck_assert(!measures());
	arena_free(arena);
}
END_TEST

START_TEST(what_is_invalid_is_not_kept_without_any_floor_either)
{
	set_up("changed");
	outcome.session.profile.entries.count = 1;
	fake_probe.invalid = "cpu quota";
	ck_assert(measures());
	fake_probe.invalid = NULL;
	ck_assert(measures());
	ck_assert(!measures());
	arena_free(arena);
}
END_TEST

/* Who may write it could let a slow disk through. */
START_TEST(what_others_may_have_written_is_measured_again)
{
	set_up("changed");
	ck_assert(measures());
	ck_assert(!measures());
	fake_protect("/var/lib/thintune/probe.json", -EPERM);
	ck_assert(measures());
	arena_free(arena);
}
END_TEST

/* Errors ------------------------------------------------------------------------------------------
 */

/* A broker may start without figures where nothing can be measured. */
static const int no_failures[] = {-EACCES, -EPERM, -ENOSPC, -EROFS, -EBUSY};
enum { no_failure_count = sizeof(no_failures) / sizeof(no_failures[0]) };

START_TEST(what_keeps_the_probe_from_measuring_is_no_error)
{
	for (size_t i = 0; i < no_failure_count; i++) {
		set_up("changed");
		fake_probe.error = no_failures[i];
		ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
		ck_assert_str_eq(probe.skipped, "the probe failed: the failure of the probe");
		vec_for_each (floor, &probe.floors)
			ck_assert(floor->is_moot == (floor->state == FLOOR_UNJUDGED));
		ck_assert_int_eq(outcome.session.err.code, 0);
		arena_free(arena);
	}
}
END_TEST

START_TEST(the_error_of_apply_is_told_when_the_probe_is_skipped)
{
	for (size_t i = 0; i < no_failure_count; i++) {
		set_up("changed");
		(void)err_set(&outcome.session.err, -EIO, "the journal cannot be written");
		fake_probe.error = no_failures[i];
		ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
		ck_assert_str_eq(probe.skipped, "the probe failed: the failure of the probe");
		ck_assert_int_eq(outcome.session.err.code, -EIO);
		ck_assert_str_eq(outcome.session.err.text, "the journal cannot be written");
		arena_free(arena);
	}
}
END_TEST

/* A missed floor would hold the broker back for what the drive does only when it is hot. */
START_TEST(a_drive_that_throttled_misses_no_floor)
{
	set_up("always");
	vec_push(arena, &facts->health,
		 (struct nvme_health){.disk = "nvme0", .is_data = true, .smart_known = true});
	vec_push(arena, &facts->health, (struct nvme_health){.disk = "nvme1"});
	fake_probe.p99 = bad;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(probe.drives.count, 1);
	ck_assert(probe_floors_missed(&probe.floors));
	fake_probe.throttles = 1;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert(!probe_floors_missed(&probe.floors));
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_UNJUDGED);
	ck_assert_ptr_nonnull(
	    strstr(probe.floors.at[0].note, "the drive nvme0 throttled: 10.00 times too long"));
	ck_assert_str_eq(probe.result->jobs[0].remark, "the drive nvme0 throttled");
	/* That explains a rate that falls. */
	fake_probe.burst = true;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_UNJUDGED);
	ck_assert(probe.result->jobs[0].noisy && !probe.result->jobs[0].burst);
	/* What else is known of them stays. */
	fake_probe.remark = "others moved 5 MiB";
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_str_eq(probe.result->jobs[0].remark,
			 "others moved 5 MiB; the drive nvme0 throttled");
	arena_free(arena);
}
END_TEST

START_TEST(a_disk_that_fails_is_an_error)
{
	set_up("changed");
	fake_probe.error = -EIO;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_ERROR);
	ck_assert_ptr_null(probe.skipped);
	ck_assert_str_eq(outcome.session.err.text, "the probe failed: the failure of the probe");
	fake_probe.error = 0;
	ck_assert(measures());
	arena_free(arena);
}
END_TEST

/* What is asked of it -----------------------------------------------------------------------------
 */

static bool asks_for_writes_once(const char *level)
{
	facts->data_array_level = level;
	(void)measures();
	return fake_probe.request.writes_once;
}

START_TEST(the_level_of_the_array_tells_whether_each_byte_is_written_once)
{
	set_up("always");
	ck_assert(asks_for_writes_once(NULL));
	one_more_disk();
	ck_assert(!asks_for_writes_once(NULL));
	ck_assert(asks_for_writes_once("raid0"));
	ck_assert(!asks_for_writes_once("raid1"));
	/* One that is not for data does not count. */
	facts->disks.at[1].is_data = false;
	ck_assert(asks_for_writes_once(NULL));
	arena_free(arena);
}
END_TEST

/* What a disk does not say, or says out of all measure, does not count. */
START_TEST(the_queues_of_the_data_disks_are_added_up)
{
	set_up("always");
	(void)measures();
	ck_assert_uint_eq(fake_probe.request.requests, 0);
	disk()->queue_requests = 1023;
	one_more_disk();
	(void)measures();
	ck_assert_uint_eq(fake_probe.request.requests, 2046);
	facts->disks.at[1].queue_requests = 65536;
	(void)measures();
	ck_assert_uint_eq(fake_probe.request.requests, 1023);
	facts->disks.at[0].is_data = false;
	facts->disks.at[1].queue_requests = 256;
	(void)measures();
	ck_assert_uint_eq(fake_probe.request.requests, 256);
	arena_free(arena);
}
END_TEST

/* The one floor is there, and nothing is said of the disk. */
static void see_unjudged(void)
{
	ck_assert_uint_eq(probe.floors.count, 1);
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_UNJUDGED);
	ck_assert_str_eq(probe.floors.at[0].note, "nothing was measured");
	ck_assert(probe.floors.at[0].is_moot);
	ck_assert_ptr_null(probe.floors.at[0].have);
}

START_TEST(where_nothing_is_measured_no_floor_is_judged)
{
	set_up("always");
	facts->live.broker_running = TRI_YES;
	facts->live.data_dir.has_data = true;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(fake_probe.runs, 0);
	see_unjudged();
	facts->live.broker_running = TRI_NO;
	fake_probe.has_no_jobs = true;
	fake_probe.error = -ENOSPC;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(fake_probe.runs, 1);
	see_unjudged();
	arena_free(arena);
}
END_TEST

START_TEST(writes_that_must_not_wait_are_judged)
{
	static const struct {
		int write, append;
		enum check_state state;
		const char *have;
	} rows[] = {
	    {0, 0, CHECK_PASS, "overwrite taken, append taken"},
	    {0, -EAGAIN, CHECK_FAIL, "overwrite taken, append refused (EAGAIN)"},
	    {-EOPNOTSUPP, 0, CHECK_FAIL, "overwrite refused (EOPNOTSUPP), append taken"},
	    {0, 1, CHECK_UNKNOWN, "overwrite taken, append not tried"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct check *check;

		set_up("always");
		check = plan_check(&outcome.session.plan,
				   (struct check){.id = "nowait", .state = CHECK_SKIPPED});
		fake_probe.nowait_write = rows[i].write;
		fake_probe.nowait_append = rows[i].append;
		ck_assert(measures());
		ck_assert_int_eq(check->state, rows[i].state);
		ck_assert_str_eq(check->have, rows[i].have);
		ck_assert_int_eq(check->note != NULL, rows[i].state == CHECK_FAIL);
		/* Not of a file that is only read, nor where nothing was tried. */
		check->state = CHECK_SKIPPED;
		options.file = "/data/file";
		(void)probe_step(&outcome, &probe);
		ck_assert_int_eq(check->state, CHECK_SKIPPED);
		arena_free(arena);
	}
}
END_TEST

START_TEST(what_the_probe_finds_is_waived_too)
{
	struct waiving waiving = {.days_left = 3};
	struct check *check;

	set_up("always");
	check =
	    plan_check(&outcome.session.plan,
		       (struct check){.id = "nowait", .state = CHECK_SKIPPED, .waiver = &waiving});
	fake_probe.nowait_write = -EAGAIN;
	ck_assert(measures());
	ck_assert_int_eq(check->state, CHECK_WAIVED);
	waiving.is_expired = true;
	ck_assert(measures());
	ck_assert_int_eq(check->state, CHECK_FAIL);
	arena_free(arena);
}
END_TEST

/* Heat of the envelope is told there, and what was measured before it is still good. */
START_TEST(a_drive_that_throttled_under_the_envelope_spoils_no_job)
{
	set_up("always");
	vec_push(arena, &facts->health,
		 (struct nvme_health){.disk = "nvme0", .is_data = true, .smart_known = true});
	options.envelope = true;
	fake_probe.throttles = 1;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert(!probe.result->jobs[0].noisy);
	ck_assert_str_eq(probe.result->jobs[0].remark, "");
	ck_assert(probe.result->loads[0].noisy && probe.result->loads[1].noisy);
	ck_assert_str_eq(probe.result->loads[0].remark, "the drive nvme0 throttled");
	ck_assert_str_eq(probe.result->loads[1].remark,
			 "not even 5 a second hold; the drive nvme0 throttled");
	ck_assert_str_eq(probe.drives.at[0].heat, "throttled");
	/* And the other way round. */
	fake_probe.throttles_between = 1;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert(probe.result->jobs[0].noisy);
	ck_assert_str_eq(probe.result->jobs[0].remark, "the drive nvme0 throttled");
	ck_assert(!probe.result->loads[0].noisy);
	fake_probe.throttles = 2;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert(probe.result->jobs[0].noisy && probe.result->loads[0].noisy);
	arena_free(arena);
}
END_TEST

/* Rates that wait for nobody would disturb a broker whose data is elsewhere, too. */
START_TEST(beside_a_broker_there_is_no_envelope_unasked)
{
	set_up("changed");
	facts->live.broker_running = TRI_YES;
	ck_assert_ptr_null(probe_step_obstacle(&outcome.session));
	options.envelope = true;
	ck_assert_str_eq(probe_step_obstacle(&outcome.session),
			 "a broker is running on this node: measuring would disturb it");
	options.force = true;
	ck_assert_ptr_null(probe_step_obstacle(&outcome.session));
	/* A named file may be on the broker's disk. */
	options = (struct options){.command = COMMAND_PROBE, .file = "/x"};
	ck_assert_ptr_null(probe_step_obstacle(&outcome.session));
	options.envelope = true;
	ck_assert_str_eq(probe_step_obstacle(&outcome.session),
			 "a broker is running on this node: measuring would disturb it");
	options.force = true;
	ck_assert_ptr_null(probe_step_obstacle(&outcome.session));
	arena_free(arena);
}
END_TEST

/* The jobs were good, and a knee is only in the comments. */
START_TEST(what_fails_behind_the_jobs_keeps_no_io_config_from_being_written)
{
	char path[] = "/tmp/test_probe_step_XXXXXX";
	struct probe_request request;

	ck_assert_ptr_nonnull(mkdtemp(path));
	set_up("always");
	options = (struct options){.command = COMMAND_PROBE, .envelope = true};
	options.io_config = arena_printf(arena, "%s/io-config.yaml", path);
	fake_probe.has_rates = true;
	fake_probe.load_error = -EIO;
	request = probe_step_request(&outcome.session);
	ck_assert_int_eq(probe_step_measure(&outcome, &request, &probe), EXIT_ERROR);
	ck_assert_int_eq(io_config_write(&outcome, &probe), EXIT_MATCH);
	ck_assert_str_eq(probe.io_config, options.io_config);
	ck_assert_int_eq(unlink(options.io_config), 0);
	/* So does a read of the distance. */
	fake_probe.load_error = 0;
	fake_probe.distance_error = -EIO;
	probe = (struct report_probe){0};
	ck_assert_int_eq(probe_step_measure(&outcome, &request, &probe), EXIT_ERROR);
	ck_assert_int_eq(io_config_write(&outcome, &probe), EXIT_MATCH);
	ck_assert_str_eq(probe.io_config, options.io_config);
	ck_assert_int_eq(unlink(options.io_config), 0);
	/* One that hung, or was ended by a signal, may have left more undone. */
	fake_probe.is_cut = true;
	probe = (struct report_probe){0};
	ck_assert_int_eq(probe_step_measure(&outcome, &request, &probe), EXIT_ERROR);
	ck_assert_int_eq(io_config_write(&outcome, &probe), EXIT_ERROR);
	ck_assert_str_eq(probe.io_config_note, "the probe failed");
	fake_probe.is_cut = false;
	fake_probe.distance_error = 0;
	fake_probe.error = -EIO;
	probe = (struct report_probe){0};
	ck_assert_int_eq(probe_step_measure(&outcome, &request, &probe), EXIT_ERROR);
	ck_assert_int_eq(io_config_write(&outcome, &probe), EXIT_ERROR);
	ck_assert_int_eq(rmdir(path), 0);
	arena_free(arena);
}
END_TEST

/* It asks for the longer probe whatever the profile and an earlier result say, until it is there.
 */
START_TEST(an_io_config_is_measured_once)
{
	char path[] = "/tmp/test_probe_step_XXXXXX", *file, line[512];
	unsigned envelopes = 0;
	FILE *text;

	ck_assert_ptr_nonnull(mkdtemp(path));
	set_up("changed");
	file = arena_printf(arena, "%s/io-config.yaml", path);
	ck_assert(measures());
	ck_assert_int_eq(fake_probe.request.mode, PROBE_QUICK);
	options.io_config = file;
	ck_assert(measures());
	ck_assert_int_eq(fake_probe.request.mode, PROBE_DEFAULT);
	/* One job has nothing of what it takes; the broker starts all the same. */
	ck_assert_str_eq(probe.io_config_note, "read_iops was not measured");
	ck_assert_ptr_null(probe.io_config);
	facts->live.broker_running = TRI_YES;
	facts->live.data_dir.has_data = true;
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_str_eq(probe.io_config_note, probe.skipped);
	facts->live.broker_running = TRI_NO;
	outcome.session.profile.entries.at[0].value.operands.at[0] = "never";
	ck_assert(measures());
	fake_probe.has_rates = true;
	options.envelope = true;
	ck_assert(measures());
	ck_assert_uint_eq(fake_probe.request.limit_ns, 10000000);
	ck_assert_str_eq(probe.io_config, file);
	ck_assert_ptr_null(probe.io_config_note);
	text = fopen(file, "re");
	ck_assert_ptr_nonnull(text);
	while (fgets(line, sizeof(line), text)) {
		ck_assert(!strstr(line, "write_iops") || strstr(line, "write_iops: 900\n"));
		envelopes +=
		    text_equal(line, "# randread-4k: peak 2000 a second, holds 1580 at p99.9 "
				     "within 10.0 ms\n") +
		    text_equal(line, "# half-and-half: peak unknown a second, holds unknown at p99 "
				     "within 10.0 ms (not even 5 a second hold)\n");
	}
	ck_assert_uint_eq(envelopes, 2);
	ck_assert_int_eq(fclose(text), 0);
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert_str_eq(probe.skipped, "the profile says: never");
	ck_assert_uint_eq(probe.floors.count, 0);
	ck_assert_ptr_null(probe.io_config);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(rmdir(path), 0);
	arena_free(arena);
}
END_TEST

/* Nothing is measured for it, and the broker starts all the same. */
START_TEST(where_no_io_config_can_be_it_is_said_at_once)
{
	static const struct {
		const char *name, *note;
	} rows[] = {
	    {"/none/x.yaml", "/none/x.yaml': No such file or directory"},
	    {"/there/x.yaml", "/there/x.yaml': Not a directory"},
	    {"/nowhere", "/nowhere': it is a link, not a regular file"},
	    {"", "': it is a directory"},
	    {"/there", NULL},
	};
	char path[] = "/tmp/test_probe_step_XXXXXX";
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(path));
	set_up("always");
	fake_probe.has_rates = true;
	fd = open(arena_printf(arena, "%s/there", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(symlink("/none", arena_printf(arena, "%s/nowhere", path)), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		options.io_config = arena_printf(arena, "%s%s", path, rows[i].name);
		ck_assert(measures());
		ck_assert_int_eq(fake_probe.request.mode, PROBE_QUICK);
		ck_assert_int_eq(probe.io_config_note != NULL, rows[i].note != NULL);
		ck_assert_msg(!rows[i].note || text_ends(probe.io_config_note, rows[i].note), "%s",
			      probe.io_config_note);
	}
	options.io_config = path;
	outcome.session.profile.entries.at[0].value.operands.at[0] = "never";
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_MATCH);
	ck_assert(text_ends(probe.io_config_note, "it is a directory"));
	ck_assert_int_eq(unlink(arena_printf(arena, "%s/there", path)), 0);
	ck_assert_int_eq(unlink(arena_printf(arena, "%s/nowhere", path)), 0);
	ck_assert_int_eq(rmdir(path), 0);
	arena_free(arena);
}
END_TEST

/* It may be found only as the file is written: the broker starts, and the next run measures again.
 */
START_TEST(a_full_disk_takes_no_io_config)
{
	char path[] = "/tmp/test_probe_step_XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(path));
	set_up("never");
	fake_probe.has_rates = true;
	options.io_config = arena_printf(arena, "%s/io-config.yaml", path);
	if (own_mounts(0) && mount("none", path, "tmpfs", 0, "nr_blocks=1") == 0) {
		int fd = open(arena_printf(arena, "%s/filler", path),
			      O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		ck_assert_int_eq(write(fd, "x", 1), 1);
		ck_assert_int_eq(close(fd), 0);
		for (unsigned i = 0; i < 2; i++) {
			ck_assert(measures());
			ck_assert_ptr_null(probe.io_config);
			ck_assert_ptr_nonnull(
			    strstr(probe.io_config_note, "No space left on device"));
			ck_assert_int_eq(access(options.io_config, F_OK), -1);
		}
		ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
	}
	ck_assert_int_eq(rmdir(path), 0);
	arena_free(arena);
}
END_TEST

/* What was found is true of a directory that the broker does not get. */
START_TEST(of_a_directory_that_was_replaced_nothing_counts)
{
	struct plan *plan;
	struct check *directory, *direct;

	set_up("always");
	plan = &outcome.session.plan;
	(void)plan_check(plan, (struct check){.id = "data-directory", .state = CHECK_PASS});
	(void)plan_check(plan, (struct check){.id = "direct-io", .state = CHECK_SKIPPED});
	directory = &plan->checks.at[0];
	direct = &plan->checks.at[1];
	facts->live.data_dir.has_data = true;
	fake_probe.has_data = TRI_NO;
	fake_probe.error = -ESTALE;
	fake_probe.invalid = "it is no longer the directory";
	ck_assert_int_eq(probe_step(&outcome, &probe), EXIT_ERROR);
	ck_assert_int_eq(directory->state, CHECK_FAIL);
	ck_assert_str_eq(directory->note, "the failure of the probe");
	ck_assert_int_eq(direct->state, CHECK_UNKNOWN);
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_UNJUDGED);
	ck_assert(facts->live.data_dir.has_data);
	/* None of it is kept. */
	fake_probe.error = 0;
	fake_probe.invalid = NULL;
	outcome.session.err = (struct err){0};
	outcome.session.profile.entries.at[0].value.operands.at[0] = "changed";
	ck_assert(measures());
	ck_assert(!facts->live.data_dir.has_data);
	arena_free(arena);
}
END_TEST

RUN_SUITE("probe_step", where_nothing_is_measured_no_floor_is_judged,
	  a_full_disk_takes_no_io_config, of_a_directory_that_was_replaced_nothing_counts,
	  where_no_io_config_can_be_it_is_said_at_once, an_io_config_is_measured_once,
	  a_drive_that_throttled_under_the_envelope_spoils_no_job,
	  what_fails_behind_the_jobs_keeps_no_io_config_from_being_written,
	  beside_a_broker_there_is_no_envelope_unasked, writes_that_must_not_wait_are_judged,
	  what_the_probe_finds_is_waived_too, changed_measures_again_for_all_that_may_show,
	  without_a_serial_place_and_size_tell_disks_apart,
	  first_measures_again_for_another_file_system_only, always_measures_at_every_start,
	  a_file_system_that_cannot_be_told_from_others_is_always_measured,
	  a_missed_floor_is_measured_again_while_there_is_no_data, what_judged_nothing_is_not_kept,
	  what_is_invalid_is_not_kept_without_any_floor_either,
	  what_others_may_have_written_is_measured_again,
	  what_keeps_the_probe_from_measuring_is_no_error,
	  the_error_of_apply_is_told_when_the_probe_is_skipped, a_disk_that_fails_is_an_error,
	  a_drive_that_throttled_misses_no_floor,
	  the_level_of_the_array_tells_whether_each_byte_is_written_once,
	  the_queues_of_the_data_disks_are_added_up)
