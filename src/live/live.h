/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the node tells in other ways than by files below the root: system calls, CPUID, the caller's
 * mount namespace. On a live root the kernel is asked; for a recorded node the answers are read
 * from
 * /.thintune/live, which `record` writes, so both give the same facts. What is unknown stays so:
 * NULL, -1 or *_UNKNOWN.
 */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/root.h"

#define LIVE_FILE "/.thintune/live"

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

/* A block device that a mount option names. */
struct live_device {
	const char *name;   /* "/dev/sdb1", as the option says; NULL: there is none */
	const char *number; /* "8:17"; NULL: nothing of that name is seen */
};

/* The file of that name in the data directory, which holds nothing but space. */
#define LIVE_BALLAST "ballast"
struct live_ballast {
	enum tri exists; /* UNKNOWN: it could not be looked at; error says why */
	int error;       /* negative errno, 0 */
	bool is_file;    /* a regular one, with no other name; no link to one */
	uint64_t size_bytes, allocated_bytes;
	unsigned uid, gid;
};

/* The data directory as the caller's mount namespace sees it. */
struct live_data_dir {
	const char *path;
	const char *id; /* tells it from others, also after a reboot; NULL: nothing does so, or it
			 * is a record's */
	struct live_ballast ballast;
	enum tri exists; /* UNKNOWN: it could not be looked at; error says why */
	int error;       /* negative errno, 0 */
	bool is_directory;
	unsigned dev_major, dev_minor; /* of its file system */
	uint64_t inode;                /* on a live node alone */
	const char *fs_type; /* "xfs", "ext4", "overlay", ...: from mountinfo, else magic */
	const char *mount_point;
	const char *mount_options;        /* per-mount and super options, comma separated, merged */
	enum tri fs_read_only;            /* NO: if read-only, then only as mounted here */
	const char *mount_source;         /* "/dev/nvme0n1p1" */
	struct live_device log, realtime; /* of XFS, beside the mounted device */
	const char *system_use;  /* where the same file system holds the system's files ("/",
				  * "/var"); NULL: nowhere seen */
	const char *shared_with; /* in a container: a file bound from it ("/etc/hosts"); NULL */
	bool is_ephemeral;       /* a Kubernetes emptyDir: deleted with the pod */
	unsigned uid, gid, mode; /* mode: permission bits */
	uint64_t free_bytes;     /* for unprivileged users (f_bavail); varies */
	uint64_t size_bytes;
	bool has_data;   /* live_dir_has_data(): a broker's data could be lost */
	unsigned shards; /* with which its data was written; 0: unknown */
};

/* Whether it holds more than lost+found and a ballast file; UNKNOWN: it cannot be listed. */
enum tri live_dir_has_data(struct arena *arena, const char *path);

/* Opens the directory while this process may still reach it. -ESTALE: it is not the one that was
 * looked at, or gone; whoever owns a directory above it, or mounts, can put another one there. */
_must_check_ int live_dir_open(const struct live_data_dir *dir, int *ret_fd, struct err *err);

/* Looks at the directory of that path and opens it if it has this id. -ENOENT: there is none, or
 * another one in its place; -ELOOP: another user may change a link on the way to it, and so say in
 * whose directory something is made. */
_must_check_ int live_dir_find(struct arena *arena, const char *path, const char *id,
			       struct live_data_dir *ret, int *ret_fd);

/* A name of its file system that survives reboots and a change of device number: the UUID if the
 * kernel tells it, else an id made from the next best. NULL: there is none. */
const char *live_dir_filesystem_id(struct arena *arena, const struct live_data_dir *dir);

/* Whether a running broker holds its lock in the data directory. */
enum tri live_dir_in_use(struct arena *arena, const struct live_data_dir *dir);
/* The same for who looks again and again: it takes no lock, not even for a moment, so a broker that
 * starts is never refused its own. A fork of Redpanda that uses flock() is not seen. */
enum tri live_dir_is_locked(struct arena *arena, const struct live_data_dir *dir);

struct live {
	const char *kernel_release, *machine; /* uname */
	int64_t uid;                          /* effective, -1 unknown */
	enum tri capabilities_known;
	uint64_t capabilities;   /* effective set, bit N = CAP_N of linux/capability.h */
	enum tri user_namespace; /* NO: uid_map is the identity, so it is the initial one */
	enum tri initial_netns;  /* whether the caller is in the node's own network namespace */
	const char *unit;        /* the systemd service that this runs in; NULL: none */
	const char *container;   /* "none", "kubernetes", "docker", "podman", "lxc", "container" */
	const char *hypervisor;  /* CPUID leaf 0x40000000: "KVMKVMKVM", "Microsoft Hv"; NULL */
	enum tri clock_synchronised; /* adjtimex */
	enum tri io_uring;           /* io_uring_setup is allowed; tried without making a ring */
	enum tri linux_aio;          /* io_setup is allowed; tried without making a context */
	const char *listens_on;      /* cards that hold the addresses in redpanda.yaml, "eth0 eth1";
				      * NULL: unknown, or any */
	uint64_t page_bytes;
	const char *kubelet_dir;      /* of the running kubelet: --root-dir, or what it takes
				       * without one; NULL: none is seen to run */
	const char *kubelet_reserved; /* CPUs that a kubelet keeps for the system, as it was told;
				       * NULL: none, or no kubelet seen */
	const char *kubelet_reserved_from; /* a few words: where that is said */
	const char *kubelet_problem; /* a sentence: why it is not known; NULL: it is, or as above */
	unsigned broker_shards;      /* reactor threads of running brokers; 0: none seen */
	bool sees_processes; /* /proc shows the node's own, not those of a container alone */
	enum tri broker_running;
	const char *broker_groups; /* control groups whose main process is a broker, where they may
				    * be of a pod's container, a line each, without the "/" or
				    * "/../" that they begin with for this process; NULL: none */
	struct live_data_dir data_dir;
};

/* data_dir: NULL means the recorded one, or on a live root /var/lib/redpanda/data. If a record does
 * not know a data_dir, all about it is unknown: it is never looked up on the present machine. */
_must_check_ int live_read(struct root *root, struct arena *arena, const char *data_dir,
			   struct live *ret, struct err *err);

#define KUBELET_DIR "/var/lib/kubelet"

/* Where a kubelet's directory is by default, and where distributions put it; ends with NULL. */
extern const char *const live_kubelet_dirs[];

#define CGROUP_DIR "/sys/fs/cgroup"

/* What holds all pods, as a path below a hierarchy of control groups, also below the kubelet's
 * --cgroup-root of a node in a container; ends with NULL. */
extern const char *const live_pod_holders[];

/* Adds the directories of hierarchies that may have cpusets: version 2, also where systemd keeps it
 * beside version 1, and version 1, where controllers may share a directory that has the names of
 * all. Negative: these are not all, since CGROUP_DIR cannot be listed. */
_must_check_ int live_cpu_hierarchies(struct root *root, struct arena *arena, names *ret);

/* What a running kubelet says of its directory and of the CPUs that it reserves; else what the
 * files in its directory say. dir: where that is; NULL: not known. A record's answers stand. */
void live_ask_kubelet(struct root *root, struct arena *arena, const char *dir, struct live *live);

/* Fills listens_on from this process's network namespace, if that is the node's own. */
void live_ask_listeners(struct arena *arena, const names *addresses, struct live *live);

/* An address of an interface, in the kernel's form. */
struct held_address {
	const char *interface;
	bool is_loopback;
	int family; /* AF_INET, AF_INET6 */
	unsigned char bytes[16];
};
typedef VEC(struct held_address) held_addresses;

/* The interfaces that hold these addresses, each once. NULL if an address is the wildcard, a name
 * or held by no interface, or if only loopback holds them. Pure. */
const char *live_listeners(struct arena *arena, const names *addresses, const held_addresses *held);

/* A network namespace, as an inode number, which is given out again once it has ended, and as a
 * cookie (SO_NETNS_COOKIE), which no other one has before the next boot. 0: unknown, as the cookie
 * is before Linux 5.14, and both are on a recorded node. */
struct network {
	uint64_t inode, cookie;
};

/* The caller's, whose values /proc/sys/net shows through any mount. */
struct network live_network(struct root *root);

/* Whether this process is in the node's own UTS namespace, whose host name is the node's. */
enum tri live_uts_is_initial(void);

/* The text of LIVE_FILE. Pure; nothing is left out of it here (a record's writer does that). */
char *live_text(struct arena *arena, const struct live *live);

#endif
