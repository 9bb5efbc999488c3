/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "plan/irq_map.h"
#include "profile/redpanda.h"
#include "tuners/net.h"
#include "tuners/tuners.h"

const char *const state_names[STATE_COUNT] = {
    [STATE_PENDING] = "pending",         [STATE_SAME] = "same",       [STATE_DIFFERS] = "differs",
    [STATE_CHANGED] = "changed",         [STATE_FAILED] = "failed",   [STATE_MANAGED] = "managed",
    [STATE_UNSUPPORTED] = "unsupported", [STATE_SKIPPED] = "skipped", [STATE_MANUAL] = "manual",
    [STATE_CONTESTED] = "contested",
};

const char *const check_state_names[CHECK_STATE_COUNT] = {
    [CHECK_PASS] = "pass",
    [CHECK_FAIL] = "fail",
    [CHECK_UNKNOWN] = "unknown",
    [CHECK_SKIPPED] = "skipped",
};

const char *const severity_names[2] = {
    [SEVERITY_ADVISED] = "advised",
    [SEVERITY_REQUIRED] = "required",
};

struct setting *plan_add(struct plan *plan, struct setting setting)
{
	vec_push(plan->arena, &plan->settings, setting);
	return &plan->settings.at[plan->settings.count - 1];
}

struct check *plan_check(struct plan *plan, struct check check)
{
	vec_push(plan->arena, &plan->checks, check);
	return &plan->checks.at[plan->checks.count - 1];
}

bool plan_want(struct setting *setting, const struct value *value, const char *why)
{
	if (!value || value->rule == RULE_LEAVE)
		return false;
	setting->rule = value->rule;
	setting->operands = value->operands;
	setting->severity = value->severity;
	setting->source = value->source;
	setting->why = value->why ? value->why : why;
	return true;
}

/* Order --------------------------------------------------------------------------------------- */

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct path_index {
	const char *path;
	size_t at;
};

struct ordering {
	struct plan *plan;
	VEC(struct path_index) index; /* by path, for those that have one */
	enum mark *marks;
	VEC(size_t) order;
};

static int compare_paths(const void *a, const void *b)
{
	const struct path_index *left = a, *right = b;

	return strcmp(left->path, right->path);
}

static int index_paths(struct ordering *ordering, struct err *err)
{
	struct plan *plan = ordering->plan;

	for (size_t i = 0; i < plan->settings.count; i++) {
		if (plan->settings.at[i].path)
			vec_push(plan->arena, &ordering->index,
				 (struct path_index){.path = plan->settings.at[i].path, .at = i});
	}
	if (ordering->index.count > 1)
		qsort(ordering->index.at, ordering->index.count, sizeof(*ordering->index.at),
		      compare_paths);
	for (size_t i = 1; i < ordering->index.count; i++) {
		const struct path_index *one = &ordering->index.at[i - 1];
		const struct path_index *two = &ordering->index.at[i];

		if (text_equal(one->path, two->path))
			return err_set(err, -EEXIST, "%s is wanted twice: by '%s' and by '%s'",
				       one->path, plan->settings.at[one->at].name,
				       plan->settings.at[two->at].name);
	}
	return 0;
}

/* Emits what must be written first, then the setting itself: the order of the table is kept. */
static int visit(struct ordering *ordering, size_t at, struct err *err)
{
	const struct setting *setting = &ordering->plan->settings.at[at];

	if (ordering->marks[at] == MARK_DONE)
		return 0;
	if (ordering->marks[at] == MARK_OPEN)
		return err_set(err, -EINVAL, "setting '%s' must come after itself", setting->name);
	ordering->marks[at] = MARK_OPEN;
	vec_for_each (path, &setting->after) {
		struct path_index key = {.path = *path};
		struct path_index *found = NULL;
		int r;

		if (ordering->index.count)
			found = bsearch(&key, ordering->index.at, ordering->index.count,
					sizeof(key), compare_paths);
		r = found ? visit(ordering, found->at, err) : 0;
		if (r < 0)
			return r;
	}
	ordering->marks[at] = MARK_DONE;
	vec_push(ordering->plan->arena, &ordering->order, at);
	return 0;
}

static int order_settings(struct plan *plan, struct err *err)
{
	struct ordering ordering = {.plan = plan};
	struct setting *sorted;
	int r = index_paths(&ordering, err);

	if (r < 0)
		return r;
	ordering.marks = arena_alloc(plan->arena, (plan->settings.count + 1) * sizeof(enum mark));
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		for (size_t i = 0; i < plan->settings.count; i++) {
			if (plan->settings.at[i].phase != phase)
				continue;
			r = visit(&ordering, i, err);
			if (r < 0)
				return r;
		}
	}
	sorted = arena_alloc(plan->arena, (plan->settings.count + 1) * sizeof(*sorted));
	for (size_t i = 0; i < ordering.order.count; i++)
		sorted[i] = plan->settings.at[ordering.order.at[i]];
	plan->settings.at = sorted;
	plan->settings.room = plan->settings.count;
	return 0;
}

/* Building ------------------------------------------------------------------------------------ */

static int check_tuner_names(const names *list, const char *option, struct err *err)
{
	vec_for_each (name, list) {
		if (!tuner_find(*name))
			return err_set(err, -EINVAL, "%s: there is no tuner '%s'", option, *name);
	}
	return 0;
}

static bool is_asked_for(const struct plan_request *request, const char *name)
{
	return (!request->only.count || text_in(name, &request->only)) &&
	       !text_in(name, &request->skip);
}

/* Whose tuners plan nothing where there is none. */
static bool is_placement_asked_for(const struct plan_request *request)
{
	for (size_t i = 0; i < tuner_count; i++) {
		if (tuner_table[i].needs_placement && is_asked_for(request, tuner_table[i].name))
			return true;
	}
	return false;
}

/* An explicit `rpk.tune_*: false` in redpanda.yaml is the operator's word. */
static void switch_off(struct plan *plan, const struct redpanda_config *redpanda)
{
	if (!redpanda)
		return;
	vec_for_each (setting, &plan->settings) {
		vec_for_each (off, &redpanda->off) {
			if (!text_equal(setting->rpk_key, off->key) ||
			    (setting->state != STATE_PENDING && setting->state != STATE_FAILED))
				continue;
			setting->state = STATE_SKIPPED;
			setting->is_switched_off = true;
			setting->note = arena_printf(
			    plan->arena, "redpanda.yaml:%u says rpk.%s: false%s", off->line,
			    off->key,
			    setting->severity == SEVERITY_REQUIRED
				? ", but the profile requires it: drop that line, or "
				  "make it `severity: advised` in a profile of your own"
				: "");
		}
	}
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

/* What is right already counts as right; whatever else it is, these lists are the reason why it
 * stays so. */
static void leave_setting_out(struct plan *plan, struct setting setting, bool is_looked_at)
{
	plan->left_out.settings_count++;
	name_tuner(plan, setting.tuner);
	if (!is_looked_at)
		return;
	if (setting.state == STATE_PENDING) {
		setting.state = STATE_SKIPPED;
		setting.note = arena_printf(plan->arena, "left out by %s", plan->left_out.by);
	}
	vec_push(plan->arena, &plan->left_out.settings, setting);
}

static void leave_checks_out(struct plan *plan, const struct plan_request *request)
{
	check_list all = plan->checks;

	if (request->left_out == LEFT_OUT_WHOLE)
		return;
	plan->checks = (check_list){0};
	vec_for_each (check, &all) {
		if (is_asked_for(request, check->tuner)) {
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

	plan->left_out.by = lists_text(plan->arena, request);
	plan->left_out.is_judged = request->left_out != LEFT_OUT_TOLD;
	if (!plan->left_out.by)
		return;
	plan->settings = (setting_list){0};
	vec_for_each (setting, &all) {
		bool is_wanted = setting->is_of_placement ? has_placement
							  : is_asked_for(request, setting->tuner);

		if (is_wanted)
			vec_push(plan->arena, &plan->settings, *setting);
		else
			leave_setting_out(plan, *setting,
					  setting->severity == SEVERITY_REQUIRED ||
					      request->left_out == LEFT_OUT_WHOLE);
	}
	leave_checks_out(plan, request);
}

/* Unknown names, and nothing that is asked for. A run judges all, whatever it may write. */
static int check_lists(const struct plan_request *request, struct err *err)
{
	int r = check_tuner_names(&request->only, "--only", err);

	if (r == 0)
		r = check_tuner_names(&request->skip, "--skip", err);
	if (r < 0 || request->left_out == LEFT_OUT_WHOLE)
		return r;
	for (size_t i = 0; i < tuner_count; i++) {
		if (is_asked_for(request, tuner_table[i].name))
			return 0;
	}
	return err_set(err, -EINVAL, "--only and --skip leave nothing to do");
}

int plan_build(struct arena *arena, const struct facts *facts, const struct profile *profile,
	       const struct plan_request *request, struct plan *ret, struct err *err)
{
	struct plan plan = {.arena = arena};
	const struct tuning tuning = {
	    .plan = &plan, .facts = facts, .profile = profile, .request = request};
	int r = check_lists(request, err);

	if (r < 0)
		return r;
	plan.placement = placement_decide(arena, facts, profile, request);
	plan.start_options = start_options_decide(arena, facts, &plan.placement, request);
	plan.irq_map = irq_map_make(arena, with_queues_to_come(&tuning), &plan.placement);
	for (size_t i = 0; i < tuner_count; i++) {
		const struct tuner *tuner = &tuner_table[i];
		size_t first = plan.settings.count, first_check = plan.checks.count;

		if (tuner->tell_placement)
			tuner->tell_placement(&tuning);
		for (size_t j = first; j < plan.settings.count; j++)
			plan.settings.at[j].is_of_placement = true;
		tuner->plan(&tuning);
		for (size_t j = first; j < plan.settings.count; j++)
			plan.settings.at[j].tuner = tuner->name;
		for (size_t j = first_check; j < plan.checks.count; j++)
			plan.checks.at[j].tuner = tuner->name;
	}
	switch_off(&plan, request->redpanda);
	r = order_settings(&plan, err);
	if (r < 0)
		return r;
	leave_out(&plan, request);
	*ret = plan;
	return 0;
}

/* Verdict ------------------------------------------------------------------------------------- */

/* What one setting or check is to the verdict; the greater counts. */
enum judgement { HOLDS, DIFFERS, FAILS };

static enum judgement judge_setting(const struct setting *setting, bool strict)
{
	bool required = setting->severity == SEVERITY_REQUIRED;

	switch (setting->state) {
	case STATE_PENDING:
	case STATE_DIFFERS:
		return DIFFERS;
	case STATE_FAILED:
	case STATE_CONTESTED:
		return required || strict ? FAILS : DIFFERS;
	case STATE_MANAGED:
	case STATE_UNSUPPORTED:
	case STATE_SKIPPED:
	case STATE_MANUAL:
		if (required)
			return FAILS;
		return strict ? DIFFERS : HOLDS;
	case STATE_SAME:
	case STATE_CHANGED:
	case STATE_COUNT:
		break;
	}
	return HOLDS;
}

/* Nothing to check is as good as a pass. */
static bool is_open(const struct check *check)
{
	return check->state == CHECK_UNKNOWN || (check->state == CHECK_SKIPPED && !check->is_moot);
}

bool check_stands_against(const struct check *check)
{
	return check->severity == SEVERITY_REQUIRED &&
	       (check->state == CHECK_FAIL || is_open(check));
}

bool setting_stands_against(const struct setting *setting)
{
	return setting->severity == SEVERITY_REQUIRED && setting->state != STATE_SAME &&
	       setting->state != STATE_CHANGED;
}

static enum judgement judge_check(const struct check *check, bool strict)
{
	if (check_stands_against(check) || (check->state == CHECK_FAIL && strict))
		return FAILS;
	return check->state == CHECK_FAIL || (is_open(check) && strict) ? DIFFERS : HOLDS;
}

static void judge_left_out(const struct left_out *left_out, bool strict, struct verdict *verdict,
			   enum judgement *worst)
{
	enum judgement all = HOLDS;

	vec_for_each (setting, &left_out->settings) {
		enum judgement one = judge_setting(setting, strict);

		verdict->left_out_required += setting->severity == SEVERITY_REQUIRED;
		verdict->left_out_open += setting_stands_against(setting);
		all = one > all ? one : all;
	}
	vec_for_each (check, &left_out->checks) {
		enum judgement one = judge_check(check, strict);

		verdict->left_out_required++;
		verdict->left_out_open += check_stands_against(check);
		all = one > all ? one : all;
	}
	verdict->required_failed += verdict->left_out_open;
	if (left_out->is_judged && all > *worst)
		*worst = all;
}

struct verdict plan_verdict(const struct plan *plan, bool strict)
{
	struct verdict verdict = {0};
	enum judgement worst = HOLDS;

	vec_for_each (setting, &plan->settings) {
		enum judgement one = judge_setting(setting, strict);
		bool differs = one == DIFFERS && setting->severity == SEVERITY_REQUIRED;

		verdict.settings[setting->state]++;
		verdict.switched_off += setting->is_switched_off;
		verdict.required_differing += differs;
		verdict.required_failed += one == FAILS || differs;
		worst = one > worst ? one : worst;
	}
	vec_for_each (check, &plan->checks) {
		enum judgement one = judge_check(check, strict);

		verdict.checks[check->state]++;
		verdict.required_failed += one == FAILS;
		worst = one > worst ? one : worst;
	}
	judge_left_out(&plan->left_out, strict, &verdict, &worst);
	switch (worst) {
	case HOLDS:
		verdict.text = verdict.left_out_required ? "partial" : "match";
		break;
	case DIFFERS:
		verdict.exit_code = 3;
		verdict.text = "differs";
		break;
	case FAILS:
		verdict.exit_code = 4;
		verdict.text = "failed";
		break;
	}
	return verdict;
}
