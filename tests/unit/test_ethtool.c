/* SPDX-License-Identifier: Apache-2.0 */
/* The loopback interface of this machine, which every kernel has but without channels, and a pair
 * of virtual NICs that have some. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "own_mounts.h"
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
	ck_assert_int_eq(ask(root, arena, "lo/permanent-address", &text), 0);
	ck_assert_str_eq(text, "00:00:00:00:00:00");
	ck_assert_int_eq(ask(root, arena, "lo/permanent-address-2", &text), -ENOENT);
	ck_assert_int_eq(ask(root, arena, "/permanent-address", &text), -ENOENT);
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
	/* None of this was a file's descriptor to close. */
	ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0);
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

START_TEST(interfaces_of_this_namespace)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *address = NULL;
	unsigned index = 0;

	ck_assert_int_eq(ethtool_interface(arena, "lo", &index, &address), 0);
	ck_assert_uint_eq(index, 1);
	ck_assert_str_eq(address, "00:00:00:00:00:00");
	ck_assert_int_eq(ethtool_interface(arena, "nosuchnic0", &index, &address), -ENODEV);
	ck_assert_int_eq(ethtool_interface(arena, "", &index, &address), -ENODEV);
	ck_assert_int_eq(ethtool_interface(arena, "a-name-that-is-too-long", &index, &address),
			 -ENODEV);
}
END_TEST

static const char *attribute_of(struct root *root, struct arena *arena, const char *nic,
				const char *name)
{
	const char *text;

	ck_assert_int_eq(
	    root_read(root, arena, arena_printf(arena, "/sys/class/net/%s/%s", nic, name), &text),
	    0);
	return text;
}

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

/* Makes such a NIC in the namespace of the caller; false: it cannot be made here. */
static bool make_nic(const char *name, const char *index, const char *address)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		execlp("ip", "ip", "link", "add", name, "index", index, "address", address, "type",
		       "bridge", NULL);
		_exit(1);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* What a process of another network namespace is told of nic, where there is none of its name, or
 * one of this number and address; 1: it cannot be tried here. */
static int ask_elsewhere(struct root *root, struct arena *arena, const char *nic, const char *index,
			 const char *address)
{
	const char *text;
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (unshare(CLONE_NEWNET) < 0 || (index && !make_nic(nic, index, address)))
			_exit(1);
		_exit(-ask(root, arena, arena_printf(arena, "%s/channels/rx", nic), &text));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status) == 1 ? 1 : -WEXITSTATUS(status);
}

/* sysfs still shows the NICs of the namespace that it was mounted in. One of the same name is taken
 * for it only if number and address are the same. */
START_TEST(another_network_namespace)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct root *root = machine(arena);
	const char *nic = addressed_nic(root, arena), *index, *address;
	int r = 1;

	if (nic) {
		index = attribute_of(root, arena, nic, "ifindex");
		address = attribute_of(root, arena, nic, "address");
		r = ask_elsewhere(root, arena, nic, NULL, NULL);
	}
	if (r < 1) {
		ck_assert_int_eq(r, -EXDEV);
		r = ask_elsewhere(root, arena, nic, index, address);
	}
	if (r < 1) {
		ck_assert_int_ne(r, -EXDEV);
		ck_assert_int_eq(ask_elsewhere(root, arena, nic, index, "02:00:00:00:ff:01"),
				 -EXDEV);
		ck_assert_int_eq(ask_elsewhere(root, arena, nic, "9999", address), -EXDEV);
	}
	root_close(root);
}
END_TEST

static bool run_ip(char *const *words)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		(void)execvp("ip", words);
		_exit(1);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* Two NICs with four queues each, in a network of their own whose sysfs is mounted; false: they
 * cannot be made here. */
static bool make_pair(void)
{
	static char words[][16] = {"ip",          "link", "add",         "name", "pair0",
				   "numtxqueues", "4",    "numrxqueues", "4",    "type",
				   "veth",        "peer", "name",        "pair1"};
	char *list[sizeof(words) / sizeof(words[0]) + 1] = {NULL};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		list[i] = words[i];
	return own_mounts(CLONE_NEWNET) && mount("none", "/sys", "sysfs", 0, NULL) == 0 &&
	       run_ip(list);
}

static void now_has(struct root *root, struct arena *arena, const char *attribute, const char *want)
{
	const char *text;

	ck_assert_int_eq(ask(root, arena, attribute, &text), 0);
	ck_assert_str_eq(text, want);
}

START_TEST(a_nic_takes_channels_and_features)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct root *root;

	if (!make_pair())
		return;
	root = machine(arena);
	now_has(root, arena, "pair0/channels/rx-max", "4");
	ck_assert_int_eq(root_may_write(root, ETHTOOL_DIR "pair0/channels/rx"), 0);
	ck_assert_int_eq(root_may_write(root, ETHTOOL_DIR "pair0/channels/many"), -ENOENT);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/channels/rx", "3"), 0);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/channels/tx", "2"), 0);
	/* The whole structure is written, but only this field of it differs. */
	now_has(root, arena, "pair0/channels/rx", "3");
	now_has(root, arena, "pair0/channels/tx", "2");
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/channels/rx", "5"), -EINVAL);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/channels/many", "1"), -ENOENT);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/rings/rx", "64"), -EOPNOTSUPP);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair2/channels/rx", "1"), -ENODEV);
	now_has(root, arena, "pair0/channels/rx", "3");

	ck_assert_int_eq(root_may_write(root, ETHTOOL_DIR "pair0/features/rx-gro"), 0);
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/features/rx-gro", "off"), 0);
	now_has(root, arena, "pair0/features/rx-gro", "off");
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/features/rx-gro", "on"), 0);
	now_has(root, arena, "pair0/features/rx-gro", "on");
	ck_assert_int_eq(root_write(root, ETHTOOL_DIR "pair0/features/no-such", "on"), -ENOENT);
	root_close(root);
}
END_TEST

RUN_SUITE("ethtool", what_loopback_says, a_record_holds_plain_files, interfaces_of_this_namespace,
	  another_network_namespace, a_nic_takes_channels_and_features)
