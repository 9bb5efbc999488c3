/* SPDX-License-Identifier: Apache-2.0 */
/* The lock, so that one thintune at a time changes the node. */
#include "apply/lock.h"

#include <errno.h>
#include <unistd.h>

#include "apply/journal.h"

#define LOCK_FILE RUN_DIR "/lock" /* the first builds make it */

int lock_take(struct root *root, uint64_t wait_us, struct lock *ret, const char **ret_path)
{
	struct lock lock = LOCK_NONE;
	int r;

	*ret_path = RUN_DIR;
	r = root_lock_dir(root, RUN_DIR, &wait_us, &lock.dir);
	if (r == 0) {
		*ret_path = LOCK_FILE;
		r = root_lock(root, LOCK_FILE, &wait_us, &lock.file);
		r = r == -ENOENT ? 0 : r;
	}
	if (r < 0)
		lock_release(&lock);
	*ret = lock;
	return r;
}

void lock_release(struct lock *lock)
{
	if (lock->dir >= 0)
		(void)close(lock->dir);
	if (lock->file >= 0)
		(void)close(lock->file);
	*lock = LOCK_NONE;
}
