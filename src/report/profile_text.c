/* SPDX-License-Identifier: Apache-2.0 */
/* What of a profile makes no setting, so that nothing an operator decided is lost from sight. */
#include "base/escape.h"
#include "base/text.h"
#include "report/layout.h"

static void add_line(struct str *str, const char *line, struct text_style style)
{
	layout_paragraph(str, escape_text(str->arena, line, ESCAPE_ALL), 2, layout_columns(style));
}

static void add_overlays(struct str *str, const struct profile *profile, struct text_style style)
{
	struct arena *arena = str->arena;

	if (profile->overlays.count)
		str_add(str, "\noverlays of the profile:\n");
	vec_for_each (overlay, &profile->overlays)
		add_line(str,
			 arena_printf(arena, "%s:%u, when %s: %s (%s is %s)", overlay->profile,
				      overlay->line, overlay->when,
				      overlay->is_applied ? "applies" : "does not apply",
				      overlay->fact, text_or(overlay->value, "unknown")),
			 style);
}

static void add_leaves(struct str *str, const struct profile *profile, struct text_style style)
{
	struct arena *arena = str->arena;

	if (profile_leave_count(profile))
		str_add(str, "\nleft alone by the profile:\n");
	vec_for_each (entry, &profile->entries) {
		const struct value *value = &entry->value;

		if (value->rule != RULE_LEAVE)
			continue;
		add_line(str,
			 arena_printf(arena, "%s %s%s%s [%s]", entry->section, entry->key,
				      value->why ? ": " : "", text_or(value->why, ""),
				      text_or(value->source, "unknown")),
			 style);
	}
}

const char *profile_lowered_by(struct arena *arena, const struct lowered *lowered)
{
	if (!lowered->overlay)
		return arena_printf(arena, "%s:%u", lowered->profile, lowered->line);
	return arena_printf(arena, "%s:%u (overlay %s)", lowered->profile, lowered->line,
			    lowered->overlay);
}

const char *profile_lowered_text(struct arena *arena, const struct lowered *lowered)
{
	bool is_left = text_equal(lowered->now, "leave");

	if (text_equal(lowered->section, "gate"))
		return arena_printf(arena, "gate: %s by %s, stricter by %s", lowered->now,
				    profile_lowered_by(arena, lowered),
				    text_or(lowered->required_by, "unknown"));
	return arena_printf(arena, "%s %s: %s by %s, required by %s", lowered->section,
			    lowered->key, is_left ? "left alone" : "only advised",
			    profile_lowered_by(arena, lowered),
			    text_or(lowered->required_by, "unknown"));
}

char *profile_lowered(struct arena *arena, const struct profile *profile, struct text_style style)
{
	struct str str = str_new(arena);

	if (profile->lowered.count)
		str_add(&str,
			"\nrequired by a profile, and lowered by one that extends it or by an "
			"overlay:\n");
	vec_for_each (lowered, &profile->lowered)
		add_line(&str, profile_lowered_text(arena, lowered), style);
	return str.text;
}

unsigned profile_leave_count(const struct profile *profile)
{
	unsigned count = 0;

	vec_for_each (entry, &profile->entries)
		count += entry->value.rule == RULE_LEAVE;
	return count;
}

char *profile_text(struct arena *arena, const struct profile *profile, struct text_style style)
{
	struct str str = str_new(arena);

	str_printf(&str, "\ngate of the profile: %s\n", profile_gate_name(profile->gate));
	add_overlays(&str, profile, style);
	add_leaves(&str, profile, style);
	return str.text;
}
