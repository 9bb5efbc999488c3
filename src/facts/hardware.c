/* SPDX-License-Identifier: Apache-2.0 */
/* What slows disks, cards and CPUs down by itself: PCIe links, IOMMU domains, a balloon, the
 * scheduler's wake-up granularity, a CPU quota on the broker. */
#include "base/text.h"
#include "facts/facts.h"
#include "facts/sysfs.h"

#define BALLOON_DIR "/sys/bus/virtio/drivers/virtio_balloon"

/* PCI ---------------------------------------------------------------------------------------- */

/* "Unknown": the function has no link of its own. */
static const char *link_text(struct root *root, struct arena *arena, const char *dir,
			     const char *name)
{
	const char *text = sysfs_text(root, arena, dir, name);

	return text && !text_starts(text, "Unknown") ? text : NULL;
}

/* link/ has a file for each state that the link could have; 1: it may enter it (drivers/pci/pcie/
 * aspm.c, aspm_attr_show_common). */
static enum tri aspm_of(struct root *root, struct arena *arena, const char *dir)
{
	static const char *const states[] = {"link/l0s_aspm", "link/l1_aspm"};
	enum tri any = TRI_UNKNOWN;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const char *text = sysfs_text(root, arena, dir, states[i]);

		if (text_equal(text, "1"))
			return TRI_YES;
		if (text)
			any = TRI_NO;
	}
	return any;
}

static void add_function(struct root *root, struct arena *arena, struct facts *facts,
			 const char *name, const char *dir, bool is_data)
{
	struct pci_function function = {.name = name, .is_data = is_data};
	const char *group;

	if (!dir)
		return;
	function.address = sysfs_path_base(dir);
	vec_for_each (known, &facts->pci) {
		if (text_equal(known->address, function.address))
			return;
	}
	function.speed = link_text(root, arena, dir, "current_link_speed");
	function.is_unread =
	    root_is_unrecorded(root, arena_printf(arena, "%s/current_link_speed", dir));
	function.max_speed = link_text(root, arena, dir, "max_link_speed");
	function.width = sysfs_number(root, arena, dir, "current_link_width");
	function.max_width = sysfs_number(root, arena, dir, "max_link_width");
	function.aspm = aspm_of(root, arena, dir);
	group = sysfs_target(root, arena, dir, "iommu_group");
	if (group)
		function.iommu = sysfs_text(root, arena, group, "type");
	function.has_iommu = group != NULL;
	vec_push(arena, &facts->pci, function);
}

/* A directory for each queue of the hardware or of the driver. */
static void count_queues(struct root *root, struct arena *arena, struct facts *facts)
{
	vec_for_each (disk, &facts->disks) {
		names queues = {0};

		if (disk->is_data && disk->sysfs &&
		    root_list(root, arena, arena_printf(arena, "%s/mq", disk->sysfs), &queues) == 0)
			disk->queues = (unsigned)queues.count;
	}
}

static void read_pci(struct root *root, struct arena *arena, struct facts *facts)
{
	vec_for_each (disk, &facts->disks) {
		if (disk->is_data && !disk->is_stacked && disk->sysfs)
			add_function(root, arena, facts, disk->name,
				     sysfs_pci_dir(arena, disk->sysfs), true);
	}
	vec_for_each (nic, &facts->nics) {
		const char *dir, *device;

		if (!nic->is_tuned || !nic_is_card(nic))
			continue;
		dir = sysfs_target(root, arena, "/sys/class/net", nic->name);
		device = dir ? sysfs_target(root, arena, dir, "device") : NULL;
		if (device)
			add_function(root, arena, facts, nic->name, sysfs_pci_dir(arena, device),
				     false);
	}
}

/* The rest ------------------------------------------------------------------------------------ */

static enum tri has_balloon(struct root *root, struct arena *arena)
{
	names entries = {0};

	if (root_list(root, arena, BALLOON_DIR, &entries) < 0)
		return root_is_unrecorded(root, BALLOON_DIR) ? TRI_UNKNOWN : TRI_NO;
	vec_for_each (entry, &entries) {
		if (text_starts(*entry, "virtio"))
			return TRI_YES;
	}
	return TRI_NO;
}

/* A sysctl before 5.13, then a file of debugfs, gone with 6.6 (kernel/sched/debug.c). */
static void read_scheduler(struct root *root, struct arena *arena, struct host *host)
{
	host->wakeup_granularity_ns =
	    sysfs_signed(root, arena, "/proc/sys/kernel", "sched_wakeup_granularity_ns");
	if (host->wakeup_granularity_ns < 0)
		host->wakeup_granularity_ns =
		    sysfs_signed(root, arena, "/sys/kernel/debug/sched", "wakeup_granularity_ns");
}

#define SERVICE_GROUP "/sys/fs/cgroup/system.slice/redpanda.service"

/* "200000 100000" or "max 100000" of the broker's own group; NULL: there is none. */
static const char *service_quota(struct root *root, struct arena *arena)
{
	static const char old[] = "/sys/fs/cgroup/cpu/system.slice/redpanda.service";
	const char *text = sysfs_text(root, arena, SERVICE_GROUP, "cpu.max");
	const char *quota, *period;

	if (text)
		return text;
	quota = sysfs_text(root, arena, old, "cpu.cfs_quota_us");
	period = sysfs_text(root, arena, old, "cpu.cfs_period_us");
	if (!quota || !period)
		return NULL;
	return arena_printf(arena, "%s %s", text_equal(quota, "-1") ? "max" : quota, period);
}

void facts_hardware(struct root *root, struct arena *arena, struct facts *facts)
{
	count_queues(root, arena, facts);
	read_pci(root, arena, facts);
	facts->balloon = has_balloon(root, arena);
	facts->service_quota = service_quota(root, arena);
	facts->quota_is_unread =
	    !facts->service_quota && root_is_unrecorded(root, SERVICE_GROUP "/cpu.max");
	read_scheduler(root, arena, &facts->host);
}
