/* SPDX-License-Identifier: Apache-2.0 */
/* Floors of the CPUs, and what would make them quieter. */
#include "base/text.h"
#include "probe/cpu_help.h"
#include "probe/cpu_judge.h"
#include "run_suite.h"

static struct arena *arena;

/* 1 s of a CPU with one gap of this length; its counters were read 1 s apart. */
static struct gaps *add_cpu(struct cpu_result *result, unsigned cpu, uint64_t longest,
			    uint64_t p9999, enum gap_cause cause)
{
	struct gaps *gaps = arena_alloc(arena, sizeof(*gaps));
	struct cpu_figures figures = {
	    .cpu = cpu, .gaps = gaps, .p9999_ns = p9999, .events_ns = 1000000000};

	gaps->wall_ns = 1000000000;
	gaps_add(gaps, &(struct gap){.length_ns = longest, .cause = cause});
	vec_push(arena, &result->cpus, figures);
	return gaps;
}

/* The first call of a test makes the arena. */
static struct cpu_result some(void)
{
	struct cpu_result result = {.quota_known = true};

	if (!arena)
		arena = arena_new();
	add_cpu(&result, 1, 2000000, 90000, GAP_UNEXPLAINED);
	add_cpu(&result, 2, 1000000, 100000, GAP_UNEXPLAINED);
	return result;
}

static floors judge(const struct cpu_result *result, const char *p9999_us, const char *max_us)
{
	static const char *const keys[] = {"floors.cpu-gap-p99.99", "floors.cpu-gap-max"};
	const char *const operands[] = {p9999_us, max_us};
	struct profile profile = {0};

	for (size_t i = 0; i < 2; i++) {
		struct profile_entry entry = {.section = "probe",
					      .key = keys[i],
					      .value = {.rule = RULE_AT_MOST, .source = "p:1"}};

		if (!operands[i])
			continue;
		vec_push(arena, &entry.value.operands, operands[i]);
		vec_push(arena, &profile.entries, entry);
	}
	return cpu_floors(arena, &profile, result);
}

START_TEST(the_worst_cpu_decides)
{
	struct cpu_result result = some();
	floors list = judge(&result, "100", "1999");

	ck_assert_uint_eq(list.count, 2);
	ck_assert_int_eq(list.at[0].state, FLOOR_MET);
	ck_assert_str_eq(list.at[0].figure, "p99.99 of CPU 2");
	ck_assert_str_eq(list.at[0].have, "0.100 ms");
	ck_assert_int_eq(list.at[1].state, FLOOR_MISSED);
	ck_assert_str_eq(list.at[1].figure, "longest gap of CPU 1");
	ck_assert_str_eq(list.at[1].required, "<= 1.999 ms");
	ck_assert_str_eq(list.at[1].note, "1.00 times too long");
	list = judge(&result, "99", "2000");
	ck_assert_int_eq(list.at[0].state, FLOOR_MISSED);
	ck_assert_int_eq(list.at[1].state, FLOOR_MET);
	ck_assert_uint_eq(judge(&result, NULL, NULL).count, 0);
	arena_free(arena);
	arena = NULL;
}
END_TEST

/* Nobody knows whether it would have met the floor; one that another CPU missed is missed. */
START_TEST(a_cpu_that_was_not_measured_meets_nothing)
{
	struct cpu_result result = some();
	floors list;

	vec_push(arena, &result.cpus, (struct cpu_figures){.cpu = 99, .remark = "none"});
	list = judge(&result, "100", "1999");
	ck_assert_int_eq(list.at[0].state, FLOOR_UNJUDGED);
	ck_assert_str_eq(list.at[0].note, "CPU 99 was not measured");
	ck_assert_int_eq(list.at[1].state, FLOOR_MISSED);
	vec_push(arena, &result.cpus, (struct cpu_figures){.cpu = 98, .remark = "none"});
	ck_assert_str_eq(judge(&result, "100", NULL).at[0].note, "CPUs 98-99 were not measured");
	result.is_interrupted = true;
	ck_assert_str_eq(judge(&result, "100", NULL).at[0].note, "a signal ended the measurement");
	arena_free(arena);
	arena = NULL;
}
END_TEST

/* Unknown is told as unknown. */
START_TEST(where_no_cpu_was_measured_floors_have_rows)
{
	struct cpu_result result = {.quota_known = true};
	floors list;

	(void)some();
	list = judge(&result, "100", "1999");
	ck_assert_uint_eq(list.count, 2);
	ck_assert_int_eq(list.at[0].state, FLOOR_UNJUDGED);
	ck_assert_str_eq(list.at[0].required, "<= 0.100 ms");
	ck_assert_ptr_null(list.at[0].have);
	ck_assert_str_eq(list.at[0].note, "no CPU was measured");
	ck_assert_str_eq(list.at[1].name, "cpu-gap-max");
	ck_assert_int_eq(list.at[1].state, FLOOR_UNJUDGED);
	ck_assert_str_eq(list.at[1].source, "p:1");
	vec_push(arena, &result.cpus, (struct cpu_figures){.cpu = 99, .remark = "none"});
	ck_assert_str_eq(judge(&result, "100", NULL).at[0].note, "CPU 99 was not measured");
	result.is_interrupted = true;
	ck_assert_str_eq(judge(&result, "100", NULL).at[0].note, "a signal ended the measurement");
	result.invalid = "cpu quota: ...";
	ck_assert_str_eq(judge(&result, "100", NULL).at[0].note, "cpu quota: ...");
	ck_assert_uint_eq(judge(&result, NULL, NULL).count, 0);
	arena_free(arena);
	arena = NULL;
}
END_TEST

START_TEST(what_a_quota_falsified_is_not_judged)
{
	struct cpu_result result = some();
	floors list;

	result.invalid = "cpu quota: ...";
	list = judge(&result, "1", "1000000");
	ck_assert_int_eq(list.at[0].state, FLOOR_UNJUDGED);
	ck_assert_int_eq(list.at[1].state, FLOOR_UNJUDGED);
	ck_assert_str_eq(list.at[0].note, "cpu quota: ...");
	result.invalid = NULL;
	result.quota_known = false;
	list = judge(&result, "1", "1000000");
	ck_assert_int_eq(list.at[0].state, FLOOR_UNJUDGED);
	ck_assert_int_eq(list.at[1].state, FLOOR_MET);
	result.quota_known = true;
	result.is_interrupted = true;
	ck_assert_int_eq(judge(&result, "1", "1").at[0].state, FLOOR_UNJUDGED);
	arena_free(arena);
	arena = NULL;
}
END_TEST

static void add_event(struct cpu_result *result, const char *kind, const char *name, uint64_t count)
{
	vec_push(arena, &result->cpus.at[0].events,
		 (struct cpu_event){.kind = kind, .name = name, .count = count});
}

static bool helps(const struct cpu_result *result, const char *words)
{
	vec_for_each (line, &result->help) {
		if (strstr(*line, words))
			return true;
	}
	return false;
}

START_TEST(what_would_help_follows_from_what_was_found)
{
	struct cpu_request request = {.has_tsc = true, .has_steady_tsc = true};
	struct cpu_result result = some(), quiet = some();

	vec_push(arena, &request.movable, "36");
	add_cpu(&result, 4, 5000, 0, GAP_RUN_DELAY);
	add_cpu(&result, 5, 5000, 0, GAP_QUOTA);
	add_event(&result, "interrupt", "36 virtio1-req.0", 40);
	add_event(&result, "interrupt", "37 nvme0q1", 40);
	add_event(&result, "interrupt", "LOC Local timer interrupts", 250);
	cpu_help(arena, &request, &result);
	ck_assert(helps(&result, "other threads run on CPUs 4:"));
	ck_assert(helps(&result, "a CPU quota"));
	ck_assert(helps(&result, "interrupt 36 virtio1-req.0 came 40 times to CPU 1"));
	ck_assert(!helps(&result, "nvme0q1"));
	ck_assert(helps(&result, "the tick comes to CPUs 1:"));
	ck_assert(!helps(&result, "time stamp counter"));
	cpu_help(arena, &request, &quiet);
	ck_assert_uint_eq(quiet.help.count, 0);
	request.has_steady_tsc = false;
	cpu_help(arena, &request, &quiet);
	ck_assert(helps(&quiet, "time stamp counter"));
	arena_free(arena);
	arena = NULL;
}
END_TEST

/* Other processors have no such flags, and none of the advice is theirs. */
START_TEST(arm_has_no_time_stamp_counter)
{
	struct cpu_request request = {.has_tsc = false};
	struct cpu_result result = some();

	add_event(&result, "interrupt", "11 arch_timer", 250);
	cpu_help(arena, &request, &result);
	ck_assert(helps(&result, "the tick comes to CPUs 1:"));
	ck_assert(!helps(&result, "time stamp counter"));
	arena_free(arena);
	arena = NULL;
}
END_TEST

/* The CPU was measured for 1 s, but its counters were read 10 s apart. */
START_TEST(rates_are_by_the_time_between_the_readings)
{
	struct cpu_request request = {.has_steady_tsc = true};
	struct cpu_result result = some();

	result.cpus.at[0].events_ns = 10000000000;
	vec_push(arena, &request.movable, "36");
	add_event(&result, "interrupt", "36 virtio1-req.0", 9);
	add_event(&result, "interrupt", "LOC Local timer interrupts", 890);
	cpu_help(arena, &request, &result);
	ck_assert_uint_eq(result.help.count, 0);
	result.cpus.at[0].events.count = 0;
	add_event(&result, "interrupt", "36 virtio1-req.0", 10);
	add_event(&result, "interrupt", "LOC Local timer interrupts", 900);
	cpu_help(arena, &request, &result);
	ck_assert_uint_eq(result.help.count, 2);
	arena_free(arena);
	arena = NULL;
}
END_TEST

START_TEST(a_hypervisor_is_named_where_it_was_seen)
{
	static const char *const sure = "the hypervisor takes time of CPUs 8 (steal",
				 *const either = "the hypervisor or an interrupt (no account tells "
						 "which) takes time of CPUs 7:";
	static const struct {
		enum tri virtualized;
		bool helps;
	} rows[] = {{TRI_YES, true}, {TRI_NO, false}, {TRI_UNKNOWN, false}};

	for (size_t i = 0; i < 3; i++) {
		struct cpu_request request = {.has_steady_tsc = true,
					      .virtualized = rows[i].virtualized};
		struct cpu_result result = some();

		/* 12 us of a second are not worth a word, 1 ms is. */
		add_cpu(&result, 6, 12000, 0, GAP_STOLEN);
		add_cpu(&result, 7, 1000000, 0, GAP_STOLEN);
		add_cpu(&result, 8, 12000, 0, GAP_STOLEN);
		result.cpus.at[result.cpus.count - 1].steal_ticks = 1;
		cpu_help(arena, &request, &result);
		ck_assert_uint_eq(result.help.count, rows[i].helps ? 2 : 0);
		ck_assert(helps(&result, sure) == rows[i].helps);
		ck_assert(helps(&result, either) == rows[i].helps);
	}
	arena_free(arena);
	arena = NULL;
}
END_TEST

RUN_SUITE("cpu_judge", the_worst_cpu_decides, what_a_quota_falsified_is_not_judged,
	  a_cpu_that_was_not_measured_meets_nothing, where_no_cpu_was_measured_floors_have_rows,
	  what_would_help_follows_from_what_was_found, arm_has_no_time_stamp_counter,
	  rates_are_by_the_time_between_the_readings, a_hypervisor_is_named_where_it_was_seen)
