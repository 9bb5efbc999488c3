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
	struct prove *prove; /* its settings, and where the node is */
	names tuners;        /* whose settings are compared */
	struct plan tuned;   /* those settings */
	unsigned switches;
	unsigned failed; /* settings that differ and could not be written */
};

/* The plan is made, and the lock held. Brings the node to its original state, then tunes it, and so
 * finds out what differs. A negative errno with a sentence in session->err. */
_must_check_ int prove_state_begin(struct prove_state *state, struct outcome *outcome,
				   struct prove *prove);
/* Into that state, if the node is not there yet, and proves that it is. */
_must_check_ int prove_state_switch(struct prove_state *state, bool is_tuned);
/* Proves that it still is as it was left. -EBUSY: somebody has changed it. */
_must_check_ int prove_state_hold(const struct prove_state *state);
/* After the last switch: claims, the hold on watch, what the history tells. */
void prove_state_end(struct prove_state *state);

#endif
