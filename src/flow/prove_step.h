/* SPDX-License-Identifier: Apache-2.0 */
/* The proof within the command prove. */
#ifndef FLOW_PROVE_STEP_H
#define FLOW_PROVE_STEP_H

#include "flow/outcome.h"
#include "report/prove.h"

/* The plan is made, and the lock held. Switches and measures until the figures can be judged, and
 * leaves the node tuned, or original where that was better. EXIT_MATCH, EXIT_REQUIRED: worse,
 * EXIT_ERROR with the sentence in session->err; *ret is filled in each case. */
enum exit_code prove_step(struct outcome *outcome, const struct probe_request *request,
			  struct prove *ret);

#endif
