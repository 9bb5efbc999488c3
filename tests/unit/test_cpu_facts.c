/* SPDX-License-Identifier: Apache-2.0 */
#include "run_suite.h"
#include "tree.h"

#define CPU_DIR   "/sys/devices/system/cpu"
#define CLOCK_DIR "/sys/devices/system/clocksource/clocksource0"

static const struct facts *read_cpu(struct tree *tree, unsigned cpus)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	for (unsigned cpu = 0; cpu < cpus; cpu++)
		cpuset_add(tree->arena, &facts->topology.online, cpu);
	ck_assert_int_eq(facts_cpu(tree_open(tree), tree->arena, facts), 0);
	return facts;
}

START_TEST(policies_in_the_order_of_their_numbers)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, CPU_DIR "/cpufreq/policy10/scaling_driver", "acpi-cpufreq");
	tree_file(tree, CPU_DIR "/cpufreq/policy2/scaling_driver", "intel_pstate");
	tree_file(tree, CPU_DIR "/cpufreq/policy2/scaling_available_governors",
		  "performance powersave ");
	tree_file(tree, CPU_DIR "/cpufreq/policy2/energy_performance_preference",
		  "balance_performance");
	tree_file(tree, CPU_DIR "/cpufreq/boost", "1");
	tree_file(tree, CPU_DIR "/cpufreq/ondemand/rate", "1");
	facts = read_cpu(tree, 2);
	ck_assert_uint_eq(facts->policies.count, 2);
	ck_assert_str_eq(facts->policies.at[0].name, "policy2");
	ck_assert_str_eq(facts->policies.at[0].driver, "intel_pstate");
	ck_assert(facts->policies.at[0].has_epp);
	ck_assert_uint_eq(facts->policies.at[0].governors.count, 2);
	ck_assert_str_eq(facts->policies.at[0].governors.at[1], "powersave");
	ck_assert_str_eq(facts->policies.at[1].name, "policy10");
	ck_assert(!facts->policies.at[1].has_epp);
	ck_assert_uint_eq(facts->policies.at[1].governors.count, 0);
}
END_TEST

/* What an offline policy answers, by the kernel of today and by older ones. */
START_TEST(a_policy_without_an_online_cpu_is_offline)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, CPU_DIR "/cpufreq/policy0/related_cpus", "0 1");
	tree_file(tree, CPU_DIR "/cpufreq/policy1/related_cpus", "1 2");
	tree_file(tree, CPU_DIR "/cpufreq/policy2/related_cpus", "2 3");
	tree_file(tree, CPU_DIR "/cpufreq/policy4/related_cpus", "");
	tree_file(tree, CPU_DIR "/cpufreq/policy5/scaling_driver", "acpi-cpufreq");
	tree_file(tree, "/.thintune/errors", "EBUSY " CPU_DIR "/cpufreq/policy4/related_cpus");
	facts = read_cpu(tree, 2);
	ck_assert_uint_eq(facts->policies.count, 5);
	ck_assert(!facts->policies.at[0].is_offline);
	ck_assert(!facts->policies.at[1].is_offline);
	ck_assert(facts->policies.at[2].is_offline);
	ck_assert(facts->policies.at[3].is_offline);
	ck_assert(!facts->policies.at[4].is_offline);
	/* Where it is not known which are online, the kernel's answer counts. */
	facts = read_cpu(tree, 0);
	ck_assert(!facts->policies.at[2].is_offline);
	ck_assert(facts->policies.at[3].is_offline);
}
END_TEST

START_TEST(idle_states_of_online_cpus)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, CPU_DIR "/cpu0/cpuidle/state0/name", "POLL");
	tree_file(tree, CPU_DIR "/cpu0/cpuidle/state0/latency", "0");
	tree_file(tree, CPU_DIR "/cpu0/cpuidle/state10/name", "C10");
	tree_file(tree, CPU_DIR "/cpu0/cpuidle/state2/name", "C6");
	tree_file(tree, CPU_DIR "/cpu0/cpuidle/state2/latency", "133");
	tree_file(tree, CPU_DIR "/cpu1/cpuidle/state0/name", "POLL");
	tree_file(tree, CPU_DIR "/cpu2/cpuidle/state0/name", "offline");
	facts = read_cpu(tree, 2);
	ck_assert_uint_eq(facts->idle_states.count, 4);
	ck_assert_str_eq(facts->idle_states.at[0].name, "POLL");
	ck_assert_int_eq(facts->idle_states.at[0].latency_us, 0);
	ck_assert_str_eq(facts->idle_states.at[1].name, "C6");
	ck_assert_uint_eq(facts->idle_states.at[1].index, 2);
	ck_assert_int_eq(facts->idle_states.at[1].latency_us, 133);
	ck_assert_str_eq(facts->idle_states.at[1].dir, CPU_DIR "/cpu0/cpuidle/state2");
	ck_assert_int_eq(facts->idle_states.at[2].latency_us, -1);
	ck_assert_uint_eq(facts->idle_states.at[3].cpu, 1);
}
END_TEST

START_TEST(clock_sources)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, CLOCK_DIR "/current_clocksource", "kvm-clock");
	tree_file(tree, CLOCK_DIR "/available_clocksource", "kvm-clock tsc acpi_pm ");
	facts = read_cpu(tree, 1);
	ck_assert_str_eq(facts->clocksource, "kvm-clock");
	ck_assert_str_eq(facts->clocksources, "kvm-clock tsc acpi_pm");
}
END_TEST

START_TEST(a_virtual_machine_has_none_of_it)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_dir(tree, "/sys/devices");
	facts = read_cpu(tree, 2);
	ck_assert_uint_eq(facts->policies.count, 0);
	ck_assert_uint_eq(facts->idle_states.count, 0);
	ck_assert_ptr_null(facts->clocksource);
	ck_assert_ptr_null(facts->clocksources);
}
END_TEST

RUN_SUITE("cpu_facts", policies_in_the_order_of_their_numbers,
	  a_policy_without_an_online_cpu_is_offline, idle_states_of_online_cpus, clock_sources,
	  a_virtual_machine_has_none_of_it)
