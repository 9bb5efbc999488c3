/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison of two profiles for machines, thintune.profile-diff/1. */
#include "report/json_value.h"
#include "report/profile_diff.h"

static json_t *profile_json(struct arena *arena, const struct profile *profile)
{
	json_t *object = json_value_object();

	json_value_put(object, "name", json_value_text(arena, profile->name));
	json_value_put(object, "sha256", json_value_text(arena, profile->sha256));
	json_value_put(object, "sources", json_value_texts(arena, &profile->sources));
	return object;
}

static json_t *point_json(struct arena *arena, const struct profile_point *point)
{
	json_t *object;

	if (!point)
		return json_null();
	object = json_value_object();
	json_value_put(object, "value", json_value_text(arena, point->value));
	json_value_put(object, "severity", json_value_text(arena, point->severity));
	json_value_put(object, "why", json_value_text(arena, point->why));
	json_value_put(object, "source", json_value_text(arena, point->source));
	return object;
}

char *profile_diff_json(struct arena *arena, const struct profile_diff *diff)
{
	json_t *object = json_value_object(), *profiles = json_value_array();
	json_t *rows = json_value_array();

	for (size_t i = 0; i < 2; i++)
		json_value_append(profiles, profile_json(arena, diff->sides[i]));
	vec_for_each (row, &diff->rows) {
		const struct profile_point *any = row->sides[0] ? row->sides[0] : row->sides[1];
		json_t *one = json_value_object(), *values = json_value_array();

		for (size_t i = 0; i < 2; i++)
			json_value_append(values, point_json(arena, row->sides[i]));
		json_value_put(one, "what", json_value_text(arena, any->what));
		json_value_put(one, "values", values);
		json_value_append(rows, one);
	}
	json_value_put(object, "schema", json_value_text(arena, PROFILE_DIFF_SCHEMA));
	json_value_put(object, "tool", json_value_tool(arena));
	json_value_put(object, "equal", json_value_bool(!diff->rows.count));
	json_value_put(object, "points_compared", json_value_number(diff->point_count));
	json_value_put(object, "profiles", profiles);
	json_value_put(object, "rows", rows);
	return json_value_dump(arena, object);
}
