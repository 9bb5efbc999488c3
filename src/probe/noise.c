/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of a rate: mean, spread, and whether it falls. */
#include "probe/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_counts(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* Interpolates between the two neighbours, as type 7 of R and numpy do. */
static double quantile(const uint64_t *sorted, size_t count, double share)
{
	double at = share * (double)(count - 1);
	size_t low = (size_t)at;
	double high = (double)sorted[low + 1 < count ? low + 1 : low];

	return (double)sorted[low] + (at - (double)low) * (high - (double)sorted[low]);
}

/* Least squares over the window number; *ret_error is the standard error of the slope. */
static double slope_of(const uint64_t *windows, size_t count, double mean, double *ret_error)
{
	double middle = (double)(count - 1) / 2, xx = 0, xy = 0, rest = 0, slope;

	for (size_t i = 0; i < count; i++) {
		double x = (double)i - middle;

		xx += x * x;
		xy += x * ((double)windows[i] - mean);
	}
	slope = xy / xx;
	for (size_t i = 0; i < count; i++) {
		double miss = (double)windows[i] - mean - slope * ((double)i - middle);

		rest += miss * miss;
	}
	*ret_error = sqrt(rest / (double)(count - 2) / xx);
	return slope;
}

struct noise noise_of(const uint64_t *windows, size_t count)
{
	static const double significant = 4; /* one-sided, few degrees of freedom: p < 0.001 */
	uint64_t sorted[NOISE_WINDOWS];
	struct noise noise = {.noisy = true};
	double squares = 0, slope, slope_error;

	if (count > NOISE_WINDOWS)
		count = NOISE_WINDOWS;
	if (!count)
		return noise;
	memcpy(sorted, windows, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_counts);
	for (size_t i = 0; i < count; i++)
		noise.mean += (double)windows[i] / (double)count;
	noise.median = quantile(sorted, count, 0.5);
	noise.lower_quartile = quantile(sorted, count, 0.25);
	if (count < NOISE_LEAST || noise.mean <= 0)
		return noise;
	for (size_t i = 0; i < count; i++)
		squares += pow((double)windows[i] - noise.mean, 2);
	noise.deviation = sqrt(squares / (double)(count - 1)) / noise.mean;
	noise.error = noise.deviation / sqrt((double)count);
	noise.noisy = noise.error > NOISE_LIMIT;
	slope = slope_of(windows, count, noise.mean, &slope_error);
	noise.fall = -slope * (double)(count - 1) / noise.mean;
	noise.burst = count >= 8 && noise.fall > BURST_FALL && -slope > significant * slope_error;
	return noise;
}

size_t noise_points(const uint64_t *windows, size_t count, double *ret, size_t most,
		    size_t *ret_each)
{
	size_t each = count > most ? (count + most - 1) / most : 1, points = 0;

	for (size_t first = 0; first < count; first += each) {
		size_t end = first + each < count ? first + each : count;
		double sum = 0;

		for (size_t i = first; i < end; i++)
			sum += (double)windows[i];
		ret[points++] = sum / (double)(end - first);
	}
	*ret_each = each;
	return points;
}
