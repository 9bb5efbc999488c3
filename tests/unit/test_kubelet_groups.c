/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs that containers have alone, by the control groups of their pods. */
#include "facts/kubelet_groups.h"

#include <stdio.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

#define V2    "/sys/fs/cgroup"
#define V1    "/sys/fs/cgroup/cpuset"
#define CO    "/sys/fs/cgroup/cpu,cpuacct,cpuset"
#define STATE "/var/lib/kubelet/" KUBELET_STATE

enum { most_groups = 7 };

struct group {
	const char *name, *cpus;
};

/* Eight CPUs. */
static const char *exclusive(const char *base, const char *keeps, const struct group *list)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	static char text[80];
	struct cpuset online, reserved;
	struct kubelet_groups groups;

	ck_assert_int_eq(cpuset_parse_list(tree->arena, "0-7", &online), 0);
	ck_assert_int_eq(cpuset_parse_list(tree->arena, keeps, &reserved), 0);
	for (const struct group *group = list; group->name; group++)
		tree_file(tree,
			  arena_printf(tree->arena,
				       text_glob("*cpuset.*", group->name) ? "%s/%s"
									   : "%s/%s/cpuset.cpus",
				       base, group->name),
			  group->cpus);
	groups = kubelet_groups_read(tree_open(tree), tree->arena, &online, &reserved);
	ck_assert_ptr_null(groups.problem);
	(void)snprintf(text, sizeof(text), "%s",
		       !groups.is_seen  ? "not seen"
		       : groups.is_open ? "open"
					: cpuset_list(tree->arena, &groups.exclusive));
	return text;
}

START_TEST(shapes)
{
	static const struct {
		const char *base;
		struct group groups[most_groups];
		const char *exclusive;
	} cases[] = {
	    {V2, {{NULL, NULL}}, "not seen"},
	    {V2, {{"system.slice", ""}}, "not seen"},
	    {V2, {{"kubepods.slice", ""}}, ""},
	    /* No CPU manager: nobody is kept to any CPUs. */
	    {V2,
	     {{"kubepods.slice", ""}, {"kubepods.slice/kubepods-pod1_2.slice/a.scope", ""}},
	     ""},
	    {V2,
	     {{"kubepods.slice", ""},
	      {"kubepods.slice/kubepods-pod1_2.slice/cri-containerd-a.scope", "2-3"},
	      {"kubepods.slice/kubepods-pod1_2.slice/cri-containerd-pause.scope", ""},
	      {"kubepods.slice/kubepods-pod3_4.slice/crio-b.scope", "0-1,4-7"},
	      {"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod5.slice/c.scope",
	       "0-1,4-7"}},
	     "2-3"},
	    {V2,
	     {{"kubepods", "0-7"},
	      {"kubepods/pod1-2/0123abc", "2-3"},
	      {"kubepods/pod1-2/4567def", "5"},
	      {"kubepods/besteffort/pod5/c", "0-1,4,6-7"}},
	     "2-3,5"},
	    /* In version 1 a group without CPUs of its own has those of the one above. */
	    {V1,
	     {{"kubepods", "0-7"},
	      {"kubepods/pod1-2/0123abc", "2-3"},
	      {"kubepods/burstable/pod5/pause", "0-7"},
	      {"kubepods/burstable/pod5/c", "0-1,4-7"}},
	     "2-3"},
	    {V1,
	     {{"kubepods.slice", "0-7"},
	      {"kubepods.slice/kubepods-pod1_2.slice/docker-a.scope", "6-7"}},
	     "6-7"},
	    /* A node in a container. */
	    {V2,
	     {{"kubelet.slice/kubelet-kubepods.slice", ""},
	      {"kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod1.slice/a.scope", "1"}},
	     "1"},
	    {V2, {{"kubelet/kubepods", ""}, {"kubelet/kubepods/pod1/a", "1"}}, "1"},
	    /* Whose are the shared ones? */
	    {V2,
	     {{"kubepods", ""}, {"kubepods/pod1/a", "2-3"}, {"kubepods/pod2/b", "0-1,4-7"}},
	     "open"},
	    /* Attributes are no containers; offline CPUs do not count. */
	    {V2, {{"kubepods", ""}, {"kubepods/pod1/cpu.stat", "2-3"}}, ""},
	    {V2, {{"kubepods", ""}, {"kubepods/pod1/a", "2,9"}}, "2"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(
		    text_equal(exclusive(cases[i].base, "", cases[i].groups), cases[i].exclusive),
		    "case %zu: %s", i, exclusive(cases[i].base, "", cases[i].groups));
}
END_TEST

/* A group without a list of its own may say in another file what it has, or the one above says it.
 */
START_TEST(effective)
{
	static const struct {
		const char *base;
		struct group groups[most_groups];
		const char *exclusive;
	} cases[] = {
	    {V2,
	     {{"kubepods", ""},
	      {"kubepods/cpuset.cpus.effective", "0-7"},
	      {"kubepods/pod1/a", ""},
	      {"kubepods/pod1/a/cpuset.cpus.effective", "2-3"}},
	     "2-3"},
	    {V2, {{"kubepods", ""}, {"kubepods/pod1/a/cpuset.cpus.effective", "2-3"}}, "2-3"},
	    {V2, {{"kubepods", ""}, {"kubepods/pod1", "2-3"}, {"kubepods/pod1/a", ""}}, "2-3"},
	    {V2, {{"kubepods", ""}, {"kubepods/pod1", "2-3"}}, "2-3"},
	    {V2, {{"kubepods", ""}, {"kubepods/pod1", "2-5"}, {"kubepods/pod1/a", "2-3"}}, "2-3"},
	    {V2,
	     {{"kubepods", ""},
	      {"kubepods/pod1/crio-a.scope", ""},
	      {"kubepods/pod1/crio-a.scope/container", "2-3"}},
	     "2-3"},
	    {V2, {{"kubepods", ""}, {"kubepods/pod1/crio-a.scope/container", "2-3"}}, "2-3"},
	    {V2,
	     {{"kubepods/cpuset.cpus.effective", "0-7"}, {"kubepods/pod1/crio-a.scope", "2-3"}},
	     "2-3"},
	    {V2, {{"kubepods/pod1/a", "2-3"}}, "2-3"},
	    {V2, {{"kubepods/cpuset.cpus.effective", "0-7"}}, ""},
	    /* What the holder has is what nobody has alone. */
	    {V2,
	     {{"kubepods/cpuset.cpus.effective", "0-5"},
	      {"kubepods/pod1/a/cpuset.cpus.effective", "0-5"},
	      {"kubepods/pod2/a", "2-3"}},
	     "2-3"},
	    {V2,
	     {{"kubepods", ""},
	      {"kubepods/burstable", "0-1,4-7"},
	      {"kubepods/burstable/pod1/a", ""},
	      {"kubepods/pod2/a", "2-4"}},
	     "2-3"},
	    /* The left over name of another driver hides nothing. */
	    {V2, {{"kubepods.slice", ""}, {"kubepods", ""}, {"kubepods/pod1/a", "2-3"}}, "2-3"},
	    {CO, {{"kubepods", "0-7"}, {"kubepods/pod1/a", "2-3"}}, "2-3"},
	    {CO,
	     {{"kubepods/cpuset.effective_cpus", "0-7"},
	      {"kubepods/pod1/a/cpuset.effective_cpus", "2-3"}},
	     "2-3"},
	    {V2 "/unified", {{"kubepods", ""}, {"kubepods/pod1/a", "2-3"}}, "2-3"},
	    {V2 "/cpu,cpuacct", {{"kubepods", "0-7"}, {"kubepods/pod1/a", "2-3"}}, "not seen"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(
		    text_equal(exclusive(cases[i].base, "", cases[i].groups), cases[i].exclusive),
		    "case %zu: %s", i, exclusive(cases[i].base, "", cases[i].groups));
}
END_TEST

/* Of one pod or of none: what two pods may use is the shared set. */
START_TEST(shared)
{
	static const struct {
		const char *reserved;
		struct group groups[most_groups];
		const char *exclusive;
	} cases[] = {
	    {"0",
	     {{"kubepods", "0-7"},
	      {"kubepods/pod1/a", "1,4-7"},
	      {"kubepods/pod2/a", "1,4-7"},
	      {"kubepods/pod3/a", "2-3"}},
	     "2-3"},
	    {"",
	     {{"kubepods", ""}, {"kubepods/pod1/a", "2-4"}, {"kubepods/pod2/a", "4-6"}},
	     "2-3,5-6"},
	    {"",
	     {{"kubepods", ""},
	      {"kubepods/pod1/a", "0-1,4-7"},
	      {"kubepods/pod2/a", "0-1,4-7"},
	      {"kubepods/pod3/a", "2"},
	      {"kubepods/pod4/a", "2-3"}},
	     "3"},
	    /* Of one pod the containers may share. */
	    {"", {{"kubepods", ""}, {"kubepods/pod1/a", "2-4"}, {"kubepods/pod1/b", "4-6"}}, "2-6"},
	    /* What nobody has is reserved: the last one may be the shared one. */
	    {"0",
	     {{"kubepods", ""}, {"kubepods/pod1/a", "1,4-7"}, {"kubepods/pod2/a", "2-3"}},
	     "open"},
	    {"",
	     {{"kubepods", ""}, {"kubepods/pod1/a", "1,4-7"}, {"kubepods/pod2/a", "2-3"}},
	     "open"},
	    {"0-1", {{"kubepods", ""}, {"kubepods/pod1/a", "2-7"}}, "open"},
	    {"",
	     {{"kubepods/cpuset.cpus.effective", "0-5"},
	      {"kubepods/pod1/a", "0-1,4-5"},
	      {"kubepods/pod2/a", "2-3"}},
	     "open"},
	    {"7",
	     {{"kubepods", ""}, {"kubepods/pod1/a", "1,4-6"}, {"kubepods/pod2/a", "2-3"}},
	     "1-6"},
	    /* No container has a reserved one alone, whatever else is left. */
	    {"7", {{"kubepods", ""}, {"kubepods/pod1/a", "1,4-7"}}, "open"},
	    {"", {{"kubepods", ""}, {"kubepods/pod1/a", "0-1,4-7"}}, "open"},
	    {"0",
	     {{"kubepods", "0-1"}, {"kubepods/pod1/a", "0"}, {"kubepods/pod1/b", "0"}},
	     "open"},
	    {"", {{"kubepods", ""}, {"kubepods/pod1/a", "4-5"}, {"kubepods/pod2/a", "2-3"}}, "2-5"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(text_equal(exclusive(V2, cases[i].reserved, cases[i].groups),
					 cases[i].exclusive),
			      "case %zu: %s", i, exclusive(V2, cases[i].reserved, cases[i].groups));
}
END_TEST

START_TEST(what_cannot_be_read_is_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new(), *closed = tree_new();
	struct cpuset online = {0}, reserved = {0};
	struct kubelet_groups groups;

	tree_file(tree, V2 "/kubepods/cpuset.cpus", "");
	tree_file(tree, V2 "/kubepods/pod1/a/cpuset.cpus", "two");
	groups = kubelet_groups_read(tree_open(tree), tree->arena, &online, &reserved);
	ck_assert_str_eq(groups.problem,
			 V2 "/kubepods/pod1/a/cpuset.cpus cannot be read: Invalid argument");

	tree_file(closed, V2 "/kubepods/cpuset.cpus", "");
	tree_file(closed, "/.thintune/errors", "EACCES " V2 "/kubepods/cpuset.cpus");
	groups = kubelet_groups_read(tree_open(closed), closed->arena, &online, &reserved);
	ck_assert(groups.is_seen);
	ck_assert_str_eq(groups.problem,
			 V2 "/kubepods/cpuset.cpus cannot be read: Permission denied");
}
END_TEST

START_TEST(a_pod_that_cannot_be_listed_is_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct cpuset online = {0}, reserved = {0};
	struct kubelet_groups groups;

	tree_file(tree, V2 "/kubepods/cpuset.cpus", "");
	tree_dir(tree, V2 "/kubepods/pod1/a");
	tree_file(tree, "/.thintune/errors", "EACCES " V2 "/kubepods/pod1");
	groups = kubelet_groups_read(tree_open(tree), tree->arena, &online, &reserved);
	ck_assert_str_eq(groups.problem, V2 "/kubepods/pod1 cannot be read: Permission denied");
}
END_TEST

/* "policy CPUs | remark or problem" */
static const char *both(const char *state, const char *own)
{
	static char text[240];
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {0};
	const struct facts_request request = {0};
	const struct kubelet *kubelet = &facts.kubelet;

	ck_assert_int_eq(cpuset_parse_list(tree->arena, "0-7", &facts.topology.online), 0);
	if (state)
		tree_file(tree, STATE, state);
	tree_file(tree, V2 "/kubepods.slice/cpuset.cpus", "");
	tree_dir(tree, V2 "/kubepods.slice/kubepods-pod1_2.slice");
	if (own)
		tree_file(
		    tree,
		    V2 "/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-a.scope/cpuset.cpus",
		    own);
	facts_kubelet(tree_open(tree), tree->arena, &request, &facts);
	(void)snprintf(text, sizeof(text), "%s %s | %s", text_or(kubelet->cpu_policy, "-"),
		       cpuset_list(tree->arena, &kubelet->exclusive),
		       kubelet->problem ? kubelet->problem : text_or(kubelet->remark, "-"));
	return text;
}

#define ENTRY(uid, cpus)                                                                           \
	"{\"policyName\":\"static\",\"entries\":{\"" uid "\":{\"x\":\"" cpus "\"}}}"

START_TEST(groups_count_before_the_state)
{
	ck_assert_str_eq(both(NULL, "2-3"), "- 2-3 | -");
	ck_assert_str_eq(both(ENTRY("1-2", "2-3"), "2-3"), "static 2-3 | -");
	/* Its container is not started yet. */
	ck_assert_str_eq(both(ENTRY("1-2", "2-3"), NULL), "static 2-3 | -");
	ck_assert_str_eq(both(ENTRY("3-4", "2-3"), NULL),
			 "static  | " STATE
			 " gives CPUs 2-3 to containers of pods that are not there");
	ck_assert_str_eq(both("{\"policyName\":\"none\"}", "2-3"),
			 "none 2-3 | containers have CPUs 2-3 alone, of which " STATE
			 " says nothing");
	ck_assert_str_eq(both(ENTRY("1-2", "2-3"), "4-5"),
			 "static 4-5 | containers have CPUs 4-5 alone, of which " STATE
			 " says nothing");
	ck_assert_str_eq(both(ENTRY("1-2", "2-5"), "4-5"),
			 "static 4-5 | " STATE
			 " gives CPUs 2-3 to containers whose control groups say otherwise");
	/* One of two is not started yet. */
	ck_assert_str_eq(both("{\"policyName\":\"static\",\"entries\":{\"1-2\":{\"x\":\"2-3\","
			      "\"y\":\"6\"}}}",
			      "2-3"),
			 "static 2-3,6 | -");
	ck_assert_str_eq(both("{\"policyName\":\"static\",\"podEntries\":{\"1-2\":{\"cpuSet\":"
			      "\"2-3\"}}}",
			      NULL),
			 "static 2-3 | -");
	ck_assert_str_eq(both("{", "2-3"), "- 2-3 | " STATE " does not hold what a kubelet writes");
	ck_assert_str_eq(both(NULL, "two"),
			 "-  | it is not known which CPUs are exclusive to containers: " V2
			 "/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-a.scope/cpuset.cpus "
			 "cannot be read: Invalid argument");
}
END_TEST

/* "CPUs container of pod, from, is it a broker's; ..." */
static const char *owners(struct tree *tree, bool sees_processes, const char *broker_groups)
{
	static char text[400];
	/* A broker in the same container is seen in any case. */
	struct facts facts = {.live = {.sees_processes = sees_processes,
				       .broker_running = TRI_YES,
				       .broker_groups = broker_groups}};
	const struct facts_request request = {0};
	size_t length = 0;

	ck_assert_int_eq(cpuset_parse_list(tree->arena, "0-7", &facts.topology.online), 0);
	facts_kubelet(tree->root ? tree->root : tree_open(tree), tree->arena, &request, &facts);
	text[0] = '\0';
	vec_for_each (owner, &facts.kubelet.owners)
		length += (size_t)snprintf(
		    text + length, sizeof(text) - length, "%s %s of %s%s%s; ",
		    cpuset_list(tree->arena, &owner->cpus), text_or(owner->container, "-"),
		    owner->pod, owner->by_state ? ", by state" : "",
		    owner->is_broker == TRI_YES  ? ", broker"
		    : owner->is_broker == TRI_NO ? ""
						 : ", unknown");
	(void)snprintf(text + length, sizeof(text) - length, "brokers %s",
		       cpuset_list(tree->arena, &facts.kubelet.brokers));
	return text;
}

START_TEST(whose_they_are)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	static const char pods[] = V2 "/kubepods.slice", broker[] = "kubepods-pod1_2.slice/a.scope";

	tree_file(tree, arena_printf(tree->arena, "%s/cpuset.cpus", pods), "");
	tree_file(tree, arena_printf(tree->arena, "%s/%s/cpuset.cpus", pods, broker), "2-3");
	tree_file(tree,
		  arena_printf(tree->arena, "%s/kubepods-pod3.slice/b.scope/cpuset.cpus", pods),
		  "5");
	tree_file(tree,
		  arena_printf(tree->arena, "%s/kubepods-pod4.slice/c.scope/cpuset.cpus", pods),
		  "0-1,4,6-7");
	tree_file(tree,
		  arena_printf(tree->arena, "%s/kubepods-pod5.slice/d.scope/cpuset.cpus", pods),
		  "0-1,4,6-7");
	ck_assert_str_eq(
	    owners(tree, true, arena_printf(tree->arena, "kubepods.slice/%s/container", broker)),
	    "2-3 a.scope of 1_2, broker; 5 b.scope of 3; brokers 2-3");
	/* Another pod's container of that name. */
	ck_assert_str_eq(owners(tree, true, "kubepods.slice/kubepods-pod9.slice/a.scope"),
			 "2-3 a.scope of 1_2; 5 b.scope of 3; brokers ");
	/* Where the node's processes are not shown its name tells, if the kubelet's file is. */
	ck_assert_str_eq(owners(tree, false, NULL),
			 "2-3 a.scope of 1_2, unknown; 5 b.scope of 3, unknown; brokers ");
	tree_file(tree, STATE,
		  "{\"policyName\":\"static\",\"entries\":{\"1-2\":{\"redpanda\":\"2-3\"},"
		  "\"3\":{\"x\":\"5\",\"redpanda\":\"7\"}}}");
	ck_assert_str_eq(
	    owners(tree, false, NULL),
	    "2-3 redpanda of 1_2, broker; 5 x of 3; 7 redpanda of 3, by state, broker; "
	    "brokers 2-3,7");
	/* What does not run yet has no main process that could tell. */
	ck_assert_str_eq(
	    owners(tree, true, NULL),
	    "2-3 redpanda of 1_2; 5 x of 3; 7 redpanda of 3, by state, unknown; brokers ");
}
END_TEST

/* Paths begin where the broker's group and that of who looks part. */
START_TEST(paths_of_brokers)
{
	static const struct {
		const char *group, *path;
		bool is_it;
	} cases[] = {
	    {"kubepods.slice/kubepods-pod1_2.slice/cri-containerd-a.scope",
	     "kubepods-pod1_2.slice/cri-containerd-a.scope", true},
	    {"kubepods.slice/kubepods-pod1_2.slice/cri-containerd-a.scope",
	     "cri-containerd-a.scope", true},
	    {"kubepods.slice/kubepods-pod1_2.slice/crio-a.scope",
	     "kubepods-pod1_2.slice/crio-a.scope/container", true},
	    {"kubepods.slice/kubepods-pod1_2.slice/a.scope", "kubepods-pod1_2.slice/a.scope2",
	     false},
	    {"kubepods.slice/kubepods-pod1_2.slice/a.scope", "x-kubepods-pod1_2.slice/a.scope",
	     false},
	    {"kubepods/pod4/d", "pod4/d", true},
	    {"kubepods/pod4/d", "d", true},
	    {"kubepods/pod4/d", "d/container", true},
	    {"kubepods/pod4/d", "other\npod4/d", true},
	    {"kubepods/pod4/d", "xpod4/d/pod4/d", true},
	    {"kubepods/pod4/d", "pod4", false},
	    {"kubepods/pod4/d", "pod5/d", false},
	    {"kubepods/pod4/d", "de", false},
	    {"kubepods/pod4/d", "", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, V2 "/kubepods.slice/cpuset.cpus", "");
		tree_file(tree, V2 "/kubepods/cpuset.cpus", "");
		tree_file(tree, arena_printf(tree->arena, V2 "/%s/cpuset.cpus", cases[i].group),
			  "2-3");
		ck_assert_msg(text_ends(owners(tree, true, cases[i].path),
					cases[i].is_it ? "; brokers 2-3" : "; brokers "),
			      "%s: %s", cases[i].path, owners(tree, true, cases[i].path));
	}
}
END_TEST

START_TEST(whole_pods_are_owners)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, STATE,
		  "{\"policyName\":\"static\",\"podEntries\":{\"1-2\":{\"cpuSet\":\"2-3\"}}}");
	ck_assert_str_eq(owners(tree, false, NULL), "2-3 - of 1-2, by state, unknown; brokers ");
	ck_assert_str_eq(owners(tree, true, NULL), "2-3 - of 1-2, by state, unknown; brokers ");
}
END_TEST

RUN_SUITE("kubelet_groups", whose_they_are, paths_of_brokers, whole_pods_are_owners, shapes,
	  effective, shared, what_cannot_be_read_is_unknown, a_pod_that_cannot_be_listed_is_unknown,
	  groups_count_before_the_state)
