/* SPDX-License-Identifier: Apache-2.0 */
/* Builds JSON values; without memory the program ends. */
#include "report/json_value.h"

#include <stdlib.h>

#include "base/build.h"
#include "base/day.h"
#include "base/escape.h"
#include "plan/waive.h"
#include "report/layout.h"
#include "version.h"

static json_t *sure(json_t *value)
{
	if (!value)
		arena_exhausted();
	return value;
}

json_t *json_value_object(void)
{
	return sure(json_object());
}

json_t *json_value_array(void)
{
	return sure(json_array());
}

void json_value_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, sure(value)) < 0)
		arena_exhausted();
}

void json_value_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, sure(value)) < 0)
		arena_exhausted();
}

json_t *json_value_text(struct arena *arena, const char *text)
{
	return text ? sure(json_string_nocheck(escape_text(arena, text, ESCAPE_KEEP_CONTROLS)))
		    : json_null();
}

json_t *json_value_texts(struct arena *arena, const names *list)
{
	json_t *array = json_value_array();

	vec_for_each (item, list)
		json_value_append(array, json_value_text(arena, *item));
	return array;
}

json_t *json_value_number(uint64_t number)
{
	return sure(json_integer((json_int_t)number));
}

json_t *json_value_known(uint64_t number)
{
	return number ? json_value_number(number) : json_null();
}

json_t *json_value_signed(int64_t number)
{
	return number < 0 ? json_null() : json_value_number((uint64_t)number);
}

json_t *json_value_tri(enum tri tri)
{
	return tri == TRI_UNKNOWN ? json_null() : json_value_bool(tri == TRI_YES);
}

json_t *json_value_bool(bool truth)
{
	return json_boolean(truth);
}

json_t *json_value_tool(struct arena *arena)
{
	json_t *object = json_value_object();

	json_value_put(object, "name", json_value_text(arena, "thintune"));
	json_value_put(object, "version", json_value_text(arena, THINTUNE_VERSION));
	return object;
}

json_t *json_value_build(struct arena *arena, const struct build *build)
{
	json_t *object = json_value_tool(arena);

	if (!build)
		return object;
	json_value_put(object, "commit", json_value_text(arena, build->commit));
	json_value_put(object, "build_id", json_value_text(arena, build->build_id));
	json_value_put(object, "sha256", json_value_text(arena, build->sha256));
	return object;
}

static int count_piece(const char *piece, size_t length, void *context)
{
	(void)piece;
	*(size_t *)context += length;
	return 0;
}

static int add_piece(const char *piece, size_t length, void *context)
{
	char **at = context;

	memcpy(*at, piece, length);
	*at += length;
	return 0;
}

/* Written twice, the first time only to count: a buffer that grows would need four times the
 * memory, which is most of what the report of a large node takes. */
static json_t *days_left(const struct waiving *waiving)
{
	/* Negative: so many days ago. */
	return waiving->days_left == DAY_UNKNOWN ? json_null()
						 : json_value_number((uint64_t)waiving->days_left);
}

json_t *json_value_waiver(struct arena *arena, const struct waiving *waiving)
{
	const struct waiver *waiver = waiving->waiver;
	json_t *object = json_value_object();

	json_value_put(object, "what", json_value_text(arena, waiver->what));
	json_value_put(object, "reason", json_value_text(arena, waiver->reason));
	json_value_put(object, "owner", json_value_text(arena, waiver->owner));
	json_value_put(object, "until", json_value_text(arena, waiver->until));
	json_value_put(object, "days_left", days_left(waiving));
	return object;
}

char *json_value_dump(struct arena *arena, json_t *value)
{
	size_t length = 0;
	char *text, *at;

	if (json_dump_callback(value, count_piece, &length, JSON_INDENT(2)) < 0)
		arena_exhausted();
	text = at = arena_alloc(arena, length + sizeof("\n"));
	if (json_dump_callback(value, add_piece, &at, JSON_INDENT(2)) < 0)
		arena_exhausted();
	json_decref(value);
	*at = '\n';
	return escape_json(arena, text);
}
