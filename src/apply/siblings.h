/* SPDX-License-Identifier: Apache-2.0 */
/* The files of this node that the kernel changes as part of what a write means. */
#ifndef APPLY_SIBLINGS_H
#define APPLY_SIBLINGS_H

#include "plan/plan.h"
#include "sys/root.h"

/* wish->carries with each "*" filled in, without the wish's own path. */
names siblings_carried(struct root *root, struct arena *arena, const struct wish *wish);

#endif
