/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "probe/noise.h"
#include "probe/random.h"
#include "run_suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOISE(...)                                                                                 \
	noise_of((const uint64_t[]){__VA_ARGS__}, COUNT(((const uint64_t[]){__VA_ARGS__})))

static void about(double have, double want)
{
	ck_assert_msg(fabs(have - want) < 1e-3, "wanted %g, have %g", want, have);
}

/* Figures from numpy: mean, median, percentile 25, std(ddof=1). */
START_TEST(figures_are_the_usual_ones)
{
	struct noise noise = NOISE(2, 4, 4, 4, 5, 5, 7, 9);

	about(noise.mean, 5);
	about(noise.median, 4.5);
	about(noise.lower_quartile, 4);
	about(noise.deviation, 2.13809 / 5);
	about(noise.error, 2.13809 / 5 / sqrt(8));
	about(noise.fall, -34.0 / 42 * 7 / 5);
}
END_TEST

START_TEST(a_steady_rate_is_neither_noisy_nor_bursting)
{
	struct noise noise = NOISE(200, 201, 199, 200, 202, 198, 200, 200, 201, 199);

	ck_assert(!noise.noisy);
	ck_assert(!noise.burst);
}
END_TEST

/* A deviation of 20 % is fine once there are enough windows, and not before. */
START_TEST(more_windows_make_a_rate_known)
{
	struct random random = random_new(1);
	uint64_t windows[100];

	for (size_t i = 0; i < COUNT(windows); i++)
		windows[i] = 650 + random_below(&random, 700);
	ck_assert(noise_of(windows, 8).noisy);
	ck_assert(!noise_of(windows, 100).noisy);
	ck_assert(!noise_of(windows, 100).burst);
}
END_TEST

START_TEST(few_windows_are_noisy)
{
	ck_assert(NOISE(200).noisy);
	ck_assert(NOISE(200, 200, 200).noisy);
	ck_assert(noise_of(NULL, 0).noisy);
	ck_assert(NOISE(0, 0, 0, 0, 0).noisy);
	about(NOISE(200, 220).mean, 210);
	about(NOISE(200).median, 200);
}
END_TEST

/* As a token bucket shows itself: the burst, then the limit. */
START_TEST(a_falling_rate_is_a_burst)
{
	struct noise noise = NOISE(400, 400, 401, 399, 400, 200, 200, 201, 200, 199);

	ck_assert(noise.burst);
	ck_assert_double_gt(noise.fall, 0.5);
	ck_assert(NOISE(400, 380, 360, 340, 320, 300, 280, 260).burst);
}
END_TEST

START_TEST(a_rising_or_jumping_rate_is_no_burst)
{
	ck_assert(!NOISE(200, 200, 201, 200, 199, 400, 400, 401, 399, 400).burst);
	ck_assert(!NOISE(400, 100, 390, 110, 405, 100, 395, 90).burst);
	ck_assert(!NOISE(400, 380, 360, 340).burst);
	/* Only the last window is low: somebody else came by. */
	ck_assert(!NOISE(200, 201, 199, 200, 202, 198, 200, 200, 201, 20).burst);
}
END_TEST

START_TEST(many_windows_become_few_points)
{
	const uint64_t windows[] = {1, 3, 5, 7, 9};
	double points[5];
	size_t each;

	ck_assert_uint_eq(noise_points(windows, 5, points, 5, &each), 5);
	ck_assert_uint_eq(each, 1);
	ck_assert_double_eq(points[4], 9);
	ck_assert_uint_eq(noise_points(windows, 5, points, 4, &each), 3);
	ck_assert_uint_eq(each, 2);
	ck_assert_double_eq(points[0], 2);
	ck_assert_double_eq(points[2], 9);
	ck_assert_uint_eq(noise_points(windows, 0, points, 4, &each), 0);
}
END_TEST

RUN_SUITE("noise", figures_are_the_usual_ones, a_steady_rate_is_neither_noisy_nor_bursting,
	  more_windows_make_a_rate_known, few_windows_are_noisy, a_falling_rate_is_a_burst,
	  a_rising_or_jumping_rate_is_no_burst, many_windows_become_few_points)
