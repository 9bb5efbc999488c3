/* SPDX-License-Identifier: Apache-2.0 */
/* The probe as a command and as the last step of run. */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include "cli/commands.h"

/* What run does behind verify: proofs at every start, measuring as probe.when says. Fills the
 * checks direct-io and linux-aio of the plan and *ret. EXIT_ERROR when the disk failed; the
 * sentence is in session->err. */
enum exit_code probe_step(struct outcome *outcome, struct report_probe *ret);

/* Capabilities that this command needs for a probe besides: to become the owner. */
uint64_t probe_rights(const struct options *options);
/* The same while run still has to probe: the profile may say never. */
bool probe_is_due(const struct profile *profile);

/* The one that counts when both hold: 2, 6, 1, 4, 5, 3, 0. */
enum exit_code worse_code(enum exit_code one, enum exit_code other);

#endif
