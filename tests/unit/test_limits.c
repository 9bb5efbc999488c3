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
	ck_assert_str_eq(limits->nofile.text, "800000");
	ck_assert_str_eq(limits->memlock.text, "infinity");
	ck_assert_str_eq(limits->memlock.where, "/usr/lib/systemd/system/redpanda.service");

	tree_file(tree, "/etc/systemd/system/redpanda.service.d/10-a.conf",
		  "[Service]\nLimitNOFILE=100\nLimitMEMLOCK=");
	tree_file(tree, "/run/systemd/system/redpanda.service.d/20-b.conf",
		  "[Service]\nLimitNOFILE=200");
	tree_file(tree, "/usr/lib/systemd/system/redpanda.service.d/10-a.conf",
		  "[Service]\nLimitNOFILE=300");
	tree_file(tree, "/etc/systemd/system/service.d/15-all.conf", "[Service]\nLimitNOFILE=400");
	limits = read_limits(tree);
	ck_assert_str_eq(limits->nofile.text, "200");
	/* systemd ignores the empty value of 10-a.conf. */
	ck_assert_str_eq(limits->memlock.text, "infinity");
	ck_assert_str_eq(limits->memlock.ignored,
			 "/etc/systemd/system/redpanda.service.d/10-a.conf:3: LimitMEMLOCK=");
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

START_TEST(quota_of_the_unit)
{
	static const struct {
		const char *lines, *quota;
	} rows[] = {
	    {"", NULL},
	    {"CPUQuota=50%\n", "50%"},
	    {"CPUQuota=150.25%\n", "150.25%"},
	    {"CPUQuota=12.5\xe2\x80\xb0\n", "12.5\xe2\x80\xb0"},
	    {"CPUQuota=5\xe2\x80\xb1\n", "5\xe2\x80\xb1"},
	    {"CPUQuota=50%\nCPUQuota=\n", NULL},
	    {"CPUQuota=50%\nCPUQuota=60%\n", "60%"},
	    /* systemd ignores these. */
	    {"CPUQuota=50%\nCPUQuota=0%\nCPUQuota=70\nCPUQuota=-1%\nCPUQuota=%\n", "50%"},
	    {"CPUQuota=0.00%\nCPUQuota=1.%\nCPUQuota=1.255%\nCPUQuota=2 %\n", NULL},
	    {"CPUQuota=1.5\xe2\x80\xb1\nCPUQuota=1.25\xe2\x80\xb0\n", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, "/etc/systemd/system/redpanda.service", "[Service]\n");
		tree_file(tree, "/etc/systemd/system/redpanda.service.d/q.conf",
			  arena_printf(tree->arena, "[Service]\n%s", rows[i].lines));
		ck_assert_msg(text_equal(read_limits(tree)->quota.text, rows[i].quota), "row %zu",
			      i);
	}
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
	ck_assert_ptr_null(limits->nofile.text);
	ck_assert_str_eq(limits->memlock.text, "2");
}
END_TEST

START_TEST(no_unit_no_limits)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct limits *limits;

	tree_file(tree, "/etc/systemd/system/service.d/x.conf", "[Service]\nLimitNOFILE=1");
	limits = read_limits(tree);
	ck_assert_ptr_null(limits->unit);
	ck_assert_ptr_null(limits->nofile.text);
}
END_TEST

START_TEST(a_masked_unit_has_none)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/usr/lib/systemd/system/redpanda.service", "[Service]\nLimitNOFILE=1");
	tree_link(tree, "/etc/systemd/system/redpanda.service", "/dev/null");
	ck_assert_ptr_null(read_limits(tree)->unit);
}
END_TEST

/* systemd.exec(5): files are counted, memory is a size. */
START_TEST(numbers_as_systemd_reads_them)
{
	static const struct {
		const char *key, *value, *text; /* NULL: systemd ignores it */
	} rows[] = {
	    {"LimitNOFILE", "65536", "65536"},
	    {"LimitNOFILE", "1024:524288", "1024:524288"},
	    {"LimitNOFILE", "7:7", "7"},
	    {"LimitNOFILE", "1024:infinity", "1024:infinity"},
	    {"LimitNOFILE", "infinity", "infinity"},
	    {"LimitNOFILE", "0x100", "256"},
	    {"LimitNOFILE", "0b11", "3"},
	    {"LimitNOFILE", "0o17", "15"},
	    {"LimitNOFILE", "0B11", "3"},
	    {"LimitNOFILE", "0O4000000", "1048576"},
	    {"LimitNOFILE", "0X100", "256"},
	    {"LimitNOFILE", "0b2", NULL},
	    {"LimitNOFILE", "0o-1", NULL},
	    {"LimitNOFILE", "1M", NULL},
	    {"LimitNOFILE", "524288:1024", NULL},
	    {"LimitNOFILE", "infinity:1024", NULL},
	    {"LimitNOFILE", "1024:", NULL},
	    {"LimitNOFILE", ":1024", NULL},
	    {"LimitNOFILE", "1:2:3", NULL},
	    {"LimitNOFILE", "-1", NULL},
	    {"LimitNOFILE", "", NULL},
	    {"LimitNOFILE", "Infinity", NULL},
	    {"LimitNOFILE", "18446744073709551616", NULL},
	    {"LimitMEMLOCK", "8M", "8388608"},
	    {"LimitMEMLOCK", "64K:1G", "65536:1073741824"},
	    {"LimitMEMLOCK", "1.5G", "1610612736"},
	    {"LimitMEMLOCK", "1G 512M", "1610612736"},
	    {"LimitMEMLOCK", "1024B", "1024"},
	    {"LimitMEMLOCK", "1024", "1024"},
	    {"LimitMEMLOCK", "512M 1G", NULL},
	    {"LimitMEMLOCK", "1KB", NULL},
	    {"LimitMEMLOCK", "8m", NULL},
	    {"LimitMEMLOCK", "16E", NULL},
	    {"LimitMEMLOCK", "unlimited", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const struct limits *limits;
		const struct unit_limit *limit;

		tree_file(
		    tree, "/etc/systemd/system/redpanda.service",
		    arena_printf(tree->arena, "[Service]\n%s=%s", rows[i].key, rows[i].value));
		limits = read_limits(tree);
		limit = text_ends(rows[i].key, "NOFILE") ? &limits->nofile : &limits->memlock;
		ck_assert_msg(text_equal(limit->text, rows[i].text), "%s=%s is %s, not %s",
			      rows[i].key, rows[i].value, limit->text, rows[i].text);
		ck_assert_int_eq(limit->ignored == NULL, rows[i].text != NULL);
	}
}
END_TEST

START_TEST(defaults_of_system_conf)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct limits *limits;

	tree_file(tree, "/usr/lib/systemd/system/redpanda.service", "[Service]\nLimitNOFILE=1M");
	tree_file(tree, "/usr/lib/systemd/system.conf", "[Manager]\nDefaultLimitNOFILE=5");
	tree_file(tree, "/etc/systemd/system.conf",
		  "DefaultLimitNOFILE=6\n[Manager]\nDefaultLimitNOFILE=7\n"
		  "DefaultLimitMEMLOCK=8M\n[Service]\nDefaultLimitNOFILE=8");
	limits = read_limits(tree);
	ck_assert_str_eq(limits->nofile.text, "7");
	ck_assert_str_eq(limits->nofile.where, "/etc/systemd/system.conf");
	ck_assert_str_eq(limits->memlock.text, "8388608");
	tree_file(tree, "/etc/systemd/system.conf.d/20-a.conf", "[Manager]\nDefaultLimitNOFILE=20");
	tree_file(tree, "/usr/lib/systemd/system.conf.d/30-b.conf",
		  "[Manager]\nDefaultLimitNOFILE=30:31");
	tree_file(tree, "/etc/systemd/system.conf.d/.40-c.conf",
		  "[Manager]\nDefaultLimitNOFILE=40");
	limits = read_limits(tree);
	ck_assert_str_eq(limits->nofile.text, "30:31");
	ck_assert_str_eq(limits->nofile.where, "/usr/lib/systemd/system.conf.d/30-b.conf");
	tree_file(tree, "/etc/systemd/system/redpanda.service.d/1.conf",
		  "[Service]\nLimitNOFILE=9");
	ck_assert_str_eq(read_limits(tree)->nofile.text, "9");
}
END_TEST

/* What it says is not known, so it is not "nothing". */
START_TEST(a_unit_that_cannot_be_read)
{
	static const char *const unread[] = {
	    "/etc/systemd/system/redpanda.service",
	    "/etc/systemd/system/redpanda.service.d/1.conf",
	    "/etc/systemd/system/redpanda.service.d",
	};

	for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const char *gap = arena_printf(tree->arena, "%s: Permission denied", unread[i]);
		const struct limits *limits;

		tree_file(tree, "/etc/systemd/system/redpanda.service",
			  "[Service]\nCPUAffinity=1\nCPUQuota=50%\n");
		tree_file(tree, "/etc/systemd/system/redpanda.service.d/1.conf", "[Service]\n");
		tree_file(tree, "/.thintune/errors",
			  arena_printf(tree->arena, "EACCES %s", unread[i]));
		limits = read_limits(tree);
		ck_assert_str_eq(cpuset_list(tree->arena, &limits->cpus), "");
		ck_assert_ptr_nonnull(strstr(limits->cpus_problem, gap));
		ck_assert_ptr_null(limits->quota.text);
		ck_assert_str_eq(limits->quota.gap, gap);
		ck_assert_str_eq(limits->nofile.gap, gap);
	}
}
END_TEST

RUN_SUITE("limits", a_unit_that_cannot_be_read, limits_of_the_unit_and_its_drop_ins,
	  cpus_of_the_unit, quota_of_the_unit, the_units_of_etc_come_first, no_unit_no_limits,
	  a_masked_unit_has_none, numbers_as_systemd_reads_them, defaults_of_system_conf)
