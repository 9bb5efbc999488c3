/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a tuner makes a wish and puts it on the plan. Pure.
 *
 * `rpk.tune_*: false` in redpanda.yaml is the operator's word, and switches settings off; so does
 * such a key that is not there, where that means false (profile/redpanda.h). In the pod of a broker
 * it is not: there it keeps rpk's tuners out of the chart's own container, so that thintune can do
 * their work. If it is not known whether this is a container, the switch counts, since a setting
 * that was skipped can still be made later.
 */
#ifndef TUNERS_WISH_H
#define TUNERS_WISH_H

#include "plan/plan.h"

/* Fills rule, operands, severity, source and why (the tuner's when the profile has none). False for
 * NULL and RULE_LEAVE: nothing is wanted. RULE_AUTO is for the tuner to resolve. */
bool wish_take(struct wish *wish, const struct value *value, const char *why);

/* The look at the node keeps this, unless the value is right already. */
void wish_decide(struct wish *wish, enum state state, const char *note);

/* A wish for the node's own network namespace, or for the broker's: SKIPPED where the plan is for
 * the other one, with a note that says where to set it. */
void wish_of_host_netns(const struct tuning *tuning, struct wish *wish);
void wish_of_broker_netns(const struct tuning *tuning, struct wish *wish);

/* Puts it on the plan, SKIPPED if redpanda.yaml switches it off. */
void wish_add(const struct tuning *tuning, struct wish wish);
/* The same for what nobody writes: what is right already is not switched off. */
void wish_add_by_hand(const struct tuning *tuning, struct wish wish);
/* Returned for the tuner to fill in. */
struct check *wish_check(const struct tuning *tuning, struct check check);

/* Does redpanda.yaml switch this key off, in a way that counts? */
bool wish_is_off(const struct tuning *tuning, const char *rpk_key);
/* False: it is not known which CPUs are for what, so that tuners of interrupts and queues plan less
 * than the profile may want. */
bool wish_knows_cpus(const struct tuning *tuning);
/* In a container, for the broker's network namespace: rpk.tune_* is not meant for thintune. */
bool wish_ignores_switches(const struct facts *facts, const struct plan_request *request);

#endif
