/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least a unit needs for the plan at hand, as a drop-in for thintune.service. Everything of the
 * node is read-only but what the plan may write:
 *
 *   /proc/sys, /proc/irq, /sys   ProtectKernelTunables= knows them only together
 *   a file of its own            the directory it is in, since it is replaced; below /run, which
 *                                is empty after each boot, /run itself
 *   the data directory           is looked at, and probed, through a mount that can be written
 *
 * The journal and the verdict are in the unit's RuntimeDirectory= and StateDirectory=, which
 * systemd leaves writable. Settings and their meaning: systemd.exec(5).
 */
#include "base/escape.h"
#include "plan/needs.h"
#include "report/layout.h"
#include "report/least.h"
#include "version.h"

struct place { /* a directory that is written to */
	const char *path;
	names settings;
};
typedef VEC(struct place) places;

/* A line of a comment, and the assignment below it. */
static void add_line(struct str *str, const char *why, const char *assignment)
{
	str_printf(str, "# %s\n%s\n", escape_text(str->arena, why, ESCAPE_ALL), assignment);
}

/* One word of a list of optional paths; "%" begins a specifier. */
static const char *quoted(struct arena *arena, const char *path)
{
	struct str str = str_new(arena);

	str_add(&str, "\"-");
	for (const char *at = escape_text(arena, path, ESCAPE_ALL); *at; at++) {
		if (*at == '"' || *at == '\\')
			str_add(&str, "\\");
		if (*at == '%')
			str_add(&str, "%");
		str_add_n(&str, at, 1);
	}
	str_add(&str, "\"");
	return str.text;
}

static bool is_closed(const struct live_data_dir *dir)
{
	return dir->exists != TRI_YES || (dir->uid && (dir->mode & 05) != 05);
}

static void add_capabilities(struct str *str, const struct report *report)
{
	const struct live_data_dir *dir = &report->facts->live.data_dir;
	const char *as_owner = least_as_owner(str->arena, report);

	str_add(str, "CapabilityBoundingSet=\n");
	for (size_t i = 0; i < NEED_CAPABILITIES; i++) {
		const struct need_capability *one = &need_capabilities[i];
		names list = least_needing(str->arena, report->plan, one->need);

		/* The owner's are told further down: they are for the probe, too. */
		if (list.count && one->need != NEED_OWNER)
			add_line(str, least_reasons(str->arena, &list),
				 arena_printf(str->arena, "CapabilityBoundingSet=%s", one->name));
	}
	if (is_closed(dir))
		add_line(str, "to look into the data directory, which is closed to other users",
			 "CapabilityBoundingSet=CAP_DAC_READ_SEARCH");
	if (as_owner && (dir->exists != TRI_YES || dir->uid))
		add_line(str, as_owner, "CapabilityBoundingSet=CAP_SETGID CAP_SETUID");
}

static bool is_tunable(const char *path)
{
	return text_starts(path, "/proc/") || text_starts(path, "/sys/");
}

static void add_tunables(struct str *str, const struct plan *plan)
{
	names list = {0};

	vec_for_each (setting, &plan->settings) {
		if (least_writes(setting) && is_tunable(setting->wish->path))
			vec_push(str->arena, &list, setting->wish->name);
	}
	if (list.count)
		add_line(str, least_reasons(str->arena, &list), "ProtectKernelTunables=no");
	else
		str_add(str, "ProtectKernelTunables=yes\n");
}

static const char *place_of(struct arena *arena, const char *path)
{
	if (text_starts(path, "/run/"))
		return "/run";
	return arena_strndup(arena, path, (size_t)(strrchr(path, '/') - path));
}

static places collect(struct arena *arena, const struct plan *plan)
{
	places list = {0};

	vec_for_each (setting, &plan->settings) {
		struct place *found = NULL;
		const char *path;

		if (!least_writes(setting) ||
		    (setting->wish->kind != KIND_FILE && setting->wish->kind != KIND_LINK))
			continue;
		path = place_of(arena, setting->wish->path);
		vec_for_each (place, &list) {
			if (text_equal(place->path, path))
				found = place;
		}
		if (!found) {
			vec_push(arena, &list, (struct place){.path = path});
			found = &list.at[list.count - 1];
		}
		vec_push(arena, &found->settings, setting->wish->name);
	}
	return list;
}

static void add_places(struct str *str, const struct report *report)
{
	struct arena *arena = str->arena;
	const char *data_dir = report->facts->live.data_dir.path;
	places list = collect(arena, report->plan);

	str_add(str, "ProtectSystem=strict\n"
		     "ReadWritePaths=\n");
	if (data_dir)
		add_line(str, "the data directory",
			 arena_printf(arena, "ReadWritePaths=%s", quoted(arena, data_dir)));
	vec_for_each (place, &list)
		add_line(str, least_reasons(arena, &place->settings),
			 arena_printf(arena, "ReadWritePaths=%s", quoted(arena, place->path)));
}

char *report_systemd(struct arena *arena, const struct report *report)
{
	struct str str = str_new(arena);

	str_printf(
	    &str,
	    "# thintune " THINTUNE_VERSION ": the least that `thintune run` needs on this "
	    "node, profile %s.\n"
	    "# %s\n"
	    "# A drop-in, such as /etc/systemd/system/thintune.service.d/50-least.conf. Empty "
	    "assignments take away\n"
	    "# what the unit had.\n"
	    "%s"
	    "[Service]\n",
	    escape_text(arena, report->profile->name, ESCAPE_ALL), layout_origin(arena, report),
	    least_gaps(arena, report->plan));
	add_capabilities(&str, report);
	add_tunables(&str, report->plan);
	add_places(&str, report);
	return str.text;
}
