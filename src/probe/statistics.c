/* SPDX-License-Identifier: Apache-2.0 */
/* Student's distribution, Holm's correction, and how many samples an effect takes. */
#include "probe/statistics.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* The C library's has tables that would be a hundredth of the program. Each step halves the angle,
 * exactly; the series is exact to the last digits from there on. */
static double arc_tangent(double x)
{
	double square, sum = 0;
	unsigned halves = 0;

	for (; x > 0.125; halves++)
		x /= 1 + sqrt(1 + x * x);
	square = x * x;
	for (int power = 17; power > 0; power -= 2)
		sum = 1.0 / power - square * sum;
	return ldexp(x * sum, (int)halves);
}

/* The chance to be within t of 0. With cos = sqrt(v / (v + t^2)): for odd v 2/pi times (atan(t /
 * sqrt(v)) + sin (cos + 2/3 cos^3 + 2*4/(3*5) cos^5 + ...)), for even v sin (1 + 1/2 cos^2 +
 * 1*3/(2*4) cos^4 + ...), up to the power v - 2. */
static double within(double t, unsigned freedom)
{
	double v = freedom, square = v / (v + t * t);
	double sine = t / sqrt(v + t * t), term = 1, sum = 0;
	bool is_odd = freedom % 2;

	if (is_odd)
		term = sqrt(square);
	for (unsigned at = is_odd; at + 2 <= freedom; at += 2) {
		sum += term;
		term *= square * (at + 1) / (at + 2);
	}
	return is_odd ? M_2_PI * (arc_tangent(t / sqrt(v)) + sine * sum) : sine * sum;
}

double statistics_student(double t, unsigned freedom)
{
	static const double beyond = 1e100;
	double outside;

	t = fabs(t);
	/* Its square would not fit, and what is left out there is less than any digit of 1. */
	if (t > beyond)
		return 0;
	outside = 1 - within(t, freedom);
	return outside > 0 ? outside : 0;
}

double statistics_student_inverse(double chance, unsigned freedom)
{
	double low = 0, high = 1;

	while (statistics_student(high, freedom) > chance && high < DBL_MAX / 4)
		high *= 2;
	/* Halves the interval until no number is between its ends. */
	for (;;) {
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			return high;
		if (statistics_student(middle, freedom) > chance)
			low = middle;
		else
			high = middle;
	}
}

struct statistics_mean statistics_mean_of(const double *samples, size_t count)
{
	struct statistics_mean mean = {.count = count};
	double squares = 0;

	for (size_t i = 0; i < count; i++)
		mean.mean += samples[i] / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += (samples[i] - mean.mean) * (samples[i] - mean.mean);
	if (count > 1)
		mean.deviation = sqrt(squares / (double)(count - 1));
	return mean;
}

double statistics_chance(const struct statistics_mean *mean)
{
	double error;

	if (mean->count < 2 || mean->mean == 0)
		return 1;
	error = mean->deviation / sqrt((double)mean->count);
	return error > 0 ? statistics_student(mean->mean / error, (unsigned)mean->count - 1) : 0;
}

double statistics_half_width(const struct statistics_mean *mean, double chance)
{
	if (mean->count < 2)
		return INFINITY;
	return statistics_student_inverse(chance, (unsigned)mean->count - 1) * mean->deviation /
	       sqrt((double)mean->count);
}

/* The smallest one counts for all of them, the next for all but one, and so on; none may be below
 * one that came before it. */
void statistics_holm(double *chances, size_t count)
{
	double reached = 0;
	bool done[64] = {false};
	size_t most = sizeof(done) / sizeof(done[0]);

	if (count > most)
		count = most;
	for (size_t rank = 0; rank < count; rank++) {
		size_t next = count;

		for (size_t i = 0; i < count; i++) {
			if (!done[i] && (next == count || chances[i] < chances[next]))
				next = i;
		}
		done[next] = true;
		chances[next] *= (double)(count - rank);
		if (chances[next] > 1)
			chances[next] = 1;
		if (chances[next] < reached)
			chances[next] = reached;
		reached = chances[next];
	}
}

double statistics_margin(double deviation, size_t count, double power)
{
	const struct statistics_mean mean = {.count = count, .deviation = deviation};

	return statistics_half_width(&mean, 2 * (1 - power));
}

double statistics_smallest(double deviation, size_t count, const struct statistics_test *test)
{
	const struct statistics_mean mean = {.count = count, .deviation = deviation};
	double significant = statistics_half_width(&mean, test->level);

	return (significant > test->least ? significant : test->least) +
	       statistics_margin(deviation, count, test->power);
}

size_t statistics_needed(double deviation, double wanted, const struct statistics_test *test,
			 size_t most)
{
	size_t low = 2, high = most + 1;

	/* More of them always show less. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (statistics_smallest(deviation, middle, test) > wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
