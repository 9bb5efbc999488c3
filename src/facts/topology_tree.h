/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /sys/devices/system says by itself, read through the file layer: before hwloc runs, because
 * it asserts on some trees and counts this machine's CPUs where a tree shows none; and after it,
 * because it follows absolute links out of a recorded tree.
 */
#ifndef FACTS_TOPOLOGY_TREE_H
#define FACTS_TOPOLOGY_TREE_H

#include "facts/facts.h"

/* Fills possible and online; -EINVAL with the sentence when hwloc cannot work on this tree. */
_must_check_ int topology_tree_check(struct root *root, struct arena *arena,
				     struct topology *topology, struct err *err);

/* -EINVAL with the sentence when cores, packages or nodes are not those of the tree. Puts CPUs of
 * nodes right: hwloc lends a node of memory only the CPUs nearby, the kernel gives it none. */
_must_check_ int topology_tree_verify(struct root *root, struct arena *arena,
				      struct topology *topology, struct err *err);

/* Free memory and distances of the nodes, which have their order by now. Not from hwloc: it groups
 * nodes by their distances when it is to tell them, and a tree would look other than it is. */
void topology_tree_memory(struct root *root, struct arena *arena, struct topology *topology);

/* Reads what hwloc reads by itself, for a record that is being made: the recorder sees only what
 * goes through the file layer. Facts do not depend on it. */
void topology_tree_touch(struct root *root, struct arena *arena);

#endif
