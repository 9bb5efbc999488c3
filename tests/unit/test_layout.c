/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs as a line of text shows them. */
#include "report/layout.h"
#include "run_suite.h"

static struct arena *arena;

/* Every second CPU. */
static const char *striped(unsigned count)
{
	struct str list = str_new(arena);

	for (unsigned cpu = 0; cpu < count; cpu++)
		str_printf(&list, "%s%u", cpu ? "," : "", 2 * cpu);
	return list.text;
}

START_TEST(what_fits_a_line_is_whole)
{
	struct cpuset cpus;

	arena = arena_new();
	ck_assert_str_eq(layout_list(arena, "0-2047"), "0-2047");
	ck_assert_str_eq(layout_list(arena, striped(12)), "0,2,4,6,8,10,12,14,16,18,20,22");
	ck_assert_str_eq(layout_list(arena, striped(1024)),
			 "0,2,4,6,8,10,12,14,16,18,20,22,... (1024 CPUs)");
	ck_assert_str_eq(layout_cpus(arena, KIND_CPULIST, striped(99)),
			 "CPUs 0,2,4,6,8,10,12,14,16,18,20,22,... (99 CPUs)");
	ck_assert_str_eq(layout_cpus(arena, KIND_CPUMASK, "ff,00000000"), "CPUs 32-39");
	ck_assert_str_eq(layout_cpus(arena, KIND_CPUMASK, "00000008"), "CPU 3");
	ck_assert_str_eq(layout_cpus(arena, KIND_CPULIST, "3"), "CPU 3");
	ck_assert_str_eq(layout_cpus(arena, KIND_CPUMASK, "0"), "no CPU");
	ck_assert_str_eq(layout_cpus(arena, KIND_CPULIST, ""), "no CPU");
	/* What is neither is as it was found. */
	ck_assert_str_eq(layout_cpus(arena, KIND_CPUMASK, "0x3"), "0x3");
	ck_assert_str_eq(layout_cpus(arena, KIND_CPULIST, "3-"), "3-");
	ck_assert_int_eq(cpuset_parse_list(arena, "1000,2047", &cpus), 0);
	ck_assert_str_eq(layout_cpus(arena, KIND_CPUMASK, cpuset_mask(arena, &cpus)),
			 "CPUs 1000,2047");
	ck_assert_int_eq(cpuset_parse_list(arena, striped(500), &cpus), 0);
	ck_assert_str_eq(layout_cpus(arena, KIND_CPUMASK, cpuset_mask(arena, &cpus)),
			 "CPUs 0,2,4,6,8,10,12,14,16,18,20,22,... (500 CPUs)");
	/* Other values may be as long as they are. */
	ck_assert_str_eq(layout_cpus(arena, KIND_TEXT, striped(99)), striped(99));
	arena_free(arena);
}
END_TEST

static const char *isolated(const char *boot, const char *tickless, const char *online)
{
	struct isolated isolated = {0};

	ck_assert_int_eq(cpuset_parse_list(arena, boot, &isolated.boot), 0);
	ck_assert_int_eq(cpuset_parse_list(arena, tickless, &isolated.tickless), 0);
	ck_assert_int_eq(cpuset_parse_list(arena, online, &isolated.cpus), 0);
	return layout_isolated(arena, &isolated);
}

START_TEST(isolated_cpus_and_by_whom)
{
	struct isolated unknown = {.problem = "it is not known"};

	arena = arena_new();
	ck_assert_str_eq(isolated("", "", ""), "none");
	ck_assert_str_eq(isolated("2-3", "", "2-3"), "CPUs 2-3 (isolcpus 2-3)");
	ck_assert_str_eq(isolated("2-3", "3-5", "2-4"), "CPUs 2-4 (isolcpus 2-3, nohz_full 3-5)");
	ck_assert_str_eq(isolated("7", "", ""), "none that is online (isolcpus 7)");
	ck_assert_str_eq(layout_isolated(arena, &unknown), "it is not known");
	ck_assert_int_eq(cpuset_parse_list(arena, "1", &unknown.partitions), 0);
	ck_assert_int_eq(cpuset_parse_list(arena, "1", &unknown.cpus), 0);
	ck_assert_str_eq(layout_isolated(arena, &unknown),
			 "CPUs 1 (control group partitions 1); it is not known");
	arena_free(arena);
}
END_TEST

RUN_SUITE("layout", what_fits_a_line_is_whole, isolated_cpus_and_by_whom)
