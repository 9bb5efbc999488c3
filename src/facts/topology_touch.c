/* SPDX-License-Identifier: Apache-2.0 */
/* hwloc opens files by itself, behind the recorder's back; this reads the same ones for it. */
#include "base/text.h"
#include "facts/facts.h"

#define CPU_DIR  "/sys/devices/system/cpu"
#define NODE_DIR "/sys/devices/system/node"

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

void topology_touch(struct root *root, struct arena *arena)
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
