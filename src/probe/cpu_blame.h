/* SPDX-License-Identifier: Apache-2.0 */
/* Who took the gaps of a CPU, by name. */
#ifndef PROBE_CPU_BLAME_H
#define PROBE_CPU_BLAME_H

#include "probe/cpu.h"

/* Of figures->gaps and the names of their handlers. */
void cpu_blame(struct arena *arena, const struct cpu_result *result, struct cpu_figures *figures);

#endif
