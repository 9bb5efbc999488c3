/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says how well a rate is known, and whether it falls, from its counts in short, equal windows.
 * Pure.
 */
#ifndef PROBE_NOISE_H
#define PROBE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A rate is noisy while the standard error of its mean is more than this share of the mean. The
 * deviation of single windows says little: on a slow disk 100 ms hold few requests. */
#define NOISE_LIMIT 0.05

/* A rate bursts if the least-squares line through the windows falls by more than this share of the
 * mean, and chance gives such a slope in fewer than one of a thousand jobs. */
#define BURST_FALL 0.25

struct noise {
	double mean, median, lower_quartile; /* counts in a window */
	double deviation;                    /* standard deviation / mean */
	double error;                        /* standard error / mean */
	double fall; /* by which share of the mean the line falls; negative: it rises */
	bool noisy, burst;
};

/* With fewer windows than these a rate is noisy. */
#define NOISE_LEAST 4
/* At most NOISE_WINDOWS are used. */
#define NOISE_WINDOWS 1500
struct noise noise_of(const uint64_t *windows, size_t count);

/* The mean of each so many windows in a row, so that there are at most `most` of them; the last may
 * be of fewer. Returns how many there are. */
size_t noise_points(const uint64_t *windows, size_t count, double *ret, size_t most,
		    size_t *ret_each);

#endif
