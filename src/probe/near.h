/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the probe's threads and buffers on the NUMA node of the disks. This is the only user of
 * libnuma, which answers for the process that asks and never for another root: the facts say what
 * the nodes are like and which one is that of the disks.
 */
#ifndef PROBE_NEAR_H
#define PROBE_NEAR_H

#include <stddef.h>

#include "probe/probe.h"

/* Moves this thread, and all that it starts later, to the CPUs of near->cpu_node. It does not fail:
 * *ret says what was achieved. */
void near_settle(const struct probe_near *near, struct probe_numa *ret);

/* The CPUs of a node, for near_move(). */
struct near_cpus {
	struct bitmask *mask; /* libnuma's; lives as long as the process */
};

/* After near_settle(). It reads files. */
_must_check_ int near_cpus_of(int node, struct near_cpus *ret);
/* Moves this thread alone, and what it starts later, to those of them that it may use. It reads
 * nothing. */
_must_check_ int near_move(const struct near_cpus *cpus);

/* Makes the kernel take the pages of this memory from numa->node as long as it has free ones. The
 * memory consists of whole pages that were not touched yet. Any thread may call it. */
void near_bind(struct probe_numa *numa, void *memory, size_t length);

/* Counts where the pages are, after all of them were touched. Any thread may call it. */
void near_count(struct probe_numa *numa, void *memory, size_t length);

#endif
