/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search for the highest rate at which the disk keeps a limit of latency. A step offers one
 * rate, and holds if no more than the agreed share of its requests takes longer. The rates of the
 * steps close in on the highest one that holds.
 */
#ifndef PROBE_SEARCH_H
#define PROBE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/probe.h"

/* Above the rate that the disk does the wait grows with the time: at 1.03 times it by 3 s in 100. A
 * step is at least so many limits long, so that such a wait exceeds the limit within it. That of a
 * runtime of its own is whoever gives it to see to. */
#define SEARCH_STEP_LIMITS 35

struct search {
	double peak;         /* requests a second: what the disk does when it is never idle */
	double share;        /* 0.99: so many of all requests have to keep the limit */
	double low, high;    /* the highest rate that held, the lowest that did not; 0: none */
	double higher;       /* the next one that did not; 0: none */
	double sure;         /* the lowest one that did not hold twice; 0: none */
	bool is_sure;        /* high is that one */
	bool is_few;         /* a step could not tell */
	uint64_t limit_ns;   /* of latency */
	uint64_t runtime_ns; /* of each step, whatever its rate; 0: as its rate needs */
};

struct search_step {
	double rate;
	uint64_t duration_ns;
	uint64_t most_over; /* with one more above the limit, the step cannot hold any longer */
};

struct search search_new(double peak, uint64_t limit_ns, uint64_t runtime_ns);

/* The next step. False: there is none that ends within left_ns; with a rate of 0 because the answer
 * is known, or cannot be found. */
bool search_next(const struct search *search, uint64_t left_ns, struct search_step *ret);

/* What became of a step with so many requests, of which so many took longer than the limit. */
enum rate_state search_judge(const struct search *search, const struct search_step *step,
			     uint64_t count, uint64_t over);

void search_add(struct search *search, double rate, enum rate_state state);

/* Whether the steps were shorter than the rate that held needs: they see too few crowds of slow
 * requests to tell how well it is known. */
bool search_is_short(const struct search *search);

/* How well a search that came to its end knows the answer: within so many percent in nine of ten
 * cases, by simulated disks (tests/unit/test_search.c). 0: only roughly, or there is none. */
unsigned search_percent(const struct search *search);

#endif
