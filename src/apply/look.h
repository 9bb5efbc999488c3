/* SPDX-License-Identifier: Apache-2.0 */
/* The look at the node: what each setting of a plan has there, and what that comes to. Reads only.
 */
#ifndef APPLY_LOOK_H
#define APPLY_LOOK_H

#include "apply/journal.h"
#include "plan/plan.h"
#include "sys/root.h"

/* Fills in all settings of the plan again from what the node has. */
void look_plan(struct root *root, struct arena *arena, const struct live *live, struct plan *plan);

/* The same for one of them. A decision of the wish counts unless the node is as wanted. */
void look_setting(struct root *root, struct arena *arena, const struct live *live,
		  struct setting *setting);

/* An errno of a *read* that means "this node does not have it": absent, or a driver without it (a
 * queue without write-back throttling answers EINVAL). Anything else is a failure. */
bool look_is_unsupported(int code);

/* Of a frequency policy without an online CPU, whose files answer nothing else until one is back.
 */
bool look_is_offline(const char *path, int code);
#define LOOK_OFFLINE "its CPUs are offline"

/* Present value, canonical, into setting->have. Returns the raw text; NULL and a note on failure.
 */
const char *look_read(struct root *root, struct arena *arena, struct setting *setting);
/* The same where only the value counts; NULL: it cannot be told. */
const char *look_value(struct root *root, struct arena *arena, enum kind kind, const char *path);

/* Why this process may not write it ("needs CAP_SYS_ADMIN"); NULL: it may. */
const char *look_missing_right(struct root *root, struct arena *arena, const struct live *live,
			       const struct wish *wish);

/* Leaves is_unproven where an apply tries a write: a live node, a right to write, and no trial yet
 * since the last boot. */
void look_trials(struct root *root, struct arena *arena, const struct live *live, struct plan *plan,
		 const struct journal *journal);

/* What is said of an interrupt that the kernel places: it depends on where it has it. */
const char *look_managed_note(struct arena *arena, const struct setting *setting);

#endif
