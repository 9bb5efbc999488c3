/* SPDX-License-Identifier: Apache-2.0 */
/* What all tuners do alike: take a value of the profile, decide, add to the plan. */
#include "tuners/wish.h"

#include "base/text.h"
#include "plan/waive.h"
#include "profile/redpanda.h"
#include "profile/waivers.h"

bool wish_take(struct wish *wish, const struct value *value, const char *why)
{
	if (!value || value->rule == RULE_LEAVE)
		return false;
	wish->rule = value->rule;
	wish->operands = value->operands;
	wish->severity = value->severity;
	wish->source = value->source;
	wish->merged = value->merged;
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

/* A sentence; NULL: it is not switched off. */
static const char *why_off(const struct tuning *tuning, const char *rpk_key)
{
	const struct redpanda_config *redpanda = tuning->request->redpanda;

	if (!redpanda || !rpk_key || wish_ignores_switches(tuning->facts, tuning->request))
		return NULL;
	return redpanda_switched_off(tuning->plan->arena, redpanda, rpk_key);
}

bool wish_is_off(const struct tuning *tuning, const char *rpk_key)
{
	return why_off(tuning, rpk_key);
}

/* To drop the line with a false helps only where a key that is not there means nothing. */
static void switch_off(const struct tuning *tuning, struct wish *wish, const char *why)
{
	bool needs_true = redpanda_absent_is_off(tuning->request->redpanda);
	struct arena *arena = tuning->plan->arena;

	wish->decided.is_switched_off = true;
	if (wish->severity == SEVERITY_REQUIRED)
		why = arena_printf(
		    arena,
		    "%s, but the profile requires it: %s, or make it `severity: "
		    "advised` in a profile of your own",
		    why,
		    needs_true ? arena_printf(arena, "say rpk.%s: true there", wish->rpk_key)
			       : "drop that line");
	wish_decide(wish, STATE_SKIPPED, why);
}

/* Adding -------------------------------------------------------------------------------------- */

void wish_add(const struct tuning *tuning, struct wish wish)
{
	const char *off = why_off(tuning, wish.rpk_key);

	wish.tuner = tuning->tuner;
	wish.waiver = waive_find(tuning->plan, wish.tuner, wish.name);
	if (off && (wish.decided.state == STATE_PENDING || wish.decided.state == STATE_FAILED))
		switch_off(tuning, &wish, off);
	(void)plan_add(tuning->plan, wish);
}

void wish_add_by_hand(const struct tuning *tuning, struct wish wish)
{
	const char *off = why_off(tuning, wish.rpk_key);

	if (off && wish.decided.state == STATE_MANUAL)
		switch_off(tuning, &wish, off);
	wish_add(tuning, wish);
}

struct check *wish_check(const struct tuning *tuning, struct check check)
{
	check.tuner = tuning->tuner;
	check.waiver = waive_find(tuning->plan, WAIVER_OF_CHECK, check.id);
	return plan_check(tuning->plan, check);
}

/* Isolated CPUs that are not known are no problem of a placement that is given, or left alone; what
 * is steered where depends on them all the same. */
bool wish_knows_cpus(const struct tuning *tuning)
{
	const struct facts *facts = tuning->facts;

	return !tuning->plan->placement.problem && !facts->topology.problem &&
	       !facts->isolated.problem && !tuning->plan->placement.unknown_exclusive &&
	       cpuset_weight(&facts->topology.online);
}
