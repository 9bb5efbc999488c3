/* SPDX-License-Identifier: Apache-2.0 */
/* What restore.c, restore_judge.c and restore_write.c share. */
#ifndef APPLY_RESTORE_IMPL_H
#define APPLY_RESTORE_IMPL_H

#include "apply/restore.h"

/* One entry while it is restored. */
struct restore_item {
	const struct journal_entry *entry;
	struct setting setting; /* want: the original */
	const char *found;      /* before anything was written; NULL: it was not there */
	bool is_sibling;        /* never set by us: changed by the kernel at most */
	bool is_gone;           /* with its device: there is nothing to put back any more */
	bool is_away;           /* it may be somewhere else: it stays in the journal */
	bool is_apart;          /* from the device of its trigger, which may go without it */
	bool is_put_off;        /* a signal came before its write */
	bool is_kept;           /* in the journal */
	bool is_at_risk;        /* spared, and the kernel may reset it along with one that is not */
	unsigned changes;       /* the restore's, when this was tried last */
};

struct restoring {
	struct root *root;
	struct arena *arena;
	const struct live *live;
	struct journal *journal;
	VEC(struct restore_item) items; /* one an entry, same order */
	const struct restore_request *request;
	bool is_settled;       /* the journal, when this began */
	VEC(uint64_t) devices; /* of what is not spared */
	unsigned writes;
	unsigned changes; /* writes that had an effect */
	struct restore_result *result;
};

/* Before anything is written: one item an entry, with what is to become of it. */
void restore_judge_all(struct restoring *restoring);
/* Writes what is to be written, in the order in which the kernel keeps it. */
void restore_write_all(struct restoring *restoring);

bool restore_is_done(enum state state);
/* Of an entry whose device is not here: it may be elsewhere, and the entry stays. */
bool restore_is_away(struct restoring *restoring, const struct journal_entry *entry,
		     const char **ret_note);
/* The setting whose write makes the kernel reset this one; NULL: none. */
struct restore_item *restore_trigger_of(const struct restoring *restoring,
					const struct restore_item *item);
/* By a trigger that has not been put back, and is there. */
bool restore_is_held(const struct restoring *restoring, const struct restore_item *item);
/* "it was eth0 when thintune wrote to it" */
const char *restore_renamed_note(struct arena *arena, const struct journal_entry *entry);

#endif
