/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the distance to the disk costs: the same random reads from threads and buffers on the disks'
 * NUMA node and on the farthest one, in blocks of four phases (near, far, far, near, or the
 * reverse), and what these say of each figure (effect.h).
 */
#ifndef PROBE_DISTANCE_H
#define PROBE_DISTANCE_H

#include "probe/effect.h"
#include "probe/job.h"

/* A difference of this share is looked for: of a smaller one nothing is promised. */
#define DISTANCE_WANTED 0.05

/* At most this long; 0: it is not asked for, or there is no far node. */
uint64_t distance_budget_ns(const struct probe_request *request);

/* Which CPUs both nodes have, or why there will be no answer. Called before the process gives up
 * its rights, since libnuma reads files. `settled` is what near_settle() said of the near node. */
void distance_prepare(struct bench *bench, const struct probe_numa *settled,
		      struct probe_distances *ret);

/* Runs the phases until bench->deadline. Afterwards threads and buffers are where they were. A read
 * that fails becomes the result's error, unless there is one, and that of its distances. */
void distance_run(struct bench *bench, struct probe_result *result);

/* Whether this phase of a block, counted from 0, reads from the far node. */
static inline bool distance_is_far(unsigned block, unsigned phase)
{
	return (phase == 1 || phase == 2) != (block % 2 == 1);
}

/* Each figure near (its `original`) and far (`tuned`), judged over the blocks that there are; no
 * p99 where a job had too few reads for one (PERCENTILE_SAMPLES). Pure. */
effects distance_judge(struct arena *arena, const struct probe_distances *distances);

#endif
