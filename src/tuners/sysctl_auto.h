/* SPDX-License-Identifier: Apache-2.0 */
/* The formulas behind `auto` in section sysctl of a profile. Pure. */
#ifndef TUNERS_SYSCTL_AUTO_H
#define TUNERS_SYSCTL_AUTO_H

#include "plan/plan.h"

/* Turns `auto` into rule and operands of the wish, whose name is the key; true as well where
 * nothing is `auto`. False where there is no formula, or not enough is known. */
bool sysctl_auto(const struct tuning *tuning, const struct value *value, struct wish *wish);

#endif
