/* SPDX-License-Identifier: Apache-2.0 */
/* One round of watch: an ordinary audit, or an apply of what may be repaired, in a process of its
 * own; what came of it is published as files. */
#ifndef FLOW_WATCH_ROUND_H
#define FLOW_WATCH_ROUND_H

#include "flow/outcome.h"
#include "report/watch.h"

struct watch_round {
	enum watch_cause cause; /* the first of them */
	bool after_event;       /* a link or a device that may be hardware is among them */
	unsigned container_s; /* a container came a moment ago: in how many seconds it is looked at
			       * again; 0: none did */
	bool resumes;         /* SIGHUP is */
	const char *dir;      /* where to publish */
	int64_t process;      /* of the watch */
	bool repairs;
	uint64_t interval_us;
	const names *unwatched;
	unsigned again_s; /* filled: in how many seconds it wants to look again; 0: not by itself */
};

/* outcome is the round's own. The code is that of the look; EXIT_LOCKED: somebody applies or
 * measures, and nothing was done; EXIT_ERROR also where not all could be published. */
enum exit_code watch_round_run(struct outcome *outcome, struct watch_round *round);

#endif
