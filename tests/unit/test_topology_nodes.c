/* SPDX-License-Identifier: Apache-2.0 */
/* NUMA nodes that are no packages. */
#include "base/text.h"
#include "facts/numa.h"
#include "run_suite.h"
#include "topology_reader.h"

#define CPU_DIR  "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"

static const char *nodes_text(struct tree *tree)
{
	struct str out = str_new(tree->arena);
	const struct topology *topology = topology_read(tree);

	vec_for_each (node, &topology->nodes)
		str_printf(&out, "%s%d: %s", out.length ? " | " : "", node->os_index,
			   cpuset_list(tree->arena, &node->pus));
	return out.text;
}

/* As some processors divide a package, and as virtual machines join several. */
START_TEST(a_node_is_half_a_package_or_two_of_them)
{
	_cleanup_tree_ struct tree *tree = tree_new(), *joined = tree_new();

	tree_file(tree, CPU_DIR "/online", "0-7");
	tree_cpus(tree, 0, 0, 7, 1);
	tree_file(tree, NODE_DIR "/online", "0-1");
	tree_node(tree, 0, "0f", 1000);
	tree_node(tree, 1, "f0", 1000);
	ck_assert_str_eq(nodes_text(tree), "0: 0-3 | 1: 4-7");

	tree_file(joined, CPU_DIR "/online", "0-7");
	for (unsigned package = 0; package < 4; package++)
		tree_cpus(joined, package, package * 2, package * 2 + 1, 1);
	tree_file(joined, NODE_DIR "/online", "0-1");
	tree_node(joined, 0, "03", 1000);
	tree_node(joined, 1, "fc", 1000);
	ck_assert_str_eq(nodes_text(joined), "0: 0-1 | 1: 2-7");
}
END_TEST

/* Four nodes: 0 and 1 with CPUs, 2 and 3 of memory alone. */
static struct tree *four_nodes(void)
{
	static const char *const masks[] = {"03", "0c", "00", "00"};
	struct tree *tree = tree_new();

	tree_file(tree, CPU_DIR "/online", "0-3");
	tree_cpus(tree, 0, 0, 1, 1);
	tree_cpus(tree, 1, 2, 3, 1);
	tree_file(tree, NODE_DIR "/online", "0-3");
	for (unsigned node = 0; node < 4; node++)
		tree_node(tree, node, masks[node], 1000);
	return tree;
}

static void distances_of(struct tree *tree, unsigned node, const char *text)
{
	tree_file(tree, arena_printf(tree->arena, NODE_DIR "/node%u/distance", node), text);
}

START_TEST(distances_and_free_memory_are_the_trees)
{
	_cleanup_tree_ struct tree *tree = four_nodes();
	const struct topology *topology;

	for (unsigned node = 0; node < 4; node++)
		distances_of(tree, node, node == 2 ? "40 17 10 20" : "10 21 40 255");
	tree_file(tree, NODE_DIR "/node1/meminfo",
		  "Node 1 MemTotal:       1000 kB\nNode 1 MemFree:        300 kB\n"
		  "Node 1 MemUsed:        700 kB");
	topology = topology_read(tree);
	ck_assert_int_eq(topology_distance(topology, 2, 1), 17);
	ck_assert_int_eq(topology_distance(topology, 0, 3), TOPOLOGY_UNREACHABLE);
	ck_assert_int_eq(topology_distance(topology, 0, 4), -1);
	ck_assert_int_eq(topology_distance(topology, 4, 0), -1);
	ck_assert_int_eq(topology->nodes.at[1].free_bytes, 300 * 1024);
	ck_assert_int_eq(topology->nodes.at[0].free_bytes, -1);
}
END_TEST

/* Of another number of nodes, or no distances at all. */
START_TEST(distances_that_cannot_be_are_unknown)
{
	static const char *const wrong[] = {"",           "10 20 30",   "10 20 30 40 50",
					    "10 x 30 40", "0 10 20 30", "10 20 30 256",
					    "-1 10 20 30"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		_cleanup_tree_ struct tree *tree = four_nodes();
		const struct topology *topology;

		distances_of(tree, 0, wrong[i]);
		topology = topology_read(tree);
		ck_assert_uint_eq(topology->nodes.at[0].distances.count, 0);
		ck_assert_int_eq(topology_distance(topology, 0, 0), -1);
		ck_assert_int_eq(topology_distance(topology, 1, 0), -1);
	}
}
END_TEST

START_TEST(the_nearest_and_the_farthest_node_with_cpus)
{
	static const struct {
		const char *distances; /* of node 2 */
		int nearest, farthest;
	} cases[] = {{"40 17 10 20", 1, 0},   {"17 40 10 20", 0, 1},     {"20 20 10 11", 0, 1},
		     {"255 40 10 11", 1, -1}, {"255 255 10 11", -1, -1}, {"junk", -1, -1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = four_nodes();
		const struct topology *topology;

		distances_of(tree, 2, cases[i].distances);
		/* Its own CPUs are the nearest, whatever the firmware says. */
		distances_of(tree, 1, "5 20 20 20");
		topology = topology_read(tree);
		ck_assert_int_eq(topology_cpu_node(topology, 2), cases[i].nearest);
		ck_assert_int_eq(topology_cpu_node(topology, 1), 1);
		ck_assert_int_eq(topology_far_node(topology, 2, cases[i].nearest),
				 cases[i].farthest);
		ck_assert_int_eq(topology_far_node(topology, 1, 1), 0);
		ck_assert_int_eq(topology_far_node(topology, 9, -1), -1);
		ck_assert_int_eq(topology_cpu_node(topology, 3), -1);
		ck_assert_int_eq(topology_cpu_node(topology, 9), -1);
		ck_assert_int_eq(topology_cpu_node(topology, -1), -1);
	}
}
END_TEST

START_TEST(the_only_node_with_cpus_is_the_nearest)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct topology *topology;

	tree_file(tree, CPU_DIR "/online", "0-1");
	tree_cpus(tree, 0, 0, 1, 1);
	tree_file(tree, NODE_DIR "/online", "0-1");
	tree_node(tree, 0, "03", 1000);
	tree_node(tree, 1, "00", 1000);
	topology = topology_read(tree);
	ck_assert_int_eq(topology_cpu_node(topology, 1), 0);
	/* Nobody is farther than the nearest. */
	ck_assert_int_eq(topology_far_node(topology, 1, 0), -1);
	distances_of(tree, 1, "255 10");
	ck_assert_int_eq(topology_cpu_node(topology_read(tree), 1), -1);
}
END_TEST

RUN_SUITE("topology_nodes", a_node_is_half_a_package_or_two_of_them,
	  distances_and_free_memory_are_the_trees, distances_that_cannot_be_are_unknown,
	  the_nearest_and_the_farthest_node_with_cpus, the_only_node_with_cpus_is_the_nearest)
