/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU and NUMA topology as /sys/devices/system has it, read through the file layer. */
#include "facts/topology_tree.h"

#include <errno.h>
#include <limits.h>

#include "base/text.h"
#include "facts/topology_nodes.h"

#define CPU_DIR  "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"

/* Below a CPU's topology/. */
#define PACKAGE_FILE "physical_package_id"

static int read_set(struct root *root, struct arena *arena, const char *path, struct cpuset *ret)
{
	const char *text = NULL;
	int r = root_read(root, arena, path, &text);

	return r < 0 ? r : cpuset_parse_list(arena, text, ret);
}

static int read_mask(struct root *root, struct arena *arena, const char *path, struct cpuset *ret)
{
	const char *text = NULL;
	int r = root_read(root, arena, path, &text);

	return r < 0 ? r : cpuset_parse_mask(arena, text, ret);
}

/* Of what the kernel calls one core; before 5.3 it had the second name only. */
static const char *const core_files[] = {"core_cpus", "thread_siblings"};
enum { core_names = sizeof(core_files) / sizeof(core_files[0]) };

/* -ENOENT: there is no mask, so hwloc sees none either. */
static int read_core_mask(struct root *root, struct arena *arena, unsigned cpu, struct cpuset *ret)
{
	int r = -ENOENT;

	for (size_t i = 0; i < core_names && r == -ENOENT; i++)
		r = read_mask(root, arena,
			      arena_printf(arena, CPU_DIR "/cpu%u/topology/%s", cpu, core_files[i]),
			      ret);
	return r;
}

static int read_core_list(struct root *root, struct arena *arena, unsigned cpu, struct cpuset *ret)
{
	int r = -ENOENT;

	for (size_t i = 0; i < core_names && r == -ENOENT; i++)
		r = read_set(
		    root, arena,
		    arena_printf(arena, CPU_DIR "/cpu%u/topology/%s_list", cpu, core_files[i]),
		    ret);
	return r;
}

/* The CPUs of one core. Whoever copies a tree may have left the masks out. */
static int read_core(struct root *root, struct arena *arena, unsigned cpu, struct cpuset *ret)
{
	int r = read_core_mask(root, arena, cpu, ret);

	if (r == -ENOENT)
		r = read_core_list(root, arena, cpu, ret);
	return r == 0 && !cpuset_weight(ret) ? -ENODATA : r;
}

/* No kernel makes a link of these; in a recorded tree one may point anywhere. */
static int refuse_links(struct root *root, struct arena *arena, struct err *err)
{
	static const char *const dirs[] = {
	    "/proc",          "/sys",     "/sys/devices", "/sys/devices/system",
	    CPU_DIR,          NODE_DIR,   "/sys/class",   "/sys/class/block",
	    "/sys/class/net", "/sys/bus", "/sys/bus/pci",
	};

	if (text_equal(root_dir(root), "/"))
		return 0;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		const char *target = NULL;

		if (root_link(root, arena, dirs[i], &target) == 0)
			return err_set(err, -EINVAL,
				       "root '%s' cannot be read: %s is a link to '%s'",
				       root_name(root), dirs[i], target);
	}
	return 0;
}

/* Empty: they cannot be listed. */
static struct cpuset directories(struct root *root, struct arena *arena)
{
	struct cpuset found = {0};
	names entries = {0};
	uint64_t cpu;

	if (root_list(root, arena, CPU_DIR, &entries) < 0)
		return found;
	vec_for_each (entry, &entries) {
		if (text_starts(*entry, "cpu") && text_u64(*entry + strlen("cpu"), &cpu) == 0 &&
		    cpu < CPUSET_MAX)
			cpuset_add(arena, &found, (unsigned)cpu);
	}
	return found;
}

/* Hotplug makes a directory for each CPU that there is, online or not (drivers/base/cpu.c,
 * register_cpu; a CPU that cannot go offline has no file `online` in it, in a tree maybe no other
 * either). */
static struct cpuset online_directories(struct root *root, struct arena *arena,
					const struct cpuset *offline)
{
	struct cpuset found = {0}, all = directories(root, arena);
	const char *state;

	cpuset_for_each (cpu, &all) {
		bool is_told =
		    root_read(root, arena, arena_printf(arena, CPU_DIR "/cpu%d/online", cpu),
			      &state) == 0;

		if (is_told ? !text_equal(text_trim(arena, state), "0")
			    : !cpuset_has(offline, (unsigned)cpu))
			cpuset_add(arena, &found, (unsigned)cpu);
	}
	return found;
}

static void unknown(struct arena *arena, struct topology *topology, const char *why)
{
	if (!topology->problem)
		topology->problem = arena_printf(arena, "the CPU topology is not known: %s", why);
}

static void contradicted(struct arena *arena, struct topology *topology, const char *how)
{
	if (!topology->problem)
		topology->problem =
		    arena_printf(arena, "the CPU topology contradicts itself: %s", how);
}

/* A list that is not there follows from the directories; one that cannot be read, too, but then
 * they may be others. */
static void read_online(struct root *root, struct arena *arena, struct topology *topology)
{
	int r = read_set(root, arena, CPU_DIR "/online", &topology->online), offline_r;
	struct cpuset offline = {0};

	if (r == 0 && cpuset_weight(&topology->online))
		return;
	offline_r = read_set(root, arena, CPU_DIR "/offline", &offline);
	topology->online = online_directories(root, arena, &offline);
	if (r == 0)
		unknown(arena, topology, CPU_DIR "/online names no CPU");
	else if (r != -ENOENT && r != -ENODATA)
		unknown(arena, topology, arena_printf(arena, CPU_DIR "/online: %s", root_words(r)));
	else if (offline_r < 0 && offline_r != -ENOENT && offline_r != -ENODATA)
		unknown(arena, topology,
			arena_printf(arena, CPU_DIR "/offline: %s", root_words(offline_r)));
	else if (!cpuset_weight(&topology->online))
		unknown(arena, topology, "no CPU is shown below " CPU_DIR);
}

/* A list that names CPUs which are not there says nothing of how many there are. */
static void no_core(struct root *root, struct arena *arena, struct topology *topology, unsigned cpu,
		    int error)
{
	if (root_exists(root, arena_printf(arena, CPU_DIR "/cpu%u", cpu))) {
		unknown(arena, topology,
			arena_printf(arena, CPU_DIR "/cpu%u/topology/core_cpus: %s", cpu,
				     root_words(error)));
		return;
	}
	contradicted(arena, topology,
		     arena_printf(arena,
				  CPU_DIR "/online lists CPU %u, and there is no " CPU_DIR "/cpu%u",
				  cpu, cpu));
	if (cpuset_equal(&topology->possible, &topology->online))
		topology->possible = (struct cpuset){0};
	topology->online = (struct cpuset){0};
}

/* hwloc aborts when there are nodes and it finds none. */
static void check_nodes(struct root *root, struct arena *arena, struct topology *topology)
{
	struct cpuset nodes;
	int r = topology_nodes_list(root, arena, &nodes);

	if (r == -ENOENT)
		return;
	if (r < 0)
		unknown(arena, topology,
			arena_printf(arena, "the NUMA nodes of " NODE_DIR ": %s", root_words(r)));
	else if (!cpuset_weight(&nodes))
		unknown(arena, topology, NODE_DIR " exists but names no NUMA node");
}

static void check_online(struct root *root, struct arena *arena, struct topology *topology)
{
	struct cpuset there = directories(root, arena);
	struct cpuset missing = cpuset_minus(arena, &topology->online, &there);

	if (cpuset_weight(&there) && cpuset_weight(&missing))
		no_core(root, arena, topology, (unsigned)cpuset_next(&missing, 0), -ENOENT);
}

int topology_tree_check(struct root *root, struct arena *arena, struct topology *topology,
			struct err *err)
{
	struct cpuset core = {0};
	unsigned first;
	int r = refuse_links(root, arena, err);

	if (r < 0)
		return r;
	read_online(root, arena, topology);
	if (!root_is_live(root) && !cpuset_weight(&topology->online))
		return err_set(err, -ENOTDIR, "root '%s' is not a node: it shows no CPU below %s",
			       root_name(root), CPU_DIR);
	if (read_set(root, arena, CPU_DIR "/possible", &topology->possible) < 0 ||
	    !cpuset_subset(&topology->online, &topology->possible))
		topology->possible = topology->online;
	check_online(root, arena, topology);
	if (topology->problem)
		return 0;
	first = (unsigned)cpuset_next(&topology->online, 0);
	r = read_core(root, arena, first, &core);
	if (r < 0)
		no_core(root, arena, topology, first, r);
	check_nodes(root, arena, topology);
	return 0;
}

static struct cpuset cpus_of_cores(struct arena *arena, const struct topology *topology)
{
	struct cpuset seen = {0};

	vec_for_each (core, &topology->cores)
		seen = cpuset_or(arena, &seen, &core->pus);
	return seen;
}

/* -1: none is told. */
static int number_in(struct root *root, struct arena *arena, unsigned cpu, const char *file)
{
	const char *text = NULL;
	uint64_t number;

	if (root_read(root, arena, arena_printf(arena, CPU_DIR "/cpu%u/topology/%s", cpu, file),
		      &text) < 0 ||
	    text_u64(text, &number) < 0 || number > INT_MAX)
		return -1;
	return (int)number;
}

/* Of CPUs without masks hwloc makes no cores. */
static void add_listed_cores(struct root *root, struct arena *arena, struct topology *topology)
{
	struct cpuset seen = cpus_of_cores(arena, topology);
	struct cpuset missing = cpuset_minus(arena, &topology->online, &seen);

	cpuset_for_each (cpu, &missing) {
		struct cpuset mask;
		struct core core = {.package = number_in(root, arena, (unsigned)cpu, PACKAGE_FILE),
				    .os_index = number_in(root, arena, (unsigned)cpu, "core_id"),
				    .numa = -1};

		if (cpuset_has(&seen, (unsigned)cpu) ||
		    read_core_mask(root, arena, (unsigned)cpu, &mask) != -ENOENT ||
		    read_core_list(root, arena, (unsigned)cpu, &core.pus) < 0 ||
		    !cpuset_has(&core.pus, (unsigned)cpu))
			continue;
		core.pus = cpuset_and(arena, &core.pus, &missing);
		core.pus = cpuset_minus(arena, &core.pus, &seen);
		seen = cpuset_or(arena, &seen, &core.pus);
		vec_push(arena, &topology->cores, core);
	}
}

/* hwloc passes over CPUs without a directory or without a topology in it. */
static void verify_online(struct root *root, struct arena *arena, struct topology *topology)
{
	struct cpuset seen = cpus_of_cores(arena, topology), core;
	struct cpuset missing = cpuset_minus(arena, &topology->online, &seen);

	cpuset_for_each (cpu, &missing) {
		int r = read_core(root, arena, (unsigned)cpu, &core);

		if (r < 0) {
			no_core(root, arena, topology, (unsigned)cpu, r);
			return;
		}
	}
	if (!cpuset_equal(&seen, &topology->online))
		contradicted(arena, topology,
			     arena_printf(arena, "hwloc finds CPUs %s, %s/online says %s",
					  cpuset_weight(&seen) ? cpuset_list(arena, &seen) : "none",
					  CPU_DIR, cpuset_list(arena, &topology->online)));
}

/* Subset: hwloc takes AMD compute units apart, the kernel calls one a core. */
static void verify_core(struct root *root, struct arena *arena, struct topology *topology,
			const struct core *core)
{
	unsigned cpu = (unsigned)cpuset_next(&core->pus, 0);
	struct cpuset siblings = {0};
	int r = read_core(root, arena, cpu, &siblings);

	if (r < 0)
		no_core(root, arena, topology, cpu, r);
	else if (!cpuset_subset(&core->pus, &siblings))
		contradicted(
		    arena, topology,
		    arena_printf(arena,
				 "hwloc makes one core of CPUs %s, %s/cpu%u/topology says %s",
				 cpuset_list(arena, &core->pus), CPU_DIR, cpu,
				 cpuset_list(arena, &siblings)));
}

/* The kernel's numbers count: of packages that share CPUs, or with a list of CPUs missing, hwloc
 * drops one, and it does not count those of cores that it did not find. */
static void number_packages(struct root *root, struct arena *arena, struct topology *topology)
{
	number_list packages = {0};

	vec_for_each (core, &topology->cores) {
		unsigned first = (unsigned)cpuset_next(&core->pus, 0);
		int package = number_in(root, arena, first, PACKAGE_FILE);

		if (package < 0)
			return;
		vec_push(arena, &packages, (unsigned)package);
	}
	for (size_t i = 0; i < packages.count; i++)
		topology->cores.at[i].package = (int)packages.at[i];
	numbers_sort(&packages);
	topology->packages = (unsigned)packages.count;
}

void topology_tree_verify(struct root *root, struct arena *arena, struct topology *topology)
{
	add_listed_cores(root, arena, topology);
	verify_online(root, arena, topology);
	vec_for_each (core, &topology->cores) {
		if (!topology->problem)
			verify_core(root, arena, topology, core);
	}
	if (!topology->problem)
		number_packages(root, arena, topology);
	if (!topology->problem)
		topology_nodes_verify(root, arena, topology);
}

/* For a record -------------------------------------------------------------------------------- */

static void touch(struct root *root, struct arena *arena, const char *dir, const char *const *files)
{
	const char *text;

	/* The recorder takes failures down as well. */
	for (; *files; files++)
		(void)!root_read(root, arena, arena_printf(arena, "%s/%s", dir, *files), &text);
}

static void touch_cpu(struct root *root, struct arena *arena, const char *dir)
{
	static const char *const topology[] = {
	    "core_id",  "core_cpus",     "thread_siblings", "physical_package_id", "package_cpus",
	    "die_cpus", "core_siblings", "cluster_cpus",    "cluster_id",          "die_id",
	    NULL,
	};
	static const char *const cache[] = {
	    "shared_cpu_map",
	    "level",
	    "type",
	    "id",
	    "size",
	    "physical_line_partition",
	    "coherency_line_size",
	    "number_of_sets",
	    NULL,
	};
	static const char *const lists[] = {"core_cpus_list", "thread_siblings_list", NULL};
	const char *caches = arena_printf(arena, "%s/cache", dir), *text;
	const char *place = arena_printf(arena, "%s/topology", dir);
	names indexes = {0};

	touch(root, arena, place, topology);
	if (root_read(root, arena, arena_printf(arena, "%s/core_cpus", place), &text) < 0 &&
	    root_read(root, arena, arena_printf(arena, "%s/thread_siblings", place), &text) < 0)
		touch(root, arena, place, lists);
	if (root_list(root, arena, caches, &indexes) < 0)
		return;
	vec_for_each (index, &indexes) {
		if (text_starts(*index, "index"))
			touch(root, arena, arena_printf(arena, "%s/%s", caches, *index), cache);
	}
}

/* hwloc finds a device's place by the PCI functions in the text of its class link. */
static void touch_device(struct root *root, struct arena *arena, const char *link)
{
	static const char *const locality[] = {"numa_node", "local_cpus", NULL};
	const char *path = NULL, *device = NULL;
	names parts;

	if (root_follow(root, arena, link, &path) < 0)
		return;
	if (root_follow(root, arena, arena_printf(arena, "%s/device", path), &device) == 0)
		touch(root, arena, device, locality);
	parts = text_split(arena, path, '/');
	vec_for_each (part, &parts) {
		if (!text_glob("*:??:??.?", *part))
			continue;
		link = arena_printf(arena, "/sys/bus/pci/devices/%s", *part);
		if (root_follow(root, arena, link, &device) == 0)
			touch(root, arena, device, locality);
	}
	touch(root, arena, path, (const char *const[]){"partition", NULL});
}

void topology_tree_touch(struct root *root, struct arena *arena)
{
	static const char *const classes[] = {"/sys/class/block", "/sys/class/net"};
	static const char *const node[] = {"cpumap", "cpulist", "meminfo", "distance", NULL};
	static const char *const cpus[] = {"online", "possible", "present", NULL};
	names entries = {0};

	touch(root, arena, CPU_DIR, cpus);
	if (root_list(root, arena, CPU_DIR, &entries) == 0) {
		vec_for_each (entry, &entries) {
			if (text_glob("cpu?*", *entry) && (*entry)[3] >= '0' && (*entry)[3] <= '9')
				touch_cpu(root, arena, arena_printf(arena, CPU_DIR "/%s", *entry));
		}
	}
	touch(root, arena, NODE_DIR, (const char *const[]){"online", NULL});
	if (root_list(root, arena, NODE_DIR, &entries) == 0) {
		vec_for_each (entry, &entries) {
			if (text_starts(*entry, "node"))
				touch(root, arena, arena_printf(arena, NODE_DIR "/%s", *entry),
				      node);
		}
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (root_list(root, arena, classes[i], &entries) < 0)
			continue;
		vec_for_each (entry, &entries)
			touch_device(root, arena, arena_printf(arena, "%s/%s", classes[i], *entry));
	}
}
