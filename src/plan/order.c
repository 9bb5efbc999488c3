/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a plan: which setting is written before which. */
#include "plan/order.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"

/* Sorting ------------------------------------------------------------------------------------- */

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

static int compare_index(const void *a, const void *b)
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
		      compare_index);
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
					sizeof(key), compare_index);
		r = found ? visit(ordering, found->at, err) : 0;
		if (r < 0)
			return r;
	}
	ordering->marks[at] = MARK_DONE;
	vec_push(ordering->plan->arena, &ordering->order, at);
	return 0;
}

int order_sort(struct plan *plan, struct err *err)
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

/* Waves --------------------------------------------------------------------------------------- */

static int compare_paths(const void *a, const void *b)
{
	const struct setting *const *left = a, *const *right = b;

	return strcmp((*left)->wish->path, (*right)->wish->path);
}

struct setting *order_find(const struct order *order, const char *path)
{
	const struct wish wish = {.path = path};
	const struct setting key = {.wish = &wish}, *wanted = &key;
	struct setting **found = NULL;

	if (order->paths.count)
		found = bsearch(&wanted, order->paths.at, order->paths.count,
				sizeof(*order->paths.at), compare_paths);
	return found ? *found : NULL;
}

/* In the plan a setting follows those it comes `after`, so one pass finds every chain. */
void order_make(struct arena *arena, struct plan *plan, struct order *ret)
{
	struct order order = {
	    .waves = arena_alloc(arena, (plan->settings.count + 1) * sizeof(*order.waves)),
	};

	vec_for_each (setting, &plan->settings) {
		if (setting->wish->path)
			vec_push(arena, &order.paths, setting);
	}
	if (order.paths.count)
		qsort(order.paths.at, order.paths.count, sizeof(*order.paths.at), compare_paths);
	vec_for_each (setting, &plan->settings) {
		unsigned *wave = &order.waves[setting - plan->settings.at];

		vec_for_each (path, &setting->wish->after) {
			const struct setting *earlier = order_find(&order, *path);

			if (earlier && *wave <= order.waves[earlier - plan->settings.at])
				*wave = order.waves[earlier - plan->settings.at] + 1;
		}
		if (order.count <= *wave)
			order.count = *wave + 1;
	}
	*ret = order;
}
