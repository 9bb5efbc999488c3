/* SPDX-License-Identifier: Apache-2.0 */
/* Who may have changed what thintune wrote. */
#ifndef FLOW_SUSPECTS_H
#define FLOW_SUSPECTS_H

#include "facts/facts.h"

bool suspects_any(const struct facts *facts);
/* Conflicting programs that run, or that none is known. */
const char *suspects_text(struct arena *arena, const struct facts *facts);

#endif
