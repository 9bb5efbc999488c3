/* SPDX-License-Identifier: Apache-2.0 */
/* Where systemd's units and settings are, and what its run files and control groups show. */
#include "facts/systemd.h"

#include <stdlib.h>

#include "base/text.h"
#include "facts/sysfs.h"

#define UNITS "/run/systemd/units"

/* Control groups: version 2, hybrid, version 1. */
static const char *const slices[] = {
    "/sys/fs/cgroup/system.slice",
    "/sys/fs/cgroup/unified/system.slice",
    "/sys/fs/cgroup/systemd/system.slice",
};

const char *const systemd_unit_dirs[] = {
    "/etc/systemd/system",     "/run/systemd/system", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system", NULL,
};

const char *const systemd_sysctl_dirs[] = {
    "/etc/sysctl.d",     "/run/sysctl.d", "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d", "/lib/sysctl.d", NULL,
};

static bool has_name(const names *paths, const char *name)
{
	vec_for_each (path, paths) {
		if (text_equal(sysfs_path_base(*path), name))
			return true;
	}
	return false;
}

/* By bytes, as systemd does: "9-x" comes after "10-x". */
static int compare_base(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(sysfs_path_base(*left), sysfs_path_base(*right));
}

names systemd_conf_files(struct root *root, struct arena *arena, const char *const *dirs,
			 const char *suffix)
{
	names paths = {0};

	for (; *dirs; dirs++) {
		names entries = {0};

		if (root_list(root, arena, *dirs, &entries) < 0)
			continue;
		vec_for_each (entry, &entries) {
			if (text_ends(*entry, suffix) && !has_name(&paths, *entry))
				vec_push(arena, &paths,
					 arena_printf(arena, "%s/%s", *dirs, *entry));
		}
	}
	if (paths.count > 1)
		qsort(paths.at, paths.count, sizeof(*paths.at), compare_base);
	return paths;
}

bool systemd_runs(struct root *root, struct arena *arena)
{
	names entries = {0};

	return root_list(root, arena, "/run/systemd/system", &entries) == 0;
}

const char *systemd_unit_file(struct root *root, struct arena *arena, const char *unit)
{
	const char *text;

	for (const char *const *dir = systemd_unit_dirs; *dir; dir++) {
		const char *path = arena_printf(arena, "%s/%s", *dir, unit);

		if (root_read(root, arena, path, &text) == 0)
			return *text ? path : NULL;
	}
	return NULL;
}

/* systemd keeps a link for each unit that is active, and a control group while it has processes. */
const char *systemd_trace(struct root *root, struct arena *arena, const char *unit)
{
	const char *path = arena_printf(arena, UNITS "/invocation:%s", unit);
	const char *target;
	names entries = {0};

	if (root_link(root, arena, path, &target) == 0)
		return path;
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		path = arena_printf(arena, "%s/%s", slices[i], unit);
		if (root_list(root, arena, path, &entries) == 0 && entries.count > 0)
			return path;
	}
	return NULL;
}

bool systemd_is_enabled(struct root *root, struct arena *arena, const char *unit)
{
	static const char dir[] = "/etc/systemd/system";
	const char *target;
	names entries = {0};

	if (root_list(root, arena, dir, &entries) < 0)
		return false;
	vec_for_each (entry, &entries) {
		if (text_ends(*entry, ".wants") &&
		    root_link(root, arena, arena_printf(arena, "%s/%s/%s", dir, *entry, unit),
			      &target) == 0)
			return true;
	}
	return false;
}

/* Outside a container the root is the whole node. A pod is shown the node's /sys without its
 * control groups, and hardly ever its /etc and /run. */
void facts_systemd(struct root *root, struct arena *arena, struct facts *facts)
{
	bool all = text_equal(facts->live.container, "none");

	facts->sees_etc = all || root_exists(root, "/etc");
	facts->sees_services = all || root_exists(root, UNITS);
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]) && !facts->sees_services; i++)
		facts->sees_services = root_exists(root, slices[i]);
	facts->has_systemd = systemd_runs(root, arena);
}
