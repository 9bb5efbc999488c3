/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for what a waiver names among tuners, checks and the sysctls of the profile. */
#include "tuners/waiver_names.h"

#include "base/nearest.h"
#include "base/text.h"
#include "profile/schema.h"
#include "profile/waivers.h"
#include "tuners/tuners.h"

static const char *no_check(struct arena *arena, const struct profile *profile, const char *id)
{
	const struct value *value = profile_get(profile, "checks", id);
	names known = schema_keys_of(arena, "checks");

	/* Each advisory is a check, and a node may have some of its own. The swap is told without
	 * being judged where the profile leaves it alone. */
	if (text_starts(id, "advisory-") || text_equal(id, "swap"))
		return NULL;
	if (!text_in(id, &known))
		return arena_printf(arena, "there is no check '%s'%s", id,
				    nearest_hint(arena, id, &known));
	if (!value || value->rule == RULE_LEAVE)
		return arena_printf(arena, "the profile does not make the check '%s'", id);
	return NULL;
}

static const char *no_sysctl(struct arena *arena, const struct profile *profile, const char *glob)
{
	names known = {0};

	vec_for_each (entry, &profile->entries) {
		if (!text_equal(entry->section, "sysctl") || entry->value.rule == RULE_LEAVE)
			continue;
		if (text_glob(glob, entry->key))
			return NULL;
		vec_push(arena, &known, entry->key);
	}
	return arena_printf(arena, "the profile sets no sysctl '%s'%s", glob,
			    nearest_hint(arena, glob, &known));
}

const char *waiver_names_nothing(struct arena *arena, const struct profile *profile,
				 const struct waiver *waiver)
{
	names known = {0};

	if (text_equal(waiver->scope, WAIVER_OF_CHECK))
		return no_check(arena, profile, waiver->glob);
	if (text_equal(waiver->scope, "sysctl"))
		return no_sysctl(arena, profile, waiver->glob);
	if (tuner_find(waiver->scope))
		return NULL;
	for (size_t i = 0; i < tuner_count; i++)
		vec_push(arena, &known, tuner_table[i].name);
	return arena_printf(arena, "there is no tuner '%s'%s", waiver->scope,
			    nearest_hint(arena, waiver->scope, &known));
}
