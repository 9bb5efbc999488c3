/* SPDX-License-Identifier: Apache-2.0 */
/* The key `lowered` of a pinned profile: what the chain that it was made of required no more. */
#ifndef PROFILE_LOWERED_H
#define PROFILE_LOWERED_H

#include "base/yaml.h"
#include "profile/layer.h"

/* now of what is read is not filled: the value says that. Keys that no schema has are mistakes. */
_must_check_ int lowered_read(struct arena *arena, const struct node *node, mistake_list *mistakes,
			      lowered_list *ret, struct err *err);

#endif
