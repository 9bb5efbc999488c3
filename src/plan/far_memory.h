/* SPDX-License-Identifier: Apache-2.0 */
/* How much of Redpanda's memory is not near its CPUs. Pure. */
#ifndef PLAN_FAR_MEMORY_H
#define PLAN_FAR_MEMORY_H

#include "facts/facts.h"

/*
 * Bytes that shards on these CPUs, one each, can have from other NUMA nodes only, if they share
 * that much memory. Each gets the same, from the node of its CPU as long as that has some (Seastar,
 * src/core/resource.cc). It is the least: all memory of a node counts, also what others use. 0
 * where the nodes have less than that altogether, so that not all of them are known.
 */
uint64_t far_memory(const struct topology *topology, const struct cpuset *cpus, uint64_t bytes);

#endif
