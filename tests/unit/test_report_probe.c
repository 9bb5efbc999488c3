/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says of a probe's jobs. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/identify.h"
#include "report/layout.h"
#include "report_fixture.h"
#include "run_suite.h"

static const char unregistered[] = "buffers are not registered in some jobs, since RLIMIT_MEMLOCK";

/* A probe with jobs whose buffers are so. */
static struct report_probe *probe_of(struct fixture *fixture, const enum tri *registered,
				     unsigned count)
{
	struct report_probe *probe = arena_alloc(fixture->arena, sizeof(*probe));
	struct probe_result *result = arena_alloc(fixture->arena, sizeof(*result));

	for (unsigned i = 0; i < count; i++) {
		struct probe_job *job = &result->jobs[result->job_count++];

		(void)snprintf(job->name, sizeof(job->name), "randread-4k-qd%u", 1U << i);
		(void)snprintf(job->engine, sizeof(job->engine), "io_uring");
		job->state = JOB_DONE;
		job->registered = registered[i];
	}
	probe->measured = true;
	probe->result = result;
	return probe;
}

static const char *text_of(struct fixture *fixture, const enum tri *registered, unsigned count)
{
	return probe_text(fixture->arena, probe_of(fixture, registered, count),
			  (struct text_style){0});
}

START_TEST(json_tells_of_each_job_whether_its_buffers_are_registered)
{
	static const enum tri registered[] = {TRI_YES, TRI_NO, TRI_UNKNOWN};
	static const json_type types[] = {JSON_TRUE, JSON_FALSE, JSON_NULL};
	enum { count = sizeof(types) / sizeof(types[0]) };
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report *report = fixture_report(fixture);
	json_t *object, *jobs;

	report->probe = probe_of(fixture, registered, count);
	object = json_loads(report_json(fixture->arena, report), JSON_REJECT_DUPLICATES, NULL);
	jobs = json_object_get(json_object_get(object, "probe"), "jobs");
	ck_assert_uint_eq(json_array_size(jobs), count);
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(json_array_get(jobs, i), "buffers_registered");

		ck_assert_ptr_nonnull(value);
		ck_assert_int_eq(json_typeof(value), types[i]);
	}
	json_decref(object);
}
END_TEST

START_TEST(text_says_so_when_any_job_had_to_do_without)
{
	static const enum tri last[] = {TRI_YES, TRI_UNKNOWN, TRI_NO}, first[] = {TRI_NO, TRI_YES};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	ck_assert_ptr_nonnull(strstr(text_of(fixture, last, 3), unregistered));
	ck_assert_ptr_nonnull(strstr(text_of(fixture, first, 2), unregistered));
}
END_TEST

START_TEST(text_is_silent_where_all_are_or_none_can_be)
{
	static const enum tri registered[] = {TRI_YES, TRI_YES}, other[] = {TRI_UNKNOWN};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	ck_assert_ptr_null(strstr(text_of(fixture, registered, 2), "registered"));
	ck_assert_ptr_null(strstr(text_of(fixture, other, 1), "registered"));
	ck_assert_ptr_null(strstr(text_of(fixture, NULL, 0), "registered"));
}
END_TEST

/* Of a probe that was to be on node 1. */
static const char *numa_line(struct fixture *fixture, struct probe_numa numa)
{
	struct report_probe *probe = probe_of(fixture, NULL, 0);
	char *text, *line;

	((struct probe_result *)(uintptr_t)probe->result)->numa = numa;
	text = probe_text(fixture->arena, probe, (struct text_style){0});
	line = strstr(text, "NUMA");
	if (line)
		line[strcspn(line, "\n")] = '\0';
	return line ? line : "";
}

static const char *sandbox_line(struct fixture *fixture, struct probe_sandbox sandbox)
{
	struct report_probe *probe = probe_of(fixture, NULL, 0);
	char *text, *line;

	((struct probe_result *)(uintptr_t)probe->result)->sandbox = sandbox;
	text = probe_text(fixture->arena, probe, (struct text_style){.width = 500});
	line = strstr(text, "sandbox");
	if (line)
		line[strcspn(line, "\n")] = '\0';
	return line ? line : "";
}

START_TEST(text_tells_whether_the_sandbox_held)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();

	ck_assert_str_eq(sandbox_line(fixture, (struct probe_sandbox){0}), "");
	ck_assert_str_eq(
	    sandbox_line(fixture, (struct probe_sandbox){.calls = TRI_YES, .files = TRI_YES}),
	    "sandbox: system calls were filtered; files outside the data directory were out of "
	    "reach");
	ck_assert_str_eq(
	    sandbox_line(fixture, (struct probe_sandbox){.calls = TRI_NO,
							 .calls_error = -EPERM,
							 .files = TRI_NO,
							 .files_error = -EOPNOTSUPP}),
	    "sandbox: system calls were not filtered (a filter around thintune forbids it); files "
	    "outside the data directory could be reached (the kernel does not have that, or "
	    "does not offer it here)");
	ck_assert_str_eq(sandbox_line(fixture, (struct probe_sandbox){.calls = TRI_NO,
								      .calls_error = -ENOMEM,
								      .files = TRI_YES}),
			 "sandbox: system calls were not filtered (Cannot allocate memory); files "
			 "outside the data directory were out of reach");
}
END_TEST

START_TEST(text_tells_where_threads_and_buffers_were)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct probe_numa numa = {.is_wanted = true,
				  .node = 1,
				  .cpu_node = 1,
				  .available = TRI_YES,
				  .threads = TRI_YES,
				  .pages_there = 1024};

	ck_assert_str_eq(numa_line(fixture, (struct probe_numa){0}), "");
	ck_assert_str_eq(numa_line(fixture, (struct probe_numa){.note = "nobody knows"}),
			 "NUMA: threads and buffers anywhere: nobody knows");
	ck_assert_str_eq(numa_line(fixture, numa),
			 "NUMA: threads on node 1, where the disks are; 1024 of 1024 buffer pages "
			 "on node 1");
	numa.cpu_node = 0;
	numa.pages_elsewhere = 6;
	numa.pages_unknown = 4;
	numa.distances_agree = TRI_NO;
	ck_assert_str_eq(numa_line(fixture, numa),
			 "NUMA: threads on node 0, the nearest with CPUs to node 1 of the disks; "
			 "1024 of 1034 buffer pages on node 1, 4 not known; distances are "
			 "not those of the facts");
	numa = (struct probe_numa){.is_wanted = true,
				   .node = 1,
				   .cpu_node = 1,
				   .available = TRI_YES,
				   .threads = TRI_NO,
				   .threads_error = -EINVAL,
				   .buffers_error = -EINVAL,
				   .pages_elsewhere = 8};
	ck_assert_str_eq(numa_line(fixture, numa),
			 "NUMA: threads anywhere, not on node 1: this process may not use its "
			 "CPUs; 0 of 8 buffer pages on node 1 (no memory on that node for this "
			 "process)");
	numa.threads_error = -EPERM;
	numa.buffers_error = numa.pages_elsewhere = 0;
	ck_assert_str_eq(numa_line(fixture, numa),
			 "NUMA: threads anywhere, not on node 1: Operation not permitted"
			 "; no buffers");
	numa.threads_error = 0;
	numa.cpu_node = -1;
	ck_assert_str_eq(numa_line(fixture, numa),
			 "NUMA: threads anywhere, since node 1 has no CPUs and which node is the "
			 "nearest that has some is not known; no buffers");
	numa.available = TRI_NO;
	ck_assert_str_eq(numa_line(fixture, numa),
			 "NUMA: threads and buffers anywhere, though the disks are on node 1: the "
			 "kernel has no NUMA, or does not let this process use it");
}
END_TEST

/* Jobs as long and as slow as they get, and a floor each. */
static struct report_probe *full_probe(struct fixture *fixture)
{
	static const enum tri registered[4] = {TRI_YES};
	struct report_probe *probe = probe_of(fixture, registered, 4);
	struct probe_job *jobs = ((struct probe_result *)(uintptr_t)probe->result)->jobs;

	(void)snprintf(jobs[1].name, sizeof(jobs[1].name), "randwrite-128k-qd1024");
	(void)snprintf(jobs[2].name, sizeof(jobs[2].name), "append-16k");
	(void)snprintf(jobs[3].name, sizeof(jobs[3].name), "mixed");
	for (unsigned i = 0; i < 4; i++) {
		jobs[i].iops = 1234567;
		jobs[i].bandwidth = 12345.0 * 1048576;
		jobs[i].cpu_ns_per_io = 12345;
		jobs[i].latency = (struct latency){.count = 9,
						   .p50 = 123456,
						   .p99 = 15200000,
						   .p99_9 = 999000000,
						   .max = 12345000000};
	}
	jobs[2].sync = (struct latency){.count = 9, .p50 = 9000000, .p99 = 13700000};
	(void)snprintf(
	    jobs[3].remark, sizeof(jobs[3].remark),
	    "the rate is known only to +-12 %%; the hypervisor took 10 %% of the CPU time; "
	    "other programs moved 123.4 MB/s on the disk");
	vec_push(fixture->arena, &probe->floors,
		 (struct floor){.name = "fsync-p99",
				.required = "<= 10.000 ms",
				.have = "13.700 ms",
				.figure = "p99 of fdatasync alone in append-16k",
				.state = FLOOR_UNJUDGED,
				.note = "noisy: 1.37 times too long in append-16k"});
	vec_push(fixture->arena, &probe->floors,
		 (struct floor){.name = "write-bandwidth",
				.required = ">= 12345.0 MiB/s",
				.have = "12345.0 MiB/s",
				.figure = "mean of randwrite-128k-qd1024",
				.state = FLOOR_MET});
	return probe;
}

START_TEST(figures_are_whole_at_every_width)
{
	static const char *const whole[] = {
	    "123 us",   "15.2 ms", "999 ms",       "12.3 s",       "12.3 us",
	    "1234567",  "12345",   "+-12 %",       "123.4 MB/s",   "randwrite-128k-qd1024",
	    "9.00 ms,", "13.7 ms", "<= 10.000 ms", "13.700 ms",    ">= 12345.0 MiB/s",
	    "steady",   "CPU/IO",  "not judged",   "12345.0 MiB/s"};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = full_probe(fixture);

	for (unsigned width = 60; width <= 200; width++) {
		const char *text =
		    probe_text(fixture->arena, probe, (struct text_style){.width = width});
		names lines = text_split(fixture->arena, text, '\n');

		for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
			ck_assert_msg(strstr(text, whole[i]), "width %u: no '%s' in %s", width,
				      whole[i], text);
		vec_for_each (line, &lines)
			ck_assert_msg(layout_width(*line) <= width, "width %u: %s", width, *line);
	}
}
END_TEST

START_TEST(what_holds_of_several_jobs_is_told_once)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = full_probe(fixture);
	struct probe_job *jobs = ((struct probe_result *)(uintptr_t)probe->result)->jobs;
	const char *text;

	for (unsigned i = 0; i < 3; i++)
		(void)snprintf(jobs[i].remark, sizeof(jobs[i].remark), "no room");
	text = probe_text(fixture->arena, probe, (struct text_style){0});
	ck_assert_ptr_nonnull(strstr(
	    text, arena_printf(fixture->arena, "\n%s, randwrite-128k-qd1024, append-16k: no room\n",
			       jobs[0].name)));
	ck_assert_ptr_null(strstr(strstr(text, "no room") + 1, "no room"));
	ck_assert_ptr_nonnull(strstr(text, "mixed: the rate is known only"));
}
END_TEST

START_TEST(each_figure_says_what_it_is)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text = probe_text(fixture->arena, full_probe(fixture), (struct text_style){0});

	ck_assert_ptr_nonnull(strstr(text, "append-16k: the row is write and fdatasync together; "
					   "fdatasync alone p50 9.00 ms, p99 13.7 ms\n"));
	ck_assert_ptr_nonnull(strstr(text,
				     "(p99 of fdatasync alone in append-16k; noisy: 1.37 times "
				     "too long in append-16k)\n"));
	ck_assert_ptr_nonnull(strstr(text, "met (mean of randwrite-128k-qd1024)\n"));
}
END_TEST

/* No row has a latency beside a rate of 0, unless it says why. */
START_TEST(a_rate_of_0_says_why)
{
	static const enum tri registered[1] = {TRI_YES};
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = probe_of(fixture, registered, 1);
	struct probe_job *job = ((struct probe_result *)(uintptr_t)probe->result)->jobs;
	struct text_style style = {0};

	(void)snprintf(job->name, sizeof(job->name), "mixed");
	ck_assert_ptr_nonnull(
	    strstr(probe_text(fixture->arena, probe, style), "mixed: no request completed\n"));
	job->latency = (struct latency){.count = 3, .p50 = 1000000000, .max = 2000000000};
	job->requests = 3;
	job->iops = 0.4;
	job->bandwidth = 0.4 * 4096;
	ck_assert_ptr_nonnull(
	    strstr(probe_text(fixture->arena, probe, style), "mixed  0.40  <0.01  1.00 s"));
	ck_assert_ptr_null(strstr(probe_text(fixture->arena, probe, style), "mixed:"));
}
END_TEST

/* What JSON has of `probe`, as text. */
static const char *json_of(struct fixture *fixture, const struct report_probe *probe,
			   const char *key)
{
	struct report *report = fixture_report(fixture);
	json_t *object;
	char *dump, *text;

	report->probe = probe;
	object = json_loads(report_json(fixture->arena, report), JSON_REJECT_DUPLICATES, NULL);
	dump = json_dumps(json_object_get(json_object_get(object, "probe"), key),
			  JSON_COMPACT | JSON_ENCODE_ANY);
	text = arena_strdup(fixture->arena, dump);
	free(dump);
	json_decref(object);
	return text;
}

START_TEST(disks_are_told_in_every_form)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = probe_of(fixture, NULL, 0);
	struct disk known = {.name = "nvme0n1",
			     .queues = 8,
			     .queue_requests = 1023,
			     .logical_block_bytes = 512,
			     .physical_block_bytes = 4096,
			     .write_cache = "write back",
			     .fua = TRI_YES,
			     .atomic_bytes = 4096};
	struct disk unknown = {
	    .name = "nvme1n1", .atomic_bytes = -1, .identity = {.error = -EACCES}};
	struct report *report;
	const char *text;

	ck_assert_int_eq(identify_parse(fixture->arena,
					"cache=1 atomic=512 in_use=0 512:0:2 4096:8:0 4096:0:1",
					&known.identity),
			 0);
	vec_push(fixture->arena, &probe->disks, &known);
	vec_push(fixture->arena, &probe->disks, &unknown);
	ck_assert_str_eq(
	    json_of(fixture, probe, "disks"),
	    "[{\"disk\":\"nvme0n1\",\"logical_block_bytes\":512,\"physical_block_bytes\":4096,"
	    "\"queues\":8,\"queue_requests\":1023,\"write_cache\":\"write back\",\"fua\":true,"
	    "\"atomic_write_bytes\":4096,\"identify\":{\"errno\":null,"
	    "\"volatile_write_cache\":true,\"atomic_write_bytes\":512,\"formats\":["
	    "{\"block_bytes\":512,\"metadata_bytes\":0,\"performance\":2,\"in_use\":true},"
	    "{\"block_bytes\":4096,\"metadata_bytes\":8,\"performance\":0,\"in_use\":false},"
	    "{\"block_bytes\":4096,\"metadata_bytes\":0,\"performance\":1,\"in_use\":false}]}},"
	    "{\"disk\":\"nvme1n1\",\"logical_block_bytes\":null,\"physical_block_bytes\":null,"
	    "\"queues\":null,\"queue_requests\":null,\"write_cache\":null,\"fua\":null,"
	    "\"atomic_write_bytes\":null,\"identify\":{\"errno\":\"EACCES\","
	    "\"volatile_write_cache\":null,\"atomic_write_bytes\":null,\"formats\":[]}}]");
	text = probe_text(fixture->arena, probe, (struct text_style){0});
	ck_assert_ptr_nonnull(strstr(
	    text, "disk nvme0n1: 8 queues of 1023 requests; blocks of 512 bytes, physically 4096; "
		  "format 512, also offered 4096+8, 4096 (the drive calls 4096 bytes faster; "
		  "`nvme format`, which erases it, changes that); write cache write back, FUA "
		  "(volatile by the drive's own word); atomic writes up to 4096 bytes (512 bytes "
		  "by the drive's own word)\n"));
	ck_assert_ptr_nonnull(strstr(
	    text, "disk nvme1n1: queues unknown; blocks unknown; formats unknown (Permission "
		  "denied); write cache unknown, FUA unknown; atomic writes unknown\n"));
	report = fixture_report(fixture);
	report->probe = probe;
	ck_assert_ptr_nonnull(strstr(report_html(fixture->arena, report), "nvme0n1: 8 queues"));
}
END_TEST

START_TEST(drives_are_told_in_every_form)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = probe_of(fixture, NULL, 0);
	struct drive_change hot = {
	    .disk = "nvme0",
	    .before = {.temperature_kelvin = 311, .media_errors = 1},
	    .after = {.temperature_kelvin = 350, .media_errors = 3, .throttles = 1}};
	struct drive_change gone = {.disk = "nvme1", .error = -ENODEV};
	struct report *report;

	drive_compare(fixture->arena, &hot);
	drive_compare(fixture->arena, &gone);
	vec_push(fixture->arena, &probe->drives, hot);
	vec_push(fixture->arena, &probe->drives, gone);
	ck_assert_str_eq(json_of(fixture, probe, "drives"),
			 "[{\"disk\":\"nvme0\",\"errno\":null,\"kelvin_before\":311,"
			 "\"kelvin_after\":350,\"new_media_errors\":2,\"throttled\":true,"
			 "\"too_hot\":false},"
			 "{\"disk\":\"nvme1\",\"errno\":\"ENODEV\",\"kelvin_before\":null,"
			 "\"kelvin_after\":null,\"new_media_errors\":null,\"throttled\":null,"
			 "\"too_hot\":null}]");
	ck_assert_ptr_nonnull(
	    strstr(probe_text(fixture->arena, probe, (struct text_style){0}),
		   "drive nvme0: 38 °C before, 77 °C after, 2 new media errors; it throttled "
		   "while it was measured\n"));
	report = fixture_report(fixture);
	report->probe = probe;
	ck_assert_ptr_nonnull(strstr(report_html(fixture->arena, report), "2 new media errors"));
}
END_TEST

START_TEST(json_tells_where_threads_and_buffers_were)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = probe_of(fixture, NULL, 0);

	((struct probe_result *)(uintptr_t)probe->result)->numa =
	    (struct probe_numa){.is_wanted = true,
				.node = 1,
				.cpu_node = 0,
				.available = TRI_YES,
				.threads = TRI_YES,
				.buffers_error = -EPERM,
				.pages_there = 3,
				.pages_unknown = 5};
	ck_assert_str_eq(
	    json_of(fixture, probe, "numa"),
	    "{\"node\":1,\"node_with_cpus\":0,\"available\":true,\"threads_there\":true,"
	    "\"threads_errno\":null,\"buffers_errno\":\"EPERM\",\"distances_agree\":null,"
	    "\"pages\":{\"there\":3,\"elsewhere\":0,\"unknown\":5},\"note\":null}");
}
END_TEST

static struct effect figure_of(const char *job, const char *figure, enum effect_verdict verdict)
{
	return (struct effect){.job = job, .figure = figure, .verdict = verdict};
}

/* The disks are on node 1, and what node 0 made of three figures. */
static struct report_probe *with_distance(struct fixture *fixture, bool is_seen)
{
	struct report_probe *probe = probe_of(fixture, NULL, 0);
	struct effect p50 = figure_of("randread-4k-qd1", "p50", EFFECT_NONE);
	struct effect p99 = figure_of("randread-4k-qd1", "p99", EFFECT_UNKNOWN);
	struct effect iops = figure_of("randread-4k-qd32", "iops", EFFECT_NONE);

	((struct probe_result *)(uintptr_t)probe->result)->distances = (struct probe_distances){
	    .is_wanted = true, .node = 1, .far_node = 0, .distance = 21, .block_count = 8};
	p50.smallest = 0.021;
	p99.smallest = 0.3;
	iops.is_rate = true;
	iops.original = 1000;
	iops.tuned = 937.5;
	iops.change = -0.0625;
	iops.low = -0.09375;
	iops.high = -0.03125;
	iops.smallest = 0.03125;
	if (is_seen) {
		iops.verdict = p99.verdict = EFFECT_WORSE;
		p99.original = 100000;
		p99.tuned = 112000;
		p99.change = 0.12;
		p99.low = 0.02;
		p99.high = 0.22;
	}
	vec_push(fixture->arena, &probe->distance, p50);
	vec_push(fixture->arena, &probe->distance, p99);
	vec_push(fixture->arena, &probe->distance, iops);
	return probe;
}

static const char *distance_line(struct fixture *fixture, const struct report_probe *probe)
{
	char *text = probe_text(fixture->arena, probe, (struct text_style){.width = 500});
	char *line = strstr(text, "NUMA distance: ");

	if (line)
		line[strcspn(line, "\n")] = '\0';
	return line ? line : "";
}

START_TEST(the_distance_is_told_in_every_form)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = with_distance(fixture, true);
	struct report *report = fixture_report(fixture);
	const char *json = json_of(fixture, probe, "numa_distance");

	ck_assert_str_eq(
	    distance_line(fixture, probe),
	    "NUMA distance: from node 0, the farthest from node 1 of the disks "
	    "(distance 21): randread-4k-qd1 p99 +12.0 us, 12 % (2.0 % to 22 %); "
	    "randread-4k-qd32 6.2 % fewer reads (3.1 % to 9.4 %); no difference seen in "
	    "randread-4k-qd1 p50 (one of 2.1 % would have been)");
	ck_assert_ptr_nonnull(strstr(
	    json, "{\"node\":1,\"far_node\":0,\"distance\":21,\"blocks\":8,\"figures\":[{\"job\":"
		  "\"randread-4k-qd1\",\"figure\":\"p50\","));
	ck_assert_ptr_nonnull(
	    strstr(json, "\"near\":1000.0,\"far\":937.5,\"change\":-0.0625,\"low\":-0.09375,"
			 "\"high\":-0.03125,\"smallest\":0.03125,\"verdict\":\"worse\"}],"
			 "\"note\":null}"));
	report->probe = probe;
	ck_assert_ptr_nonnull(
	    strstr(report_html(fixture->arena, report), "randread-4k-qd32 6.2 % fewer reads"));
}
END_TEST

START_TEST(a_difference_within_the_spread_is_no_difference)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const struct report_probe *probe = with_distance(fixture, false);

	ck_assert_str_eq(distance_line(fixture, probe),
			 "NUMA distance: from node 0, the farthest from node 1 of the disks "
			 "(distance 21): no difference seen in randread-4k-qd1 p50 (one of 2.1 % "
			 "would have been), randread-4k-qd32 iops (one of 3.1 % would have been); "
			 "too much scatter to tell of a difference of 5 % in randread-4k-qd1 p99 "
			 "(one of 30 % would have been)");
}
END_TEST

START_TEST(that_there_is_no_p99_of_few_reads_is_told)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = with_distance(fixture, false);

	((struct probe_result *)(uintptr_t)probe->result)->distances.has_few_reads = true;
	probe->distance.at[1] = probe->distance.at[2];
	probe->distance.count = 2;
	ck_assert_str_eq(distance_line(fixture, probe),
			 "NUMA distance: from node 0, the farthest from node 1 of the disks "
			 "(distance 21): no difference seen in randread-4k-qd1 p50 (one of 2.1 % "
			 "would have been), randread-4k-qd32 iops (one of 3.1 % would have been); "
			 "too few reads for a p99");
}
END_TEST

START_TEST(without_an_answer_the_distance_says_why)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = probe_of(fixture, NULL, 0);
	struct probe_result *result = (struct probe_result *)(uintptr_t)probe->result;

	ck_assert_str_eq(distance_line(fixture, probe), "");
	ck_assert_str_eq(json_of(fixture, probe, "numa_distance"), "null");
	result->distances =
	    (struct probe_distances){.is_wanted = true, .node = -1, .far_node = -1, .distance = -1};
	probe->distance_note = "there is only one NUMA node";
	ck_assert_str_eq(distance_line(fixture, probe),
			 "NUMA distance: not measured: there is only one NUMA node");
	ck_assert_str_eq(json_of(fixture, probe, "numa_distance"),
			 "{\"node\":null,\"far_node\":null,\"distance\":null,\"blocks\":0,"
			 "\"figures\":[],\"note\":\"there is only one NUMA node\"}");
}
END_TEST

static struct report_probe *with_envelope(struct fixture *fixture)
{
	struct report_probe *probe = probe_of(fixture, NULL, 0);
	struct probe_result *result = (struct probe_result *)(uintptr_t)probe->result;

	result->limit_ns = 10000000;
	result->load_count = 1;
	result->loads[0] = (struct envelope_load){.name = "randread-4k",
						  .state = JOB_DONE,
						  .share = 0.999,
						  .peak = 2000,
						  .knee = 1580,
						  .above = 1620,
						  .point_count = 3,
						  .points = {{.state = RATE_FAILS,
							      .rate = 1620,
							      .done = 1600,
							      .p50 = 900000,
							      .p99 = 8000000,
							      .p99_9 = 11000000,
							      .p99_99 = 12000000,
							      .max = 13000000},
							     {.state = RATE_HOLDS,
							      .rate = 1580,
							      .done = 1579.5,
							      .count = 37920,
							      .duration_ms = 24000,
							      .over = 2,
							      .p50 = 800000,
							      .p99 = 5000000,
							      .p99_9 = 9000000,
							      .p99_99 = 10500000,
							      .max = 12000000,
							      .late = 70000,
							      .blocked = 7},
							     {.state = RATE_HOLDS,
							      .rate = 1500,
							      .done = 1500,
							      .p50 = 700000,
							      .p99 = 4000000,
							      .p99_9 = 6000000,
							      .p99_99 = 8000000,
							      .max = 9000000}}};
	return probe;
}

START_TEST(the_envelope_is_told_in_every_form)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe *probe = with_envelope(fixture);
	const char *text = probe_text(fixture->arena, probe, (struct text_style){0}), *all;
	struct report *report = fixture_report(fixture);
	const char *json = json_of(fixture, probe, "envelope");

	ck_assert_ptr_nonnull(strstr(text, "requests take no longer than 10.0 ms\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "randread-4k  2000    1580     p99.9       3      found\n"));
	ck_assert_ptr_nonnull(strstr(text, "randread-4k: submit blocked 7 times: "));
	ck_assert_ptr_nonnull(strstr(text, "randread-4k  1580    800 us  5.00 ms  9.00 ms  "
					   "10.5 ms  12.0 ms  70.0 us  holds\n"));
	ck_assert_ptr_null(strstr(text, "randread-4k  1500 "));
	all = probe_text(fixture->arena, probe, (struct text_style){.verbose = true});
	ck_assert_ptr_nonnull(strstr(all, "randread-4k  1500 "));
	/* By rate, whatever came first. */
	ck_assert_ptr_nonnull(strstr(json, "\"load\":\"randread-4k\",\"state\":\"done\","
					   "\"percentile\":\"p99.9\",\"peak\":2000.0,"
					   "\"knee\":1580.0,\"above\":1620.0,\"noisy\":false,"
					   "\"submit_blocked\":7,\"remark\":null,"
					   "\"errno\":null,\"points\":[{\"rate\":1500.0,"));
	ck_assert_ptr_nonnull(
	    strstr(json, "{\"rate\":1580.0,\"done\":1579.5,\"state\":\"holds\",\"noisy\":false,"
			 "\"duration_ms\":24000,\"requests\":37920,\"over\":2,\"p50_ns\":800000,"
			 "\"p99_ns\":5000000,\"p999_ns\":9000000,\"p9999_ns\":10500000,"
			 "\"longest_ns\":12000000,\"late_ns\":70000,\"submit_blocked\":7}"));
	report->probe = probe;
	ck_assert_ptr_nonnull(
	    strstr(report_html(fixture->arena, report), "randread-4k: latency by rate"));
}
END_TEST

RUN_SUITE("report_probe", the_distance_is_told_in_every_form,
	  a_difference_within_the_spread_is_no_difference,
	  that_there_is_no_p99_of_few_reads_is_told, without_an_answer_the_distance_says_why,
	  the_envelope_is_told_in_every_form, disks_are_told_in_every_form,
	  drives_are_told_in_every_form, json_tells_where_threads_and_buffers_were,
	  figures_are_whole_at_every_width, what_holds_of_several_jobs_is_told_once,
	  each_figure_says_what_it_is, a_rate_of_0_says_why,
	  json_tells_of_each_job_whether_its_buffers_are_registered,
	  text_says_so_when_any_job_had_to_do_without, text_is_silent_where_all_are_or_none_can_be,
	  text_tells_where_threads_and_buffers_were, text_tells_whether_the_sandbox_held)
