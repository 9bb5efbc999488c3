/* SPDX-License-Identifier: Apache-2.0 */
/* What slows disks, cards and CPUs down by itself: PCIe links, IOMMU domains, a balloon, the
 * scheduler's wake-up granularity, a CPU quota on the broker. */
#include <errno.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/sysfs.h"

#define BALLOON_DIR "/sys/bus/virtio/drivers/virtio_balloon"

/* PCI ---------------------------------------------------------------------------------------- */

/* NULL where it is not there. */
static const char *attribute(struct root *root, struct arena *arena, struct pci_function *function,
			     const char *dir, const char *name)
{
	const char *text = sysfs_text(root, arena, dir, name);

	if (!text && !sysfs_is_absent(root, arena, arena_printf(arena, "%s/%s", dir, name)))
		function->is_unread = true;
	return text;
}

/* "Unknown": the function has no link of its own. */
static const char *link_text(struct root *root, struct arena *arena, struct pci_function *function,
			     const char *dir, const char *name)
{
	const char *text = attribute(root, arena, function, dir, name);

	return text && !text_starts(text, "Unknown") ? text : NULL;
}

static uint64_t link_width(struct root *root, struct arena *arena, struct pci_function *function,
			   const char *dir, const char *name)
{
	const char *text = attribute(root, arena, function, dir, name);
	uint64_t width = 0;

	if (text && text_u64(text, &width) < 0)
		function->is_unread = true;
	return width;
}

/* link/ has a file for each state that the link could have; 1: it may enter it (drivers/pci/pcie/
 * aspm.c, aspm_attr_show_common). */
static enum tri aspm_of(struct root *root, struct arena *arena, struct pci_function *function,
			const char *dir)
{
	static const char *const states[] = {"link/l0s_aspm", "link/l1_aspm"};
	enum tri any = TRI_UNKNOWN;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const char *text = attribute(root, arena, function, dir, states[i]);

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
	function.speed = link_text(root, arena, &function, dir, "current_link_speed");
	function.max_speed = link_text(root, arena, &function, dir, "max_link_speed");
	function.width = link_width(root, arena, &function, dir, "current_link_width");
	function.max_width = link_width(root, arena, &function, dir, "max_link_width");
	function.aspm = aspm_of(root, arena, &function, dir);
	group = sysfs_target(root, arena, dir, "iommu_group");
	if (!group && !sysfs_is_absent(root, arena, arena_printf(arena, "%s/iommu_group", dir)))
		function.is_unread = true;
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
		return sysfs_is_absent(root, arena, BALLOON_DIR) ? TRI_NO : TRI_UNKNOWN;
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

/* The names beside it are the node's services, which a record does not take. */
static bool may_be_there(struct root *root, struct arena *arena, const char *path)
{
	const char *text;
	int r = root_read(root, arena, path, &text);

	return (r != -ENOENT && r != -ENOTDIR) || root_is_unrecorded(root, path);
}

/* "200000 100000" or "max 100000"; NULL: this group is not there. */
static const char *quota_below(struct root *root, struct arena *arena, const char *slice,
			       bool *ret_is_unread)
{
	const char *group = arena_printf(arena, "/sys/fs/cgroup/%s/redpanda.service", slice);
	const char *old = arena_printf(arena, "/sys/fs/cgroup/cpu/%s/redpanda.service", slice);
	const char *text = sysfs_text(root, arena, group, "cpu.max"), *quota, *period;

	if (text)
		return text;
	quota = sysfs_text(root, arena, old, "cpu.cfs_quota_us");
	period = sysfs_text(root, arena, old, "cpu.cfs_period_us");
	if (quota && period)
		return arena_printf(arena, "%s %s", text_equal(quota, "-1") ? "max" : quota,
				    period);
	*ret_is_unread |=
	    may_be_there(root, arena, arena_printf(arena, "%s/cpu.max", group)) ||
	    may_be_there(root, arena, arena_printf(arena, "%s/cpu.cfs_quota_us", old));
	return NULL;
}

/* Redpanda's own unit says Slice=redpanda.slice; others leave it where systemd puts services. */
static void read_quota(struct root *root, struct arena *arena, struct facts *facts)
{
	static const char *const slices[] = {"redpanda.slice", "system.slice"};
	bool is_unread = false;

	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]) && !facts->service_quota; i++)
		facts->service_quota = quota_below(root, arena, slices[i], &is_unread);
	facts->quota_is_unread = !facts->service_quota && is_unread;
}

void facts_hardware(struct root *root, struct arena *arena, struct facts *facts)
{
	count_queues(root, arena, facts);
	read_pci(root, arena, facts);
	facts->balloon = has_balloon(root, arena);
	read_quota(root, arena, facts);
	read_scheduler(root, arena, &facts->host);
}
