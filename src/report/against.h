/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report against a profile: what that profile would want where the report says what the node had.
 * A report is not the node: what follows from its CPUs, disks and cards, and values that are
 * computed, cannot be judged from it. That is told, and never guessed.
 */
#ifndef REPORT_AGAINST_H
#define REPORT_AGAINST_H

#include "report/compare.h"

#define AGAINST_SCHEMA "thintune.compare-profile/1"

struct against_row { /* the profile would want something else */
	bool is_check;
	const char *tuner; /* NULL for a check */
	const char *name, *have;
	const char *wanted; /* "at-least 4096" */
	enum severity severity;
	const char *source;           /* of the profile's value */
	const struct waiving *waiver; /* of the profile; NULL: none */
};

struct against_gap {
	const char *what, *why;
};

struct against {
	const struct compare_report *report;
	const struct profile *profile;
	VEC(struct against_row) rows;
	VEC(struct against_row) waived;   /* rows that a waiver in force excuses */
	VEC(struct against_gap) gaps;     /* what cannot be judged */
	unsigned held_count, alone_count; /* settings and checks that hold, or are left alone */
	size_t open_count;                /* those of the report that cannot be judged */
};

/* What of the node the report knows, so that overlays can be decided by it; nothing else is set. */
struct facts against_facts(struct arena *arena, const struct compare_report *report);

/* profile: loaded with these facts. The first report counts. today: for waivers; DAY_UNKNOWN: none
 * expires. */
struct against against_judge(struct arena *arena, const struct compare *compare,
			     const struct profile *profile, int64_t today);

char *against_text(struct arena *arena, const struct against *against, struct text_style style);
char *against_json(struct arena *arena, const struct against *against);

#endif
