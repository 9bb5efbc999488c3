/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel setting asks of whoever owns its file: a capability, or the node's own network
 * namespace. Pure. */
#ifndef PLAN_NEEDS_H
#define PLAN_NEEDS_H

#include "plan/plan.h"

/* The capabilities behind an enum need, each with its number in linux/capability.h. */
struct need_capability {
	enum need need;
	unsigned number;
	const char *name; /* "CAP_SYS_ADMIN" */
};
enum { NEED_CAPABILITIES = 4 };
extern const struct need_capability need_capabilities[NEED_CAPABILITIES];

/* enum need of a write to that path. *ret_set_by: what to do instead where that is a capability
 * which thintune gives up at its start; else NULL. */
unsigned needs_of(const char *path, const char **ret_set_by);

/* Whether only the node's own network namespace has this kernel setting ("net.core.rmem_max"). */
bool needs_initial_netns(const char *key);

#endif
