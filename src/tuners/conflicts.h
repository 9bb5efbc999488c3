/* SPDX-License-Identifier: Apache-2.0 */
/* The check `conflicts`: who else sets what this plan sets. Pure. */
#ifndef TUNERS_CONFLICTS_H
#define TUNERS_CONFLICTS_H

#include "plan/plan.h"

/* After all tuners have planned. */
void check_conflicts(const struct tuning *tuning);

#endif
