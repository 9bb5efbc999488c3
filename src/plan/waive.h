/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waivers in a plan: what a waiver names and does not hold is WAIVED as long as the waiver is in
 * force. What holds anyway is SAME or PASS. An expired waiver changes no state; it stays beside the
 * setting or check, so that a report can tell it.
 */
#ifndef PLAN_WAIVE_H
#define PLAN_WAIVE_H

#include "plan/plan.h"

/* So many days before its end a report begins to warn of it. */
#define WAIVE_WARNING_DAYS 14

/* Fills plan->waivings. profile->waivers must outlive the plan. */
void waive_begin(struct plan *plan, const struct profile *profile, int64_t today);

/* Which waiver counts for a setting of this tuner, or for a check (scope WAIVER_OF_CHECK): of those
 * that name it the one that lasts longest. NULL: none does. */
const struct waiving *waive_find(struct plan *plan, const char *scope, const char *name);

/* Whether one that is in force names it: then it is not written. */
bool waive_is_in_force(const struct plan *plan, const char *scope, const char *name);

/* NULL has not. */
bool waive_has_expired(const struct waiving *waiving);

/* After the state is known, and again after each change of it. */
void waive_setting(struct arena *arena, struct setting *setting);
void waive_check(struct check *check);

/* The plan as if what has expired were still in force: that never holds a broker with data back. */
struct plan waive_expired_too(const struct plan *plan);

/* Whether both are about the same waiver: a plan made again has its own list, and what is carried
 * over to it is of the one before. NULL is about none. */
bool waive_is_same(const struct waiving *one, const struct waiving *other);

/* Settings and checks of the plan for which it is the waiver that counts, left out ones that were
 * looked at included. */
struct waive_count {
	unsigned listed, open; /* all; those of them that do not hold */
};
struct waive_count waive_count(const struct plan *plan, const struct waiving *waiving);

enum waiving_state {
	WAIVING_UNMATCHED, /* names nothing that is on this node */
	WAIVING_EXPIRED,
	WAIVING_ENDING, /* within WAIVE_WARNING_DAYS */
	WAIVING_IN_FORCE,
	WAIVING_STATE_COUNT,
};
extern const char *const waive_state_names[WAIVING_STATE_COUNT]; /* "unmatched", ... */
enum waiving_state waive_state(const struct waiving *waiving);

/* After the word waived: "by OWNER until 2027-01-31, 61 days left: REASON"; of an expired one "the
 * waiver of OWNER expired on 2027-01-31: REASON".
 * One clean line, whatever the profile says. */
const char *waive_words(struct arena *arena, const struct waiving *waiving);

#endif
