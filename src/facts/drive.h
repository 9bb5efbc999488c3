/* SPDX-License-Identifier: Apache-2.0 */
/* What the drives say of themselves after they were measured: a drive that took speed off against
 * heat meanwhile gave figures of its heat. Counters are those of NVMe's health log, which are never
 * reset. */
#ifndef FACTS_DRIVE_H
#define FACTS_DRIVE_H

#include "facts/facts.h"

struct drive_change {
	const char *disk; /* the controller: "nvme0" */
	int error;        /* why it is not known afterwards: negative errno; 0: it is */
	struct nvme_smart before, after;
	/* Its thermal management took speed off; it was above its warning temperature, where many
	 * drives do so without counting. Unknown where the log is, or where a counter went back: it
	 * is another drive then. */
	enum tri throttled, too_hot;
	const char *heat; /* "throttled", "was above its warning temperature"; NULL: neither */
	const char *text; /* one sentence, of temperatures, media errors, heat, or what is not known
			   */
};
typedef VEC(struct drive_change) drive_changes;

/* Fills what follows from disk, error, before and after. */
void drive_compare(struct arena *arena, struct drive_change *change);

#endif
