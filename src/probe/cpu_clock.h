/* SPDX-License-Identifier: Apache-2.0 */
/* The clock by which gaps are found: the time stamp counter where it can be trusted, since reading
 * it takes least, else the kernel's. */
#ifndef PROBE_CPU_CLOCK_H
#define PROBE_CPU_CLOCK_H

#include "probe/clock.h"
#include "probe/gaps.h"

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

/* The accounts of the thread that opened context, an int with /proc/thread-self/schedstat; without
 * one (-1), or where the kernel fills it with zeros, no delay is known. */
void cpu_clock_look(void *context, struct account *ret);

/* Calibrates it in some 60 ms. */
struct cpu_clock cpu_clock_settle(bool has_steady_tsc);

/* spin_run() by that clock. */
void cpu_clock_spin(const struct cpu_clock *clock, struct spin *spin, int accounts);

/* Opens the accounts of this thread; -1: the kernel has none. */
int cpu_clock_open_accounts(void);

#endif
