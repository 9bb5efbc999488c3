/* SPDX-License-Identifier: Apache-2.0 */
/* Compares the gaps of the CPUs with the profile's floors. Pure. */
#ifndef PROBE_CPU_JUDGE_H
#define PROBE_CPU_JUDGE_H

#include "probe/cpu.h"
#include "probe/judge.h"

/* One row for each floor of the profile that is about CPUs; the worst CPU decides. */
floors cpu_floors(struct arena *arena, const struct profile *profile,
		  const struct cpu_result *result);
/* The same rows where nothing was measured: none of them is judged. */
floors cpu_floors_unjudged(struct arena *arena, const struct profile *profile, const char *why);

#endif
