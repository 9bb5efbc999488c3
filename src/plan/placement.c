/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/placement.h"

#include "base/text.h"
#include "plan/plan.h"

const char *const placement_mode_names[PLACEMENT_COUNT] = {
    [PLACEMENT_LEAVE] = "leave",         [PLACEMENT_SHARED] = "shared",
    [PLACEMENT_DEDICATED] = "dedicated", [PLACEMENT_AUTO] = "auto",
    [PLACEMENT_EXPLICIT] = "explicit",
};

struct placement placement_decide(struct arena *arena, const struct facts *facts,
				  const struct profile *profile, const struct plan_request *request)
{
	const struct value *value = profile_get(profile, "irq", "placement");
	struct placement placement = {.interrupt_cpus = facts->topology.online,
				      .compute_cpus = facts->topology.online};

	(void)arena;
	(void)request;
	placement.reason = "the profile leaves interrupts where they are";
	if (value && value->rule != RULE_LEAVE) {
		placement.mode = PLACEMENT_SHARED;
		placement.reason = "interrupts and Redpanda share all online CPUs";
	}
	return placement;
}
