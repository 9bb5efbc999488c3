/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be said of a mean from a few samples of it. Pure.
 *
 * Student's distribution for whole degrees of freedom is a finite sum: M. Abramowitz, I. A. Stegun,
 * Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4. Several tests at once: S. Holm, A
 * simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6
 * (1979).
 */
#ifndef PROBE_STATISTICS_H
#define PROBE_STATISTICS_H

#include <stddef.h>

/* The chance that Student's t with so many degrees of freedom (at least 1) is farther from 0 than
 * this, on either side. */
double statistics_student(double t, unsigned freedom);
/* The t of which that is the chance, which is above 0 and at most 1. */
double statistics_student_inverse(double chance, unsigned freedom);

struct statistics_mean {
	size_t count;
	double mean;
	double deviation; /* standard deviation of the samples; 0 with fewer than two */
};
struct statistics_mean statistics_mean_of(const double *samples, size_t count);

/* The chance of such a mean, or of one farther from 0, where nothing makes it differ from 0; 1 with
 * fewer than two samples. */
double statistics_chance(const struct statistics_mean *mean);

/* How far the interval that holds the true mean, but for this chance, goes to either side; infinite
 * with fewer than two samples. */
double statistics_half_width(const struct statistics_mean *mean, double chance);

/* Makes of the chances of several tests those that may each be compared with the same level: the
 * chance that any of the tests is wrong then stays below that level. */
void statistics_holm(double *chances, size_t count);

/* What finds a mean: one that is significant at `level`, and above `least`. Of a true mean it is to
 * find the share `power`. */
struct statistics_test {
	double level, least, power;
};
/* How far above a bound the true mean is where that share of the means of samples is above it, by
 * quantiles of t; infinite with fewer than two samples. */
double statistics_margin(double deviation, size_t count, double power);
/* The smallest true mean that the test finds: that margin above both of its bounds (of t
 * approximately). */
double statistics_smallest(double deviation, size_t count, const struct statistics_test *test);
/* How many samples make that at most `wanted`; more than `most` where most is too few. */
size_t statistics_needed(double deviation, double wanted, const struct statistics_test *test,
			 size_t most);

#endif
