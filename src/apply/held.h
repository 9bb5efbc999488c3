/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's restore is respected: ROOT/run/thintune/held tells whoever would repair the node that
 * these paths are meant to be as they are, until an apply or a run that somebody asks for.
 *
 *   {"time": "2026-11-01T10:00:00Z", "user": "uid 0 (sudo of ann)", "paths": ["/proc/..."]}
 */
#ifndef APPLY_HELD_H
#define APPLY_HELD_H

#include "plan/plan.h"
#include "sys/root.h"

#define HELD_FILE "/run/thintune/held"

/* settings: those of a restore. The lock is held. Nothing depends on this file's being there, so
 * where there is no room for it there is none. */
void held_write(struct root *root, struct arena *arena, const char *time, const char *user,
		const setting_list *settings);
/* Adds some paths, by that command, and takes others out; those of an earlier restore stay. */
void held_change(struct root *root, struct arena *arena, const char *time, const char *user,
		 const names *added, const names *removed);
void held_remove(struct root *root);
/* When and by whom the last restore was made, and of which paths. -ENOENT: there is none to be
 * respected; -EPERM: somebody else may have written it; -EBADMSG: it is not as above, so which
 * paths are meant is not known; others: it cannot be read. */
_must_check_ int held_read(struct root *root, struct arena *arena, const char **ret_time,
			   const char **ret_user, names *ret_paths);

#endif
