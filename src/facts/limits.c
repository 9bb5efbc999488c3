/* SPDX-License-Identifier: Apache-2.0 */
/* The limits that systemd gives redpanda.service. */
#include "facts/facts.h"
#include "facts/unit.h"

void facts_limits(struct root *root, struct arena *arena, struct facts *facts)
{
	struct unit unit = unit_read(root, arena, "redpanda.service");

	if (!unit.path || unit.is_masked)
		return;
	facts->limits = (struct limits){
	    .unit = unit.path,
	    .nofile = unit_value(&unit, "LimitNOFILE"),
	    .memlock = unit_value(&unit, "LimitMEMLOCK"),
	};
}
