/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd as its files show it: which unit is active or enabled, and what of all this the root
 * shows. Nothing here asks systemd itself.
 */
#ifndef FACTS_SYSTEMD_H
#define FACTS_SYSTEMD_H

#include "facts/facts.h"

/* It runs this node: sd_booted(3). */
bool systemd_runs(struct root *root, struct arena *arena);

/* Directories of control groups of services that are there, or may be. */
names systemd_groups(struct root *root, struct arena *arena);

/* The path that shows that the unit is active; NULL: none does. gaps: see facts/gap.h. */
const char *systemd_trace(struct root *root, struct arena *arena, const names *groups,
			  const char *unit, names *gaps);

struct systemd_units {
	names
	    installed; /* there is a file or link of it, or it cannot be told; may hold one twice */
	names enabled; /* linked into what systemd starts at boot */
};

/* Which of these units are so, from one listing of each directory. gaps: see facts/gap.h. */
struct systemd_units systemd_units(struct root *root, struct arena *arena, const names *units,
				   names *gaps);

#endif
