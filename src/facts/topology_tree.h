/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /sys/devices/system says by itself, read through the file layer: before hwloc runs, because
 * it asserts on some trees and counts this machine's CPUs where a tree shows none; and after it,
 * because it follows absolute links out of a recorded tree.
 */
#ifndef FACTS_TOPOLOGY_TREE_H
#define FACTS_TOPOLOGY_TREE_H

#include "facts/facts.h"

/* Fills possible and online, and problem when hwloc cannot work on this tree. With the
 * sentence -ENOTDIR: it is no node; -EINVAL: a link in it may lead hwloc out of it. */
_must_check_ int topology_tree_check(struct root *root, struct arena *arena,
				     struct topology *topology, struct err *err);

/* Fills problem when cores or nodes are not those of the tree. Puts packages and the CPUs of nodes
 * right. */
void topology_tree_verify(struct root *root, struct arena *arena, struct topology *topology);

/* Reads what hwloc reads by itself, for a record that is being made: the recorder sees only what
 * goes through the file layer. Facts do not depend on it. */
void topology_tree_touch(struct root *root, struct arena *arena);

#endif
