/* SPDX-License-Identifier: Apache-2.0 */
/* Advice about the kernel command line: given where it is missing, never anything to write. */
#include "base/text.h"
#include "run_suite.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "isolcpus=not set nohz_full=1-3": what advice there is, and what it found. */
static const char *advice(struct scene *scene, const char *cmdline)
{
	struct str text = str_new(scene->arena);

	scene->facts.host.cmdline = cmdline;
	scene_run(scene, tune_boot);
	vec_for_each (setting, &scene->plan.settings) {
		str_printf(&text, "%s%s=%s", setting == scene->plan.settings.at ? "" : " ",
			   setting->wish->name, setting->have);
		ck_assert_int_eq(setting->wish->kind, KIND_MANUAL);
		ck_assert_int_eq(setting->state, STATE_MANUAL);
		/* What is never written waits for nothing. */
		ck_assert_int_eq(setting->wish->phase, PHASE_VALUES);
		ck_assert_ptr_null(setting->wish->path);
		ck_assert_ptr_nonnull(setting->want);
		ck_assert_ptr_nonnull(setting->wish->why);
		ck_assert_str_eq(setting->wish->source, "test:1");
		ck_assert_ptr_nonnull(strstr(setting->note, "kernel command line"));
		ck_assert_ptr_null(strstr(setting->note, "mitigations"));
	}
	return text.text;
}

START_TEST(a_kernel_that_cannot_stop_its_tick_is_not_asked_to)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
	scene_run(scene, tune_boot);
	ck_assert_ptr_nonnull(strstr(scene_settings(scene), "nohz_full"));
	scene->facts.host.no_hz_full = TRI_YES;
	scene_run(scene, tune_boot);
	ck_assert_ptr_nonnull(strstr(scene_settings(scene), "nohz_full"));
	scene->facts.host.no_hz_full = TRI_NO;
	scene_run(scene, tune_boot);
	ck_assert_ptr_null(strstr(scene_settings(scene), "nohz_full"));
}
END_TEST

START_TEST(dedicated_interrupt_cpus)
{
	static const struct {
		const char *cmdline, *advice;
	} rows[] = {
	    {NULL, "nohz_full=not set"},
	    {"", "nohz_full=not set"},
	    /* Only some drives have vectors that isolcpus would move: disk-irq tells. */
	    {"isolcpus=1-3", "nohz_full=not set"},
	    {"isolcpus=managed_irq,domain,1-3 nohz_full=1-3", ""},
	    {"nohz_full=1-3", ""},
	    /* Another parameter that only begins the same. */
	    {"nohz_full_x=1", "nohz_full=not set"},
	};
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "irq", "placement", RULE_EXACT, "dedicated");
	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_str_eq(advice(scene, rows[i].cmdline), rows[i].advice);
	/* In force, wherever it was said. */
	cpuset_add(scene->arena, &scene->facts.isolated.tickless, 1);
	ck_assert_str_eq(advice(scene, NULL), "");
	scene->facts.isolated.tickless = (struct cpuset){0};
	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_EXACT, "shared");
	ck_assert_str_eq(advice(scene, NULL), "");
	scene_clear(scene);
	scene_want(scene, "irq", "placement", RULE_AUTO, "");
	ck_assert_str_eq(advice(scene, NULL), "");
}
END_TEST

START_TEST(idle_states_that_cannot_be_switched_off)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "cpu", "max-cstate-latency", RULE_EXACT, "10");
	ck_assert_str_eq(advice(scene, "quiet"), "intel_idle.max_cstate=not set");
	ck_assert_str_eq(advice(scene, "intel_idle.max_cstate=1"), "");
	vec_push(scene->arena, &scene->facts.idle_states, (struct idle_state){.name = "POLL"});
	ck_assert_str_eq(advice(scene, "quiet"), "");
}
END_TEST

START_TEST(a_clock_that_the_command_line_forbids)
{
	_cleanup_scene_ struct scene *scene = scene_new();

	scene_want(scene, "cpu", "clocksource", RULE_AUTO, "");
	ck_assert_str_eq(advice(scene, "quiet tsc=reliable"), "");
	ck_assert_str_eq(advice(scene, "notsc"), "notsc=notsc");
	ck_assert_str_eq(advice(scene, "tsc=unstable"), "tsc=unstable");
	ck_assert_str_eq(advice(scene, "tsc=unstable notsc"), "notsc=notsc tsc=unstable");
	scene_clear(scene);
	scene_want(scene, "cpu", "clocksource", RULE_LEAVE, "");
	ck_assert_str_eq(advice(scene, "notsc tsc=unstable"), "");
}
END_TEST

RUN_SUITE("boot", a_kernel_that_cannot_stop_its_tick_is_not_asked_to, dedicated_interrupt_cpus,
	  idle_states_that_cannot_be_switched_off, a_clock_that_the_command_line_forbids)
