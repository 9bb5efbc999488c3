/* SPDX-License-Identifier: Apache-2.0 */
#include "topology_reader.h"

#include <check.h>

int topology_try(struct root *root, struct arena *arena, struct facts *facts, struct err *err)
{
	struct facts_request request = {.with_caches = true};
	struct hwloc_child child;
	int r = facts_topology_start(root, arena, &request, facts, &child, err);

	return r < 0 ? r : facts_topology(root, arena, &child, facts, err);
}

const struct topology *topology_read(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct err err = {0};
	int r = topology_try(tree_open(tree), tree->arena, facts, &err);

	ck_assert_msg(r == 0, "%s", err.text);
	return &facts->topology;
}
