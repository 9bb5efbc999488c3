/* SPDX-License-Identifier: Apache-2.0 */
/* Governor, idle states and clock source: facts and profile in, settings out. */
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
	ck_assert_str_eq(setting->wish->path, CPUFREQ "policy0/energy_performance_preference");
	ck_assert_str_eq(setting->wish->offered_path,
			 CPUFREQ "policy0/energy_performance_available_preferences");
	ck_assert_uint_eq(setting->wish->resets.count, 0);
	setting = scene_setting(scene, "policy8 scaling_governor");
	ck_assert_str_eq(setting->wish->path, CPUFREQ "policy8/scaling_governor");
	ck_assert_str_eq(setting->wish->offered_path,
			 CPUFREQ "policy8/scaling_available_governors");
	ck_assert_str_eq(setting->wish->rpk_key, "tune_cpu");
	ck_assert(holds(&setting->wish->resets, CPUFREQ "policy8/scaling_min_freq"));
	ck_assert(holds(&setting->wish->resets, CPUFREQ "policy8/scaling_max_freq"));
	ck_assert(holds(&setting->wish->resets, CPUFREQ "policy8/schedutil/"));
	ck_assert(holds(&setting->wish->resets, CPUFREQ "schedutil/"));
	ck_assert(!holds(&setting->wish->resets, CPUFREQ "policy8/powersave/"));
}
END_TEST

START_TEST(an_offline_policy_is_unsupported)
{
	_cleanup_scene_ struct scene *scene = two_policies();
	const struct setting *setting;

	scene->facts.policies.at[1].is_offline = true;
	scene_run(scene, tune_governor);
	ck_assert_uint_eq(scene->plan.settings.count, 3);
	ck_assert_int_eq(scene_setting(scene, "policy0 scaling_governor")->state, STATE_PENDING);
	setting = scene_setting(scene, "policy8 scaling_governor");
	ck_assert_int_eq(setting->state, STATE_UNSUPPORTED);
	ck_assert_str_eq(setting->note, "its CPUs are offline");
	ck_assert_ptr_null(setting->wish->path);
}
END_TEST

/* intel_pstate refuses a preference under the performance governor. */
START_TEST(the_preference_is_written_before_the_governor)
{
	_cleanup_scene_ struct scene *scene = two_policies();
	const struct setting *governor;

	scene_run(scene, tune_governor);
	governor = scene_setting(scene, "policy0 scaling_governor");
	ck_assert(holds(&governor->wish->after, CPUFREQ "policy0/energy_performance_preference"));
	ck_assert(holds(&governor->wish->resets, CPUFREQ "policy0/energy_performance_preference"));
	scene_clear(scene);
	/* Away from it the governor goes first: until then the preference would be refused. */
	scene_want(scene, "cpu", "governor", RULE_EXACT, "powersave");
	scene_want(scene, "cpu", "energy-performance-preference", RULE_EXACT, "power");
	scene_run(scene, tune_governor);
	ck_assert_uint_eq(scene_setting(scene, "policy0 scaling_governor")->wish->after.count, 0);
	ck_assert(holds(&scene_setting(scene, "policy0 energy_performance_preference")->wish->after,
			CPUFREQ "policy0/scaling_governor"));
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
				.latency_us = latency_us,
				.disabled = TRI_NO});
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
			ck_assert(text_ends(setting->wish->path, "/disable"));
			ck_assert_uint_eq(setting->wish->needs, NEED_SYS_ADMIN);
		}
	}
}
END_TEST

/* Somebody switched the shallow ones off: the shallowest that is left stays. */
START_TEST(what_is_switched_off_is_no_rest)
{
	static const struct {
		enum tri c1, c1e;
		const char *settings;
	} rows[] = {
	    {TRI_NO, TRI_NO, "cpu0 C1E disable number exact 1\ncpu0 C6 disable number exact 1\n"},
	    {TRI_YES, TRI_NO, "cpu0 C6 disable number exact 1\n"},
	    {TRI_UNKNOWN, TRI_NO, "cpu0 C6 disable number exact 1\n"},
	    {TRI_YES, TRI_YES, ""},
	    /* What was switched off by an earlier apply changes nothing for the next. */
	    {TRI_NO, TRI_YES, "cpu0 C1E disable number exact 1\ncpu0 C6 disable number exact 1\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();

		idle_state(scene, 0, 0, "POLL", 0);
		idle_state(scene, 0, 1, "C1", 2);
		idle_state(scene, 0, 2, "C1E", 10);
		idle_state(scene, 0, 3, "C6", 170);
		scene->facts.idle_states.at[1].disabled = rows[i].c1;
		scene->facts.idle_states.at[2].disabled = rows[i].c1e;
		scene_want(scene, "cpu", "max-cstate-latency", RULE_EXACT, "0");
		scene_run(scene, tune_cstates);
		ck_assert_str_eq(scene_settings(scene), rows[i].settings);
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
	/* One state alone, slow as it may be, is the shallowest; nothing comes before the first.
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
	    {"x86_64", "xen", "constant_tsc nonstop_tsc", "xen", "xen"},
	    {"x86_64", "xen", "constant_tsc nonstop_tsc", "tsc", "tsc"},
	    {"aarch64", "none", "", "arch_sys_counter", "arch_sys_counter"},
	    {"x86_64", "none", "", "something-new", "something-new"},
	    /* Slow ones. */
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "hpet", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "acpi_pm", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "jiffies", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "refined-jiffies", "tsc"},
	    {"x86_64", "none", "constant_tsc nonstop_tsc", "pit", "tsc"},
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

START_TEST(a_slow_clock_that_nothing_replaces_is_told)
{
	static const char *const flags[] = {"constant_tsc", "nonstop_tsc tsc", ""};

	for (size_t i = 0; i < COUNT(flags); i++) {
		_cleanup_scene_ struct scene *scene = scene_new();
		const struct setting *setting;

		scene->facts.host.arch = "x86_64";
		scene->facts.host.virtualization = "none";
		scene->facts.host.cpu_flags = scene_words(scene, flags[i]);
		scene->facts.clocksource = "hpet";
		scene_want(scene, "cpu", "clocksource", RULE_AUTO, "");
		scene_run(scene, tune_clocksource);
		setting = scene_setting(scene, "clocksource");
		ck_assert_int_eq(setting->state, STATE_UNSUPPORTED);
		ck_assert_str_eq(setting->have, "hpet");
		ck_assert_ptr_null(setting->wish->path);
		ck_assert_ptr_nonnull(strstr(setting->note, "time stamp counter"));
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
	ck_assert(text_ends(scene->plan.settings.at[0].wish->path, "/current_clocksource"));
	ck_assert(
	    text_ends(scene->plan.settings.at[0].wish->offered_path, "/available_clocksource"));
	ck_assert_str_eq(scene->plan.settings.at[0].wish->rpk_key, "tune_clocksource");
}
END_TEST

RUN_SUITE("cpu_tuners", each_policy_is_one_setting, an_offline_policy_is_unsupported,
	  the_preference_is_written_before_the_governor, no_cpufreq_is_said_once,
	  slow_idle_states_go_but_never_the_shallowest, what_is_switched_off_is_no_rest,
	  no_idle_states_is_said_once, clock_sources, a_slow_clock_that_nothing_replaces_is_told,
	  an_explicit_clock_source_is_the_profiles_word)
