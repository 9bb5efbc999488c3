/* SPDX-License-Identifier: Apache-2.0 */
/* What a device is, and where it is now, below a root of plain files. */
#include "apply/identity.h"

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

#define PCI  "/sys/devices/pci0000:00/"
#define DISK "0000:00:03.0/nvme/nvme0/nvme0n1"

static const char *of(struct tree *tree, const char *path)
{
	struct identity_cache cache = {0};

	return identity_of(tree_open(tree), tree->arena, &cache, path, false);
}

/* "same /path" */
static const char *found_by(struct tree *tree, const char *path, const char *identity,
			    uint64_t inode)
{
	static const char *const words[] = {
	    [IDENTITY_UNKNOWN] = "unknown", [IDENTITY_SAME] = "same",
	    [IDENTITY_ANEW] = "anew",       [IDENTITY_OTHER] = "other",
	    [IDENTITY_GONE] = "gone",       [IDENTITY_UNCLEAR] = "unclear"};
	struct identity_cache cache = {0};
	const char *now;
	enum identity_found what =
	    identity_find(tree_open(tree), tree->arena, &cache, path, identity, inode, &now);

	return arena_printf(tree->arena, "%s %s", words[what], now);
}

static const char *found(struct tree *tree, const char *path, const char *identity)
{
	return found_by(tree, path, identity, 0);
}

static void add_nic(struct tree *tree, const char *name, const char *index, const char *address,
		    const char *type)
{
	const char *dir = arena_printf(tree->arena, "/sys/class/net/%s", name);

	tree_file(tree, arena_printf(tree->arena, "%s/ifindex", dir), index);
	tree_file(tree, arena_printf(tree->arena, "%s/address", dir), address);
	tree_file(tree, arena_printf(tree->arena, "%s/addr_assign_type", dir), type);
	tree_file(tree, arena_printf(tree->arena, "%s/queues/rx-0/rps_cpus", dir), "0");
}

START_TEST(every_path_of_a_card_leads_to_it)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	static const char *const paths[] = {
	    "/sys/class/net/eth0/queues/rx-0/rps_cpus",
	    "/.thintune/ethtool/eth0/channels/combined",
	    "/proc/sys/net/ipv4/conf/eth0/rp_filter",
	    "/proc/sys/net/ipv6/neigh/eth0/mcast_solicit",
	};

	add_nic(tree, "eth0", "2", "02:00:00:00:00:01", "0");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ck_assert_str_eq(of(tree, paths[i]), "2|02:00:00:00:00:01|");
		ck_assert_str_eq(identity_name(tree->arena, paths[i]), "eth0");
	}
	ck_assert_ptr_null(of(tree, "/proc/sys/net/ipv4/conf/all/rp_filter"));
	ck_assert_ptr_null(of(tree, "/proc/sys/net/ipv4/conf/default/rp_filter"));
	ck_assert_ptr_null(of(tree, "/proc/sys/net/ipv4/tcp_rmem"));
	ck_assert_ptr_null(of(tree, "/sys/class/net/eth1/queues/rx-0/rps_cpus"));
}
END_TEST

START_TEST(a_card_under_another_name)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = "/proc/sys/net/ipv4/conf/eth0/rp_filter",
		   *identity = "2|02:00:00:00:00:01|";

	add_nic(tree, "eth0", "3", "02:00:00:00:00:02", "0");
	add_nic(tree, "ens5", "2", "02:00:00:00:00:01", "0");
	ck_assert_str_eq(found(tree, path, identity),
			 "same /proc/sys/net/ipv4/conf/ens5/rp_filter");
	/* Its driver was loaded again. */
	add_nic(tree, "ens5", "7", "02:00:00:00:00:01", "0");
	ck_assert_str_eq(found(tree, path, identity),
			 "anew /proc/sys/net/ipv4/conf/ens5/rp_filter");
	tree_remove(tree, "/sys/class/net/ens5");
	ck_assert_str_eq(found(tree, path, identity), arena_printf(tree->arena, "other %s", path));
	tree_remove(tree, "/sys/class/net/eth0");
	ck_assert_str_eq(found(tree, path, identity), arena_printf(tree->arena, "gone %s", path));
	/* By its own name, but made anew */
	add_nic(tree, "eth0", "9", "02:00:00:00:00:01", "0");
	ck_assert_str_eq(found(tree, path, identity), arena_printf(tree->arena, "anew %s", path));
}
END_TEST

/* An entry of an older version has the inode alone. */
START_TEST(a_card_known_by_its_inode)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = "/sys/class/net/eth0/queues/rx-0/rps_cpus";
	uint64_t own, other;

	add_nic(tree, "eth0", "3", "02:00:00:00:00:02", "0");
	add_nic(tree, "ens5", "2", "02:00:00:00:00:01", "0");
	(void)tree_open(tree);
	ck_assert_int_eq(root_identity(tree->root, "/sys/class/net/eth0/queues/rx-0", &own), 0);
	ck_assert_int_eq(root_identity(tree->root, "/sys/class/net/ens5/queues/rx-0", &other), 0);
	ck_assert_str_eq(found_by(tree, path, NULL, other),
			 "same /sys/class/net/ens5/queues/rx-0/rps_cpus");
	ck_assert_str_eq(found_by(tree, path, NULL, own),
			 arena_printf(tree->arena, "unknown %s", path));
	ck_assert_str_eq(found_by(tree, path, NULL, 0),
			 arena_printf(tree->arena, "unknown %s", path));
}
END_TEST

/* The cards of a bond have one address, which none of them but one came with. */
START_TEST(a_card_is_known_by_its_own_address)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	add_nic(tree, "eth0", "2", "02:00:00:00:00:01", "3");
	add_nic(tree, "eth1", "3", "02:00:00:00:00:01", "3");
	ck_assert_str_eq(of(tree, "/sys/class/net/eth1/queues/rx-0/rps_cpus"), "3||");
	tree_file(tree, "/.thintune/ethtool/eth1/permanent-address", "02:00:00:00:00:02");
	ck_assert_str_eq(of(tree, "/sys/class/net/eth1/queues/rx-0/rps_cpus"),
			 "3|02:00:00:00:00:02|");
	/* Another one of that index, but not of that address. */
	ck_assert_str_eq(
	    found(tree, "/sys/class/net/eth1/queues/rx-0/rps_cpus", "3|02:00:00:00:00:09|"),
	    "other /sys/class/net/eth1/queues/rx-0/rps_cpus");
	/* Nothing but its index is known of an interface without hardware. */
	add_nic(tree, "lo", "1", "00:00:00:00:00:00", "0");
	ck_assert_str_eq(of(tree, "/proc/sys/net/ipv4/conf/lo/rp_filter"), "1||");
}
END_TEST

/* Two have one address: a bond of two ports of one card, or Azure's card and its function. */
START_TEST(cards_of_one_address)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *eth0 = "/proc/sys/net/ipv4/conf/eth0/rp_filter",
		   *eth1 = "/proc/sys/net/ipv4/conf/eth1/rp_filter";
	struct identity_cache cache = {0};
	const char *now;

	/* With an index each: they have changed names. */
	add_nic(tree, "eth0", "3", "02:00:00:00:00:01", "0");
	add_nic(tree, "eth1", "2", "02:00:00:00:00:01", "0");
	ck_assert_str_eq(found(tree, eth0, "2|02:00:00:00:00:01|"),
			 arena_printf(tree->arena, "same %s", eth1));
	/* One of them was made anew by its own name. */
	ck_assert_str_eq(found(tree, eth0, "7|02:00:00:00:00:01|"),
			 arena_printf(tree->arena, "anew %s", eth0));
	/* Without: the place decides, else which of them is where it was. */
	tree_remove(tree, "/sys/class/net/eth0");
	tree_remove(tree, "/sys/class/net/eth1");
	for (unsigned i = 0; i < 2; i++) {
		const char *dir = arena_printf(tree->arena, "0000:00:0%u.0/net/eth%u", i + 3, i);

		tree_file(tree, arena_printf(tree->arena, PCI "%s/address", dir),
			  "02:00:00:00:00:01");
		tree_link(tree, arena_printf(tree->arena, "/sys/class/net/eth%u", i),
			  arena_printf(tree->arena, "../../devices/pci0000:00/%s", dir));
	}
	ck_assert_str_eq(of(tree, eth0), "|02:00:00:00:00:01|0000:00:03.0");
	ck_assert_str_eq(found(tree, eth0, "|02:00:00:00:00:01|0000:00:04.0"),
			 arena_printf(tree->arena, "same %s", eth1));
	/* In another slot, by its own name. */
	ck_assert_str_eq(found(tree, eth0, "|02:00:00:00:00:01|0000:00:09.0"),
			 arena_printf(tree->arena, "same %s", eth0));
	ck_assert_str_eq(
	    found(tree, "/proc/sys/net/ipv4/conf/eth9/rp_filter", "|02:00:00:00:00:01|"),
	    "unclear /proc/sys/net/ipv4/conf/eth9/rp_filter");
	identity_settle(tree_open(tree), tree->arena, &cache, eth1, "|02:00:00:00:00:01|");
	/* The other one is not taken for it, wherever that is now. */
	ck_assert_str_eq(found(tree, "/proc/sys/net/ipv4/conf/eth9/rp_filter",
			       "|02:00:00:00:00:01|0000:00:09.0"),
			 "unclear /proc/sys/net/ipv4/conf/eth9/rp_filter");
	ck_assert_int_eq(identity_find(tree_open(tree), tree->arena, &cache,
				       "/proc/sys/net/ipv4/conf/eth9/rp_filter",
				       "|02:00:00:00:00:01|", 0, &now),
			 IDENTITY_SAME);
	ck_assert_str_eq(now, eth0);
	identity_settle(tree_open(tree), tree->arena, &cache, eth0,
			"|02:00:00:00:00:01|0000:00:03.0");
	ck_assert_int_eq(identity_find(tree_open(tree), tree->arena, &cache,
				       "/proc/sys/net/ipv4/conf/eth9/rp_filter",
				       "|02:00:00:00:00:01|", 0, &now),
			 IDENTITY_GONE);
	/* Azure takes the function away: the card of its address is another one. */
	tree_file(tree, PCI "0000:00:03.0/net/eth0/ifindex", "2");
	tree_file(tree, PCI "0000:00:04.0/net/eth1/ifindex", "3");
	ck_assert_str_eq(found(tree, "/proc/sys/net/ipv4/conf/eth9/rp_filter",
			       "4|02:00:00:00:00:01|0000:00:09.0"),
			 "gone /proc/sys/net/ipv4/conf/eth9/rp_filter");
}
END_TEST

static bool may_be_away(struct tree *tree, const char *path, const char *identity,
			const char *settled)
{
	struct identity_cache cache = {0};

	if (settled)
		identity_settle(tree_open(tree), tree->arena, &cache, settled, of(tree, settled));
	return identity_may_be_away(tree_open(tree), tree->arena, &cache, path, identity);
}

/* What a card hung on is there, and holds nothing: it may be in another network namespace. */
START_TEST(a_card_that_may_be_away)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = "/sys/class/net/eth0/queues/rx-0/rps_cpus",
		   *other = "/sys/class/net/eth1/queues/rx-0/rps_cpus",
		   *identity = "2|02:00:00:00:00:01|0000:00:03.0",
		   *device = "/sys/bus/pci/devices/0000:00:03.0";

	ck_assert_msg(may_be_away(tree, path, identity, NULL), "no bus is shown");
	tree_dir(tree, "/sys/bus/pci/devices/0000:00:04.0");
	tree_dir(tree, "/sys/bus/virtio/devices");
	ck_assert(!may_be_away(tree, path, identity, NULL));
	tree_dir(tree, device);
	ck_assert(may_be_away(tree, path, identity, NULL));
	ck_assert_msg(!may_be_away(tree, path, NULL, NULL), "nothing is known of it");
	ck_assert_msg(!may_be_away(tree, path, "broken", NULL), "nothing is known of it");
	ck_assert_msg(!may_be_away(tree, path, "2|02:00:00:00:00:01|", NULL), "it hung on nothing");
	ck_assert_msg(!may_be_away(tree, PCI DISK "/queue/scheduler", identity, NULL), "a disk");
	/* Another card of that function, unless that is where it was itself. */
	tree_file(tree, PCI "0000:00:03.0/net/eth1/ifindex", "3");
	tree_link(tree, "/sys/class/net/eth1", "../../devices/pci0000:00/0000:00:03.0/net/eth1");
	ck_assert(!may_be_away(tree, path, identity, NULL));
	ck_assert(may_be_away(tree, path, identity, other));
	/* Of another bus */
	ck_assert(!may_be_away(tree, path, "2||virtio1", NULL));
	tree_dir(tree, "/sys/bus/virtio/devices/virtio1");
	ck_assert(may_be_away(tree, path, "2||virtio1", NULL));
}
END_TEST

static void add_disk(struct tree *tree, const char *name, const char *dir, const char *wwid)
{
	tree_file(tree, arena_printf(tree->arena, PCI "%s/wwid", dir), wwid);
	tree_file(tree, arena_printf(tree->arena, PCI "%s/queue/scheduler", dir), "none");
	tree_link(tree, arena_printf(tree->arena, "/sys/block/%s", name),
		  arena_printf(tree->arena, "../devices/pci0000:00/%s", dir));
}

START_TEST(a_disk_under_another_name)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = PCI DISK "/queue/scheduler";

	add_disk(tree, "nvme0n1", DISK, "eui.1");
	ck_assert_str_eq(of(tree, path), "|eui.1|0000:00:03.0");
	ck_assert_str_eq(identity_name(tree->arena, path), "nvme0n1");
	tree_remove(tree, PCI DISK);
	tree_remove(tree, "/sys/block/nvme0n1");
	add_disk(tree, "nvme3n1", "0000:00:09.0/nvme/nvme3/nvme3n1", "eui.1");
	ck_assert_str_eq(found(tree, path, "|eui.1|0000:00:03.0"),
			 "same " PCI "0000:00:09.0/nvme/nvme3/nvme3n1/queue/scheduler");
	tree_file(tree, PCI "0000:00:09.0/nvme/nvme3/nvme3n1/diskseq", "12");
	ck_assert_str_eq(found(tree, path, "4|eui.1|0000:00:03.0"),
			 "anew " PCI "0000:00:09.0/nvme/nvme3/nvme3n1/queue/scheduler");
	ck_assert_str_eq(found(tree, path, "12|eui.1|0000:00:03.0"),
			 "same " PCI "0000:00:09.0/nvme/nvme3/nvme3n1/queue/scheduler");
	ck_assert_str_eq(found(tree, path, "4|eui.2|0000:00:03.0"),
			 "gone " PCI DISK "/queue/scheduler");
}
END_TEST

/* Two ways to one disk say the same of it; which was which tells the place, or nothing. */
START_TEST(of_two_ways_to_a_disk_the_place_decides)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = PCI "0000:00:03.0/host0/sda/queue/scheduler";

	add_disk(tree, "sdb", "0000:00:04.0/host1/sdb", "naa.1");
	add_disk(tree, "sdc", "0000:00:03.0/host0/sdc", "naa.1");
	ck_assert_str_eq(found(tree, path, "|naa.1|0000:00:03.0"),
			 "same " PCI "0000:00:03.0/host0/sdc/queue/scheduler");
	ck_assert_str_eq(found(tree, path, "|naa.1|0000:00:09.0"),
			 arena_printf(tree->arena, "unclear %s", path));
	/* By a name of their own, each with an object: the one that had the value is neither. */
	tree_file(tree, PCI "0000:00:04.0/host1/sdb/diskseq", "7");
	tree_file(tree, PCI "0000:00:03.0/host0/sdc/diskseq", "8");
	ck_assert_str_eq(found(tree, path, "5|naa.1|0000:00:09.0"),
			 arena_printf(tree->arena, "gone %s", path));
}
END_TEST

/* Of two ways to one disk the one that is where it was is not the other one, which has moved. */
START_TEST(of_two_ways_to_a_disk_one_is_known)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *sda = PCI "0000:00:03.0/host0/sda/queue/scheduler",
		   *sdb = PCI "0000:00:04.0/host1/sdb/queue/scheduler";
	struct identity_cache cache = {0};
	const char *now;

	add_disk(tree, "sda", "0000:00:03.0/host0/sda", "naa.1");
	add_disk(tree, "sdc", "0000:00:05.0/host2/sdc", "naa.1");
	ck_assert_str_eq(found(tree, sdb, "|naa.1|0000:00:04.0"),
			 arena_printf(tree->arena, "unclear %s", sdb));
	identity_settle(tree_open(tree), tree->arena, &cache, sda, "|naa.1|0000:00:03.0");
	ck_assert_int_eq(identity_find(tree_open(tree), tree->arena, &cache, sdb,
				       "|naa.1|0000:00:04.0", 0, &now),
			 IDENTITY_SAME);
	ck_assert_str_eq(now, PCI "0000:00:05.0/host2/sdc/queue/scheduler");
}
END_TEST

/* What a file or a mapping is called says nothing of the disk that it is below: the image of a loop
 * device is moved or removed ("/x (deleted)"), and dmsetup renames. */
START_TEST(a_disk_whose_file_or_mapping_has_another_name)
{
	static const struct {
		const char *dir, *file;
	} disks[] = {
	    {.dir = "/sys/devices/virtual/block/loop0", .file = "loop/backing_file"},
	    {.dir = "/sys/devices/virtual/block/dm-0", .file = "dm/name"},
	};

	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		const char *dir = disks[i].dir;
		const char *path = arena_printf(tree->arena, "%s/queue/scheduler", dir);
		const char *same = arena_printf(tree->arena, "same %s", path);
		const char *name = arena_printf(tree->arena, "%s/%s", dir, disks[i].file);
		const char *diskseq = arena_printf(tree->arena, "%s/diskseq", dir);
		const char *identity;

		tree_file(tree, path, "none");
		tree_link(tree, arena_printf(tree->arena, "/sys/block/%s", strrchr(dir, '/') + 1),
			  arena_printf(tree->arena, "..%s", dir + strlen("/sys")));
		tree_file(tree, diskseq, "9");
		tree_file(tree, name, "/x");
		identity = of(tree, path);
		ck_assert_str_eq(found(tree, path, identity), same);
		tree_file(tree, name, "/x (deleted)");
		ck_assert_str_eq(found(tree, path, identity), same);
		/* As it was written down before. */
		ck_assert_str_eq(found(tree, path, "9|/x|"), same);
		/* It got a UUID meanwhile. */
		tree_file(tree, arena_printf(tree->arena, "%s/dm/uuid", dir), "LVM-1");
		ck_assert_str_eq(found(tree, path, identity), same);
		tree_remove(tree, arena_printf(tree->arena, "%s/dm/uuid", dir));
		/* Another one of the number, and one that was made anew of the same. */
		tree_file(tree, diskseq, "10");
		ck_assert_str_eq(found(tree, path, identity),
				 arena_printf(tree->arena, "other %s", path));
		tree_file(tree, name, "/x");
		ck_assert_str_eq(found(tree, path, identity),
				 arena_printf(tree->arena, "anew %s", path));
		/* Before Linux 5.15 there is no number, and a name alone proves nothing. */
		tree_remove(tree, diskseq);
		identity = of(tree, path);
		tree_file(tree, name, "/y");
		ck_assert_str_eq(found(tree, path, identity),
				 arena_printf(tree->arena, "unknown %s", path));
	}
}
END_TEST

START_TEST(policies_and_interrupts)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *policy = "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor";
	const char *irq = "/proc/irq/24/smp_affinity_list";

	tree_file(tree, "/sys/devices/system/cpu/cpufreq/policy0/related_cpus", "0 1");
	tree_file(tree, "/sys/devices/system/cpu/cpufreq/policy4/related_cpus", "4 5");
	ck_assert_str_eq(of(tree, policy), "|0 1|");
	ck_assert_str_eq(found(tree, policy, "|4 5|"),
			 "same /sys/devices/system/cpu/cpufreq/policy4/scaling_governor");
	ck_assert_str_eq(found(tree, policy, "|2 3|"),
			 arena_printf(tree->arena, "other %s", policy));
	/* Its CPUs are offline: it tells nothing, and is there. */
	tree_file(tree, "/sys/devices/system/cpu/cpufreq/policy8/scaling_governor", "x");
	ck_assert_str_eq(
	    found(tree, "/sys/devices/system/cpu/cpufreq/policy8/scaling_governor", "|8 9|"),
	    "unknown /sys/devices/system/cpu/cpufreq/policy8/scaling_governor");

	tree_file(tree, "/sys/kernel/irq/24/actions", "nvme0q1");
	tree_file(tree, irq, "0");
	ck_assert_str_eq(of(tree, irq), "|nvme0q1|");
	tree_file(tree, "/sys/kernel/irq/77/actions", "nvme0q2");
	tree_file(tree, "/proc/irq/77/smp_affinity_list", "0");
	tree_dir(tree, "/proc/irq/78/eth0-TxRx-0");
	ck_assert_str_eq(of(tree, "/proc/irq/78/smp_affinity_list"), "|eth0-TxRx-0|");
	ck_assert_str_eq(found(tree, irq, "|nvme0q2|"), "same /proc/irq/77/smp_affinity_list");
	/* A renamed card's vectors cannot be told from those of another one. */
	ck_assert_str_eq(found(tree, irq, "|eth1-TxRx-0|"),
			 arena_printf(tree->arena, "unknown %s", irq));
	ck_assert_str_eq(found(tree, irq, "broken"), arena_printf(tree->arena, "unknown %s", irq));
	ck_assert_ptr_null(of(tree, "/proc/irq/default_smp_affinity"));
}
END_TEST

/* Of a vector that its driver makes anew nothing but the PCI function stays. */
START_TEST(vectors_of_a_function)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *path = "/proc/irq/24/smp_affinity_list", *identity;
	struct identity_cache cache = {0};

	tree_file(tree, path, "0");
	tree_file(tree, "/sys/kernel/irq/24/actions", "eth0-rx-0");
	tree_file(tree, "/sys/bus/pci/devices/0000:00:03.0/msi_irqs/24", "msix");
	tree_dir(tree, "/sys/bus/pci/devices/0000:00:04.0/msi_irqs");
	tree_dir(tree, "/sys/bus/pci/devices/0000:00:05.0");
	ck_assert_str_eq(of(tree, path), "|eth0-rx-0|0000:00:03.0");
	identity = identity_of(tree_open(tree), tree->arena, &cache, path, true);
	ck_assert_str_eq(identity, "||0000:00:03.0");
	/* Its card is down, or has another name. */
	tree_remove(tree, "/sys/kernel/irq/24");
	ck_assert_str_eq(found(tree, path, identity), arena_printf(tree->arena, "same %s", path));
	/* The number is another function's. */
	tree_remove(tree, "/sys/bus/pci/devices/0000:00:03.0/msi_irqs/24");
	tree_file(tree, "/sys/bus/pci/devices/0000:00:04.0/msi_irqs/24", "msix");
	ck_assert_str_eq(found(tree, path, identity), arena_printf(tree->arena, "other %s", path));
	ck_assert_str_eq(found(tree, path, "|eth0-rx-0|0000:00:03.0"),
			 arena_printf(tree->arena, "other %s", path));
	tree_remove(tree, "/proc/irq/24");
	ck_assert_str_eq(found(tree, path, identity), arena_printf(tree->arena, "gone %s", path));
	/* Where no functions are shown nothing is known. */
	tree_file(tree, path, "0");
	tree_remove(tree, "/sys/bus/pci");
	ck_assert_str_eq(found(tree, path, identity),
			 arena_printf(tree->arena, "unknown %s", path));
	ck_assert_ptr_null(
	    identity_of(tree_open(tree), tree->arena, &(struct identity_cache){0}, path, true));
}
END_TEST

/* Handlers have the names of cards, which may be another card's now. */
START_TEST(handlers_of_one_name_on_two_functions)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	for (unsigned i = 3; i <= 4; i++) {
		tree_file(tree, arena_printf(tree->arena, "/proc/irq/2%u/smp_affinity_list", i),
			  "0");
		tree_file(tree, arena_printf(tree->arena, "/sys/kernel/irq/2%u/actions", i),
			  "eth0-rx-0");
		tree_file(tree,
			  arena_printf(tree->arena,
				       "/sys/bus/pci/devices/0000:00:0%u.0/msi_irqs/2%u", i, i),
			  "msix");
	}
	ck_assert_str_eq(found(tree, "/proc/irq/30/smp_affinity_list", "|eth0-rx-0|0000:00:04.0"),
			 "same /proc/irq/24/smp_affinity_list");
	ck_assert_str_eq(found(tree, "/proc/irq/23/smp_affinity_list", "|eth0-rx-0|0000:00:04.0"),
			 "same /proc/irq/24/smp_affinity_list");
	/* Its card has another name, and another one its own: it is where it was. */
	tree_file(tree, "/sys/kernel/irq/23/actions", "ens5-rx-0");
	ck_assert_str_eq(found(tree, "/proc/irq/23/smp_affinity_list", "|eth0-rx-0|0000:00:03.0"),
			 "unknown /proc/irq/23/smp_affinity_list");
	/* A vector without a handler is not taken for it. */
	tree_file(tree, "/proc/irq/25/smp_affinity_list", "0");
	tree_file(tree, "/sys/kernel/irq/25/actions", "");
	tree_file(tree, "/sys/bus/pci/devices/0000:00:03.0/msi_irqs/25", "msix");
	ck_assert_str_eq(found(tree, "/proc/irq/30/smp_affinity_list", "|eth0-rx-0|0000:00:03.0"),
			 "gone /proc/irq/30/smp_affinity_list");
}
END_TEST

/* Thousands of interrupts may have other numbers: all are looked at once, not once for each. */
START_TEST(each_class_is_listed_once)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct identity_cache cache = {0};
	const char *now;

	for (unsigned i = 1; i <= 2; i++) {
		tree_file(tree, arena_printf(tree->arena, "/sys/kernel/irq/7%u/actions", i),
			  arena_printf(tree->arena, "nvme0q%u", i));
		tree_file(tree, arena_printf(tree->arena, "/proc/irq/7%u/smp_affinity_list", i),
			  "0");
	}
	for (unsigned i = 1; i <= 2; i++) {
		ck_assert_int_eq(
		    identity_find(tree_open(tree), tree->arena, &cache,
				  arena_printf(tree->arena, "/proc/irq/2%u/smp_affinity_list", i),
				  arena_printf(tree->arena, "|nvme0q%u|", i), 0, &now),
		    IDENTITY_SAME);
		ck_assert_str_eq(now,
				 arena_printf(tree->arena, "/proc/irq/7%u/smp_affinity_list", i));
		tree_remove(tree, arena_printf(tree->arena, "/proc/irq/7%u", 3 - i));
		tree_remove(tree, arena_printf(tree->arena, "/sys/kernel/irq/7%u", 3 - i));
	}
}
END_TEST

START_TEST(what_goes_with_a_device)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *from = "/.thintune/ethtool/eth0/channels/combined",
		   *to = "/.thintune/ethtool/ens5/channels/combined";

	ck_assert_str_eq(
	    identity_follow(arena, "/sys/class/net/eth0/queues/tx-1/xps_cpus", from, to),
	    "/sys/class/net/ens5/queues/tx-1/xps_cpus");
	ck_assert_str_eq(identity_follow(arena, "/proc/irq/27/smp_affinity_list", from, to),
			 "/proc/irq/27/smp_affinity_list");
	ck_assert_str_eq(identity_follow(arena, "/sys/class/net/eth01/mtu", from, to),
			 "/sys/class/net/eth01/mtu");
	ck_assert_str_eq(identity_follow(arena, "/proc/sys/net/ipv4/conf/eth0/forwarding",
					 "/proc/sys/net/ipv4/ip_forward",
					 "/proc/sys/net/ipv4/ip_forward"),
			 "/proc/sys/net/ipv4/conf/eth0/forwarding");
}
END_TEST

RUN_SUITE("identity", every_path_of_a_card_leads_to_it, a_card_under_another_name,
	  a_card_known_by_its_inode, a_card_is_known_by_its_own_address, cards_of_one_address,
	  vectors_of_a_function, handlers_of_one_name_on_two_functions, a_card_that_may_be_away,
	  a_disk_under_another_name, of_two_ways_to_a_disk_the_place_decides,
	  of_two_ways_to_a_disk_one_is_known, a_disk_whose_file_or_mapping_has_another_name,
	  policies_and_interrupts, each_class_is_listed_once, what_goes_with_a_device)
