/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU quota of the cgroups this process lives in. A quota that bites makes every figure of a
 * measurement wrong (p99 of 4 ms becomes 95 ms at 50 millicores), so it is read before and after.
 * cgroup v2: cpu.max and cpu.stat; v1: cpu.cfs_quota_us, cpu.cfs_period_us and cpu.stat
 * (kernel Documentation/admin-guide/cgroup-v2.rst, scheduler/sched-bwc.rst).
 */
#ifndef PROBE_QUOTA_H
#define PROBE_QUOTA_H

#include "base/arena.h"
#include "live/live.h"

struct quota {
	enum tri limited;   /* UNKNOWN: this process's cgroup cannot be seen */
	double cpus;        /* the least that any level allows */
	uint64_t throttled; /* periods, over all levels that are visible */
};

struct quota quota_read(struct arena *arena);

/* "invalid" sentence into text when quota falsified what lies between the two; "" otherwise. */
void quota_judge(const struct quota *before, const struct quota *after, char *text, size_t room);

/* "max 100000" is no limit: *ret_cpus is 0. */
_must_check_ int quota_parse_max(const char *text, double *ret_cpus);
/* nr_throttled of cpu.stat; 0 when the line is absent. */
uint64_t quota_parse_throttled(struct arena *arena, const char *text);
/* Path of this process in the hierarchy that has the cpu controller; *ret_v1 tells which kind.
 * NULL: the text names none. */
const char *quota_parse_cgroup(struct arena *arena, const char *text, bool *ret_v1);

#endif
