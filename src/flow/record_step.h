/* SPDX-License-Identifier: Apache-2.0 */
/* A record in place of a directory: `--root FILE`. */
#ifndef FLOW_RECORD_STEP_H
#define FLOW_RECORD_STEP_H

#include "flow/session.h"

/* Unpacks the record that --root names into a directory that lasts as long as the session; nothing
 * is done where it names a directory. Of commands that change or measure it is a mistake. */
_must_check_ enum exit_code record_step_open(struct session *session);

#endif
