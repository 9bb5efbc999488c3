/* SPDX-License-Identifier: Apache-2.0 */
/* What the kubelet's CPU manager says of whose CPUs are whose. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

#define STATE "/var/lib/kubelet/" KUBELET_STATE

static struct facts_request request;

/* "static 2-3,6": policy and CPUs that containers own; "none known" without a kubelet; a problem as
 * it is. */
static const char *look(struct tree *tree, const char *container)
{
	static char text[160];
	static const char unknown[] = "it is not known which CPUs are exclusive to containers: ";
	struct facts facts = {.live.container = container, .live.uid = geteuid()};
	const struct kubelet *kubelet = &facts.kubelet;
	const char *list;

	facts_kubelet(tree->root ? tree->root : tree_open(tree), tree->arena, &request, &facts);
	list = cpuset_list(tree->arena, &kubelet->exclusive);
	if (kubelet->problem) {
		ck_assert(!kubelet->cpu_policy && !*list);
		ck_assert(text_starts(kubelet->problem, unknown));
	}
	(void)snprintf(text, sizeof(text), "%s%s%s",
		       kubelet->problem      ? kubelet->problem + strlen(unknown)
		       : kubelet->cpu_policy ? kubelet->cpu_policy
					     : "none known",
		       *list ? " " : "", list);
	return text;
}

static const char *picture(const char *state)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, STATE, state);
	return look(tree, "none");
}

START_TEST(policies)
{
	ck_assert_str_eq(picture("{\"policyName\":\"none\",\"defaultCpuSet\":\"\",\"checksum\":1}"),
			 "none");
	ck_assert_str_eq(picture("{\"policyName\":\"static\",\"defaultCpuSet\":\"0-7\"}"),
			 "static");
	ck_assert_str_eq(
	    picture("{\"policyName\":\"static\",\"defaultCpuSet\":\"0-1\",\"entries\":{"
		    "\"a\":{\"redpanda\":\"2-3\",\"sidecar\":\"6\"},\"b\":{\"x\":\"7\"}}}\n"),
	    "static 2-3,6-7");
	/* As Kubernetes 1.35 and later may write it, with a checksum of 64 bits. */
	ck_assert_str_eq(picture("{\"policyName\":\"static\",\"entries\":{\"a\":{\"x\":\"4\"}},"
				 "\"podEntries\":{\"a\":{\"cpuSet\":\"4-7\"},\"b\":{}},"
				 "\"checksum\":18446744073709551615,\"data\":\"{}\"}"),
			 "static 4-7");
	/* Go reads null as an empty map. */
	ck_assert_str_eq(picture("{\"policyName\":\"static\",\"entries\":null}"), "static");
	ck_assert_str_eq(picture("{\"policyName\":\"static\",\"entries\":{\"a\":null,"
				 "\"b\":{\"x\":\"4\"}}}"),
			 "static 4");
}
END_TEST

/* Nothing is taken for "no container has CPUs alone" but a file that says so. */
START_TEST(damaged_is_unknown)
{
	static const char *const files[] = {
	    "",
	    "{",
	    "[]",
	    "{\"policyName\":7}",
	    "{\"policyName\":\"static\",\"entries\":[1]}",
	    "{\"policyName\":\"\"}",
	    "{\"policyName\":\"static\",\"entries\":{\"a\":{\"x\":\"4\"},\"b\":7}}",
	    "{\"policyName\":\"static\",\"podEntries\":[]}",
	    "{\"policyName\":\"static\",\"podEntries\":{\"a\":{\"cpus\":\"4\"}}}",
	    "{\"policyName\":\"static\",\"entries\":{\"a\":{\"x\":\"4\",\"y\":\"2-\"}}}",
	    "{\"policyName\":\"static\",\"entries\":{\"a\":{\"x\":\"4\",\"y\":5}}}",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		ck_assert_str_eq(picture(files[i]), STATE " does not hold what a kubelet writes");
}
END_TEST

START_TEST(unseen)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_str_eq(look(tree, "none"), "none known");
	ck_assert_str_eq(look(tree, "podman"), "none known");
	/* Where there is a pod, there is a kubelet. */
	ck_assert_str_eq(look(tree, "kubernetes"), "the node's " STATE " is not shown to this pod");
	tree_dir(tree, STATE);
	ck_assert_str_eq(look(tree, "none"), STATE " cannot be read: Is a directory");
}
END_TEST

/* As for every other user of the node: the kubelet's directory is closed to them. */
START_TEST(only_root_may_read_it)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts denied = {.live.uid = 0};
	struct facts inside = {.live = {.container = "kubernetes", .user_namespace = TRI_YES}};
	const char *path = arena_printf(tree->arena, "%s" STATE, tree->dir);
	bool is_root = geteuid() == 0;

	tree_file(tree, STATE, "{\"policyName\":\"none\"}");
	ck_assert_int_eq(chmod(tree->dir, 0755), 0);
	ck_assert_ptr_nonnull(tree_open(tree));
	if (is_root)
		ck_assert_int_eq(seteuid(65532), 0);
	ck_assert_str_eq(look(tree, "none"), "none");
	if (is_root)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(path, 0), 0);
	if (is_root)
		ck_assert_int_eq(seteuid(65532), 0);
	ck_assert_str_eq(look(tree, "none"),
			 STATE " cannot be read: Permission denied, needs uid 0");
	/* What a security module refuses to uid 0, uid 0 does not help. */
	facts_kubelet(tree->root, tree->arena, &request, &denied);
	ck_assert(text_ends(denied.kubelet.problem, "Permission denied"));
	/* There uid 0 is somebody else. */
	facts_kubelet(tree->root, tree->arena, &request, &inside);
	ck_assert(text_ends(inside.kubelet.problem,
			    "Permission denied, needs uid 0 of the node's own user namespace"));
	if (is_root)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

#define K0S "/var/lib/k0s/kubelet"

START_TEST(directories_elsewhere)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {0};

	tree_file(tree, K0S "/" KUBELET_STATE,
		  "{\"policyName\":\"static\",\"entries\":{\"a\":{\"x\":\"2-3\"}}}");
	ck_assert_str_eq(look(tree, "none"), "static 2-3");
	facts_kubelet(tree->root, tree->arena, &request, &facts);
	ck_assert_str_eq(facts.kubelet.dir, K0S);
	/* Two of which one has long gone. */
	tree_file(tree, STATE, "{\"policyName\":\"none\"}");
	ck_assert_str_eq(look(tree, "none"),
			 STATE " and " K0S
			       "/cpu_manager_state do not agree: --kubelet-dir says which counts");
	request.kubelet_dir = K0S;
	ck_assert_str_eq(look(tree, "none"), "static 2-3");
	request.kubelet_dir = "/data";
	ck_assert_str_eq(look(tree, "none"),
			 "there is no /data/cpu_manager_state, which every kubelet writes");
	request.kubelet_dir = NULL;
	/* A link from the usual place is no second one. */
	tree_remove(tree, "/var/lib/kubelet");
	tree_link(tree, "/var/lib/kubelet", "k0s/kubelet");
	ck_assert_str_eq(look(tree, "none"), "static 2-3");
}
END_TEST

START_TEST(the_running_kubelet_tells_where)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {.live.kubelet_dir = "/data/kubelet"};

	tree_file(tree, STATE, "{\"policyName\":\"none\"}");
	tree_file(tree, "/data/kubelet/" KUBELET_STATE, "{\"policyName\":\"static\"}");
	facts_kubelet(tree_open(tree), tree->arena, &request, &facts);
	ck_assert_str_eq(facts.kubelet.cpu_policy, "static");
	/* It runs, and what it wrote is not shown. */
	tree_remove(tree, "/data/kubelet");
	tree_remove(tree, STATE);
	facts.kubelet = (struct kubelet){0};
	facts_kubelet(tree->root, tree->arena, &request, &facts);
	ck_assert(text_ends(facts.kubelet.problem, "there is no /data/kubelet/cpu_manager_state, "
						   "which every kubelet writes"));
}
END_TEST

RUN_SUITE("kubelet", policies, damaged_is_unknown, unseen, only_root_may_read_it,
	  directories_elsewhere, the_running_kubelet_tells_where)
