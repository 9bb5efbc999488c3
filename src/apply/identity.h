/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device is, whatever it is called: network cards are renamed, disks come back under another
 * name, frequency policies and interrupts get other numbers. The journal keeps this beside each
 * path, so that a value is given back to the device that it was taken from, and to no other.
 */
#ifndef APPLY_IDENTITY_H
#define APPLY_IDENTITY_H

#include "base/arena.h"
#include "sys/root.h"

struct identity_known {
	const char *device, *text;
};

/* One of a class, to be searched: its name, and its identity taken apart. */
struct identity_device {
	const char *name, *object, *hardware, *place;
};

struct identity_list {
	bool is_listed;
	bool is_partial; /* some could not be listed or asked: what is not found may be one of them
			  */
	VEC(struct identity_device) devices;
};

enum { identity_class_count = 6 };

struct identity_vector {
	uint64_t number;
	const char *function;
};

/* What is known of the devices of this node, each asked once, interrupts once more for the list. */
struct identity_cache {
	VEC(struct identity_known) known;
	struct identity_list lists[identity_class_count]; /* by class, see identity_impl.h */
	VEC(struct identity_vector) vectors;              /* of PCI functions, by number */
	bool has_vectors;
	names settled; /* devices that are where they were, see identity_settle() */
};

/*
 * "OBJECT|HARDWARE|PLACE", any of which may be empty:
 *
 *   network card        ifindex | permanent address | PCI function, or what else it hangs on
 *   its sysctls         the same, the last only where sysfs shows this network namespace
 *   disk                diskseq, else inode of its directory | wwid, serial, uuid | PCI function
 *                       in place of these "called " and the name of its mapping or its file
 *   frequency policy    inode of its directory | CPUs |
 *   interrupt           inode of its directory in /sys/kernel/irq | names of its handlers |
 *                       PCI function
 *
 * The kernel gives no two objects the same OBJECT before the next boot. Of an interrupt that its
 * driver makes anew with the write at hand only the PLACE stays. NULL: the path belongs to none of
 * these, or nothing is known of it.
 */
const char *identity_of(struct root *root, struct arena *arena, struct identity_cache *cache,
			const char *path, bool is_made_anew);

enum identity_found {
	IDENTITY_UNKNOWN, /* it cannot be told */
	IDENTITY_SAME,
	IDENTITY_ANEW,    /* the same hardware, which the kernel has made a new object of */
	IDENTITY_OTHER,   /* it is nowhere, and what has its name is another one */
	IDENTITY_GONE,    /* it is nowhere, nor is its name */
	IDENTITY_UNCLEAR, /* nothing has its name, and several others may be it */
};

/* Before any search: a device that has its own name still is not taken for another one that looks
 * like it. */
void identity_settle(struct root *root, struct arena *arena, struct identity_cache *cache,
		     const char *path, const char *identity);

/* Where the device of that path and identity is now. *ret_path: the path by which it is reached.
 * Without an identity: by the inode of the directory, 0 unknown. */
enum identity_found identity_find(struct root *root, struct arena *arena,
				  struct identity_cache *cache, const char *path,
				  const char *identity, uint64_t inode, const char **ret_path);

/* Of a device that identity_find() does not find: nothing proves that it is gone. Not all that are
 * here could be asked; or it is a card, and what it hung on is there and holds no other one, so it
 * may be in another network namespace. */
bool identity_may_be_away(struct root *root, struct arena *arena, struct identity_cache *cache,
			  const char *path, const char *identity);

/* A path of the device that `from` belonged to, once that is called as in `to`; else the path. */
const char *identity_follow(struct arena *arena, const char *path, const char *from,
			    const char *to);

/* Both belong to one device. */
bool identity_is_of(struct arena *arena, const char *path, const char *other);

/* It is a sysctl of one interface, which is asked in this process's network namespace. */
bool identity_is_of_interface(struct arena *arena, const char *path);

/* "eth0" of a path; NULL: none of the above. */
const char *identity_name(struct arena *arena, const char *path);

#endif
