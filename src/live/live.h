/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is not a file below the root: system calls, CPUID, the caller's own mount namespace. Asked
 * from the kernel on a live root; on a recorded node read from the file /.thintune/live (key=value
 * lines), which `record` writes with the same keys. So a recorded node gives the same facts as the
 * live one. Unknown stays unknown: NULL, -1 or *_UNKNOWN.
 */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/root.h"

#define LIVE_FILE "/.thintune/live"

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

/* The data directory as the caller's mount namespace sees it. */
struct live_data_dir {
	const char *path;
	enum tri exists; /* UNKNOWN: could not be looked at (error holds why) */
	int error;       /* negative errno, 0 */
	bool is_directory;
	unsigned dev_major, dev_minor; /* of the file system it lies on */
	const char *fs_type; /* "xfs", "ext4", "overlay", ...: from mountinfo, else magic */
	const char *mount_point;
	const char *mount_options; /* per-mount and super options, comma separated, merged */
	const char *mount_source;  /* "/dev/nvme0n1p1" */
	const char *system_use;    /* the same file system mounted where the system's own files
				    * live ("/", "/var"); NULL: not seen */
	const char *shared_with;   /* in a container: a file bound from it ("/etc/hosts") */
	bool is_ephemeral;         /* a Kubernetes emptyDir: goes with the pod */
	unsigned uid, gid, mode;   /* mode: permission bits */
	uint64_t free_bytes;       /* for unprivileged users (f_bavail); varies by itself */
	uint64_t size_bytes;
	bool has_data;   /* anything besides lost+found in it: a broker's data may be lost */
	unsigned shards; /* that its data was written with; 0: none seen */
};

/* Anything besides lost+found in it; UNKNOWN: it cannot be listed. */
enum tri live_dir_has_data(struct arena *arena, const char *path);

/* UUID of the file system, or what comes next to it; NULL unknown. */
const char *probe_filesystem_id(struct arena *arena, const struct live_data_dir *dir);

/* Whether a running redpanda holds its lock in the data directory. */
enum tri probe_dir_in_use(struct arena *arena, const struct live_data_dir *dir);

struct live {
	const char *kernel_release, *machine; /* uname */
	int64_t uid;                          /* effective, -1 unknown */
	enum tri capabilities_known;
	uint64_t capabilities;   /* effective set, bit N = CAP_N of linux/capability.h */
	enum tri user_namespace; /* NO: uid_map is the identity: initial user namespace */
	enum tri initial_netns;  /* is the caller's network namespace the node's own */
	const char *unit;        /* the service of systemd that this runs in; NULL: none */
	const char *container;   /* "none", "kubernetes", "docker", "podman", "lxc", "container" */
	const char *hypervisor;  /* CPUID leaf 0x40000000: "KVMKVMKVM", "Microsoft Hv", NULL none */
	enum tri clock_synchronised; /* adjtimex */
	enum tri io_uring;           /* io_uring_setup allowed; asked without leaving a ring */
	enum tri linux_aio;          /* io_setup allowed; asked without making a context */
	const char *listens_on; /* NICs that hold the addresses which redpanda.yaml names, "eth0
				 * eth1"; NULL: not told, or any */
	uint64_t page_bytes;
	unsigned broker_shards; /* reactor threads of running redpanda processes; 0 none seen */
	enum tri broker_running;
	struct live_data_dir data_dir;
};

/* data_dir: NULL takes the recorded one, or on a live root /var/lib/redpanda/data. A data_dir that
 * a record does not know is all unknown, never looked up on the machine at hand. */
_must_check_ int live_read(struct root *root, struct arena *arena, const char *data_dir,
			   struct live *ret, struct err *err);

/* Fills listens_on from this process's network namespace, when that is the node's own. */
void live_ask_listeners(struct arena *arena, const names *addresses, struct live *live);

/* An address of an interface, as the kernel has it. */
struct held_address {
	const char *interface;
	bool is_loopback;
	int family; /* AF_INET, AF_INET6 */
	unsigned char bytes[16];
};
typedef VEC(struct held_address) held_addresses;

/* The interfaces that hold these addresses, each once; NULL when that is not told by all of them:
 * an address is the wildcard, a name, or nobody's here; or when they are those of loopback alone.
 * Pure. */
const char *live_listeners(struct arena *arena, const names *addresses, const held_addresses *held);

/* Inode number of the caller's network namespace, whose values /proc/sys/net shows through whatever
 * mount; 0: not known, or the root is a record. */
uint64_t live_network(struct root *root);

/* The text of LIVE_FILE for this live; a pure function, scrubbed of nothing (record does that). */
char *live_text(struct arena *arena, const struct live *live);

#endif
