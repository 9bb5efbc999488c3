/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope: which rate of requests the disk holds within a limit of latency. First each load
 * runs as fast as it goes, which is its peak; then it is offered at rates that do not wait for the
 * disk (open loop), until the highest one is known that keeps the limit: its knee.
 */
#ifndef PROBE_ENVELOPE_H
#define PROBE_ENVELOPE_H

#include "probe/job.h"

/* At most this long in all, and the deepest queue that it opens. */
uint64_t envelope_budget_ns(const struct probe_request *request);
enum { ENVELOPE_DEPTH = 512 };

/* Fills the loads of the result. Until bench->deadline. */
void envelope_run(struct bench *bench, struct probe_result *result);

#endif
