/* SPDX-License-Identifier: Apache-2.0 */
/* When requests come that nobody makes wait for each other: at random moments, so many a second in
 * the mean (a Poisson process). The next one does not depend on when the last one was answered. */
#ifndef PROBE_ARRIVALS_H
#define PROBE_ARRIVALS_H

#include <math.h>

#include "probe/clock.h"
#include "probe/random.h"

struct arrivals {
	struct random random;
	double mean_ns; /* between two of them */
	double next_ns; /* by CLOCK_MONOTONIC; as a fraction, since at high rates these add up */
};

/* In (0, mean_ns times 37.5]. */
static inline double arrivals_gap(struct arrivals *arrivals)
{
	double part = (double)((random_next(&arrivals->random) >> 11) + 1) * 0x1p-53;

	return -log(part) * arrivals->mean_ns;
}

static inline struct arrivals arrivals_new(uint64_t seed, double rate, uint64_t start_ns)
{
	struct arrivals arrivals = {.random = random_new(seed),
				    .mean_ns = (double)SECOND / rate,
				    .next_ns = (double)start_ns};

	arrivals.next_ns += arrivals_gap(&arrivals);
	return arrivals;
}

/* When the next one comes; the one after it is drawn. */
static inline uint64_t arrivals_take(struct arrivals *arrivals)
{
	uint64_t now = (uint64_t)arrivals->next_ns;

	arrivals->next_ns += arrivals_gap(arrivals);
	return now;
}

#endif
