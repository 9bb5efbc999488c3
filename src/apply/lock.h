/* SPDX-License-Identifier: Apache-2.0 */
/* One thintune at a time changes the node. */
#ifndef APPLY_LOCK_H
#define APPLY_LOCK_H

#include "sys/root.h"

/* Descriptors that hold the lock, -1 each while it is not held. */
struct lock {
	int dir, file;
};
#define LOCK_NONE ((struct lock){.dir = -1, .file = -1})

/* Locks the directory RUN_DIR, and the file that the first builds lock if it is there.
 * -EWOULDBLOCK: another holds it; any other error: the lock is not available here (not root, or no
 * RUN_DIR), and neither is a journal. *ret_path: what could not be locked. */
_must_check_ int lock_take(struct root *root, uint64_t wait_us, struct lock *ret,
			   const char **ret_path);
/* Who holds it, "thintune, process 4711"; NULL: nobody, or it cannot be told, which
 * *ret_is_known says. Takes nothing. */
const char *lock_holder(struct root *root, struct arena *arena, bool *ret_is_known);
void lock_release(struct lock *lock);

#endif
