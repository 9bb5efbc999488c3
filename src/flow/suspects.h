/* SPDX-License-Identifier: Apache-2.0 */
/* Who may have changed what thintune wrote. */
#ifndef FLOW_SUSPECTS_H
#define FLOW_SUSPECTS_H

#include "facts/facts.h"

/* Unknown: what would tell of one could not be read. */
enum tri suspects_any(const struct facts *facts);
/* Conflicting programs that run, that none is known, or why that is not known. */
const char *suspects_text(struct arena *arena, const struct facts *facts);

#endif
