/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An explicit `rpk.tune_*: false` in redpanda.yaml is the operator's word, and switches settings
 * off. In the pod of a broker it is not: there it keeps rpk's tuners out of the chart's own
 * container, so that thintune can do their work. Where it is not known whether this is a container
 * it counts, since a setting that is not made can still be made later. Pure.
 */
#ifndef TUNERS_SWITCHES_H
#define TUNERS_SWITCHES_H

#include "plan/plan.h"

/* In a container, for the broker's network namespace: rpk.tune_* is not meant for thintune. */
bool switches_are_ignored(const struct facts *facts, const struct plan_request *request);

/* Has redpanda.yaml an explicit false for this key, one that counts? */
bool rpk_says_off(const struct tuning *tuning, const char *key);

/* Settings that redpanda.yaml switches off are skipped. */
void switch_off(const struct tuning *tuning);

#endif
