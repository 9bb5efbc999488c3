/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of a recorded node, with the links that sysfs has. */
#ifndef SYS_TREE_H
#define SYS_TREE_H

#include "tree.h"

void sys_attr(struct tree *tree, const char *dir, const char *name, const char *text);
/* A relative link, as all of sysfs: target is given as seen from the root. */
void sys_link(struct tree *tree, const char *path, const char *target);

/* dir: the device's own directory. Links from the class, /sys/block (unless it is a partition) and
 * /sys/dev/block lead there. */
void sys_disk(struct tree *tree, const char *dir, const char *dev);
void sys_partition(struct tree *tree, const char *dir, const char *dev);
/* md, dm: slaves are directories of other devices; NULL ends them. */
void sys_stacked(struct tree *tree, const char *name, const char *dev, const char *const *slaves);
/* A disk nvme<C>n1 below the controller nvme<C> of a PCI function; returns its directory. */
const char *sys_nvme(struct tree *tree, const char *pci_dir, unsigned controller, const char *dev);
/* dir: below it is net/NAME with `device` leading back. */
const char *sys_nic(struct tree *tree, const char *dir, const char *name);
/* Interrupts first..last of a PCI function in its msi_irqs, known to the kernel as PREFIX0, ... */
void sys_vectors(struct tree *tree, const char *pci_dir, unsigned first, unsigned last,
		 const char *prefix);
void sys_irq(struct tree *tree, unsigned number, const char *actions, const char *chip);

/* The parts of the facts under test over the tree; fails the test when they fail. */
struct facts *sys_block(struct tree *tree, const char *dev);
const struct disk *disk_named(const struct facts *facts, const char *name);

#endif
