/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the owner of a plan has written, still claims in the journal, and no longer wants: the plan
 * gets a wish for the original. Pure.
 */
#ifndef TUNERS_LEFT_OVER_H
#define TUNERS_LEFT_OVER_H

#include "plan/plan.h"

/* After all tuners, before anything is left out: what a tuner plans with --skip is wanted as well.
 * The new settings come first, last write first. */
void left_over_add(const struct tuning *tuning);

#endif
