/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rights a command gives up, and when. One that writes nothing to the node has none but that
 * to read others' files from its start on, before it parses anything; apply and run keep what their
 * plan needs once that is made, restore what the entries of its journal need.
 */
#ifndef FLOW_RIGHTS_STEP_H
#define FLOW_RIGHTS_STEP_H

#include "flow/session.h"

/* Before the root is opened. Starts the reader of a command that reads the node. */
_must_check_ enum exit_code rights_step_start(struct session *session);
/* Gives up every capability that no setting of the plan needs, except those in more. */
_must_check_ enum exit_code rights_step_plan(struct session *session, uint64_t more);
/* The same for the journal; the lock is held, or nothing is restored. One that cannot be read needs
 * none. */
_must_check_ enum exit_code rights_step_journal(struct session *session);

#endif
