/* SPDX-License-Identifier: Apache-2.0 */
/* Topologies for tests of placement: by rule, and drawn at random from a seed. */
#ifndef TOPOLOGY_MAKER_H
#define TOPOLOGY_MAKER_H

#include "scene.h"

/* How operating system numbers run over the threads of a machine. */
enum numbering {
	NUMBERING_ADJACENT, /* siblings follow each other: 0,1 are core 0 */
	NUMBERING_SPLIT,    /* first threads of all cores, then the second ones: 0,N are core 0 */
	NUMBERING_STRIPED,  /* as SPLIT, but cores go round the nodes: node 0 has 0, N, 2N */
	NUMBERING_COUNT,
};

/* nodes x cores x threads, numbered from 0, all online; replaces what the scene had. Nodes in the
 * order of their numbers, cores in that of their lowest CPU, as facts_collect makes them. */
void make_topology(struct scene *scene, unsigned nodes, unsigned cores, unsigned threads,
		   enum numbering numbering);

/* The same with cores per node as listed, CPU numbers multiplied by stride, and these offline. */
void make_uneven(struct scene *scene, const unsigned *cores, unsigned nodes, unsigned threads,
		 unsigned stride, const struct cpuset *offline);

/* xorshift64: the same numbers for the same seed everywhere. */
struct draw {
	uint64_t state;
};
/* 0 .. below - 1; 0 for below 0. */
unsigned draw(struct draw *draw, unsigned below);

#endif
