/* SPDX-License-Identifier: Apache-2.0 */
/* The proof within the command prove. */
#ifndef FLOW_PROVE_STEP_H
#define FLOW_PROVE_STEP_H

#include "flow/outcome.h"
#include "report/prove.h"

/* The plan is made, the lock held, and prove_state_obstacle() knows of none; `obstacle` says why no
 * more may be measured, if so, and is asked before each phase. Switches and measures until the
 * figures can be judged, and leaves the node tuned, or original where that was better. EXIT_MATCH,
 * EXIT_REQUIRED: worse, EXIT_ERROR with the sentence in session->err; *ret is filled in each case.
 */
enum exit_code prove_step(struct outcome *outcome, const struct probe_request *request,
			  const char *(*obstacle)(struct session *session), struct prove *ret);

#endif
