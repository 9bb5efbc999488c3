/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod or unit of least rights needs: what a run may write, and which rights that takes. */
#ifndef REPORT_LEAST_H
#define REPORT_LEAST_H

#include "report/report.h"

/* What some run of this profile on this node may write; what is right today may differ after the
 * next boot. */
bool least_writes(const struct setting *setting);

/* What a run of this plan also does: it proves direct I/O, and may measure the disk. */
bool least_probes(const struct report *report);

/* Names of the settings that may be written and need this, an enum need. */
names least_needing(struct arena *arena, const struct plan *plan, unsigned need);

/* "to prove direct I/O as the owner of the data directory"; NULL: nothing is done as its owner. */
const char *least_as_owner(struct arena *arena, const struct report *report);

/* "a, b, c and 4 more", for a comment. */
const char *least_reasons(struct arena *arena, const names *settings);

/* Comment lines with what there are no rights for: what --only and --skip leave out, and what the
 * profile asks for and the plan could not find out. */
const char *least_gaps(struct arena *arena, const struct plan *plan);

#endif
