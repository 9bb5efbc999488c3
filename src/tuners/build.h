/* SPDX-License-Identifier: Apache-2.0 */
/* From facts and profile to the plan. Pure. */
#ifndef TUNERS_BUILD_H
#define TUNERS_BUILD_H

#include "plan/plan.h"

/* Runs the tuner table over facts and profile. -EEXIST with a sentence when two tuners want one
 * path, -EINVAL when `after` has a cycle. */
_must_check_ int build_plan(struct arena *arena, const struct facts *facts,
			    const struct profile *profile, const struct plan_request *request,
			    struct plan *ret, struct err *err);

#endif
