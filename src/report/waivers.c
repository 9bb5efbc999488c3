/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator has to know of waivers beside the rows that they name. */
#include "base/day.h"
#include "base/escape.h"
#include "plan/waive.h"
#include "report/layout.h"
#include "tuners/waiver_names.h"
#include "version.h"

/* "waiver 'sysctl vm.swappiness' of ops [site:12]" */
static const char *subject(struct arena *arena, const struct waiver *waiver)
{
	return arena_printf(arena, "waiver '%s' of %s [%s]", waiver->what, waiver->owner,
			    text_or(waiver->source, "unknown"));
}

static const char *unmatched(struct arena *arena, const struct report *report,
			     const struct waiver *waiver)
{
	return arena_printf(arena, "%s: %s", subject(arena, waiver),
			    text_or(waiver_names_nothing(arena, report->profile, waiver),
				    "it names nothing that is on this node"));
}

static const char *expired(struct arena *arena, const struct waiver *waiver,
			   struct waive_count count)
{
	return arena_printf(
	    arena, "%s expired on %s%s", subject(arena, waiver), waiver->until,
	    count.listed && !count.open ? ", and is not needed any more: what it names holds" : "");
}

static const char *ending(struct arena *arena, const struct waiving *waiving)
{
	const struct waiver *waiver = waiving->waiver;

	if (waiving->days_left == 0)
		return arena_printf(arena, "%s ends today, %s", subject(arena, waiver),
				    waiver->until);
	return arena_printf(arena, "%s ends on %s, in %lld %s", subject(arena, waiver),
			    waiver->until, (long long)waiving->days_left,
			    waiving->days_left == 1 ? "day" : "days");
}

static const char *warning(struct arena *arena, const struct report *report,
			   const struct waiving *waiving)
{
	struct waive_count count = waive_count(report->plan, waiving);

	switch (waive_state(waiving)) {
	case WAIVING_UNMATCHED:
		return unmatched(arena, report, waiving->waiver);
	case WAIVING_EXPIRED:
		return expired(arena, waiving->waiver, count);
	case WAIVING_ENDING:
		if (count.open || !count.listed)
			return ending(arena, waiving);
		break;
	case WAIVING_IN_FORCE:
	case WAIVING_STATE_COUNT:
		break;
	}
	/* Where another one lasts longer, this one is not looked at. */
	return count.open || !count.listed
		   ? NULL
		   : arena_printf(arena, "%s is not needed: what it names holds",
				  subject(arena, waiving->waiver));
}

names waiver_warnings(struct arena *arena, const struct report *report)
{
	names list = {0};
	bool is_day_known = true;

	if (!report->profile)
		return list;
	vec_for_each (waiving, &report->plan->waivings) {
		const char *text = warning(arena, report, waiving);

		is_day_known &= waiving->days_left != DAY_UNKNOWN;
		if (text)
			vec_push(arena, &list, escape_text(arena, text, ESCAPE_ALL));
	}
	if (!is_day_known)
		vec_push(arena, &list, REPORT_CLOCK_FAULT);
	return list;
}
