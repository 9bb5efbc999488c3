/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to know of a disk beside its figures: queues, formats, write cache, atomic writes.
 * The same of facts and of a probe. */
#ifndef REPORT_DISK_TEXT_H
#define REPORT_DISK_TEXT_H

#include "facts/facts.h"

/* One line of clean text, without the disk's name; what is not known is said to be unknown. */
const char *disk_text(struct arena *arena, const struct disk *disk);

#endif
