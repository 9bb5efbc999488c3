/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "facts/facts.h"
#include "facts/record.h"
#include "facts/sysfs.h"
#include "facts/topology_tree.h"
#include "sys/ethtool.h"

/* A * in a directory stands for any name at that place, a * as file for all of them. */
static const struct {
	const char *dir, *files;
} more[] = {
    {.dir = "/sys/devices/system/cpu",
     .files = "possible present online offline isolated nohz_full smt/active smt/control"},
    {.dir = "/sys/devices/system/cpu/cpu*",
     .files = "cpu_capacity cpufreq/cpuinfo_max_freq cpufreq/base_frequency"},
    {.dir = "/sys/devices/system/cpu/cpufreq/policy*", .files = "*"},
    {.dir = "/sys/devices/system/cpu/cpufreq", .files = "boost"},
    {.dir = "/sys/devices/system/cpu/intel_pstate", .files = "*"},
    {.dir = "/sys/devices/system/cpu/cpuidle", .files = "*"},
    {.dir = "/sys/devices/system/cpu/cpu*/cpuidle/state*",
     .files = "name desc latency residency disable default_status"},
    {.dir = "/sys/devices/system/clocksource/clocksource0",
     .files = "available_clocksource current_clocksource"},
    {.dir = "/sys/devices/system/node", .files = "possible has_cpu has_memory"},
    {.dir = "/sys/kernel/mm/transparent_hugepage", .files = "*"},
    {.dir = "/sys/kernel/mm/hugepages/*", .files = "nr_hugepages"},
    {.dir = "/sys/class/dmi/id",
     .files = "sys_vendor product_name product_version product_family board_vendor board_name "
	      "bios_vendor bios_version bios_date chassis_vendor chassis_type chassis_asset_tag"},
    {.dir = "/sys/bus/pci/devices/*",
     .files = "class vendor device subsystem_vendor subsystem_device revision local_cpus "
	      "local_cpulist numa_node irq current_link_speed current_link_width"},
    {.dir = "/sys/class/net/*", .files = "address mtu type speed duplex operstate"},
    {.dir = "/sys/class/net/*/queues/rx-*", .files = "rps_cpus rps_flow_cnt"},
    {.dir = "/sys/class/net/*/queues/tx-*", .files = "xps_cpus"},
    {.dir = "/proc/irq", .files = "default_smp_affinity"},
    {.dir = "/proc/irq/*", .files = "smp_affinity_list effective_affinity_list"},
    {.dir = "/proc", .files = "cmdline version"},
    {.dir = "/proc/sys/fs", .files = "aio-max-nr aio-nr file-max nr_open"},
    {.dir = "/proc/sys/kernel",
     .files = "core_pattern io_uring_disabled numa_balancing osrelease random/boot_id"},
    {.dir = "/proc/sys/vm",
     .files = "dirty_background_ratio dirty_ratio max_map_count min_free_kbytes swappiness "
	      "overcommit_memory zone_reclaim_mode"},
    {.dir = "/proc/sys/net/core",
     .files = "busy_poll busy_read default_qdisc netdev_budget netdev_budget_usecs "
	      "netdev_max_backlog rmem_default rmem_max rps_sock_flow_entries somaxconn "
	      "wmem_default wmem_max"},
    {.dir = "/proc/sys/net/ipv4",
     .files = "tcp_congestion_control tcp_max_syn_backlog tcp_mem tcp_mtu_probing tcp_rmem "
	      "tcp_slow_start_after_idle tcp_wmem"},
};

/* Tables that may be larger than an attribute. */
static const char *const tables[] = {"/proc/cpuinfo", "/proc/meminfo"};

static int ignore_line(void *context, char *line)
{
	(void)context;
	(void)line;
	return 0;
}

/* base: what stands before the parts from `at` on. Reading is enough: the recorder looks on. */
static void read_matching(struct root *root, struct arena *arena, const char *base,
			  const names *parts, size_t at)
{
	names list = {0};
	const char *text;

	if (at == parts->count) {
		(void)!root_read(root, arena, base, &text);
		return;
	}
	if (!strchr(parts->at[at], '*')) {
		read_matching(root, arena, arena_printf(arena, "%s/%s", base, parts->at[at]), parts,
			      at + 1);
		return;
	}
	if (root_list(root, arena, base, &list) < 0)
		return;
	vec_for_each (name, &list) {
		if (text_glob(parts->at[at], *name))
			read_matching(root, arena, arena_printf(arena, "%s/%s", base, *name), parts,
				      at + 1);
	}
}

static void read_pattern(struct root *root, struct arena *arena, const char *dir, const char *file)
{
	names parts = text_split(arena, arena_printf(arena, "%s/%s", dir + 1, file), '/');

	read_matching(root, arena, "", &parts, 0);
}

/* The whole queue directory: an audit reads what its profile names, a test compares all of it.
 * Idle loop and memory devices would only make the record longer. */
static void read_disks(struct root *root, struct arena *arena)
{
	names disks = {0};

	if (root_list(root, arena, "/sys/block", &disks) < 0)
		return;
	vec_for_each (disk, &disks) {
		const char *dir = sysfs_target(root, arena, "/sys/block", *disk);
		names slaves = {0};

		if (!dir)
			continue;
		if (!sysfs_target(root, arena, dir, "device") &&
		    (root_list(root, arena, arena_printf(arena, "%s/slaves", dir), &slaves) < 0 ||
		     !slaves.count))
			continue;
		read_pattern(root, arena, dir, "queue/*");
		read_pattern(root, arena, dir, "size");
		read_pattern(root, arena, dir, "dev");
	}
}

/* Rings are read by those audits only whose profile speaks of them. */
static void read_rings(struct root *root, struct arena *arena)
{
	static const char *const files[] = {"rx", "rx-max", "tx", "tx-max"};
	names nics = {0};

	if (root_list(root, arena, "/sys/class/net", &nics) < 0)
		return;
	vec_for_each (nic, &nics) {
		const char *dir = sysfs_target(root, arena, "/sys/class/net", *nic);

		if (!dir || !sysfs_target(root, arena, dir, "device"))
			continue;
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			read_pattern(root, arena, arena_printf(arena, ETHTOOL_DIR "%s/rings", *nic),
				     files[i]);
	}
}

void record_more(struct root *root, struct arena *arena)
{
	topology_tree_touch(root, arena);
	read_disks(root, arena);
	read_rings(root, arena);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		names files = text_words(arena, more[i].files);

		vec_for_each (file, &files)
			read_pattern(root, arena, more[i].dir, *file);
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		(void)!root_lines(root, tables[i], ignore_line, NULL);
}
