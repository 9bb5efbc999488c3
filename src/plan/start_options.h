/* SPDX-License-Identifier: Apache-2.0 */
/* How Redpanda should be started on this node: the options that match the placement. Pure. */
#ifndef PLAN_START_OPTIONS_H
#define PLAN_START_OPTIONS_H

#include "plan/placement.h"

struct tuning;

/* Unknown, not this tool's to say, or said by redpanda.yaml: 0 or NULL. In Kubernetes the kubelet
 * owns the CPUs. rpk refuses a flag that redpanda.yaml gives as well, and --cpuset together with
 * its state file. */
struct start_options {
	unsigned smp;
	const char *cpuset;     /* a list */
	uint64_t memory_bytes;  /* whole MiB */
	const char *state_file; /* what rpk takes the CPUs from instead; NULL */
};

/* Memory: what the command line says of the broker; else all of the node's but the larger of 1.5
 * GiB and 7 %, Seastar's own default for what it leaves to others (--reserve-memory). */
struct start_options start_options_decide(const struct tuning *tuning);

/* "--smp 6 --cpuset 0-5 --memory 12288M"; NULL when nothing can be said. */
const char *start_options_text(struct arena *arena, const struct start_options *options);

#endif
