/* SPDX-License-Identifier: Apache-2.0 */
/* Tuners are pure functions: facts and profile in, settings out. */
#include <inttypes.h>

#include "base/text.h"
#include "run_suite.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CPUFREQ      "/sys/devices/system/cpu/cpufreq/"

static bool holds(const names *list, const char *word)
{
	vec_for_each (one, list) {
		if (text_equal(*one, word))
			return true;
	}
	return false;
}

START_TEST(every_row_of_the_table_is_complete)
{
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];
		const char *const texts[] = {tuner->summary, tuner->why,    tuner->trade_off,
					     tuner->undo,    tuner->advice, tuner->peers};

		/* The first of that name: names are unique. */
		ck_assert_ptr_eq(tuner_find(tuner->name), tuner);
		ck_assert_ptr_nonnull(tuner->plan);
		for (size_t j = 0; j < COUNT(texts); j++)
			ck_assert_msg(texts[j] && *texts[j], "%s lacks text %zu", tuner->name, j);
		ck_assert(text_starts(tuner->advice, "https://"));
	}
	ck_assert_ptr_null(tuner_find("fstrim"));
	ck_assert_ptr_null(tuner_find(""));
}
END_TEST

START_TEST(a_profile_that_wants_nothing_gets_nothing)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_cpus(scene, 4);
	vec_push(scene->arena, &scene->facts.disks,
		 (struct disk){.name = "sda", .sysfs = "/sys/block/sda", .is_data = true});
	for (int leave = 0; leave < 2; leave++) {
		for (size_t i = 0; i < tuner_count; i++) {
			scene_run(scene, tuner_table[i].plan);
			ck_assert_str_eq(scene_settings(scene), "");
		}
		scene_want(scene, "sysctl", "vm.swappiness", RULE_LEAVE, "");
		scene_want(scene, "cpu", "governor", RULE_LEAVE, "");
		scene_want(scene, "cpu", "max-cstate-latency", RULE_LEAVE, "");
		scene_want(scene, "cpu", "clocksource", RULE_LEAVE, "");
		scene_want(scene, "memory", "transparent-hugepages", RULE_LEAVE, "");
		scene_want(scene, "disk", "scheduler", RULE_LEAVE, "");
		scene_want(scene, "irq", "placement", RULE_LEAVE, "");
	}
}
END_TEST

/* sysctl ------------------------------------------------------------------------------------- */

START_TEST(aio_events_follow_cpus_and_what_others_use)
{
	static const struct {
		unsigned cpus, shards;
		uint64_t aio_nr;
		const char *wanted;
	} rows[] = {
	    {1, 0, 0, "1048576"},
	    {93, 0, 0, "1048576"},
	    {94, 0, 0, "1058816"},
	    {96, 0, 0, "1081344"},
	    {1024, 0, 0, "11534336"},
	    {64, 0, 500000, "1220896"},
	    {93, 0, 1025, "1048577"},
	    /* A running broker's own share is not counted twice. */
	    {64, 64, 720896, "1048576"},
	    {96, 96, 1081344, "1081344"},
	    {96, 96, 1082344, "1082344"},
	    {96, 4, 1081344, "2117632"},
	    /* A broker that uses less than its share takes nothing from others. */
	    {96, 96, 1000, "1081344"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		struct entry *entry =
		    scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AT_LEAST, "");

		entry->value.auto_operand = true;
		entry->value.severity = SEVERITY_REQUIRED;
		scene_cpus(scene, rows[i].cpus);
		scene->facts.live.broker_shards = rows[i].shards;
		scene->facts.host.aio_nr = rows[i].aio_nr;
		scene_run(scene, tune_sysctl);
		ck_assert_str_eq(scene_settings(scene),
				 arena_printf(scene->arena, "fs.aio-max-nr numbers at-least %s\n",
					      rows[i].wanted));
		ck_assert_int_eq(scene_setting(scene, "fs.aio-max-nr")->severity,
				 SEVERITY_REQUIRED);
	}
}
END_TEST

START_TEST(the_sum_of_aio_events_is_printed)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	struct entry *entry = scene_want(scene, "sysctl", "fs.aio-max-nr", RULE_AUTO, "");
	static const char *const parts[] = {"because", "1048576", "500 ",
					    "96 CPUs", "11264",   "1081844"};

	entry->value.why = "because";
	scene_cpus(scene, 96);
	scene->facts.host.aio_nr = 500;
	scene_run(scene, tune_sysctl);
	ck_assert_str_eq(scene_settings(scene), "fs.aio-max-nr numbers at-least 1081844\n");
	for (size_t i = 0; i < COUNT(parts); i++)
		ck_assert_msg(strstr(scene->plan.settings.at[0].why, parts[i]), "no '%s' in '%s'",
			      parts[i], scene->plan.settings.at[0].why);
}
END_TEST

/* The first row: what perftune computes on a node of that size. */
START_TEST(tcp_memory_is_three_percent)
{
	static const struct {
		uint64_t kib, page;
		const char *wanted;
	} rows[] = {
	    {24684100, 4096, "92566 123421 185131"},
	    {24684100, 0, "92566 123421 185131"},
	    {24684100, 65536, "5786 7714 11571"},
	    {1024 * 1024, 4096, "3933 5243 7865"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		scene_want(scene, "sysctl", "net.ipv4.tcp_mem", RULE_AUTO, "");
		scene->facts.host.memory_bytes = rows[i].kib * 1024;
		scene->facts.live.page_bytes = rows[i].page;
		scene_run(scene, tune_sysctl);
		ck_assert_str_eq(
		    scene_settings(scene),
		    arena_printf(scene->arena, "net.ipv4.tcp_mem text exact %s\n", rows[i].wanted));
	}
}
END_TEST

START_TEST(without_a_number_nothing_is_guessed)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "sysctl", "net.ipv4.tcp_mem", RULE_AUTO, "");
	scene_want(scene, "sysctl", "vm.something", RULE_AUTO, "");
	scene_run(scene, tune_sysctl);
	ck_assert_uint_eq(scene->plan.settings.count, 2);
	vec_for_each (setting, &scene->plan.settings) {
		ck_assert_int_eq(setting->state, STATE_UNSUPPORTED);
		ck_assert_ptr_null(setting->path);
		ck_assert_ptr_nonnull(setting->note);
		ck_assert_uint_eq(setting->operands.count, 0);
	}
}
END_TEST

START_TEST(kinds_paths_and_rights_of_sysctls)
{
	_cleanup_scene_ struct scene *scene = scene_new();
	const struct setting *setting;

	scene_want(scene, "sysctl", "vm.swappiness", RULE_EXACT, "1");
	scene_want(scene, "sysctl", "net.ipv4.tcp_rmem", RULE_AT_LEAST, "4096 131072 16777216");
	scene_want(scene, "sysctl", "kernel.pid_max", RULE_AT_MOST, "4194304");
	scene_want(scene, "sysctl", "net.ipv4.tcp_congestion_control", RULE_ONE_OF, "bbr|cubic");
	scene_want(scene, "sysctl", "kernel.numa_balancing", RULE_EXACT, "0");
	scene_want(scene, "memory", "transparent-hugepages", RULE_EXACT, "always");
	scene_run(scene, tune_sysctl);
	ck_assert_str_eq(scene_settings(scene),
			 "vm.swappiness text exact 1\n"
			 "net.ipv4.tcp_rmem numbers at-least 4096 131072 16777216\n"
			 "kernel.pid_max numbers at-most 4194304\n"
			 "net.ipv4.tcp_congestion_control text one-of bbr|cubic\n"
			 "kernel.numa_balancing text exact 0\n");
	setting = scene_setting(scene, "vm.swappiness");
	ck_assert_str_eq(setting->path, "/proc/sys/vm/swappiness");
	ck_assert_str_eq(setting->rpk_key, "tune_swappiness");
	ck_assert_int_eq(setting->phase, PHASE_VALUES);
	ck_assert_uint_eq(setting->needs, NEED_NONE);
	setting = scene_setting(scene, "net.ipv4.tcp_rmem");
	ck_assert_str_eq(setting->path, "/proc/sys/net/ipv4/tcp_rmem");
	ck_assert_str_eq(setting->rpk_key, "tune_network");
	ck_assert_ptr_null(scene_setting(scene, "kernel.pid_max")->rpk_key);
	ck_assert_uint_eq(scene_setting(scene, "kernel.numa_balancing")->needs, NEED_SYS_ADMIN);
}
END_TEST

START_TEST(the_wrong_network_namespace_is_skipped)
{
	static const struct {
		const char *key;
		bool in_broker, in_host;
	} rows[] = {
	    {"net.core.somaxconn", true, false},
	    {"net.ipv4.tcp_max_syn_backlog", true, false},
	    {"net.ipv4.tcp_rmem", true, false},
	    {"net.ipv4.tcp_wmem", true, false},
	    {"net.ipv4.tcp_slow_start_after_idle", true, false},
	    {"net.ipv4.tcp_mtu_probing", true, false},
	    {"net.ipv4.tcp_mem", false, true},
	    {"net.core.rps_sock_flow_entries", false, true},
	    {"net.core.netdev_max_backlog", false, true},
	    {"net.core.netdev_budget", false, true},
	    {"net.core.rmem_max", false, true},
	    {"vm.swappiness", true, true},
	    {"fs.aio-max-nr", true, true},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		const bool pending[] = {[NETNS_BOTH] = true,
					[NETNS_BROKER] = rows[i].in_broker,
					[NETNS_HOST] = rows[i].in_host};

		scene_want(scene, "sysctl", rows[i].key, RULE_EXACT, "1");
		for (enum netns_kind netns = NETNS_BOTH; netns <= NETNS_HOST; netns++) {
			const struct setting *setting;

			scene->request.netns = netns;
			scene_run(scene, tune_sysctl);
			setting = scene_setting(scene, rows[i].key);
			ck_assert_msg((setting->state == STATE_PENDING) == pending[netns],
				      "%s in %u is %s", rows[i].key, netns,
				      state_names[setting->state]);
			if (pending[netns])
				continue;
			ck_assert_int_eq(setting->state, STATE_SKIPPED);
			ck_assert_ptr_nonnull(strstr(setting->note, netns == NETNS_BROKER
									? "--netns host"
									: "--netns broker"));
		}
	}
}
END_TEST

/* cpu ---------------------------------------------------------------------------------------- */

static struct scene *two_policies(void)
{
	struct scene *scene = scene_new();

	vec_push(scene->arena, &scene->facts.policies,
		 (struct cpufreq_policy){.name = "policy0",
					 .has_epp = true,
					 .governors = scene_words(scene, "performance powersave")});
	vec_push(scene->arena, &scene->facts.policies,
		 (struct cpufreq_policy){.name = "policy8",
					 .governors = scene_words(scene, "schedutil")});
	scene_want(scene, "cpu", "governor", RULE_EXACT, "performance");
	scene_want(scene, "cpu", "energy-performance-preference", RULE_EXACT, "performance");
	return scene;
}

START_TEST(each_policy_is_one_setting)
{
	_cleanup_scene_ struct scene *scene = two_policies();
	const struct setting *setting;

	scene_run(scene, tune_governor);
	ck_assert_str_eq(scene_settings(scene),
			 "policy0 energy_performance_preference word exact performance\n"
			 "policy0 scaling_governor word exact performance\n"
			 "policy8 scaling_governor word exact performance\n");
	setting = scene_setting(scene, "policy0 energy_performance_preference");
	ck_assert_str_eq(setting->path, CPUFREQ "policy0/energy_performance_preference");
	ck_assert_str_eq(setting->offered_path,
			 CPUFREQ "policy0/energy_performance_available_preferences");
	ck_assert_uint_eq(setting->resets.count, 0);
	setting = scene_setting(scene, "policy8 scaling_governor");
	ck_assert_str_eq(setting->path, CPUFREQ "policy8/scaling_governor");
	ck_assert_str_eq(setting->offered_path, CPUFREQ "policy8/scaling_available_governors");
	ck_assert_str_eq(setting->rpk_key, "tune_cpu");
	ck_assert(holds(&setting->resets, CPUFREQ "policy8/scaling_min_freq"));
	ck_assert(holds(&setting->resets, CPUFREQ "policy8/scaling_max_freq"));
	ck_assert(holds(&setting->resets, CPUFREQ "policy8/schedutil/"));
	ck_assert(holds(&setting->resets, CPUFREQ "schedutil/"));
	ck_assert(!holds(&setting->resets, CPUFREQ "policy8/powersave/"));
}
END_TEST

/* intel_pstate refuses a preference under the performance governor. */
START_TEST(the_preference_is_written_before_the_governor)
{
	_cleanup_scene_ struct scene *scene = two_policies();
	const struct setting *governor;

	scene_run(scene, tune_governor);
	governor = scene_setting(scene, "policy0 scaling_governor");
	ck_assert(holds(&governor->after, CPUFREQ "policy0/energy_performance_preference"));
	ck_assert(holds(&governor->resets, CPUFREQ "policy0/energy_performance_preference"));
	scene_clear(scene);
	scene_want(scene, "cpu", "energy-performance-preference", RULE_EXACT, "power");
	scene_run(scene, tune_governor);
	ck_assert_str_eq(scene_settings(scene),
			 "policy0 energy_performance_preference word exact power\n");
}
END_TEST

START_TEST(no_cpufreq_is_said_once)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_cpus(scene, 8);
	scene_want(scene, "cpu", "governor", RULE_EXACT, "performance");
	scene_want(scene, "cpu", "energy-performance-preference", RULE_EXACT, "performance");
	scene_run(scene, tune_governor);
	/* A path that is not there: the look at the node makes it unsupported. */
	ck_assert_str_eq(scene_settings(scene),
			 "policy0 scaling_governor word exact performance\n");
	ck_assert_int_eq(scene->plan.settings.at[0].state, STATE_PENDING);
}
END_TEST

static void idle_state(struct scene *scene, unsigned cpu, unsigned index, const char *name,
		       int64_t latency_us)
{
	vec_push(
	    scene->arena, &scene->facts.idle_states,
	    (struct idle_state){.name = name,
				.dir = arena_printf(scene->arena, "/cpu%u/state%u", cpu, index),
				.cpu = cpu,
				.index = index,
				.latency_us = latency_us});
}

START_TEST(slow_idle_states_go_but_never_the_shallowest)
{
	static const struct {
		const char *limit_us, *settings;
	} rows[] = {
	    {"1001", ""},
	    {"170", "cpu2 state4 disable number exact 1\n"},
	    {"169", "cpu0 C6 disable number exact 1\ncpu2 state4 disable number exact 1\n"},
	    {"5", "cpu0 C1E disable number exact 1\ncpu0 C6 disable number exact 1\n"
		  "cpu2 state4 disable number exact 1\n"},
	    {"0", "cpu0 C1E disable number exact 1\ncpu0 C6 disable number exact 1\n"
		  "cpu1 cpu-sleep disable number exact 1\ncpu2 C2 disable number exact 1\n"
		  "cpu2 state4 disable number exact 1\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		idle_state(scene, 0, 0, "POLL", 0);
		idle_state(scene, 0, 1, "C1", 2);
		idle_state(scene, 0, 2, "C1E", 10);
		idle_state(scene, 0, 3, "C6", 170);
		/* ARM has no POLL; its first state is the shallowest. */
		idle_state(scene, 1, 0, "WFI", 1);
		idle_state(scene, 1, 1, "cpu-sleep", 5);
		/* A name that could not be read may be POLL; a latency that could not, anything. */
		idle_state(scene, 2, 0, NULL, 0);
		idle_state(scene, 2, 1, "C1", 2);
		idle_state(scene, 2, 2, "C2", 5);
		idle_state(scene, 2, 3, "C3", -1);
		idle_state(scene, 2, 4, NULL, 1001);
		scene_want(scene, "cpu", "max-cstate-latency", RULE_EXACT, rows[i].limit_us);
		scene_run(scene, tune_cstates);
		ck_assert_str_eq(scene_settings(scene), rows[i].settings);
		vec_for_each (setting, &scene->plan.settings) {
			ck_assert(text_ends(setting->path, "/disable"));
			ck_assert_uint_eq(setting->needs, NEED_SYS_ADMIN);
		}
	}
}
END_TEST

START_TEST(no_idle_states_is_said_once)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_cpus(scene, 8);
	scene_want(scene, "cpu", "max-cstate-latency", RULE_EXACT, "10");
	scene_run(scene, tune_cstates);
	ck_assert_str_eq(scene_settings(scene), "cpu0 idle states number exact 1\n");
	/* One state alone, slow as it may be, is the shallowest; nothing stands before the first.
	 */
	idle_state(scene, 0, 0, "not in the list", 0);
	idle_state(scene, 0, 0, "WFI", 1000);
	scene->facts.idle_states.at++;
	scene->facts.idle_states.count--;
	scene_run(scene, tune_cstates);
	ck_assert_str_eq(scene_settings(scene), "");
}
END_TEST

START_TEST(clock_sources)
{
	static const struct {
		const char *arch, *virtualization, *flags, *current, *wanted;
	} rows[] = {
	    /* Nothing is wrong with these; the kernel's own choice stays. */
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "tsc", "tsc"},
	    {"x86_64", "kvm", "constant_tsc nonstop_tsc", "kvm-clock", "kvm-clock"},
	    {"x86_64", "kvm", "constant_tsc nonstop_tsc", "tsc", "tsc"},
	    {"x86_64", "hyperv", "constant_tsc nonstop_tsc", "tsc", "tsc"},
	    {"x86_64", "hyperv", "", "hyperv_clocksource_tsc_page", "hyperv_clocksource_tsc_page"},
	    {"x86_64", "xen", "", "xen", "xen"},
	    {"aarch64", "none", "", "arch_sys_counter", "arch_sys_counter"},
	    {"x86_64", "none", "", "something-new", "something-new"},
	    /* Slow ones. */
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "hpet", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "acpi_pm", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "jiffies", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "refined-jiffies", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "pit", "tsc"},
	    {"x86_64", "none", "constant_tsc", "hpet", "hpet"},
	    {"x86_64", "none", "nonstop_tsc tsc", "hpet", "hpet"},
	    {"x86_64", "none", "", "acpi_pm", "acpi_pm"},
	    {"x86_64", "kvm", "constant_tsc nonstop_tsc", "acpi_pm", "kvm-clock|tsc"},
	    {"x86_64", "kvm", "", "hpet", "kvm-clock"},
	    {"x86_64", "hyperv", "constant_tsc nonstop_tsc", "acpi_pm",
	     "hyperv_clocksource_tsc_page|tsc"},
	    {"x86_64", "hyperv", "", "hpet", "hyperv_clocksource_tsc_page"},
	    {"x86_64", "xen", "", "jiffies", "xen"},
	    {"aarch64", "kvm", "", "jiffies", "kvm-clock|arch_sys_counter"},
	    {"aarch64", "none", "constant_tsc nonstop_tsc", "jiffies", "arch_sys_counter"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		scene->facts.host.arch = rows[i].arch;
		scene->facts.host.virtualization = rows[i].virtualization;
		scene->facts.host.cpu_flags = scene_words(scene, rows[i].flags);
		scene->facts.clocksource = rows[i].current;
		scene_want(scene, "cpu", "clocksource", RULE_AUTO, "");
		scene_run(scene, tune_clocksource);
		ck_assert_str_eq(
		    scene_settings(scene),
		    arena_printf(scene->arena, "clocksource word first-of %s\n", rows[i].wanted));
	}
}
END_TEST

START_TEST(an_explicit_clock_source_is_the_profiles_word)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene->facts.host.virtualization = "kvm";
	scene->facts.clocksource = "kvm-clock";
	scene_want(scene, "cpu", "clocksource", RULE_EXACT, "tsc");
	scene_run(scene, tune_clocksource);
	ck_assert_str_eq(scene_settings(scene), "clocksource word exact tsc\n");
	ck_assert(text_ends(scene->plan.settings.at[0].path, "/current_clocksource"));
	ck_assert(text_ends(scene->plan.settings.at[0].offered_path, "/available_clocksource"));
	ck_assert_str_eq(scene->plan.settings.at[0].rpk_key, "tune_clocksource");
}
END_TEST

/* memory ------------------------------------------------------------------------------------- */

START_TEST(huge_pages)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "memory", "transparent-hugepages", RULE_ONE_OF, "madvise|always");
	scene_want(scene, "memory", "transparent-hugepages-defrag", RULE_LEAVE, "");
	scene_run(scene, tune_hugepages);
	ck_assert_str_eq(scene_settings(scene),
			 "transparent_hugepage enabled choice one-of madvise|always\n");
	ck_assert_str_eq(scene->plan.settings.at[0].path,
			 "/sys/kernel/mm/transparent_hugepage/enabled");
	ck_assert_str_eq(scene->plan.settings.at[0].rpk_key, "tune_transparent_hugepages");
	scene_clear(scene);
	scene_want(scene, "memory", "transparent-hugepages-defrag", RULE_EXACT, "defer+madvise");
	scene_run(scene, tune_hugepages);
	ck_assert_str_eq(scene_settings(scene),
			 "transparent_hugepage defrag choice exact defer+madvise\n");
	ck_assert_str_eq(scene->plan.settings.at[0].path,
			 "/sys/kernel/mm/transparent_hugepage/defrag");
}
END_TEST

RUN_SUITE("tuners", every_row_of_the_table_is_complete, a_profile_that_wants_nothing_gets_nothing,
	  aio_events_follow_cpus_and_what_others_use, the_sum_of_aio_events_is_printed,
	  tcp_memory_is_three_percent, without_a_number_nothing_is_guessed,
	  kinds_paths_and_rights_of_sysctls, the_wrong_network_namespace_is_skipped,
	  each_policy_is_one_setting, the_preference_is_written_before_the_governor,
	  no_cpufreq_is_said_once, slow_idle_states_go_but_never_the_shallowest,
	  no_idle_states_is_said_once, clock_sources, an_explicit_clock_source_is_the_profiles_word,
	  huge_pages)
