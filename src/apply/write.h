/* SPDX-License-Identifier: Apache-2.0 */
/* One write to the node: written once, read back, classified. Every setting is written this way. */
#ifndef APPLY_WRITE_H
#define APPLY_WRITE_H

#include "plan/plan.h"
#include "sys/root.h"

/*
 * Writes setting->want once, reads back, sets state CHANGED or FAILED and the note. The caller has
 * journalled the old value. Also for restore.
 */
void write_setting(struct root *root, struct arena *arena, struct setting *setting);

/* Writes what a read would make something else at once (plan/counterparts.h). It is read after the
 * next write. A negative errno. */
int write_unread(struct root *root, const char *path, const char *value);

#endif
