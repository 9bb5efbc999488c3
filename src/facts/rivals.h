/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of facts_rivals(), by where they look. All of them only read files below the root. */
#ifndef FACTS_RIVALS_H
#define FACTS_RIVALS_H

#include "facts/facts.h"

/* Directories of systemd's units, the first has precedence; the last element is NULL. */
extern const char *const unit_dirs[];

/* sysctl_d.c: what sysctl.d(5) will set at the next boot, one rival a key: the assignment that
 * wins, in the order in which they are applied. */
void rivals_sysctl(struct root *root, struct arena *arena, struct facts *facts);

/* unit.c: Limit*= of redpanda.service and its drop-ins. */
void rivals_limits(struct root *root, struct arena *arena, struct facts *facts);

/* health.c: state, temperature and health log of NVMe controllers. */
void rivals_health(struct root *root, struct arena *arena, struct facts *facts);

/*
 * How systemd and its kin read a directory of settings: files whose name ends in suffix, one of
 * each name (the one in the first directory that has it; an empty one or a link to /dev/null hides
 * the others), ordered by name. Paths.
 */
names conf_files(struct root *root, struct arena *arena, const char *const *dirs,
		 const char *suffix);

#endif
