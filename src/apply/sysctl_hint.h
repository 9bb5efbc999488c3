/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernel setting of this node a name that it does not have may be meant to be. */
#ifndef APPLY_SYSCTL_HINT_H
#define APPLY_SYSCTL_HINT_H

#include "base/arena.h"
#include "sys/root.h"

/* "vm.swappiness" for "vm.swapiness"; NULL: the node has nothing like it, or it is no slip. */
const char *sysctl_hint(struct root *root, struct arena *arena, const char *key);

/* False: the node has it, or this cannot be told: not in this record, or not in this network
 * namespace. */
bool sysctl_hint_is_missing(struct root *root, struct arena *arena, const char *key);

#endif
