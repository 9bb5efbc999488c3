/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the rates of the steps. */
#include "probe/search.h"

#include <math.h>

#include "probe/clock.h"

/* Slow requests come in crowds: a queue that has grown makes all that join it slow. Below 10,000 a
 * second a step is as long as the time for the whole search allows, since short ones see too few
 * crowds to tell a rate from one that is 5 % higher. */
#define STEP_LEAST_NS    (3 * SECOND)
#define STEP_MOST_NS     (24 * SECOND)
#define STEP_REQUESTS    300000.0
#define STEP_FEW_MOST_NS (40 * SECOND)

/* The first rate, by the peak; what is known well enough; and no rate below this part of the peak
 * is tried. */
#define FIRST    0.75
#define CLOSE    1.03
#define HOPELESS (1.0 / 256)

/* A queue that is kept full may still not get all that the disk can do. */
#define ABOVE_PEAK 1.2

/* Fewer than three slow requests beyond a percentile say nothing about it. */
#define SLOW_NEEDED 3.0

struct search search_new(double peak, uint64_t limit_ns, uint64_t runtime_ns)
{
	return (struct search){
	    .peak = peak,
	    .share = peak >= 10000  ? 0.9999
		     : peak >= 1000 ? 0.999
				    : 0.99,
	    .limit_ns = limit_ns,
	    .runtime_ns = runtime_ns,
	};
}

static double least_count(const struct search *search)
{
	return SLOW_NEEDED / (1 - search->share) * (1 - 1e-9);
}

/* As long as the rate needs. */
static uint64_t usual_duration(const struct search *search, double rate)
{
	double ns = STEP_REQUESTS / rate * (double)SECOND;
	double least = least_count(search) * 1.05 / rate * (double)SECOND;
	double grows = (double)(SEARCH_STEP_LIMITS * search->limit_ns);

	ns = rate < 10000 || ns > (double)STEP_MOST_NS ? (double)STEP_MOST_NS : ns;
	ns = ns < (double)STEP_LEAST_NS ? (double)STEP_LEAST_NS : ns;
	ns = ns < grows ? grows : ns;
	if (ns < least)
		ns = least < (double)STEP_FEW_MOST_NS ? least : (double)STEP_FEW_MOST_NS;
	return (uint64_t)ns;
}

static uint64_t duration_of(const struct search *search, double rate)
{
	return search->runtime_ns ? search->runtime_ns : usual_duration(search, rate);
}

/* Where nothing has held yet. Just below the first rate one that holds is often near, and where it
 * is not, steps fail early and cost little. 0: there is no hope. */
static double lower_rate(const struct search *search)
{
	double part = search->high / search->peak;
	double rate = search->high * (part > 0.7   ? 0.88
				      : part > 0.6 ? 0.75
				      : part > 0.2 ? 0.6
						   : 0.4);

	return rate < search->peak * HOPELESS ? 0 : rate;
}

/* 0: there is no other one to try. */
static double next_rate(const struct search *search)
{
	double most = search->peak * ABOVE_PEAK;

	if (search->is_few || search->peak <= 0)
		return 0;
	if (search->low <= 0 && search->high <= 0)
		return search->peak * FIRST;
	if (search->low <= 0 && !search->is_sure)
		return search->high;
	if (search->low <= 0)
		return lower_rate(search);
	if (search->high > 0)
		most = search->high;
	if (most / search->low > CLOSE)
		return sqrt(search->low * most);
	/* One crowd can fail a step by chance, which would keep all later ones below it. */
	return search->high > 0 && !search->is_sure ? search->high : 0;
}

bool search_next(const struct search *search, uint64_t left_ns, struct search_step *ret)
{
	struct search_step step = {.rate = next_rate(search)};
	double over;

	*ret = step;
	if (step.rate <= 0)
		return false;
	step.duration_ns = duration_of(search, step.rate);
	over = step.rate * (double)step.duration_ns / (double)SECOND * (1 - search->share);
	step.most_over = (uint64_t)(over > SLOW_NEEDED ? over : SLOW_NEEDED);
	*ret = step;
	return step.duration_ns <= left_ns;
}

enum rate_state search_judge(const struct search *search, const struct search_step *step,
			     uint64_t count, uint64_t over)
{
	if (over > step->most_over)
		return RATE_FAILS;
	if ((double)count < least_count(search))
		return RATE_FEW;
	return (double)over > (double)count * (1 - search->share) ? RATE_FAILS : RATE_HOLDS;
}

void search_add(struct search *search, double rate, enum rate_state state)
{
	bool is_again = rate == search->high;

	if (state == RATE_FEW) {
		search->is_few = true;
	} else if (state == RATE_HOLDS) {
		search->low = rate;
		if (!is_again)
			return;
		search->high = search->higher > 0 ? search->higher : search->sure;
		search->is_sure = search->high > 0 && search->high == search->sure;
		search->higher = 0;
	} else {
		search->is_sure = is_again;
		search->sure = is_again ? rate : search->sure;
		search->higher = is_again ? search->higher : search->high;
		search->high = rate;
	}
}

bool search_is_short(const struct search *search)
{
	return search->runtime_ns && search->low > 0 &&
	       search->runtime_ns < usual_duration(search, search->low);
}

/* Where little of the peak holds, a few requests that wait for each other are too slow already, so
 * that slow ones come in larger crowds by chance; and a slow disk does few requests in the time. */
unsigned search_percent(const struct search *search)
{
	double part = search->peak > 0 ? search->low / search->peak : 0;

	if (search_is_short(search))
		return 0;
	if (part >= 0.75)
		return search->peak >= 1000 ? 5 : search->peak >= 100 ? 10 : 15;
	return part >= 0.5 ? 15 : part >= 0.25 ? 25 : 0;
}
