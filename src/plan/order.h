/* SPDX-License-Identifier: Apache-2.0 */
/* Which settings of a plan are written before which, by the paths each comes `after`. Pure. */
#ifndef PLAN_ORDER_H
#define PLAN_ORDER_H

#include "plan/plan.h"

/* What must be written first comes first, phases in order, else the order of adding. -EEXIST with a
 * sentence when two settings want one path, -EINVAL when `after` has a cycle. */
_must_check_ int order_sort(struct plan *plan, struct err *err);

/* Waves: those of one may be written together. */
struct order {
	VEC(struct setting *) paths; /* settings that have a path, sorted by it */
	unsigned *waves;             /* per setting: how long its chain of `after` is */
	unsigned count;              /* of waves */
};

void order_make(struct arena *arena, struct plan *plan, struct order *ret);

/* The setting of that path; NULL. */
struct setting *order_find(const struct order *order, const char *path);

#endif
