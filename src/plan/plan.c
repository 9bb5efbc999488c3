/* SPDX-License-Identifier: Apache-2.0 */
/* The names of states, and how wishes and checks get into a plan. */
#include "plan/plan.h"

#include "base/text.h"

const char *const plan_state_names[STATE_COUNT] = {
    [STATE_PENDING] = "pending",         [STATE_SAME] = "same",
    [STATE_DIFFERS] = "differs",         [STATE_CHANGED] = "changed",
    [STATE_FAILED] = "failed",           [STATE_MANAGED] = "managed",
    [STATE_UNSUPPORTED] = "unsupported", [STATE_SKIPPED] = "skipped",
    [STATE_MANUAL] = "manual",           [STATE_CONTESTED] = "contested",
    [STATE_LEFT_OVER] = "left-over",     [STATE_WAIVED] = "waived",
};

const char *const plan_check_state_names[CHECK_STATE_COUNT] = {
    [CHECK_PASS] = "pass",       [CHECK_FAIL] = "fail",     [CHECK_UNKNOWN] = "unknown",
    [CHECK_SKIPPED] = "skipped", [CHECK_WAIVED] = "waived",
};

const char *const plan_severity_names[2] = {
    [SEVERITY_ADVISED] = "advised",
    [SEVERITY_REQUIRED] = "required",
};

bool plan_asks_for(const struct plan_request *request, const char *tuner)
{
	return (!request->only.count || text_in(tuner, &request->only)) &&
	       !text_in(tuner, &request->skip);
}

struct setting plan_setting(const struct wish *wish)
{
	const struct decision *decided = &wish->decided;

	return (struct setting){.wish = wish,
				.have = decided->have,
				.want = decided->want,
				.state = decided->state,
				.note = decided->note,
				.is_managed = wish->managed};
}

bool plan_is_switched_off(const struct setting *setting)
{
	return setting->state == STATE_SKIPPED && setting->wish->decided.is_switched_off;
}

unsigned plan_trials(const struct plan *plan)
{
	unsigned count = 0;

	vec_for_each (setting, &plan->settings)
		count += setting->is_unproven;
	return count;
}

struct setting *plan_add(struct plan *plan, struct wish wish)
{
	struct wish *kept = arena_alloc(plan->arena, sizeof(*kept));

	*kept = wish;
	vec_push(plan->arena, &plan->settings, plan_setting(kept));
	return &plan->settings.at[plan->settings.count - 1];
}

struct check *plan_check(struct plan *plan, struct check check)
{
	vec_push(plan->arena, &plan->checks, check);
	return &plan->checks.at[plan->checks.count - 1];
}
