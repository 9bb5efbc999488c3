/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "run_suite.h"
#include "sys_tree.h"

#define PORT    "/sys/devices/pci0000:00/0000:00:03.1"
#define CARD    PORT "/0000:01:00.0"
#define VIRTUAL "/sys/devices/virtual"

static struct facts *read_net(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct facts_request request = {0};

	ck_assert_int_eq(facts_net(tree_open(tree), tree->arena, &request, facts, NULL), 0);
	return facts;
}

static const struct nic *nic_named(const struct facts *facts, const char *name)
{
	vec_for_each (nic, &facts->nics) {
		if (text_equal(nic->name, name))
			return nic;
	}
	ck_abort_msg("no NIC %s", name);
	return NULL;
}

static const char *virtual_nic(struct tree *tree, const char *name, const char *type)
{
	const char *nic = arena_printf(tree->arena, VIRTUAL "/net/%s", name);

	sys_attr(tree, nic, "type", type);
	sys_link(tree, arena_printf(tree->arena, "/sys/class/net/%s", name), nic);
	return nic;
}

START_TEST(test_card)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *nic = sys_nic(tree, CARD, "eth0");
	const struct nic *card;

	sys_link(tree, CARD "/driver", "/sys/bus/pci/drivers/ena");
	sys_attr(tree, CARD, "numa_node", "1");
	sys_attr(tree, PORT, "numa_node", "0");
	sys_attr(tree, nic, "speed", "25000");
	sys_attr(tree, nic, "operstate", "up");
	for (unsigned i = 0; i < 12; i++)
		sys_attr(tree, nic, arena_printf(tree->arena, "queues/rx-%u/rps_cpus", i), "0");
	sys_attr(tree, nic, "queues/tx-0/xps_cpus", "0");
	card = nic_named(read_net(tree), "eth0");
	ck_assert_str_eq(card->driver, "ena");
	ck_assert_str_eq(card->pci, "0000:01:00.0");
	ck_assert_int_eq(card->numa, 1);
	ck_assert_uint_eq(card->rx_queues, 12);
	ck_assert_uint_eq(card->tx_queues, 1);
	ck_assert_int_eq(card->speed_mbps, 25000);
	ck_assert_str_eq(card->operstate, "up");
	ck_assert_uint_eq(card->lowers.count, 0);
	ck_assert(!card->is_loopback);
	ck_assert(!card->is_virtual);
}
END_TEST

START_TEST(test_virtual_ones)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *bond, *vlan, *one = sys_nic(tree, CARD, "eth1");
	const char *two = sys_nic(tree, PORT "/0000:01:00.1", "eth10");
	const struct facts *facts;
	const struct nic *nic;

	bond = virtual_nic(tree, "bond0", "1");
	sys_link(tree, arena_printf(tree->arena, "%s/lower_eth10", bond), two);
	sys_link(tree, arena_printf(tree->arena, "%s/lower_eth1", bond), one);
	vlan = virtual_nic(tree, "bond0.7", "1");
	sys_link(tree, arena_printf(tree->arena, "%s/lower_bond0", vlan), bond);
	virtual_nic(tree, "lo", "772");
	/* The bonding driver keeps a file among the interfaces. */
	tree_file(tree, "/sys/class/net/bonding_masters", "bond0");
	facts = read_net(tree);
	ck_assert_uint_eq(facts->nics.count, 5);
	ck_assert_str_eq(facts->nics.at[0].name, "bond0");
	ck_assert_str_eq(facts->nics.at[3].name, "eth10");
	nic = nic_named(facts, "bond0");
	ck_assert_str_eq(text_join(tree->arena, &nic->lowers, " "), "eth1 eth10");
	ck_assert(nic->is_virtual);
	ck_assert_ptr_null(nic->driver);
	ck_assert_ptr_null(nic->pci);
	ck_assert_int_eq(nic->numa, -1);
	ck_assert_str_eq(nic->operstate, "unknown");
	nic = nic_named(facts, "bond0.7");
	ck_assert_str_eq(text_join(tree->arena, &nic->lowers, " "), "bond0");
	ck_assert(nic_named(facts, "lo")->is_loopback);
	ck_assert(!nic_named(facts, "bond0")->is_loopback);
}
END_TEST

/* Links that lead round in a circle end where they began. */
START_TEST(test_loop_of_devices)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *one = virtual_nic(tree, "one", "1"), *two = virtual_nic(tree, "two", "1");
	struct facts_request request = {0};
	struct facts facts = {0};

	sys_link(tree, arena_printf(tree->arena, "%s/lower_two", one), two);
	sys_link(tree, arena_printf(tree->arena, "%s/lower_one", two), one);
	vec_push(tree->arena, &request.nics, "one");
	ck_assert_int_eq(facts_net(tree_open(tree), tree->arena, &request, &facts, NULL), 0);
	ck_assert(nic_named(&facts, "one")->is_tuned);
	ck_assert(nic_named(&facts, "two")->is_tuned);
}
END_TEST

START_TEST(test_speed)
{
	static const struct {
		const char *text;
		int64_t mbps;
	} cases[] = {
	    {.text = "10000", .mbps = 10000},   {.text = "-1", .mbps = -1},
	    {.text = "4294967295", .mbps = -1}, {.text = "", .mbps = -1},
	    {.text = "fast", .mbps = -1},
	};
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *nic = sys_nic(tree, CARD, "eth0");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sys_attr(tree, nic, "speed", cases[i].text);
		ck_assert_int_eq(nic_named(read_net(tree), "eth0")->speed_mbps, cases[i].mbps);
	}
}
END_TEST

/* A link that is down answers EINVAL to the question for its speed. */
START_TEST(test_speed_refused)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *nic = sys_nic(tree, CARD, "eth0");

	sys_attr(tree, nic, "speed", "10000");
	tree_file(tree, "/.thintune/errors", arena_printf(tree->arena, "EINVAL %s/speed", nic));
	ck_assert_int_eq(nic_named(read_net(tree), "eth0")->speed_mbps, -1);
}
END_TEST

START_TEST(test_nic_option)
{
	static const struct {
		const char *wish, *hint;
	} rows[] = {
	    {"eth", "; did you mean 'eth0'?"},
	    {"eth01", "; did you mean 'eth0'?"},
	    {"", ""},
	    {"lo0", "; did you mean 'lo'?"},
	    {"../eth0", ""},
	};
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nic(tree, CARD, "eth0");
	virtual_nic(tree, "lo", "772");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct facts_request request = {0};
		struct facts facts = {0};
		struct err err = {0};

		vec_push(tree->arena, &request.nics, "eth0");
		ck_assert_int_eq(facts_net(tree_open(tree), tree->arena, &request, &facts, &err),
				 0);
		facts = (struct facts){0};
		vec_push(tree->arena, &request.nics, rows[i].wish);
		ck_assert_int_eq(facts_net(tree_open(tree), tree->arena, &request, &facts, &err),
				 -ENODEV);
		ck_assert_str_eq(err.text, arena_printf(tree->arena,
							"no NIC '%s' on this node; there are: "
							"eth0, lo%s",
							rows[i].wish, rows[i].hint));
	}
}
END_TEST

static const char *tuned(struct tree *tree, const char *listens_on, const char *option)
{
	struct facts_request request = {0};
	struct facts facts = {.live.listens_on = listens_on};
	names list = {0};

	if (option)
		vec_push(tree->arena, &request.nics, option);
	ck_assert_int_eq(facts_net(tree_open(tree), tree->arena, &request, &facts, NULL), 0);
	vec_for_each (nic, &facts.nics) {
		if (nic->is_tuned)
			vec_push(tree->arena, &list, nic->name);
	}
	return text_join(tree->arena, &list, " ");
}

START_TEST(test_listeners_choose)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *one = sys_nic(tree, CARD, "eth0");

	sys_nic(tree, PORT "/0000:01:00.1", "eth1");
	sys_nic(tree, PORT "/0000:01:00.2", "eth2");
	sys_link(tree, arena_printf(tree->arena, "%s/lower_eth0", virtual_nic(tree, "bond0", "1")),
		 one);
	virtual_nic(tree, "dummy0", "1");
	ck_assert_str_eq(tuned(tree, NULL, NULL), "eth0 eth1 eth2");
	ck_assert_str_eq(tuned(tree, "eth1", NULL), "eth1");
	ck_assert_str_eq(tuned(tree, "bond0 eth2", NULL), "bond0 eth0 eth2");
	/* The option is the operator's word. */
	ck_assert_str_eq(tuned(tree, "eth1", "eth2"), "eth2");
	/* An address that leads to no card. */
	ck_assert_str_eq(tuned(tree, "dummy0", NULL), "eth0 eth1 eth2");
	ck_assert_str_eq(tuned(tree, "gone0", NULL), "eth0 eth1 eth2");
}
END_TEST

START_TEST(test_no_network)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_uint_eq(read_net(tree)->nics.count, 0);
}
END_TEST

RUN_SUITE("net", test_card, test_virtual_ones, test_loop_of_devices, test_speed, test_speed_refused,
	  test_nic_option, test_listeners_choose, test_no_network)
