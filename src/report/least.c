/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what a run may write, and the rights that takes. */
#include "report/least.h"

#include "base/escape.h"
#include "plan/waive.h"
#include "report/layout.h"

enum { named_settings = 3 };

bool least_writes(const struct setting *setting)
{
	return setting->wish->path && !setting->wish->is_elsewhere &&
	       (setting->state == STATE_SAME || setting->state == STATE_DIFFERS ||
		setting->state == STATE_LEFT_OVER);
}

bool least_probes(const struct report *report)
{
	const struct value *when =
	    report->profile ? profile_get(report->profile, "probe", "when") : NULL;

	if (when && when->operands.count && text_equal(when->operands.at[0], "never"))
		return false;
	vec_for_each (check, &report->plan->checks) {
		if (text_equal(check->id, "direct-io"))
			return true;
	}
	return false;
}

names least_needing(struct arena *arena, const struct plan *plan, unsigned need)
{
	names list = {0};

	vec_for_each (setting, &plan->settings) {
		if (least_writes(setting) && setting->wish->needs & need)
			vec_push(arena, &list, setting->wish->name);
	}
	return list;
}

const char *least_as_owner(struct arena *arena, const struct report *report)
{
	bool writes = least_needing(arena, report->plan, NEED_OWNER).count;
	bool probes = least_probes(report);

	if (!writes && !probes)
		return NULL;
	return arena_printf(arena, "to %s%s%s as the owner of the data directory",
			    probes ? "prove direct I/O" : "", probes && writes ? " and to " : "",
			    writes ? "make the ballast file" : "");
}

const char *least_reasons(struct arena *arena, const names *settings)
{
	names few = {0};
	const char *text;

	for (size_t i = 0; i < settings->count && i < named_settings; i++)
		vec_push(arena, &few, settings->at[i]);
	text = escape_text(arena, text_join(arena, &few, ", "), ESCAPE_ALL);
	return settings->count > few.count
		   ? arena_printf(arena, "%s and %zu more", text, settings->count - few.count)
		   : text;
}

const char *least_gaps(struct arena *arena, const struct plan *plan)
{
	const char *left_out = layout_left_out(arena, &plan->left_out);
	struct str str = str_new(arena);

	if (left_out)
		str_printf(&str, "# %s\n", left_out);
	vec_for_each (setting, &plan->settings) {
		/* Once it has expired, an apply writes it and needs more. */
		if (setting->state == STATE_WAIVED && setting->wish->path)
			str_printf(&str, "# not in here: %s (waived): %s\n",
				   escape_text(arena, setting->wish->name, ESCAPE_ALL),
				   waive_words(arena, setting->wish->waiver));
		if (setting->wish->kind == KIND_MANUAL && setting->state == STATE_FAILED)
			str_printf(&str, "# not in here: %s: %s\n",
				   escape_text(arena, setting->wish->name, ESCAPE_ALL),
				   escape_text(arena, setting->note, ESCAPE_ALL));
	}
	return str.text;
}
