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
	struct cpuset seen;     /* all of the last look, whatever the profile says of them */
	int64_t since;          /* when that look, or the first one that saw the same, was */
	int64_t moves[FOLLOW_MOVES];
	unsigned count;    /* of those, within the last hour */
	bool is_judged;    /* by this look; else all this is of the last one that could */
	bool is_moving;    /* this look follows a change that is no broker's coming */
	const char *waits; /* a few words: why not all is followed yet; NULL: it is */
};

/* Containers that come. One may be a broker's whose main process is yet to start, within these
 * seconds. */
enum { FOLLOW_STARTS = 15 };
struct follow_comers {
	bool is_any;
	int64_t first, last; /* of those that came one after the other without such a rest */
};
void follow_came(struct follow_comers *comers, int64_t now);
/* In how many seconds another look is worth its while; 0: none of them is so new. */
unsigned follow_again(const struct follow_comers *comers, int64_t now);

/* What a look sees. */
struct follow_look {
	struct cpuset all;                /* that containers have alone */
	struct cpuset exclusive, brokers; /* of these: those that interrupts are to keep off, and
					   * those of them that are known to be a broker's */
	unsigned left;                    /* CPUs that may serve interrupts, without exclusive */
	unsigned wanted;                  /* that `auto` would use */
};

/* Fills followed, seen, since, is_judged, is_moving and waits. What is not known yet is followed as
 * it is, as a run before the first look has left the node. Returns in how many seconds waiting
 * alone will have ended; 0: it does not, or nothing waits. */
int64_t follow_judge(struct arena *arena, struct follow *follow, const struct follow_look *look,
		     int64_t now);
/* Nothing depends on what is not followed: nothing waits. */
void follow_all(struct follow *follow, const struct cpuset *exclusive);
/* The change that is followed has led to writes. */
void follow_moved(struct follow *follow, int64_t now);

#endif
