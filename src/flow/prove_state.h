/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two states that a proof compares, and the way from one to the other: an apply of the settings
 * that a figure of the disk can show, and a restore of the same. Both are the ordinary ones, so
 * whenever it is killed the journal has what a restore needs. What the node has afterwards is
 * looked at, not assumed.
 */
#ifndef FLOW_PROVE_STATE_H
#define FLOW_PROVE_STATE_H

#include "flow/outcome.h"
#include "report/prove.h"

struct prove_state {
	struct outcome *outcome;
	struct prove *prove;           /* its settings, and where the node is */
	names tuners;                  /* whose settings are compared */
	struct plan tuned;             /* those settings */
	setting_list originals, first; /* the same before and after the first apply */
	bool is_journalled;            /* the journal has what the proof has changed */
	names stuck;                   /* sentences: what a restore could not put back */
	unsigned switches;
	unsigned failed; /* settings that differ and could not be written */
};

/* The plan is made, and the lock held. Why the node is not in its original state, as far as the
 * journal knows; NULL: it is, so that all a restore of these tuners can undo is the proof's own. */
const char *prove_state_obstacle(struct session *session);
/* After that. Looks at what there is to compare, and writes nothing. False: nothing would be
 * written. */
bool prove_state_open(struct prove_state *state, struct outcome *outcome, struct prove *prove);
/* Tunes the node, and so finds out what differs from what it had. A negative errno with a sentence
 * in session->err. */
_must_check_ int prove_state_begin(struct prove_state *state);
/* Into that state, if the node is not there yet, and proves that it is. */
_must_check_ int prove_state_switch(struct prove_state *state, bool is_tuned);
/* Proves that it still is as it was left. -EBUSY: somebody has changed it, and it is between. */
_must_check_ int prove_state_hold(struct prove_state *state);
/* After the last switch: claims, the hold on watch, what the history tells. */
void prove_state_end(struct prove_state *state);

#endif
