/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A histogram of latencies in a log-linear table: exact below 256 ns, then 128 buckets for each
 * power of two. So a percentile is at most 1/256 (0.4 %) off, half of fio's error. To count a value
 * takes a shift and an add, and merging two histograms gives the same as counting everything in
 * one.
 */
#ifndef PROBE_HISTOGRAM_H
#define PROBE_HISTOGRAM_H

#include <stdint.h>

/* The last bucket ends at 2^40 ns, which is 18 minutes; longer values count there, and in max. */
#define HISTOGRAM_BITS    40
#define HISTOGRAM_BUCKETS ((HISTOGRAM_BITS - 8 + 2) * 128)

struct histogram {
	uint64_t count, min, max; /* min and max are exact, in ns; 0 while count is 0 */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* The bucket of a value, and the middle of a bucket. */
static inline unsigned histogram_index(uint64_t value)
{
	unsigned top;

	if (value < 256)
		return (unsigned)value;
	top = 63U - (unsigned)__builtin_clzll(value);
	if (top >= HISTOGRAM_BITS)
		return HISTOGRAM_BUCKETS - 1;
	return (top - 7) * 128 + (unsigned)(value >> (top - 7));
}
uint64_t histogram_middle(unsigned index);

static inline void histogram_add(struct histogram *histogram, uint64_t value)
{
	histogram->buckets[histogram_index(value)]++;
	if (value > histogram->max)
		histogram->max = value;
	if (value < histogram->min || !histogram->count)
		histogram->min = value;
	histogram->count++;
}

void histogram_merge(struct histogram *into, const struct histogram *from);

/* The smallest value that at least `share` (0..1) of all values do not exceed; within [min, max]. 0
 * if there are no values. */
uint64_t histogram_percentile(const struct histogram *histogram, double share);

#endif
