/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/order.h"

#include <stdlib.h>

static int compare_paths(const void *a, const void *b)
{
	const struct setting *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

struct setting *order_find(const struct order *order, const char *path)
{
	const struct setting key = {.path = path}, *wanted = &key;
	struct setting **found = NULL;

	if (order->paths.count)
		found = bsearch(&wanted, order->paths.at, order->paths.count,
				sizeof(*order->paths.at), compare_paths);
	return found ? *found : NULL;
}

/* The plan's order puts a setting behind those it comes `after`, so one pass finds every chain. */
void order_make(struct arena *arena, struct plan *plan, struct order *ret)
{
	struct order order = {
	    .waves = arena_alloc(arena, (plan->settings.count + 1) * sizeof(*order.waves)),
	};

	vec_for_each (setting, &plan->settings) {
		if (setting->path)
			vec_push(arena, &order.paths, setting);
	}
	if (order.paths.count)
		qsort(order.paths.at, order.paths.count, sizeof(*order.paths.at), compare_paths);
	vec_for_each (setting, &plan->settings) {
		unsigned *wave = &order.waves[setting - plan->settings.at];

		vec_for_each (path, &setting->after) {
			const struct setting *earlier = order_find(&order, *path);

			if (earlier && *wave <= order.waves[earlier - plan->settings.at])
				*wave = order.waves[earlier - plan->settings.at] + 1;
		}
		if (order.count <= *wave)
			order.count = *wave + 1;
	}
	*ret = order;
}
