/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a profile apart into points. */
#include "profile/points.h"

#include "base/text.h"
#include "profile/merge.h"
#include "profile/schema.h"

const char *profile_value_words(struct arena *arena, const char *section, const char *key,
				const struct value *value)
{
	const char *form = value_form(value);
	const char *operand = value_yaml_operand(arena, schema_find(section, key), value);

	return text_equal(form, "value") ? operand : arena_printf(arena, "%s %s", form, operand);
}

static const char *severity_word(enum severity severity)
{
	return severity == SEVERITY_REQUIRED ? "required" : "advised";
}

/* An overlay of a later layer for the same nodes says the last word. */
static void put(struct arena *arena, profile_points *points, struct profile_point point)
{
	vec_for_each (old, points) {
		if (!text_equal(old->what, point.what))
			continue;
		*old = point;
		return;
	}
	vec_push(arena, points, point);
}

static const char *disks_of(struct arena *arena, const struct profile_entry *entry)
{
	return arena_printf(arena, "%s%s%s", text_join(arena, &entry->disk_models, "|"),
			    entry->disk_models.count && entry->disk_drivers.count ? ", " : "",
			    text_join(arena, &entry->disk_drivers, "|"));
}

static void add_entries(struct arena *arena, const struct profile *profile, profile_points *points)
{
	vec_for_each (entry, &profile->entries) {
		const char *what = arena_printf(arena, "%s %s", entry->section, entry->key);

		if (!merge_is_for_all(entry))
			what = arena_printf(arena, "%s of %s", what, disks_of(arena, entry));
		put(arena, points,
		    (struct profile_point){
			.what = what,
			.value =
			    profile_value_words(arena, entry->section, entry->key, &entry->value),
			.severity = severity_word(entry->value.severity),
			.source = entry->value.source,
			.why = entry->value.why,
		    });
	}
}

static void add_overlays(struct arena *arena, const struct profile *profile, profile_points *points)
{
	vec_for_each (said, &profile->said)
		put(arena, points,
		    (struct profile_point){
			.what = arena_printf(arena, "%s %s when %s", said->section, said->key,
					     said->when),
			.value = said->has_rule ? profile_value_words(arena, said->section,
								      said->key, &said->value)
						: "as it is",
			.severity = said->has_severity ? severity_word(said->value.severity) : NULL,
			.source = arena_printf(arena, "%s:%u", said->profile, said->line),
			.why = said->value.why,
		    });
}

/* Of two by the same owner the one that lasts longer counts. */
static bool is_outlasted(const struct profile *profile, const struct waiver *waiver)
{
	vec_for_each (other, &profile->waivers) {
		if (text_equal(other->what, waiver->what) &&
		    text_equal(other->owner, waiver->owner) && other->last_day > waiver->last_day)
			return true;
	}
	return false;
}

static void add_waivers(struct arena *arena, const struct profile *profile, profile_points *points)
{
	vec_for_each (waiver, &profile->waivers) {
		if (is_outlasted(profile, waiver))
			continue;
		put(arena, points,
		    (struct profile_point){
			.what =
			    arena_printf(arena, "waiver of %s by %s", waiver->what, waiver->owner),
			.value = arena_printf(arena, "until %s", waiver->until),
			.source = waiver->source,
			.why = waiver->reason,
		    });
	}
}

profile_points profile_points_of(struct arena *arena, const struct profile *profile)
{
	profile_points points = {0};

	put(arena, &points,
	    (struct profile_point){.what = "gate", .value = profile_gate_name(profile->gate)});
	add_entries(arena, profile, &points);
	add_overlays(arena, profile, &points);
	add_waivers(arena, profile, &points);
	return points;
}
