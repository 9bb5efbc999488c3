/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/order.h"

#include <stdlib.h>

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
