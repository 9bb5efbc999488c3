/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a block device down to the disks it lies on. The walk ends on any tree, also one with
 * cycles.
 */
#ifndef FACTS_BLOCK_WALK_H
#define FACTS_BLOCK_WALK_H

#include "facts/facts.h"

/* A device whose queue has requests to order: a disk at the end of the walk, or a device made of
 * others that has a queue of its own. */
struct queued {
	const char *name, *sysfs;
	const char *chain; /* these: see struct disk */
	const char *path_of;
	bool is_stacked;
	const char *file;
};
typedef VEC(struct queued) queued_list;

struct block_walk {
	struct root *root;
	struct arena *arena;
	queued_list found;
	const char *role; /* of the device that is walked down from: "XFS log"; NULL: none */
	names visited;
	size_t visited_before; /* of these, on earlier walks */
	bool met_earlier;      /* the last walk came to a device of an earlier one */
	names gaps;            /* sentences: what lies below some device is not known */
};

/*
 * Adds what is below the device at sysfs: through partitions, slaves (md, dm, LVM, bcache), the
 * files of loop devices, and NVMe multipath heads. Negative errno if something on the way cannot be
 * read: the rest is found all the same; -ELOOP if it is nested too deep.
 */
_must_check_ int block_walk_down(struct block_walk *walk, const char *sysfs);

/* The device-mapper device whose queue orders what this disk gets; NULL: it does so itself. */
const char *block_queue_above(struct root *root, struct arena *arena, const char *sysfs);

bool block_is_nvme_head(struct root *root, struct arena *arena, const char *sysfs);
/* "nvme0n1" for the path device "nvme0c1n1"; NULL for other names. */
const char *block_nvme_head_name(struct arena *arena, const char *path_name);

#endif
