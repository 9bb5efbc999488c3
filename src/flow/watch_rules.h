/* SPDX-License-Identifier: Apache-2.0 */
/* What watch may repair: only what disturbs no running broker, what no person has restored, and
 * what nobody keeps rewriting. */
#ifndef FLOW_WATCH_RULES_H
#define FLOW_WATCH_RULES_H

#include "flow/session.h"
#include "plan/contest.h"
#include "plan/follow.h"

struct watch_rules {
	int64_t now;        /* seconds of a clock that never jumps */
	const char *sha256; /* of the profile of the look before; NULL unknown */
	bool resumes;       /* a person's restore is respected no longer */
	bool after_event;   /* the kernel told of a link or a device that may be hardware */
	/* A container came a moment ago, and its main process may be yet to come: in how many
	 * seconds it is looked at again; 0: none did. */
	unsigned container_s;
	struct contests *contests;
	struct follow *follow; /* the CPUs that containers have alone */
	unsigned again_s; /* filled: in how many seconds waiting has ended, or may have; 0: never */
	const char *held; /* filled: which restore is respected; NULL: none */
};

/* Marks what is only told of the plan that is about to be applied, and says why. While containers'
 * CPUs are not followed yet, that plan is another one from here on: the one without them. The lock
 * is held, or nothing is written anyway. */
_must_check_ enum exit_code watch_rules_mark(struct session *session);
/* Notes what was written, once the plan is applied. Returns how many settings were repaired. */
unsigned watch_rules_note(struct session *session);

#endif
