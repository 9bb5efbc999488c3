/* SPDX-License-Identifier: Apache-2.0 */
#include "report/rights.h"

#include <assert.h>

#include "base/text.h"

#define CAPABILITY(name) [name] = #name

static const char *const capability_names[] = {
    CAPABILITY(CAP_CHOWN),
    CAPABILITY(CAP_DAC_OVERRIDE),
    CAPABILITY(CAP_DAC_READ_SEARCH),
    CAPABILITY(CAP_FOWNER),
    CAPABILITY(CAP_FSETID),
    CAPABILITY(CAP_KILL),
    CAPABILITY(CAP_SETGID),
    CAPABILITY(CAP_SETUID),
    CAPABILITY(CAP_SETPCAP),
    CAPABILITY(CAP_LINUX_IMMUTABLE),
    CAPABILITY(CAP_NET_BIND_SERVICE),
    CAPABILITY(CAP_NET_BROADCAST),
    CAPABILITY(CAP_NET_ADMIN),
    CAPABILITY(CAP_NET_RAW),
    CAPABILITY(CAP_IPC_LOCK),
    CAPABILITY(CAP_IPC_OWNER),
    CAPABILITY(CAP_SYS_MODULE),
    CAPABILITY(CAP_SYS_RAWIO),
    CAPABILITY(CAP_SYS_CHROOT),
    CAPABILITY(CAP_SYS_PTRACE),
    CAPABILITY(CAP_SYS_PACCT),
    CAPABILITY(CAP_SYS_ADMIN),
    CAPABILITY(CAP_SYS_BOOT),
    CAPABILITY(CAP_SYS_NICE),
    CAPABILITY(CAP_SYS_RESOURCE),
    CAPABILITY(CAP_SYS_TIME),
    CAPABILITY(CAP_SYS_TTY_CONFIG),
    CAPABILITY(CAP_MKNOD),
    CAPABILITY(CAP_LEASE),
    CAPABILITY(CAP_AUDIT_WRITE),
    CAPABILITY(CAP_AUDIT_CONTROL),
    CAPABILITY(CAP_SETFCAP),
    CAPABILITY(CAP_MAC_OVERRIDE),
    CAPABILITY(CAP_MAC_ADMIN),
    CAPABILITY(CAP_SYSLOG),
    CAPABILITY(CAP_WAKE_ALARM),
    CAPABILITY(CAP_BLOCK_SUSPEND),
    CAPABILITY(CAP_AUDIT_READ),
    CAPABILITY(CAP_PERFMON),
    CAPABILITY(CAP_BPF),
    CAPABILITY(CAP_CHECKPOINT_RESTORE),
};
enum { NAMED = sizeof(capability_names) / sizeof(capability_names[0]) };
static_assert(NAMED <= CAP_LAST_CAP + 1, "RIGHTS_ALL leaves out a named capability");

names rights_capabilities(struct arena *arena, uint64_t mask)
{
	names list = {0};

	for (unsigned bit = 0; bit < 64; bit++) {
		if (mask >> bit & 1)
			vec_push(arena, &list,
				 bit < NAMED ? capability_names[bit]
					     : arena_printf(arena, "CAP_%u", bit));
	}
	return list;
}

static void miss_capability(struct arena *arena, names *list, const struct live *live,
			    unsigned capability, const char *what)
{
	if (!(live->capabilities >> capability & 1))
		vec_push(arena, list,
			 live->unit && live->uid == 0
			     ? arena_printf(
				   arena, "%s cannot be set: %s (see CapabilityBoundingSet= of %s)",
				   what, capability_names[capability], live->unit)
			     : arena_printf(arena, "%s cannot be set: %s", what,
					    capability_names[capability]));
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
		vec_push(arena, &list, "what needs a capability is not known to be possible");
	}
	if (live->user_namespace == TRI_YES)
		vec_push(arena, &list,
			 "settings of the node cannot be written from this user namespace");
	if (live->initial_netns == TRI_NO)
		vec_push(arena, &list,
			 "network settings of the node are not seen from this network namespace");
	if (live->io_uring == TRI_NO)
		vec_push(arena, &list, "io_uring is refused");
	if (live->linux_aio == TRI_NO)
		vec_push(arena, &list, "linux-aio is refused, which Redpanda runs on");
	return list;
}
