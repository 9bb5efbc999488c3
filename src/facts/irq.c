/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts and whose they are. Owners are found by exact keys, never by parts of names: the MSI
 * vectors of the disk's or NIC's PCI function, else the function that the chip or the handler
 * names, else the virtio device or NVMe controller or interface in the handler's name.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/irq_names.h"
#include "facts/irq_table.h"
#include "facts/sysfs.h"

/* What a handler, a chip or a bus calls a disk or a NIC. */
struct owner {
	const char *key, *device;
	size_t order; /* of the device in the facts: the first of those that share a key wins */
};

struct claim {
	unsigned number;
	const char *device;
	size_t order;
	bool is_vector; /* MSI, as opposed to an interrupt line */
};

struct finder {
	struct arena *arena;
	VEC(struct owner) owners; /* sorted by key, then order */
	VEC(struct claim) claims; /* sorted by number, then order */
	const char *xen_disk;     /* "blkif" names no disk: the first with data, else the first */
	bool xen_has_data;
};

/* Owners -------------------------------------------------------------------------------------- */

static void add_owner(struct finder *finder, const char *key, const char *device, size_t order)
{
	if (key)
		vec_push(finder->arena, &finder->owners,
			 (struct owner){.key = key, .device = device, .order = order});
}

/* NVMe disks sit directly below their controller: its handlers are called "nvme0q1". */
static const char *controller_of(struct arena *arena, const struct disk *disk)
{
	const char *parent = sysfs_path_base(sysfs_path_parent(arena, disk->sysfs));

	return text_starts(parent, "nvme") ? parent : NULL;
}

static int compare_owners(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;
	int order = strcmp(left->key, right->key);

	return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void collect_owners(struct root *root, struct finder *finder, const struct facts *facts)
{
	size_t order = 0;

	vec_for_each (disk, &facts->disks) {
		/* Of namespaces that share a controller, one with data is the one to speak of. */
		size_t rank = order + (disk->is_data ? 0 : facts->disks.count);

		add_owner(finder, disk->pci, disk->name, rank);
		add_owner(finder, sysfs_virtio(finder->arena, disk->sysfs), disk->name, rank);
		add_owner(finder, controller_of(finder->arena, disk), disk->name, rank);
		if (text_equal(disk->transport, "xen") &&
		    (!finder->xen_disk || (disk->is_data && !finder->xen_has_data))) {
			finder->xen_disk = disk->name;
			finder->xen_has_data = disk->is_data;
		}
		order++;
	}
	order += facts->disks.count;
	vec_for_each (nic, &facts->nics) {
		const char *dir = sysfs_target(root, finder->arena, "/sys/class/net", nic->name);
		const char *device = nic->is_virtual || !dir
					 ? NULL
					 : sysfs_target(root, finder->arena, dir, "device");

		add_owner(finder, nic->pci, nic->name, order);
		if (device) {
			add_owner(finder, sysfs_virtio(finder->arena, device), nic->name, order);
			add_owner(finder, nic->name, nic->name, order);
		}
		order++;
	}
	if (finder->owners.count > 1)
		qsort(finder->owners.at, finder->owners.count, sizeof(*finder->owners.at),
		      compare_owners);
}

static const struct owner *find_owner(const struct finder *finder, const char *key, size_t length)
{
	size_t low = 0, high = finder->owners.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *candidate = finder->owners.at[middle].key;
		int order = strncmp(candidate, key, length);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* Keys that begin with these characters follow each other, the shortest first. */
	if (low < finder->owners.count && strlen(finder->owners.at[low].key) == length &&
	    strncmp(finder->owners.at[low].key, key, length) == 0)
		return &finder->owners.at[low];
	return NULL;
}

/* Vectors of PCI functions -------------------------------------------------------------------- */

static int compare_claims(const void *a, const void *b)
{
	const struct claim *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return (left->order > right->order) - (left->order < right->order);
}

static void claim(struct finder *finder, const struct owner *owner, uint64_t number, bool is_vector)
{
	/* 0 in the irq file means that the function has none. */
	if (number && number <= UINT32_MAX)
		vec_push(finder->arena, &finder->claims,
			 (struct claim){.number = (unsigned)number,
					.device = owner->device,
					.order = owner->order,
					.is_vector = is_vector});
}

static void collect_claims(struct root *root, struct finder *finder)
{
	const char *last = NULL;

	vec_for_each (owner, &finder->owners) {
		const char *dir;
		names list = {0};
		uint64_t number;

		if (!sysfs_is_pci_address(owner->key, strlen(owner->key)) ||
		    text_equal(owner->key, last))
			continue;
		last = owner->key;
		dir = arena_printf(finder->arena, "/sys/bus/pci/devices/%s", owner->key);
		if (root_list(root, finder->arena, arena_printf(finder->arena, "%s/msi_irqs", dir),
			      &list) < 0) {
			claim(finder, owner, sysfs_number(root, finder->arena, dir, "irq"), false);
			continue;
		}
		vec_for_each (name, &list) {
			if (text_u64(*name, &number) == 0)
				claim(finder, owner, number, true);
		}
	}
	if (finder->claims.count > 1)
		qsort(finder->claims.at, finder->claims.count, sizeof(*finder->claims.at),
		      compare_claims);
}

/* Names --------------------------------------------------------------------------------------- */

/* "PCI-MSIX-0000:00:03.0" and "mlx5_comp3@pci:0000:03:00.0" name the function at their end. */
static const char *by_pci(const struct finder *finder, const char *text)
{
	const struct owner *owner;
	const char *dot = strrchr(text, '.'), *start;

	if (!dot || dot - text < (ptrdiff_t)strlen("0000:00:03"))
		return NULL;
	start = dot - strlen(":00:03");
	while (start > text && strchr("0123456789abcdef", start[-1]))
		start--;
	if (!sysfs_is_pci_address(start, strlen(start)))
		return NULL;
	owner = find_owner(finder, start, strlen(start));
	return owner ? owner->device : NULL;
}

/* One handler: "virtio1-req.0", "nvme0q12", "eth0-TxRx-3", "blkif". */
static const char *by_handler(const struct finder *finder, const char *name)
{
	const struct owner *owner;
	const char *device = by_pci(finder, name);
	size_t length = strcspn(name, "-");

	if (device)
		return device;
	if (text_equal(name, "blkif"))
		return finder->xen_disk;
	if (text_starts(name, "nvme")) {
		size_t digits = strspn(name + strlen("nvme"), "0123456789");

		if (digits && name[strlen("nvme") + digits] == 'q')
			length = strlen("nvme") + digits;
	}
	/* Names of interfaces may hold dashes themselves. */
	for (;;) {
		owner = find_owner(finder, name, length);
		if (owner)
			return owner->device;
		if (!name[length])
			return NULL;
		length += 1 + strcspn(name + length + 1, "-");
	}
}

static const char *by_actions(const struct finder *finder, const char *actions)
{
	names handlers = text_split(finder->arena, actions, ',');

	vec_for_each (handler, &handlers) {
		const char *device = by_handler(finder, text_trim(finder->arena, *handler));

		if (device)
			return device;
	}
	return NULL;
}

static const char *by_claim(const struct finder *finder, unsigned number)
{
	size_t low = 0, high = finder->claims.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (finder->claims.at[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < finder->claims.count && finder->claims.at[low].number == number)
		return finder->claims.at[low].device;
	return NULL;
}

/* Most are claimed; only the rest are asked for more. */
static void attribute(struct root *root, const struct finder *finder, struct irq *irq)
{
	irq->device = by_claim(finder, irq->number);
	if (irq->device)
		return;
	if (!irq->chip)
		irq->chip = irq_chip(root, finder->arena, irq->number);
	if (irq->chip)
		irq->device = by_pci(finder, irq->chip);
	if (!irq->device && irq->actions && *irq->actions)
		irq->device = by_actions(finder, irq->actions);
}

/* Vectors of our devices that the table does not show: a pod's /proc/interrupts may be masked. */
static void add_unseen(struct finder *finder, struct facts *facts)
{
	size_t known = facts->irqs.count, at = 0;
	int64_t last = -1;

	vec_for_each (claim, &finder->claims) {
		while (at < known && facts->irqs.at[at].number < claim->number)
			at++;
		if (at < known && facts->irqs.at[at].number == claim->number)
			continue;
		/* The irq file of a function names its line even when nobody uses it. */
		if (!claim->is_vector || claim->number == last)
			continue;
		last = claim->number;
		vec_push(finder->arena, &facts->irqs, (struct irq){.number = claim->number});
	}
	irq_sort(facts);
}

int facts_irq(struct root *root, struct arena *arena, struct facts *facts)
{
	struct finder finder = {.arena = arena};

	collect_owners(root, &finder, facts);
	collect_claims(root, &finder);
	add_unseen(&finder, facts);
	vec_for_each (irq, &facts->irqs)
		attribute(root, &finder, irq);
	irq_roles(arena, facts);
	return 0;
}
