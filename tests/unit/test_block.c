/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "run_suite.h"
#include "sys_tree.h"

#define PORT         "/sys/devices/pci0000:00/0000:00:03.1"
#define SLOT(n)      PORT "/0000:0" #n ":00.0"
#define VIRTUAL      "/sys/devices/virtual/block"
#define SCSI         "/sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0"
#define SUBSYS       "/sys/devices/virtual/nvme-subsystem/nvme-subsys1"
#define VIRTIO       "/sys/devices/pci0000:00/0000:00:02.0/virtio1"
#define ACCESS(path) "/.thintune/errors", "EACCES " path

/* Names of the data disks. */
static const char *data_disks(struct tree *tree, const struct facts *facts)
{
	names list = {0};

	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			vec_push(tree->arena, &list, disk->name);
	}
	return list.count ? text_join(tree->arena, &list, " ") : "";
}

static const char *all_disks(struct tree *tree, const struct facts *facts)
{
	names list = {0};

	vec_for_each (disk, &facts->disks)
		vec_push(tree->arena, &list, disk->name);
	return list.count ? text_join(tree->arena, &list, " ") : "";
}

static struct facts *with_disk(struct tree *tree, const char *wish, struct err *err, int *ret_code)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct facts_request request = {0};

	vec_push(tree->arena, &request.disks, wish);
	*ret_code = facts_block(tree_open(tree), tree->arena, &request, facts, err);
	return facts;
}

/* What one disk is ---------------------------------------------------------------------------- */

START_TEST(test_nvme_behind_a_port)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *dir = sys_nvme(tree, SLOT(1), 0, "259:0");
	const struct disk *disk;

	sys_attr(tree, SLOT(1) "/nvme/nvme0", "model", "Amazon Elastic Block Store              ");
	sys_attr(tree, SLOT(1) "/nvme/nvme0", "serial", "vol0123        ");
	sys_attr(tree, SLOT(1) "/nvme/nvme0", "firmware_rev", "1.0     ");
	sys_attr(tree, SLOT(1) "/nvme/nvme0", "transport", "pcie");
	sys_attr(tree, dir, "queue/nr_requests", "256");
	sys_attr(tree, dir, "queue/scheduler", "none [mq-deadline] kyber");
	tree_file(tree, arena_printf(tree->arena, "%s/mq/0/nr_tags", dir), "1023");
	sys_attr(tree, SLOT(1), "numa_node", "1");
	sys_attr(tree, PORT, "numa_node", "0");
	sys_partition(tree, arena_printf(tree->arena, "%s/nvme0n1p1", dir), "259:1");
	disk = disk_named(sys_block(tree, "259:1"), "nvme0n1");
	ck_assert_str_eq(disk->sysfs, SLOT(1) "/nvme/nvme0/nvme0n1");
	ck_assert_str_eq(disk->model, "Amazon Elastic Block Store");
	ck_assert_str_eq(disk->serial, "vol0123");
	ck_assert_str_eq(disk->firmware, "1.0");
	ck_assert_str_eq(disk->driver, "nvme");
	ck_assert_str_eq(disk->transport, "pcie");
	ck_assert_str_eq(disk->pci, "0000:01:00.0");
	ck_assert_int_eq(disk->numa, 1);
	ck_assert_int_eq(disk->rotational, TRI_NO);
	ck_assert_uint_eq(disk->size_bytes, 1048576);
	ck_assert_uint_eq(disk->logical_block_bytes, 512);
	ck_assert_uint_eq(disk->physical_block_bytes, 4096);
	ck_assert_str_eq(disk->write_cache, "write back");
	ck_assert_int_eq(disk->fua, TRI_YES);
	ck_assert_int_eq(disk->atomic_bytes, 16384);
	ck_assert_uint_eq(disk->queue_requests, 256);
	ck_assert_str_eq(disk->scheduler, "mq-deadline");
	ck_assert_uint_eq(disk->queue_depth, 1023);
	ck_assert(disk->is_data);
	ck_assert_str_eq(disk->chain, "nvme0n1p1");
	ck_assert_uint_eq(disk->multipath_heads.count, 0);
}
END_TEST

START_TEST(test_scsi_and_virtio)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;
	const struct disk *disk;

	sys_disk(tree, SCSI "/block/sda", "8:0");
	sys_link(tree, SCSI "/block/sda/device", SCSI);
	sys_link(tree, SCSI "/driver", "/sys/bus/scsi/drivers/sd");
	sys_attr(tree, SCSI, "vendor", "ATA     ");
	sys_attr(tree, SCSI, "model", "Samsung SSD 870 ");
	sys_attr(tree, SCSI, "rev", "2B6Q");
	sys_disk(tree, VIRTIO "/block/vda", "254:0");
	sys_link(tree, VIRTIO "/block/vda/device", VIRTIO);
	sys_link(tree, VIRTIO "/driver", "/sys/bus/virtio/drivers/virtio_blk");
	sys_attr(tree, VIRTIO, "vendor", "0x1af4");
	sys_attr(tree, VIRTIO "/block/vda", "serial", "disk-1");
	facts = sys_block(tree, "254:0");
	ck_assert_str_eq(all_disks(tree, facts), "sda vda");
	disk = disk_named(facts, "sda");
	ck_assert_str_eq(disk->model, "Samsung SSD 870");
	ck_assert_str_eq(disk->firmware, "2B6Q");
	ck_assert_str_eq(disk->driver, "sd");
	ck_assert_str_eq(disk->transport, "ata");
	ck_assert_ptr_null(disk->serial);
	ck_assert_ptr_null(disk->chain);
	ck_assert(!disk->is_data);
	disk = disk_named(facts, "vda");
	ck_assert_ptr_null(disk->model);
	ck_assert_str_eq(disk->serial, "disk-1");
	ck_assert_str_eq(disk->driver, "virtio_blk");
	ck_assert_str_eq(disk->transport, "virtio");
	ck_assert_str_eq(disk->pci, "0000:00:02.0");
	ck_assert_str_eq(disk->chain, "vda");
}
END_TEST

START_TEST(test_maker_of_a_scsi_disk)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_disk(tree, SCSI "/block/sda", "8:0");
	sys_link(tree, SCSI "/block/sda/device", SCSI);
	sys_attr(tree, SCSI, "vendor", "Msft    ");
	sys_attr(tree, SCSI, "model", "Virtual Disk    ");
	ck_assert_str_eq(disk_named(sys_block(tree, "8:0"), "sda")->model, "Msft Virtual Disk");
}
END_TEST

START_TEST(test_unknown_stays_unknown)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct disk *disk;

	sys_disk(tree, VIRTIO "/block/vda", "254:0");
	tree_remove(tree, VIRTIO "/block/vda/queue");
	tree_remove(tree, VIRTIO "/block/vda/size");
	sys_link(tree, VIRTIO "/block/vda/device", VIRTIO);
	disk = disk_named(sys_block(tree, "254:0"), "vda");
	ck_assert_int_eq(disk->rotational, TRI_UNKNOWN);
	ck_assert_uint_eq(disk->size_bytes, 0);
	ck_assert_uint_eq(disk->logical_block_bytes, 0);
	ck_assert_ptr_null(disk->write_cache);
	ck_assert_int_eq(disk->fua, TRI_UNKNOWN);
	ck_assert_int_eq(disk->atomic_bytes, -1);
	ck_assert_uint_eq(disk->queue_requests, 0);
	ck_assert_int_eq(disk->numa, -1);
	ck_assert_ptr_null(disk->driver);
}
END_TEST

START_TEST(test_numa_needs_both)
{
	static const struct {
		const char *sysfs;
		int hwloc; /* -2: hwloc does not know the disk */
		int numa;
	} cases[] = {
	    {.sysfs = "-1", .hwloc = 0, .numa = -1}, {.sysfs = "1", .hwloc = 1, .numa = 1},
	    {.sysfs = "1", .hwloc = 0, .numa = -1},  {.sysfs = "1", .hwloc = -1, .numa = -1},
	    {.sysfs = "1", .hwloc = -2, .numa = 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct facts facts = {0};
		struct facts_request request = {0};
		struct locality locality = {.name = "nvme0n1", .numa = cases[i].hwloc};

		sys_nvme(tree, SLOT(1), 0, "259:0");
		sys_attr(tree, SLOT(1), "numa_node", cases[i].sysfs);
		if (cases[i].hwloc > -2)
			vec_push(tree->arena, &facts.topology.localities, locality);
		ck_assert_int_eq(facts_block(tree_open(tree), tree->arena, &request, &facts, NULL),
				 0);
		ck_assert_int_eq(disk_named(&facts, "nvme0n1")->numa, cases[i].numa);
	}
}
END_TEST

/* hwloc knows places by their CPUs, so of a node that has none it says something else. */
START_TEST(test_numa_node_without_cpus)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts facts = {0};
	struct facts_request request = {0};
	struct numa_node nodes[] = {{.os_index = 0}, {.os_index = 1}};

	cpuset_add(tree->arena, &nodes[0].pus, 0);
	vec_push(tree->arena, &facts.topology.nodes, nodes[0]);
	vec_push(tree->arena, &facts.topology.nodes, nodes[1]);
	vec_push(tree->arena, &facts.topology.localities,
		 (struct locality){.name = "nvme0n1", .numa = 0});
	sys_nvme(tree, SLOT(1), 0, "259:0");
	sys_attr(tree, SLOT(1), "numa_node", "1");
	ck_assert_int_eq(facts_block(tree_open(tree), tree->arena, &request, &facts, NULL), 0);
	ck_assert_int_eq(disk_named(&facts, "nvme0n1")->numa, 1);
}
END_TEST

START_TEST(test_what_is_listed)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *const none[] = {NULL};
	const struct facts *facts;

	sys_nvme(tree, SLOT(2), 10, "259:2");
	sys_nvme(tree, SLOT(1), 2, "259:1");
	sys_stacked(tree, "loop0", "7:0", none);
	sys_attr(tree, VIRTUAL "/loop0", "queue/scheduler", "[none]");
	sys_stacked(tree, "zram0", "253:0", none);
	sys_disk(tree, SCSI "/block/sr0", "11:0");
	sys_link(tree, SCSI "/block/sr0/device", SCSI);
	sys_link(tree, SCSI "/driver", "/sys/bus/scsi/drivers/sr");
	facts = sys_block(tree, "259:1");
	ck_assert_str_eq(all_disks(tree, facts), "nvme2n1 nvme10n1");
	/* A loop device is a disk where the data lies on it. */
	facts = sys_block(tree, "7:0");
	ck_assert_str_eq(all_disks(tree, facts), "loop0 nvme2n1 nvme10n1");
	ck_assert_str_eq(data_disks(tree, facts), "loop0");
	ck_assert_ptr_null(facts->data_problem);
}
END_TEST

/* Down to the leaves -------------------------------------------------------------------------- */

START_TEST(test_raid_below_lvm)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *first = sys_nvme(tree, SLOT(1), 0, "259:0");
	const char *second = sys_nvme(tree, SLOT(2), 1, "259:2");
	const char *const parts[] = {arena_printf(tree->arena, "%s/nvme0n1p2", first),
				     arena_printf(tree->arena, "%s/nvme1n1p2", second), NULL};
	const char *const md[] = {VIRTUAL "/md0", NULL};
	const struct facts *facts;

	sys_nvme(tree, SLOT(3), 2, "259:4");
	sys_partition(tree, parts[0], "259:1");
	sys_partition(tree, parts[1], "259:3");
	sys_stacked(tree, "md0", "9:0", parts);
	sys_stacked(tree, "dm-0", "252:0", md);
	facts = sys_block(tree, "252:0");
	ck_assert_str_eq(data_disks(tree, facts), "nvme0n1 nvme1n1");
	ck_assert_str_eq(all_disks(tree, facts), "nvme0n1 nvme1n1 nvme2n1");
	ck_assert_str_eq(disk_named(facts, "nvme0n1")->chain, "nvme0n1p2 < md0 < dm-0");
	ck_assert_str_eq(disk_named(facts, "nvme1n1")->chain, "nvme1n1p2 < md0 < dm-0");
	ck_assert_ptr_null(facts->data_problem);
}
END_TEST

START_TEST(test_level_of_the_array)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *const disks[] = {sys_nvme(tree, SLOT(1), 0, "259:0"),
				     sys_nvme(tree, SLOT(2), 1, "259:2"), NULL};
	const char *const md[] = {VIRTUAL "/md0", NULL};

	sys_stacked(tree, "md0", "9:0", disks);
	ck_assert_ptr_null(sys_block(tree, "9:0")->data_array_level);
	sys_attr(tree, VIRTUAL "/md0", "md/level", "raid0");
	ck_assert_str_eq(sys_block(tree, "9:0")->data_array_level, "raid0");
	/* Device-mapper above it does with each write what it likes. */
	sys_stacked(tree, "dm-0", "252:0", md);
	ck_assert_ptr_null(sys_block(tree, "252:0")->data_array_level);
	ck_assert_ptr_null(sys_block(tree, "259:0")->data_array_level);
}
END_TEST

/* Subsystem 1 with head nvme1n1 over two controllers; a second namespace, and names that begin
 * alike. */
static void multipath(struct tree *tree, bool new_kernel)
{
	static const char *const controllers[] = {SLOT(1) "/nvme/nvme1", SLOT(2) "/nvme/nvme12"};
	static const char *const paths[] = {"nvme1c1n1", "nvme1c12n1"};

	sys_disk(tree, SUBSYS "/nvme1n1", "259:0");
	sys_link(tree, SUBSYS "/nvme1n1/device", SUBSYS);
	for (size_t i = 0; i < 2; i++) {
		const char *name = strrchr(controllers[i], '/') + 1;
		const char *path = arena_printf(tree->arena, "%s/%s", controllers[i], paths[i]);

		sys_disk(tree, path, arena_printf(tree->arena, "259:%zu", i + 1));
		sys_link(tree, arena_printf(tree->arena, "%s/device", path), controllers[i]);
		sys_attr(tree, controllers[i], "model", "Two Ports");
		tree_dir(tree, arena_printf(tree->arena, "%s/nvme1c%sn11", controllers[i],
					    name + strlen("nvme")));
		tree_dir(tree, arena_printf(tree->arena, "%s/nvme11c1n1", controllers[i]));
		if (new_kernel)
			sys_link(
			    tree,
			    arena_printf(tree->arena, SUBSYS "/nvme1n1/multipath/%s", paths[i]),
			    path);
		else
			sys_link(tree, arena_printf(tree->arena, SUBSYS "/%s", name),
				 controllers[i]);
	}
	sys_partition(tree, SUBSYS "/nvme1n1/nvme1n1p1", "259:9");
}

static void check_multipath(bool new_kernel)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;
	const struct disk *disk;

	multipath(tree, new_kernel);
	facts = sys_block(tree, "259:9");
	ck_assert_str_eq(all_disks(tree, facts), "nvme1c1n1 nvme1c12n1");
	ck_assert_str_eq(data_disks(tree, facts), "nvme1c1n1 nvme1c12n1");
	disk = disk_named(facts, "nvme1c12n1");
	ck_assert_str_eq(disk->chain, "nvme1n1 < nvme1n1p1");
	ck_assert_str_eq(disk->pci, "0000:02:00.0");
	ck_assert_str_eq(disk->model, "Two Ports");
	ck_assert_uint_eq(disk->multipath_heads.count, 1);
	ck_assert_str_eq(disk->multipath_heads.at[0], "nvme1n1");
}

START_TEST(test_nvme_multipath)
{
	check_multipath(false);
	check_multipath(true);
}
END_TEST

START_TEST(test_head_without_paths)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	sys_disk(tree, SUBSYS "/nvme1n1", "259:0");
	sys_link(tree, SUBSYS "/nvme1n1/device", SUBSYS);
	facts = sys_block(tree, "259:0");
	ck_assert_str_eq(data_disks(tree, facts), "nvme1n1");
}
END_TEST

START_TEST(test_cycle_ends)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *const md0[] = {VIRTUAL "/md1", NULL}, *const md1[] = {VIRTUAL "/md0", NULL};
	const struct facts *facts;

	sys_stacked(tree, "md0", "9:0", md0);
	sys_stacked(tree, "md1", "9:1", md1);
	facts = sys_block(tree, "9:0");
	ck_assert_str_eq(data_disks(tree, facts), "");
	ck_assert_str_eq(facts->data_problem, "no disk is found below md0 of /data");
}
END_TEST

START_TEST(test_depth_ends)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	for (unsigned i = 0; i < 40; i++) {
		const char *const below[] = {arena_printf(tree->arena, VIRTUAL "/dm-%u", i + 1),
					     NULL};

		sys_stacked(tree, arena_printf(tree->arena, "dm-%u", i),
			    arena_printf(tree->arena, "252:%u", i), below);
	}
	facts = sys_block(tree, "252:0");
	ck_assert_str_eq(data_disks(tree, facts), "");
	ck_assert_str_eq(facts->data_problem, "what lies below dm-0 of /data cannot be followed: "
					      "Too many levels of symbolic links");
}
END_TEST

/* Layers of two devices that both lie on both of the next: 2^20 ways down, 41 devices. */
START_TEST(test_many_ways_down)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct arena *arena = tree->arena;

	for (unsigned i = 0; i < 40; i++) {
		unsigned next = i / 2 * 2 + 2;
		const char *const below[] = {
		    arena_printf(arena, VIRTUAL "/dm-%u", next),
		    next < 40 ? arena_printf(arena, VIRTUAL "/dm-%u", next + 1) : NULL, NULL};

		sys_stacked(tree, arena_printf(arena, "dm-%u", i), arena_printf(arena, "252:%u", i),
			    below);
	}
	sys_disk(tree, VIRTUAL "/dm-40", "252:40");
	sys_attr(tree, VIRTUAL "/dm-40", "queue/scheduler", "[none]");
	ck_assert_str_eq(data_disks(tree, sys_block(tree, "252:0")), "dm-40");
}
END_TEST

START_TEST(test_unreadable_slave)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *const slaves[] = {sys_nvme(tree, SLOT(1), 0, "259:0"), NULL};
	const struct facts *facts;

	sys_stacked(tree, "md0", "9:0", slaves);
	tree_file(tree, ACCESS(VIRTUAL "/md0/slaves"));
	facts = sys_block(tree, "9:0");
	ck_assert_str_eq(data_disks(tree, facts), "");
	ck_assert_str_eq(facts->data_problem,
			 "what lies below md0 of /data cannot be followed: Permission denied");
}
END_TEST

/* No disk below the data directory ------------------------------------------------------------ */

START_TEST(test_data_problems)
{
	static const struct {
		struct live_data_dir dir;
		const char *problem;
	} cases[] = {
	    {.problem = "the data directory is not known"},
	    {.dir = {.path = "/d", .exists = TRI_NO}, .problem = "/d does not exist"},
	    {.dir = {.path = "/d", .error = -EACCES},
	     .problem = "/d cannot be looked at: Permission denied"},
	    {.dir = {.path = "/d"}, .problem = "nothing is known about /d"},
	    {.dir = {.path = "/d",
		     .exists = TRI_YES,
		     .dev_minor = 42,
		     .fs_type = "btrfs",
		     .mount_source = "/dev/nvme1n1p1"},
	     .problem = "/d lies on btrfs (mounted from /dev/nvme1n1p1), which hides the devices "
			"below it"},
	    {.dir = {.path = "/d",
		     .exists = TRI_YES,
		     .dev_minor = 42,
		     .fs_type = "tmpfs",
		     .mount_source = "tmpfs"},
	     .problem = "/d lies on tmpfs, which is memory: nothing there survives a restart"},
	    {.dir = {.path = "/d", .exists = TRI_YES, .dev_minor = 42, .fs_type = "overlay"},
	     .problem = "/d lies on overlay, a container's own layer: mount a volume there"},
	    {.dir = {.path = "/d", .exists = TRI_YES, .dev_minor = 42, .fs_type = "fuse.x"},
	     .problem = "/d lies on fuse.x, which has no block device of its own"},
	    {.dir = {.path = "/d", .exists = TRI_YES, .dev_minor = 42},
	     .problem = "/d lies on an unknown file system, which has no block device of its own"},
	    {.dir = {.path = "/d", .exists = TRI_YES, .dev_major = 8, .dev_minor = 1},
	     .problem = "/d lies on device 8:1, which sysfs does not show: No such file or "
			"directory"},
	};
	const size_t count = sizeof(cases) / sizeof(cases[0]);
	_cleanup_tree_ struct tree *tree = tree_new();
	struct facts_request request = {0};

	sys_nvme(tree, SLOT(1), 0, "259:0");
	for (size_t i = 0; i < count; i++) {
		struct facts facts = {.live.data_dir = cases[i].dir};

		ck_assert_int_eq(facts_block(tree_open(tree), tree->arena, &request, &facts, NULL),
				 0);
		ck_assert_str_eq(facts.data_problem, cases[i].problem);
		ck_assert_str_eq(data_disks(tree, &facts), "");
		ck_assert_str_eq(all_disks(tree, &facts), "nvme0n1");
	}
}
END_TEST

/* --disk -------------------------------------------------------------------------------------- */

START_TEST(test_disk_option)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const char *const slaves[] = {sys_nvme(tree, SLOT(1), 0, "259:0"), NULL};
	const struct facts *facts;
	int r;

	sys_nvme(tree, SLOT(2), 1, "259:1");
	sys_stacked(tree, "md0", "9:0", slaves);
	facts = with_disk(tree, "nvme1n1", NULL, &r);
	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(data_disks(tree, facts), "nvme1n1");
	ck_assert_ptr_null(disk_named(facts, "nvme1n1")->chain);
	facts = with_disk(tree, "/dev/md0", NULL, &r);
	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(data_disks(tree, facts), "nvme0n1");
}
END_TEST

START_TEST(test_disk_option_of_no_disk)
{
	static const struct {
		const char *wish, *hint;
	} rows[] = {
	    {"nvme1", "; did you mean 'nvme0n1'?"},
	    {"nvme0n", "; did you mean 'nvme0n1'?"},
	    {"", ""},
	    {"..", ""},
	    {"/dev/", ""},
	    {"../block/nvme0n1", ""},
	    {"/dev/disk/by-id/x", ""},
	};
	_cleanup_tree_ struct tree *tree = tree_new();

	sys_nvme(tree, SLOT(1), 0, "259:0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = {0};
		int r;

		(void)with_disk(tree, rows[i].wish, &err, &r);
		ck_assert_int_eq(r, -ENODEV);
		ck_assert_str_eq(err.text, arena_printf(tree->arena,
							"no disk '%s' on this node; there are: "
							"nvme0n1%s",
							rows[i].wish, rows[i].hint));
	}
}
END_TEST

START_TEST(test_node_without_disks)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct err err = {0};
	int r;

	ck_assert_uint_eq(sys_block(tree, "8:1")->disks.count, 0);
	(void)with_disk(tree, "sda", &err, &r);
	ck_assert_int_eq(r, -ENODEV);
	ck_assert_str_eq(err.text, "no disk 'sda' on this node; there are: none");
}
END_TEST

RUN_SUITE("block", test_nvme_behind_a_port, test_scsi_and_virtio, test_maker_of_a_scsi_disk,
	  test_unknown_stays_unknown, test_numa_needs_both, test_numa_node_without_cpus,
	  test_what_is_listed, test_raid_below_lvm, test_level_of_the_array, test_nvme_multipath,
	  test_head_without_paths, test_cycle_ends, test_depth_ends, test_many_ways_down,
	  test_unreadable_slave, test_data_problems, test_disk_option, test_disk_option_of_no_disk,
	  test_node_without_disks)
