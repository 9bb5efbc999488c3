/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what is not right, and compares two such lists. */
#include "plan/off.h"

#include <stdlib.h>

#include "base/text.h"

static bool is_off(enum state state)
{
	return state == STATE_DIFFERS || state == STATE_FAILED || state == STATE_CONTESTED ||
	       state == STATE_LEFT_OVER || state == STATE_WAIVED;
}

static bool is_check_off(enum check_state state)
{
	return state == CHECK_FAIL || state == CHECK_UNKNOWN || state == CHECK_WAIVED;
}

static void add_of(struct arena *arena, const struct plan *plan, enum severity severity,
		   off_list *ret)
{
	vec_for_each (setting, &plan->settings) {
		if (setting->wish->severity != severity || !is_off(setting->state))
			continue;
		vec_push(arena, ret,
			 (struct off){.setting = setting,
				      .tuner = setting->wish->tuner,
				      .name = setting->wish->name,
				      .state = plan_state_names[setting->state],
				      .severity = plan_severity_names[severity]});
	}
	vec_for_each (check, &plan->checks) {
		if (check->severity != severity || !is_check_off(check->state))
			continue;
		vec_push(arena, ret,
			 (struct off){.is_check = true,
				      .check = check,
				      .tuner = check->tuner,
				      .name = check->id,
				      .state = plan_check_state_names[check->state],
				      .severity = plan_severity_names[severity]});
	}
}

off_list off_of_plan(struct arena *arena, const struct plan *plan)
{
	off_list list = {0};

	add_of(arena, plan, SEVERITY_REQUIRED, &list);
	add_of(arena, plan, SEVERITY_ADVISED, &list);
	return list;
}

static int compare(const void *a, const void *b)
{
	const struct off *left = *(const struct off *const *)a,
			 *right = *(const struct off *const *)b;
	int order = left->is_check - right->is_check;

	order = order ? order : strcmp(left->tuner, right->tuner);
	order = order ? order : strcmp(left->name, right->name);
	return order ? order : strcmp(left->state, right->state);
}

off_list off_without(struct arena *arena, const off_list *one, const off_list *other)
{
	VEC(const struct off *) index = {0};
	off_list list = {0};

	vec_for_each (off, other)
		vec_push(arena, &index, off);
	if (index.count)
		qsort(index.at, index.count, sizeof(*index.at), compare);
	vec_for_each (off, one) {
		const struct off *key = off;

		if (!index.count ||
		    !bsearch(&key, index.at, index.count, sizeof(*index.at), compare))
			vec_push(arena, &list, *off);
	}
	return list;
}
