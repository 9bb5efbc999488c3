/* SPDX-License-Identifier: Apache-2.0 */
/* The step of apply and run that changes the node. */
#ifndef FLOW_APPLY_STEP_H
#define FLOW_APPLY_STEP_H

#include "flow/outcome.h"

/* Lock, audit, write, verify. *ret_report is valid when its plan is set, as with each code that a
 * verdict may have (0, 3, 4). */
enum exit_code apply_step(struct outcome *outcome, struct report *ret_report);

#endif
