/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "facts/block.h"
#include "facts/sysfs.h"

/* Disks that do not say how they are attached: what their sysfs path gives away. */
static const struct {
	const char *mark, *transport;
} transports[] = {
    {.mark = "/session", .transport = "iscsi"},   {.mark = "/rport-", .transport = "fc"},
    {.mark = "/end_device-", .transport = "sas"}, {.mark = "/usb", .transport = "usb"},
    {.mark = "/ata", .transport = "ata"},         {.mark = "/virtio", .transport = "virtio"},
    {.mark = "/VMBUS:", .transport = "vmbus"},    {.mark = "/vbd-", .transport = "xen"},
    {.mark = "/mmc_host/", .transport = "mmc"},
};

static const char *transport_of(const char *sysfs)
{
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		if (strstr(sysfs, transports[i].mark))
			return transports[i].transport;
	}
	return NULL;
}

/* SCSI says maker and product apart. "ATA" is no maker: the product then carries its name. */
static const char *model_of(struct root *root, struct arena *arena, const char *device)
{
	const char *model = sysfs_text(root, arena, device, "model");
	const char *vendor = model ? sysfs_text(root, arena, device, "vendor") : NULL;

	if (!vendor || text_equal(vendor, "ATA"))
		return model;
	return arena_printf(arena, "%s %s", vendor, model);
}

static const char *either(const char *first, const char *second)
{
	return first ? first : second;
}

static void describe_device(struct root *root, struct arena *arena, const char *device,
			    struct disk *disk)
{
	const char *driver;

	disk->model = model_of(root, arena, device);
	disk->serial = either(sysfs_text(root, arena, device, "serial"),
			      sysfs_text(root, arena, disk->sysfs, "serial"));
	disk->firmware = either(sysfs_text(root, arena, device, "firmware_rev"),
				sysfs_text(root, arena, device, "rev"));
	disk->transport =
	    either(sysfs_text(root, arena, device, "transport"), transport_of(disk->sysfs));
	/* An NVMe controller is a class device without a driver; the function below it has one. */
	driver = either(sysfs_target(root, arena, device, "driver"),
			sysfs_target(root, arena, device, "device/driver"));
	disk->driver = driver ? path_base(driver) : NULL;
}

struct disk block_describe(struct root *root, struct arena *arena, const struct topology *topology,
			   const char *sysfs)
{
	struct disk disk = {.name = path_base(sysfs), .sysfs = sysfs, .numa = -1};
	const char *device = sysfs_target(root, arena, sysfs, "device");
	const char *pci_dir = sysfs_pci_dir(arena, sysfs);
	const char *rotational = sysfs_text(root, arena, sysfs, "queue/rotational");
	const char *head = nvme_head_name(arena, disk.name);

	if (device)
		describe_device(root, arena, device, &disk);
	disk.pci = pci_dir ? path_base(pci_dir) : NULL;
	disk.numa = sysfs_numa(root, arena, topology, disk.name, pci_dir);
	if (rotational)
		disk.rotational = text_equal(rotational, "0") ? TRI_NO : TRI_YES;
	disk.size_bytes = sysfs_number(root, arena, sysfs, "size") * 512;
	disk.logical_block_bytes = sysfs_number(root, arena, sysfs, "queue/logical_block_size");
	disk.physical_block_bytes = sysfs_number(root, arena, sysfs, "queue/physical_block_size");
	disk.queue_requests = sysfs_number(root, arena, sysfs, "queue/nr_requests");
	if (head)
		vec_push(arena, &disk.multipath_heads, head);
	return disk;
}
