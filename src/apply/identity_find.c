/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a device again under another name, and tells it from others. */
#include "apply/identity.h"

#include "apply/identity_impl.h"
#include "base/text.h"
#include "facts/sysfs.h"
#include "sys/ethtool.h"

/* Which is which ------------------------------------------------------------------------------- */

enum likeness {
	LIKE_OTHER,
	LIKE_UNKNOWN,
	LIKE_ANEW,     /* the same hardware, another object */
	LIKE_HARDWARE, /* the same hardware; nothing is known of the objects */
	LIKE_OBJECT,
};

static bool is_card(enum identity_class class)
{
	return class == CLASS_NIC || class == CLASS_INTERFACE;
}

static bool split_text(struct arena *arena, const char *text, struct identity_parts *ret)
{
	names parts = text_split(arena, text, '|');

	if (parts.count != 3)
		return false;
	*ret = (struct identity_parts){
	    .object = parts.at[0], .hardware = parts.at[1], .place = parts.at[2]};
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
static bool are_others(const struct identity_parts *a, const struct identity_parts *b)
{
	return differ(a->hardware, b->hardware) && !text_starts(a->hardware, IDENTITY_CALLED) &&
	       !text_starts(b->hardware, IDENTITY_CALLED);
}

static enum likeness compare(enum identity_class class, const struct identity_parts *a,
			     const struct identity_parts *b)
{
	/* A driver renames its handlers along with the card, and a disk gets a UUID later. */
	if ((class == CLASS_IRQ || class == CLASS_DISK) && are_equal(a->object, b->object))
		return LIKE_OBJECT;
	if (class == CLASS_IRQ && differ(a->place, b->place))
		return LIKE_OTHER;
	if (are_others(a, b))
		return LIKE_OTHER;
	if (are_equal(a->object, b->object))
		return LIKE_OBJECT;
	if (differ(a->object, b->object))
		return are_equal(a->hardware, b->hardware) ? LIKE_ANEW : LIKE_OTHER;
	return are_equal(a->hardware, b->hardware) ? LIKE_HARDWARE : LIKE_UNKNOWN;
}

/* What has its name still. Of a vector that its driver makes anew only the place is known. */
static enum likeness compare_own(enum identity_class class, const struct identity_parts *wanted,
				 const struct identity_parts *now)
{
	enum likeness likeness = compare(class, wanted, now);

	return likeness == LIKE_UNKNOWN && class == CLASS_IRQ &&
		       are_equal(wanted->place, now->place)
		   ? LIKE_HARDWARE
		   : likeness;
}

/* Search --------------------------------------------------------------------------------------- */

/* All devices of the class, as places that a path can be made of. An errno: *ret lacks some. */
static int names_of(struct root *root, struct arena *arena, enum identity_class class, names *ret)
{
	static const char *const dirs[] = {[CLASS_NIC] = NIC_DIR,
					   [CLASS_DISK] = DISK_DIR,
					   [CLASS_POLICY] = POLICY_DIR,
					   [CLASS_IRQ] = IRQ_DIR,
					   [CLASS_INTERFACE] = NIC_DIR};
	names list = {0};
	uint64_t number;
	int r;

	*ret = (names){0};
	/* A tree of files shows the cards of one namespace alone. */
	if (class == CLASS_INTERFACE && root_is_live(root))
		return identity_interfaces(root, arena, ret);
	r = root_list(root, arena, dirs[class], &list);
	if (r < 0)
		return err_is_absent(r) ? 0 : r;
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
		vec_push(arena, ret, target ? target : *name);
	}
	return 0;
}

/* It is there and does not say what it is, as where sockets are refused. There are files among the
 * cards of sysfs that are none (bonding_masters). */
static bool is_silent(struct root *root, struct arena *arena, enum identity_class class,
		      const char *name)
{
	if (!root_is_live(root))
		return false;
	return class == CLASS_INTERFACE ||
	       (class == CLASS_NIC &&
		root_may_exist(root, arena_printf(arena, NIC_DIR "/%s/ifindex", name)));
}

static const struct identity_list *list_of(struct root *root, struct arena *arena,
					   struct identity_cache *cache, struct identity_place at)
{
	struct identity_list *list = &cache->lists[at.class];
	names all = {0};
	struct identity_parts parts;

	if (!list->is_listed)
		list->is_partial = names_of(root, arena, at.class, &all) < 0;
	list->is_listed = true;
	vec_for_each (name, &all) {
		const char *text, *function = NULL;

		at.name = *name;
		text = identity_text(root, arena, cache, &at);
		list->is_partial |= !text && is_silent(root, arena, at.class, *name);
		if (!text || !split_text(arena, text, &parts))
			continue;
		/* Where two cards change names, so do their handlers. */
		if (at.class == CLASS_IRQ)
			function = identity_function_of(root, arena, cache, *name);
		if (function)
			parts.place = function;
		vec_push(arena, &list->devices,
			 ((struct identity_device){.name = *name,
						   .object = parts.object,
						   .hardware = parts.hardware,
						   .place = parts.place}));
	}
	return list;
}

static bool has_inode(struct root *root, struct arena *arena, const struct identity_place *place,
		      const char *name, uint64_t inode)
{
	bool is_driver = text_equal(place->before, ETHTOOL_DIR);
	const char *path = arena_printf(arena, "%s%s%s", is_driver ? NIC_DIR "/" : place->before,
					name, is_driver ? "/" : place->after);
	uint64_t now;

	return root_identity(root, sysfs_path_parent(arena, path), &now) == 0 && now == inode;
}

/* One that may be it, and what speaks for it. */
struct candidate {
	const char *name;
	enum likeness likeness;
	bool has_place, has_inode;
};

/* > 0: a is the better one. */
static int weigh(const struct candidate *a, const struct candidate *b)
{
	if (a->likeness != b->likeness)
		return a->likeness > b->likeness ? 1 : -1;
	if (a->has_place != b->has_place)
		return a->has_place ? 1 : -1;
	return a->has_inode - b->has_inode;
}

static bool is_settled(struct arena *arena, const struct identity_cache *cache,
		       enum identity_class class, const char *name)
{
	const char *device = arena_printf(arena, "%u%s", class, name);

	vec_for_each (settled, &cache->settled) {
		if (text_equal(*settled, device))
			return true;
	}
	return false;
}

/* Not taken for another one: it is where it was itself, or it is another port of the same address
 * (Azure's card and its function). *ret_unclear: the latter, where nothing is known of objects. */
static bool is_ruled_out(struct arena *arena, const struct identity_cache *cache,
			 enum identity_class class, const struct candidate *one, bool is_elsewhere,
			 bool *ret_unclear)
{
	if (one->likeness == LIKE_OBJECT)
		return false;
	if (is_settled(arena, cache, class, one->name))
		return true;
	if (!is_card(class) || !is_elsewhere)
		return false;
	*ret_unclear |= one->likeness == LIKE_HARDWARE;
	return true;
}

/* The best of all, if there is just one such: of two with the same hardware the one in the same
 * place, else with the same inode. */
static enum likeness search(struct root *root, struct arena *arena, struct identity_cache *cache,
			    struct identity_place *place, const struct identity_parts *wanted,
			    uint64_t inode)
{
	const struct identity_list *list = list_of(root, arena, cache, *place);
	struct candidate best = {.likeness = LIKE_UNKNOWN};
	bool is_one = false, is_unclear = false;

	vec_for_each (device, &list->devices) {
		const struct identity_parts parts = {
		    .object = device->object, .hardware = device->hardware, .place = device->place};
		struct candidate one = {.name = device->name,
					.likeness = compare(place->class, wanted, &parts),
					.has_place = are_equal(wanted->place, parts.place)};
		int order;

		if (one.likeness < LIKE_ANEW || one.likeness < best.likeness ||
		    is_ruled_out(arena, cache, place->class, &one,
				 differ(wanted->place, parts.place), &is_unclear))
			continue;
		if (one.likeness == LIKE_HARDWARE)
			one.has_inode = inode && has_inode(root, arena, place, one.name, inode);
		order = weigh(&one, &best);
		if (order > 0)
			best = one;
		is_one = order > 0 || (is_one && order < 0);
	}
	if (list->is_partial && best.likeness < LIKE_OBJECT)
		return LIKE_UNKNOWN;
	if (is_one) {
		place->name = best.name;
		return best.likeness;
	}
	/* Objects of their own: what had the values is none of them. */
	if (best.likeness == LIKE_ANEW)
		return LIKE_OTHER;
	return best.name || is_unclear ? LIKE_UNKNOWN : LIKE_OTHER;
}

/* Of what an older version wrote down. */
static enum identity_found find_inode(struct root *root, struct arena *arena,
				      struct identity_place *place, uint64_t inode)
{
	names list;

	if (!inode || (place->class != CLASS_NIC && place->class != CLASS_DISK) ||
	    has_inode(root, arena, place, place->name, inode))
		return IDENTITY_UNKNOWN;
	(void)!names_of(root, arena, place->class, &list);
	vec_for_each (name, &list) {
		if (!has_inode(root, arena, place, *name, inode))
			continue;
		place->name = *name;
		return IDENTITY_SAME;
	}
	return IDENTITY_UNKNOWN;
}

/* What has the name now. False: nothing. */
static bool ask_now(struct root *root, struct arena *arena, struct identity_cache *cache,
		    const struct identity_place *place, const struct identity_parts *wanted,
		    struct identity_parts *ret)
{
	const char *text = identity_text(root, arena, cache, place);

	*ret = (struct identity_parts){.object = "", .hardware = "", .place = ""};
	if (text && !split_text(arena, text, ret))
		return false;
	if (place->class != CLASS_IRQ)
		return text;
	ret->place = identity_function_now(root, arena, wanted->place, place->name);
	return text || root_exists(root, arena_printf(arena, "%s%s", place->before, place->name));
}

void identity_settle(struct root *root, struct arena *arena, struct identity_cache *cache,
		     const char *path, const char *identity)
{
	struct identity_place place = identity_place_of(arena, path);
	struct identity_parts wanted, now;

	if ((!is_card(place.class) && place.class != CLASS_DISK) || !identity ||
	    is_settled(arena, cache, place.class, place.name) ||
	    !split_text(arena, identity, &wanted) ||
	    !ask_now(root, arena, cache, &place, &wanted, &now) ||
	    differ(wanted.place, now.place) || compare(place.class, &wanted, &now) < LIKE_HARDWARE)
		return;
	vec_push(arena, &cache->settled, arena_printf(arena, "%u%s", place.class, place.name));
}

/* By its identity; *place gets its present name. */
static enum identity_found find_identity(struct root *root, struct arena *arena,
					 struct identity_cache *cache, struct identity_place *place,
					 const char *path, const struct identity_parts *wanted,
					 uint64_t inode)
{
	struct identity_parts now;
	bool is_there = ask_now(root, arena, cache, place, wanted, &now);
	enum likeness likeness = is_there ? compare_own(place->class, wanted, &now)
				 : root_exists(root, sysfs_path_parent(arena, path)) ? LIKE_UNKNOWN
										     : LIKE_OTHER;
	enum likeness best;

	if (likeness == LIKE_UNKNOWN)
		return IDENTITY_UNKNOWN;
	/* Two cards may have one address, and have changed names. */
	if (likeness < LIKE_HARDWARE ||
	    (likeness == LIKE_HARDWARE && differ(wanted->place, now.place))) {
		best = *wanted->object || *wanted->hardware
			   ? search(root, arena, cache, place, wanted, inode)
			   : LIKE_OTHER;
		if (best == LIKE_UNKNOWN && likeness == LIKE_OTHER && !is_there)
			return cache->lists[place->class].is_partial ? IDENTITY_UNKNOWN
								     : IDENTITY_UNCLEAR;
		if (best > LIKE_UNKNOWN)
			likeness = best;
	}
	/* Without numbers of objects nothing tells a card's new name from another card. */
	if (likeness == LIKE_OTHER && place->class == CLASS_IRQ && is_there &&
	    text_equal(now.object, "") && !differ(wanted->place, now.place))
		return IDENTITY_UNKNOWN;
	return likeness == LIKE_OTHER  ? is_there ? IDENTITY_OTHER : IDENTITY_GONE
	       : likeness == LIKE_ANEW ? IDENTITY_ANEW
				       : IDENTITY_SAME;
}

enum identity_found identity_find(struct root *root, struct arena *arena,
				  struct identity_cache *cache, const char *path,
				  const char *identity, uint64_t inode, const char **ret_path)
{
	struct identity_place place = identity_place_of(arena, path);
	enum identity_found found = IDENTITY_UNKNOWN;
	struct identity_parts wanted;

	*ret_path = path;
	if (place.class == CLASS_NONE)
		return IDENTITY_UNKNOWN;
	if (!identity)
		found = find_inode(root, arena, &place, inode);
	else if (split_text(arena, identity, &wanted))
		found = find_identity(root, arena, cache, &place, path, &wanted, inode);
	if (found == IDENTITY_SAME || found == IDENTITY_ANEW)
		*ret_path = arena_printf(arena, "%s%s%s", place.before, place.name, place.after);
	return found;
}

/* Where no bus is shown nothing says that it is gone. */
static bool is_on_a_bus(struct root *root, struct arena *arena, const char *device)
{
	names buses = {0};

	if (root_list(root, arena, "/sys/bus", &buses) < 0)
		return true;
	vec_for_each (bus, &buses) {
		if (root_exists(root, arena_printf(arena, "/sys/bus/%s/devices/%s", *bus, device)))
			return true;
	}
	return false;
}

bool identity_may_be_away(struct root *root, struct arena *arena, struct identity_cache *cache,
			  const char *path, const char *identity)
{
	struct identity_place place = identity_place_of(arena, path);
	struct identity_parts wanted;

	if (place.class == CLASS_NONE || !identity)
		return false;
	if (cache->lists[place.class].is_partial)
		return true;
	if (place.class != CLASS_NIC || !split_text(arena, identity, &wanted) || !*wanted.place ||
	    !is_on_a_bus(root, arena, wanted.place))
		return false;
	/* The other port of the function is where it was, and says nothing of this one. */
	vec_for_each (device, &list_of(root, arena, cache, place)->devices) {
		if (text_equal(device->place, wanted.place) &&
		    !is_settled(arena, cache, place.class, device->name))
			return false;
	}
	return true;
}
