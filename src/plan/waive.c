/* SPDX-License-Identifier: Apache-2.0 */
/* Says which waiver counts for what, and gives what is waived its state. */
#include "plan/waive.h"

#include "base/day.h"
#include "base/escape.h"
#include "base/text.h"
#include "plan/kind.h"

const char *const waive_state_names[WAIVING_STATE_COUNT] = {
    [WAIVING_UNMATCHED] = "unmatched",
    [WAIVING_EXPIRED] = "expired",
    [WAIVING_ENDING] = "ending",
    [WAIVING_IN_FORCE] = "in-force",
};

void waive_begin(struct plan *plan, const struct profile *profile, int64_t today)
{
	vec_for_each (waiver, &profile->waivers) {
		struct waiving waiving = {.waiver = waiver, .days_left = DAY_UNKNOWN};

		if (today != DAY_UNKNOWN) {
			waiving.days_left = waiver->last_day - today;
			waiving.is_expired = waiving.days_left < 0;
		}
		vec_push(plan->arena, &plan->waivings, waiving);
	}
}

static bool names_it(const struct waiver *waiver, const char *scope, const char *name)
{
	return text_equal(waiver->scope, scope) && text_glob(waiver->glob, name);
}

bool waive_is_in_force(const struct plan *plan, const char *scope, const char *name)
{
	vec_for_each (one, &plan->waivings) {
		if (!one->is_expired && names_it(one->waiver, scope, name))
			return true;
	}
	return false;
}

const struct waiving *waive_find(struct plan *plan, const char *scope, const char *name)
{
	const struct waiving *longest = NULL;

	vec_for_each (one, &plan->waivings) {
		if (!names_it(one->waiver, scope, name))
			continue;
		one->covers++;
		if (!longest || one->waiver->last_day >= longest->waiver->last_day)
			longest = one;
	}
	return longest;
}

/* Settings ------------------------------------------------------------------------------------ */

/* Nobody takes it back while the waiver counts, so that must be told: it is the left-over of an
 * earlier profile. */
static const char *left_by_us(struct arena *arena, const struct setting *setting)
{
	const struct holding *holding = setting->holding;

	if (!holding || !holding->is_claimed || holding->is_anew || !setting->have ||
	    kind_equal(holding->kind, setting->have, holding->had))
		return NULL;
	return kind_is_of_kernel(holding->kind)
		   ? arena_printf(arena,
				  "not the original, which was %s: an earlier apply wrote to it, "
				  "and restore puts it back",
				  holding->had)
		   : "not the original: an earlier apply wrote it, and restore puts it back";
}

static bool may_be_waived(const struct setting *setting)
{
	return setting->state != STATE_PENDING && setting->state != STATE_SAME &&
	       setting->state != STATE_CHANGED && setting->state != STATE_LEFT_OVER &&
	       setting->state != STATE_WAIVED;
}

void waive_setting(struct arena *arena, struct setting *setting)
{
	const struct waiving *waiving = setting->wish->waiver;
	const char *left;

	if (!waiving || waiving->is_expired || setting->wish->is_left_over ||
	    !may_be_waived(setting))
		return;
	/* What keeps it from its value stays to be read. */
	if (setting->state == STATE_CONTESTED)
		setting->note = arena_printf(arena, "contested: %s",
					     text_or(setting->note, "by somebody else"));
	left = left_by_us(arena, setting);
	if (left)
		setting->note =
		    setting->note ? arena_printf(arena, "%s; %s", setting->note, left) : left;
	setting->state = STATE_WAIVED;
	setting->is_unproven = false;
	setting->lacks_right = false;
}

/* Checks -------------------------------------------------------------------------------------- */

void waive_check(struct check *check)
{
	if (check->waiver && !check->waiver->is_expired && !check->is_unwaivable &&
	    !check->is_moot && check->state != CHECK_PASS)
		check->state = CHECK_WAIVED;
}

/* The plan as a whole ------------------------------------------------------------------------- */

bool waive_has_expired(const struct waiving *waiving)
{
	return waiving && waiving->is_expired;
}

static setting_list forgiving(struct arena *arena, const setting_list *settings)
{
	setting_list list = {0};

	vec_for_each (setting, settings) {
		vec_push(arena, &list, *setting);
		if (waive_has_expired(setting->wish->waiver) &&
		    (may_be_waived(setting) || setting->state == STATE_PENDING))
			list.at[list.count - 1].state = STATE_WAIVED;
	}
	return list;
}

static check_list forgiving_checks(struct arena *arena, const check_list *checks)
{
	check_list list = {0};

	vec_for_each (check, checks) {
		vec_push(arena, &list, *check);
		if (waive_has_expired(check->waiver) && !check->is_unwaivable && !check->is_moot &&
		    check->state != CHECK_PASS)
			list.at[list.count - 1].state = CHECK_WAIVED;
	}
	return list;
}

struct plan waive_expired_too(const struct plan *plan)
{
	struct plan forgiven = *plan;

	forgiven.settings = forgiving(plan->arena, &plan->settings);
	forgiven.checks = forgiving_checks(plan->arena, &plan->checks);
	forgiven.left_out.settings = forgiving(plan->arena, &plan->left_out.settings);
	forgiven.left_out.checks = forgiving_checks(plan->arena, &plan->left_out.checks);
	return forgiven;
}

bool waive_is_same(const struct waiving *one, const struct waiving *other)
{
	return one && other && one->waiver == other->waiver;
}

static void count_settings(const setting_list *settings, const struct waiving *waiving,
			   struct waive_count *count)
{
	vec_for_each (setting, settings) {
		if (!waive_is_same(setting->wish->waiver, waiving))
			continue;
		count->listed++;
		count->open += setting->state != STATE_SAME && setting->state != STATE_CHANGED;
	}
}

static void count_checks(const check_list *checks, const struct waiving *waiving,
			 struct waive_count *count)
{
	vec_for_each (check, checks) {
		if (!waive_is_same(check->waiver, waiving))
			continue;
		count->listed++;
		count->open += check->state != CHECK_PASS && !check->is_moot;
	}
}

struct waive_count waive_count(const struct plan *plan, const struct waiving *waiving)
{
	struct waive_count count = {0};

	count_settings(&plan->settings, waiving, &count);
	count_settings(&plan->left_out.settings, waiving, &count);
	count_checks(&plan->checks, waiving, &count);
	count_checks(&plan->left_out.checks, waiving, &count);
	return count;
}

enum waiving_state waive_state(const struct waiving *waiving)
{
	if (!waiving->covers)
		return WAIVING_UNMATCHED;
	if (waiving->is_expired)
		return WAIVING_EXPIRED;
	return waiving->days_left != DAY_UNKNOWN && waiving->days_left <= WAIVE_WARNING_DAYS
		   ? WAIVING_ENDING
		   : WAIVING_IN_FORCE;
}

const char *waive_words(struct arena *arena, const struct waiving *waiving)
{
	const struct waiver *waiver = waiving->waiver;
	const char *left = ", days left unknown";

	if (waiving->is_expired)
		return escape_text(arena,
				   arena_printf(arena, "the waiver of %s expired on %s: %s",
						waiver->owner, waiver->until, waiver->reason),
				   ESCAPE_ALL);
	if (waiving->days_left == 0)
		left = ", which is today";
	else if (waiving->days_left != DAY_UNKNOWN)
		left = arena_printf(arena, ", %lld %s left", (long long)waiving->days_left,
				    waiving->days_left == 1 ? "day" : "days");
	return escape_text(arena,
			   arena_printf(arena, "by %s until %s%s: %s", waiver->owner, waiver->until,
					left, waiver->reason),
			   ESCAPE_ALL);
}
