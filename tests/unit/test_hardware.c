/* SPDX-License-Identifier: Apache-2.0 */
/* What slows disks, cards and CPUs down by itself: as the node shows it, and as it is judged. */
#include "base/text.h"
#include "run_suite.h"
#include "scene.h"
#include "tree.h"

#define DRIVE "/sys/devices/pci0000:00/0000:00:02.0/0000:01:00.0"
#define CARD  "/sys/devices/pci0000:00/0000:00:03.0"

/* A node with a drive and a card on PCI, and a disk that is not. */
static struct facts *reading(struct tree *tree)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));

	vec_push(tree->arena, &facts->disks,
		 (struct disk){
		     .name = "nvme0n1", .sysfs = DRIVE "/nvme/nvme0/nvme0n1", .is_data = true});
	vec_push(tree->arena, &facts->disks,
		 (struct disk){
		     .name = "nvme0n2", .sysfs = DRIVE "/nvme/nvme0/nvme0n2", .is_data = true});
	vec_push(tree->arena, &facts->disks,
		 (struct disk){.name = "loop0",
			       .sysfs = "/sys/devices/virtual/block/loop0",
			       .is_data = true});
	vec_push(tree->arena, &facts->nics, (struct nic){.name = "eth0", .is_tuned = true});
	vec_push(tree->arena, &facts->nics, (struct nic){.name = "eth1"});
	tree_dir(tree, CARD "/net/eth0");
	tree_link(tree, "/sys/class/net/eth0", "../../devices/pci0000:00/0000:00:03.0/net/eth0");
	tree_link(tree, CARD "/net/eth0/device", "../..");
	facts_hardware(tree_open(tree), tree->arena, facts);
	return facts;
}

START_TEST(what_a_node_shows)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct pci_function *drive, *card;
	const struct facts *facts;

	tree_file(tree, DRIVE "/current_link_speed", "8.0 GT/s PCIe");
	tree_file(tree, DRIVE "/max_link_speed", "16.0 GT/s PCIe");
	tree_file(tree, DRIVE "/current_link_width", "2");
	tree_file(tree, DRIVE "/max_link_width", "4");
	tree_file(tree, DRIVE "/link/l0s_aspm", "0");
	tree_file(tree, DRIVE "/link/l1_aspm", "1");
	tree_file(tree, "/sys/kernel/iommu_groups/7/type", "DMA-FQ");
	tree_link(tree, DRIVE "/iommu_group", "../../../../kernel/iommu_groups/7");
	tree_file(tree, CARD "/current_link_speed", "Unknown");
	tree_dir(tree, DRIVE "/nvme/nvme0/nvme0n1/mq/0");
	tree_dir(tree, DRIVE "/nvme/nvme0/nvme0n1/mq/1");
	tree_dir(tree, "/sys/bus/virtio/drivers/virtio_balloon/virtio3");
	tree_file(tree, "/sys/kernel/debug/sched/wakeup_granularity_ns", "3000000");
	tree_file(tree, "/sys/fs/cgroup/system.slice/redpanda.service/cpu.max", "max 100000");
	facts = reading(tree);
	ck_assert_uint_eq(facts->pci.count, 2);
	drive = &facts->pci.at[0];
	ck_assert_str_eq(drive->name, "nvme0n1");
	ck_assert_str_eq(drive->address, "0000:01:00.0");
	ck_assert_str_eq(drive->speed, "8.0 GT/s PCIe");
	ck_assert_str_eq(drive->max_speed, "16.0 GT/s PCIe");
	ck_assert_uint_eq(drive->width, 2);
	ck_assert_uint_eq(drive->max_width, 4);
	ck_assert_int_eq(drive->aspm, TRI_YES);
	ck_assert_str_eq(drive->iommu, "DMA-FQ");
	ck_assert(drive->has_iommu && drive->is_data && !drive->is_unread);
	card = &facts->pci.at[1];
	ck_assert_str_eq(card->name, "eth0");
	ck_assert_ptr_null(card->speed);
	ck_assert(!card->has_iommu && !card->is_data);
	ck_assert_int_eq(card->aspm, TRI_UNKNOWN);
	ck_assert_uint_eq(facts->disks.at[0].queues, 2);
	ck_assert_uint_eq(facts->disks.at[1].queues, 0);
	ck_assert_int_eq(facts->balloon, TRI_YES);
	ck_assert_int_eq(facts->host.wakeup_granularity_ns, 3000000);
	ck_assert_str_eq(facts->service_quota, "max 100000");
}
END_TEST

START_TEST(what_an_older_node_shows)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, DRIVE "/link/l1_aspm", "0");
	tree_file(tree, "/proc/sys/kernel/sched_wakeup_granularity_ns", "15000000");
	tree_file(tree, "/sys/fs/cgroup/cpu/system.slice/redpanda.service/cpu.cfs_quota_us", "-1");
	tree_file(tree, "/sys/fs/cgroup/cpu/system.slice/redpanda.service/cpu.cfs_period_us",
		  "100000");
	tree_dir(tree, "/sys/bus/virtio/drivers/virtio_balloon/module");
	facts = reading(tree);
	ck_assert_int_eq(facts->pci.at[0].aspm, TRI_NO);
	ck_assert_int_eq(facts->host.wakeup_granularity_ns, 15000000);
	ck_assert_str_eq(facts->service_quota, "max 100000");
	ck_assert_int_eq(facts->balloon, TRI_NO);
}
END_TEST

START_TEST(nothing_is_there)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts = reading(tree);

	ck_assert_int_eq(facts->host.wakeup_granularity_ns, -1);
	ck_assert_ptr_null(facts->service_quota);
	ck_assert_int_ne(facts->balloon, TRI_YES);
}
END_TEST

/* What cannot be read is not taken for what is not there. */
START_TEST(what_cannot_be_read)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, "/.thintune/errors",
		  "EACCES " DRIVE "/max_link_speed\nEACCES " CARD "/iommu_group\n"
		  "EACCES /sys/bus/virtio/drivers/virtio_balloon\n"
		  "EACCES /sys/fs/cgroup/redpanda.slice/redpanda.service/cpu.max\n");
	tree_file(tree, DRIVE "/current_link_speed", "8.0 GT/s PCIe");
	facts = reading(tree);
	ck_assert(facts->pci.at[0].is_unread && facts->pci.at[1].is_unread);
	ck_assert_int_eq(facts->balloon, TRI_UNKNOWN);
	ck_assert(facts->quota_is_unread);
}
END_TEST

START_TEST(a_width_that_is_none)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	const struct facts *facts;

	tree_file(tree, DRIVE "/current_link_width", "x");
	tree_file(tree, "/sys/fs/cgroup/redpanda.slice/redpanda.service/cpu.max", "100 1000");
	facts = reading(tree);
	ck_assert(facts->pci.at[0].is_unread);
	ck_assert(!facts->pci.at[1].is_unread);
	ck_assert_str_eq(facts->service_quota, "100 1000");
	ck_assert(!facts->quota_is_unread);
}
END_TEST

/* Judged -------------------------------------------------------------------------------------- */

static struct scene *checking(const char *id)
{
	struct scene *scene = scene_new();

	scene_want(scene, "checks", id, RULE_EXACT, "true");
	return scene;
}

/* Two functions, the first with what the test says. */
static void add_functions(struct scene *scene, struct pci_function first)
{
	scene->facts.pci.count = 0;
	first.name = "nvme0n1";
	first.is_data = true;
	vec_push(scene->arena, &scene->facts.pci, first);
	vec_push(scene->arena, &scene->facts.pci, (struct pci_function){.name = "eth0"});
}

START_TEST(iommu_domains)
{
	_cleanup_scene_ struct scene *scene = checking("iommu");

	ck_assert_str_eq(scene_only_check(scene, "iommu"), "skipped -");
	add_functions(scene, (struct pci_function){.has_iommu = true, .iommu = "DMA-FQ"});
	ck_assert_str_eq(scene_only_check(scene, "iommu"), "pass DMA-FQ, none");
	add_functions(scene, (struct pci_function){.has_iommu = true, .iommu = "DMA"});
	ck_assert_str_eq(scene_only_check(scene, "iommu"), "fail nvme0n1: DMA");
	ck_assert_ptr_nonnull(strstr(scene_note(scene, "iommu"), "iommu.strict=0"));
	add_functions(scene, (struct pci_function){.has_iommu = true});
	ck_assert_str_eq(scene_only_check(scene, "iommu"), "unknown -");
	add_functions(scene, (struct pci_function){.is_unread = true});
	ck_assert_str_eq(scene_only_check(scene, "iommu"), "unknown -");
	ck_assert_str_eq(scene_note(scene, "iommu"), "not told of nvme0n1");
}
END_TEST

START_TEST(pcie_links)
{
	_cleanup_scene_ struct scene *scene = checking("pcie-link");
	struct pci_function full = {
	    .speed = "8.0 GT/s PCIe", .max_speed = "8.0 GT/s PCIe", .width = 4, .max_width = 4};
	struct pci_function narrow = full, slow = full;

	narrow.width = 2;
	slow.max_speed = "16.0 GT/s PCIe";
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "skipped -");
	add_functions(scene, (struct pci_function){0});
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "pass no PCIe link");
	add_functions(scene, full);
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "pass as fast as it can be");
	add_functions(scene, narrow);
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"),
			 "fail nvme0n1: 8.0 GT/s PCIe x2 of 8.0 GT/s PCIe x4");
	add_functions(scene, slow);
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"),
			 "fail nvme0n1: 8.0 GT/s PCIe x4 of 16.0 GT/s PCIe x4");
	full.aspm = TRI_YES;
	add_functions(scene, full);
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "fail nvme0n1: ASPM");
	scene->facts.pci.at[0].is_data = false;
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "pass as fast as it can be");
	add_functions(scene, (struct pci_function){.is_unread = true});
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "unknown -");
	full.aspm = TRI_NO;
	full.max_speed = NULL;
	add_functions(scene, full);
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "unknown -");
	add_functions(scene, (struct pci_function){0});
	scene->facts.data_gap = "one of the disks is not found";
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "unknown -");
	ck_assert_str_eq(scene_note(scene, "pcie-link"), "one of the disks is not found");
	scene->facts.pci.count = 0;
	ck_assert_str_eq(scene_only_check(scene, "pcie-link"), "unknown -");
}
END_TEST

START_TEST(tags_of_the_disks)
{
	_cleanup_scene_ struct scene *scene = checking("queue-tags");
	struct disk disk = {.name = "vdb", .is_data = true, .queues = 1, .queue_requests = 256};

	scene_cpus(scene, 2);
	ck_assert_str_eq(scene_only_check(scene, "queue-tags"), "unknown -");
	vec_push(scene->arena, &scene->facts.disks, disk);
	ck_assert_str_eq(scene_only_check(scene, "queue-tags"), "pass 256");
	scene_cpus(scene, 3);
	ck_assert_str_eq(scene_only_check(scene, "queue-tags"), "fail 256");
	ck_assert_str_eq(scene_find_check(scene, "queue-tags")->required,
			 ">= 128 for each of 3 shards");
	vec_push(scene->arena, &scene->facts.disks, disk);
	ck_assert_str_eq(scene_only_check(scene, "queue-tags"), "pass 512");
	scene->facts.data_gap = "one of the disks is not found";
	ck_assert_str_eq(scene_only_check(scene, "queue-tags"), "unknown -");
	scene->facts.data_gap = NULL;
	scene->facts.disks.at[1].is_stacked = true;
	ck_assert_str_eq(scene_only_check(scene, "queue-tags"), "fail 256");
	scene->facts.disks.at[0].queues = 0;
	ck_assert_str_eq(scene_only_check(scene, "queue-tags"), "unknown -");
}
END_TEST

START_TEST(balloons)
{
	_cleanup_scene_ struct scene *scene = checking("balloon");

	ck_assert_str_eq(scene_only_check(scene, "balloon"), "unknown -");
	scene->facts.balloon = TRI_NO;
	ck_assert_str_eq(scene_only_check(scene, "balloon"), "pass none");
	scene->facts.balloon = TRI_YES;
	ck_assert_str_eq(scene_only_check(scene, "balloon"), "fail virtio_balloon");
}
END_TEST

START_TEST(granularity_of_the_scheduler)
{
	_cleanup_scene_ struct scene *scene = checking("sched");

	ck_assert_str_eq(scene_only_check(scene, "sched"), "unknown -");
	scene->facts.host.kernel_release = "5.15.0";
	ck_assert_str_eq(scene_only_check(scene, "sched"), "unknown -");
	scene->facts.host.kernel_release = "6.6.1";
	ck_assert_str_eq(scene_only_check(scene, "sched"), "pass none");
	scene->facts.host.wakeup_granularity_ns = 4000000;
	ck_assert_str_eq(scene_only_check(scene, "sched"), "pass 4000 us");
	scene->facts.host.wakeup_granularity_ns = 15000000;
	ck_assert_str_eq(scene_only_check(scene, "sched"), "fail 15000 us");
}
END_TEST

START_TEST(quota_of_the_broker)
{
	_cleanup_scene_ struct scene *scene = checking("quota");

	ck_assert_str_eq(scene_only_check(scene, "quota"), "skipped -");
	scene->facts.quota_is_unread = true;
	ck_assert_str_eq(scene_only_check(scene, "quota"), "unknown -");
	scene->facts.quota_is_unread = false;
	scene->facts.service_quota = "max 100000";
	ck_assert_str_eq(scene_only_check(scene, "quota"), "pass none");
	/* What holds from its next start cannot be told. */
	scene->facts.limits.quota = (struct unit_limit){.gap = "/u: Permission denied"};
	ck_assert_str_eq(scene_only_check(scene, "quota"), "unknown -");
	ck_assert_str_eq(scene_note(scene, "quota"), "/u: Permission denied");
	scene->facts.limits.quota = (struct unit_limit){.text = "50%", .where = "/u"};
	ck_assert_str_eq(scene_only_check(scene, "quota"), "fail CPUQuota=50% in /u");
	scene->facts.service_quota = NULL;
	scene->facts.quota_is_unread = true;
	ck_assert_str_eq(scene_only_check(scene, "quota"), "fail CPUQuota=50% in /u");
	scene->facts.quota_is_unread = false;
	scene->facts.service_quota = "200000 100000";
	ck_assert_str_eq(scene_only_check(scene, "quota"), "fail cpu.max 200000 100000");
}
END_TEST

RUN_SUITE("hardware", what_a_node_shows, what_an_older_node_shows, nothing_is_there,
	  what_cannot_be_read, a_width_that_is_none, iommu_domains, pcie_links, tags_of_the_disks,
	  balloons, granularity_of_the_scheduler, quota_of_the_broker)
