/* SPDX-License-Identifier: Apache-2.0 */
/* NUMA nodes that are no packages. */
#include "base/text.h"
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

RUN_SUITE("topology_nodes", a_node_is_half_a_package_or_two_of_them)
