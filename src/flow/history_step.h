/* SPDX-License-Identifier: Apache-2.0 */
/* The history's part in a command that writes to the node. */
#ifndef FLOW_HISTORY_STEP_H
#define FLOW_HISTORY_STEP_H

#include "flow/outcome.h"

/* The lock is held: reads what earlier commands left, and says who this one is. Where nothing may
 * be written, session->history stays NULL. */
void history_step_open(struct outcome *outcome);
/* The line of this command. Its number and hash, or why there is none, go to standard error and
 * into the report, which is to be rendered after this. */
void history_step_close(struct outcome *outcome, struct report *report, enum exit_code code);

#endif
