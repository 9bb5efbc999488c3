/* SPDX-License-Identifier: Apache-2.0 */
/* The schema table: every key that a profile may have, its type, rules, bounds and help. */
#include "profile/schema.h"

#include "base/text.h"

#define EXACT    (1U << RULE_EXACT)
#define AT_LEAST (1U << RULE_AT_LEAST)
#define AT_MOST  (1U << RULE_AT_MOST)
#define ONE_OF   (1U << RULE_ONE_OF)
#define FIRST_OF (1U << RULE_FIRST_OF)
#define BOUNDS   (AT_LEAST | AT_MOST)
#define WORDS    (EXACT | ONE_OF | FIRST_OF)

const char *const schema_sections[SCHEMA_SECTIONS] = {
    "sysctl", "cpu", "memory", "disk", "storage", "irq", "net", "checks", "probe",
};

const struct schema_key profile_schema_keys[] = {
    {.section = "sysctl",
     .key = "fs.aio-max-nr",
     .type = TYPE_NUMBER,
     .rules = EXACT | BOUNDS | ONE_OF,
     .min = 1,
     .may_auto = true,
     .severity = SEVERITY_REQUIRED,
     .help = "Asynchronous I/O requests that the whole node may have open; auto counts what each "
	     "CPU's shard needs."},
    {.section = "sysctl",
     .key = "net.ipv4.tcp_mem",
     .type = TYPE_NUMBERS,
     .rules = EXACT | BOUNDS,
     .may_auto = true,
     .help = "Memory of all TCP sockets in pages (low, pressure, high); auto leaves the memory to "
	     "Redpanda."},
    {.section = "sysctl",
     .key = "*",
     .type = TYPE_SYSCTL,
     .rules = EXACT | BOUNDS | ONE_OF,
     .help = "Any kernel setting below /proc/sys, written with dots: a number, a list of numbers "
	     "or text."},
    {.section = "cpu",
     .key = "governor",
     .type = TYPE_CHOICE,
     .rules = WORDS,
     .choices = "performance|powersave|ondemand|conservative|schedutil|userspace",
     .help = "CPU frequency governor."},
    {.section = "cpu",
     .key = "energy-performance-preference",
     .type = TYPE_CHOICE,
     .rules = WORDS,
     .choices = "performance|balance_performance|default|balance_power|power",
     .help = "Hint to processors that choose their frequency themselves."},
    {.section = "cpu",
     .key = "max-cstate-latency",
     .type = TYPE_DURATION,
     .rules = EXACT,
     .help = "Idle states that take longer than this to wake up from are switched off."},
    {.section = "cpu",
     .key = "clocksource",
     .type = TYPE_CHOICE,
     .rules = WORDS,
     .may_auto = true,
     .help = "Kernel clock source; auto replaces only a slow one, by the best that is offered."},
    {.section = "cpu",
     .key = "pinning",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "hand-over",
     .help = "Hands the CPUs of Redpanda over to rpk and to redpanda.service; in Kubernetes the "
	     "kubelet owns them."},
    {.section = "memory",
     .key = "transparent-hugepages",
     .type = TYPE_CHOICE,
     .rules = WORDS,
     .choices = "always|madvise|never",
     .help = "Who gets transparent huge pages."},
    {.section = "memory",
     .key = "transparent-hugepages-defrag",
     .type = TYPE_CHOICE,
     .rules = WORDS,
     .choices = "always|defer|defer+madvise|madvise|never",
     .help = "Who waits for memory to be compacted into huge pages."},
    {.section = "disk",
     .key = "scheduler",
     .type = TYPE_CHOICE,
     .rules = WORDS,
     .help = "I/O scheduler of the disks below the data directory."},
    {.section = "disk",
     .key = "nomerges",
     .type = TYPE_NUMBER,
     .rules = EXACT | BOUNDS | ONE_OF,
     .max = 2,
     .help = "0: merge requests where possible, 1: only simple merges, 2: never."},
    {.section = "disk",
     .key = "wbt-latency",
     .type = TYPE_NUMBER,
     .rules = EXACT | BOUNDS,
     .help = "Target latency of writeback throttling in microseconds; 0 switches it off."},
    {.section = "disk",
     .key = "add-random",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .max = 1,
     .help = "1: each request feeds the kernel's random numbers."},
    {.section = "disk",
     .key = "nr-requests",
     .type = TYPE_NUMBER,
     .rules = EXACT | BOUNDS,
     .min = 1,
     .help = "Requests that a queue holds."},
    {.section = "disk",
     .key = "read-ahead",
     .type = TYPE_SIZE,
     .rules = EXACT | BOUNDS,
     .step = 1024,
     .help = "Read-ahead of buffered reads, in whole KiB."},
    {.section = "disk",
     .key = "rq-affinity",
     .type = TYPE_NUMBER,
     .rules = EXACT | ONE_OF,
     .max = 2,
     .help = "Where a request is completed: 0 anywhere, 1 on the group, 2 on the CPU that asked."},
    {.section = "disk",
     .key = "write-cache",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "write back|write through",
     .help = "What the kernel assumes about the disk's cache; 'write through' stops all flushes."},
    {.section = "disk",
     .key = "iostats",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .max = 1,
     .help = "1: count the I/O of the disk."},
    {.section = "disk",
     .key = "io-timeout",
     .type = TYPE_DURATION,
     .rules = EXACT | BOUNDS,
     .min = 1000,
     .max = UINT64_C(4294967295000),
     .step = 1000,
     .help = "Time after which the kernel gives up a request, in whole milliseconds."},
    {.section = "storage",
     .key = "fstrim",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "fstrim.timer, which once a week tells the disks which blocks are free, is enabled."},
    {.section = "storage",
     .key = "ballast",
     .type = TYPE_SIZE,
     .rules = EXACT,
     .min = 1024 * 1024,
     .step = 4096,
     .help = "Size of the file `ballast` in the data directory, all of it allocated, which can be "
	     "removed when the disk is full; 1GiB is usual."},
    {.section = "irq",
     .key = "placement",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "shared|dedicated",
     .may_auto = true,
     .help = "Which CPUs serve interrupts: all (shared), only some (dedicated), or as the node's "
	     "size requires (auto)."},
    {.section = "irq",
     .key = "cores-per-irq-core",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .min = 2,
     .max = 1024,
     .help = "With dedicated and auto: one interrupt core for this many cores of a NUMA node "
	     "(default: 16)."},
    {.section = "irq",
     .key = "interrupt-cpus",
     .type = TYPE_CPUS,
     .rules = EXACT,
     .help = "The CPUs for interrupts, in place of a rule."},
    {.section = "irq",
     .key = "compute-cpus",
     .type = TYPE_CPUS,
     .rules = EXACT,
     .help = "With interrupt-cpus: the CPUs for Redpanda (default: all others)."},
    {.section = "irq",
     .key = "allowed-cpus",
     .type = TYPE_CPUS,
     .rules = EXACT,
     .help = "Only these CPUs are used for interrupts and Redpanda (default: all online CPUs)."},
    {.section = "irq",
     .key = "numa-balancing",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .max = 1,
     .may_auto = true,
     .help = "kernel.numa_balancing, which moves memory between nodes; auto is 0 where CPUs are "
	     "dedicated to interrupts, else leave."},
    {.section = "irq",
     .key = "exclusive-cpus",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "ignore",
     .help = "Lets interrupts and packets go to CPUs that the kubelet gave to containers alone."},
    {.section = "irq",
     .key = "irqbalance",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "ban",
     .help = "Keeps a running irqbalance from moving the interrupts that thintune places."},
    {.section = "net",
     .key = "peers",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .max = 65536,
     .help = "Brokers in other clouds that this one talks to; net.ipv4.tcp_mem is told to be too "
	     "little if 64 MiB for each do not fit."},
    {.section = "net",
     .key = "queues",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .min = 1,
     .max = 65535,
     .may_auto = true,
     .help = "Channels of a network card; auto: one for each interrupt CPU if these are dedicated, "
	     "else unchanged."},
    {.section = "net",
     .key = "rx-ring",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .min = 1,
     .max = 65535,
     .help = "Packets that a receive ring holds."},
    {.section = "net",
     .key = "tx-ring",
     .type = TYPE_NUMBER,
     .rules = EXACT,
     .min = 1,
     .max = 65535,
     .help = "Packets that a transmit ring holds."},
    {.section = "net",
     .key = "rps",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "off",
     .may_auto = true,
     .help = "Receive steering in software (RPS and RFS); auto: off with a queue for every CPU, "
	     "else over the CPUs of Redpanda."},
    {.section = "net",
     .key = "xps",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "off",
     .may_auto = true,
     .help = "Which CPUs send by which queue; auto: each CPU sends by the queue whose interrupts "
	     "it serves or is near to."},
    {.section = "net",
     .key = "arfs",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .help = "Receive steering by the card itself (feature rx-ntuple-filter)."},
    {.section = "checks",
     .key = "data-directory",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .severity = SEVERITY_REQUIRED,
     .help = "The data directory exists and is a directory."},
    {.section = "checks",
     .key = "data-mount",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .severity = SEVERITY_REQUIRED,
     .help = "The data directory is on a mount of its own, not on the root file system."},
    {.section = "checks",
     .key = "data-writable",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .severity = SEVERITY_REQUIRED,
     .help = "The owner of the data directory can write to it."},
    {.section = "checks",
     .key = "filesystem",
     .type = TYPE_CHOICE,
     .rules = WORDS,
     .severity = SEVERITY_REQUIRED,
     .help = "File systems that are right for the data directory."},
    {.section = "checks",
     .key = "mount-options",
     .type = TYPE_CHOICE,
     .rules = EXACT | FIRST_OF,
     .help = "Mount options that the data directory's file system must all have."},
    {.section = "checks",
     .key = "free-space",
     .type = TYPE_SIZE,
     .rules = AT_LEAST,
     .help = "Space left in the data directory."},
    {.section = "checks",
     .key = "memory-per-core",
     .type = TYPE_SIZE,
     .rules = AT_LEAST,
     .help = "Memory for each of the broker's cores."},
    {.section = "checks",
     .key = "swap",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .help = "true: there must be swap, false: there must be none, leave: only reported."},
    {.section = "checks",
     .key = "kernel",
     .type = TYPE_VERSION,
     .rules = AT_LEAST,
     .help = "Version of the running kernel."},
    {.section = "checks",
     .key = "clock-synchronised",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "The kernel says that its clock follows a time source."},
    {.section = "checks",
     .key = "nofile",
     .type = TYPE_NUMBER,
     .rules = AT_LEAST,
     .min = 1,
     .help = "Open files that redpanda.service allows."},
    {.section = "checks",
     .key = "memlock",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "infinity",
     .help = "Memory that redpanda.service may lock."},
    {.section = "checks",
     .key = "io-uring",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "io_uring can be used."},
    {.section = "checks",
     .key = "linux-aio",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .severity = SEVERITY_REQUIRED,
     .help = "io_setup works; Redpanda does its I/O through it."},
    {.section = "checks",
     .key = "conflicts",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "No other program or file sets the same settings differently."},
    {.section = "checks",
     .key = "nvme-health",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "The NVMe drives below the data directory report no problem."},
    {.section = "checks",
     .key = "io-config",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help =
	 "Redpanda is told how fast its disk is: by io-config.yaml for its data directory, by a "
	 "flag, or by rpk.well_known_io."},
    {.section = "checks",
     .key = "nowait",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "Kernel and file system take writes that must not wait (RWF_NOWAIT), an overwrite and "
	     "an append as Redpanda does it; told by the probe."},
    {.section = "checks",
     .key = "sched",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "The scheduler's wake-up granularity is at most 4 ms, the most that the kernel makes "
	     "it by itself."},
    {.section = "checks",
     .key = "queue-tags",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "The data disks' queues hold what all shards keep in flight."},
    {.section = "checks",
     .key = "iommu",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help =
	 "The IOMMU does not flush its cache after each request of data disks and network cards."},
    {.section = "checks",
     .key = "pcie-link",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "The PCIe links of data disks and network cards are as fast and as wide as these are, "
	     "and a data disk's does not sleep."},
    {.section = "checks",
     .key = "balloon",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "The host cannot take memory by a balloon."},
    {.section = "checks",
     .key = "quota",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "redpanda.service has no CPU quota."},
    {.section = "checks",
     .key = "advisories",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .help = "No known fault of kernel or node is there that no setting mends, by the built-in "
	     "advisories and /etc/thintune/advisories.yaml. If required, each of them is."},
    {.section = "checks",
     .key = "direct-io",
     .type = TYPE_BOOL,
     .rules = EXACT,
     .choices = "true",
     .severity = SEVERITY_REQUIRED,
     .help = "Direct I/O is proven by the probe."},
    {.section = "probe",
     .key = "when",
     .type = TYPE_CHOICE,
     .rules = EXACT,
     .choices = "first|changed|always|never",
     .help = "When `run` measures the disk: never, once for each file system, when disk, kernel, "
	     "profile "
	     "or file system changed, or always."},
    {.section = "probe",
     .key = "floors.fsync-p99",
     .type = TYPE_DURATION,
     .rules = AT_MOST,
     .min = 1,
     .help = "99th percentile of fdatasync."},
    {.section = "probe",
     .key = "floors.read-p99",
     .type = TYPE_DURATION,
     .rules = AT_MOST,
     .min = 1,
     .help = "99th percentile of single reads."},
    {.section = "probe",
     .key = "floors.read-iops",
     .type = TYPE_NUMBER,
     .rules = AT_LEAST,
     .min = 1,
     .help = "Random reads a second."},
    {.section = "probe",
     .key = "floors.write-iops",
     .type = TYPE_NUMBER,
     .rules = AT_LEAST,
     .min = 1,
     .help = "Random writes a second."},
    {.section = "probe",
     .key = "floors.read-bandwidth",
     .type = TYPE_SIZE,
     .rules = AT_LEAST,
     .min = 1,
     .help = "Sequential reads, bytes a second."},
    {.section = "probe",
     .key = "floors.write-bandwidth",
     .type = TYPE_SIZE,
     .rules = AT_LEAST,
     .min = 1,
     .help = "Sequential writes, bytes a second."},
};

const size_t profile_schema_count = sizeof(profile_schema_keys) / sizeof(profile_schema_keys[0]);

const struct schema_key *schema_find(const char *section, const char *key)
{
	const struct schema_key *any = NULL;

	for (const struct schema_key *row = profile_schema_keys;
	     row < profile_schema_keys + profile_schema_count; row++) {
		if (!text_equal(row->section, section))
			continue;
		if (text_equal(row->key, key))
			return row;
		if (text_equal(row->key, "*"))
			any = row;
	}
	return any;
}

names schema_keys_of(struct arena *arena, const char *section)
{
	names keys = {0};

	for (size_t i = 0; i < profile_schema_count; i++)
		if (text_equal(profile_schema_keys[i].section, section))
			vec_push(arena, &keys, profile_schema_keys[i].key);
	return keys;
}

const char *schema_other_section(const char *key)
{
	for (size_t i = 0; i < profile_schema_count; i++)
		if (text_equal(profile_schema_keys[i].key, key))
			return profile_schema_keys[i].section;
	return NULL;
}

#define WORD_MAX 40

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, one row of the matrix at a time. */
static unsigned edit_distance(const char *from, const char *to)
{
	size_t length = strlen(to);
	unsigned row[WORD_MAX + 1];

	if (length > WORD_MAX || strlen(from) > WORD_MAX)
		return WORD_MAX;
	for (unsigned column = 0; column <= length; column++)
		row[column] = column;
	for (unsigned line = 1; *from; from++, line++) {
		unsigned diagonal = row[0];

		row[0] = line;
		for (unsigned column = 1; column <= length; column++) {
			unsigned above = row[column];
			unsigned change = diagonal + (*from != to[column - 1]);

			row[column] = smaller(change, smaller(above, row[column - 1]) + 1);
			diagonal = above;
		}
	}
	return row[length];
}

const char *schema_nearest(const char *word, const names *candidates)
{
	const char *nearest = NULL;
	unsigned best = 3;

	vec_for_each (candidate, candidates) {
		unsigned distance = edit_distance(word, *candidate);

		if (distance < best && distance < strlen(*candidate)) {
			best = distance;
			nearest = *candidate;
		}
	}
	return nearest;
}
