/* SPDX-License-Identifier: Apache-2.0 */
/* The step of audit, and of a watch that does not repair, that looks at the node. */
#ifndef FLOW_LOOK_STEP_H
#define FLOW_LOOK_STEP_H

#include "flow/outcome.h"

/* Facts, profile, plan, and what an apply would put back. *ret_report is valid when its plan is
 * set. */
_must_check_ enum exit_code look_step(struct outcome *outcome, struct report *ret_report);
/* Number and hash of the history's last line, for the metrics. */
void look_step_history(struct outcome *outcome, struct report *report);

#endif
