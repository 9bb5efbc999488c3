/* SPDX-License-Identifier: Apache-2.0 */
#include "topology_maker.h"

#include <stdlib.h>

unsigned draw(struct draw *from, unsigned below)
{
	from->state ^= from->state << 13;
	from->state ^= from->state >> 7;
	from->state ^= from->state << 17;
	return below ? (unsigned)((from->state >> 11) % below) : 0;
}

static void begin(struct scene *scene)
{
	struct topology *topology = &scene->facts.topology;

	topology->online = (struct cpuset){0};
	topology->nodes.count = 0;
	topology->cores.count = 0;
}

static int compare_cores(const void *a, const void *b)
{
	const struct core *left = a, *right = b;

	return cpuset_next(&left->pus, 0) - cpuset_next(&right->pus, 0);
}

static void sort_cores(struct topology *topology)
{
	if (topology->cores.count)
		qsort(topology->cores.at, topology->cores.count, sizeof(*topology->cores.at),
		      compare_cores);
}

static void add_core(struct scene *scene, unsigned node, struct cpuset pus)
{
	struct topology *topology = &scene->facts.topology;

	for (int next = (int)topology->nodes.count; next <= (int)node; next++)
		vec_push(scene->arena, &topology->nodes, (struct numa_node){.os_index = next});
	cpuset_for_each (pu, &pus) {
		cpuset_add(scene->arena, &topology->online, (unsigned)pu);
		cpuset_add(scene->arena, &topology->nodes.at[node].pus, (unsigned)pu);
	}
	if (cpuset_weight(&pus))
		vec_push(scene->arena, &topology->cores,
			 (struct core){.pus = pus, .package = (int)node, .numa = (int)node});
}

void make_topology(struct scene *scene, unsigned nodes, unsigned cores, unsigned threads,
		   enum numbering numbering)
{
	begin(scene);
	for (unsigned node = 0; node < nodes; node++) {
		for (unsigned core = 0; core < cores; core++) {
			unsigned whole = node * cores + core;
			struct cpuset pus = {0};

			if (numbering == NUMBERING_STRIPED)
				whole = core * nodes + node;
			for (unsigned thread = 0; thread < threads; thread++)
				cpuset_add(scene->arena, &pus,
					   numbering == NUMBERING_ADJACENT
					       ? whole * threads + thread
					       : whole + thread * nodes * cores);
			add_core(scene, node, pus);
		}
	}
	sort_cores(&scene->facts.topology);
}

void make_uneven(struct scene *scene, const unsigned *cores, unsigned nodes, unsigned threads,
		 unsigned stride, const struct cpuset *offline)
{
	unsigned next = 0;

	begin(scene);
	for (unsigned node = 0; node < nodes; node++) {
		for (unsigned core = 0; core < cores[node]; core++) {
			struct cpuset pus = {0};

			for (unsigned thread = 0; thread < threads; thread++, next += stride) {
				if (!cpuset_has(offline, next))
					cpuset_add(scene->arena, &pus, next);
			}
			add_core(scene, node, pus);
		}
	}
	sort_cores(&scene->facts.topology);
}
