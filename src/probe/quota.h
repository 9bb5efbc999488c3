/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU quota of this process's cgroups. When it takes effect, all figures of a measurement are
 * wrong (at 50 millicores a p99 of 4 ms becomes 95 ms), so it is read before and after. cgroup v2
 * has cpu.max and cpu.stat; v1 has cpu.cfs_quota_us, cpu.cfs_period_us and cpu.stat (kernel
 * Documentation/admin-guide/cgroup-v2.rst, scheduler/sched-bwc.rst).
 */
#ifndef PROBE_QUOTA_H
#define PROBE_QUOTA_H

#include "base/arena.h"
#include "live/live.h"

struct quota {
	enum tri limited;   /* UNKNOWN: the cgroup cannot be seen */
	double cpus;        /* the lowest limit of any level */
	uint64_t throttled; /* periods, summed over all visible levels */
};

struct quota quota_read(struct arena *arena);

/* Writes into text why the figures measured between the two are invalid; "" if they are not. */
void quota_judge(const struct quota *before, const struct quota *after, char *text, size_t room);

/* *ret_cpus is 0 if there is no limit ("max 100000"). */
_must_check_ int quota_parse_max(const char *text, double *ret_cpus);
/* nr_throttled of cpu.stat; 0 if there is no such line. */
uint64_t quota_parse_throttled(struct arena *arena, const char *text);
/* The path of this process in the hierarchy with the cpu controller; *ret_v1 says which version.
 * NULL: there is none in the text. */
const char *quota_parse_cgroup(struct arena *arena, const char *text, bool *ret_v1);

#endif
