/* SPDX-License-Identifier: Apache-2.0 */
/* What identity.c and identity_find.c share. */
#ifndef APPLY_IDENTITY_IMPL_H
#define APPLY_IDENTITY_IMPL_H

#include "apply/identity.h"

#define NIC_DIR    "/sys/class/net"
#define DISK_DIR   "/sys/block"
#define POLICY_DIR "/sys/devices/system/cpu/cpufreq"
#define IRQ_DIR    "/proc/irq"

/* In place of a disk's hardware: what its mapping or its file is called at present. */
#define IDENTITY_CALLED "called "

/* A card is one that sysfs shows. An interface has sysctls, and is one of this process's own
 * network namespace, which need not be the one that sysfs shows. */
enum identity_class {
	CLASS_NONE,
	CLASS_NIC,
	CLASS_DISK,
	CLASS_POLICY,
	CLASS_IRQ,
	CLASS_INTERFACE,
};
_Static_assert(CLASS_INTERFACE + 1 == identity_class_count, "a list for each class");

/* A path taken apart: before + name + after is the path again. For a disk, whose own directory has
 * other names above it, `before` is empty and `name` is that directory. */
struct identity_place {
	enum identity_class class;
	const char *before, *name, *after;
};

struct identity_parts {
	const char *object, *hardware, *place;
};

struct identity_place identity_place_of(struct arena *arena, const char *path);

/* All interfaces that have sysctls, by name. An errno: *ret lacks some. */
_must_check_ int identity_interfaces(struct root *root, struct arena *arena, names *ret);

/* The identity of what has that name, of an interrupt without its place; NULL: it is not there, or
 * nothing is known of it. */
const char *identity_text(struct root *root, struct arena *arena, struct identity_cache *cache,
			  const struct identity_place *place);

/* The PCI function that has that vector; NULL: none, or not known. */
const char *identity_function_of(struct root *root, struct arena *arena,
				 struct identity_cache *cache, const char *number);

/* The PCI function, if it has that vector still, else another word; "": nothing is known. */
const char *identity_function_now(struct root *root, struct arena *arena, const char *function,
				  const char *number);

#endif
