/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the history: where they are, how they grow, and how they are read. */
#ifndef APPLY_HISTORY_FILES_H
#define APPLY_HISTORY_FILES_H

#include "apply/history.h"
#include "apply/journal.h"

#define HISTORY_NAME          "history.jsonl"
#define HISTORY_FILE          STATE_DIR "/" HISTORY_NAME
#define HISTORY_STATE         STATE_DIR "/history.state"
#define HISTORY_STATE_OF_BOOT RUN_DIR "/history.state"

enum { history_rotated_most = 9, history_rotate_bytes = 10 * 1024 * 1024 };

/* The file of that number, 0: the one that grows. */
const char *history_file(struct arena *arena, unsigned number);

/* Of the newest file that has a line. */
struct history_tail history_tail_read(struct root *root, struct arena *arena);
/* Adds lines, after a rotation where they would not fit. *tail becomes what the disk has then. */
_must_check_ int history_add(struct root *root, struct arena *arena, const char *lines,
			     struct history_tail *tail);

/* The oldest line that is left after these bytes are added; 0: nothing is dropped for them. */
uint64_t history_first_left(struct root *root, struct arena *arena, size_t length,
			    const struct history_tail *tail);

/* Both files as one: that of the boot is written where the other cannot be. What cannot be read
 * counts as absent. */
void history_state_read(struct root *root, struct arena *arena, struct history_state *ret);
enum history_kept {
	HISTORY_KEPT,
	HISTORY_COUNTED,   /* the disk has the number of the drafts, the drafts end with the boot */
	HISTORY_UNTIL_BOOT /* all of it ends with the boot */
};

/* is_kept: whether STATE_DIR is the node's. An enum history_kept, or an errno. */
_must_check_ int history_state_write(struct root *root, struct arena *arena,
				     const struct history_state *state, bool is_kept);

#endif
