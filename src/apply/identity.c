/* SPDX-License-Identifier: Apache-2.0 */
/* Tells devices apart, and finds one again under another name. */
#include "apply/identity.h"

#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "facts/sysfs.h"
#include "sys/ethtool.h"

#define NIC_DIR    "/sys/class/net"
#define DISK_DIR   "/sys/block"
#define POLICY_DIR "/sys/devices/system/cpu/cpufreq"
#define IRQ_DIR    "/proc/irq"

enum class { CLASS_NONE, CLASS_NIC, CLASS_DISK, CLASS_POLICY, CLASS_IRQ };
_Static_assert(CLASS_IRQ + 1 == identity_class_count, "a list for each class");

/* A path taken apart: before + name + after is the path again. For a disk, whose own directory has
 * other names above it, `before` is empty and `name` is that directory. */
struct place {
	enum class class;
	const char *before, *name, *after;
};

/* Paths ---------------------------------------------------------------------------------------- */

static bool split(struct arena *arena, const char *path, const char *top, enum class class,
		  struct place *ret)
{
	size_t before = strlen(top),
	       length = text_starts(path, top) ? strcspn(path + before, "/") : 0;

	if (!length || path[before + length] != '/')
		return false;
	*ret = (struct place){.class = class,
			      .before = top,
			      .name = arena_strndup(arena, path + before, length),
			      .after = path + before + length};
	return true;
}

static struct place place_of(struct arena *arena, const char *path)
{
	static const char *const nics[] = {
	    "/sys/class/net/",           ETHTOOL_DIR,
	    "/proc/sys/net/ipv4/conf/",  "/proc/sys/net/ipv6/conf/",
	    "/proc/sys/net/ipv4/neigh/", "/proc/sys/net/ipv6/neigh/",
	};
	const char *queue = strstr(path, "/queue/");
	struct place place = {.class = CLASS_NONE};

	for (size_t i = 0; i < sizeof(nics) / sizeof(nics[0]); i++) {
		if (!split(arena, path, nics[i], CLASS_NIC, &place))
			continue;
		/* Of all interfaces, and of those to come. */
		if (text_equal(place.name, "all") || text_equal(place.name, "default"))
			place.class = CLASS_NONE;
		return place;
	}
	if (split(arena, path, POLICY_DIR "/", CLASS_POLICY, &place) ||
	    split(arena, path, IRQ_DIR "/", CLASS_IRQ, &place))
		return place;
	if (queue && (text_starts(path, "/sys/devices/") || text_starts(path, DISK_DIR "/")))
		place = (struct place){.class = CLASS_DISK,
				       .before = "",
				       .name = arena_strndup(arena, path, (size_t)(queue - path)),
				       .after = queue};
	return place;
}

const char *identity_follow(struct arena *arena, const char *path, const char *from, const char *to)
{
	struct place place = place_of(arena, path), old = place_of(arena, from),
		     new = place_of(arena, to);

	if (place.class == CLASS_NONE || place.class != old.class || new.class != old.class ||
	    !text_equal(place.name, old.name))
		return path;
	return arena_printf(arena, "%s%s%s", place.before, new.name, place.after);
}

const char *identity_name(struct arena *arena, const char *path)
{
	struct place place = place_of(arena, path);

	return place.class == CLASS_NONE ? NULL : sysfs_path_base(place.name);
}

/* What each is --------------------------------------------------------------------------------- */

struct parts {
	const char *object, *hardware, *place;
};

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

/* False: sysfs shows another network namespace than this process is in, whose cards of the same
 * names are others. */
static bool ask_nic(struct root *root, struct arena *arena, const char *name, struct parts *ret)
{
	const char *dir = arena_printf(arena, NIC_DIR "/%s", name), *type, *address;
	int r = root_read(root, arena,
			  arena_printf(arena, ETHTOOL_DIR "%s/permanent-address", name), &address);

	if (r == -EXDEV)
		return false;
	ret->object = sysfs_text(root, arena, dir, "ifindex");
	if (r < 0) {
		/* include/uapi/linux/netdevice.h: 0 is NET_ADDR_PERM */
		type = sysfs_text(root, arena, dir, "addr_assign_type");
		address =
		    !type || text_equal(type, "0") ? sysfs_text(root, arena, dir, "address") : NULL;
	}
	ret->hardware = address && !is_zero(address) ? address : NULL;
	return true;
}

/* In place of a disk's hardware: what its mapping or its file is called at present. */
#define CALLED "called "

static void ask_disk(struct root *root, struct arena *arena, const char *dir, struct parts *ret)
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
		ret->hardware = name ? arena_printf(arena, CALLED "%s", name) : NULL;
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

static bool ask(struct root *root, struct arena *arena, const struct place *place,
		struct parts *ret)
{
	const char *dir = arena_printf(arena, "%s%s", place->before, place->name);

	*ret = (struct parts){0};
	switch (place->class) {
	case CLASS_NONE:
		return false;
	case CLASS_NIC:
		return root_exists(root, arena_printf(arena, NIC_DIR "/%s", place->name)) &&
		       ask_nic(root, arena, place->name, ret);
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

static const char *text_of(struct root *root, struct arena *arena, struct identity_cache *cache,
			   const struct place *place)
{
	const char *device = arena_printf(arena, "%u%s", place->class, place->name), *text = NULL;
	struct parts parts;

	vec_for_each (known, &cache->known) {
		if (text_equal(known->device, device))
			return known->text;
	}
	if (ask(root, arena, place, &parts) && (parts.object || parts.hardware))
		text = arena_printf(arena, "%s|%s|%s", clean(arena, parts.object),
				    clean(arena, parts.hardware), clean(arena, parts.place));
	/* There may be thousands of interrupts, too many to be looked through each time. */
	if (place->class != CLASS_IRQ)
		vec_push(arena, &cache->known,
			 (struct identity_known){.device = device, .text = text});
	return text;
}

const char *identity_of(struct root *root, struct arena *arena, struct identity_cache *cache,
			const char *path)
{
	struct place place = place_of(arena, path);

	return place.class == CLASS_NONE ? NULL : text_of(root, arena, cache, &place);
}

/* Which is which ------------------------------------------------------------------------------- */

enum likeness { LIKE_OTHER, LIKE_UNKNOWN, LIKE_HARDWARE, LIKE_OBJECT };

static bool split_text(struct arena *arena, const char *text, struct parts *ret)
{
	names parts = text_split(arena, text, '|');

	if (parts.count != 3)
		return false;
	*ret = (struct parts){.object = parts.at[0], .hardware = parts.at[1], .place = parts.at[2]};
	return true;
}

static bool are_equal(const char *a, const char *b)
{
	return *a && text_equal(a, b);
}

static bool differ(const char *a, const char *b)
{
	return *a && *b && !text_equal(a, b);
}

/* That the names differ proves nothing: the file is moved or removed, the mapping renamed. */
static bool are_others(const struct parts *a, const struct parts *b)
{
	return differ(a->hardware, b->hardware) && !text_starts(a->hardware, CALLED) &&
	       !text_starts(b->hardware, CALLED);
}

static enum likeness compare(enum class class, const struct parts *a, const struct parts *b)
{
	/* A driver renames its handlers along with the card, and a disk gets a UUID later. */
	if ((class == CLASS_IRQ || class == CLASS_DISK) && are_equal(a->object, b->object))
		return LIKE_OBJECT;
	if (are_others(a, b))
		return LIKE_OTHER;
	if (are_equal(a->object, b->object))
		return LIKE_OBJECT;
	if (are_equal(a->hardware, b->hardware))
		return differ(a->object, b->object) ? LIKE_HARDWARE : LIKE_OBJECT;
	return differ(a->object, b->object) ? LIKE_OTHER : LIKE_UNKNOWN;
}

/* Search --------------------------------------------------------------------------------------- */

/* All devices of the class, as places that a path can be made of. */
static names names_of(struct root *root, struct arena *arena, enum class class)
{
	static const char *const dirs[] = {[CLASS_NIC] = NIC_DIR,
					   [CLASS_DISK] = DISK_DIR,
					   [CLASS_POLICY] = POLICY_DIR,
					   [CLASS_IRQ] = IRQ_DIR};
	names list = {0}, result = {0};
	uint64_t number;

	if (root_list(root, arena, dirs[class], &list) < 0)
		return result;
	vec_for_each (name, &list) {
		const char *target = NULL;

		if ((class == CLASS_POLICY && !text_starts(*name, "policy")) ||
		    (class == CLASS_IRQ && text_u64(*name, &number) < 0))
			continue;
		if (class == CLASS_DISK) {
			target = sysfs_target(root, arena, DISK_DIR, *name);
			if (!target)
				target = arena_printf(arena, DISK_DIR "/%s", *name);
		}
		vec_push(arena, &result, target ? target : *name);
	}
	return result;
}

static const struct identity_list *list_of(struct root *root, struct arena *arena,
					   struct identity_cache *cache, struct place at)
{
	struct identity_list *list = &cache->lists[at.class];
	names all = {0};
	struct parts parts;

	if (!list->is_listed)
		all = names_of(root, arena, at.class);
	list->is_listed = true;
	vec_for_each (name, &all) {
		const char *text;

		at.name = *name;
		text = text_of(root, arena, cache, &at);
		if (text && split_text(arena, text, &parts))
			vec_push(arena, &list->devices,
				 ((struct identity_device){.name = *name,
							   .object = parts.object,
							   .hardware = parts.hardware,
							   .place = parts.place}));
	}
	return list;
}

/* The best of all, if there is just one such; of two with the same hardware (two ways to one disk)
 * the one in the same place. */
static enum likeness search(struct root *root, struct arena *arena, struct identity_cache *cache,
			    struct place *place, const struct parts *wanted)
{
	const struct identity_list *list = list_of(root, arena, cache, *place);
	const char *best = NULL;
	enum likeness likeness = LIKE_UNKNOWN;
	bool is_here = false, is_one = false;

	vec_for_each (device, &list->devices) {
		const struct parts parts = {
		    .object = device->object, .hardware = device->hardware, .place = device->place};
		enum likeness like = compare(place->class, wanted, &parts);
		bool same_place = are_equal(wanted->place, parts.place);

		if (like < LIKE_HARDWARE || like < likeness)
			continue;
		if (like == likeness && is_here == same_place) {
			is_one = false;
			continue;
		}
		if (like == likeness && is_here)
			continue;
		likeness = like;
		best = device->name;
		is_here = same_place;
		is_one = true;
	}
	if (!is_one)
		return LIKE_OTHER;
	place->name = best;
	return likeness;
}

static bool has_inode(struct root *root, struct arena *arena, const struct place *place,
		      const char *name, uint64_t inode)
{
	bool is_driver = text_equal(place->before, ETHTOOL_DIR);
	const char *path = arena_printf(arena, "%s%s%s", is_driver ? NIC_DIR "/" : place->before,
					name, is_driver ? "/" : place->after);
	uint64_t now;

	return root_identity(root, sysfs_path_parent(arena, path), &now) == 0 && now == inode;
}

/* Of what an older version wrote down. */
static enum identity_found find_inode(struct root *root, struct arena *arena, struct place *place,
				      uint64_t inode)
{
	names list;

	if (!inode || (place->class != CLASS_NIC && place->class != CLASS_DISK) ||
	    text_starts(place->before, "/proc/") ||
	    has_inode(root, arena, place, place->name, inode))
		return IDENTITY_UNKNOWN;
	list = names_of(root, arena, place->class);
	vec_for_each (name, &list) {
		if (!has_inode(root, arena, place, *name, inode))
			continue;
		place->name = *name;
		return IDENTITY_SAME;
	}
	return IDENTITY_UNKNOWN;
}

enum identity_found identity_find(struct root *root, struct arena *arena,
				  struct identity_cache *cache, const char *path,
				  const char *identity, uint64_t inode, const char **ret_path)
{
	struct place place = place_of(arena, path);
	enum identity_found found = IDENTITY_UNKNOWN;
	enum likeness likeness = LIKE_OTHER;
	struct parts wanted, now = {0};
	const char *text = NULL;

	*ret_path = path;
	if (place.class == CLASS_NONE)
		return IDENTITY_UNKNOWN;
	if (!identity) {
		found = find_inode(root, arena, &place, inode);
	} else if (split_text(arena, identity, &wanted)) {
		text = text_of(root, arena, cache, &place);
		if (text && split_text(arena, text, &now))
			likeness = compare(place.class, &wanted, &now);
		else if (root_exists(root, sysfs_path_parent(arena, path)))
			likeness = LIKE_UNKNOWN;
		if (likeness == LIKE_UNKNOWN)
			return IDENTITY_UNKNOWN;
		if (likeness == LIKE_OTHER)
			likeness = search(root, arena, cache, &place, &wanted);
		found = likeness == LIKE_OBJECT     ? IDENTITY_SAME
			: likeness == LIKE_HARDWARE ? IDENTITY_ANEW
			: text                      ? IDENTITY_OTHER
						    : IDENTITY_GONE;
		/* Without numbers of objects nothing tells a card's new name from another card. */
		if (found == IDENTITY_OTHER && place.class == CLASS_IRQ &&
		    text_equal(now.object, ""))
			found = IDENTITY_UNKNOWN;
	}
	if (found == IDENTITY_SAME || found == IDENTITY_ANEW)
		*ret_path = arena_printf(arena, "%s%s%s", place.before, place.name, place.after);
	return found;
}
