/* SPDX-License-Identifier: Apache-2.0 */
/* Where watch publishes, and that one watch at a time works on a node. */
#ifndef APPLY_WATCH_PLACE_H
#define APPLY_WATCH_PLACE_H

#include "apply/journal.h"
#include "sys/root.h"

/* Others may read what is in it. */
#define WATCH_PUBLIC_DIR RUN_DIR "/public"
#define WATCH_STATE_NAME "watch.json"
#define WATCH_READY_NAME "ready"

/* Makes WATCH_PUBLIC_DIR, if there is none. */
_must_check_ int watch_place_make(struct root *root);
/* -EWOULDBLOCK: another watch is at work; any other error: there is no lock here. It
 * lasts until *ret_fd is closed. */
_must_check_ int watch_place_lock(struct root *root, int *ret_fd);
/* The process of the watch that is at work: 0 if none is. False: that cannot be told. */
bool watch_place_holder(struct root *root, struct arena *arena, uint64_t *ret_process);

/* Where else the watch publishes, by the names of its own mounts; NULL: nowhere. */
_must_check_ int watch_place_note(struct root *root, struct arena *arena, const char *dir);
const char *watch_place_noted(struct root *root, struct arena *arena);
/* A file that a watch has left in WATCH_PUBLIC_DIR; -ENOENT: none. -EPERM: somebody else may have
 * written it. */
_must_check_ int watch_place_read(struct root *root, struct arena *arena, const char *name,
				  const char **ret);

#endif
