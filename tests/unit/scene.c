/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <check.h>

#include "base/text.h"
#include "plan/irq_map.h"
#include "plan/kind.h"

struct scene *scene_new(void)
{
	struct arena *arena = arena_new();
	struct scene *scene = arena_alloc(arena, sizeof(*scene));

	scene->arena = arena;
	scene->facts.live.uid = -1;
	scene->facts.host.aio_nr = scene->facts.host.aio_max_nr = -1;
	scene->facts.host.wakeup_granularity_ns = -1;
	scene->facts.host.swap_bytes = scene->facts.host.io_uring_disabled = -1;
	return scene;
}

void scene_freep(struct scene **scene)
{
	arena_free((*scene)->arena);
}

void scene_cpus(struct scene *scene, unsigned count)
{
	scene->facts.topology.online = (struct cpuset){0};
	for (unsigned cpu = 0; cpu < count; cpu++)
		cpuset_add(scene->arena, &scene->facts.topology.online, cpu);
}

struct profile_entry *scene_want(struct scene *scene, const char *section, const char *key,
				 enum rule rule, const char *operands)
{
	struct profile_entry entry = {
	    .section = section, .key = key, .value = {.rule = rule, .source = "test:1"}};

	if (*operands)
		entry.value.operands = text_split(scene->arena, operands, '|');
	vec_push(scene->arena, &scene->profile.entries, entry);
	return &scene->profile.entries.at[scene->profile.entries.count - 1];
}

void scene_clear(struct scene *scene)
{
	scene->profile.entries.count = 0;
}

names scene_words(struct scene *scene, const char *words)
{
	return text_words(scene->arena, words);
}

void scene_run(struct scene *scene, void (*tuner)(const struct tuning *tuning))
{
	const struct tuning tuning = {.plan = &scene->plan,
				      .facts = &scene->facts,
				      .profile = &scene->profile,
				      .request = &scene->request};
	const struct facts before = scene->facts;

	scene->plan = (struct plan){.arena = scene->arena};
	scene->plan.placement =
	    placement_decide(scene->arena, &scene->facts, &scene->profile, &scene->request);
	scene->plan.irq_map = irq_map_make(scene->arena, &scene->facts, &scene->plan.placement);
	tuner(&tuning);
	ck_assert_mem_eq(&scene->facts, &before, sizeof(before));
}

const char *scene_settings(struct scene *scene)
{
	static const char *const rules[] = {
	    [RULE_LEAVE] = "leave",       [RULE_AUTO] = "auto",       [RULE_EXACT] = "exact",
	    [RULE_AT_LEAST] = "at-least", [RULE_AT_MOST] = "at-most", [RULE_ONE_OF] = "one-of",
	    [RULE_FIRST_OF] = "first-of",
	};
	struct str text = str_new(scene->arena);

	vec_for_each (setting, &scene->plan.settings)
		str_printf(&text, "%s %s %s %s\n", setting->wish->name,
			   kind_name(setting->wish->kind), rules[setting->wish->rule],
			   text_join(scene->arena, &setting->wish->operands, "|"));
	return text.text;
}

const struct setting *scene_setting(struct scene *scene, const char *name)
{
	vec_for_each (setting, &scene->plan.settings) {
		if (text_equal(setting->wish->name, name))
			return setting;
	}
	ck_abort_msg("there is no setting '%s'", name);
}

const struct check *scene_find_check(struct scene *scene, const char *id)
{
	vec_for_each (check, &scene->plan.checks) {
		if (text_equal(check->id, id))
			return check;
	}
	ck_abort_msg("there is no check '%s'", id);
}

const char *scene_check(struct scene *scene, const char *id)
{
	vec_for_each (check, &scene->plan.checks) {
		if (text_equal(check->id, id))
			return arena_printf(scene->arena, "%s %s",
					    plan_check_state_names[check->state],
					    check->have ? check->have : "-");
	}
	return "none";
}

const char *scene_only_check(struct scene *scene, const char *id)
{
	scene_run(scene, tune_checks);
	ck_assert_uint_le(scene->plan.checks.count, 1);
	return scene_check(scene, id);
}

const char *scene_note(struct scene *scene, const char *id)
{
	const char *text = scene_find_check(scene, id)->note;

	return text ? text : "";
}
