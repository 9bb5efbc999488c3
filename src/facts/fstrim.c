/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether systemd's fstrim.timer is enabled, by its links. Whether it is active now shows in no
 * file: only units that run processes have a link in /run/systemd/units (src/core/unit.c,
 * unit_prepare_exec(); src/core/scope.c). But a timer that is Persistent=, as this one is, makes a
 * stamp when it is first started (src/core/timer.c, timer_start()), so one without has never been.
 */
#include <errno.h>

#include "base/text.h"
#include "facts/facts.h"
#include "facts/unit.h"

/* What its [Install] section says it is linked to (util-linux, sys-utils/fstrim.timer). */
#define TARGET "timers.target"
#define WANTS  TARGET ".wants"

/* Where systemctl links it, and so what must be seen before nothing means no. A container's own
 * /etc hardly has it. */
#define LINKS "/etc/systemd/system"

/* systemd makes it with the first stamp, below its own directory. */
#define SYSTEMD "/var/lib/systemd"
#define STAMPS  SYSTEMD "/timers"

/* The first directory that has a link decides, and one to /dev/null says no. */
static enum tri is_enabled(struct root *root, struct arena *arena)
{
	for (const char *const *dir = unit_dirs; *dir; dir++) {
		const char *path = arena_printf(arena, "%s/" WANTS "/" FSTRIM_TIMER, *dir);
		const char *target;
		int r = root_link(root, arena, path, &target);

		if (r == 0)
			return text_equal(target, "/dev/null") ? TRI_NO : TRI_YES;
		if (!err_is_absent(r))
			return TRI_UNKNOWN;
	}
	return root_exists(root, LINKS) &&
		       !root_is_unrecorded(root, LINKS "/" WANTS "/" FSTRIM_TIMER)
		   ? TRI_NO
		   : TRI_UNKNOWN;
}

static enum tri has_begun(struct root *root, struct arena *arena)
{
	names stamps = {0};
	int r = root_list(root, arena, STAMPS, &stamps);

	if (err_is_absent(r) && root_exists(root, SYSTEMD) && root_is_absent(root, arena, STAMPS))
		return TRI_NO;
	if (r < 0)
		return TRI_UNKNOWN;
	return text_in("stamp-" FSTRIM_TIMER, &stamps) ? TRI_YES : TRI_NO;
}

/* Where a distribution has another section, systemctl makes other links. */
static bool takes_one_link(struct root *root, struct arena *arena, const struct unit *unit)
{
	unit_lines lines;

	if (!unit->path || unit->is_masked || unit_install(root, arena, unit->path, &lines) < 0)
		return false;
	vec_for_each (line, &lines) {
		if (!text_equal(line->key, "WantedBy") || !text_equal(line->value, TARGET))
			return false;
	}
	return lines.count;
}

void facts_fstrim(struct root *root, struct arena *arena, struct facts *facts)
{
	struct unit unit = unit_find(root, arena, FSTRIM_TIMER);
	struct fstrim *fstrim = &facts->fstrim;

	*fstrim = (struct fstrim){
	    .unit = unit.path,
	    .is_masked = unit.is_masked,
	    .enabled = is_enabled(root, arena),
	    .has_begun = has_begun(root, arena),
	};
	if (root_link(root, arena, FSTRIM_LINK, &fstrim->link) < 0)
		fstrim->link = NULL;
	if (fstrim->enabled == TRI_NO)
		fstrim->takes_one_link = takes_one_link(root, arena, &unit);
}
