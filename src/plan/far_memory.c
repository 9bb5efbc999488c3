/* SPDX-License-Identifier: Apache-2.0 */
/* How much of Redpanda's memory is not near its CPUs. */
#include "plan/far_memory.h"

uint64_t far_memory(const struct topology *topology, const struct cpuset *cpus, uint64_t bytes)
{
	unsigned shards = cpuset_weight(cpus);
	uint64_t known = 0, far = 0;

	vec_for_each (node, &topology->nodes) {
		uint64_t wanted = 0;

		cpuset_for_each (cpu, &node->pus) {
			if (cpuset_has(cpus, (unsigned)cpu))
				wanted += bytes / shards;
		}
		known += node->memory_bytes;
		if (wanted > node->memory_bytes)
			far += wanted - node->memory_bytes;
	}
	return known < bytes ? 0 : far;
}
