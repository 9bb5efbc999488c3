/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the placement goes together with the way Redpanda is started: rpk's state file, and the flags
 * that redpanda.yaml gives. Redpanda does not start with fewer CPUs than shards, nor on CPUs that
 * its service may not use; rpk 25.3 and later refuses --cpuset beside its state file. Pure.
 */
#ifndef PLAN_HAND_OVER_H
#define PLAN_HAND_OVER_H

#include "plan/plan.h"
#include "profile/start_flags.h"

/* A flag of redpanda.yaml; NULL: there is none, or no such file. */
const struct start_flag *redpanda_flag(const struct plan_request *request, const char *name);
/* "redpanda.yaml:12 says --cpuset 2-7" */
const char *redpanda_says(struct arena *arena, const struct start_flag *flag);

/* Shards that the broker's data was written with: what runs now, else what lies in the directory,
 * else as many as Redpanda would take of the allowed CPUs. */
unsigned shards_now(struct arena *arena, const struct facts *facts,
		    const struct plan_request *request, const struct cpuset *allowed);

/* A sentence: why Redpanda, started as redpanda.yaml says, cannot keep to these CPUs; NULL: it can.
 */
const char *redpanda_contradiction(struct arena *arena, const struct plan_request *request,
				   const struct cpuset *compute_cpus);

#endif
