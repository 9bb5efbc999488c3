/* SPDX-License-Identifier: Apache-2.0 */
/* Builds JSON values; without memory the program ends. */
#include "report/json_value.h"

#include <math.h>
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

json_t *json_value_real(double number)
{
	return isfinite(number) ? sure(json_real(number)) : json_null();
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

/* A text in the making. */
struct dump {
	char *at;            /* NULL: only counted */
	size_t length, room; /* more than fits is only counted */
	const char *indent;  /* after each newline */
};

static void add_bytes(struct dump *dump, const char *bytes, size_t length)
{
	if (dump->at && dump->length + length <= dump->room)
		memcpy(dump->at + dump->length, bytes, length);
	dump->length += length;
}

static int add_piece(const char *piece, size_t length, void *context)
{
	struct dump *dump = context;

	for (size_t at = 0, next; at < length; at = next) {
		const char *newline = memchr(piece + at, '\n', length - at);

		next = newline ? (size_t)(newline - piece) + 1 : length;
		add_bytes(dump, piece + at, next - at);
		if (newline)
			add_bytes(dump, dump->indent, strlen(dump->indent));
	}
	return 0;
}

/* What is longer than a setting is written twice, the first time only to count: a buffer that grows
 * would need four times the memory. */
static char *dump_text(struct arena *arena, json_t *value, const char *indent, const char *end)
{
	char small[4096];
	struct dump dump = {.at = small, .room = sizeof(small), .indent = indent};
	char *text;

	if (json_dump_callback(value, add_piece, &dump, JSON_INDENT(2)) < 0)
		arena_exhausted();
	text = arena_alloc(arena, dump.length + strlen(end) + 1);
	if (dump.length <= sizeof(small)) {
		memcpy(text, dump.at, dump.length);
	} else {
		dump = (struct dump){.at = text, .room = dump.length, .indent = indent};
		if (json_dump_callback(value, add_piece, &dump, JSON_INDENT(2)) < 0)
			arena_exhausted();
	}
	memcpy(text + dump.length, end, strlen(end) + 1);
	json_decref(value);
	return text;
}

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

const char *json_value_item(struct arena *arena, json_t *value)
{
	return dump_text(arena, value, "    ", "");
}

/* No text of a document has a newline, so this is where the array is. */
#define EMPTY_ARRAY "\n  \"%s\": []"

char *json_value_dump_with(struct arena *arena, json_t *value, const char *key, const names *items)
{
	const char *frame = dump_text(arena, value, "", "\n"),
		   *empty = arena_printf(arena, EMPTY_ARRAY, key), *found = strstr(frame, empty),
		   *rest = found ? found + strlen(empty) - 1 : frame;
	struct dump dump = {.indent = ""};

	for (unsigned pass = 0; pass < 2; pass++) {
		if (pass) {
			dump.at = arena_alloc(arena, dump.length + 1);
			dump.room = dump.length;
		}
		dump.length = 0;
		add_bytes(&dump, frame, (size_t)(rest - frame));
		vec_for_each (item, items) {
			const char *before = item == items->at ? "\n    " : ",\n    ";

			add_bytes(&dump, before, strlen(before));
			add_bytes(&dump, *item, strlen(*item));
		}
		if (items->count)
			add_bytes(&dump, "\n  ", strlen("\n  "));
		add_bytes(&dump, rest, strlen(rest));
	}
	return escape_json(arena, dump.at);
}

char *json_value_dump(struct arena *arena, json_t *value)
{
	return escape_json(arena, dump_text(arena, value, "", "\n"));
}
