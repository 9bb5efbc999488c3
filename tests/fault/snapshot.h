/* SPDX-License-Identifier: Apache-2.0 */
/* A whole tree in memory: to compare a directory with, and to make it so again. */
#ifndef FAULT_SNAPSHOT_H
#define FAULT_SNAPSHOT_H

#include <stdbool.h>

#include "base/arena.h"

struct snapshot;

struct snapshot *snapshot_take(struct arena *arena, const char *dir);

/* What differs first of two of a directory, allocated in the arena: kind, mode or any byte of a
 * file; NULL: nothing does. Thintune's own directories are left out, and that others were made for
 * them. */
const char *snapshot_difference(struct arena *arena, const struct snapshot *was,
				const struct snapshot *is);

/* Makes the directory, which is as the second tells, as it was, thintune's own files included.
 * Directories that are still there are kept: thintune knows a device by the one that stands for it.
 */
void snapshot_return(const struct snapshot *was, const struct snapshot *is);

#endif
