/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan made again takes over from the one before it. Pure. */
#ifndef FLOW_CARRY_OVER_H
#define FLOW_CARRY_OVER_H

#include "plan/plan.h"

/* The settings of a plan by tuner and name; valid while none is added. */
typedef VEC(struct setting *) setting_index;

setting_index carry_over_index(struct plan *plan);

/* The same setting in the plan of the index; NULL: it is not there. */
struct setting *carry_over_find(const setting_index *index, const struct setting *setting);

/* What the phases up to `done` did stays on the report. What was put back and is nobody's any more
 * has no row in the new plan, and gets one in front of the others. */
void carry_over(struct plan *now, const struct plan *before, enum phase done);

#endif
