/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be said of a rate from its counts in equal, short windows: how well it is known, and
 * whether it falls. Pure.
 */
#ifndef PROBE_NOISE_H
#define PROBE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A rate is noisy while the standard error of its mean is more than this share of it. Windows of
 * 100 ms hold few requests on a slow disk, so their own deviation says little; the error of the
 * mean is what a reader of the mean is exposed to. */
#define NOISE_LIMIT 0.05

/* Bursting: the least-squares line through the windows loses more than this share of the mean from
 * the first to the last, and chance would make such a slope less than once in a thousand jobs. */
#define BURST_FALL 0.25

struct noise {
	double mean, median, lower_quartile; /* counts a window */
	double deviation;                    /* standard deviation / mean */
	double error;                        /* standard error / mean */
	double fall; /* share of the mean lost along the line; negative: rising */
	bool noisy, burst;
};

/* Fewer than four windows are noisy. Sorts a copy; at most NOISE_WINDOWS are looked at. */
#define NOISE_WINDOWS 1500
struct noise noise_of(const uint64_t *windows, size_t count);

#endif
