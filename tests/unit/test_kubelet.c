/* SPDX-License-Identifier: Apache-2.0 */
/* What the kubelet's CPU manager says of whose CPUs are whose. */
#include <stdio.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

/* "static 2-3,6": policy and CPUs that containers own; "unknown" for neither. */
static const char *picture(const char *state)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	static char text[128];
	struct facts facts = {0};
	const char *list;

	if (state)
		tree_file(tree, KUBELET_STATE, state);
	ck_assert_int_eq(facts_kubelet(tree_open(tree), tree->arena, &facts), 0);
	list = cpuset_list(tree->arena, &facts.kubelet.exclusive);
	(void)snprintf(text, sizeof(text), "%s%s%s",
		       facts.kubelet.cpu_policy ? facts.kubelet.cpu_policy : "unknown",
		       *list ? " " : "", list);
	return text;
}

START_TEST(policies)
{
	ck_assert_str_eq(picture(NULL), "unknown");
	ck_assert_str_eq(picture("{\"policyName\":\"none\",\"defaultCpuSet\":\"\",\"checksum\":1}"),
			 "none");
	ck_assert_str_eq(picture("{\"policyName\":\"static\",\"defaultCpuSet\":\"0-7\"}"),
			 "static");
	ck_assert_str_eq(
	    picture("{\"policyName\":\"static\",\"defaultCpuSet\":\"0-1\",\"entries\":{"
		    "\"a\":{\"redpanda\":\"2-3\",\"sidecar\":\"6\"},\"b\":{\"x\":\"7\"}}}"),
	    "static 2-3,6-7");
}
END_TEST

START_TEST(damaged_says_nothing)
{
	ck_assert_str_eq(picture(""), "unknown");
	ck_assert_str_eq(picture("{"), "unknown");
	ck_assert_str_eq(picture("[]"), "unknown");
	ck_assert_str_eq(picture("{\"policyName\":7}"), "unknown");
	ck_assert_str_eq(picture("{\"policyName\":\"static\",\"entries\":[1]}"), "static");
	ck_assert_str_eq(picture("{\"policyName\":\"static\",\"entries\":{\"a\":{\"x\":\"2-\","
				 "\"y\":5,\"z\":\"4\"},\"b\":null}}"),
			 "static 4");
}
END_TEST

RUN_SUITE("kubelet", policies, damaged_says_nothing)
