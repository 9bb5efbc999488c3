/* SPDX-License-Identifier: Apache-2.0 */
/* What rules of udev write, and for which devices. */
#include "base/text.h"
#include "facts/facts.h"
#include "run_suite.h"
#include "tree.h"

/* "FILE:LINE key=value [names|!others|rotational]", one rule a line. */
static const char *picture(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct str out = str_new(tree->arena);

	facts_udev_rules(tree_open(tree), tree->arena, facts);
	vec_for_each (rival, &facts->rivals) {
		ck_assert_str_eq(rival->what, "udev");
		str_printf(&out, "%s %s=%s [%s !%s %d]\n", rival->where, rival->key, rival->value,
			   text_join(tree->arena, &rival->match.names, " "),
			   text_join(tree->arena, &rival->match.others, " "),
			   rival->match.rotational == TRI_UNKNOWN
			       ? -1
			       : rival->match.rotational == TRI_YES);
	}
	return out.text;
}

START_TEST(what_is_written)
{
	static const struct {
		const char *rules, *picture;
	} rows[] = {
	    {"", ""},
	    {"# ATTR{queue/scheduler}=\"bfq\"\n", ""},
	    {"KERNEL==\"sda\", ATTR{queue/scheduler}==\"bfq\", SYMLINK+=\"x\"\n", ""},
	    {"ACTION==\"add|change\", KERNEL==\"sd*[!0-9]|sr*\", ATTR{queue/scheduler}=\"bfq\"\n",
	     "/etc/udev/rules.d/1.rules:1 queue/scheduler=bfq [sd*[!0-9]|sr* ! -1]\n"},
	    {"\n\nKERNEL!=\"nvme*\" ,  ATTR{queue/rotational} == \"0\", \\\n"
	     "  ATTR{queue/nr_requests} := \"32\", ATTR{../queue/nomerges}=\"0\"\n",
	     "/etc/udev/rules.d/1.rules:3 queue/nr_requests=32 [ !nvme* 0]\n"
	     "/etc/udev/rules.d/1.rules:3 queue/nomerges=0 [ !nvme* 0]\n"},
	    {"ATTR{queue/rotational}!=\"1\", ATTR{queue/read_ahead_kb}=\"4096\"\n",
	     "/etc/udev/rules.d/1.rules:1 queue/read_ahead_kb=4096 [ ! 0]\n"},
	    {"SUBSYSTEM==\"module\", SYSCTL{vm.swappiness}=\"60\", "
	     "SYSCTL{net/core/somaxconn}=\"1\"\n",
	     "/etc/udev/rules.d/1.rules:1 proc/sys/vm/swappiness=60 [ ! -1]\n"
	     "/etc/udev/rules.d/1.rules:1 proc/sys/net/core/somaxconn=1 [ ! -1]\n"},
	    {"SYSCTL{net.ipv4.conf.eth0/100.forwarding}=\"1\", "
	     "SYSCTL{net/ipv4/conf/eth0.100/forwarding}=\"0\"\n",
	     "/etc/udev/rules.d/1.rules:1 proc/sys/net/ipv4/conf/eth0.100/forwarding=1 [ ! -1]\n"
	     "/etc/udev/rules.d/1.rules:1 proc/sys/net/ipv4/conf/eth0.100/forwarding=0 [ ! -1]\n"},
	    {"KERNEL==\"sd?\", RUN+=\"/bin/sh -c 'echo bfq > /sys/block/%k/queue/scheduler'\"\n",
	     "/etc/udev/rules.d/1.rules:1 queue/scheduler=/bin/sh -c 'echo bfq > "
	     "/sys/block/%k/queue/scheduler' [sd? ! -1]\n"},
	    {"ENV{A}=e\"q\\\"\", ATTR{device/x}=i\"y\"\n",
	     "/etc/udev/rules.d/1.rules:1 device/x=y [ ! -1]\n"},
	    /* Broken ones end where they cannot be read. */
	    {"ATTR{queue/scheduler}=bfq\nATTR{queue/nomerges}=\"1\nATTR{queue/x\n", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();

		tree_file(tree, "/etc/udev/rules.d/1.rules", rows[i].rules);
		ck_assert_str_eq(picture(tree), rows[i].picture);
	}
}
END_TEST

/* The first directory of a name, and the order of the names. */
START_TEST(which_files_count)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, "/usr/lib/udev/rules.d/60-a.rules", "ATTR{a}=\"1\"");
	tree_file(tree, "/run/udev/rules.d/60-a.rules", "ATTR{a}=\"2\"");
	tree_file(tree, "/lib/udev/rules.d/10-b.rules", "ATTR{b}=\"3\"");
	tree_file(tree, "/etc/udev/rules.d/20-c.conf", "ATTR{c}=\"4\"");
	tree_file(tree, "/usr/lib/udev/rules.d/70-d.rules", "ATTR{d}=\"5\"");
	tree_file(tree, "/etc/udev/rules.d/70-d.rules", "");
	ck_assert_str_eq(picture(tree), "/lib/udev/rules.d/10-b.rules:1 b=3 [ ! -1]\n"
					"/run/udev/rules.d/60-a.rules:1 a=2 [ ! -1]\n");
}
END_TEST

RUN_SUITE("udev_rules", what_is_written, which_files_count)
