/* SPDX-License-Identifier: Apache-2.0 */
#include "topology_reader.h"

#include <check.h>
#include <string.h>

int topology_try(struct root *root, struct arena *arena, struct facts *facts, struct err *err)
{
	struct facts_request request = {.with_caches = true};
	struct hwloc_child child;
	int r = facts_topology_start(root, arena, &request, facts, &child, err);

	if (r == 0)
		facts_topology(root, arena, &child, facts);
	return r;
}

const struct topology *topology_read(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct err err = {0};
	int r = topology_try(tree_open(tree), tree->arena, facts, &err);

	ck_assert_msg(r == 0, "%s", err.text);
	ck_assert_msg(!facts->topology.problem, "%s", facts->topology.problem);
	return &facts->topology;
}

void topology_expect_unknown(struct tree *tree, const char *part)
{
	struct facts facts = {0};
	struct err err = {0};
	const struct topology *topology = &facts.topology;

	ck_assert_msg(topology_try(tree_open(tree), tree->arena, &facts, &err) == 0, "%s",
		      err.text);
	ck_assert_msg(topology->problem && strstr(topology->problem, part), "'%s' lacks '%s'",
		      topology->problem, part);
	ck_assert_uint_eq(topology->cores.count + topology->nodes.count + topology->caches.count,
			  0);
	ck_assert_uint_eq(topology->localities.count + topology->packages + topology->smt, 0);
}
