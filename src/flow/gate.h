/* SPDX-License-Identifier: Apache-2.0 */
/* The last step of run: whether the broker may start, and the verdict file that the gate reads. */
#ifndef FLOW_GATE_H
#define FLOW_GATE_H

#include "flow/outcome.h"

/* Leaves the verdict of a run, whose steps came to code, and fills the report's gate. Returns the
 * exit code of the whole. */
enum exit_code gate_conclude(struct outcome *outcome, struct report *report, enum exit_code code);

/* A run with a mistake in its options or its profile, which touched nothing: EXIT_USAGE. */
enum exit_code gate_refuse(struct outcome *outcome);

#endif
