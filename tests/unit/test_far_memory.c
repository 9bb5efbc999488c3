/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/far_memory.h"
#include "run_suite.h"

#define GIB (UINT64_C(1) << 30)

/* Two nodes: CPUs 0 to 3 and 4 to 7, with so much memory. */
static struct topology two_nodes(struct arena *arena, uint64_t first, uint64_t second)
{
	struct topology topology = {0};

	for (unsigned i = 0; i < 2; i++) {
		struct numa_node node = {.os_index = (int)i, .memory_bytes = i ? second : first};

		for (unsigned cpu = 4 * i; cpu < 4 * i + 4; cpu++)
			cpuset_add(arena, &node.pus, cpu);
		vec_push(arena, &topology.nodes, node);
	}
	return topology;
}

static uint64_t far_of(uint64_t first, uint64_t second, const char *cpus, uint64_t bytes)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct topology topology = two_nodes(arena, first, second);
	struct cpuset set = {0};

	ck_assert_int_eq(cpuset_parse_list(arena, cpus, &set), 0);
	return far_memory(&topology, &set, bytes);
}

START_TEST(memory_is_shared_out_evenly)
{
	ck_assert_uint_eq(far_of(16 * GIB, 16 * GIB, "0-7", 28 * GIB), 0);
	ck_assert_uint_eq(far_of(16 * GIB, 16 * GIB, "0-7", 32 * GIB), 0);
	/* Four shards of 7 GiB are near 16 GiB. */
	ck_assert_uint_eq(far_of(16 * GIB, 16 * GIB, "4-7", 28 * GIB), 12 * GIB);
	/* One of 4 GiB is near one node, six are near the other. */
	ck_assert_uint_eq(far_of(16 * GIB, 16 * GIB, "0,4-7", 30 * GIB), 8 * GIB);
	ck_assert_uint_eq(far_of(0, 32 * GIB, "0-7", 30 * GIB), 15 * GIB);
	ck_assert_uint_eq(far_of(8 * GIB, 24 * GIB, "0-7", 30 * GIB), 7 * GIB);
}
END_TEST

START_TEST(what_is_not_known_is_not_far)
{
	ck_assert_uint_eq(far_of(0, 0, "0-7", 30 * GIB), 0);
	ck_assert_uint_eq(far_of(8 * GIB, 8 * GIB, "0-3", 30 * GIB), 0);
	ck_assert_uint_eq(far_of(8 * GIB, 8 * GIB, "0-3", 16 * GIB), 8 * GIB);
	ck_assert_uint_eq(far_of(8 * GIB, 8 * GIB, "0-3", 16 * GIB + 1), 0);
	ck_assert_uint_eq(far_of(16 * GIB, 16 * GIB, "", 28 * GIB), 0);
}
END_TEST

RUN_SUITE("far_memory", memory_is_shared_out_evenly, what_is_not_known_is_not_far)
