/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the placement reaches whoever starts Redpanda: rpk's state file, and the flags that
 * redpanda.yaml gives. Redpanda does not start with fewer CPUs than shards, nor on CPUs that its
 * service may not use; rpk 25.3 and later refuses --cpuset together with its state file. Pure.
 */
#ifndef PLAN_HAND_OVER_H
#define PLAN_HAND_OVER_H

#include "plan/plan.h"
#include "profile/start_flags.h"

/* The files by which CPUs are handed over. */
#define PINNING_DROP_IN    OWN_DROP_IN
#define PINNING_STATE_FILE RPK_STATE_FILE

/* A flag of redpanda.yaml; NULL: there is none, or no such file. */
const struct start_flag *hand_over_flag(const struct plan_request *request, const char *name);
/* "redpanda.yaml:12 says --cpuset 2-7" */
const char *hand_over_says(struct arena *arena, const struct start_flag *flag);

/* Shards that the broker's data was written with: those of the running broker, else those found in
 * the data directory, else as many as Redpanda would use of the allowed CPUs. */
unsigned hand_over_shards(struct arena *arena, const struct facts *facts,
			  const struct plan_request *request, const struct cpuset *allowed);

/* Shards with which the broker will start next: as redpanda.yaml says, else as many as it has CPUs,
 * else as the node has. */
unsigned hand_over_next_shards(struct arena *arena, const struct facts *facts,
			       const struct plan_request *request);

/* A flag of redpanda.yaml that says how many shards, and whose value is neither a number nor a list
 * of CPUs; NULL: none. */
const struct start_flag *hand_over_unread_shards(struct arena *arena,
						 const struct plan_request *request);

/* A sentence: why Redpanda cannot stay on these CPUs if it is started as redpanda.yaml says; NULL:
 * it can. */
const char *hand_over_contradiction(struct arena *arena, const struct plan_request *request,
				    const struct cpuset *compute_cpus);

#endif
