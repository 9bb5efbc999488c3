/* SPDX-License-Identifier: Apache-2.0 */
/* The loopback interface of this machine: it has no channels, but every kernel has it. A NIC that
 * takes them is in tests/vm. */
#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "run_suite.h"
#include "sys/ethtool.h"
#include "tree.h"

static int ask(struct root *root, struct arena *arena, const char *attribute, const char **ret)
{
	return root_read(root, arena, arena_printf(arena, ETHTOOL_DIR "%s", attribute), ret);
}

static struct root *machine(struct arena *arena)
{
	struct root *root;

	ck_assert_int_eq(root_open(arena, "/", &root, NULL), 0);
	return root;
}

START_TEST(what_loopback_says)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct root *root = machine(arena);
	const char *text;

	ck_assert_int_eq(ask(root, arena, "lo/features/loopback", &text), 0);
	ck_assert_str_eq(text, "on");
	ck_assert_int_eq(ask(root, arena, "lo/features/rx-ntuple-filter", &text), -EOPNOTSUPP);
	ck_assert_int_eq(ask(root, arena, "lo/channels/combined", &text), -EOPNOTSUPP);
	ck_assert_int_eq(ask(root, arena, "lo/features/no-such-feature", &text), -ENOENT);
	ck_assert_int_eq(ask(root, arena, "lo/channels/many", &text), -ENOENT);
	ck_assert_int_eq(ask(root, arena, "lo", &text), -ENOENT);
	ck_assert_int_eq(ask(root, arena, "nosuchnic0/channels/rx", &text), -ENODEV);
	ck_assert_int_eq(ask(root, arena, "a-name-that-is-too-long/channels/rx", &text), -ENOENT);
	/* Limits are the driver's. */
	ck_assert_int_eq(root_may_write(root, ETHTOOL_DIR "lo/channels/rx-max"), -EACCES);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "lo/channels/rx-max", "1"), -EACCES);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "lo/channels/rx", "-1"), -EINVAL);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "lo/features/loopback", "1"), -EINVAL);
	/* Always on: the kernel does not let go of it. */
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "lo/features/loopback", "off"), -EOPNOTSUPP);
	root_close(root);
}
END_TEST

START_TEST(a_record_holds_plain_files)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *text;

	tree_file(tree, ETHTOOL_DIR "lo/channels/combined", "4");
	ck_assert_int_eq(ask(tree_open(tree), tree->arena, "lo/channels/combined", &text), 0);
	ck_assert_str_eq(text, "4");
	ck_assert_int_eq(root_write(tree->root, ETHTOOL_DIR "lo/channels/combined", "2"), 0);
	ck_assert_int_eq(ask(tree->root, tree->arena, "lo/channels/combined", &text), 0);
	ck_assert_str_eq(text, "2");
	ck_assert_int_eq(ask(tree->root, tree->arena, "lo/features/loopback", &text), -ENOENT);
}
END_TEST

/* A NIC with an address, which loopback has none of; NULL: this machine has none. */
static const char *addressed_nic(struct root *root, struct arena *arena)
{
	names nics = {0};

	ck_assert_int_eq(root_list(root, arena, "/sys/class/net", &nics), 0);
	vec_for_each (nic, &nics) {
		const char *address;

		if (root_read(root, arena, arena_printf(arena, "/sys/class/net/%s/address", *nic),
			      &address) == 0 &&
		    *address && !text_equal(address, "00:00:00:00:00:00"))
			return *nic;
	}
	return NULL;
}

/* sysfs still shows the NICs of the namespace that it was mounted in. */
START_TEST(another_network_namespace)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct root *root = machine(arena);
	const char *nic = addressed_nic(root, arena), *text;
	int status;
	pid_t child;

	child = nic ? fork() : -1;
	if (child == 0) {
		if (unshare(CLONE_NEWNET) < 0)
			_exit(77);
		_exit(ask(root, arena, arena_printf(arena, "%s/channels/rx", nic), &text) == -EXDEV
			  ? 0
			  : 1);
	}
	root_close(root);
	if (child < 0)
		return;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
}
END_TEST

RUN_SUITE("ethtool", what_loopback_says, a_record_holds_plain_files, another_network_namespace)
