/* SPDX-License-Identifier: Apache-2.0 */
/* The measurement of the CPUs within a command: what the facts of a node ask of it, when run makes
 * it, and when an earlier one is good enough. */
#include "flow/cpu_step.h"

#include <errno.h>

#include "base/text.h"
#include "fake_kernel.h"
#include "probe/quota.h"
#include "run_suite.h"

/* Stand in at link time for what measures. */
static struct {
	unsigned runs;
	uint64_t longest_ns;
	int error;
	const char *invalid;
	enum tri limited;
} fake;

int cpu_run(struct arena *arena, const struct cpu_request *request, struct cpu_result *ret,
	    struct err *err)
{
	struct gaps *gaps = arena_alloc(arena, sizeof(*gaps));

	fake.runs++;
	if (request->progress)
		request->progress(request->context, "CPU 0");
	if (fake.error)
		return err_set(err, fake.error, "others take 50 %% of the time");
	gaps->wall_ns = 1000000000;
	gaps_add(gaps, &(struct gap){.length_ns = fake.longest_ns});
	*ret = (struct cpu_result){.quota_known = true, .invalid = fake.invalid};
	vec_push(arena, &ret->cpus, ((struct cpu_figures){.cpu = 0, .gaps = gaps}));
	return 0;
}

uint64_t outcome_elapsed_ms(const struct outcome *outcome)
{
	(void)outcome;
	return 2000;
}

struct quota quota_read(struct arena *arena)
{
	(void)arena;
	return (struct quota){.limited = fake.limited, .cpus = 0.5};
}

static struct cpu_request request_of(const char *arch, const char *virtualization)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct options options = {.cpus = "0"};
	struct session session = {.arena = arena, .options = &options};

	session.facts.host.arch = arch;
	session.facts.host.virtualization = virtualization;
	return cpu_step_request(&session);
}

START_TEST(an_unknown_machine_is_not_called_virtual)
{
	ck_assert_int_eq(request_of("x86_64", "kvm").virtualized, TRI_YES);
	ck_assert_int_eq(request_of("x86_64", "none").virtualized, TRI_NO);
	ck_assert_int_eq(request_of("x86_64", "unknown").virtualized, TRI_UNKNOWN);
	ck_assert_int_eq(request_of("x86_64", NULL).virtualized, TRI_UNKNOWN);
}
END_TEST

START_TEST(the_time_stamp_counter_is_x86s)
{
	ck_assert(request_of("x86_64", "none").has_tsc);
	ck_assert(!request_of("aarch64", "none").has_tsc);
	ck_assert(!request_of(NULL, "none").has_tsc);
}
END_TEST

static struct arena *arena;
static struct options options;
static struct outcome outcome;
static struct report_probe probe;

static void add_entry(const char *key, enum rule rule, const char *operand)
{
	struct profile_entry entry = {.section = "probe", .key = key, .value = {.rule = rule}};

	vec_push(arena, &entry.value.operands, operand);
	vec_push(arena, &outcome.session.profile.entries, entry);
}

/* A node that was never measured, with a floor of 1 ms. cpu: NULL: the profile says nothing. */
static void set_up(const char *cpu)
{
	struct session *session = &outcome.session;

	arena_freep(&arena);
	fake_reset();
	fake.longest_ns = 500000;
	arena = arena_new();
	options = (struct options){.command = COMMAND_RUN};
	outcome = (struct outcome){.started_rfc3339 = "2026-01-02T03:04:05Z"};
	session->arena = arena;
	session->options = &options;
	session->root = fake_root();
	session->profile.sha256 = "0123";
	session->facts.host.node_id = "n1";
	session->facts.host.kernel_release = "6.1.0-31-amd64";
	session->facts.host.cmdline = "quiet";
	session->facts.live.container = "none";
	session->facts.live.broker_running = TRI_NO;
	if (cpu)
		add_entry("cpu", RULE_EXACT, cpu);
	add_entry("floors.cpu-gap-max", RULE_AT_MOST, "1000");
}

/* Whether the next start measures. */
static bool measures(void)
{
	unsigned runs = fake.runs;

	probe = (struct report_probe){0};
	ck_assert_int_eq(cpu_step_in_run(&outcome, &probe), EXIT_MATCH);
	ck_assert(!outcome.session.err.code);
	return fake.runs > runs;
}

START_TEST(run_measures_only_where_the_profile_says_so)
{
	set_up(NULL);
	ck_assert(!measures());
	ck_assert(!probe.cpu && !probe.cpu_skipped && !probe.floors.count);
	set_up("never");
	ck_assert(!measures());
	set_up("first");
	ck_assert(measures());
	ck_assert_ptr_nonnull(probe.cpu);
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_MET);
}
END_TEST

START_TEST(first_is_once_for_node_and_profile)
{
	set_up("first");
	ck_assert(measures());
	ck_assert(!measures());
	ck_assert_str_eq(probe.cpu_earlier, "2026-01-02T03:04:05Z");
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_MET);
	outcome.session.profile.sha256 = "4567";
	ck_assert(measures());
	ck_assert(!measures());
	outcome.session.facts.host.node_id = "n2";
	ck_assert(measures());
	/* What cannot be told from another one is measured each time. */
	outcome.session.facts.host.node_id = NULL;
	ck_assert(measures() && measures());
}
END_TEST

/* What a boot changes may change how long a CPU lets work wait. */
START_TEST(first_is_once_for_a_kernel_and_its_command_line)
{
	struct host *host = &outcome.session.facts.host;

	set_up("first");
	ck_assert(measures());
	ck_assert(!measures());
	host->cmdline = "quiet isolcpus=2-3";
	ck_assert(measures());
	ck_assert(!measures());
	host->kernel_release = "6.12.0-1-amd64";
	ck_assert(measures());
	ck_assert(!measures());
	host->cmdline = NULL;
	ck_assert(measures() && measures());
	host->cmdline = "quiet";
	host->kernel_release = NULL;
	ck_assert(measures() && measures());
}
END_TEST

START_TEST(a_missed_floor_is_measured_again_while_there_is_no_data)
{
	set_up("first");
	fake.longest_ns = 2000000;
	ck_assert(measures());
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_MISSED);
	ck_assert(measures());
	outcome.session.facts.live.data_dir.has_data = true;
	ck_assert(!measures());
	ck_assert_int_eq(probe.floors.at[0].state, FLOOR_MISSED);
}
END_TEST

START_TEST(what_does_not_count_is_not_kept)
{
	set_up("first");
	fake.invalid = "cpu quota";
	ck_assert(measures() && measures());
	fake.invalid = NULL;
	ck_assert(measures());
	ck_assert(!measures());
}
END_TEST

/* Unknown is told as unknown: a floor that nobody could judge has its row. */
static void assert_unjudged(void)
{
	const struct floor *floor = probe.floors.at;

	ck_assert_uint_eq(probe.floors.count, 1);
	ck_assert_str_eq(floor->name, "cpu-gap-max");
	ck_assert_str_eq(floor->required, "<= 1.000 ms");
	ck_assert_int_eq(floor->state, FLOOR_UNJUDGED);
	ck_assert(!floor->is_moot);
	ck_assert_ptr_null(floor->have);
	ck_assert_str_eq(floor->note, "no CPU was measured");
}

START_TEST(what_keeps_it_from_measuring_is_told_and_no_error)
{
	set_up("first");
	outcome.session.facts.live.broker_running = TRI_YES;
	ck_assert(!measures());
	ck_assert(text_starts(probe.cpu_skipped, "a broker is running"));
	assert_unjudged();
	outcome.session.facts.live.broker_running = TRI_NO;
	fake.limited = TRI_YES;
	outcome.session.facts.live.container = "docker";
	ck_assert(!measures());
	ck_assert(text_starts(probe.cpu_skipped, "skipped (quota)"));
	assert_unjudged();
	fake.limited = TRI_NO;
	fake.error = -EBUSY;
	ck_assert(measures());
	ck_assert_str_eq(probe.cpu_skipped, "others take 50 % of the time");
	ck_assert_ptr_null(probe.cpu);
	assert_unjudged();
	fake.error = 0;
	ck_assert(measures());
	ck_assert_ptr_null(probe.cpu_skipped);
}
END_TEST

/* The facts are of before it came. */
START_TEST(a_broker_that_ended_the_disks_probe_keeps_the_cpus_to_itself)
{
	static struct probe_result disk = {.error = -EBUSY,
					   .failure = "a running broker holds the data directory"};
	unsigned runs;

	set_up("first");
	runs = fake.runs;
	probe = (struct report_probe){.result = &disk};
	ck_assert_int_eq(cpu_step_in_run(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(fake.runs, runs);
	ck_assert_str_eq(probe.cpu_skipped, disk.failure);
	assert_unjudged();
	/* Another error of the disk is none of the CPUs', and who forces wants figures. */
	disk.error = -EIO;
	probe = (struct report_probe){.result = &disk};
	ck_assert_int_eq(cpu_step_in_run(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(fake.runs, runs + 1);
	set_up("first");
	options.force = true;
	disk.error = -EBUSY;
	probe = (struct report_probe){.result = &disk};
	ck_assert_int_eq(cpu_step_in_run(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(fake.runs, runs + 2);
}
END_TEST

START_TEST(the_error_of_the_disk_stays)
{
	set_up("first");
	fake.error = -EBUSY;
	(void)err_set(&outcome.session.err, -EIO, "the disk");
	probe = (struct report_probe){0};
	vec_push(arena, &probe.floors, ((struct floor){.name = "fsync-p99"}));
	ck_assert_int_eq(cpu_step_in_run(&outcome, &probe), EXIT_MATCH);
	ck_assert_str_eq(outcome.session.err.text, "the disk");
	fake.error = 0;
	probe.floors.count = 1;
	ck_assert_int_eq(cpu_step_in_run(&outcome, &probe), EXIT_MATCH);
	ck_assert_uint_eq(probe.floors.count, 2);
	ck_assert_str_eq(probe.floors.at[1].name, "cpu-gap-max");
}
END_TEST

static const char *shown[2];

static void show(const char *line)
{
	shown[0] = shown[1];
	shown[1] = arena_strdup(arena, line);
}

START_TEST(a_terminal_is_shown_the_cpu)
{
	set_up("first");
	outcome.progress = show;
	outcome.progress_columns = 80;
	ck_assert(measures());
	ck_assert_msg(text_starts(shown[0], "CPU 0"), "%s", shown[0]);
	ck_assert_str_eq(shown[1], "");
}
END_TEST

/* Of few CPUs one after the other is measured. */
START_TEST(a_full_probe_takes_a_minute_of_the_cpus_in_all)
{
	struct cpu_request request = {.runtime_ns = 60000000000};

	set_up(NULL);
	options = (struct options){.command = COMMAND_PROBE, .full = true, .cpus = "0-3"};
	ck_assert_uint_eq(cpu_step_request(&outcome.session).runtime_ns, 60000000000);
	request = cpu_step_request_beside(&outcome.session);
	ck_assert_uint_eq(request.runtime_ns, 15000000000);
	ck_assert_str_eq(cpu_step_time(arena, &request), "60 s for CPUs 0-3, one after the other");
	options.cpus = "0-4";
	request = cpu_step_request_beside(&outcome.session);
	ck_assert_uint_eq(request.runtime_ns, 60000000000);
	ck_assert_str_eq(cpu_step_time(arena, &request), "60 s for CPUs 0-4");
	options.runtime_us = 50000;
	options.cpus = "0";
	request = cpu_step_request_beside(&outcome.session);
	ck_assert_str_eq(cpu_step_time(arena, &request), "0.05 s for CPU 0");
}
END_TEST

RUN_SUITE("cpu_step", run_measures_only_where_the_profile_says_so,
	  first_is_once_for_node_and_profile, first_is_once_for_a_kernel_and_its_command_line,
	  a_missed_floor_is_measured_again_while_there_is_no_data, what_does_not_count_is_not_kept,
	  what_keeps_it_from_measuring_is_told_and_no_error, the_error_of_the_disk_stays,
	  a_broker_that_ended_the_disks_probe_keeps_the_cpus_to_itself, a_terminal_is_shown_the_cpu,
	  a_full_probe_takes_a_minute_of_the_cpus_in_all, an_unknown_machine_is_not_called_virtual,
	  the_time_stamp_counter_is_x86s)
