/* SPDX-License-Identifier: Apache-2.0 */
/* Measures some CPUs at the same time: a thread on each, and one that looks on from elsewhere. */
#ifndef PROBE_CPU_SPIN_H
#define PROBE_CPU_SPIN_H

#include "probe/cpu.h"
#include "probe/cpu_clock.h"

struct spinner {
	unsigned cpu;
	struct gaps *gaps;
	struct trace *trace; /* of its CPU; NULL: none */
	uint64_t began_ns;   /* when the time of its gaps is 0, by CLOCK_MONOTONIC_RAW */
	int error;           /* negative errno: nothing was measured */
	bool is_driven_away; /* it did not stay on its CPU all the time */
};

struct spin_group {
	struct arena *arena;
	const struct cpu_clock *clock;
	const struct cpu_request *request;
	struct cpuset allowed; /* to this process */
	struct spinner *spinners;
	size_t count;
	bool watches_quota; /* there is one: each time that it takes effect is noted */
	const char *stage;  /* for progress */
	unsigned gaps_kept; /* of each CPU, at last */
};

/* Until the time is over or a signal comes. */
void spin_group_run(struct spin_group *group);

/* CPUs that this process may use. */
struct cpuset cpu_spin_allowed(struct arena *arena);

#endif
