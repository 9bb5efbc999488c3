/* SPDX-License-Identifier: Apache-2.0 */
/* The clock by which gaps are found, and the accounts of a thread from made files. */
#include <fcntl.h>

#include "probe/cpu_clock.h"
#include "run_suite.h"
#include "tree.h"

static struct account look(const char *schedstat)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct account account;
	struct cpu_looker looker = {.schedstat = -1};

	if (schedstat) {
		tree_file(tree, "/schedstat", schedstat);
		looker.schedstat = open(arena_printf(tree->arena, "%s/schedstat", tree->dir),
					O_RDONLY | O_CLOEXEC);
		ck_assert_int_ge(looker.schedstat, 0);
	}
	cpu_clock_look(&looker, &account);
	cpu_clock_looker_close(&looker);
	return account;
}

START_TEST(a_delay_is_known_where_the_kernel_counts)
{
	ck_assert(!look("1000 777 3\n").delay_unknown);
	ck_assert_uint_eq(look("1000 777 3\n").delay_ns, 777);
	ck_assert(look("0 0 0\n").delay_unknown);
	ck_assert(look("").delay_unknown);
	ck_assert(look(NULL).delay_unknown);
	ck_assert_uint_gt(look(NULL).ran_ns, 0);
}
END_TEST

/* Its readings are between two of the clock that nobody slews. */
START_TEST(the_kernels_clock_is_the_raw_one)
{
	struct timespec before, after;
	uint64_t now;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC_RAW, &before), 0);
	now = cpu_clock_kernel(NULL);
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC_RAW, &after), 0);
	ck_assert_uint_ge(now, (uint64_t)before.tv_sec * SECOND + (uint64_t)before.tv_nsec);
	ck_assert_uint_le(now, (uint64_t)after.tv_sec * SECOND + (uint64_t)after.tv_nsec);
}
END_TEST

RUN_SUITE("cpu_clock", a_delay_is_known_where_the_kernel_counts, the_kernels_clock_is_the_raw_one)
