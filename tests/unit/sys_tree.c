/* SPDX-License-Identifier: Apache-2.0 */
#include "sys_tree.h"

#include <check.h>

#include "base/text.h"

void sys_attr(struct tree *tree, const char *dir, const char *name, const char *text)
{
	tree_file(tree, arena_printf(tree->arena, "%s/%s", dir, name), text);
}

void sys_link(struct tree *tree, const char *path, const char *target)
{
	struct str up = str_new(tree->arena);
	size_t same = 0;

	/* Up only to the directory that both are in. */
	for (size_t i = 0; path[i] == target[i]; i++) {
		if (path[i] == '/')
			same = i + 1;
	}
	for (const char *slash = strchr(path + same, '/'); slash; slash = strchr(slash + 1, '/'))
		str_add(&up, "../");
	str_add(&up, target + same);
	tree_link(tree, path, up.text);
}

static const char *base(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void device(struct tree *tree, const char *dir, const char *dev)
{
	sys_attr(tree, dir, "size", "2048");
	sys_attr(tree, dir, "dev", dev);
	sys_link(tree, arena_printf(tree->arena, "/sys/class/block/%s", base(dir)), dir);
	sys_link(tree, arena_printf(tree->arena, "/sys/dev/block/%s", dev), dir);
}

void sys_disk(struct tree *tree, const char *dir, const char *dev)
{
	device(tree, dir, dev);
	sys_link(tree, arena_printf(tree->arena, "/sys/block/%s", base(dir)), dir);
	sys_attr(tree, dir, "queue/rotational", "0");
	sys_attr(tree, dir, "queue/logical_block_size", "512");
	sys_attr(tree, dir, "queue/physical_block_size", "4096");
	sys_attr(tree, dir, "queue/write_cache", "write back");
	sys_attr(tree, dir, "queue/fua", "1");
	sys_attr(tree, dir, "queue/atomic_write_unit_max_bytes", "16384");
}

void sys_partition(struct tree *tree, const char *dir, const char *dev)
{
	device(tree, dir, dev);
	sys_attr(tree, dir, "partition", "1");
}

void sys_stacked(struct tree *tree, const char *name, const char *dev, const char *const *slaves)
{
	const char *dir = arena_printf(tree->arena, "/sys/devices/virtual/block/%s", name);

	sys_disk(tree, dir, dev);
	for (; *slaves; slaves++)
		sys_link(tree, arena_printf(tree->arena, "%s/slaves/%s", dir, base(*slaves)),
			 *slaves);
}

const char *sys_nvme(struct tree *tree, const char *pci_dir, unsigned controller, const char *dev)
{
	const char *nvme = arena_printf(tree->arena, "%s/nvme/nvme%u", pci_dir, controller);
	const char *dir = arena_printf(tree->arena, "%s/nvme%un1", nvme, controller);

	sys_disk(tree, dir, dev);
	sys_link(tree, arena_printf(tree->arena, "%s/device", dir), nvme);
	sys_link(tree, arena_printf(tree->arena, "%s/device", nvme), pci_dir);
	sys_link(tree, arena_printf(tree->arena, "%s/driver", pci_dir),
		 "/sys/bus/pci/drivers/nvme");
	sys_link(tree, arena_printf(tree->arena, "/sys/bus/pci/devices/%s", base(pci_dir)),
		 pci_dir);
	return dir;
}

const char *sys_nic(struct tree *tree, const char *dir, const char *name)
{
	const char *nic = arena_printf(tree->arena, "%s/net/%s", dir, name);

	sys_attr(tree, nic, "type", "1");
	sys_link(tree, arena_printf(tree->arena, "%s/device", nic), dir);
	sys_link(tree, arena_printf(tree->arena, "/sys/class/net/%s", name), nic);
	return nic;
}

void sys_irq(struct tree *tree, unsigned number, const char *actions, const char *chip)
{
	const char *dir = arena_printf(tree->arena, "/sys/kernel/irq/%u", number);

	sys_attr(tree, dir, "actions", actions);
	sys_attr(tree, dir, "chip_name", chip);
}

void sys_vectors(struct tree *tree, const char *pci_dir, unsigned first, unsigned last,
		 const char *prefix)
{
	for (unsigned number = first; number <= last; number++) {
		sys_attr(tree, pci_dir, arena_printf(tree->arena, "msi_irqs/%u", number), "msix");
		if (prefix)
			sys_irq(tree, number,
				arena_printf(tree->arena, "%s%u", prefix, number - first),
				"PCI-MSI");
	}
}

struct facts *sys_block(struct tree *tree, const char *dev)
{
	struct facts *facts = arena_alloc(tree->arena, sizeof(*facts));
	struct live_data_dir *dir = &facts->live.data_dir;
	struct facts_request request = {0};
	struct err err = {0};
	names numbers = text_split(tree->arena, dev, ':');
	uint64_t major, minor;

	ck_assert_int_eq(text_u64(numbers.at[0], &major), 0);
	ck_assert_int_eq(text_u64(numbers.at[1], &minor), 0);
	*dir = (struct live_data_dir){.path = "/data",
				      .exists = TRI_YES,
				      .is_directory = true,
				      .dev_major = (unsigned)major,
				      .dev_minor = (unsigned)minor};
	ck_assert_int_eq(facts_block(tree_open(tree), tree->arena, &request, facts, &err), 0);
	return facts;
}

const struct disk *disk_named(const struct facts *facts, const char *name)
{
	vec_for_each (disk, &facts->disks) {
		if (text_equal(disk->name, name))
			return disk;
	}
	ck_abort_msg("no disk %s", name);
	return NULL;
}
