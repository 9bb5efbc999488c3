/* SPDX-License-Identifier: Apache-2.0 */
/* A report judged by a profile: by rule and unit, and never beyond what a report tells. */
#include "base/day.h"
#include "base/text.h"
#include "report/against.h"
#include "run_suite.h"

#define HEAD "profile: p\n"

/* "sysctl a: 1 -> 2" of each row, then "? what" of each gap, then what held. */
static const char *judged(struct arena *arena, const char *tuner, const char *name,
			  const char *have, const char *profile_text)
{
	const char *json = arena_printf(
	    arena,
	    "{\"schema\": \"thintune.report/2\", \"node\": {\"cloud\": \"aws\", \"cpus\": 8, "
	    "\"memory_bytes\": 1073741824, \"kernel\": \"6.1.0\"}, \"settings\": [{\"tuner\": "
	    "\"%s\", \"setting\": \"%s\", \"have\": %s, \"state\": \"differs\"}], \"checks\": []}",
	    tuner, name, have);
	struct compare compare = compare_new(arena);
	struct profile profile;
	struct against against;
	struct facts facts;
	names parts = {0};
	struct err err = {0};

	ck_assert_msg(
	    compare_read(&compare, arena, "f", arena_strdup(arena, json), strlen(json), &err) == 0,
	    "%s", err.text);
	facts = against_facts(arena, &compare.reports.at[0]);
	ck_assert_msg(profile_load_text(arena, "p.yaml", profile_text, &facts, &profile, &err) == 0,
		      "%s", err.text);
	against = against_judge(arena, &compare, &profile, 20000);
	vec_for_each (row, &against.rows)
		vec_push(arena, &parts, arena_printf(arena, "%s -> %s", row->have, row->wanted));
	vec_for_each (gap, &against.gaps)
		vec_push(arena, &parts, arena_printf(arena, "? %s", gap->what));
	vec_for_each (row, &against.waived)
		vec_push(arena, &parts, arena_printf(arena, "(%s -> %s)", row->have, row->wanted));
	/* Each row of a report is counted once. */
	ck_assert_uint_eq(against.rows.count + against.waived.count + against.held_count +
			      against.alone_count + against.open_count,
			  1);
	if (against.held_count)
		vec_push(arena, &parts, arena_printf(arena, "%u held", against.held_count));
	if (against.alone_count)
		vec_push(arena, &parts, arena_printf(arena, "%u alone", against.alone_count));
	return text_join(arena, &parts, "; ");
}

START_TEST(rules_and_units)
{
	static const struct {
		const char *tuner, *name, *have, *profile, *judged;
	} cases[] = {
	    {"sysctl", "vm.swappiness", "\"60\"", HEAD "sysctl: {vm.swappiness: 1}\n", "60 -> 1"},
	    {"sysctl", "vm.swappiness", "\"1\"", HEAD "sysctl: {vm.swappiness: 1}\n", "1 held"},
	    {"sysctl", "vm.swappiness", "\"5\"", HEAD "sysctl: {vm.swappiness: {at-most: 9}}\n",
	     "1 held"},
	    {"sysctl", "vm.swappiness", "\"60\"", HEAD "sysctl: {vm.swappiness: {at-most: 9}}\n",
	     "60 -> at-most 9"},
	    {"sysctl", "vm.swappiness", "\"60\"", HEAD "sysctl: {vm.swappiness: leave}\n",
	     "1 alone"},
	    {"sysctl", "vm.swappiness", "\"60\"", HEAD "gate: strict\n", "1 alone"},
	    {"sysctl", "vm.swappiness", "null", HEAD "sysctl: {vm.swappiness: 1}\n",
	     "? sysctl vm.swappiness"},
	    {"sysctl", "fs.aio-max-nr", "\"65536\"",
	     HEAD "sysctl: {fs.aio-max-nr: {at-least: auto}}\n", "? sysctl fs.aio-max-nr"},
	    {"sysctl", "vm.swappiness", "\"60\"", HEAD "sysctl: {vm.max_map_count: 1}\n",
	     "? sysctl vm.max_map_count; 1 alone"},
	    {"disk-queue", "nvme0n1 read_ahead_kb", "\"128\"", HEAD "disk: {read-ahead: 128KiB}\n",
	     "1 held"},
	    {"disk-queue", "nvme0n1 io_timeout", "\"30000\"", HEAD "disk: {io-timeout: 240s}\n",
	     "30000 -> 4min"},
	    {"disk-queue", "nvme0n1 scheduler", "\"none\"",
	     HEAD "disk: {scheduler: [none, noop]}\n", "1 held"},
	    {"disk-queue", "nvme0n1 scheduler", "\"noop\"",
	     HEAD "disk: {scheduler: [none, noop]}\n", "? disk-queue nvme0n1 scheduler"},
	    {"disk-queue", "nvme0n1 scheduler", "\"bfq\"", HEAD "disk: {scheduler: [none, noop]}\n",
	     "bfq -> [none, noop]"},
	    {"hugepages", "transparent_hugepage enabled", "\"always\"",
	     HEAD "memory: {transparent-hugepages: {one-of: [madvise, always]}}\n", "1 held"},
	    {"disk-irq", "nvme0n1 queue 0", "\"0\"", HEAD "irq: {placement: dedicated}\n",
	     "? disk-irq (1 setting)"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(
		    judged(arena, cases[i].tuner, cases[i].name, cases[i].have, cases[i].profile),
		    cases[i].judged);
}
END_TEST

START_TEST(overlays_count_where_the_report_decides_them)
{
	static const struct {
		const char *when, *judged;
	} cases[] = {
	    {"cloud: aws", "60 -> 1"},
	    {"cloud: gcp", "1 held"},
	    {"cpus: \">= 8\"", "60 -> 1"},
	    {"memory: \"> 1GiB\"", "1 held"},
	    {"kernel: \">= 6.0\"", "60 -> 1"},
	    {"virtualization: none", "? sysctl vm.swappiness"},
	    {"cloud: gcp, disk-model: \"X*\"", "1 held"},
	    {"cloud: aws, disk-model: \"X*\"", "? sysctl vm.swappiness"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *profile =
		    arena_printf(arena,
				 HEAD "sysctl: {vm.swappiness: 60}\noverlays: [{when: {%s}, "
				      "sysctl: {vm.swappiness: 1}}]\n",
				 cases[i].when);

		ck_assert_str_eq(judged(arena, "sysctl", "vm.swappiness", "\"60\"", profile),
				 cases[i].judged);
	}
}
END_TEST

#define WAIVED(until)                                                                              \
	HEAD "sysctl: {vm.swappiness: 1}\nwaivers: [{what: sysctl vm.*, reason: r, owner: o, "     \
	     "until: " until "}]\n"

/* Day 20000 is 2024-10-04. */
START_TEST(what_is_waived_is_told_apart)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_str_eq(judged(arena, "sysctl", "vm.swappiness", "\"60\"", WAIVED("2024-10-04")),
			 "(60 -> 1)");
	ck_assert_str_eq(judged(arena, "sysctl", "vm.swappiness", "\"60\"", WAIVED("2024-10-03")),
			 "60 -> 1");
	ck_assert_str_eq(judged(arena, "sysctl", "vm.swappiness", "\"1\"", WAIVED("2024-10-04")),
			 "1 held");
}
END_TEST

/* Green would say that the node is as wanted, which is not known. */
START_TEST(the_verdict_is_green_only_where_all_is_judged)
{
	static const struct {
		const char *rows, *colour, *verdict;
	} cases[] = {
	    {"{\"tuner\": \"sysctl\", \"setting\": \"vm.swappiness\", \"have\": \"1\", "
	     "\"state\": \"same\"}",
	     "\x1b[32m", "0 of 1 setting or check would be wanted otherwise, 1 as wanted (exit 0)"},
	    {"{\"tuner\": \"sysctl\", \"setting\": \"vm.swappiness\", \"have\": \"1\", "
	     "\"state\": \"same\"}, {\"tuner\": \"disk-irq\", \"setting\": \"d\", \"have\": "
	     "\"1\", \"state\": \"same\"}",
	     "\x1b[33m",
	     "0 of 2 settings and checks would be wanted otherwise, 1 as wanted, 1 not to be "
	     "judged (exit 0)"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct text_style style = {.colour = true, .quiet = true};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct compare compare = compare_new(arena);
		const char *json = arena_printf(arena,
						"{\"schema\": \"thintune.report/2\", \"checks\": "
						"[], \"settings\": [%s]}",
						cases[i].rows);
		struct profile profile;
		struct against against;
		struct err err = {0};
		const char *text;

		ck_assert_int_eq(compare_read(&compare, arena, "f", json, strlen(json), &err), 0);
		ck_assert_int_eq(profile_load_text(arena, "p.yaml",
						   HEAD "sysctl: {vm.swappiness: 1}\n", NULL,
						   &profile, &err),
				 0);
		against = against_judge(arena, &compare, &profile, DAY_UNKNOWN);
		text = against_text(arena, &against, style);
		ck_assert_msg(strstr(text, cases[i].colour), "%s", text);
		ck_assert_msg(strstr(text, cases[i].verdict), "%s", text);
	}
}
END_TEST

/* A report is hostile: without a table of them each gap would be compared with all before it, and
 * this would take minutes. */
START_TEST(many_gaps_are_told_once_each)
{
	const int count = is_sweep_short() ? 50000 : 200000;
	_cleanup_arena_ struct arena *arena = arena_new();
	struct compare compare = compare_new(arena);
	struct text_style style = {.width = 80};
	struct str json = str_new(arena);
	struct profile profile;
	struct err err = {0};
	struct against against;

	str_add(&json, "{\"schema\": \"thintune.report/2\", \"checks\": [], \"settings\": [");
	for (int i = 0; i < count; i++)
		str_printf(&json,
			   "%s{\"tuner\": \"disk-queue\", \"setting\": \"d%d nomerges\", "
			   "\"have\": \"none of %d\", \"state\": \"differs\"}",
			   i ? "," : "", i, i);
	str_add(&json, "]}");
	ck_assert_int_eq(compare_read(&compare, arena, "f", json.text, json.length, &err), 0);
	ck_assert_int_eq(profile_load_text(arena, "p.yaml",
					   HEAD "disk: {nomerges: {at-least: 2}}\n", NULL, &profile,
					   &err),
			 0);
	against = against_judge(arena, &compare, &profile, DAY_UNKNOWN);
	ck_assert_uint_eq(against.gaps.count, (size_t)count);
	ck_assert_ptr_nonnull(against_text(arena, &against, style));
}
END_TEST

RUN_SUITE("against", rules_and_units, overlays_count_where_the_report_decides_them,
	  what_is_waived_is_told_apart, the_verdict_is_green_only_where_all_is_judged,
	  many_gaps_are_told_once_each)
