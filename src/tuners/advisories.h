/* SPDX-License-Identifier: Apache-2.0 */
/* The checks that advisories (profile/advisories.h) become. Pure. */
#ifndef TUNERS_ADVISORIES_H
#define TUNERS_ADVISORIES_H

#include "plan/plan.h"

void advisories_check(const struct tuning *tuning);

#endif
