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

RUN_SUITE("limits", limits_of_the_unit_and_its_drop_ins, the_units_of_etc_come_first,
	  no_unit_no_limits)
