/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd's links, run files and control groups show. */
#include "facts/systemd.h"

#include <errno.h>

#include "base/text.h"
#include "facts/gap.h"
#include "facts/unit.h"

#define UNITS "/run/systemd/units"

/* Control groups: version 2, hybrid, version 1. */
static const char *const slices[] = {
    "/sys/fs/cgroup/system.slice",
    "/sys/fs/cgroup/unified/system.slice",
    "/sys/fs/cgroup/systemd/system.slice",
};

/* Listed, so that a record has it; that it cannot be listed is no sign that it is not there. */
bool systemd_runs(struct root *root, struct arena *arena)
{
	names entries = {0};
	int r = root_list(root, arena, "/run/systemd/system", &entries);

	return r == 0 || r == -EACCES || r == -EPERM;
}

names systemd_groups(struct root *root, struct arena *arena)
{
	names groups = {0};

	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		if (root_may_exist(root, slices[i]))
			vec_push(arena, &groups, slices[i]);
	}
	return groups;
}

/* systemd keeps a link for each unit that is active, and a control group while it has processes. */
const char *systemd_trace(struct root *root, struct arena *arena, const names *groups,
			  const char *unit, names *gaps)
{
	const char *path = arena_printf(arena, UNITS "/invocation:%s", unit);
	const char *target;
	names entries = {0};
	int r = root_link(root, arena, path, &target);

	if (r == 0)
		return path;
	gap_add(arena, gaps, path, r);
	vec_for_each (group, groups) {
		path = arena_printf(arena, "%s/%s", *group, unit);
		r = root_list(root, arena, path, &entries);
		if (r == 0 && entries.count > 0)
			return path;
		gap_add(arena, gaps, path, r);
	}
	return NULL;
}

static bool is_links(const char *name)
{
	static const char *const suffixes[] = {".wants", ".requires", ".upholds"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (*name != '.' && text_ends(name, suffixes[i]))
			return true;
	}
	return false;
}

struct enabled {
	struct root *root;
	struct arena *arena;
	const names *units;
	names *gaps;
	names seen; /* "multi-user.target.wants/tuned.service" */
	struct systemd_units result;
};

/* A link of a directory before this one has precedence, and one to /dev/null takes the unit out
 * (src/core/load-dropin.c, process_deps()). */
static void add_links(struct enabled *enabled, const char *dir, const char *links)
{
	struct arena *arena = enabled->arena;
	const char *all = arena_printf(arena, "%s/%s", dir, links);
	names entries = {0};

	gap_add(arena, enabled->gaps, all, root_list(enabled->root, arena, all, &entries));
	vec_for_each (entry, &entries) {
		const char *path = arena_printf(arena, "%s/%s", links, *entry), *target;
		const char *link = arena_printf(arena, "%s/%s", dir, path);
		int r;

		if (!text_in(*entry, enabled->units) || text_in(path, &enabled->seen))
			continue;
		vec_push(arena, &enabled->seen, path);
		r = root_link(enabled->root, arena, link, &target);
		if (r == 0 && !text_equal(target, "/dev/null"))
			vec_push(arena, &enabled->result.enabled, *entry);
		/* EINVAL: a file, which links nothing. */
		if (r != -EINVAL)
			gap_add(arena, enabled->gaps, link, r);
	}
}

struct systemd_units systemd_units(struct root *root, struct arena *arena, const names *units,
				   names *gaps)
{
	struct enabled enabled = {.root = root, .arena = arena, .units = units, .gaps = gaps};
	names *installed = &enabled.result.installed;

	for (const char *const *dir = unit_dirs; *dir; dir++) {
		names entries = {0};
		int r;

		if (unit_dir_repeats(root, *dir))
			continue;
		r = root_list(root, arena, *dir, &entries);
		gap_add(arena, gaps, *dir, r);
		if (r < 0 && r != -ENOENT && r != -ENOTDIR)
			*installed = *units;
		vec_for_each (entry, &entries) {
			if (is_links(*entry))
				add_links(&enabled, *dir, *entry);
			else if (text_in(*entry, units))
				vec_push(arena, installed, *entry);
		}
	}
	return enabled.result;
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
