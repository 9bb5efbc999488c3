/* SPDX-License-Identifier: Apache-2.0 */
/* The process that measures. */
#ifndef PROBE_CHILD_H
#define PROBE_CHILD_H

#include "probe/engine.h"
#include "probe/probe.h"
#include "probe/spec.h"

/* Time for all of it, in ns. */
uint64_t probe_budget_ns(const struct probe_request *request);

/* Bytes of the working set that are asked for: --size, else by mode and 5 % of what is free.
 * -ENOSPC with a sentence when that is too little; -EINVAL when --size leaves too little. */
_must_check_ int probe_size(const struct probe_request *request, uint64_t *ret, struct err *err);

/* Fills result and ends the process; at once when the other end of the pipe `leash` is closed. */
_Noreturn void probe_child(struct arena *arena, const struct probe_request *request, int leash,
			   uint64_t started_ns, struct probe_result *result);

#endif
