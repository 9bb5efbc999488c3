/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU and NUMA topology as /sys/devices/system has it, read through the file layer. */
#include "facts/topology_tree.h"

#include <errno.h>

#include "base/text.h"
#include "facts/numa.h"

#define CPU_DIR  "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"

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

/* The CPUs of one core; kernels before 5.3 have the second name only. */
static int read_core(struct root *root, struct arena *arena, unsigned cpu, struct cpuset *ret)
{
	int r = read_mask(root, arena,
			  arena_printf(arena, CPU_DIR "/cpu%u/topology/core_cpus", cpu), ret);

	if (r != -ENOENT)
		return r;
	return read_mask(root, arena,
			 arena_printf(arena, CPU_DIR "/cpu%u/topology/thread_siblings", cpu), ret);
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
				       "root '%s' is not a node: %s is a link to '%s'",
				       root_dir(root), dirs[i], target);
	}
	return 0;
}

static int read_cpus(struct root *root, struct arena *arena, struct topology *topology,
		     struct err *err)
{
	struct cpuset core = {0};
	int r = read_set(root, arena, CPU_DIR "/online", &topology->online);

	if (r < 0)
		return err_set(err, -EINVAL, "root '%s' is not a node: %s/online: %s",
			       root_dir(root), CPU_DIR, err_words(r));
	if (cpuset_weight(&topology->online) == 0)
		return err_set(err, -EINVAL, "root '%s' is not a node: %s/online names no CPU",
			       root_dir(root), CPU_DIR);
	if (read_set(root, arena, CPU_DIR "/possible", &topology->possible) < 0 ||
	    !cpuset_subset(&topology->online, &topology->possible))
		topology->possible = topology->online;
	r = read_core(root, arena, (unsigned)cpuset_next(&topology->online, 0), &core);
	if (r < 0)
		return err_set(
		    err, -EINVAL, "root '%s' has no CPU topology: %s/cpu%d/topology/core_cpus: %s",
		    root_dir(root), CPU_DIR, cpuset_next(&topology->online, 0), err_words(r));
	return 0;
}

static int check_nodes(struct root *root, struct arena *arena, struct err *err)
{
	struct cpuset online = {0};
	names entries = {0};
	int r = root_list(root, arena, NODE_DIR, &entries);

	/* A kernel without NUMA has no such directory. */
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return err_set(err, -EINVAL, "cannot list %s of root '%s': %s", NODE_DIR,
			       root_dir(root), err_words(r));
	r = read_set(root, arena, NODE_DIR "/online", &online);
	if (r == 0 && cpuset_weight(&online) > 0)
		return 0;
	vec_for_each (entry, &entries) {
		if (r == -ENOENT && text_glob("node?*", *entry) && (*entry)[4] >= '0' &&
		    (*entry)[4] <= '9')
			return 0;
	}
	return err_set(err, -EINVAL,
		       "root '%s' has no usable NUMA nodes: %s exists but names no node",
		       root_dir(root), NODE_DIR);
}

int topology_tree_check(struct root *root, struct arena *arena, struct topology *topology,
			struct err *err)
{
	int r = refuse_links(root, arena, err);

	if (r == 0)
		r = read_cpus(root, arena, topology, err);
	if (r == 0)
		r = check_nodes(root, arena, err);
	return r;
}

static int verify_online(struct root *root, struct arena *arena, const struct topology *topology,
			 struct err *err)
{
	struct cpuset seen = {0};

	vec_for_each (core, &topology->cores) {
		cpuset_for_each (cpu, &core->pus)
			cpuset_add(arena, &seen, (unsigned)cpu);
	}
	if (cpuset_equal(&seen, &topology->online))
		return 0;
	return err_set(err, -EINVAL,
		       "the CPU topology of root '%s' contradicts itself: hwloc finds CPUs %s, "
		       "%s/online says %s",
		       root_dir(root), cpuset_weight(&seen) ? cpuset_list(arena, &seen) : "none",
		       CPU_DIR, cpuset_list(arena, &topology->online));
}

static int verify_core(struct root *root, struct arena *arena, const struct core *core,
		       struct err *err)
{
	unsigned cpu = (unsigned)cpuset_next(&core->pus, 0);
	struct cpuset siblings = {0};
	const char *text = NULL;
	uint64_t package;
	int r = read_core(root, arena, cpu, &siblings);

	/* Subset: hwloc takes AMD compute units apart, the kernel calls one a core. */
	if (r < 0 || !cpuset_subset(&core->pus, &siblings))
		return err_set(err, -EINVAL,
			       "the CPU topology of root '%s' contradicts itself: hwloc makes one "
			       "core of CPUs %s, %s/cpu%u/topology says %s",
			       root_dir(root), cpuset_list(arena, &core->pus), CPU_DIR, cpu,
			       r < 0 ? err_words(r) : cpuset_list(arena, &siblings));
	r = root_read(root, arena,
		      arena_printf(arena, CPU_DIR "/cpu%u/topology/physical_package_id", cpu),
		      &text);
	if (r < 0 || text_u64(text, &package) < 0 || core->package < 0 ||
	    package == (uint64_t)core->package)
		return 0;
	return err_set(err, -EINVAL,
		       "the CPU topology of root '%s' contradicts itself: hwloc puts CPU %u in "
		       "package %d, its physical_package_id is %s",
		       root_dir(root), cpu, core->package, text);
}

static int verify_node(struct root *root, struct arena *arena, const struct topology *topology,
		       struct numa_node *node, struct err *err)
{
	struct cpuset cpus = {0}, online;
	int r = read_mask(root, arena,
			  arena_printf(arena, NODE_DIR "/node%d/cpumap", node->os_index), &cpus);

	/* Without that directory hwloc makes one node of everything. */
	if (r == -ENOENT && topology->nodes.count == 1 && !root_exists(root, NODE_DIR))
		return 0;
	online = cpuset_and(arena, &cpus, &topology->online);
	if (r == 0 && cpuset_weight(&online) == 0)
		node->pus = online;
	if (r == 0 && cpuset_equal(&online, &node->pus))
		return 0;
	return err_set(err, -EINVAL,
		       "the CPU topology of root '%s' contradicts itself: hwloc gives NUMA node %d "
		       "the CPUs %s, %s/node%d/cpumap says %s",
		       root_dir(root), node->os_index, cpuset_list(arena, &node->pus), NODE_DIR,
		       node->os_index, r < 0 ? err_words(r) : cpuset_list(arena, &online));
}

int topology_tree_verify(struct root *root, struct arena *arena, struct topology *topology,
			 struct err *err)
{
	int r = verify_online(root, arena, topology, err);

	vec_for_each (core, &topology->cores) {
		if (r == 0)
			r = verify_core(root, arena, core, err);
	}
	vec_for_each (node, &topology->nodes) {
		if (r == 0)
			r = verify_node(root, arena, topology, node, err);
	}
	return r;
}

struct free_search {
	struct arena *arena;
	int64_t bytes;
};

/* "Node 1 MemFree:  3864712 kB" */
static int find_free(void *context, char *line)
{
	struct free_search *search = context;
	names words = text_words(search->arena, line);
	uint64_t kib;

	if (words.count < 4 || !text_equal(words.at[2], "MemFree:"))
		return 0;
	if (text_u64(words.at[3], &kib) == 0 && kib <= INT64_MAX >> 10)
		search->bytes = (int64_t)(kib << 10);
	return 1;
}

/* One number for each node that is online; empty when it is anything else. */
static number_list read_distances(struct root *root, struct arena *arena, int node, size_t nodes)
{
	number_list distances = {0};
	const char *text = NULL;
	names words = {0};

	if (root_read(root, arena, arena_printf(arena, NODE_DIR "/node%d/distance", node), &text) ==
	    0)
		words = text_words(arena, text);
	vec_for_each (word, &words) {
		uint64_t distance;

		if (words.count != nodes || text_u64(*word, &distance) < 0 || distance == 0 ||
		    distance > TOPOLOGY_UNREACHABLE)
			return (number_list){0};
		vec_push(arena, &distances, (unsigned)distance);
	}
	return distances;
}

void topology_tree_memory(struct root *root, struct arena *arena, struct topology *topology)
{
	vec_for_each (node, &topology->nodes) {
		const char *path = arena_printf(arena, NODE_DIR "/node%d/meminfo", node->os_index);
		struct free_search search = {.arena = arena, .bytes = -1};

		(void)!root_lines(root, path, find_free, &search);
		node->free_bytes = search.bytes;
		node->distances =
		    read_distances(root, arena, node->os_index, topology->nodes.count);
	}
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
	const char *caches = arena_printf(arena, "%s/cache", dir);
	names indexes = {0};

	touch(root, arena, arena_printf(arena, "%s/topology", dir), topology);
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
