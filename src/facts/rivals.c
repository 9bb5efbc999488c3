/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that write what we write. Running is told by traces in the file system, never by asking
 * a program: a run file of its own, systemd's record of the unit, or its control group. */
#include "facts/rivals.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/sysfs.h"

/* A service by name, with files that exist while it works; or a script that a service runs at its
 * start. */
struct program {
	const char *what;
	const char *service; /* the unit, or the one that runs the script */
	const char *script;  /* NULL: not a script */
	const char *traces[3];
};

/* Google's agent runs its scripts when it starts (guest-agent,
 * google_guest_agent/instance_setup.go). */
#define GUEST_AGENT "google-guest-agent.service"

static const struct program programs[] = {
    {
	.what = "google_optimize_local_ssd",
	.service = GUEST_AGENT,
	.script = "/usr/bin/google_optimize_local_ssd",
    },
    {
	.what = "google_set_multiqueue",
	.service = GUEST_AGENT,
	.script = "/usr/bin/google_set_multiqueue",
    },
    {
	.what = "irqbalance",
	.service = "irqbalance.service",
	.traces = {"/run/irqbalance.pid", "/run/irqbalance"},
    },
    {.what = "power-profiles-daemon", .service = "power-profiles-daemon.service"},
    {.what = "redpanda-tuner", .service = "redpanda-tuner.service"},
    {.what = "sapconf", .service = "sapconf.service", .traces = {"/run/sapconf/active"}},
    {.what = "saptune", .service = "saptune.service", .traces = {"/run/saptune/saved_state"}},
    {.what = "tlp", .service = "tlp.service", .traces = {"/run/tlp/last_pwr"}},
    {
	.what = "tuned",
	.service = "tuned.service",
	.traces = {"/run/tuned/tuned.pid"},
    },
};

/* A file, or a directory with something in it. Read, not only looked at: a record keeps it so. */
static bool is_there(struct root *root, struct arena *arena, const char *path)
{
	const char *text;
	names entries = {0};

	if (root_list(root, arena, path, &entries) == 0)
		return entries.count > 0;
	return root_read(root, arena, path, &text) == 0;
}

#define UNITS "/run/systemd/units"

/* Control groups: version 2, hybrid, version 1. */
static const char *const slices[] = {
    "/sys/fs/cgroup/system.slice",
    "/sys/fs/cgroup/unified/system.slice",
    "/sys/fs/cgroup/systemd/system.slice",
};

/* Outside a container the root is the whole node. A pod is shown the node's /sys without its
 * control groups, and hardly ever its /etc and /run. */
static void look_around(struct root *root, struct facts *facts)
{
	bool all = text_equal(facts->live.container, "none");

	facts->sees_etc = all || root_exists(root, "/etc");
	facts->sees_services = all || root_exists(root, UNITS);
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]) && !facts->sees_services; i++)
		facts->sees_services = root_exists(root, slices[i]);
}

/* systemd keeps a link for each unit that is active, and a control group while it has processes. */
static const char *unit_trace(struct root *root, struct arena *arena, const char *service)
{
	const char *path = arena_printf(arena, UNITS "/invocation:%s", service);
	const char *target;

	if (root_link(root, arena, path, &target) == 0)
		return path;
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		path = arena_printf(arena, "%s/%s", slices[i], service);
		if (is_there(root, arena, path))
			return path;
	}
	return NULL;
}

static const char *trace_of(struct root *root, struct arena *arena, const struct program *program)
{
	for (const char *const *trace = program->traces; *trace; trace++) {
		if (is_there(root, arena, *trace))
			return *trace;
	}
	return unit_trace(root, arena, program->service);
}

/* Where it is installed; a masked unit (empty, or a link to /dev/null) is not. */
static const char *installed_at(struct root *root, struct arena *arena,
				const struct program *program)
{
	const char *text;

	if (program->script)
		return is_there(root, arena, program->script) ? program->script : NULL;
	for (const char *const *dir = unit_dirs; *dir; dir++) {
		const char *path = arena_printf(arena, "%s/%s", *dir, program->service);

		if (root_read(root, arena, path, &text) == 0)
			return *text ? path : NULL;
	}
	return NULL;
}

/* Linked into what systemd starts at boot. */
static bool is_enabled(struct root *root, struct arena *arena, const char *service)
{
	static const char dir[] = "/etc/systemd/system";
	const char *target;
	names entries = {0};

	if (root_list(root, arena, dir, &entries) < 0)
		return false;
	vec_for_each (entry, &entries) {
		if (text_ends(*entry, ".wants") &&
		    root_link(root, arena, arena_printf(arena, "%s/%s/%s", dir, *entry, service),
			      &target) == 0)
			return true;
	}
	return false;
}

static void add_programs(struct root *root, struct arena *arena, struct facts *facts)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const struct program *program = &programs[i];
		const char *trace = trace_of(root, arena, program);
		const char *installed = installed_at(root, arena, program);

		if (!installed && (!trace || program->script))
			continue;
		vec_push(arena, &facts->rivals,
			 (struct rival){
			     .what = program->what,
			     .where = installed ? installed : trace,
			     .active = trace != NULL,
			     .enabled = is_enabled(root, arena, program->service),
			 });
	}
}

static bool has_name(const names *paths, const char *name)
{
	vec_for_each (path, paths) {
		if (text_equal(path_base(*path), name))
			return true;
	}
	return false;
}

/* By bytes, as systemd does: "9-x" stands behind "10-x". */
static int compare_base(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(path_base(*left), path_base(*right));
}

names conf_files(struct root *root, struct arena *arena, const char *const *dirs,
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

/* What cannot be read may say something. */
static bool has_rpk_state(struct root *root, struct arena *arena)
{
	const char *text;
	int r = root_read(root, arena, RPK_STATE_FILE, &text);

	return r < 0 ? r != -ENOENT && r != -ENOTDIR : *text != '\0';
}

int facts_rivals(struct root *root, struct arena *arena, struct facts *facts)
{
	look_around(root, facts);
	add_programs(root, arena, facts);
	rivals_sysctl(root, arena, facts);
	rivals_limits(root, arena, facts);
	rivals_health(root, arena, facts);
	facts->has_rpk_state = has_rpk_state(root, arena);
	return 0;
}
