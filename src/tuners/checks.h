/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of checks share. A check writes nothing and is filled from facts alone. */
#ifndef TUNERS_CHECKS_H
#define TUNERS_CHECKS_H

#include "tuners/tuners.h"

/* Adds checks.ID of the profile, state unknown; NULL when the profile leaves it out. */
struct check *check_begin(const struct tuning *tuning, const char *id, const char *required);
void check_end(struct check *check, enum check_state state, const char *have, const char *note);
/* First operand of checks.ID, "" when there is none. */
const char *check_operand(const struct tuning *tuning, const char *id);

void checks_of_node(const struct tuning *tuning);

#endif
