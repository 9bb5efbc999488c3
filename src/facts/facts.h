/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this node is. facts_collect() fills it once; nobody changes it afterwards. The same node
 * gives the same facts in the same order (natural order of names, numeric order of ids). What
 * varies by itself (free space, uptime) is not in here, except data_dir.free_bytes, which reports
 * print under `run` only. Unknown is NULL, -1 or TRI_UNKNOWN and is printed as unknown.
 */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/numbers.h"
#include "live/live.h"
#include "sys/root.h"

struct core {
	struct cpuset
	    pus; /* its hardware threads (PUs) by the numbers that the kernel gives them */
	int package, numa; /* OS index, -1 unknown */
	int os_index;
};

struct numa_node {
	int os_index;
	struct cpuset pus;
	uint64_t memory_bytes;
	int64_t free_bytes;    /* varies by itself; -1 unknown */
	number_list distances; /* to each of topology.nodes, in their order; empty: unknown */
};

struct cache {
	unsigned level;      /* 1..4; data and unified caches only */
	uint64_t size_bytes; /* of one */
	unsigned count;
};

/* Where hwloc puts a block device or NIC; the same devices' numa_node in sysfs is the cross-check.
 */
struct locality {
	const char *name; /* as in /sys/class/block or /sys/class/net */
	int numa;         /* OS index; -1: near no node, or near several */
};

struct topology {
	struct cpuset possible, online; /* of the node, not of this process */
	unsigned packages;
	bool smt; /* some core has more than one online PU */
	VEC(struct core) cores;
	VEC(struct numa_node) nodes;
	VEC(struct cache) caches;        /* by level; see facts_request */
	VEC(struct locality) localities; /* natural order of names; no virtual devices */
	const char *cpu_model;           /* "AMD EPYC ...", NULL unknown */
	/* A sentence: why no more is known than which CPUs are possible and online, or (empty) not
	 * even that; NULL: it is. */
	const char *problem;
};

/* What a vector is for; known from its driver and the name of its handler (facts/irq_names.h). */
enum irq_role {
	IRQ_UNKNOWN, /* a driver or name that is not in the table */
	IRQ_CONTROL, /* configuration, administration, events */
	IRQ_QUEUE,   /* both directions of one NIC queue, or an I/O queue of a disk */
	IRQ_RX,
	IRQ_TX,
};

struct irq {
	unsigned number;
	const char *actions; /* "nvme0q1": names of the handlers, "" when none */
	const char *chip;    /* "PCI-MSIX-0000:00:03.0" or NULL */
	const char *device;  /* disk or NIC name of the facts it belongs to, NULL: none of them */
	/* All tuned ports of the PCI function, device first, where nothing tells which of them it
	 * serves; NULL: it is device's alone. */
	const names *shared_by;
	enum irq_role role;
	int queue;       /* QUEUE, RX, TX: number from 0; -1 else, and where the name has none */
	int last_queue;  /* of a vector that serves several queues; else at most queue */
	bool is_managed; /* predicted: the kernel places it, a write gives EIO */
};

/* One of those that a namespace can be given by a format, which erases it. */
struct nvme_format {
	unsigned block_bytes, metadata_bytes; /* metadata: beside each block */
	unsigned performance;                 /* by the drive's own word: 0 best to 3 degraded */
};

/* The Identify data of a namespace and of its controller. */
struct nvme_identity {
	bool known;
	int error;                       /* why it is not: negative errno; 0: not asked */
	enum tri cache;                  /* it has a volatile write cache */
	uint64_t atomic_bytes;           /* the largest write that no power cut leaves in part
					  * (AWUPF, NAWUPF), unless it crosses a boundary; 0 unknown */
	unsigned in_use;                 /* of the formats */
	VEC(struct nvme_format) formats; /* none of which the drive says that it is not offered */
};

struct disk {
	const char *name;  /* "nvme0n1", "nvme0c0n1" (a path of a multipath head), "sda", "vda" */
	const char *sysfs; /* "/sys/devices/.../nvme0n1", as seen from the root; has queue/ */
	const char *model, *serial, *firmware; /* blanks trimmed; NULL unknown */
	const char *driver;                    /* "nvme", "virtio_blk", "sd", ...; NULL unknown */
	const char *transport;                 /* "pcie", "tcp", ...; NULL unknown */
	const char *pci; /* last PCI function of the path "0000:00:03.0"; NULL none */
	int numa; /* node of that function, hwloc's and sysfs' answers agreeing; -1 unknown */
	enum tri rotational;
	uint64_t size_bytes; /* 0 unknown */
	uint64_t logical_block_bytes, physical_block_bytes;
	unsigned queues;         /* of its hardware or driver; 0 unknown */
	uint64_t queue_requests; /* queue/nr_requests: how many it takes; 0 unknown */
	const char *scheduler;   /* in force; NULL unknown, or it has none to choose */
	uint64_t queue_depth;    /* of the drive, where a scheduler hides it; 0 unknown */
	const char *zoned;       /* queue/zoned: "none", "host-managed", ...; NULL unknown */
	/* What the kernel takes its cache for: "write back", which it flushes, or "write through";
	 * NULL unknown */
	const char *write_cache;
	enum tri fua;         /* a write that is on the medium when it ends needs no flush */
	int64_t atomic_bytes; /* the largest write that the kernel promises not to tear: 0 none;
			       * -1 unknown, as before Linux 6.11 */
	struct nvme_identity identity; /* of the data's NVMe disks */
	bool is_data;                  /* below the data directory, or named by --disk */
	bool is_stacked;       /* of the data: made of others, which are listed, too, but has a
				* queue of its own (dm-multipath, loop) */
	const char *path_of;   /* of the data: the dm-multipath device whose queue orders what it
				* gets; NULL */
	const char *file;      /* of the data: what a loop device is made of; NULL */
	const char *chain;     /* "nvme0n1p1 < md0 < dm-0": from it up to the data; NULL */
	names multipath_heads; /* a path: the head it serves */
};

/* What a driver says through ethtool's ioctl; from another network namespace it cannot be asked. */
struct nic_channels {
	bool known;
	unsigned rx, tx, combined;
	unsigned rx_max, tx_max, combined_max;
};

struct nic {
	const char *name;
	const char *driver; /* NULL for virtual ones without a device */
	const char *pci;
	int numa; /* -1 unknown */
	unsigned rx_queues, tx_queues;
	int64_t speed_mbps;    /* -1 unknown */
	const char *operstate; /* "up", "down", "unknown" */
	struct nic_channels channels;
	const char *ntuple; /* feature rx-ntuple-filter: "on", "off"; NULL: the driver has none, or
			       unknown */
	names lowers;       /* devices below it (bond, VLAN, netvsc -> VF) */
	bool is_loopback, is_virtual;
	/* It stands for somebody else's port of its card, or is a part of a card that another
	 * driver's function lends it: it has a PCI function's address, but none of its vectors. */
	bool is_representor, is_subfunction;
	bool is_tuned; /* named by --nic or below such a one; without --nic by what redpanda.yaml
			* listens on, else all with a device */
};

/* Has vectors and queues of its own to place. */
static inline bool nic_is_card(const struct nic *nic)
{
	return !nic->is_virtual && !nic->is_representor && !nic->is_subfunction;
}

/* Which source the running kernel was built from. */
struct kernel_build {
	const char *upstream; /* kernel.org's version in it, "6.1.64"; "6.1" where only the series
			       * is known; NULL unknown */
	const char *distribution; /* "debian", "ubuntu", "rhel", "suse", "other"; NULL: kernel.org's
				   * own */
	const char *package;      /* the distribution's version, "6.1.64-1"; NULL unknown */
	bool is_backport;         /* it has much of later kernels, too */
};

struct host {
	const char *hostname, *node_id; /* see facts/machine.c; NULL unknown */
	struct kernel_build build;
	int64_t wakeup_granularity_ns;     /* of the scheduler, -1 unknown or not there */
	int64_t io_uring_disabled;         /* kernel.io_uring_disabled, -1 unknown or not there */
	bool has_no_io_uring_key;          /* it is not there: before 6.6 */
	const char *kernel_release, *arch; /* "6.1.0-31-amd64", "x86_64" */
	const char *cmdline;
	const char
	    *virtualization; /* "none", "kvm", "qemu", "hyperv", "xen", "vmware", "virtualbox",
			      * "parallels", "apple", "bhyve", "bochs", "unknown" */
	const char *cloud;   /* "aws", "azure", "gcp", "none" */
	const char *vendor, *product; /* DMI; NULL unknown */
	const char *os;               /* PRETTY_NAME of os-release; NULL unknown */
	uint64_t memory_bytes;        /* MemTotal */
	uint64_t hugetlb_bytes; /* of it, reserved as huge pages: no program gets them unasked */
	/* Why that is not known, so neither is what programs may have; NULL: it is. */
	const char *hugetlb_problem;
	int64_t swap_bytes;  /* SwapTotal, -1 unknown */
	names cpu_flags;     /* of the first CPU in /proc/cpuinfo, sorted; for clocksource */
	enum tri no_hz_full; /* can this kernel stop its tick; from /boot/config-RELEASE */
	int64_t aio_nr;      /* fs.aio-nr now, -1 unknown; varies, feeds a formula */
	int64_t aio_max_nr;  /* fs.aio-max-nr, -1 unknown */
};

/* What programs can have; 0: not known. */
static inline uint64_t host_ordinary_bytes(const struct host *host)
{
	return host->hugetlb_problem ? 0 : host->memory_bytes - host->hugetlb_bytes;
}

/* A CPU frequency policy; settings are made per policy, not per core. */
struct cpufreq_policy {
	const char *name; /* "policy0" */
	const char *driver;
	bool has_epp;
	bool is_offline; /* all its CPUs are: until one is back it takes no value */
	names governors; /* offered */
};

struct idle_state {
	const char *name, *dir; /* "C6", "/sys/devices/system/cpu/cpu0/cpuidle/state3" */
	unsigned cpu;
	unsigned index;
	int64_t latency_us; /* -1 unreadable */
	enum tri disabled;  /* by anybody, us included */
};

/* Which devices a rule of udev is for, as far as it is understood. */
struct device_match {
	names names, others; /* KERNEL== and KERNEL!=: globs, "sd*|nvme*"; empty: any */
	enum tri rotational; /* ATTR{queue/rotational} */
};

/* A kernel setting on the kernel's own command line: sysctl.vm.swappiness=60. */
#define RIVAL_BOOT "boot parameter"

/* Other programs that write the same settings, and files that win at the next boot or event. */
struct rival {
	const char *what;  /* "tuned", "irqbalance", "sysctl.d", RIVAL_BOOT, "udev" */
	const char *where; /* "/etc/sysctl.d/99-x.conf:12" or a unit path */
	/* sysctl.d, RIVAL_BOOT: "vm.swappiness", "60"; the key may be a pattern, "net.*.x"
	 * udev: the end of a path, "queue/scheduler", "bfq" */
	const char *key, *value;
	struct device_match match; /* udev only */
	bool active;               /* running (seen) as opposed to installed */
	bool enabled;              /* a unit that systemd starts at boot */
};

/* The daemon that moves interrupts between CPUs while the node runs. */
struct irqbalance {
	bool runs;             /* seen to */
	bool has_socket;       /* it can be told about bans while it runs */
	bool has_unit;         /* it is known how systemd starts it */
	const char *config;    /* file of which it takes its arguments; NULL: none found */
	const char *key;       /* the variable in it */
	bool is_one_word;      /* its unit hands all of the value over as one word: ${key} */
	const char *content;   /* the whole file; NULL: it is not there, or cannot be read */
	const char *plain;     /* the same without our own block */
	const char *arguments; /* value of key without our block; NULL: not set */
	number_list banned;    /* by arguments and the unit's command line; ascending, each once */
	number_list in_force;  /* the same with our block */
	/* CPUs that its environment keeps it off, in place of the isolated ones that it finds by
	 * itself; has_cpus: that it names some. */
	bool has_cpus;
	struct cpuset cpus;
	const char *cpus_problem; /* a sentence: it names some, and not which; NULL */
	/* facts/gap.h: what of its unit and its files could not be read, so that nothing here is
	 * known but what the other files say; NULL: nothing. */
	const char *gap;
};

/* As systemd understands it. */
struct unit_limit {
	const char *text;    /* "65536", "1024:524288" (soft:hard), "infinity"; NULL: set nowhere */
	const char *where;   /* the file that sets it: the unit, a drop-in, system.conf */
	const char *ignored; /* a later "file:line: assignment" that means nothing to systemd */
	const char *gap;     /* facts/gap.h: why it is not known; NULL: it is */
};

/* A PCI function with a disk of the data, or of a card that is tuned. */
struct pci_function {
	const char *name;    /* the disk's or the card's */
	const char *address; /* "0000:01:00.0" */
	bool is_data;
	bool is_unread;    /* something of the following could not be read, or is not recorded */
	bool has_iommu;    /* it is in an IOMMU group */
	const char *iommu; /* type of that group's domain: "DMA", "DMA-FQ", "identity"; NULL */
	const char *speed, *max_speed; /* "8.0 GT/s PCIe"; NULL: no link, or unknown */
	uint64_t width, max_width;     /* lanes; 0 as above */
	enum tri aspm;                 /* the link may sleep */
};

struct limits {           /* of redpanda.service */
	const char *unit; /* path, NULL: no such unit */
	struct unit_limit nofile, memlock;
	/* Which CPUs it may use by CPUAffinity= and AllowedCPUs=, our own drop-in not counted;
	 * empty: it does not say. */
	struct cpuset cpus;
	const char *cpus_problem; /* a sentence: why these are not known; NULL: they are */
	struct unit_limit quota;  /* CPUQuota= as it is written there; text NULL: none */
};

/* The timer that has fstrim(8) run. */
#define FSTRIM_TIMER "fstrim.timer"
struct fstrim {
	const char *unit;   /* path; NULL: none is seen */
	bool is_masked;     /* systemd does not start it, whatever links to it */
	enum tri enabled;   /* started at each boot */
	enum tri has_begun; /* it has been started once: it left its stamp */
	const char *link;   /* the text of FSTRIM_LINK; NULL: there is none */
	/* While it is not enabled: FSTRIM_LINK is all that its [Install] section asks for. */
	bool takes_one_link;
};
/* What `systemctl enable` makes of it. */
#define FSTRIM_LINK "/etc/systemd/system/timers.target.wants/" FSTRIM_TIMER

/* CPUs that are kept free of the kernel's own work; those of the three lists may be offline. */
struct isolated {
	struct cpuset cpus;       /* all of them that are online */
	struct cpuset boot;       /* isolcpus= */
	struct cpuset tickless;   /* nohz_full= */
	struct cpuset partitions; /* isolated partitions of control groups */
	const char *problem;      /* a sentence: why it is not known which these are; NULL: it is */
	const char *remark;       /* a sentence: what else a list says; NULL */
};

/* From the health log of a controller. */
struct nvme_smart {
	unsigned critical_warning; /* bits as in the log: spare, temperature, reliability, ... */
	unsigned spare_percent, spare_threshold_percent;
	unsigned used_percent;       /* of the life the maker expects; may exceed 100 */
	unsigned temperature_kelvin; /* composite; varies */
	uint64_t media_errors;       /* UINT64_MAX: more */
	/* Thermal management took speed off, in both its steps; not in a record. */
	uint64_t throttles, throttled_s;
	/* Above the temperatures that the maker calls warning and critical; not in a record. */
	uint64_t hot_minutes;
};

struct nvme_health {
	const char *disk;                 /* the controller: "nvme0" */
	const char *state;                /* /sys/class/nvme/X/state */
	int64_t temperature_millicelsius; /* -1 unreadable */
	bool is_data;                     /* a disk below the data directory hangs on it */
	bool smart_known;
	struct nvme_smart smart; /* asked of controllers with is_data only */
	int smart_error;         /* why it is not known: negative errno; 0: not asked */
};

/* Below the kubelet's directory. */
#define KUBELET_STATE "cpu_manager_state"

/* Whose CPUs are its own alone. */
struct cpu_owner {
	const char *pod;       /* its UID */
	const char *container; /* its name, else that of its control group; NULL: the whole pod */
	struct cpuset cpus;
	bool by_state;      /* only cpu_manager_state says so: it may not have been started yet */
	enum tri is_broker; /* its main process is redpanda; where processes of the node are not
			     * shown: its name is */
};
typedef VEC(struct cpu_owner) owner_list;

/* What the control groups of its containers and its CPU manager's cpu_manager_state say. All empty:
 * this node is not in a Kubernetes cluster. */
struct kubelet {
	const char *dir;         /* where its state was read, or would be; NULL: not known */
	const char *cpu_policy;  /* "static", "none"; NULL: no such file, or unknown */
	bool sees_containers;    /* their control groups are shown */
	struct cpuset exclusive; /* CPUs that containers own alone */
	owner_list owners;
	struct cpuset brokers;  /* those of exclusive that brokers have */
	bool sees_processes;    /* else is_broker goes by names */
	const char *problem;    /* a sentence: why it is not known which these are; NULL: it is */
	const char *remark;     /* a sentence: where the two do not agree; NULL */
	struct cpuset reserved; /* CPUs that it gives to no container alone */
	const char *reserved_from;    /* a few words: where that is said; NULL: nowhere */
	const char *reserved_problem; /* a sentence: it is no list, or cannot be read; NULL */
};

struct facts {
	struct host host;
	struct live live;
	struct topology topology;
	VEC(struct disk) disks;
	VEC(struct nic) nics;
	VEC(struct irq) irqs;
	VEC(struct cpufreq_policy) policies;
	VEC(struct idle_state) idle_states;
	VEC(struct rival) rivals;
	names rival_gaps;    /* facts/gap.h: files that may tell of more of them */
	names sysctl_exempt; /* keys that sysctl.d exempts from its patterns */
	VEC(struct nvme_health) health;
	VEC(struct pci_function) pci;
	enum tri balloon;          /* the virtio driver has one */
	const char *service_quota; /* cpu.max of redpanda.service; NULL: it has no control group */
	bool quota_is_unread;      /* it may have one */
	struct limits limits;
	struct kubelet kubelet;
	struct irqbalance irqbalance;
	struct fstrim fstrim;
	bool has_systemd;   /* it runs this node: sd_booted(3) */
	bool has_rpk_state; /* RPK_STATE_FILE is there and not empty, which rpk takes for none */
	struct isolated isolated;
	const char *clocksource, *clocksources; /* current; offered, as the kernel prints them */
	bool sees_etc;                          /* the root shows the node's /etc */
	bool sees_services;  /* ... and which services run: /run/systemd or their groups */
	bool live_root;      /* facts.live came from the kernel, not from a record */
	const char *thp_pmd; /* the file for transparent huge pages of the usual size alone; NULL */
	const char
	    *data_problem;    /* why no disk was found below the data directory; NULL: some was */
	const char *data_gap; /* then: why not all of them were found; NULL: they were */
	/* md/level of the array that the data directory's file system is on: "raid0"; NULL: it is
	 * on none, or this is not known */
	const char *data_array_level;
};

/* From which `rpk redpanda start` takes Redpanda's CPUs; rpk knows it as /var/run/..., a link. */
#define RPK_STATE_FILE "/run/redpanda_node_tuner_state.yaml"

/* Our own drop-in of redpanda.service, by which it is kept to its CPUs. It is gone at the next
 * boot, as the placement that it belongs to, and bounds no other placement. */
#define OWN_DROP_IN "/run/systemd/system/redpanda.service.d/50-thintune.conf"

/* What hwloc has said of a node whose online CPUs were these. */
struct hwloc_answer {
	const char *online; /* a list; NULL: it was not asked */
	const char *text, *problem;
};

struct facts_request {
	const char *data_dir;    /* see live_read */
	const char *kubelet_dir; /* NULL: where it is found */
	names disks;             /* --disk: names added to the data disks */
	names nics;              /* --nic */
	names listeners; /* addresses that redpanda.yaml listens on: without --nic they choose */
	/* hwloc is asked only if this answer is not of the same CPUs, and its answer is kept here;
	 * NULL: it is asked. */
	struct hwloc_answer *hwloc;
	bool with_caches; /* topology.caches: on a large node a quarter of what hwloc reads */
};

/* Fails only if the root is no node (it shows no CPUs): -ENOTDIR with the sentence; if one of its
 * directories is a link: -EINVAL; and if the request names a disk or NIC that does not exist:
 * -ENODEV. Then only ret->live can be used. A file
 * that cannot be read leaves its field unknown; so does a CPU topology that does not add up. */
_must_check_ int facts_collect(struct root *root, struct arena *arena,
			       const struct facts_request *request, struct facts *ret,
			       struct err *err);

/* The parts, one file each; in this order, since the later ones use the earlier. */
_must_check_ int facts_host(struct root *root, struct arena *arena, struct facts *facts);
/* hwloc takes as long as all the rest: it runs in a child from start on, while this process reads
 * what needs no topology. After a start that succeeded the other must be called, which ends the
 * child. */
struct hwloc_child {
	int pid, out;                /* out: the pipe to read from; pid 0: it is not run */
	struct hwloc_answer *answer; /* kept, or to be kept; NULL: it is known why not */
};
_must_check_ int facts_topology_start(struct root *root, struct arena *arena,
				      const struct facts_request *request, struct facts *facts,
				      struct hwloc_child *ret, struct err *err);
void facts_topology(struct root *root, struct arena *arena, const struct hwloc_child *child,
		    struct facts *facts);
_must_check_ int facts_block(struct root *root, struct arena *arena,
			     const struct facts_request *request, struct facts *facts,
			     struct err *err);
_must_check_ int facts_net(struct root *root, struct arena *arena,
			   const struct facts_request *request, struct facts *facts,
			   struct err *err);
/* Gives each interrupt that irq_table() found its disk or NIC, and its role. */
_must_check_ int facts_irq(struct root *root, struct arena *arena, struct facts *facts);
/* host.hostname and host.node_id. */
void facts_machine(struct root *root, struct arena *arena, struct facts *facts);
void facts_kernel_build(struct root *root, struct arena *arena, struct facts *facts);
void facts_isolated(struct root *root, struct arena *arena, struct facts *facts);
void facts_kubelet(struct root *root, struct arena *arena, const struct facts_request *request,
		   struct facts *facts);
_must_check_ int facts_cpu(struct root *root, struct arena *arena, struct facts *facts);
/* What the root shows of systemd and of /etc. */
void facts_systemd(struct root *root, struct arena *arena, struct facts *facts);
/* Programs, then what sysctl.d(5) will set at the next boot: one rival a key or pattern, the
 * assignment that wins, in the order in which they are applied; then rules of udev. */
void facts_rivals(struct root *root, struct arena *arena, struct facts *facts);
void facts_sysctl_d(struct root *root, struct arena *arena, struct facts *facts);
void facts_udev_rules(struct root *root, struct arena *arena, struct facts *facts);
void facts_fstrim(struct root *root, struct arena *arena, struct facts *facts);
void facts_limits(struct root *root, struct arena *arena, struct facts *facts);
void facts_health(struct root *root, struct arena *arena, struct facts *facts);
/* The log of now of a controller whose log is known. -ENODEV: it is not live any more. */
_must_check_ int facts_health_again(struct root *root, struct arena *arena,
				    const struct nvme_health *before, struct nvme_smart *ret);
/* disk.identity; uses disks. */
void facts_identity(struct root *root, struct arena *arena, struct facts *facts);
/* Uses disks and cards. */
void facts_hardware(struct root *root, struct arena *arena, struct facts *facts);
void facts_irqbalance(struct root *root, struct arena *arena, struct facts *facts);

#endif
