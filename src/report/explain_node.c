/* SPDX-License-Identifier: Apache-2.0 */
/* One setting or one check of this node in full: where it is, what is wanted and why, and who says
 * so. */
#include "base/escape.h"
#include "base/text.h"
#include "plan/needs.h"
#include "plan/place.h"
#include "plan/waive.h"
#include "report/layout.h"
#include "tuners/tuners.h"

static const char *names_text(struct arena *arena, const names *list)
{
	return list->count ? text_join(arena, list, ", ") : NULL;
}

static const char *state_text(struct arena *arena, const struct setting *setting)
{
	const char *state = plan_state_names[setting->state];

	return setting->note ? arena_printf(arena, "%s: %s", state, setting->note) : state;
}

static void add_waiver(struct table *table, const struct waiving *waiving)
{
	if (!waiving)
		return;
	table_pair(table, "Waiver", waive_words(table->arena, waiving));
	table_pair(table, "Waived in", waiving->waiver->source);
}

/* Each statement that had a part in it, and the file that it is in, the first one first. */
static void add_merged(struct table *table, const struct merge_step *last)
{
	struct arena *arena = table->arena;
	merge_steps steps = merge_steps_of(arena, last);

	vec_for_each (item, &steps) {
		const struct merge_step *step = *item;
		names said = {0};

		if (step->value)
			vec_push(arena, &said, step->value);
		if (step->has_severity)
			vec_push(arena, &said, plan_severity_names[step->severity]);
		if (!said.count)
			vec_push(arena, &said, "another reason");
		table_add(
		    table,
		    (const char *const[]){
			item == steps.at ? "Stated in" : "",
			arena_printf(arena, "%s:%u%s%s%s: %s", step->file, step->line,
				     step->overlay ? " (overlay " : "", text_or(step->overlay, ""),
				     step->overlay ? ")" : "", text_join(arena, &said, ", "))});
	}
}

/* A tuner names what it comes after without knowing whether that is planned on this node. */
static names written_before(struct arena *arena, const struct plan *plan, const struct wish *wish)
{
	names planned = {0};

	vec_for_each (path, &wish->after) {
		vec_for_each (setting, &plan->settings) {
			if (!text_equal(setting->wish->path, *path))
				continue;
			vec_push(arena, &planned, *path);
			break;
		}
	}
	return planned;
}

/* What a write needs, and what else it does. */
static void add_effects(struct table *table, const struct plan *plan, const struct wish *wish)
{
	struct arena *arena = table->arena;
	names needs = {0}, before = written_before(arena, plan, wish);

	for (size_t i = 0; i < NEED_CAPABILITIES; i++) {
		if (wish->needs & need_capabilities[i].need)
			vec_push(arena, &needs, need_capabilities[i].name);
	}
	if (wish->needs & NEED_INITIAL_NETNS)
		vec_push(arena, &needs, "the node's own network namespace");
	table_pair(table, "Needs", names_text(arena, &needs));
	table_pair(table, "Written after", names_text(arena, &before));
	table_pair(table, "Put back", names_text(arena, &wish->resets));
	table_pair(table, "Changes too", names_text(arena, &wish->carries));
	if (wish->disruptive)
		table_pair(table, "Disruptive", "the write disturbs a running broker");
	table_pair(table, "Then", wish->command);
}

static void add_tuner(struct table *table, const char *name, bool is_setting)
{
	const struct tuner *tuner = tuner_find(name);

	if (!tuner)
		return;
	table_pair(table, "Tuner",
		   arena_printf(table->arena, "%s: %s", tuner->name, tuner->summary));
	if (!is_setting)
		return;
	table_pair(table, "Trade-off", tuner->trade_off);
	table_pair(table, "Undo", tuner->undo);
	table_pair(table, "Advice", tuner->advice);
}

char *explain_setting(struct arena *arena, const struct plan *plan, const struct setting *setting,
		      struct text_style style)
{
	static const char *const heads[] = {"", "", NULL};
	const struct wish *wish = setting->wish;
	const char *place = wish->path ? place_words(arena, wish->path) : "";
	struct table table = table_new(arena, heads);

	table_pair(&table, *place == '/' ? "File" : "Where", place);
	table_pair(&table, "Now", layout_have(arena, setting));
	table_pair(&table, "Wanted", layout_wanted(arena, setting));
	table_pair(&table, "State", state_text(arena, setting));
	add_waiver(&table, wish->waiver);
	table_pair(&table, "Why", wish->why);
	table_pair(&table, "Computed from", wish->measured);
	table_pair(&table, "Severity", plan_severity_names[wish->severity]);
	table_pair(&table, "Profile", wish->source);
	add_merged(&table, wish->merged);
	if (wish->rpk_key)
		table_pair(&table, "Off switch",
			   arena_printf(arena, "rpk.%s: false in redpanda.yaml", wish->rpk_key));
	add_effects(&table, plan, wish);
	add_tuner(&table, wish->tuner, true);
	return arena_printf(arena, "%s: a setting of this node\n%s",
			    escape_text(arena, wish->name, ESCAPE_ALL), table_text(&table, style));
}

char *explain_check(struct arena *arena, const struct check *check, struct text_style style)
{
	static const char *const heads[] = {"", "", NULL};
	struct table table = table_new(arena, heads);

	table_pair(&table, "Now", text_or(check->have, "unknown"));
	table_pair(&table, "Wanted", check->required);
	table_pair(&table, "State", plan_check_state_names[check->state]);
	add_waiver(&table, check->waiver);
	table_pair(&table, "What to do", check->note);
	table_pair(&table, "Severity", plan_severity_names[check->severity]);
	table_pair(&table, "Profile", check->source);
	add_merged(&table, check->merged);
	add_tuner(&table, check->tuner, false);
	return arena_printf(arena, "%s: a check of this node\n%s",
			    escape_text(arena, check->id, ESCAPE_ALL), table_text(&table, style));
}
