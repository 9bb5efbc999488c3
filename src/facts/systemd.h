/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd as its files show it: where its units and settings are, which unit is active or enabled,
 * and what of all this the root shows. Nothing here asks systemd itself.
 */
#ifndef FACTS_SYSTEMD_H
#define FACTS_SYSTEMD_H

#include "facts/facts.h"

/* Both end with NULL; the first directory has precedence. */
extern const char *const systemd_unit_dirs[];
extern const char *const systemd_sysctl_dirs[];

/*
 * How systemd and its kin read a directory of settings: files whose name ends in suffix, one of
 * each name (the one in the first directory that has it; an empty one or a link to /dev/null hides
 * the others), ordered by name. Paths.
 */
names systemd_conf_files(struct root *root, struct arena *arena, const char *const *dirs,
			 const char *suffix);

/* It runs this node: sd_booted(3). */
bool systemd_runs(struct root *root, struct arena *arena);

/* Where the unit's file is; NULL: it is not installed, or masked (empty, or a link to /dev/null).
 */
const char *systemd_unit_file(struct root *root, struct arena *arena, const char *unit);

/* The path that shows that the unit is active; NULL: none does. */
const char *systemd_trace(struct root *root, struct arena *arena, const char *unit);

/* Linked into what systemd starts at boot. */
bool systemd_is_enabled(struct root *root, struct arena *arena, const char *unit);

#endif
