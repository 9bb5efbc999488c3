/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which settings of a plan are written before which: waves, made of what each comes `after`; and
 * which of them has a given path.
 */
#ifndef APPLY_ORDER_H
#define APPLY_ORDER_H

#include "plan/plan.h"

struct order {
	VEC(struct setting *) paths; /* settings that have a path, sorted by it */
	unsigned *waves;             /* per setting: how long its chain of `after` is */
	unsigned count;              /* of waves */
};

void order_make(struct arena *arena, struct plan *plan, struct order *ret);

/* The setting of that path; NULL. */
struct setting *order_find(const struct order *order, const char *path);

#endif
