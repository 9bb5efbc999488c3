/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merges the layers of a profile, the extended one first. A later value replaces an earlier one. It
 * inherits the severity unless it states one, but not the `why`. A value for all disks also
 * replaces what earlier layers (but not overlays of the same layer) say about single disks.
 */
#ifndef PROFILE_MERGE_H
#define PROFILE_MERGE_H

#include "profile/layer.h"

struct merged_entry {
	struct profile_entry entry;
	unsigned layer;
};

typedef VEC(struct merged_entry) merged_entries;

/* number: of the layer, ascending. facts: they decide which overlays apply; NULL: none does. The
 * others are merged into a copy, so that their mistakes are found on every node. What became of
 * them goes into profile->overlays. mistakes: all are kept there; NULL: the first one ends it. */
_must_check_ int merge_layer(struct arena *arena, const struct layer *layer, unsigned number,
			     const struct facts *facts, mistake_list *mistakes, merged_entries *all,
			     struct profile *profile, struct err *err);

/* False: it is from an overlay for single disks. */
bool merge_is_for_all(const struct profile_entry *entry);

/* Fills profile->entries, in the order that profile.h promises, and leaves in profile->lowered what
 * nobody requires again. has_facts: as of the layers. */
void merge_finish(struct arena *arena, const merged_entries *all, struct profile *profile,
		  bool has_facts);

#endif
