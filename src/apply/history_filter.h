/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines and changes of the history are wanted. */
#ifndef APPLY_HISTORY_FILTER_H
#define APPLY_HISTORY_FILTER_H

#include "apply/history_line.h"

/* Times are compared as far as they go: "2026-11" is all of November. */
struct history_filter {
	const char *since, *until; /* NULL: from the first, to the last */
	const char *what;          /* a path or a setting, * and ? stand for others; NULL: any */
	const char *owner;         /* NULL: any */
};

/* `what`, and the places that it leads to: the history has paths without links, and /sys/block and
 * /sys/class are directories of links into /sys/devices. */
names history_filter_patterns(struct arena *arena, const struct history_filter *filter);

/* patterns: those of the filter. */
bool history_filter_takes(const struct history_filter *filter, const names *patterns,
			  const struct history_line *line);
bool history_filter_takes_change(const names *patterns, const struct history_change *change);

#endif
