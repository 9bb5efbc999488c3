/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe's threads and buffers on the NUMA node of the disks. The only user of libnuma, which
 * answers for the process that asks and never for another root: what the nodes are like, and which
 * one is the disks', is for the facts to say.
 */
#ifndef PROBE_NEAR_H
#define PROBE_NEAR_H

#include <stddef.h>

#include "probe/probe.h"

/* This thread, and all that it starts, runs on the CPUs of near->cpu_node. Nothing fails: what came
 * of it is in *ret. */
void near_settle(const struct probe_near *near, struct probe_numa *ret);

/* For memory of whole pages that nobody has touched: its pages come from numa->node as long as
 * there are free ones. From several threads at once. */
void near_bind(struct probe_numa *numa, void *memory, size_t length);

/* Counts where the pages really are, once all of them were touched. From several threads at once.
 */
void near_count(struct probe_numa *numa, void *memory, size_t length);

#endif
