/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of watch. It parses nothing of the node and holds nothing of it. */
#ifndef FLOW_WATCH_H
#define FLOW_WATCH_H

#include "facts/kubelet_groups.h"
#include "flow/outcome.h"

struct watch_request {
	const char *dir; /* where to publish */
	bool is_live;    /* else no kernel tells of events */
	names dirs;      /* whose changes wake it */
	names files;     /* in them: those that count besides profiles */
	struct kubelet_places
	    pods; /* control groups where containers come and go, which wakes it */
};

/* Stays until SIGTERM or SIGINT (EXIT_MATCH), or until the first look says that there is nothing to
 * compare the node with (EXIT_USAGE). */
enum exit_code watch_stay(struct outcome *outcome, const struct watch_request *request);

#endif
