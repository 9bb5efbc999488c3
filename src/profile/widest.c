/* SPDX-License-Identifier: Apache-2.0 */
/* A profile that speaks of everything the schema has a row for, so that a record holds what any
 * profile may ask for. What it wants is of no importance; that tuners plan a setting for it is. */
#include "base/text.h"
#include "profile/schema.h"

/* A value that the row takes; NULL: the row is none that settings are made from. */
static const char *some_value(struct arena *arena, const struct schema_key *row)
{
	uint64_t least = row->min ? row->min : 1;
	const char *last;

	switch (row->type) {
	case TYPE_NUMBER:
	case TYPE_NUMBERS:
	case TYPE_SYSCTL:
	case TYPE_SIZE:
	case TYPE_DURATION:
		if (row->step)
			least = (least + row->step - 1) / row->step * row->step;
		return arena_printf(arena, "%llu", (unsigned long long)least);
	case TYPE_CHOICE:
		/* The last word asks for most: CPUs of their own for interrupts. */
		last = row->choices ? strrchr(row->choices, '|') : NULL;
		return last ? last + 1 : row->choices ? row->choices : "none";
	case TYPE_BOOL:
		return "true";
	case TYPE_VERSION:
	case TYPE_CPUS:
		break;
	}
	return NULL;
}

/* With as few CPUs for interrupts as can be, the queues need help. */
static const char *most(struct arena *arena, const struct schema_key *row)
{
	return arena_printf(arena, "%llu", (unsigned long long)row->max);
}

struct profile profile_widest(struct arena *arena, bool steers)
{
	struct profile profile = {.name = "everything", .summary = "every key of the schema"};

	for (size_t i = 0; i < profile_schema_count; i++) {
		const struct schema_key *row = &profile_schema_keys[i];
		struct profile_entry entry = {
		    .section = row->section,
		    .key = row->key,
		    .value = {.rule = RULE_EXACT, .source = "the schema"}};
		const char *text = some_value(arena, row);

		if (!text || text_equal(row->key, "*") || text_equal(row->section, "checks") ||
		    text_equal(row->section, "probe"))
			continue;
		if (steers && row->may_auto && text_equal(row->section, "net"))
			entry.value.rule = RULE_AUTO;
		else
			vec_push(arena, &entry.value.operands,
				 steers && text_equal(row->key, "cores-per-irq-core")
				     ? most(arena, row)
				     : text);
		vec_push(arena, &profile.entries, entry);
	}
	return profile;
}
