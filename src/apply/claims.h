/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims: which owner (apply/owner.h) wants a journalled path to be as it is, so that several
 * thintunes on one node do not undo each other's work, and each undoes what it no longer wants.
 */
#ifndef APPLY_CLAIMS_H
#define APPLY_CLAIMS_H

#include "apply/journal.h"

/* The journal as a plan of this owner needs it: entries whose device is there still, and whose
 * value is nobody else's. Without a journal that can be read: none, and err says why, unless there
 * is none to read. */
holding_list claims_holdings(struct root *root, struct arena *arena, const char *owner,
			     struct err *err);

/* After the look: what other owners claim of this path. The wanted value becomes one that suits all
 * of them; where there is none, the setting is CONTESTED. */
void claims_weigh(struct arena *arena, struct setting *setting);

/* The entry becomes the plan's owner's as well. */
void claims_enter(struct arena *arena, const struct plan *plan, const struct setting *setting,
		  struct journal_entry *entry);
/* ... or no longer is. True: it was. */
bool claims_drop(struct journal_entry *entry, const char *owner);

/* Ends the owner's claims of what these tuners have set; NULL: of all, so none is never all. Spared
 * is what others claim as well, or nobody is known to; of what is lost that which the owner does
 * not claim. What was left to somebody else is not spared for others' claims, which count for
 * nothing there. False: it had none. */
bool claims_select(struct journal *journal, const char *owner, const names *tuners);
/* What only the kernel changed goes with the setting that made it, unless somebody claims it. */
void claims_select_siblings(struct journal *journal);

/* Once a plan is applied: claims what was right already, gives up what is no longer wanted. Writes
 * only if that changes the journal. A sentence: it could not be written; NULL. */
const char *claims_keep(struct root *root, struct arena *arena, const struct plan *plan);

#endif
