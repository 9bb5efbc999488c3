/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs that a kubelet keeps for the system, wherever it was told. */
#include <stdio.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

#define CONFIG "/var/lib/kubelet/config.yaml"

/* "0-1 (where)"; "none"; or what is wrong. */
static const char *reserved(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	const struct kubelet *kubelet = &facts->kubelet;
	struct err err;

	ck_assert_int_eq(live_read(tree->root ? tree->root : tree_open(tree), tree->arena, NULL,
				   &facts->live, &err),
			 0);
	facts_kubelet(tree->root, tree->arena, facts);
	if (kubelet->reserved_problem)
		return kubelet->reserved_problem;
	if (!kubelet->reserved_from)
		return "none";
	return arena_printf(tree->arena, "%s (%s)", cpuset_list(tree->arena, &kubelet->reserved),
			    kubelet->reserved_from);
}

/* Words end with NUL, which tree_file() cannot write. */
static void start(struct tree *tree, unsigned pid, const char *name, const char *arguments,
		  size_t length)
{
	FILE *file;

	tree_file(tree, arena_printf(tree->arena, "/proc/%u/comm", pid), name);
	file = fopen(arena_printf(tree->arena, "%s/proc/%u/cmdline", tree->dir, pid), "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(arguments, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}
#define START(tree, pid, name, arguments) start(tree, pid, name, arguments, sizeof(arguments))

START_TEST(by_its_configuration)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_str_eq(reserved(tree), "none");
	tree_file(tree, CONFIG, "kind: KubeletConfiguration\ncpuManagerPolicy: static\n");
	ck_assert_str_eq(reserved(tree), "none");
	tree_file(
	    tree, CONFIG,
	    "kind: KubeletConfiguration\nclusterDNS: [10.96.0.10]\nreservedSystemCPUs: 0-1,8\n");
	ck_assert_str_eq(reserved(tree), "0-1,8 (reservedSystemCPUs in " CONFIG ")");
	tree_file(tree, CONFIG, "reservedSystemCPUs: \"0\"\n");
	ck_assert_str_eq(reserved(tree), "0 (reservedSystemCPUs in " CONFIG ")");
	tree_file(tree, CONFIG, "{\"reservedSystemCPUs\": \"2-3\"}");
	ck_assert_str_eq(reserved(tree), "2-3 (reservedSystemCPUs in " CONFIG ")");
	tree_file(tree, CONFIG, "reservedSystemCPUs: \"\"\n");
	ck_assert_str_eq(reserved(tree), "none");
	tree_file(tree, CONFIG, "reservedSystemCPUs: two\n");
	ck_assert_str_eq(reserved(tree),
			 "reservedSystemCPUs in " CONFIG " is 'two', which is not a list of CPUs");
}
END_TEST

START_TEST(by_the_running_kubelet)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, CONFIG, "reservedSystemCPUs: 0-1\n");
	tree_file(tree, "/etc/kubernetes/k.yaml", "reservedSystemCPUs: 0-2\n");
	tree_file(tree, "/etc/kubernetes/k.d/20-b.conf", "reservedSystemCPUs: 4\n");
	tree_file(tree, "/etc/kubernetes/k.d/10-a.conf", "reservedSystemCPUs: 5\n");
	tree_file(tree, "/etc/kubernetes/k.d/30-c.yaml", "reservedSystemCPUs: 6\n");
	START(tree, 70, "bash", "bash\0--reserved-cpus=7");
	ck_assert_str_eq(reserved(tree), "0-1 (reservedSystemCPUs in " CONFIG ")");
	START(tree, 800, "kubelet", "/usr/bin/kubelet\0--config=/etc/kubernetes/k.yaml");
	ck_assert_str_eq(reserved(tree), "0-2 (reservedSystemCPUs in /etc/kubernetes/k.yaml)");
	START(tree, 800, "kubelet",
	      "/usr/bin/kubelet\0--config\0/etc/kubernetes/k.yaml\0--config-dir\0/etc/kubernetes/"
	      "k.d");
	ck_assert_str_eq(reserved(tree), "4 (reservedSystemCPUs in /etc/kubernetes/k.d/20-b.conf)");
	START(tree, 800, "kubelet",
	      "/usr/bin/kubelet\0--config=/etc/kubernetes/k.yaml\0--reserved-cpus\0"
	      "3");
	ck_assert_str_eq(reserved(tree), "3 (--reserved-cpus of the running kubelet)");
	START(tree, 800, "kubelet", "/usr/bin/kubelet\0--reserved-cpus=0,4");
	ck_assert_str_eq(reserved(tree), "0,4 (--reserved-cpus of the running kubelet)");
}
END_TEST

/* A record holds the value, not where it came from. */
START_TEST(from_a_record)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, LIVE_FILE, "kubelet.reserved-cpus=0-3\nkubelet.reserved-from=a flag");
	ck_assert_str_eq(reserved(tree), "0-3 (a flag)");
}
END_TEST

RUN_SUITE("reserved", by_its_configuration, by_the_running_kubelet, from_a_record)
