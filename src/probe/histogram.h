/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latencies in a log-linear table: exact below 256 ns, above that 128 buckets for each power of
 * two, so that a percentile is at most 1/256 (0.4 %) off; twice fio's precision. Recording is a
 * shift and an add. Two tables are merged by adding them: the result is the same as if one table
 * had recorded everything.
 */
#ifndef PROBE_HISTOGRAM_H
#define PROBE_HISTOGRAM_H

#include <stdint.h>

/* The last bucket ends at 2^40 ns, 18 minutes; anything longer counts there, and in max. */
#define HISTOGRAM_BITS    40
#define HISTOGRAM_BUCKETS ((HISTOGRAM_BITS - 8 + 2) * 128)

struct histogram {
	uint64_t count, min, max; /* min and max exact, in ns; 0 while count is 0 */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Bucket of a value; and the value that stands for a bucket, its middle. */
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

/* The smallest recorded value that is not below `share` (0..1) of all; 0 when nothing was recorded.
 * Never outside [min, max]. */
uint64_t histogram_percentile(const struct histogram *histogram, double share);

#endif
