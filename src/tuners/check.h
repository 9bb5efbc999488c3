/* SPDX-License-Identifier: Apache-2.0 */
/* How a check is put on the plan. Pure. */
#ifndef TUNERS_CHECK_H
#define TUNERS_CHECK_H

#include "plan/plan.h"

/* Adds checks.ID of the profile, state unknown; NULL when the profile leaves it out. */
struct check *check_begin(const struct tuning *tuning, const char *id, const char *required);
void check_end(struct check *check, enum check_state state, const char *have, const char *note);

#endif
