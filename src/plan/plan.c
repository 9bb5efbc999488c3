/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

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

struct setting plan_setting(const struct wish *wish)
{
	const struct decision *decided = &wish->decided;

	return (struct setting){.wish = wish,
				.have = decided->have,
				.want = decided->want,
				.state = decided->state,
				.note = decided->note,
				.is_managed = wish->managed};
}

bool plan_is_switched_off(const struct setting *setting)
{
	return setting->state == STATE_SKIPPED && setting->wish->decided.is_switched_off;
}

struct setting *plan_add(struct plan *plan, struct wish wish)
{
	struct wish *kept = arena_alloc(plan->arena, sizeof(*kept));

	*kept = wish;
	vec_push(plan->arena, &plan->settings, plan_setting(kept));
	return &plan->settings.at[plan->settings.count - 1];
}

struct check *plan_check(struct plan *plan, struct check check)
{
	vec_push(plan->arena, &plan->checks, check);
	return &plan->checks.at[plan->checks.count - 1];
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
		if (plan->settings.at[i].wish->path)
			vec_push(
			    plan->arena, &ordering->index,
			    (struct path_index){.path = plan->settings.at[i].wish->path, .at = i});
	}
	if (ordering->index.count > 1)
		qsort(ordering->index.at, ordering->index.count, sizeof(*ordering->index.at),
		      compare_paths);
	for (size_t i = 1; i < ordering->index.count; i++) {
		const struct path_index *one = &ordering->index.at[i - 1];
		const struct path_index *two = &ordering->index.at[i];

		if (text_equal(one->path, two->path))
			return err_set(err, -EEXIST, "%s is wanted twice: by '%s' and by '%s'",
				       one->path, plan->settings.at[one->at].wish->name,
				       plan->settings.at[two->at].wish->name);
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
		return err_set(err, -EINVAL, "setting '%s' must come after itself",
			       setting->wish->name);
	ordering->marks[at] = MARK_OPEN;
	vec_for_each (path, &setting->wish->after) {
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

int plan_order(struct plan *plan, struct err *err)
{
	struct ordering ordering = {.plan = plan};
	struct setting *sorted;
	int r = index_paths(&ordering, err);

	if (r < 0)
		return r;
	ordering.marks = arena_alloc(plan->arena, (plan->settings.count + 1) * sizeof(enum mark));
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		for (size_t i = 0; i < plan->settings.count; i++) {
			if (plan->settings.at[i].wish->phase != phase)
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
