/* SPDX-License-Identifier: Apache-2.0 */
/* What /sys/devices/system/node says by itself of the NUMA nodes. */
#ifndef FACTS_TOPOLOGY_NODES_H
#define FACTS_TOPOLOGY_NODES_H

#include "facts/facts.h"

/* Their numbers: those that are online, where that is told, else those with a directory. -ENOENT: a
 * kernel without NUMA; another error: not known. */
_must_check_ int topology_nodes_list(struct root *root, struct arena *arena, struct cpuset *ret);

/* Puts the nodes that hwloc found right: which there are and which CPUs they have. Fills problem
 * where that contradicts itself. */
void topology_nodes_verify(struct root *root, struct arena *arena, struct topology *topology);

/* Free memory and distances of the nodes, which have their order by now. Not from hwloc: it groups
 * nodes by their distances when it is to tell them, and a tree would look other than it is. */
void topology_nodes_memory(struct root *root, struct arena *arena, struct topology *topology);

#endif
