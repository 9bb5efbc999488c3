/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs that are kept free of the kernel's work, and lists that do not tell which these are. */
#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define CGROUP  "/sys/fs/cgroup"

/* Eight CPUs, of which the last is offline. */
static const struct isolated *look(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	ck_assert_int_eq(cpuset_parse_list(tree->arena, "0-7", &facts->topology.possible), 0);
	ck_assert_int_eq(cpuset_parse_list(tree->arena, "0-6", &facts->topology.online), 0);
	facts_isolated(tree->root ? tree->root : tree_open(tree), tree->arena, facts);
	return &facts->isolated;
}

/* "2-4": the CPUs; with a problem or a remark that comes after a bar. */
static const char *picture(struct tree *tree)
{
	const struct isolated *isolated = look(tree);
	const char *text = isolated->problem ? isolated->problem : isolated->remark;

	return arena_printf(tree->arena, "%s%s%s", cpuset_list(tree->arena, &isolated->cpus),
			    text ? "|" : "", text ? text : "");
}

START_TEST(either_list_alone_counts)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_str_eq(picture(tree), "");
	tree_file(tree, CPU_DIR "/isolated", "2");
	ck_assert_str_eq(picture(tree), "2");
	tree_file(tree, CPU_DIR "/nohz_full", "3-4");
	ck_assert_str_eq(picture(tree), "2-4");
	tree_file(tree, CPU_DIR "/isolated", "");
	ck_assert_str_eq(picture(tree), "3-4");
	/* What kernels print where there are none. */
	tree_file(tree, CPU_DIR "/nohz_full", "          (null)");
	ck_assert_str_eq(picture(tree), "");
	tree_file(tree, CPU_DIR "/isolated", "5-7");
	ck_assert_str_eq(picture(tree), "5-6");
	ck_assert_str_eq(cpuset_list(tree->arena, &look(tree)->boot), "5-7");
}
END_TEST

START_TEST(without_known_cpus_a_list_contradicts_nothing)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {0};

	tree_file(tree, CPU_DIR "/isolated", "2-3");
	facts_isolated(tree_open(tree), tree->arena, &facts);
	ck_assert_ptr_null(facts.isolated.problem);
	ck_assert_ptr_null(facts.isolated.remark);
	ck_assert_str_eq(cpuset_list(tree->arena, &facts.isolated.boot), "2-3");
}
END_TEST

START_TEST(partitions_of_control_groups)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, CGROUP "/a.slice/cpuset.cpus.partition", "isolated");
	tree_file(tree, CGROUP "/a.slice/cpuset.cpus.effective", "4");
	tree_file(tree, CGROUP "/b/cpuset.cpus.partition", "root");
	tree_file(tree, CGROUP "/b/cpuset.cpus.effective", "0-3");
	tree_file(tree, CGROUP "/b/inner/cpuset.cpus.partition", "isolated");
	tree_file(tree, CGROUP "/b/inner/cpuset.cpus.effective", "2-3");
	tree_file(tree, CGROUP "/b/inner/cpuset.cpus.exclusive.effective", "3");
	tree_file(tree, CGROUP "/c/cpuset.cpus.partition",
		  "isolated invalid (Cpu list in "
		  "cpuset.cpus not exclusive)");
	tree_file(tree, CGROUP "/c/cpuset.cpus.effective", "0-1");
	tree_file(tree, CGROUP "/d/cpuset.cpus.partition", "member");
	tree_file(tree, CGROUP "/d/cpuset.cpus.effective", "0");
	ck_assert_str_eq(picture(tree), "3-4");
	/* Since Linux 6.7 the kernel adds them up itself, those it is told at boot left out. */
	tree_file(tree, CGROUP "/cpuset.cpus.isolated", "1,4");
	tree_file(tree, CPU_DIR "/isolated", "6");
	ck_assert_str_eq(picture(tree), "1,4,6");
	tree_file(tree, CGROUP "/cpuset.cpus.isolated", "");
	ck_assert_str_eq(picture(tree), "6");
}
END_TEST

#define UNKNOWN "it is not known which CPUs are isolated: "

/* Nothing of this is "none". */
START_TEST(lists_that_do_not_add_up)
{
	static const struct {
		const char *isolated, *picture;
	} rows[] = {
	    {"2-", "|" UNKNOWN CPU_DIR "/isolated reads '2-', which is not a list of CPUs"},
	    {"all", "|" UNKNOWN CPU_DIR "/isolated reads 'all', which is not a list of CPUs"},
	    {"99999999",
	     "|" UNKNOWN CPU_DIR "/isolated reads '99999999', which is not a list of CPUs"},
	    {"8-15", "|" UNKNOWN CPU_DIR "/isolated lists CPUs 8-15, none of which this node has"},
	    {"2-63",
	     "2-6|" CPU_DIR "/isolated also lists CPUs 8-63, which this node does not have"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, CPU_DIR "/isolated", rows[i].isolated);
		ck_assert_str_eq(picture(tree), rows[i].picture);
	}
}
END_TEST

START_TEST(what_cannot_be_read)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	/* A directory: reading it is EISDIR for everyone. */
	tree_dir(tree, CPU_DIR "/nohz_full");
	tree_file(tree, CPU_DIR "/isolated", "2");
	ck_assert_ptr_nonnull(strstr(picture(tree), CPU_DIR "/nohz_full cannot be read"));
	tree_remove(tree, CPU_DIR "/nohz_full");
	tree_file(tree, CGROUP "/a/cpuset.cpus.partition", "isolated");
	ck_assert_str_eq(picture(tree), "2|" UNKNOWN CGROUP "/a is an isolated partition, whose "
					"CPUs cannot be read");
}
END_TEST

/* Groups in which there may be a partition; one sentence for all of them. */
START_TEST(groups_that_cannot_be_read)
{
	static const struct {
		const char *error, *picture;
	} rows[] = {
	    {"EACCES " CGROUP, "4|" UNKNOWN CGROUP " cannot be read: Permission denied"},
	    {"EIO " CGROUP "/b", "4|" UNKNOWN CGROUP "/b cannot be read: Input/output error"},
	    {"EACCES " CGROUP "/a/cpuset.cpus.partition\nEACCES " CGROUP "/c/cpuset.cpus.partition",
	     "4|" UNKNOWN CGROUP "/a/cpuset.cpus.partition cannot be read: Permission denied"},
	    {"ENOENT " CGROUP, "4"},
	    /* Removed meanwhile. */
	    {"ENODEV " CGROUP "/a/cpuset.cpus.partition", "4"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, "/.thintune/errors", rows[i].error);
		tree_file(tree, CPU_DIR "/isolated", "4");
		tree_file(tree, CGROUP "/cpu.stat", "usage_usec 1");
		tree_file(tree, CGROUP "/a/cpuset.cpus.partition", "member");
		tree_file(tree, CGROUP "/b/cpuset.cpus.partition", "root");
		tree_file(tree, CGROUP "/c/cpu.max", "max 100000");
		ck_assert_str_eq(picture(tree), rows[i].picture);
	}
}
END_TEST

/* Who makes a group names it. */
START_TEST(groups_called_like_attributes)
{
	static const char *const groups[] = {"cpu.db", "cpuset.mine", "io.fast", "memory.x",
					     "cgroup.y"};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const char *group = arena_printf(tree->arena, CGROUP "/%s", groups[i]);

		tree_file(tree, CGROUP "/cpu.stat", "usage_usec 1");
		tree_file(tree, arena_printf(tree->arena, "%s/cpuset.cpus.partition", group),
			  "isolated");
		tree_file(tree, arena_printf(tree->arena, "%s/cpuset.cpus.effective", group), "3");
		ck_assert_str_eq(picture(tree), "3");
	}
}
END_TEST

START_TEST(partitions_nested_too_deep)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *group = CGROUP;

	for (unsigned level = 0; level < 7; level++) {
		group = arena_printf(tree->arena, "%s/g", group);
		tree_file(tree, arena_printf(tree->arena, "%s/cpuset.cpus.partition", group),
			  "root");
	}
	ck_assert_str_eq(picture(tree), "");
	group = arena_printf(tree->arena, "%s/g", group);
	tree_file(tree, arena_printf(tree->arena, "%s/cpuset.cpus.partition", group), "root");
	ck_assert_str_eq(
	    picture(tree),
	    arena_printf(tree->arena,
			 "|" UNKNOWN "%s is a partition nested too deep to be looked into", group));
}
END_TEST

RUN_SUITE("isolated", either_list_alone_counts, without_known_cpus_a_list_contradicts_nothing,
	  partitions_of_control_groups, groups_that_cannot_be_read, groups_called_like_attributes,
	  partitions_nested_too_deep, lists_that_do_not_add_up, what_cannot_be_read)
