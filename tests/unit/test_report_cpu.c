/* SPDX-License-Identifier: Apache-2.0 */
/* Who took the gaps of the CPUs, in each report. */
#include <jansson.h>
#include <string.h>

#include "probe/cpu_blame.h"
#include "report/html.h"
#include "report/json_value.h"
#include "report/report.h"
#include "run_suite.h"

static struct arena *arena;
static struct cpu_result result;

/* A CPU on which a tick took 5 us twice, each of so many disks a gap, and something unknown one. */
static void add_cpu(unsigned cpu, unsigned disks)
{
	struct gaps *gaps = arena_alloc(arena, sizeof(*gaps));
	struct cpu_figures figures = {.cpu = cpu, .gaps = gaps};
	struct handler handler = {HANDLER_VECTOR, 0};
	struct gap gap = {.length_ns = 5000, .cause = GAP_INTERRUPT};

	gaps->wall_ns = 1000000000;
	gaps->part_ns = 20000000;
	gap.handler = gaps_handler(gaps, &handler);
	vec_push(arena, &figures.handlers, "LOC Local timer interrupts");
	gaps_add(gaps, &gap);
	gaps_add(gaps, &gap);
	for (unsigned i = 0; i < disks; i++) {
		handler = (struct handler){HANDLER_INTERRUPT, 40 + i};
		gap.handler = gaps_handler(gaps, &handler);
		gap.length_ns = 10000 + 1000 * i + cpu;
		vec_push(arena, &figures.handlers, arena_printf(arena, "%u nvme%uq1", 40 + i, i));
		gaps_add(gaps, &gap);
	}
	gap = (struct gap){.length_ns = 70000, .cause = GAP_UNEXPLAINED};
	gaps_add(gaps, &gap);
	cpu_blame(arena, &result, &figures);
	vec_push(arena, &result.cpus, figures);
}

static void setup(unsigned disks)
{
	if (!arena)
		arena = arena_new();
	result = (struct cpu_result){
	    .clock = "tsc", .foreign = -1, .threshold_ns = 1000, .virtualized = TRI_NO};
	add_cpu(2, disks);
	add_cpu(3, disks);
}

static bool says(const char *text, const char *words)
{
	return strstr(text, words) != NULL;
}

START_TEST(a_handler_has_a_row_of_all_cpus)
{
	const char *text;

	setup(1);
	text = probe_cpu_text(arena, &result, (struct text_style){0});
	ck_assert_msg(says(text, "interrupt    2     10.0 us  3       40 nvme0q1\n"
				 "interrupt    4     5.00 us  2       LOC Local timer interrupts\n"
				 "unexplained  2     70.0 us  2       interrupt or firmware"),
		      "%s", text);
	ck_assert(!says(text, CPU_UNTRACED) && !says(text, "shorter gaps"));
}
END_TEST

START_TEST(of_many_the_longest_are_told)
{
	const char *text;

	setup(11);
	text = probe_cpu_text(arena, &result, (struct text_style){0});
	ck_assert_msg(says(text, "50 nvme10q1") && says(text, "43 nvme3q1"), "%s", text);
	ck_assert(!says(text, "42 nvme2q1") && !says(text, "LOC Local"));
	ck_assert(says(text, "(and 4 handlers, each with shorter gaps: --verbose)"));
	text = probe_cpu_text(arena, &result, (struct text_style){.verbose = true});
	ck_assert(says(text, "40 nvme0q1") && says(text, "LOC Local") &&
		  !says(text, "shorter gaps"));
}
END_TEST

START_TEST(without_tracepoints_the_report_says_so)
{
	struct str page;

	setup(0);
	result.untraced = "there is no tracefs";
	ck_assert(says(probe_cpu_text(arena, &result, (struct text_style){0}),
		       "(" CPU_UNTRACED ": there is no tracefs)"));
	page = str_new(arena);
	html_cpu(&page, &result);
	ck_assert(says(page.text, CPU_UNTRACED ": there is no tracefs."));
}
END_TEST

START_TEST(what_was_lost_is_told)
{
	setup(0);
	result.cpus.at[1].untold = 41;
	ck_assert(says(probe_cpu_text(arena, &result, (struct text_style){0}),
		       "CPU 3 meanwhile: 41 records of tracepoints were lost"));
}
END_TEST

/* Of the first CPU. */
static json_t *cpu_of(json_t *value)
{
	return json_array_get(json_object_get(value, "cpus"), 0);
}

static const char *text_at(json_t *array, size_t place, const char *key)
{
	return json_string_value(json_object_get(json_array_get(array, place), key));
}

START_TEST(machines_get_each_cpus_own)
{
	json_t *value, *blame, *gaps;

	setup(1);
	value = probe_cpu_json(arena, &result);
	blame = json_object_get(cpu_of(value), "blame");
	gaps = json_object_get(cpu_of(value), "long");
	ck_assert_uint_eq(json_array_size(blame), 3);
	ck_assert_str_eq(text_at(blame, 0, "name"), "40 nvme0q1");
	ck_assert_str_eq(text_at(blame, 1, "name"), "LOC Local timer interrupts");
	ck_assert_str_eq(text_at(blame, 2, "cause"), "unexplained");
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(blame, 1), "gaps")), 2);
	ck_assert_uint_eq(json_array_size(gaps), 4);
	for (size_t i = 0; i < 4; i++) {
		bool is_named = strcmp(text_at(gaps, i, "cause"), "interrupt") == 0;

		ck_assert_int_eq(is_named, strstr(text_at(gaps, i, "name"), "firmware") == NULL);
	}
	ck_assert(json_is_null(json_object_get(value, "untraced")));
	ck_assert_int_eq(json_integer_value(json_object_get(cpu_of(value), "untold")), 0);
	json_decref(value);
	result.untraced = "no right";
	value = probe_cpu_json(arena, &result);
	ck_assert(json_is_null(json_object_get(cpu_of(value), "untold")));
	json_decref(value);
}
END_TEST

/* A name is what a driver calls its interrupt. */
START_TEST(a_hostile_name_is_shown_as_it_is)
{
	struct str page;

	setup(1);
	result.cpus.at[0].blame.at[0].name = "40 \033[2J<b>";
	result.cpus.at[1].blame.at[0].name = "40 \033[2J<b>";
	ck_assert(says(probe_cpu_text(arena, &result, (struct text_style){0}), "40 \\x1b[2J<b>"));
	page = str_new(arena);
	html_cpu(&page, &result);
	ck_assert(says(page.text, "J&#60;b&#62;") && !says(page.text, "\033"));
}
END_TEST

RUN_SUITE("report_cpu", a_handler_has_a_row_of_all_cpus, of_many_the_longest_are_told,
	  without_tracepoints_the_report_says_so, what_was_lost_is_told, machines_get_each_cpus_own,
	  a_hostile_name_is_shown_as_it_is)
