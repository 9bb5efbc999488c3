/* SPDX-License-Identifier: Apache-2.0 */
/* The process that measures, and its limits of time and space. */
#ifndef PROBE_CHILD_H
#define PROBE_CHILD_H

#include "probe/engine.h"
#include "probe/probe.h"
#include "probe/spec.h"

/* Time for everything, in ns. */
uint64_t probe_budget_ns(const struct probe_request *request);

/* Size of the working set: --size, else 5 % of the free space up to the mode's limit. -ENOSPC with
 * a sentence if that is too little; -EINVAL if --size is too small or too large. */
_must_check_ int probe_size(const struct probe_request *request, uint64_t *ret, struct err *err);

/* Fills result and ends the process; also ends as soon as the other end of the pipe `leash` is
 * closed. */
_Noreturn void probe_child(struct arena *arena, const struct probe_request *request, int leash,
			   uint64_t started_ns, struct probe_result *result);

#endif
