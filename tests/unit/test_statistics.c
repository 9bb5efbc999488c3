/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "probe/statistics.h"
#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void about(double have, double want, double error)
{
	ck_assert_msg(fabs(have - want) <= error, "wanted %.12g, have %.12g", want, have);
}

/* By numerical integration of the density (midpoint rule, 200,000 steps). */
START_TEST(student_is_the_integral_of_its_density)
{
	static const struct {
		double t;
		unsigned freedom;
		double chance;
	} rows[] = {
	    {1, 1, 0.5},
	    {2, 2, 0.1835034191},
	    {2.5, 3, 0.0877066470},
	    {3.1, 7, 0.0173222894},
	    {2.2, 11, 0.0500861110},
	    {4.7, 24, 0.0000890450},
	    {0.3, 30, 0.7662461053},
	    {6, 59, 0.0000001293},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		about(statistics_student(rows[i].t, rows[i].freedom), rows[i].chance, 1e-9);
		about(statistics_student(-rows[i].t, rows[i].freedom), rows[i].chance, 1e-9);
	}
	about(statistics_student(0, 5), 1, 0);
	/* Of what hardly scatters at all, too large to be squared. */
	for (unsigned freedom = 1; freedom < 6; freedom++) {
		about(statistics_student(1e15, freedom), 0, 1e-14);
		about(statistics_student(1e200, freedom), 0, 0);
		about(statistics_student(INFINITY, freedom), 0, 0);
	}
}
END_TEST

/* The columns 0.05, 0.01 and 0.001 (two-sided) of the table that textbooks print. */
START_TEST(quantiles_are_those_of_the_table)
{
	static const struct {
		unsigned freedom;
		double t[3];
	} rows[] = {
	    {1, {12.706, 63.657, 636.619}}, {2, {4.303, 9.925, 31.599}},
	    {3, {3.182, 5.841, 12.924}},    {7, {2.365, 3.499, 5.408}},
	    {11, {2.201, 3.106, 4.437}},    {24, {2.064, 2.797, 3.745}},
	    {30, {2.042, 2.750, 3.646}},    {120, {1.980, 2.617, 3.373}},
	};
	static const double chances[] = {0.05, 0.01, 0.001};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(chances); j++)
			about(statistics_student_inverse(chances[j], rows[i].freedom), rows[i].t[j],
			      0.00051);
	about(statistics_student_inverse(1, 4), 0, 1e-300);
}
END_TEST

/* Numpy: mean, std(ddof=1). */
START_TEST(means_and_deviations)
{
	static const double samples[] = {2, 4, 4, 4, 5, 5, 7, 9};
	struct statistics_mean mean = statistics_mean_of(samples, COUNT(samples));

	about(mean.mean, 5, 1e-12);
	about(mean.deviation, 2.1380899353, 1e-9);
	about(statistics_half_width(&mean, 0.05), 2.3646 * 2.13809 / sqrt(8), 1e-3);
	mean = statistics_mean_of(samples, 1);
	about(mean.deviation, 0, 0);
	ck_assert(isinf(statistics_half_width(&mean, 0.05)));
}
END_TEST

START_TEST(the_chance_of_a_mean)
{
	struct statistics_mean mean = {.count = 12, .mean = 2.2 / sqrt(12), .deviation = 1};

	about(statistics_chance(&mean), 0.0500861110, 1e-9);
	mean.mean = -mean.mean;
	about(statistics_chance(&mean), 0.0500861110, 1e-9);
	/* Nothing scatters: any difference is one, and none is none. */
	mean.deviation = 0;
	about(statistics_chance(&mean), 0, 0);
	mean.mean = 0;
	about(statistics_chance(&mean), 1, 0);
	mean = (struct statistics_mean){.count = 1, .mean = 5};
	about(statistics_chance(&mean), 1, 0);
}
END_TEST

static void holm(double *chances, size_t count, const double *want)
{
	statistics_holm(chances, count);
	for (size_t i = 0; i < count; i++)
		about(chances[i], want[i], 1e-12);
}

/* The smallest times their number, the next times one less, and none below one before it. */
START_TEST(holm_corrects_for_several)
{
	double four[] = {0.01, 0.04, 0.03, 0.005};
	static const double want[] = {0.03, 0.06, 0.06, 0.02};
	double alone[] = {0.04}, same[] = {0.02, 0.02, 0.02}, large[] = {0.5, 0.9};

	holm(four, 4, want);
	holm(alone, 1, (const double[]){0.04});
	holm(same, 3, (const double[]){0.06, 0.06, 0.06});
	holm(large, 2, (const double[]){1, 1});
}
END_TEST

/* (t(0.05, 11) + t(0.2, 11)) * 0.07 / sqrt(12), and the first number of which it is enough. */
START_TEST(what_can_be_seen)
{
	const struct statistics_test test = {.level = 0.05, .power = 0.9};

	about(statistics_smallest(0.07, 12, &test), (2.20099 + 1.36343) * 0.07 / sqrt(12), 1e-6);
	ck_assert(isinf(statistics_smallest(0.07, 1, &test)));
	for (double deviation = 0.01; deviation < 0.5; deviation *= 1.7) {
		size_t count = statistics_needed(deviation, 0.1, &test, 1000);

		ck_assert(statistics_smallest(deviation, count, &test) <= 0.1);
		ck_assert(count == 2 || statistics_smallest(deviation, count - 1, &test) > 0.1);
	}
	ck_assert_uint_eq(statistics_needed(0, 0.1, &test, 100), 2);
	ck_assert_uint_eq(statistics_needed(5, 0.1, &test, 100), 101);
}
END_TEST

/* A mean that must also be above 0.05: whichever bound is the higher one, and t(0.2, 11) above. */
START_TEST(what_can_be_seen_above_a_bound)
{
	const struct statistics_test test = {.level = 0.05, .least = 0.05, .power = 0.9};

	about(statistics_margin(0.07, 12, 0.9), 1.36343 * 0.07 / sqrt(12), 1e-6);
	about(statistics_smallest(0.07, 12, &test), 0.05 + 1.36343 * 0.07 / sqrt(12), 1e-6);
	about(statistics_smallest(0.7, 12, &test), (2.20099 + 1.36343) * 0.7 / sqrt(12), 1e-5);
	about(statistics_smallest(0, 12, &test), 0.05, 1e-12);
	ck_assert_uint_eq(statistics_needed(0.07, 0.05, &test, 100), 101);
	/* 1.3104 * 0.07 / sqrt(30) is above 0.06 less 0.05, and 1.2877 * 0.07 / sqrt(83) is not. */
	ck_assert_uint_gt(statistics_needed(0.07, 0.06, &test, 100), 30);
	ck_assert_uint_le(statistics_needed(0.07, 0.06, &test, 100), 84);
}
END_TEST

RUN_SUITE("statistics", student_is_the_integral_of_its_density, quantiles_are_those_of_the_table,
	  means_and_deviations, the_chance_of_a_mean, holm_corrects_for_several, what_can_be_seen,
	  what_can_be_seen_above_a_bound)
