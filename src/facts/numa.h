/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about NUMA nodes that placement and reports ask of the facts. All of it is inline: the
 * plan and the report may read facts but not call the code that finds them. */
#ifndef FACTS_NUMA_H
#define FACTS_NUMA_H

#include "facts/facts.h"

/* The firmware's distance of a node that cannot be reached from another one. */
#define TOPOLOGY_UNREACHABLE 255

/* NULL: there is none of that number. */
static inline const struct numa_node *topology_node(const struct topology *topology, int os_index)
{
	vec_for_each (node, &topology->nodes) {
		if (node->os_index == os_index)
			return node;
	}
	return NULL;
}

/* As the firmware has it, 10 within a node; -1 unknown. */
static inline int topology_distance(const struct topology *topology, int from, int to)
{
	const struct numa_node *node = topology_node(topology, from);

	for (size_t i = 0; node && i < node->distances.count && i < topology->nodes.count; i++) {
		if (topology->nodes.at[i].os_index == to)
			return (int)node->distances.at[i];
	}
	return -1;
}

/* The node with CPUs that is nearest to this one: itself where it has some, of others at the same
 * distance the lowest number. -1: unknown, or none can be reached. */
static inline int topology_cpu_node(const struct topology *topology, int os_index)
{
	const struct numa_node *from = topology_node(topology, os_index);
	int nearest = -1, shortest = TOPOLOGY_UNREACHABLE, only = -1;
	unsigned with_cpus = 0;

	if (!from)
		return -1;
	if (cpuset_next(&from->pus, 0) >= 0)
		return os_index;
	vec_for_each (node, &topology->nodes) {
		int distance = topology_distance(topology, os_index, node->os_index);

		if (cpuset_next(&node->pus, 0) < 0)
			continue;
		with_cpus++;
		only = node->os_index;
		if (distance >= 0 && distance < shortest) {
			nearest = node->os_index;
			shortest = distance;
		}
	}
	/* Without distances the only node with CPUs counts as the nearest. */
	return nearest < 0 && with_cpus == 1 && !from->distances.count ? only : nearest;
}

/* The node with CPUs that is the farthest from this one by the firmware and can be reached from it,
 * other than near; of several the lowest number. Without distances the only other node with CPUs.
 * -1: there is none, or it is not known. */
static inline int topology_far_node(const struct topology *topology, int os_index, int near)
{
	const struct numa_node *from = topology_node(topology, os_index);
	int farthest = -1, longest = -1, only = -1;
	unsigned others = 0;

	vec_for_each (node, &topology->nodes) {
		int distance = topology_distance(topology, os_index, node->os_index);

		if (cpuset_next(&node->pus, 0) < 0 || node->os_index == os_index ||
		    node->os_index == near)
			continue;
		others++;
		only = node->os_index;
		if (distance > longest && distance < TOPOLOGY_UNREACHABLE) {
			farthest = node->os_index;
			longest = distance;
		}
	}
	return farthest < 0 && others == 1 && from && !from->distances.count ? only : farthest;
}

#endif
