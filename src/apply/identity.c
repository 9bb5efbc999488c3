/* SPDX-License-Identifier: Apache-2.0 */
/* Says what the device of a path is, and what it is called. */
#include "apply/identity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "apply/identity_impl.h"
#include "base/text.h"
#include "facts/sysfs.h"
#include "sys/ethtool.h"

#define FUNCTIONS_DIR "/sys/bus/pci/devices"

/* Paths ---------------------------------------------------------------------------------------- */

static bool split(struct arena *arena, const char *path, const char *top, enum identity_class class,
		  struct identity_place *ret)
{
	size_t before = strlen(top),
	       length = text_starts(path, top) ? strcspn(path + before, "/") : 0;

	if (!length || path[before + length] != '/')
		return false;
	*ret = (struct identity_place){.class = class,
				       .before = top,
				       .name = arena_strndup(arena, path + before, length),
				       .after = path + before + length};
	return true;
}

/* A directory an interface, which is renamed along with it: net/ipv4/devinet.c,
 * net/ipv6/addrconf.c, net/mpls/af_mpls.c, each at NETDEV_CHANGENAME. */
static const char *const interface_dirs[] = {
    "/proc/sys/net/ipv4/conf/",  "/proc/sys/net/ipv6/conf/", "/proc/sys/net/ipv4/neigh/",
    "/proc/sys/net/ipv6/neigh/", "/proc/sys/net/mpls/conf/",
};

enum { interface_dir_count = sizeof(interface_dirs) / sizeof(interface_dirs[0]) };

/* No interface: what is so for all of them, and for those to come. */
static bool is_of_all(const char *name)
{
	return text_equal(name, "all") || text_equal(name, "default");
}

int identity_interfaces(struct root *root, struct arena *arena, names *ret)
{
	int first = 0;

	*ret = (names){0};
	for (size_t i = 0; i < interface_dir_count; i++) {
		size_t length = strlen(interface_dirs[i]) - 1;
		names list = {0};
		int r =
		    root_list(root, arena, arena_strndup(arena, interface_dirs[i], length), &list);

		if (r < 0 && !err_is_absent(r))
			first = first ? first : r;
		vec_for_each (name, &list) {
			if (!is_of_all(*name) && !text_in(*name, ret))
				vec_push(arena, ret, *name);
		}
	}
	return first;
}

bool identity_is_of_interface(struct arena *arena, const char *path)
{
	return identity_place_of(arena, path).class == CLASS_INTERFACE;
}

struct identity_place identity_place_of(struct arena *arena, const char *path)
{
	const char *queue = strstr(path, "/queue/");
	struct identity_place place = {.class = CLASS_NONE};

	for (size_t i = 0; i < interface_dir_count; i++) {
		if (!split(arena, path, interface_dirs[i], CLASS_INTERFACE, &place))
			continue;
		if (is_of_all(place.name))
			place.class = CLASS_NONE;
		return place;
	}
	if (split(arena, path, NIC_DIR "/", CLASS_NIC, &place) ||
	    split(arena, path, ETHTOOL_DIR, CLASS_NIC, &place) ||
	    split(arena, path, POLICY_DIR "/", CLASS_POLICY, &place) ||
	    split(arena, path, IRQ_DIR "/", CLASS_IRQ, &place))
		return place;
	if (queue && (text_starts(path, "/sys/devices/") || text_starts(path, DISK_DIR "/")))
		place = (struct identity_place){
		    .class = CLASS_DISK,
		    .before = "",
		    .name = arena_strndup(arena, path, (size_t)(queue - path)),
		    .after = queue};
	return place;
}

const char *identity_follow(struct arena *arena, const char *path, const char *from, const char *to)
{
	struct identity_place place = identity_place_of(arena, path),
			      old = identity_place_of(arena, from),
			      new = identity_place_of(arena, to);

	if (place.class == CLASS_NONE || place.class != old.class || new.class != old.class ||
	    !text_equal(place.name, old.name))
		return path;
	return arena_printf(arena, "%s%s%s", place.before, new.name, place.after);
}

bool identity_is_of(struct arena *arena, const char *path, const char *other)
{
	struct identity_place a = identity_place_of(arena, path),
			      b = identity_place_of(arena, other);

	return a.class != CLASS_NONE && a.class == b.class && text_equal(a.name, b.name);
}

const char *identity_name(struct arena *arena, const char *path)
{
	struct identity_place place = identity_place_of(arena, path);

	return place.class == CLASS_NONE ? NULL : sysfs_path_base(place.name);
}

/* What each is --------------------------------------------------------------------------------- */

static const char *inode_of(struct root *root, struct arena *arena, const char *dir)
{
	uint64_t inode;

	/* Below a root of plain files it says nothing of a device. */
	if (!root_is_live(root) || root_identity(root, dir, &inode) < 0)
		return NULL;
	return arena_printf(arena, "%" PRIu64, inode);
}

static bool is_zero(const char *address)
{
	return !address[strspn(address, "0:")];
}

/* Where sysfs shows another network namespace, the driver is not asked. */
static void ask_nic(struct root *root, struct arena *arena, const char *name,
		    struct identity_parts *ret)
{
	const char *dir = arena_printf(arena, NIC_DIR "/%s", name), *type, *address, *target;
	int r = root_read(root, arena,
			  arena_printf(arena, ETHTOOL_DIR "%s/permanent-address", name), &address);

	ret->object = sysfs_text(root, arena, dir, "ifindex");
	if (r < 0) {
		/* include/uapi/linux/netdevice.h: 0 is NET_ADDR_PERM */
		type = sysfs_text(root, arena, dir, "addr_assign_type");
		address =
		    !type || text_equal(type, "0") ? sysfs_text(root, arena, dir, "address") : NULL;
	}
	ret->hardware = address && !is_zero(address) ? address : NULL;
	/* The function, or what else the card hangs on: ".../virtio1/net/eth0". */
	target = sysfs_target(root, arena, NIC_DIR, name);
	if (target && !text_starts(target, "/sys/devices/virtual/")) {
		const char *pci = sysfs_pci_dir(arena, target);

		ret->place = sysfs_path_base(
		    pci ? pci : sysfs_path_parent(arena, sysfs_path_parent(arena, target)));
	}
}

/* sysfs shows it, and no other one of that name. */
static bool is_shown(struct root *root, struct arena *arena, const char *name)
{
	const char *ignored;

	return root_exists(root, arena_printf(arena, NIC_DIR "/%s", name)) &&
	       root_read(root, arena, arena_printf(arena, ETHTOOL_DIR "%s/permanent-address", name),
			 &ignored) != -EXDEV;
}

/* Asked where /proc/sys/net is: in the network namespace of this process (net/sysctl_net.c,
 * net_ctl_header_lookup()), and only then where sysfs is. */
static bool ask_interface(struct root *root, struct arena *arena, const char *name,
			  struct identity_parts *ret)
{
	bool shown = is_shown(root, arena, name);
	const char *address = NULL;
	unsigned index = 0;

	if (root_is_live(root) && ethtool_interface(arena, name, &index, &address) < 0)
		return false;
	if (shown)
		ask_nic(root, arena, name, ret);
	if (!root_is_live(root))
		return shown;
	ret->object = arena_printf(arena, "%u", index);
	if (!ret->hardware && address && !is_zero(address))
		ret->hardware = address;
	return true;
}

static void ask_disk(struct root *root, struct arena *arena, const char *dir,
		     struct identity_parts *ret)
{
	static const char *const files[] = {"wwid",          "device/wwid", "serial",
					    "device/serial", "dm/uuid",     "md/uuid"};
	static const char *const called[] = {"dm/name", "loop/backing_file"};
	const char *pci = sysfs_pci_dir(arena, dir), *name;

	ret->object = sysfs_text(root, arena, dir, "diskseq");
	if (!ret->object)
		ret->object = inode_of(root, arena, dir);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !ret->hardware; i++)
		ret->hardware = sysfs_text(root, arena, dir, files[i]);
	if (!ret->hardware)
		ret->hardware = sysfs_text(root, arena, sysfs_path_parent(arena, dir), "serial");
	for (size_t i = 0; i < sizeof(called) / sizeof(called[0]) && !ret->hardware; i++) {
		name = sysfs_text(root, arena, dir, called[i]);
		ret->hardware = name ? arena_printf(arena, IDENTITY_CALLED "%s", name) : NULL;
	}
	ret->place = pci ? sysfs_path_base(pci) : NULL;
}

/* Names of handlers: from sysfs, else the directories that procfs has of them. */
static const char *handlers_of(struct root *root, struct arena *arena, const char *number)
{
	const char *text =
	    sysfs_text(root, arena, arena_printf(arena, "/sys/kernel/irq/%s", number), "actions");
	names list = {0}, handlers = {0};

	if (text || root_list(root, arena, arena_printf(arena, IRQ_DIR "/%s", number), &list) < 0)
		return text;
	vec_for_each (name, &list) {
		names below;

		if (root_list(root, arena, arena_printf(arena, IRQ_DIR "/%s/%s", number, *name),
			      &below) == 0)
			vec_push(arena, &handlers, *name);
	}
	return handlers.count ? text_join(arena, &handlers, ",") : NULL;
}

static bool ask(struct root *root, struct arena *arena, const struct identity_place *place,
		struct identity_parts *ret)
{
	const char *dir = arena_printf(arena, "%s%s", place->before, place->name);

	*ret = (struct identity_parts){0};
	switch (place->class) {
	case CLASS_NONE:
		return false;
	case CLASS_NIC:
		dir = arena_printf(arena, NIC_DIR "/%s", place->name);
		ask_nic(root, arena, place->name, ret);
		break;
	case CLASS_INTERFACE:
		return ask_interface(root, arena, place->name, ret);
	case CLASS_DISK:
		ask_disk(root, arena, dir, ret);
		break;
	case CLASS_POLICY:
		ret->object = inode_of(root, arena, dir);
		ret->hardware = sysfs_text(root, arena, dir, "related_cpus");
		break;
	case CLASS_IRQ:
		ret->object =
		    inode_of(root, arena, arena_printf(arena, "/sys/kernel/irq/%s", place->name));
		ret->hardware = handlers_of(root, arena, place->name);
		return true;
	}
	return root_exists(root, dir);
}

/* A bar ends a part, and the text is one line of the journal. */
static const char *clean(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text ? text : "");

	for (char *at = copy; *at; at++) {
		if (*at == '|' || (unsigned char)*at < ' ' || (unsigned char)*at > '~')
			*at = '?';
	}
	return copy;
}

static const char *join(struct arena *arena, const struct identity_parts *parts)
{
	return arena_printf(arena, "%s|%s|%s", clean(arena, parts->object),
			    clean(arena, parts->hardware), clean(arena, parts->place));
}

const char *identity_text(struct root *root, struct arena *arena, struct identity_cache *cache,
			  const struct identity_place *place)
{
	const char *device = arena_printf(arena, "%u%s", place->class, place->name), *text = NULL;
	struct identity_parts parts;

	vec_for_each (known, &cache->known) {
		if (text_equal(known->device, device))
			return known->text;
	}
	if (ask(root, arena, place, &parts) && (parts.object || parts.hardware))
		text = join(arena, &parts);
	/* There may be thousands of interrupts, too many to be looked through each time. */
	if (place->class != CLASS_IRQ)
		vec_push(arena, &cache->known,
			 (struct identity_known){.device = device, .text = text});
	return text;
}

/* PCI functions ------------------------------------------------------------------------------ */

static int compare_vectors(const void *a, const void *b)
{
	const struct identity_vector *left = a, *right = b;

	return left->number < right->number ? -1 : left->number > right->number;
}

/* A file a vector (kernel/irq/msi.c, msi_sysfs_populate_desc()); there may be thousands. */
static void list_vectors(struct root *root, struct arena *arena, struct identity_cache *cache)
{
	names functions = {0};

	cache->has_vectors = true;
	(void)!root_list(root, arena, FUNCTIONS_DIR, &functions);
	vec_for_each (function, &functions) {
		struct identity_vector vector = {.function = *function};
		names numbers = {0};

		(void)!root_list(root, arena,
				 arena_printf(arena, FUNCTIONS_DIR "/%s/msi_irqs", *function),
				 &numbers);
		vec_for_each (number, &numbers) {
			if (text_u64(*number, &vector.number) == 0)
				vec_push(arena, &cache->vectors, vector);
		}
	}
	if (cache->vectors.count)
		qsort(cache->vectors.at, cache->vectors.count, sizeof(*cache->vectors.at),
		      compare_vectors);
}

const char *identity_function_of(struct root *root, struct arena *arena,
				 struct identity_cache *cache, const char *number)
{
	const struct identity_vector *found = NULL;
	struct identity_vector key = {0};

	if (!cache->has_vectors)
		list_vectors(root, arena, cache);
	if (text_u64(number, &key.number) == 0 && cache->vectors.count)
		found = bsearch(&key, cache->vectors.at, cache->vectors.count,
				sizeof(*cache->vectors.at), compare_vectors);
	return found ? found->function : NULL;
}

const char *identity_function_now(struct root *root, struct arena *arena, const char *function,
				  const char *number)
{
	if (!*function)
		return "";
	if (root_exists(root,
			arena_printf(arena, FUNCTIONS_DIR "/%s/msi_irqs/%s", function, number)))
		return function;
	return root_exists(root, FUNCTIONS_DIR) ? "another" : "";
}

const char *identity_of(struct root *root, struct arena *arena, struct identity_cache *cache,
			const char *path, bool is_made_anew)
{
	struct identity_place place = identity_place_of(arena, path);
	struct identity_parts parts;

	if (place.class == CLASS_NONE)
		return NULL;
	if (place.class != CLASS_IRQ)
		return identity_text(root, arena, cache, &place);
	(void)ask(root, arena, &place, &parts);
	if (is_made_anew)
		parts = (struct identity_parts){0};
	parts.place = identity_function_of(root, arena, cache, place.name);
	return parts.object || parts.hardware || parts.place ? join(arena, &parts) : NULL;
}
