/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics over a hand-made plan, line by line. */
#include <check.h>
#include <stdio.h>

#include "base/text.h"
#include "report_fixture.h"
#include "run_suite.h"

static bool has_line(struct arena *arena, const char *text, const char *line)
{
	names lines = text_split(arena, text, '\n');

	vec_for_each (one, &lines) {
		if (text_equal(*one, line))
			return true;
	}
	return false;
}

#define assert_line(text, line)                                                                    \
	ck_assert_msg(has_line(fixture->arena, (text), (line)), "no line '%s' in:\n%s", (line),    \
		      (text))

/* A run that measured a disk and two CPUs, of which one could not be. */
static const char *text_of_run(struct fixture *fixture, struct report_probe *probe)
{
	struct probe_result *result = arena_alloc(fixture->arena, sizeof(*result));
	struct cpu_result *cpus = arena_alloc(fixture->arena, sizeof(*cpus));
	struct gaps *gaps = arena_alloc(fixture->arena, sizeof(*gaps));
	struct cpu_figures figures = {.cpu = 3, .gaps = gaps, .p9999_ns = 120000},
			   none = {.cpu = 4};
	struct probe_job *job = &result->jobs[0];

	(void)snprintf(job->name, sizeof(job->name), "append-4k");
	job->state = JOB_DONE;
	job->iops = 1234.5;
	job->noisy = true;
	job->latency = (struct latency){.count = 1, .p99 = 2500000};
	(void)snprintf(result->jobs[1].name, sizeof(result->jobs[1].name), "mixed");
	result->jobs[1].state = JOB_SKIPPED;
	result->job_count = 2;
	result->direct.proof = PROOF_PROVEN;
	gaps->wall_ns = 2000000000;
	gaps_add(gaps, &(struct gap){.length_ns = 4000000, .cause = GAP_QUOTA});
	vec_push(fixture->arena, &cpus->cpus, figures);
	vec_push(fixture->arena, &cpus->cpus, none);
	*probe = (struct report_probe){.measured = true, .result = result, .cpu = cpus};
	vec_push(fixture->arena, &probe->floors,
		 ((struct floor){.name = "fsync-p99", .state = FLOOR_MISSED}));
	fixture_report(fixture);
	fixture->report.command = "run";
	fixture->report.probe = probe;
	fixture->report.gate.mode = "required-only";
	fixture->report.exit_code = 5;
	return report_prometheus(fixture->arena, &fixture->report);
}

START_TEST(counts_what_the_verdict_counts)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	fixture->report.run.started_unix = 1700000000;
	text = report_prometheus(fixture->arena, fixture_report(fixture));
	assert_line(text, "thintune_settings{state=\"same\"} 1");
	assert_line(text, "thintune_settings{state=\"differs\"} 2");
	assert_line(text, "thintune_settings{state=\"skipped\"} 1");
	assert_line(text, "thintune_settings{state=\"contested\"} 0");
	assert_line(text, "thintune_checks{state=\"pass\"} 1");
	assert_line(text, "thintune_checks{state=\"fail\"} 1");
	assert_line(text, "thintune_checks{state=\"unknown\"} 1");
	assert_line(text, "thintune_checks{state=\"skipped\"} 0");
	assert_line(text, "thintune_exit_code 4");
	assert_line(text, "thintune_required_failed 2");
	assert_line(text, "thintune_last_audit_timestamp_seconds 1700000000");
	assert_line(text, "thintune_left_out{state=\"required\"} 0");
	ck_assert_ptr_null(strstr(text, "pending"));
}
END_TEST

START_TEST(every_state_has_its_series_whatever_its_count)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text = report_prometheus(fixture->arena, fixture_report(fixture));
	unsigned series = 0;

	for (const char *at = text; (at = strstr(at, "\nthintune_settings{")); at++)
		series++;
	ck_assert_uint_eq(series, STATE_COUNT - 1);
	series = 0;
	for (const char *at = text; (at = strstr(at, "\nthintune_checks{")); at++)
		series++;
	ck_assert_uint_eq(series, CHECK_STATE_COUNT);
}
END_TEST

START_TEST(labels_cannot_break_out)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	fixture->profile.name = "a\"b\\c\nd";
	text = report_prometheus(fixture->arena, fixture_report(fixture));
	ck_assert_ptr_nonnull(strstr(text, "profile=\"a\\\"b\\\\c\\nd\",profile_sha256=\"9f86"));
}
END_TEST

START_TEST(each_name_has_help_and_type_in_front)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe;
	const char *text = arena_printf(fixture->arena, "%s%s",
					report_prometheus(fixture->arena, fixture_report(fixture)),
					text_of_run(fixture, &probe));
	names lines = text_split(fixture->arena, text, '\n');
	const char *announced = "";

	vec_for_each (line, &lines) {
		names words = text_words(fixture->arena, *line);

		if (!words.count)
			continue;
		if (text_starts(*line, "# TYPE ")) {
			ck_assert_str_eq(words.at[3], "gauge");
			ck_assert_str_eq(announced, words.at[2]);
		} else if (text_starts(*line, "# HELP ")) {
			announced = words.at[2];
		} else {
			ck_assert_msg(text_starts(*line, announced), "%s below %s", *line,
				      announced);
		}
	}
	ck_assert(text_ends(text, "\n"));
}
END_TEST

/* Prometheus refuses a page with two series of the same labels. */
START_TEST(waivers_of_the_same_labels_are_one_series)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct waiver rows[] = {
	    {.what = "sysctl *", .owner = "o\"\n", .until = "x", .last_day = 10},
	    {.what = "sysctl *", .owner = "o\"\n", .until = "x", .last_day = 12},
	    {.what = "sysctl *", .owner = "o\"\n", .until = "x", .last_day = 12},
	    {.what = "sysctl *", .owner = "other", .until = "x", .last_day = 1},
	};
	unsigned series = 0;
	const char *text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		vec_push(
		    fixture->arena, &fixture->plan.waivings,
		    ((struct waiving){.waiver = &rows[i], .covers = i != 3, .days_left = 100}));
	text = report_prometheus(fixture->arena, fixture_report(fixture));
	assert_line(text, "thintune_waivers{state=\"in-force\"} 3");
	assert_line(text, "thintune_waivers{state=\"unmatched\"} 1");
	assert_line(text, "thintune_waiver_expiry_timestamp_seconds{what=\"sysctl *\","
			  "owner=\"o\\\"\\n\"} 1123200");
	assert_line(text, "thintune_waiver_expiry_timestamp_seconds{what=\"sysctl *\","
			  "owner=\"other\"} 172800");
	for (const char *at = text; (at = strstr(at, "\nthintune_waiver_expiry")); at++)
		series++;
	ck_assert_uint_eq(series, 2);
}
END_TEST

START_TEST(what_was_measured_has_series)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe;
	const char *text = text_of_run(fixture, &probe);

	assert_line(text, "thintune_run_exit_code 5");
	assert_line(text, "thintune_run_may_start 0");
	assert_line(text, "thintune_probe_direct_io{proof=\"proven\"} 1");
	assert_line(text, "thintune_probe_direct_io{proof=\"refuted\"} 0");
	assert_line(text, "thintune_probe_disk_requests_per_second{job=\"append-4k\"} 1234.5");
	assert_line(text, "thintune_probe_disk_settled{job=\"append-4k\"} 0");
	assert_line(text, "thintune_probe_disk_latency_seconds{job=\"append-4k\","
			  "percentile=\"99\"} 0.0025");
	assert_line(text, "thintune_probe_cpu_wait_seconds{cpu=\"3\",percentile=\"99.99\"} "
			  "0.00012");
	assert_line(text, "thintune_probe_cpu_longest_gap_seconds{cpu=\"3\"} 0.004");
	assert_line(text, "thintune_probe_cpu_gaps{cpu=\"3\",cause=\"quota\"} 1");
	assert_line(text, "thintune_probe_cpu_gap_seconds{cpu=\"3\",cause=\"quota\"} 0.004");
	assert_line(text, "thintune_probe_cpu_time_seconds{cpu=\"3\"} 2");
	assert_line(text, "thintune_probe_floor{floor=\"fsync-p99\",state=\"missed\"} 1");
	assert_line(text, "thintune_probe_floor{floor=\"fsync-p99\",state=\"met\"} 0");
}
END_TEST

/* A load whose steps came in another order than their rates, one that failed, and one without a
 * knee.
 */
static void add_envelope(struct probe_result *result)
{
	struct envelope_load *load = &result->loads[0];

	(void)snprintf(load->name, sizeof(load->name), "randread-4k");
	load->state = JOB_DONE;
	load->share = 0.999;
	load->peak = 2000;
	load->knee = 1580;
	load->points[0] = (struct envelope_point){
	    .state = RATE_FAILS, .rate = 1700, .count = 1, .p99_9 = 20000000, .blocked = 2};
	load->points[1] = (struct envelope_point){
	    .state = RATE_HOLDS, .rate = 1580, .count = 1, .p99_9 = 9000000, .blocked = 1};
	load->points[2] = (struct envelope_point){.state = RATE_FEW, .rate = 1600, .noisy = true};
	load->point_count = 3;
	(void)snprintf(result->loads[1].name, sizeof(result->loads[1].name), "append-16k");
	result->loads[1].state = JOB_FAILED;
	result->loads[1].peak = 500;
	(void)snprintf(result->loads[2].name, sizeof(result->loads[2].name), "half-and-half");
	result->loads[2].state = JOB_DONE;
	result->loads[2].noisy = true;
	result->load_count = 3;
	result->limit_ns = 10000000;
}

START_TEST(the_envelope_has_series)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe;
	const char *text = text_of_run(fixture, &probe);
	struct probe_result result = *probe.result;

	ck_assert_ptr_null(strstr(text, "envelope"));
	add_envelope(&result);
	probe.result = &result;
	text = report_prometheus(fixture->arena, &fixture->report);
	assert_line(text, "thintune_probe_envelope_limit_seconds 0.01");
#define OF "{load=\"randread-4k\""
	assert_line(text, "thintune_probe_envelope_peak_requests_per_second" OF "} 2000");
	assert_line(text, "thintune_probe_envelope_knee_requests_per_second" OF
			  ",percentile=\"99.9\"} 1580");
	assert_line(text, "thintune_probe_envelope_settled" OF "} 1");
	assert_line(text, "thintune_probe_envelope_settled{load=\"half-and-half\"} 0");
	assert_line(text, "thintune_probe_envelope_submit_blocked" OF "} 3");
	assert_line(text,
		    "thintune_probe_envelope_step_requests_per_second" OF ",step=\"1\"} 1580");
	assert_line(text,
		    "thintune_probe_envelope_step_requests_per_second" OF ",step=\"3\"} 1700");
	assert_line(text, "thintune_probe_envelope_step_holds" OF ",step=\"1\"} 1");
	assert_line(text, "thintune_probe_envelope_step_holds" OF ",step=\"3\"} 0");
	assert_line(text, "thintune_probe_envelope_step_latency_seconds" OF
			  ",step=\"3\",percentile=\"99.9\"} 0.02");
	/* Too few samples say nothing, and a load that failed has no answer. */
	ck_assert_ptr_null(strstr(text, "holds" OF ",step=\"2\""));
	ck_assert_ptr_null(strstr(text, "seconds" OF ",step=\"2\""));
#undef OF
	ck_assert_ptr_null(strstr(text, "append-16k"));
	ck_assert_ptr_null(strstr(text, "second{load=\"half-and-half\""));
}
END_TEST

START_TEST(the_distance_has_series)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe;
	const char *text = text_of_run(fixture, &probe);
	struct effect worse = {.job = "randread-4k-qd32",
			       .figure = "iops",
			       .change = -0.07,
			       .low = -0.09,
			       .high = -0.05,
			       .verdict = EFFECT_WORSE};
	struct effect open = {.job = "randread-4k-qd1", .figure = "p99"};

	ck_assert_ptr_null(strstr(text, "probe_numa"));
	vec_push(fixture->arena, &probe.distance, worse);
	vec_push(fixture->arena, &probe.distance, open);
	text = report_prometheus(fixture->arena, &fixture->report);
#define OF "{node=\"0\",job=\"randread-4k-qd32\",figure=\"iops\"} "
	assert_line(text, "thintune_probe_numa_change_ratio" OF "-0.07");
	assert_line(text, "thintune_probe_numa_change_low_ratio" OF "-0.09");
	assert_line(text, "thintune_probe_numa_change_high_ratio" OF "-0.05");
	assert_line(text, "thintune_probe_numa_seen" OF "1");
#undef OF
	assert_line(text, "thintune_probe_numa_seen{node=\"0\",job=\"randread-4k-qd1\","
			  "figure=\"p99\"} 0");
}
END_TEST

START_TEST(what_was_not_measured_has_none)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe;
	const char *text = text_of_run(fixture, &probe);

	ck_assert_ptr_null(strstr(text, "cpu=\"4\""));
	ck_assert_ptr_null(strstr(text, "job=\"mixed\""));
	ck_assert_ptr_null(strstr(text, "fdatasync_seconds{"));
	/* Proofs alone. */
	probe.measured = false;
	probe.cpu = NULL;
	text = report_prometheus(fixture->arena, &fixture->report);
	assert_line(text, "thintune_probe_disk_measured 0");
	ck_assert_ptr_null(strstr(text, "thintune_probe_cpu"));
	ck_assert_ptr_null(strstr(text, "job="));
	/* Of CPUs nothing is said of a disk. */
	probe.is_of_cpus = true;
	text = report_prometheus(fixture->arena, &fixture->report);
	assert_line(text, "thintune_probe_cpu_measured 0");
	ck_assert_ptr_null(strstr(text, "disk"));
}
END_TEST

/* Both files may lie in one directory. */
START_TEST(an_audit_has_no_name_of_a_run)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report_probe probe;
	const char *of_run = text_of_run(fixture, &probe), *of_audit;
	names lines = text_split(fixture->arena, of_run, '\n');

	fixture->report.gate.mode = NULL;
	of_audit = report_prometheus(fixture->arena, &fixture->report);
	vec_for_each (line, &lines) {
		if (text_starts(*line, "# TYPE "))
			ck_assert_msg(!strstr(of_audit, *line), "%s", *line);
	}
}
END_TEST

RUN_SUITE("report_prometheus", counts_what_the_verdict_counts,
	  every_state_has_its_series_whatever_its_count, labels_cannot_break_out,
	  each_name_has_help_and_type_in_front, waivers_of_the_same_labels_are_one_series,
	  what_was_measured_has_series, the_envelope_has_series, the_distance_has_series,
	  what_was_not_measured_has_none, an_audit_has_no_name_of_a_run)
