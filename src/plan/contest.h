/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether somebody keeps writing what watch repairs. Pure: the time is passed in, in seconds of a
 * clock that never jumps. What is rewritten three times within an hour is left alone for an hour,
 * then twice as long each time, up to a day. What drivers make anew is not counted, twelve
 * times within an hour: where events come more often, all looks follow one, and a rewriter would
 * else never be found; where they come less often, the looks of the timer find it.
 */
#ifndef PLAN_CONTEST_H
#define PLAN_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum {
	CONTEST_REWRITES = 3,
	CONTEST_EXCUSES = 12,
	CONTEST_LONGEST = 24 * 3600,
	CONTEST_MOST = 16384
};

struct contest {
	const char *path, *setting; /* setting: as the report calls it */
	int64_t repaired;           /* when watch wrote it */
	const char *wrote;          /* as it was read back; NULL: unknown */
	bool is_ours;               /* and no look has found another value since */
	int64_t rewrites[CONTEST_REWRITES];
	unsigned count;                   /* of those, within the last hour */
	int64_t excuses[CONTEST_EXCUSES]; /* when it was found off after an event, not counted */
	unsigned excused;                 /* of those, within the last hour */
	unsigned pauses;
	int64_t until;       /* left alone until then; 0: never was */
	const char *suspect; /* NULL: unknown */
};

/* The first `sorted` of them by path. One that is added has no other row of its path. */
struct contests {
	VEC(struct contest) rows;
	size_t sorted;
};

/* NULL: watch has not repaired it lately. */
struct contest *contest_find(const struct contests *contests, const char *path);
/* What a look that has found it not right has to say of it: rewritten by nobody, if it still is
 * what watch wrote, which is wanted no longer, or if the kernel may have made it anew with its
 * device, which is noted. */
bool contest_is_rewritten(struct contest *contest, const char *have, bool after_event, int64_t now);
/* A look has found it rewritten. True: it was ours until now. */
bool contest_found_off(struct contest *contest, int64_t now);
bool contest_is_left_alone(const struct contest *contest, int64_t now);
/* Watch has written it. */
void contest_repaired(struct arena *arena, struct contests *contests, const char *path,
		      const char *setting, const char *wrote, int64_t now);
/* Drops what no longer matters, and sorts the rest. */
void contest_tidy(struct contests *contests, int64_t now);
/* How many are left alone. */
unsigned contest_count(const struct contests *contests, int64_t now);

#endif
