/* SPDX-License-Identifier: Apache-2.0 */
/* Which capability the kernel asks for when a file is written, whoever owns that file. Pure. */
#ifndef PLAN_NEEDS_H
#define PLAN_NEEDS_H

#include "plan/plan.h"

/* enum need of a write to that path. *ret_set_by: what to do instead where that is a capability
 * which thintune gives up at its start; else NULL. */
unsigned needs_of(const char *path, const char **ret_set_by);

#endif
