/* SPDX-License-Identifier: Apache-2.0 */
/* Puts back what is left over from an earlier profile, as a restore does, before a phase is
 * applied. */
#ifndef APPLY_PUT_BACK_H
#define APPLY_PUT_BACK_H

#include "apply/apply.h"

/* "nothing more was written after the signal SIGTERM" */
char *put_back_signal_text(struct arena *arena);

/* Still to be put back in this phase. */
bool put_back_is_due(const struct setting *setting, enum phase phase);

/* Undoes what is left over in this phase, and looks again at what that may have changed of the
 * plan. False: there is no journal to work with, and result says so. */
bool put_back_phase(struct root *root, struct arena *arena, const struct live *live,
		    struct plan *plan, enum phase phase, struct apply_result *result);

/* Fills in plan->along for what is left over, with whatever rights. Reads only. */
void put_back_foresee(struct root *root, struct arena *arena, const struct live *live,
		      struct plan *plan);

#endif
