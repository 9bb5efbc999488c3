/* SPDX-License-Identifier: Apache-2.0 */
/* One setting or one check of this node in full: where it is, what is wanted and why, and who says
 * so. */
#include "base/escape.h"
#include "base/text.h"
#include "plan/needs.h"
#include "plan/place.h"
#include "report/layout.h"
#include "tuners/tuners.h"

static void add_row(struct table *table, const char *head, const char *text)
{
	if (text && *text)
		table_add(table, (const char *const[]){head, text});
}

static const char *names_text(struct arena *arena, const names *list)
{
	return list->count ? text_join(arena, list, ", ") : NULL;
}

static const char *state_text(struct arena *arena, const struct setting *setting)
{
	const char *state = plan_state_names[setting->state];

	return setting->note ? arena_printf(arena, "%s: %s", state, setting->note) : state;
}

/* What a write needs, and what else it does. */
static void add_effects(struct table *table, const struct wish *wish)
{
	struct arena *arena = table->arena;
	names needs = {0};

	for (size_t i = 0; i < NEED_CAPABILITIES; i++) {
		if (wish->needs & need_capabilities[i].need)
			vec_push(arena, &needs, need_capabilities[i].name);
	}
	if (wish->needs & NEED_INITIAL_NETNS)
		vec_push(arena, &needs, "the node's own network namespace");
	add_row(table, "Needs", names_text(arena, &needs));
	add_row(table, "Written after", names_text(arena, &wish->after));
	add_row(table, "Put back", names_text(arena, &wish->resets));
	add_row(table, "Changes too", names_text(arena, &wish->carries));
	if (wish->disruptive)
		add_row(table, "Disruptive", "the write disturbs a running broker");
	add_row(table, "Then", wish->command);
}

static void add_tuner(struct table *table, const char *name, bool is_setting)
{
	const struct tuner *tuner = tuner_find(name);

	if (!tuner)
		return;
	add_row(table, "Tuner", arena_printf(table->arena, "%s: %s", tuner->name, tuner->summary));
	if (!is_setting)
		return;
	add_row(table, "Trade-off", tuner->trade_off);
	add_row(table, "Undo", tuner->undo);
	add_row(table, "Advice", tuner->advice);
}

char *explain_setting(struct arena *arena, const struct setting *setting, struct text_style style)
{
	static const char *const heads[] = {"", "", NULL};
	const struct wish *wish = setting->wish;
	const char *place = wish->path ? place_words(arena, wish->path) : "";
	struct table table = table_new(arena, heads);

	add_row(&table, *place == '/' ? "File" : "Where", place);
	add_row(&table, "Now", layout_have(arena, setting));
	add_row(&table, "Wanted", layout_wanted(arena, setting));
	add_row(&table, "State", state_text(arena, setting));
	add_row(&table, "Why", wish->why);
	add_row(&table, "Computed from", wish->measured);
	add_row(&table, "Severity", plan_severity_names[wish->severity]);
	add_row(&table, "Profile", wish->source);
	if (wish->rpk_key)
		add_row(&table, "Switched off",
			arena_printf(arena, "by rpk.%s: false in redpanda.yaml", wish->rpk_key));
	add_effects(&table, wish);
	add_tuner(&table, wish->tuner, true);
	return arena_printf(arena, "%s: a setting of this node\n%s",
			    escape_text(arena, wish->name, ESCAPE_ALL), table_text(&table, style));
}

char *explain_check(struct arena *arena, const struct check *check, struct text_style style)
{
	static const char *const heads[] = {"", "", NULL};
	struct table table = table_new(arena, heads);

	add_row(&table, "Now", text_or(check->have, "unknown"));
	add_row(&table, "Wanted", check->required);
	add_row(&table, "State", plan_check_state_names[check->state]);
	add_row(&table, "What to do", check->note);
	add_row(&table, "Severity", plan_severity_names[check->severity]);
	add_row(&table, "Profile", check->source);
	add_tuner(&table, check->tuner, false);
	return arena_printf(arena, "%s: a check of this node\n%s",
			    escape_text(arena, check->id, ESCAPE_ALL), table_text(&table, style));
}
