/* SPDX-License-Identifier: Apache-2.0 */
/* Time in ns by CLOCK_MONOTONIC. It is right with any clock source, and its cost hardly counts: it
 * is read twice for each batch of requests. */
#ifndef PROBE_CLOCK_H
#define PROBE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define MS     UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
/* Rates are counted in windows of this length. */
#define WINDOW_NS (100 * MS)

static inline uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static inline void sleep_until(uint64_t when_ns)
{
	struct timespec when = {.tv_sec = (time_t)(when_ns / SECOND),
				.tv_nsec = (long)(when_ns % SECOND)};

	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

#endif
