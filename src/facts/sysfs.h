/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small questions to sysfs that block, net and irq share. Directories are canonical paths (no link
 * in them), so that a record of them is found again under the same name.
 */
#ifndef FACTS_SYSFS_H
#define FACTS_SYSFS_H

#include "facts/facts.h"

/* Attribute dir/name with blanks trimmed; NULL when it is empty or cannot be read. */
const char *sysfs_text(struct root *root, struct arena *arena, const char *dir, const char *name);
/* 0 when it cannot be read or is no number. */
uint64_t sysfs_number(struct root *root, struct arena *arena, const char *dir, const char *name);
/* -1 when it cannot be read, is no number, or is larger than an int64_t. */
int64_t sysfs_signed(struct root *root, struct arena *arena, const char *dir, const char *name);
/* The file is known not to be there: not where reading it fails in another way, or a record does
 * not say. */
bool sysfs_is_absent(struct root *root, struct arena *arena, const char *path);
/* Where the link dir/name leads, canonical; NULL when there is none. */
const char *sysfs_target(struct root *root, struct arena *arena, const char *dir, const char *name);

/* After the last slash. */
const char *sysfs_path_base(const char *path);
/* Before the last slash; "/" at the top. */
const char *sysfs_path_parent(struct arena *arena, const char *path);

/* The path up to and including its last PCI function ("0000:00:03.0"); NULL when it has none. The
 * first one would be a root port or a bridge. */
const char *sysfs_pci_dir(struct arena *arena, const char *path);
bool sysfs_is_pci_address(const char *text, size_t length);
/* "virtio1" of a path below a virtio device, NULL otherwise. */
const char *sysfs_virtio(struct arena *arena, const char *path);

/* NUMA node of the PCI function below the disk or NIC of that name, unless hwloc, where it knows
 * the device, says another; else -1. pci_dir may be NULL. */
int sysfs_numa(struct root *root, struct arena *arena, const struct topology *topology,
	       const char *name, const char *pci_dir);

#endif
