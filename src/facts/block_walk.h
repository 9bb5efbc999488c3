/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a block device down to the disks it lies on. The walk ends on any tree, also one with
 * cycles.
 */
#ifndef FACTS_BLOCK_WALK_H
#define FACTS_BLOCK_WALK_H

#include "facts/facts.h"

struct leaf {
	const char *name, *sysfs;
	const char *chain; /* see struct disk */
};
typedef VEC(struct leaf) leaf_list;

/* Adds the whole disks below the device at sysfs: through partitions, slaves (md, dm, LVM) and NVMe
 * multipath heads. Negative errno if something on the way cannot be read (what was found stays);
 * -ELOOP if it is nested too deep. */
_must_check_ int block_leaves(struct root *root, struct arena *arena, const char *sysfs,
			      leaf_list *leaves);

bool block_is_nvme_head(struct root *root, struct arena *arena, const char *sysfs);
/* "nvme0n1" for the path device "nvme0c1n1"; NULL for other names. */
const char *block_nvme_head_name(struct arena *arena, const char *path_name);

#endif
