/* SPDX-License-Identifier: Apache-2.0 */
/* The clock by which gaps are found: the time stamp counter where it can be trusted, since reading
 * it takes least, else the kernel's. */
#ifndef PROBE_CPU_CLOCK_H
#define PROBE_CPU_CLOCK_H

#include "probe/clock.h"
#include "probe/gaps.h"
#include "probe/trace.h"

#ifdef __x86_64__
#include <x86intrin.h>
#endif

/* A gap is at least that long, and as many turns. */
#define GAP_LEAST_NS    1000
#define GAP_LEAST_TURNS 4

struct cpu_clock {
	bool is_tsc;
	double ns_per_tick, turn_ns;
	uint64_t limit, look_ticks; /* as in struct spin */
	bool delay_unknown;         /* as in struct account */
};

/* Not CLOCK_MONOTONIC: NTP makes that one run up to 500 ppm faster or slower than the accounts. */
static inline uint64_t cpu_clock_kernel(void *context)
{
	struct timespec now;

	(void)context;
	(void)clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static inline uint64_t cpu_clock_tsc(void *context)
{
#ifdef __x86_64__
	(void)context;
	return __rdtsc();
#else
	return cpu_clock_kernel(context);
#endif
}

/* Ticks; their number depends on the clock. */
static inline uint64_t cpu_clock_read(const struct cpu_clock *clock)
{
	return clock->is_tsc ? cpu_clock_tsc(NULL) : cpu_clock_kernel(NULL);
}

/* What a thread looks at: its own accounts, and the tracepoints of its CPU. */
struct cpu_looker {
	int schedstat;       /* of the thread; -1, or where the kernel fills it with zeros, no delay
				is known */
	struct trace *trace; /* NULL: none */
};

/* Opens the accounts of this thread, if the kernel has some. */
struct cpu_looker cpu_clock_looker(struct trace *trace);
void cpu_clock_looker_close(struct cpu_looker *looker);

/* context: the looker of this thread. */
void cpu_clock_look(void *context, struct account *ret);

/* Calibrates it in some 60 ms. */
struct cpu_clock cpu_clock_settle(bool has_steady_tsc);

/* spin_run() by that clock. */
void cpu_clock_spin(const struct cpu_clock *clock, struct spin *spin, struct cpu_looker *looker);

#endif
