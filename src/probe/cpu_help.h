/* SPDX-License-Identifier: Apache-2.0 */
/* What would make the CPUs quieter, from what was found. Pure. */
#ifndef PROBE_CPU_HELP_H
#define PROBE_CPU_HELP_H

#include "probe/cpu.h"

/* Fills result->help. */
void cpu_help(struct arena *arena, const struct cpu_request *request, struct cpu_result *result);

#endif
