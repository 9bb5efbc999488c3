/* SPDX-License-Identifier: Apache-2.0 */
/* The files of this node that the kernel changes along with a write. */
#ifndef APPLY_SIBLINGS_H
#define APPLY_SIBLINGS_H

#include "plan/plan.h"
#include "sys/root.h"

/* Those that are to be put back after the write (wish->resets): of a name that ends in "/" every
 * file in that directory. */
names siblings_reset(struct root *root, struct arena *arena, const struct wish *wish);

/* All that the write may change: these, and what it carries along (wish->carries) with each "*"
 * filled in, without the wish's own path. */
names siblings_of(struct root *root, struct arena *arena, const struct wish *wish);

#endif
