/* SPDX-License-Identifier: Apache-2.0 */
/* Compares lines and changes of the history with what is wanted of it. */
#include "apply/history_filter.h"

#include "base/text.h"

#define BLOCK_LINKS    "/sys/block/"
#define CLASS_LINKS    "/sys/class/"
#define BLOCK_IN_CLASS CLASS_LINKS "block/"

/* A namespace of an NVMe disk is below its controller, or below its subsystem. */
static void add_disks(struct arena *arena, names *patterns, const char *rest)
{
	static const char *const places[] = {"/sys/devices/*/block/", "/sys/devices/*/nvme/nvme?*/",
					     "/sys/devices/*/nvme-subsystem/nvme-subsys?*/"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		vec_push(arena, patterns, arena_printf(arena, "%s%s", places[i], rest));
}

names history_filter_patterns(struct arena *arena, const struct history_filter *filter)
{
	const char *what = filter->what;
	names patterns = {0};

	if (!what)
		return patterns;
	vec_push(arena, &patterns, what);
	if (text_starts(what, BLOCK_LINKS))
		add_disks(arena, &patterns, what + strlen(BLOCK_LINKS));
	else if (text_starts(what, BLOCK_IN_CLASS))
		add_disks(arena, &patterns, what + strlen(BLOCK_IN_CLASS));
	else if (text_starts(what, CLASS_LINKS))
		vec_push(arena, &patterns,
			 arena_printf(arena, "/sys/devices/*/%s", what + strlen(CLASS_LINKS)));
	return patterns;
}

bool history_filter_takes_change(const names *patterns, const struct history_change *change)
{
	vec_for_each (pattern, patterns) {
		if (text_glob(*pattern, change->path) ||
		    (change->setting && text_glob(*pattern, change->setting)))
			return true;
	}
	return !patterns->count;
}

static bool is_within(const struct history_filter *filter, const char *time)
{
	return (!filter->since || strncmp(time, filter->since, strlen(filter->since)) >= 0) &&
	       (!filter->until || strncmp(time, filter->until, strlen(filter->until)) <= 0);
}

bool history_filter_takes(const struct history_filter *filter, const names *patterns,
			  const struct history_line *line)
{
	if (!is_within(filter, line->time) ||
	    (filter->owner && !text_equal(filter->owner, line->owner)))
		return false;
	vec_for_each (change, &line->changes) {
		if (history_filter_takes_change(patterns, change))
			return true;
	}
	return !patterns->count;
}
