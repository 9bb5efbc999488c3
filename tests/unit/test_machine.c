/* SPDX-License-Identifier: Apache-2.0 */
/* Names and ids of recorded nodes. On a live root they are tested by tests/cli/report.sh. */
#include "run_suite.h"
#include "tree.h"

#define HOSTNAME   "/proc/sys/kernel/hostname"
#define MACHINE_ID "/etc/machine-id"

static const struct host *read_machine(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	facts_machine(tree_open(tree), tree->arena, facts);
	return &facts->host;
}

static void expect_name(const char *kernel, const char *etc, const char *want)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *have;

	if (kernel)
		tree_file(tree, HOSTNAME, kernel);
	if (etc)
		tree_file(tree, "/etc/hostname", etc);
	have = read_machine(tree)->hostname;
	if (want)
		ck_assert_str_eq(have, want);
	else
		ck_assert_ptr_null(have);
}

static void expect_id(const char *machine_id, const char *want)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *have;

	if (machine_id)
		tree_file(tree, MACHINE_ID, machine_id);
	have = read_machine(tree)->node_id;
	if (want)
		ck_assert_str_eq(have, want);
	else
		ck_assert_ptr_null(have);
}

START_TEST(name_is_the_records_and_never_the_callers)
{
	expect_name(NULL, NULL, NULL);
	expect_name("db1.example.org", "other", "db1.example.org");
	expect_name("(none)", "db2", "db2");
	expect_name("", "# set by hand\n\n db3 ", "db3");
	expect_name(NULL, "# nothing", NULL);
}
END_TEST

/* As systemd-id128(1) says with --app-specific. */
START_TEST(id_is_derived_from_the_machines)
{
	expect_id("0123456789abcdef0123456789abcdef", "5dfb5385463d42698317cbb09fae3bb6");
	expect_id("01234567-89AB-CDEF-0123-456789ABCDEF", "5dfb5385463d42698317cbb09fae3bb6");
	expect_id("ffeeddccbbaa99887766554433221100", "905b62fb3bdf4a56930ca6d325d09943");
}
END_TEST

START_TEST(what_is_no_machine_id_gives_none)
{
	static const char *const wrong[] = {
	    NULL,
	    "",
	    "uninitialized",
	    "00000000000000000000000000000000",
	    "0123456789abcdef0123456789abcde",
	    "0123456789abcdef0123456789abcdef0",
	    "0123456789abcdef0123456789abcdef\r",
	    " 0123456789abcdef0123456789abcdef",
	    "0123456789abcdef0123456789abcdef ",
	    "0123456789abcdef0123456789abcdef\n",
	    "01234567-89ab-cdef-0123-456789abcde",
	    "01234567-89ab-cdef-0123456789abcdef0",
	    "0123456789abcdef0123456789abcdef0123",
	    "0123456789abcdef0123456789abcd/f",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_id(wrong[i], NULL);
}
END_TEST

RUN_SUITE("machine", name_is_the_records_and_never_the_callers, id_is_derived_from_the_machines,
	  what_is_no_machine_id_gives_none)
