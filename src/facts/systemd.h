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

/* The path that shows that the unit is active; NULL: none does. gaps: see facts/gap.h. */
const char *systemd_trace(struct root *root, struct arena *arena, const char *unit, names *gaps);

/* Those of these units that are linked into what systemd starts at boot. gaps: see facts/gap.h. */
names systemd_enabled(struct root *root, struct arena *arena, const names *units, names *gaps);

#endif
