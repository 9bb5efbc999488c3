/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the plan: runs the tuners over facts and profile, leaves out what was not asked for. */
#include "tuners/build.h"

#include <errno.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/text.h"
#include "plan/irq_map.h"
#include "plan/order.h"
#include "plan/waive.h"
#include "tuners/left_over.h"
#include "tuners/net_queues.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

static int check_tuner_names(struct arena *arena, const names *list, const char *option,
			     struct err *err)
{
	names known = {0};

	for (size_t i = 0; i < tuner_count; i++)
		vec_push(arena, &known, tuner_table[i].name);
	vec_for_each (name, list) {
		if (!tuner_find(*name))
			return err_set(err, -EINVAL, "%s: there is no tuner '%s'%s", option, *name,
				       nearest_hint(arena, *name, &known));
	}
	return 0;
}

/* Is any tuner asked for that needs the placement? */
static bool is_placement_asked_for(const struct plan_request *request)
{
	for (size_t i = 0; i < tuner_count; i++) {
		if (tuner_table[i].needs_placement && plan_asks_for(request, tuner_table[i].name))
			return true;
	}
	return false;
}

/* Queues as they will be: where a card's channels change, interrupts and steering are planned for
 * the queues to come, so that an audit tells what apply will do. */
static const struct facts *with_queues_to_come(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	struct facts *facts = arena_alloc(arena, sizeof(*facts));

	*facts = *tuning->facts;
	facts->nics.at = NULL;
	facts->nics.count = facts->nics.room = 0;
	vec_for_each (nic, &tuning->facts->nics) {
		struct net_queues queues = net_queues_wanted(tuning, nic);
		struct nic ahead = *nic;

		ahead.rx_queues = queues.rx;
		ahead.tx_queues = queues.tx;
		vec_push(arena, &facts->nics, ahead);
	}
	return facts;
}

/* Leaving out --------------------------------------------------------------------------------- */

static const char *lists_text(struct arena *arena, const struct plan_request *request)
{
	names parts = {0};

	if (request->only.count)
		vec_push(arena, &parts,
			 arena_printf(arena, "--only %s", text_join(arena, &request->only, ",")));
	if (request->skip.count)
		vec_push(arena, &parts,
			 arena_printf(arena, "--skip %s", text_join(arena, &request->skip, ",")));
	return parts.count ? text_join(arena, &parts, " ") : NULL;
}

static void name_tuner(struct plan *plan, const char *tuner)
{
	if (!text_in(tuner, &plan->left_out.tuners))
		vec_push(plan->arena, &plan->left_out.tuners, tuner);
}

/* A value that is right already counts as right; otherwise --only or --skip is the reason. */
static void leave_setting_out(struct plan *plan, const struct setting *setting, bool is_looked_at)
{
	const struct wish *wish = setting->wish;
	struct wish *left;

	plan->left_out.settings_count++;
	name_tuner(plan, wish->tuner);
	if (!is_looked_at)
		return;
	left = arena_alloc(plan->arena, sizeof(*left));
	*left = *wish;
	if (left->decided.state == STATE_PENDING)
		wish_decide(left, STATE_SKIPPED,
			    arena_printf(plan->arena, "left out by %s", plan->left_out.by));
	vec_push(plan->arena, &plan->left_out.settings, plan_setting(left));
	plan->left_out.settings.at[plan->left_out.settings.count - 1].holding = setting->holding;
}

static void leave_checks_out(struct plan *plan, const struct plan_request *request)
{
	check_list all = plan->checks;

	if (request->left_out == LEFT_OUT_WHOLE)
		return;
	plan->checks = (check_list){0};
	vec_for_each (check, &all) {
		if (plan_asks_for(request, check->tuner)) {
			vec_push(plan->arena, &plan->checks, *check);
			continue;
		}
		plan->left_out.checks_count++;
		name_tuner(plan, check->tuner);
		if (check->severity == SEVERITY_REQUIRED)
			vec_push(plan->arena, &plan->left_out.checks, *check);
	}
}

static void leave_out(struct plan *plan, const struct plan_request *request)
{
	bool has_placement = is_placement_asked_for(request);
	setting_list all = plan->settings;

	plan->left_out.only = request->only;
	plan->left_out.skip = request->skip;
	plan->left_out.by = lists_text(plan->arena, request);
	plan->left_out.is_judged = request->left_out != LEFT_OUT_TOLD;
	if (!plan->left_out.by)
		return;
	plan->settings = (setting_list){0};
	vec_for_each (setting, &all) {
		const struct wish *wish = setting->wish;

		if (wish->is_of_placement ? has_placement : plan_asks_for(request, wish->tuner))
			vec_push(plan->arena, &plan->settings, *setting);
		else
			leave_setting_out(plan, setting,
					  wish->severity == SEVERITY_REQUIRED ||
					      request->left_out == LEFT_OUT_WHOLE);
	}
	leave_checks_out(plan, request);
}

static int compare_holdings(const void *a, const void *b)
{
	const struct holding *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

/* Gives each setting what the journal has of its path. */
static void find_holdings(struct plan *plan, const holding_list *holdings)
{
	VEC(const struct holding *) index = {0};

	vec_for_each (holding, holdings)
		vec_push(plan->arena, &index, holding);
	if (!index.count)
		return;
	qsort(index.at, index.count, sizeof(*index.at), compare_holdings);
	vec_for_each (setting, &plan->settings) {
		const struct holding key = {.path = setting->wish->path}, *wanted = &key;
		const struct holding **found = key.path
						   ? bsearch(&wanted, index.at, index.count,
							     sizeof(*index.at), compare_holdings)
						   : NULL;

		setting->holding = found ? *found : NULL;
	}
}

/* Refuses unknown names, and lists that leave nothing; a run judges all anyway. */
static int check_lists(struct arena *arena, const struct plan_request *request, struct err *err)
{
	int r = check_tuner_names(arena, &request->only, "--only", err);

	if (r == 0)
		r = check_tuner_names(arena, &request->skip, "--skip", err);
	if (r < 0 || request->left_out == LEFT_OUT_WHOLE)
		return r;
	for (size_t i = 0; i < tuner_count; i++) {
		if (plan_asks_for(request, tuner_table[i].name))
			return 0;
	}
	return err_set(err, -EINVAL, "--only and --skip leave nothing to do");
}

int build_plan(struct arena *arena, const struct facts *facts, const struct profile *profile,
	       const struct plan_request *request, struct plan *ret, struct err *err)
{
	struct plan plan = {.arena = arena,
			    .owner = request->owner,
			    .profile_sha256 = profile->sha256,
			    .redpanda = request->redpanda,
			    .ignores_switches = wish_ignores_switches(facts, request)};
	struct tuning tuning = {
	    .plan = &plan, .facts = facts, .profile = profile, .request = request};
	int r = check_lists(arena, request, err);

	if (r < 0)
		return r;
	waive_begin(&plan, profile, request->today);
	plan.placement = placement_decide(arena, facts, profile, request);
	plan.irq_map = irq_map_make(arena, with_queues_to_come(&tuning), &plan.placement);
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];

		tuning.tuner = tuner->name;
		if (tuner->tell_placement)
			tuner->tell_placement(&tuning);
		tuner->plan(&tuning);
	}
	vec_for_each (check, &plan.checks)
		waive_check(check);
	left_over_add(&tuning);
	find_holdings(&plan, &request->holdings);
	r = order_sort(&plan, err);
	if (r < 0)
		return r;
	leave_out(&plan, request);
	plan.start_options = start_options_decide(&tuning);
	*ret = plan;
	return 0;
}
