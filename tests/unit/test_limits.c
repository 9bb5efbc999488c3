/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "facts/facts.h"
#include "run_suite.h"
#include "tree.h"

static const struct limits *read_limits(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	facts_limits(tree_open(tree), tree->arena, facts);
	return &facts->limits;
}

START_TEST(limits_of_the_unit_and_its_drop_ins)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct limits *limits;

	tree_file(tree, "/usr/lib/systemd/system/redpanda.service",
		  "[Unit]\nLimitNOFILE=1\n[Service]\nLimitNOFILE = 800000\n#LimitMEMLOCK=1\n"
		  "LimitMEMLOCK=infinity\n[Install]\nLimitNOFILE=2");
	limits = read_limits(tree);
	ck_assert_str_eq(limits->unit, "/usr/lib/systemd/system/redpanda.service");
	ck_assert_str_eq(limits->nofile, "800000");
	ck_assert_str_eq(limits->memlock, "infinity");

	tree_file(tree, "/etc/systemd/system/redpanda.service.d/10-a.conf",
		  "[Service]\nLimitNOFILE=100\nLimitMEMLOCK=");
	tree_file(tree, "/run/systemd/system/redpanda.service.d/20-b.conf",
		  "[Service]\nLimitNOFILE=200");
	tree_file(tree, "/usr/lib/systemd/system/redpanda.service.d/10-a.conf",
		  "[Service]\nLimitNOFILE=300");
	tree_file(tree, "/etc/systemd/system/service.d/15-all.conf", "[Service]\nLimitNOFILE=400");
	limits = read_limits(tree);
	ck_assert_str_eq(limits->nofile, "200");
	ck_assert_ptr_null(limits->memlock);
}
END_TEST

static const char *cpus(struct tree *tree, const char *text)
{
	tree_file(tree, "/etc/systemd/system/redpanda.service", text);
	return cpuset_list(tree->arena, &read_limits(tree)->cpus);
}

START_TEST(cpus_of_the_unit)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_str_eq(cpus(tree, "[Service]\nCPUAffinity=0-1 4,5\n"), "0-1,4-5");
	ck_assert_str_eq(cpus(tree, "[Service]\nCPUAffinity=0\nCPUAffinity=2\n"), "0,2");
	ck_assert_str_eq(cpus(tree, "[Service]\nCPUAffinity=0\nCPUAffinity=\nCPUAffinity=2\n"),
			 "2");
	ck_assert_str_eq(cpus(tree, "[Service]\nCPUAffinity=0-3\nAllowedCPUs=2-5\n"), "2-3");
	ck_assert_str_eq(cpus(tree, "[Service]\nAllowedCPUs=2-5\n"), "2-5");
	/* systemd takes neither for a list. */
	ck_assert_str_eq(cpus(tree, "[Service]\nCPUAffinity=numa\nCPUAffinity=1 x\n"), "");
	/* Our own drop-in is no bound of the next placement. */
	tree_file(tree, OWN_DROP_IN, "[Service]\nAllowedCPUs=1-7\n");
	ck_assert_str_eq(cpus(tree, "[Service]\nType=notify\n"), "");
	tree_file(tree, "/etc/systemd/system/redpanda.service.d/60-x.conf",
		  "[Service]\nAllowedCPUs=3\n");
	ck_assert_str_eq(cpus(tree, "[Service]\nAllowedCPUs=0\n"), "0,3");
}
END_TEST

START_TEST(the_units_of_etc_come_first)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct limits *limits;

	tree_file(tree, "/usr/lib/systemd/system/redpanda.service", "[Service]\nLimitNOFILE=1");
	tree_file(tree, "/etc/systemd/system/redpanda.service", "[Service]\nLimitMEMLOCK=2");
	limits = read_limits(tree);
	ck_assert_str_eq(limits->unit, "/etc/systemd/system/redpanda.service");
	ck_assert_ptr_null(limits->nofile);
	ck_assert_str_eq(limits->memlock, "2");
}
END_TEST

START_TEST(no_unit_no_limits)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct limits *limits;

	tree_file(tree, "/etc/systemd/system/service.d/x.conf", "[Service]\nLimitNOFILE=1");
	limits = read_limits(tree);
	ck_assert_ptr_null(limits->unit);
	ck_assert_ptr_null(limits->nofile);
}
END_TEST

RUN_SUITE("limits", limits_of_the_unit_and_its_drop_ins, cpus_of_the_unit,
	  the_units_of_etc_come_first, no_unit_no_limits)
