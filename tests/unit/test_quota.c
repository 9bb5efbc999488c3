/* SPDX-License-Identifier: Apache-2.0 */
/* CPU quotas that falsify a measurement, and the counters of the node. */
#include "own_mounts.h"
#include "probe/quota.h"
#include "probe/sample.h"
#include "run_suite.h"
#include "tree.h"

static struct arena *arena;

START_TEST(limits_of_cgroup_v2)
{
	double cpus = -1;

	ck_assert_int_eq(quota_parse_max("max 100000\n", &cpus), 0);
	ck_assert_double_eq(cpus, 0);
	ck_assert_int_eq(quota_parse_max("5000 100000\n", &cpus), 0);
	ck_assert_double_eq_tol(cpus, 0.05, 1e-9);
	ck_assert_int_eq(quota_parse_max("250000 100000", &cpus), 0);
	ck_assert_double_eq_tol(cpus, 2.5, 1e-9);
}
END_TEST

START_TEST(what_is_no_limit_is_refused)
{
	static const char *const texts[] = {"",       "max",      "5000",      "5000 ",
					    "5000 0", "x 100000", "-1 100000", "5000 x"};
	double cpus = 7;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(quota_parse_max(texts[i], &cpus) < 0, "'%s' passes", texts[i]);
	ck_assert_double_eq(cpus, 7);
}
END_TEST

START_TEST(throttled_periods)
{
	arena = arena_new();
	ck_assert_uint_eq(quota_parse_throttled(arena, "usage_usec 1\nnr_periods 12\n"
						       "nr_throttled 7\nthrottled_usec 99\n"),
			  7);
	ck_assert_uint_eq(quota_parse_throttled(arena, "usage_usec 1\n"), 0);
	ck_assert_uint_eq(quota_parse_throttled(arena, "nr_throttled"), 0);
	arena_free(arena);
}
END_TEST

START_TEST(the_cgroup_with_the_cpu_controller)
{
	bool v1 = true;

	arena = arena_new();
	ck_assert_str_eq(quota_parse_cgroup(arena, "0::/kubepods/pod1/c\n", &v1),
			 "/kubepods/pod1/c");
	ck_assert(!v1);
	ck_assert_str_eq(
	    quota_parse_cgroup(arena, "11:memory:/m\n4:cpu,cpuacct:/a/b\n0::/init.scope\n", &v1),
	    "/a/b");
	ck_assert(v1);
	/* cpuset is another controller. */
	ck_assert_str_eq(quota_parse_cgroup(arena, "3:cpuset:/s\n0::/x\n", &v1), "/x");
	ck_assert(!v1);
	ck_assert_ptr_null(quota_parse_cgroup(arena, "nonsense\n", &v1));
	ck_assert_ptr_null(quota_parse_cgroup(arena, "", &v1));
	arena_free(arena);
}
END_TEST

START_TEST(only_a_quota_that_bites_falsifies)
{
	struct quota before = {.limited = TRI_YES, .cpus = 0.05, .throttled = 3};
	struct quota after = before;
	char text[256];

	quota_judge(&before, &after, text, sizeof(text));
	ck_assert_str_eq(text, "");
	after.throttled = 45;
	quota_judge(&before, &after, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "cpu quota"));
	ck_assert_ptr_nonnull(strstr(text, "0.05 CPUs"));
	ck_assert_ptr_nonnull(strstr(text, "42 periods"));
	after.limited = TRI_NO;
	quota_judge(&before, &after, text, sizeof(text));
	ck_assert_str_eq(text, "");
}
END_TEST

/* In place of this process's cgroups: where it is, and what is in the tree below /fs; false:
 * nothing can be mounted here. */
static bool be_in(struct tree *tree, const char *membership)
{
	tree_file(tree, "/membership", membership);
	return own_mounts(0) &&
	       mount(arena_printf(tree->arena, "%s/membership", tree->dir), "/proc/self/cgroup",
		     NULL, MS_BIND, NULL) == 0 &&
	       mount(arena_printf(tree->arena, "%s/fs", tree->dir), "/sys/fs/cgroup", NULL, MS_BIND,
		     NULL) == 0;
}

START_TEST(the_lowest_limit_of_all_levels)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct quota quota;

	tree_file(tree, "/fs/cgroup.procs", "");
	tree_file(tree, "/fs/a/cpu.max", "150000 100000");
	tree_file(tree, "/fs/a/cpu.stat", "nr_periods 9\nnr_throttled 5");
	tree_file(tree, "/fs/a/b/cpu.max", "400000 100000");
	tree_file(tree, "/fs/a/b/cpu.stat", "nr_throttled 2");
	tree_file(tree, "/fs/a/b/c/cpu.max", "max 100000");
	tree_file(tree, "/fs/a/b/c/cpu.stat", "nr_throttled 100");
	if (!be_in(tree, "0::/a/b/c"))
		return;
	quota = quota_read(tree->arena);
	ck_assert_int_eq(quota.limited, TRI_YES);
	ck_assert_double_eq_tol(quota.cpus, 1.5, 1e-9);
	ck_assert_uint_eq(quota.throttled, 7);
	tree_remove(tree, "/fs/a/cpu.max");
	tree_remove(tree, "/fs/a/b/cpu.max");
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_NO);
	/* It may say anything. */
	tree_dir(tree, "/fs/a/b/cpu.max");
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_UNKNOWN);
	tree_file(tree, "/fs/a/cpu.max", "50000 100000");
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_YES);
	tree_remove(tree, "/fs/cgroup.procs");
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_UNKNOWN);
}
END_TEST

START_TEST(limits_of_cgroup_v1)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct quota quota;

	tree_file(tree, "/fs/cpu/cgroup.procs", "");
	tree_file(tree, "/fs/cpu/cpu.cfs_quota_us", "-1");
	tree_file(tree, "/fs/cpu/cpu.cfs_period_us", "100000");
	tree_file(tree, "/fs/cpu/a/cpu.cfs_quota_us", "50000");
	tree_file(tree, "/fs/cpu/a/cpu.cfs_period_us", "200000");
	tree_file(tree, "/fs/cpu/a/cpu.stat", "nr_throttled 3");
	if (!be_in(tree, "4:cpu,cpuacct:/a\n0::/"))
		return;
	quota = quota_read(tree->arena);
	ck_assert_int_eq(quota.limited, TRI_YES);
	ck_assert_double_eq_tol(quota.cpus, 0.25, 1e-9);
	ck_assert_uint_eq(quota.throttled, 3);
	tree_file(tree, "/fs/cpu/a/cpu.cfs_quota_us", "-1");
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_NO);
	/* Half of a limit is none that could be told. */
	tree_remove(tree, "/fs/cpu/a/cpu.cfs_period_us");
	tree_dir(tree, "/fs/cpu/a/cpu.cfs_period_us");
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_UNKNOWN);
}
END_TEST

START_TEST(a_cgroup_out_of_sight_may_have_any_limit)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/fs/cgroup.procs", "");
	if (!be_in(tree, "0::/../elsewhere"))
		return;
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_UNKNOWN);
	/* A kernel without cgroups. */
	ck_assert_int_eq(mount("none", "/proc", "tmpfs", 0, NULL), 0);
	ck_assert_int_eq(quota_read(tree->arena).limited, TRI_NO);
	ck_assert_int_eq(umount2("/proc", MNT_DETACH), 0);
}
END_TEST

START_TEST(counters_of_the_node)
{
	uint64_t steal, ticks, bytes;

	arena = arena_new();
	ck_assert_int_eq(sample_parse_stat("cpu  10 1 20 300 4 5 6 7 80 9\ncpu0 1", &steal, &ticks),
			 0);
	ck_assert_uint_eq(steal, 7);
	ck_assert_uint_eq(ticks, 353);
	ck_assert_int_lt(sample_parse_stat("cpu0 10 1 20 300 4 5 6 7\n", &steal, &ticks), 0);
	ck_assert_int_lt(sample_parse_stat("cpu  10 1 20\n", &steal, &ticks), 0);
	ck_assert_int_eq(sample_parse_disk(arena, "  5 0 16 1 7 0 8 2 0 3 3 0 0 0 0", &bytes), 0);
	ck_assert_uint_eq(bytes, 24 * 512);
	ck_assert_int_lt(sample_parse_disk(arena, "5 0 16", &bytes), 0);
	arena_free(arena);
}
END_TEST

/* On a mirror our own writes would show as those of others. */
START_TEST(mirrors_and_parity_write_more_than_once)
{
	ck_assert(sample_writes_once(NULL, 1));
	ck_assert(!sample_writes_once(NULL, 2));
	ck_assert(sample_writes_once("raid0", 2));
	ck_assert(sample_writes_once("linear", 3));
	ck_assert(!sample_writes_once("raid1", 2));
	ck_assert(!sample_writes_once("raid10", 4));
	ck_assert(!sample_writes_once("raid4", 3));
	ck_assert(!sample_writes_once("raid5", 3));
	ck_assert(!sample_writes_once("raid6", 4));
	/* What has no level yet, and one that is not known here. */
	ck_assert(!sample_writes_once("", 2));
	ck_assert(!sample_writes_once("raid00", 2));
}
END_TEST

RUN_SUITE("quota", mirrors_and_parity_write_more_than_once, limits_of_cgroup_v2,
	  what_is_no_limit_is_refused, throttled_periods, the_cgroup_with_the_cpu_controller,
	  only_a_quota_that_bites_falsifies, the_lowest_limit_of_all_levels, limits_of_cgroup_v1,
	  a_cgroup_out_of_sight_may_have_any_limit, counters_of_the_node)
