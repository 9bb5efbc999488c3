/* SPDX-License-Identifier: Apache-2.0 */
/* What of a plan is not right, as a list of names: for metrics, and to tell what has changed since
 * the last look. */
#ifndef PLAN_OFF_H
#define PLAN_OFF_H

#include "plan/plan.h"

struct off {
	bool is_check;
	const char *tuner, *name, *state, *severity;
	const struct setting *setting; /* NULL: it is a check, or of an earlier look */
	const struct check *check;
};
typedef VEC(struct off) off_list;

/* Settings that differ, failed, are contested, left over or waived; checks that fail, are unknown
 * or waived. Required ones first, else in the order of the plan. */
off_list off_of_plan(struct arena *arena, const struct plan *plan);

/* Those of `one` that are not in `other`, in the same state. */
off_list off_without(struct arena *arena, const off_list *one, const off_list *other);

#endif
