/* SPDX-License-Identifier: Apache-2.0 */
/* The NUMA nodes as /sys/devices/system/node has them: their CPUs, memory and distances. */
#include "facts/topology_nodes.h"

#include <errno.h>

#include "base/text.h"
#include "facts/numa.h"

#define NODE_DIR "/sys/devices/system/node"

/* "node12": 12; -1: not a node. */
static int node_number(const char *entry)
{
	uint64_t number;

	return text_starts(entry, "node") && text_u64(entry + strlen("node"), &number) == 0 &&
		       number < CPUSET_MAX
		   ? (int)number
		   : -1;
}

int topology_nodes_list(struct root *root, struct arena *arena, struct cpuset *ret)
{
	names entries = {0};
	const char *text;
	int r = root_list(root, arena, NODE_DIR, &entries);

	*ret = (struct cpuset){0};
	if (r < 0)
		return r;
	r = root_read(root, arena, NODE_DIR "/online", &text);
	if (r == 0)
		return cpuset_parse_list(arena, text, ret);
	if (r != -ENOENT && r != -ENODATA)
		return r;
	vec_for_each (entry, &entries) {
		int number = node_number(*entry);

		if (number >= 0)
			cpuset_add(arena, ret, (unsigned)number);
	}
	return 0;
}

/* CPUs ----------------------------------------------------------------------------------------- */

/* nodeN/cpuM are links to the CPUs of a node (drivers/base/node.c, register_cpu_under_node). */
static int linked_cpus(struct root *root, struct arena *arena, int node, struct cpuset *ret)
{
	names entries = {0};
	uint64_t cpu;
	int r = root_list(root, arena, arena_printf(arena, NODE_DIR "/node%d", node), &entries);

	if (r < 0)
		return r;
	*ret = (struct cpuset){0};
	vec_for_each (entry, &entries) {
		if (text_starts(*entry, "cpu") && text_u64(*entry + strlen("cpu"), &cpu) == 0 &&
		    cpu < CPUSET_MAX)
			cpuset_add(arena, ret, (unsigned)cpu);
	}
	return cpuset_weight(ret) ? 0 : -ENOENT;
}

static int read_cpus(struct root *root, struct arena *arena, int node, struct cpuset *ret)
{
	const char *dir = arena_printf(arena, NODE_DIR "/node%d", node), *text;
	int r = root_read(root, arena, arena_printf(arena, "%s/cpumap", dir), &text);

	if (r == 0)
		r = cpuset_parse_mask(arena, text, ret);
	if (r == 0)
		return 0;
	if (root_read(root, arena, arena_printf(arena, "%s/cpulist", dir), &text) == 0 &&
	    cpuset_parse_list(arena, text, ret) == 0)
		return 0;
	return linked_cpus(root, arena, node, ret);
}

struct search {
	struct arena *arena;
	const char *key;
	int64_t bytes;
};

/* "Node 1 MemFree:  3864712 kB" */
static int find_bytes(void *context, char *line)
{
	struct search *search = context;
	names words = text_words(search->arena, line);
	uint64_t kib;

	if (words.count < 4 || !text_equal(words.at[2], search->key))
		return 0;
	if (text_u64(words.at[3], &kib) == 0 && kib <= INT64_MAX >> 10)
		search->bytes = (int64_t)(kib << 10);
	return 1;
}

/* -1: unknown. */
static int64_t memory_of(struct root *root, struct arena *arena, int node, const char *key)
{
	const char *path = arena_printf(arena, NODE_DIR "/node%d/meminfo", node);
	struct search search = {.arena = arena, .key = key, .bytes = -1};

	(void)!root_lines(root, path, ROOT_TABLE, find_bytes, &search);
	return search.bytes;
}

/* hwloc drops a node whose cpumap it cannot read, and makes one of its own when none is left
 * (topology-linux.c, look_sysfsnode; topology.c, hwloc_discover). */
static void complete(struct root *root, struct arena *arena, struct topology *topology,
		     const struct cpuset *numbers)
{
	struct topology old = *topology;

	topology->nodes.count = topology->nodes.room = 0;
	topology->nodes.at = NULL;
	cpuset_for_each (number, numbers) {
		const struct numa_node *known = topology_node(&old, number);
		struct numa_node node = {.os_index = number, .free_bytes = -1};
		int64_t bytes;

		if (known)
			node = *known;
		bytes = node.memory_bytes ? -1 : memory_of(root, arena, number, "MemTotal:");
		if (bytes > 0)
			node.memory_bytes = (uint64_t)bytes;
		vec_push(arena, &topology->nodes, node);
	}
}

/* numa=fake gives each part of a real node all CPUs of it (mm/numa_emulation.c, numa_add_cpu), and
 * memory may be near to several nodes. */
static bool crosses(struct arena *arena, const struct numa_node *node,
		    const struct numa_node *other)
{
	struct cpuset common = cpuset_and(arena, &node->pus, &other->pus);

	return cpuset_weight(&common) && !cpuset_equal(&common, &node->pus) &&
	       !cpuset_equal(&common, &other->pus);
}

static void verify_apart(struct arena *arena, struct topology *topology)
{
	struct cpuset seen = {0};

	vec_for_each (node, &topology->nodes) {
		struct cpuset common = cpuset_and(arena, &seen, &node->pus);
		const struct numa_node *other = topology->nodes.at;

		seen = cpuset_or(arena, &seen, &node->pus);
		for (; cpuset_weight(&common) && other < node; other++) {
			if (!crosses(arena, node, other))
				continue;
			topology->problem =
			    arena_printf(arena,
					 "the CPU topology contradicts itself: by " NODE_DIR
					 " node %d has CPUs %s, node %d has CPUs %s",
					 other->os_index, cpuset_list(arena, &other->pus),
					 node->os_index, cpuset_list(arena, &node->pus));
			return;
		}
	}
}

/* A node whose CPUs are not told is left out, unless the others leave it all CPUs or none. */
static void drop_untold(struct topology *topology, const number_list *untold,
			const struct cpuset *rest)
{
	size_t kept = 0;

	if (untold->count && topology->nodes.count == 1)
		topology->nodes.at[0].pus = topology->online;
	if (topology->nodes.count == 1 || !cpuset_weight(rest))
		return;
	vec_for_each (node, &topology->nodes) {
		if (!numbers_has(untold, (unsigned)node->os_index))
			topology->nodes.at[kept++] = *node;
	}
	topology->nodes.count = kept;
}

/* The kernel's word counts: of nodes that cross packages hwloc takes the CPUs of the next larger
 * object, and to a node of memory it lends those nearby. */
void topology_nodes_verify(struct root *root, struct arena *arena, struct topology *topology)
{
	struct cpuset rest = topology->online, numbers;
	number_list untold = {0};

	/* A kernel without NUMA has none. */
	if (topology_nodes_list(root, arena, &numbers) < 0)
		return;
	complete(root, arena, topology, &numbers);
	vec_for_each (node, &topology->nodes) {
		struct cpuset cpus = {0};

		if (read_cpus(root, arena, node->os_index, &cpus) < 0) {
			vec_push(arena, &untold, (unsigned)node->os_index);
			cpus = (struct cpuset){0};
		}
		node->pus = cpuset_and(arena, &cpus, &topology->online);
		rest = cpuset_minus(arena, &rest, &node->pus);
	}
	drop_untold(topology, &untold, &rest);
	verify_apart(arena, topology);
}

/* Memory and distances ------------------------------------------------------------------------- */

/* One number for each node that is online; empty when it is anything else. */
static number_list read_distances(struct root *root, struct arena *arena, int node, size_t nodes)
{
	number_list distances = {0};
	const char *text = NULL;
	names words = {0};

	if (root_read(root, arena, arena_printf(arena, NODE_DIR "/node%d/distance", node), &text) ==
	    0)
		words = text_words(arena, text);
	vec_for_each (word, &words) {
		uint64_t distance;

		if (words.count != nodes || text_u64(*word, &distance) < 0 || distance == 0 ||
		    distance > TOPOLOGY_UNREACHABLE)
			return (number_list){0};
		vec_push(arena, &distances, (unsigned)distance);
	}
	return distances;
}

void topology_nodes_memory(struct root *root, struct arena *arena, struct topology *topology)
{
	vec_for_each (node, &topology->nodes) {
		node->free_bytes = memory_of(root, arena, node->os_index, "MemFree:");
		node->distances =
		    read_distances(root, arena, node->os_index, topology->nodes.count);
	}
}
