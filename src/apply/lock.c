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

const char *lock_holder(struct root *root, struct arena *arena, bool *ret_is_known)
{
	const char *name;
	uint64_t pid;
	int r = root_lock_holder(root, arena, RUN_DIR, &pid);

	/* Without the directory nobody can hold it. */
	*ret_is_known = r == 0 || (!root_exists(root, RUN_DIR) && root_exists(root, "/run"));
	if (r < 0 || !pid)
		return NULL;
	if (root_read(root, arena, arena_printf(arena, "/proc/%llu/comm", (unsigned long long)pid),
		      &name) < 0)
		name = "a process that has ended";
	return arena_printf(arena, "%s, process %llu", name, (unsigned long long)pid);
}

void lock_release(struct lock *lock)
{
	if (lock->dir >= 0)
		(void)close(lock->dir);
	if (lock->file >= 0)
		(void)close(lock->file);
	*lock = LOCK_NONE;
}
