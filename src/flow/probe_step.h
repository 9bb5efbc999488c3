/* SPDX-License-Identifier: Apache-2.0 */
/* The probe as the last step of run, and its parts, which the command probe uses as well. */
#ifndef FLOW_PROBE_STEP_H
#define FLOW_PROBE_STEP_H

#include "flow/outcome.h"

/* What run does after verifying: proofs at every start, measuring as probe.when says. Fills the
 * checks direct-io, nowait and linux-aio of the plan and *ret. EXIT_ERROR when the disk failed; the
 * sentence is in session->err. */
enum exit_code probe_step(struct outcome *outcome, struct report_probe *ret);

/* Whether run has to probe: the profile may say never, unless an io-config.yaml is asked for. */
bool probe_step_is_due(const struct options *options, const struct profile *profile);

/* What the options and the facts ask of a probe. */
struct probe_request probe_step_request(struct session *session);
/* Why nothing can be tried at all; NULL: go on. */
const char *probe_step_obstacle(struct session *session);
/* Says so in *probe and in the plan's checks. */
void probe_step_skip(struct session *session, struct report_probe *probe, const char *why);
/* Probes, and fills the plan's checks and *probe. EXIT_ERROR with the sentence in session->err. */
enum exit_code probe_step_measure(struct outcome *outcome, const struct probe_request *request,
				  struct report_probe *probe);

#endif
