/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers on top of each other, the extended profile first. A later value replaces an earlier one;
 * severity is inherited unless stated, `why` is not. A value for all disks also replaces what
 * earlier layers (not overlays of the same layer) said of single disks.
 */
#ifndef PROFILE_MERGE_H
#define PROFILE_MERGE_H

#include "profile/layer.h"

struct merged_entry {
	struct entry entry;
	unsigned layer;
};

typedef VEC(struct merged_entry) merged_entries;

/* number: of the layer, rising. facts: which overlays are applied, NULL none; those that are not
 * are merged into a copy, so that their mistakes show on every node. */
_must_check_ int merge_layer(struct arena *arena, const struct layer *layer, unsigned number,
			     const struct facts *facts, merged_entries *all, struct err *err);

/* False: from an overlay for single disks. */
bool merge_is_for_all(const struct entry *entry);

/* In the order that profile.h promises. */
void merge_finish(struct arena *arena, const merged_entries *all, struct profile *profile);

#endif
