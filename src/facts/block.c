/* SPDX-License-Identifier: Apache-2.0 */
/* The disks of this node, which of them hold the data, and why that cannot be told. */
#include "facts/block_walk.h"

#include <errno.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/text.h"
#include "facts/data_devices.h"
#include "facts/sysfs.h"

/* What one disk is ---------------------------------------------------------------------------- */

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
	disk->driver = driver ? sysfs_path_base(driver) : NULL;
}

/* "mq-deadline" of "none [mq-deadline]"; a queue without a choice shows one word. */
static const char *active_word(struct arena *arena, const char *text)
{
	const char *open = text ? strchr(text, '[') : NULL;

	if (open)
		return arena_strndup(arena, open + 1, strcspn(open + 1, "]"));
	return text && *text && !strpbrk(text, " \t") ? text : NULL;
}

/* Under a scheduler nr_requests is its own, and only the tags show what the drive takes
 * (block/blk-mq-sysfs.c). */
static void describe_queue(struct root *root, struct arena *arena, struct disk *disk)
{
	disk->queue_requests = sysfs_number(root, arena, disk->sysfs, "queue/nr_requests");
	disk->scheduler =
	    active_word(arena, sysfs_text(root, arena, disk->sysfs, "queue/scheduler"));
	if (disk->scheduler && !text_equal(disk->scheduler, "none"))
		disk->queue_depth = sysfs_number(root, arena, disk->sysfs, "mq/0/nr_tags");
}

static enum tri flag(const char *text)
{
	return !text ? TRI_UNKNOWN : text_equal(text, "0") ? TRI_NO : TRI_YES;
}

/* What of a write is safe, and when (Documentation/ABI/stable/sysfs-block). */
static void describe_writes(struct root *root, struct arena *arena, struct disk *disk)
{
	disk->write_cache = sysfs_text(root, arena, disk->sysfs, "queue/write_cache");
	disk->fua = flag(sysfs_text(root, arena, disk->sysfs, "queue/fua"));
	disk->atomic_bytes =
	    sysfs_signed(root, arena, disk->sysfs, "queue/atomic_write_unit_max_bytes");
}

static struct disk describe(struct root *root, struct arena *arena, const struct topology *topology,
			    const char *sysfs)
{
	struct disk disk = {.name = sysfs_path_base(sysfs), .sysfs = sysfs, .numa = -1};
	const char *device = sysfs_target(root, arena, sysfs, "device");
	const char *pci_dir = sysfs_pci_dir(arena, sysfs);
	const char *head = block_nvme_head_name(arena, disk.name);

	if (device)
		describe_device(root, arena, device, &disk);
	disk.pci = pci_dir ? sysfs_path_base(pci_dir) : NULL;
	disk.numa = sysfs_numa(root, arena, topology, disk.name, pci_dir);
	disk.rotational = flag(sysfs_text(root, arena, sysfs, "queue/rotational"));
	disk.size_bytes = sysfs_number(root, arena, sysfs, "size") * 512;
	disk.logical_block_bytes = sysfs_number(root, arena, sysfs, "queue/logical_block_size");
	disk.physical_block_bytes = sysfs_number(root, arena, sysfs, "queue/physical_block_size");
	disk.zoned = sysfs_text(root, arena, sysfs, "queue/zoned");
	describe_queue(root, arena, &disk);
	describe_writes(root, arena, &disk);
	if (head)
		vec_push(arena, &disk.multipath_heads, head);
	return disk;
}

/* Below the data directory -------------------------------------------------------------------- */

/* Why a file system without a block device of its own is no place for data. */
static const struct {
	const char *fs_type, *reason;
} anonymous[] = {
    {.fs_type = "btrfs", .reason = "which hides the devices below it"},
    {.fs_type = "zfs", .reason = "which hides the devices below it"},
    {.fs_type = "overlay", .reason = "a container's own layer: mount a volume there"},
    {.fs_type = "tmpfs", .reason = "which is memory: nothing there survives a restart"},
    {.fs_type = "ramfs", .reason = "which is memory: nothing there survives a restart"},
    {.fs_type = "nfs", .reason = "a network file system"},
    {.fs_type = "nfs4", .reason = "a network file system"},
    {.fs_type = "cifs", .reason = "a network file system"},
    {.fs_type = "ceph", .reason = "a network file system"},
    {.fs_type = "9p", .reason = "a network file system"},
};

static const char *anonymous_problem(struct arena *arena, const struct live_data_dir *dir)
{
	const char *reason = "which has no block device of its own";
	const char *from = "";

	for (size_t i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++) {
		if (text_equal(dir->fs_type, anonymous[i].fs_type))
			reason = anonymous[i].reason;
	}
	if (dir->mount_source && dir->mount_source[0] == '/')
		from = arena_printf(arena, " (mounted from %s)", dir->mount_source);
	return arena_printf(arena, "%s lies on %s%s, %s", dir->path,
			    dir->fs_type ? dir->fs_type : "an unknown file system", from, reason);
}

/* Why there is nothing to walk down from; NULL when there is. */
static const char *directory_problem(struct arena *arena, const struct live_data_dir *dir)
{
	if (!dir->path)
		return "the data directory is not known";
	if (dir->exists == TRI_NO)
		return arena_printf(arena, "%s does not exist", dir->path);
	if (dir->exists == TRI_UNKNOWN && dir->error)
		return arena_printf(arena, "%s cannot be looked at: %s", dir->path,
				    err_words(dir->error));
	if (dir->exists == TRI_UNKNOWN)
		return arena_printf(arena, "nothing is known about %s", dir->path);
	if (!dir->dev_major)
		return anonymous_problem(arena, dir);
	return NULL;
}

static void walk_down(struct block_walk *walk, const struct live_data_dir *dir,
		      const struct data_device *device)
{
	struct arena *arena = walk->arena;
	const char *name = sysfs_path_base(device->sysfs);
	size_t before = walk->found.count, gaps = walk->gaps.count, disks = 0;
	int r;

	walk->role = device->role;
	r = block_walk_down(walk, device->sysfs);
	for (size_t i = before; i < walk->found.count; i++)
		disks += !walk->found.at[i].is_stacked;
	if (r < 0)
		vec_push(arena, &walk->gaps,
			 arena_printf(arena, "what lies below %s of %s cannot be followed: %s",
				      name, dir->path, err_words(r)));
	else if (!disks && !walk->met_earlier && walk->gaps.count == gaps)
		vec_push(arena, &walk->gaps,
			 arena_printf(arena, "no disk is found below %s of %s", name, dir->path));
}

/* Why none is found, or not all of them; NULL: they are. */
static const char *walk_data(struct block_walk *walk, const struct live_data_dir *dir,
			     const char **ret_array_level)
{
	struct arena *arena = walk->arena;
	const char *problem = directory_problem(arena, dir), *sysfs;
	data_device_list devices = {0};
	int r;

	if (problem)
		return problem;
	r = root_follow(walk->root, arena,
			arena_printf(arena, "/sys/dev/block/%u:%u", dir->dev_major, dir->dev_minor),
			&sysfs);
	if (r < 0)
		return arena_printf(arena, "%s lies on device %u:%u, which sysfs does not show: %s",
				    dir->path, dir->dev_major, dir->dev_minor, err_words(r));
	*ret_array_level = sysfs_text(walk->root, arena, sysfs, "md/level");
	data_devices(walk->root, arena, dir, sysfs, &devices, &walk->gaps);
	vec_for_each (device, &devices)
		walk_down(walk, dir, device);
	walk->role = NULL;
	return walk->gaps.count ? text_join(arena, &walk->gaps, "; ") : NULL;
}

/* A disk of the node, as opposed to what is made of disks, memory or files. */
static bool is_physical(struct root *root, struct arena *arena, const char *sysfs)
{
	const char *device = sysfs_target(root, arena, sysfs, "device");

	return device && !block_is_nvme_head(root, arena, sysfs);
}

static void list_physical(struct root *root, struct arena *arena, struct facts *facts)
{
	names list = {0};

	if (root_list(root, arena, "/sys/block", &list) < 0)
		return;
	vec_for_each (name, &list) {
		const char *sysfs = sysfs_target(root, arena, "/sys/block", *name);
		struct disk disk;

		if (!sysfs || !is_physical(root, arena, sysfs))
			continue;
		disk = describe(root, arena, &facts->topology, sysfs);
		/* Optical and floppy drives. */
		if (text_equal(disk.driver, "sr") || text_equal(disk.driver, "floppy"))
			continue;
		vec_push(arena, &facts->disks, disk);
	}
}

static struct disk *find_disk(struct facts *facts, const char *name)
{
	vec_for_each (disk, &facts->disks) {
		if (text_equal(disk->name, name))
			return disk;
	}
	return NULL;
}

/* with_chain: below the data directory; else named by --disk, and perhaps both. */
static void mark_data(struct block_walk *walk, struct facts *facts, bool with_chain)
{
	vec_for_each (queued, &walk->found) {
		struct disk *disk = find_disk(facts, queued->name);

		if (!disk) {
			vec_push(
			    walk->arena, &facts->disks,
			    describe(walk->root, walk->arena, &facts->topology, queued->sysfs));
			disk = &facts->disks.at[facts->disks.count - 1];
		}
		if (!disk->is_data) {
			disk->is_data = true;
			disk->is_stacked = queued->is_stacked;
			disk->file = queued->file;
			disk->path_of =
			    queued->path_of || with_chain
				? queued->path_of
				: block_queue_above(walk->root, walk->arena, queued->sysfs);
		}
		if (with_chain)
			disk->chain = queued->chain;
	}
}

/* "nvme0n1, nvme1n1", and which of them may be meant. */
static const char *known_names(struct arena *arena, const struct facts *facts, const char *wish)
{
	names list = {0};

	vec_for_each (disk, &facts->disks)
		vec_push(arena, &list, disk->name);
	return list.count ? arena_printf(arena, "%s%s", text_join(arena, &list, ", "),
					 nearest_hint(arena, wish, &list))
			  : "none";
}

static int mark_named(struct root *root, struct arena *arena, const char *wish, struct facts *facts,
		      struct err *err)
{
	const char *name = text_starts(wish, "/dev/") ? wish + strlen("/dev/") : wish, *sysfs;
	struct block_walk walk = {.root = root, .arena = arena};
	int r = -ENOENT;

	if (*name && !strchr(name, '/') && name[0] != '.')
		r = root_follow(root, arena, arena_printf(arena, "/sys/class/block/%s", name),
				&sysfs);
	if (r < 0)
		return err_set(err, -ENODEV, "no disk '%s' on this node; there are: %s", wish,
			       known_names(arena, facts, name));
	r = block_walk_down(&walk, sysfs);
	if (r == 0 && !walk.found.count)
		r = -ENODEV;
	if (r < 0)
		return err_set(err, r, "what lies below disk '%s' cannot be followed: %s", wish,
			       walk.gaps.count ? text_join(arena, &walk.gaps, "; ") : err_words(r));
	mark_data(&walk, facts, false);
	return 0;
}

static int compare_disks(const void *a, const void *b)
{
	const struct disk *left = a, *right = b;
	int order = text_natural_compare(left->name, right->name);

	return order ? order : strcmp(left->name, right->name);
}

int facts_block(struct root *root, struct arena *arena, const struct facts_request *request,
		struct facts *facts, struct err *err)
{
	struct block_walk walk = {.root = root, .arena = arena};
	const char *problem;

	list_physical(root, arena, facts);
	problem = walk_data(&walk, &facts->live.data_dir, &facts->data_array_level);
	if (walk.found.count)
		facts->data_gap = problem;
	else
		facts->data_problem = problem;
	mark_data(&walk, facts, true);
	vec_for_each (wish, &request->disks) {
		int r = mark_named(root, arena, *wish, facts, err);

		if (r < 0)
			return r;
	}
	if (facts->disks.count > 1)
		qsort(facts->disks.at, facts->disks.count, sizeof(*facts->disks.at), compare_disks);
	return 0;
}
