/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan made again takes over from the one before it. Settings are found by their names: a
 * node with many queues has thousands, and what was put back moves all places.
 */
#include "flow/carry_over.h"

#include <stdlib.h>

#include "base/text.h"

/* A row that puts something back is never the one that wants a value, whatever its name. */
static int compare(const void *a, const void *b)
{
	const struct wish *left = (*(const struct setting *const *)a)->wish;
	const struct wish *right = (*(const struct setting *const *)b)->wish;
	int order = strcmp(left->tuner, right->tuner);

	if (!order)
		order = strcmp(left->name, right->name);
	return order ? order : left->is_left_over - right->is_left_over;
}

setting_index carry_over_index(struct plan *plan)
{
	setting_index index = {0};

	vec_for_each (setting, &plan->settings)
		vec_push(plan->arena, &index, setting);
	if (index.count)
		qsort(index.at, index.count, sizeof(*index.at), compare);
	return index;
}

struct setting *carry_over_find(const setting_index *index, const struct setting *setting)
{
	struct setting *const *found =
	    index->count ? bsearch(&setting, index->at, index->count, sizeof(*index->at), compare)
			 : NULL;

	return found ? *found : NULL;
}

void carry_over(struct plan *now, const struct plan *before, enum phase done)
{
	const setting_index index = carry_over_index(now);
	setting_list in_front = {0};

	vec_for_each (setting, &before->settings) {
		struct setting *same = carry_over_find(&index, setting);

		if (same && setting->wish->phase <= done)
			*same = *setting;
		else if (!same && setting->wish->is_left_over && setting->before)
			vec_push(now->arena, &in_front, *setting);
	}
	vec_for_each (setting, &now->settings)
		vec_push(now->arena, &in_front, *setting);
	now->settings = in_front;
}
