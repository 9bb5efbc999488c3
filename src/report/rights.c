/* SPDX-License-Identifier: Apache-2.0 */
/* Puts capabilities and missing rights into words. */
#include "report/rights.h"

#include <ctype.h>
#include <sys/capability.h>

#include "base/text.h"

/* libcap has the names in small letters, and the number for one that it does not know. */
static const char *capability_name(struct arena *arena, unsigned capability)
{
	char *known = cap_to_name((cap_value_t)capability), *name;

	if (!known || *known < 'a')
		name = arena_printf(arena, "CAP_%u", capability);
	else
		name = arena_strdup(arena, known);
	(void)cap_free(known);
	for (char *at = name; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return name;
}

names rights_capabilities(struct arena *arena, uint64_t mask)
{
	names list = {0};

	for (unsigned bit = 0; bit < 64; bit++) {
		if (mask >> bit & 1)
			vec_push(arena, &list, capability_name(arena, bit));
	}
	return list;
}

static void miss_capability(struct arena *arena, names *list, const struct live *live,
			    unsigned capability, const char *what)
{
	const char *name = capability_name(arena, capability);

	if (!(live->capabilities >> capability & 1))
		vec_push(arena, list,
			 live->unit && live->uid == 0
			     ? arena_printf(
				   arena, "%s cannot be set: %s (see CapabilityBoundingSet= of %s)",
				   what, name, live->unit)
			     : arena_printf(arena, "%s cannot be set: %s", what, name));
}

/* To measure as the owner of the data directory. */
static void miss_ownership(struct arena *arena, names *list, const struct live *live)
{
	const uint64_t both = UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID;
	names missing = rights_capabilities(arena, both & ~live->capabilities);

	if (live->uid == 0 && live->data_dir.exists == TRI_YES && live->data_dir.uid != 0 &&
	    missing.count)
		vec_push(arena, list,
			 arena_printf(arena,
				      "the probe cannot act as the owner of the data directory: %s",
				      text_join(arena, &missing, ", ")));
}

names rights_missing(struct arena *arena, const struct live *live, bool live_root)
{
	names list = {0};

	if (live->uid > 0)
		vec_push(arena, &list, "settings cannot be written: this is not uid 0");
	if (live->uid < 0)
		vec_push(arena, &list, "whether settings can be written is not known: uid unknown");
	if (live->capabilities_known == TRI_YES) {
		miss_capability(arena, &list, live, CAP_SYS_ADMIN,
				"idle states and NUMA balancing");
		miss_capability(arena, &list, live, CAP_NET_ADMIN,
				"NIC queues and packet steering");
		if (live_root)
			miss_ownership(arena, &list, live);
	} else {
		vec_push(arena, &list,
			 "whether this process has the capabilities it needs is not known");
	}
	if (live->user_namespace == TRI_YES)
		vec_push(arena, &list,
			 "settings of the node cannot be written from this user namespace");
	if (live->initial_netns == TRI_NO)
		vec_push(
		    arena, &list,
		    "network settings of the node are not visible from this network namespace");
	if (live->io_uring == TRI_NO)
		vec_push(arena, &list, "io_uring is refused");
	if (live->linux_aio == TRI_NO)
		vec_push(arena, &list, "linux-aio is refused, and Redpanda needs it");
	return list;
}
