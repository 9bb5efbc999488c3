/* SPDX-License-Identifier: Apache-2.0 */
/* Undoes what the journal holds. */
#ifndef APPLY_RESTORE_H
#define APPLY_RESTORE_H

#include "apply/history.h"
#include "apply/journal.h"

struct restore_request {
	bool force;              /* also overwrite values that neither we nor the original had */
	const char *time, *user; /* RFC 3339; in words: what the withdrawn verdicts tell */
	/* Ends this owner's claims, withdraws its verdict, and undoes what nobody else claims;
	 * NULL: undoes everything. */
	const char *owner;
	const names *tuners; /* with owner: only what these have set, the rest stays; NULL: all */
	struct history_pen *history; /* is told what is about to be written; NULL: nobody is */
};

struct restore_result {
	/* One setting a path, which wants the original: SAME, CHANGED, FAILED, CONTESTED,
	 * UNSUPPORTED. REQUIRED, but for those that are gone */
	struct plan plan;
	unsigned writes;
	const char *unmarked; /* sentence: the journal could not be marked before the first write;
			       * NULL */
	const char *interrupted; /* the signal that came before all was written; NULL */
	const char *unfinished;  /* sentence: not all was written; or the settings are restored, but
				  * the journal or the verdict stays, so restore again; NULL */
};

/*
 * Undoes what the journal holds, then the journal is removed, or holds what is left. All verdicts
 * are withdrawn. A journal that cannot be written is restored from anyway. -ENOENT: there is
 * no journal of this boot, or nothing in it that the owner claims.
 */
_must_check_ int restore_run(struct root *root, struct arena *arena, const struct live *live,
			     const struct restore_request *request, struct restore_result *ret,
			     struct err *err);

/* Withdraws what a restore does, for one that finds nothing to undo. */
_must_check_ int restore_withdraw(struct root *root, struct arena *arena,
				  const struct restore_request *request);

/*
 * Undoes the entries of a journal that are not spared; what that makes the kernel change of the
 * others is put back. The journal on disk has been marked as not settled; afterwards it holds the
 * rest and is marked as this one is. *ret: one setting for each entry with a setting of its own,
 * and for others that could not be put back.
 */
_must_check_ int restore_entries(struct root *root, struct arena *arena, const struct live *live,
				 struct journal *journal, setting_list *ret, unsigned *ret_writes,
				 struct err *err);

/* What the same would put back of what the kernel changes along with them. Reads only. */
void restore_foresee(struct root *root, struct arena *arena, const struct live *live,
		     struct journal *journal, setting_list *ret);

#endif
