/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of which one changes the other as part of what a write means: vm.dirty_bytes sets
 * vm.dirty_ratio to 0, net.ipv4.ip_forward sets that of every interface. Unlike what a write resets
 * by the way (a scheduler's nr_requests), nothing of it is put back after an apply; a restore puts
 * back all of it. Pure.
 */
#ifndef PLAN_COUNTERPARTS_H
#define PLAN_COUNTERPARTS_H

#include "plan/plan.h"

/* What a write to path changes with it, absolute; a name that is "*" stands for every name of its
 * directory. */
names counterparts_of(struct arena *arena, const char *path);
/* Whether such a pattern means this path, too. */
bool counterparts_match(const char *pattern, const char *path);

/* Of a pair the kernel keeps one: a write to either makes the other 0. NULL: path has no rival. */
const char *counterparts_rival(const char *path);
/* Of such a pair the amount, which only becomes 0 by a write to its rival. */
bool counterparts_is_amount(const char *path);

/* The other name of the same value; NULL. */
const char *counterparts_alias(const char *path);

/* What has to become 1 together with this one, since a read of either in between would make what
 * was written 0 again (kernel/watchdog.c, proc_watchdog_common(), of Linux 6.1); NULL. */
const char *counterparts_woken_with(const char *path);
/* All of which one is enough for that, the one above first. */
names counterparts_woken_by(struct arena *arena, const char *path);

#endif
