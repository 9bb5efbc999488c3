/* SPDX-License-Identifier: Apache-2.0 */
/* What all tuners do alike: take a value of the profile, decide, add to the plan. */
#include "tuners/wish.h"

#include "base/text.h"
#include "profile/redpanda.h"

bool wish_take(struct wish *wish, const struct value *value, const char *why)
{
	if (!value || value->rule == RULE_LEAVE)
		return false;
	wish->rule = value->rule;
	wish->operands = value->operands;
	wish->severity = value->severity;
	wish->source = value->source;
	wish->why = value->why ? value->why : why;
	return true;
}

void wish_decide(struct wish *wish, enum state state, const char *note)
{
	wish->decided.state = state;
	wish->decided.note = note;
}

void wish_of_host_netns(const struct tuning *tuning, struct wish *wish)
{
	if (tuning->request->netns != NETNS_BROKER)
		return;
	wish->is_elsewhere = true;
	wish_decide(wish, STATE_SKIPPED,
		    "belongs to the node's own network namespace: set it with --netns host, in a "
		    "pod with hostNetwork or on the node");
}

void wish_of_broker_netns(const struct tuning *tuning, struct wish *wish)
{
	if (tuning->request->netns != NETNS_HOST)
		return;
	wish->is_elsewhere = true;
	wish_decide(wish, STATE_SKIPPED,
		    "belongs to the broker's network namespace: set it with --netns broker, in an "
		    "init container of the broker's pod");
}

/* Switches ------------------------------------------------------------------------------------ */

bool wish_ignores_switches(const struct facts *facts, const struct plan_request *request)
{
	const char *container = facts->live.container;

	return request->netns == NETNS_BROKER && container && !text_equal(container, "none");
}

static const struct redpanda_off *find_switch(const struct tuning *tuning, const char *key)
{
	const struct redpanda_config *redpanda = tuning->request->redpanda;

	if (!redpanda || wish_ignores_switches(tuning->facts, tuning->request))
		return NULL;
	vec_for_each (off, &redpanda->off) {
		if (text_equal(off->key, key))
			return off;
	}
	return NULL;
}

bool wish_is_off(const struct tuning *tuning, const char *rpk_key)
{
	return find_switch(tuning, rpk_key);
}

static void switch_off(struct arena *arena, struct wish *wish, const struct redpanda_off *off)
{
	wish->decided.is_switched_off = true;
	wish_decide(wish, STATE_SKIPPED,
		    arena_printf(arena, "redpanda.yaml:%u says rpk.%s: false%s", off->line,
				 off->key,
				 wish->severity == SEVERITY_REQUIRED
				     ? ", but the profile requires it: drop that line, or make it "
				       "`severity: advised` in a profile of your own"
				     : ""));
}

/* Adding -------------------------------------------------------------------------------------- */

void wish_add(const struct tuning *tuning, struct wish wish)
{
	const struct redpanda_off *off = find_switch(tuning, wish.rpk_key);

	wish.tuner = tuning->tuner;
	if (off && (wish.decided.state == STATE_PENDING || wish.decided.state == STATE_FAILED))
		switch_off(tuning->plan->arena, &wish, off);
	(void)plan_add(tuning->plan, wish);
}

struct check *wish_check(const struct tuning *tuning, struct check check)
{
	check.tuner = tuning->tuner;
	return plan_check(tuning->plan, check);
}
