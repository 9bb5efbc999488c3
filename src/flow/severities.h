/* SPDX-License-Identifier: Apache-2.0 */
/* How much each setting of a restore matters. Pure. */
#ifndef FLOW_SEVERITIES_H
#define FLOW_SEVERITIES_H

#include "plan/plan.h"

/* What `wanted` does not ask for, or only advises, becomes advised. */
void severities_take(struct plan *restored, const struct plan *wanted);

#endif
