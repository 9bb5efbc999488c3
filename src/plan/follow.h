/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How watch follows the CPUs that containers have alone. A broker's are left to it at once. What
 * else changes, containers that come or go, is followed when it has been so for a minute, at most
 * four times an hour, and not where fewer CPUs would be left for interrupts than `auto` would use.
 * Pure: the time is passed in, in seconds of a clock that never jumps.
 */
#ifndef PLAN_FOLLOW_H
#define PLAN_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpuset.h"

enum { FOLLOW_STABLE = 60, FOLLOW_MOVES = 4 };

struct follow {
	bool is_known;          /* else there was no look at them in this boot */
	struct cpuset followed; /* exclusive CPUs that interrupts keep off */
	struct cpuset seen;     /* those of the last look */
	int64_t since;          /* when that look, or the first one that saw the same, was */
	int64_t moves[FOLLOW_MOVES];
	unsigned count;    /* of those, within the last hour */
	bool is_moving;    /* this look follows a change that is no broker's coming */
	const char *waits; /* a few words: why not all is followed yet; NULL: it is */
};

/* What a look sees. */
struct follow_look {
	struct cpuset exclusive, brokers; /* brokers: those of exclusive that are known to be one's
					   */
	unsigned left;                    /* CPUs that may serve interrupts, without exclusive */
	unsigned wanted;                  /* that `auto` would use */
};

/* Fills followed, seen, since, is_moving and waits. The first look of a boot takes all for
 * followed, as a run before it has left the node. Returns in how many seconds waiting alone will
 * have ended; 0: it does not, or nothing waits. */
int64_t follow_judge(struct arena *arena, struct follow *follow, const struct follow_look *look,
		     int64_t now);
/* The change that is followed has led to writes. */
void follow_moved(struct follow *follow, int64_t now);

#endif
