/* SPDX-License-Identifier: Apache-2.0 */
#include "report/redpanda.h"

#include "base/text.h"

/* The others are counted. */
enum { SWITCHES_SHOWN = 3 };

const char *redpanda_flags_text(struct arena *arena, const struct redpanda_config *redpanda)
{
	names parts = {0};

	vec_for_each (flag, &redpanda->flags)
		vec_push(
		    arena, &parts,
		    arena_printf(arena, "%s (line %u)", start_flag_text(arena, flag), flag->line));
	return parts.count ? text_join(arena, &parts, ", ") : NULL;
}

const char *redpanda_off_text(struct arena *arena, const struct redpanda_config *redpanda)
{
	size_t count = redpanda->off.count;
	names parts = {0};

	for (size_t i = 0; i < count && i < SWITCHES_SHOWN; i++)
		vec_push(arena, &parts,
			 arena_printf(arena, "rpk.%s: false (line %u)", redpanda->off.at[i].key,
				      redpanda->off.at[i].line));
	if (!count)
		return NULL;
	return arena_printf(arena, "%s%s", text_join(arena, &parts, ", "),
			    count > SWITCHES_SHOWN
				? arena_printf(arena, " and %zu more", count - SWITCHES_SHOWN)
				: "");
}
