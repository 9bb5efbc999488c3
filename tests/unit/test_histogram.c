/* SPDX-License-Identifier: Apache-2.0 */
/* Percentiles against exactly sorted samples. */
#include <math.h>

#include "probe/histogram.h"
#include "probe/random.h"
#include "run_suite.h"

enum { samples = 20000 };

static const double shares[] = {0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* The smallest value that at least `share` of all do not exceed. */
static uint64_t exact(const uint64_t *sorted, size_t count, double share)
{
	size_t rank = (size_t)ceil(share * (double)count);

	return sorted[rank ? rank - 1 : 0];
}

static void agree(uint64_t *values, size_t count)
{
	struct histogram *histogram = calloc(1, sizeof(*histogram));

	for (size_t i = 0; i < count; i++)
		histogram_add(histogram, values[i]);
	qsort(values, count, sizeof(*values), compare);
	ck_assert_uint_eq(histogram->count, count);
	ck_assert_uint_eq(histogram->min, values[0]);
	ck_assert_uint_eq(histogram->max, values[count - 1]);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double want = (double)exact(values, count, shares[i]);
		double have = (double)histogram_percentile(histogram, shares[i]);

		ck_assert_msg(fabs(have - want) <= want / 256 + 0.5,
			      "share %g: wanted %.0f, have %.0f", shares[i], want, have);
	}
	free(histogram);
}

/* Latencies as disks have them: over six orders of magnitude. */
static uint64_t *spread(uint64_t seed, size_t count)
{
	struct random random = random_new(seed);
	uint64_t *values = calloc(count, sizeof(*values));

	for (size_t i = 0; i < count; i++)
		values[i] = random_next(&random) >> (28 + random_below(&random, 36));
	return values;
}

START_TEST(percentiles_are_those_of_the_sorted_samples)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		uint64_t *values = spread(seed, samples);

		agree(values, seed % 2 ? samples : seed + 1);
		free(values);
	}
}
END_TEST

START_TEST(small_values_are_exact)
{
	uint64_t values[300];

	for (size_t i = 0; i < 300; i++)
		values[i] = i;
	agree(values, 300);
	for (unsigned i = 0; i < 256; i++)
		ck_assert_uint_eq(histogram_middle(histogram_index(i)), i);
}
END_TEST

START_TEST(every_bucket_holds_its_own_middle)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		ck_assert_uint_eq(histogram_index(histogram_middle(i)), i);
	ck_assert_uint_eq(histogram_index(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	ck_assert_uint_eq(histogram_index((UINT64_C(1) << HISTOGRAM_BITS) - 1),
			  HISTOGRAM_BUCKETS - 1);
}
END_TEST

START_TEST(merged_tables_are_one_table)
{
	struct histogram *parts = calloc(3, sizeof(*parts)), *whole = calloc(1, sizeof(*whole));
	struct histogram *merged = calloc(1, sizeof(*merged));
	uint64_t *values = spread(7, samples);

	for (size_t i = 0; i < samples; i++) {
		histogram_add(whole, values[i]);
		histogram_add(&parts[i % 2], values[i]); /* the third stays empty */
	}
	for (size_t i = 0; i < 3; i++)
		histogram_merge(merged, &parts[i]);
	ck_assert_mem_eq(merged, whole, sizeof(*whole));
	free(parts);
	free(whole);
	free(merged);
	free(values);
}
END_TEST

START_TEST(nothing_recorded_is_nothing)
{
	struct histogram *histogram = calloc(1, sizeof(*histogram));

	ck_assert_uint_eq(histogram_percentile(histogram, 0.5), 0);
	histogram_add(histogram, UINT64_C(1) << 50);
	ck_assert_uint_eq(histogram_percentile(histogram, 0.5), UINT64_C(1) << 50);
	free(histogram);
}
END_TEST

RUN_SUITE("histogram", percentiles_are_those_of_the_sorted_samples, small_values_are_exact,
	  every_bucket_holds_its_own_middle, merged_tables_are_one_table,
	  nothing_recorded_is_nothing)
