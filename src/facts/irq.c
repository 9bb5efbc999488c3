/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts and whose they are. Owners are found by exact keys, never by parts of names: the MSI
 * vectors of the disk's or NIC's PCI function, else the function that the chip or the handler
 * names, else the virtio device or NVMe controller or interface in the handler's name. Where
 * several ports share a function, the interface in the handler's name decides.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/irq_names.h"
#include "facts/irq_table.h"
#include "facts/sysfs.h"

/* IFNAMSIZ of the kernel's if.h: no name of an interface is as long. */
#define IFNAME_MAX 16

/* What a handler, a chip or a bus calls a disk or a NIC. */
struct owner {
	const char *key, *device;
	size_t order;          /* of the device in the facts */
	const struct nic *nic; /* NULL: a disk */
};

/* Those that share a key: the namespaces of a drive, the ports of a PCI function. */
struct owners {
	const struct owner *at;
	size_t count;
};

struct claim {
	unsigned number;
	struct owners owners;
	bool is_vector; /* MSI, as opposed to an interrupt line */
};

/* The NICs among the owners of a function. */
struct ports {
	struct owners owners;
	const char *first;  /* tuned before others; NULL: none has vectors */
	const names *tuned; /* NULL: at most one */
};

struct finder {
	struct arena *arena;
	VEC(struct owner) owners; /* sorted by key, then order */
	VEC(struct claim) claims; /* sorted by number, then order of the first owner */
	const char *xen_disk;     /* "blkif" names no disk: the first with data, else the first */
	bool xen_has_data;
	struct ports ports; /* those that were found last */
};

/* Owners -------------------------------------------------------------------------------------- */

static void add_owner(struct finder *finder, const char *key, struct owner owner)
{
	owner.key = key;
	if (key)
		vec_push(finder->arena, &finder->owners, owner);
}

/* NVMe disks sit directly below their controller: its handlers are called "nvme0q1". */
static const char *controller_of(struct arena *arena, const struct disk *disk)
{
	const char *parent = sysfs_path_base(sysfs_path_parent(arena, disk->sysfs));

	return text_starts(parent, "nvme") ? parent : NULL;
}

/* xen-netfront calls the handlers of the device "vif-0" by "vif0". */
static const char *vif_of(struct arena *arena, const char *device)
{
	const char *name = sysfs_path_base(device);

	return text_starts(name, "vif-") ? arena_printf(arena, "vif%s", name + strlen("vif-"))
					 : NULL;
}

static int compare_owners(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;
	int order = strcmp(left->key, right->key);

	return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void collect_disks(struct finder *finder, const struct facts *facts)
{
	struct arena *arena = finder->arena;
	size_t order = 0;

	vec_for_each (disk, &facts->disks) {
		/* Of namespaces that share a controller, one with data is the one to speak of. */
		struct owner owner = {.device = disk->name,
				      .order = order + (disk->is_data ? 0 : facts->disks.count)};

		add_owner(finder, disk->pci, owner);
		add_owner(finder, sysfs_virtio(arena, disk->sysfs), owner);
		add_owner(finder, controller_of(arena, disk), owner);
		if (text_equal(disk->transport, "xen") &&
		    (!finder->xen_disk || (disk->is_data && !finder->xen_has_data))) {
			finder->xen_disk = disk->name;
			finder->xen_has_data = disk->is_data;
		}
		order++;
	}
}

static void collect_owners(struct root *root, struct finder *finder, const struct facts *facts)
{
	struct arena *arena = finder->arena;
	size_t order = 2 * facts->disks.count;

	collect_disks(finder, facts);
	vec_for_each (nic, &facts->nics) {
		const char *dir = sysfs_target(root, arena, "/sys/class/net", nic->name);
		const char *device =
		    nic->is_virtual || !dir ? NULL : sysfs_target(root, arena, dir, "device");
		struct owner owner = {.device = nic->name, .order = order, .nic = nic};

		order++;
		add_owner(finder, nic->pci, owner);
		if (!device)
			continue;
		add_owner(finder, sysfs_virtio(arena, device), owner);
		add_owner(finder, vif_of(arena, device), owner);
		add_owner(finder, nic->name, owner);
	}
	if (finder->owners.count > 1)
		qsort(finder->owners.at, finder->owners.count, sizeof(*finder->owners.at),
		      compare_owners);
}

static bool has_key(const struct owner *owner, const char *key, size_t length)
{
	return strncmp(owner->key, key, length) == 0 && !owner->key[length];
}

static struct owners find_owners(const struct finder *finder, const char *key, size_t length)
{
	size_t low = 0, high = finder->owners.count;
	struct owners found = {0};

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
	for (; low < finder->owners.count && has_key(&finder->owners.at[low], key, length); low++) {
		found.at = found.count ? found.at : &finder->owners.at[low];
		found.count++;
	}
	return found;
}

/* Vectors of PCI functions -------------------------------------------------------------------- */

static int compare_claims(const void *a, const void *b)
{
	const struct claim *left = a, *right = b;
	size_t first = left->owners.at->order, second = right->owners.at->order;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return (first > second) - (first < second);
}

static void claim(struct finder *finder, struct owners owners, uint64_t number, bool is_vector)
{
	/* 0 in the irq file means that the function has none. */
	if (number && number <= UINT32_MAX)
		vec_push(finder->arena, &finder->claims,
			 (struct claim){
			     .number = (unsigned)number, .owners = owners, .is_vector = is_vector});
}

static void claim_function(struct root *root, struct finder *finder, struct owners owners)
{
	const char *dir = arena_printf(finder->arena, "/sys/bus/pci/devices/%s", owners.at->key);
	names list = {0};
	uint64_t number;

	if (root_list(root, finder->arena, arena_printf(finder->arena, "%s/msi_irqs", dir), &list) <
	    0) {
		claim(finder, owners, sysfs_number(root, finder->arena, dir, "irq"), false);
		return;
	}
	vec_for_each (name, &list) {
		if (text_u64(*name, &number) == 0)
			claim(finder, owners, number, true);
	}
}

static void collect_claims(struct root *root, struct finder *finder)
{
	const char *last = NULL;

	vec_for_each (owner, &finder->owners) {
		size_t length = strlen(owner->key);

		if (!sysfs_is_pci_address(owner->key, length) || text_equal(owner->key, last))
			continue;
		last = owner->key;
		claim_function(root, finder, find_owners(finder, owner->key, length));
	}
	if (finder->claims.count > 1)
		qsort(finder->claims.at, finder->claims.count, sizeof(*finder->claims.at),
		      compare_claims);
}

/* Several on one function --------------------------------------------------------------------- */

/* The characters that may follow an interface's name in the name of one of its vectors. */
static bool ends_name(char c)
{
	return !c || strchr("-_:@ ", c);
}

/* How well a handler's name holds that of an interface: longer names before shorter ones, and those
 * that leave a name as the driver makes it before any. 0: not at all. */
static size_t holds(const char *handler, const struct nic *nic)
{
	size_t driver = nic->driver ? strlen(nic->driver) : 0, length = strlen(nic->name);
	const char *rest = handler;

	if (driver && text_starts(handler, nic->driver) && handler[driver] == '-' &&
	    text_starts(handler + driver + 1, nic->name))
		rest = handler + driver + 1;
	if (!text_starts(rest, nic->name) || !ends_name(rest[length]))
		return 0;
	return length + (irq_name_fits(nic, handler) ? IFNAME_MAX : 0);
}

/* The interface that the handlers name, among some that may be meant. */
static const struct nic *named_among(const names *handlers, struct owners owners)
{
	const struct nic *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < owners.count; i++) {
		if (!owners.at[i].nic)
			continue;
		vec_for_each (handler, handlers) {
			size_t length = holds(*handler, owners.at[i].nic);

			if (length > most) {
				most = length;
				best = owners.at[i].nic;
			}
		}
	}
	return best;
}

/* Whose the vectors are that name none of several ports: representors and subfunctions have the
 * address of the function, and nothing else of it. */
static void find_ports(struct finder *finder, struct owners owners)
{
	struct ports ports = {.owners = owners};
	names *tuned = owners.count > 1 ? arena_alloc(finder->arena, sizeof(*tuned)) : NULL;

	for (size_t i = 0; i < owners.count; i++) {
		const struct nic *nic = owners.at[i].nic;

		if (!nic || !nic_is_card(nic))
			continue;
		ports.first = ports.first ? ports.first : nic->name;
		if (tuned && nic->is_tuned)
			vec_push(finder->arena, tuned, nic->name);
	}
	if (tuned && tuned->count)
		ports.first = tuned->at[0];
	ports.tuned = tuned && tuned->count > 1 ? tuned : NULL;
	finder->ports = ports;
}

static void give_to(struct finder *finder, struct irq *irq, const names *handlers,
		    struct owners owners)
{
	const struct nic *named;

	if (!owners.count)
		return;
	named = owners.count > 1 ? named_among(handlers, owners) : NULL;
	if (named || !owners.at->nic) {
		irq->device = named ? named->name : owners.at->device;
		return;
	}
	/* The vectors of a function follow each other. */
	if (finder->ports.owners.at != owners.at)
		find_ports(finder, owners);
	irq->device = finder->ports.first;
	irq->shared_by = finder->ports.tuned;
}

/* Names --------------------------------------------------------------------------------------- */

/* The PCI function that a name holds anywhere: "PCI-MSIX-0000:00:03.0",
 * "mlx5_comp3@pci:0000:03:00.0", "i40e-0000:03:00.0:misc". */
static struct owners in_name(const struct finder *finder, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	while (*text) {
		size_t domain = strspn(text, digits);
		size_t length = domain + strlen(":00:03.0");

		if (strlen(text) >= length && sysfs_is_pci_address(text, length) &&
		    (!text[length] || !strchr(digits, text[length])))
			return find_owners(finder, text, length);
		text += domain ? domain : 1;
	}
	return (struct owners){0};
}

static const char *after_dash(const char *text)
{
	const char *dash = strchr(text, '-');

	return dash ? dash + 1 : NULL;
}

/* Interfaces whose whole name stands at the beginning of the handler's, or after its driver's. */
static const struct nic *by_interface(const struct finder *finder, const char *handler)
{
	const struct nic *best = NULL;
	size_t most = 0;

	for (const char *start = handler; start; start = after_dash(start)) {
		for (const char *end = start;; end++) {
			struct owners found = {0};
			size_t length;

			if (ends_name(*end))
				found = find_owners(finder, start, (size_t)(end - start));
			length = found.count && found.at->nic &&
					 text_equal(found.at->key, found.at->nic->name)
				     ? holds(handler, found.at->nic)
				     : 0;
			if (length > most) {
				most = length;
				best = found.at->nic;
			}
			if (!*end)
				break;
		}
	}
	return best;
}

/* "virtio1-req.0", "nvme0q12", "vif0-q1-tx": up to where the name of the bus' device ends. */
static const char *by_bus(const struct finder *finder, const char *handler)
{
	size_t length = strcspn(handler, "-");
	struct owners found;

	if (text_starts(handler, "nvme")) {
		size_t digits = strspn(handler + strlen("nvme"), "0123456789");

		if (digits && handler[strlen("nvme") + digits] == 'q')
			length = strlen("nvme") + digits;
	}
	found = find_owners(finder, handler, length);
	return found.count && !sysfs_is_pci_address(handler, length) ? found.at->device : NULL;
}

static void by_handlers(struct finder *finder, struct irq *irq, const names *handlers)
{
	for (size_t i = 0; i < handlers->count && !irq->device; i++) {
		const char *name = handlers->at[i];
		const struct nic *nic;

		give_to(finder, irq, handlers, in_name(finder, name));
		if (irq->device)
			return;
		nic = by_interface(finder, name);
		irq->device = nic                         ? nic->name
			      : text_equal(name, "blkif") ? finder->xen_disk
							  : by_bus(finder, name);
	}
}

/* Those who claim this number. */
static size_t find_claims(const struct finder *finder, unsigned number, size_t *ret_count)
{
	size_t low = 0, high = finder->claims.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (finder->claims.at[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	for (*ret_count = 0; low + *ret_count < finder->claims.count; ++*ret_count) {
		if (finder->claims.at[low + *ret_count].number != number)
			break;
	}
	return low;
}

/* A vector is one function's; a line may be several ones', of which a handler may name one. */
static struct owners choose(const struct finder *finder, size_t first, size_t count,
			    const names *handlers)
{
	for (size_t i = 0; i < count; i++) {
		if (named_among(handlers, finder->claims.at[first + i].owners))
			return finder->claims.at[first + i].owners;
	}
	return finder->claims.at[first].owners;
}

static names handlers_of(struct arena *arena, const struct irq *irq)
{
	names handlers =
	    irq->actions && *irq->actions ? text_split(arena, irq->actions, ',') : (names){0};

	vec_for_each (handler, &handlers)
		*handler = text_trim(arena, *handler);
	return handlers;
}

/* Most are claimed by one, whatever their names are; only the rest are asked for more. */
static void attribute(struct root *root, struct finder *finder, struct irq *irq)
{
	size_t count, first = find_claims(finder, irq->number, &count);
	names handlers;

	if (count == 1 && finder->claims.at[first].owners.count == 1) {
		give_to(finder, irq, NULL, finder->claims.at[first].owners);
		return;
	}
	handlers = handlers_of(finder->arena, irq);
	if (count) {
		give_to(finder, irq, &handlers, choose(finder, first, count, &handlers));
		return;
	}
	if (!irq->chip)
		irq->chip = irq_chip(root, finder->arena, irq->number);
	if (irq->chip)
		give_to(finder, irq, &handlers, in_name(finder, irq->chip));
	if (!irq->device)
		by_handlers(finder, irq, &handlers);
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
	irq_roles(root, arena, facts);
	return 0;
}
