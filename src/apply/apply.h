/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies a plan. Every old value is in the journal on disk before its write: those of a phase
 * together before its first, those of settings that only appear through a write just before their
 * own.
 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include "apply/history.h"
#include "plan/plan.h"
#include "sys/root.h"

struct apply_result {
	unsigned writes;     /* write(2) calls on the node, put-backs included */
	unsigned trials;     /* not in `writes`: those that the kernel refused as predicted */
	unsigned structural; /* structural settings changed: facts must be read again */
	const char
	    *no_journal; /* sentence: there was something to write but nothing to journal to */
	struct history_pen *history; /* is told what is about to be written; NULL: nobody is */
	const char *failed_late; /* sentence: a signal came, or the journal failed after the first
				  * write of a phase. What had been written by then stays and is on
				  * the plan, the rest is SKIPPED, the journal on disk can be
				  * restored from. The run is an error, but one with a report. */
};

/* Whether an apply after this look would write it, if only to try. */
bool apply_is_due(const struct setting *setting);

/*
 * Applies the settings of one phase that differ. Those that this process may not write become
 * SKIPPED. Without a writable journal nothing is written, and nothing more once result says
 * failed_late. The lock must be held.
 */
void apply_phase(struct root *root, struct arena *arena, const struct live *live, struct plan *plan,
		 enum phase phase, struct apply_result *result);

#endif
