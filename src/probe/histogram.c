/* SPDX-License-Identifier: Apache-2.0 */
/* Merges latency histograms and reads percentiles from them. */
#include "probe/histogram.h"

uint64_t histogram_middle(unsigned index)
{
	unsigned shift;

	if (index < 256)
		return index;
	shift = index / 128 - 1;
	return ((uint64_t)(index - shift * 128) << shift) + ((uint64_t)1 << shift) / 2;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (!from->count)
		return;
	if (!into->count || from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	into->count += from->count;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

uint64_t histogram_percentile(const struct histogram *histogram, double share)
{
	double exact = share * (double)histogram->count;
	uint64_t wanted = (uint64_t)exact, seen = 0, value = histogram->max;

	if ((double)wanted < exact)
		wanted++;
	if (!wanted)
		wanted = 1;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen >= wanted) {
			value = histogram_middle(i);
			break;
		}
	}
	if (value < histogram->min)
		return histogram->min;
	return value > histogram->max ? histogram->max : value;
}
