/* SPDX-License-Identifier: Apache-2.0 */
/* Who started this process, as far as the kernel and sudo say. */
#ifndef LIVE_CALLER_H
#define LIVE_CALLER_H

#include <stdint.h>

#include "base/arena.h"

struct live_caller {
	int64_t loginuid; /* of the session, whatever su and sudo did since; -1: none, or unknown */
	const char *sudo; /* who became root by sudo, as sudo says; NULL */
	const char *unit; /* "thintune.service", "session-3.scope"; NULL: none, or unknown */
	const char *pod;  /* its UID; NULL */
};

/* All but sudo, which is in the environment. A control group namespace hides unit and pod. */
struct live_caller live_caller_read(struct arena *arena);

/* The same from the text of /proc/self/cgroup. */
void live_caller_groups(struct arena *arena, const char *text, struct live_caller *ret);

#endif
