/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the schema table as JSON Schema (draft 2020-12), for editors that complete and check
 * YAML. */
#include <jansson.h>

#include "base/text.h"
#include "profile/schema.h"
#include "profile/when.h"

/* jansson only fails without memory here, and json_pack's NULL is caught where the text is made. */

static json_t *reference(const char *name)
{
	return json_pack("{s: s+}", "$ref", "#/$defs/", name);
}

static json_t *words(const char *choices)
{
	json_t *list = json_array();
	const char *end;

	for (; *choices; choices = *end ? end + 1 : end) {
		end = choices + strcspn(choices, "|");
		(void)json_array_append_new(list, json_stringn(choices, (size_t)(end - choices)));
	}
	return list;
}

static json_t *number(const struct schema_key *row)
{
	json_t *schema =
	    json_pack("{s: s, s: I}", "type", "integer", "minimum", (json_int_t)row->min);

	if (row->max)
		(void)json_object_set_new(schema, "maximum", json_integer((json_int_t)row->max));
	return schema;
}

static json_t *list_of(json_t *items)
{
	return json_pack("{s: s, s: i, s: i, s: o}", "type", "array", "minItems", 1, "maxItems", 32,
			 "items", items);
}

static json_t *scalar(const struct schema_key *row)
{
	switch (row->type) {
	case TYPE_NUMBER:
	case TYPE_NUMBERS:
		return number(row);
	case TYPE_SYSCTL:
		return reference("sysctl");
	case TYPE_CHOICE:
		return row->choices ? json_pack("{s: o}", "enum", words(row->choices))
				    : reference("word");
	case TYPE_SIZE:
		return reference("size");
	case TYPE_DURATION:
		return reference("duration");
	case TYPE_BOOL:
		return row->choices ? json_pack("{s: b}", "const", 1)
				    : json_pack("{s: s}", "type", "boolean");
	case TYPE_VERSION:
		return reference("version");
	case TYPE_CPUS:
		return reference("cpus");
	}
	return json_true();
}

static bool takes(const struct schema_key *row, enum rule rule)
{
	return row->rules & (1U << rule);
}

static bool is_numbers(const struct schema_key *row)
{
	return row->type == TYPE_NUMBERS || row->type == TYPE_SYSCTL;
}

/* {"type": "object", NAME: value, severity, why} */
static json_t *form(const char *name, json_t *value)
{
	return json_pack("{s: s, s: {s: o, s: o, s: o}, s: [s], s: b}", "type", "object",
			 "properties", name, value, "severity", reference("severity"), "why",
			 reference("text"), "required", name, "additionalProperties", 0);
}

static void add(json_t *list, json_t *item)
{
	(void)json_array_append_new(list, item);
}

/* What may stand alone or after `value:`. */
static json_t *plain(const struct schema_key *row)
{
	json_t *any = json_array();

	add(any, json_pack("{s: s}", "const", "leave"));
	if (row->may_auto)
		add(any, json_pack("{s: s}", "const", "auto"));
	if (takes(row, RULE_EXACT))
		add(any, scalar(row));
	if (takes(row, RULE_EXACT) && is_numbers(row))
		add(any, reference("numbers"));
	else if (takes(row, RULE_FIRST_OF))
		add(any, list_of(scalar(row)));
	return json_pack("{s: o}", "anyOf", any);
}

static json_t *bound(const struct schema_key *row)
{
	json_t *any = json_array();

	if (row->may_auto)
		add(any, json_pack("{s: s}", "const", "auto"));
	if (is_numbers(row))
		add(any, reference("numbers"));
	if (row->type == TYPE_SYSCTL)
		add(any, json_pack("{s: s, s: i}", "type", "integer", "minimum", 0));
	else
		add(any, scalar(row));
	return json_pack("{s: o}", "anyOf", any);
}

static json_t *value(const struct schema_key *row)
{
	json_t *any = json_array();
	json_t *alone = plain(row);

	add(any, form("value", json_incref(alone)));
	add(any, alone);
	if (takes(row, RULE_AT_LEAST))
		add(any, form("at-least", bound(row)));
	if (takes(row, RULE_AT_MOST))
		add(any, form("at-most", bound(row)));
	if (takes(row, RULE_ONE_OF) && is_numbers(row))
		add(any, form("one-of", list_of(json_pack("{s: [o, o]}", "anyOf", scalar(row),
							  reference("numbers")))));
	else if (takes(row, RULE_ONE_OF))
		add(any, form("one-of", list_of(scalar(row))));
	add(any, json_pack("{s: s, s: {s: o, s: o}, s: i, s: b}", "type", "object", "properties",
			   "severity", reference("severity"), "why", reference("text"),
			   "minProperties", 1, "additionalProperties", 0));
	return json_pack("{s: s, s: o}", "description", row->help, "anyOf", any);
}

static json_t *object(json_t *properties)
{
	return json_pack("{s: s, s: i, s: b, s: o}", "type", "object", "minProperties", 1,
			 "additionalProperties", 0, "properties", properties);
}

static json_t *section(const char *name)
{
	json_t *properties = json_object(), *floors = json_object(), *any = NULL;
	json_t *schema;

	for (size_t i = 0; i < profile_schema_count; i++) {
		const struct schema_key *row = &profile_schema_keys[i];

		if (!text_equal(row->section, name))
			continue;
		if (text_equal(row->key, "*"))
			any = value(row);
		else if (text_starts(row->key, "floors."))
			(void)json_object_set_new(floors, strchr(row->key, '.') + 1, value(row));
		else
			(void)json_object_set_new(properties, row->key, value(row));
	}
	if (json_object_size(floors))
		(void)json_object_set_new(properties, "floors", object(floors));
	else
		json_decref(floors);
	schema = object(properties);
	if (any) {
		(void)json_object_set_new(schema, "additionalProperties", any);
		(void)json_object_set_new(schema, "propertyNames", reference("sysctl-key"));
	}
	return schema;
}

static json_t *when(void)
{
	json_t *properties = json_object();
	struct when_key key;

	for (size_t i = 0; when_key(i, &key); i++) {
		json_t *item = key.choices ? json_pack("{s: o}", "enum", words(key.choices))
					   : reference(key.is_comparison ? "comparison" : "text");

		if (text_equal(key.name, "container"))
			item = json_pack("{s: [{s: s}, o]}", "anyOf", "type", "boolean", item);
		(void)json_object_set_new(properties, key.name,
					  json_pack("{s: [O, o]}", "anyOf", item, list_of(item)));
	}
	return object(properties);
}

static json_t *pattern(const char *type, const char *text)
{
	return json_pack("{s: s, s: s}", "type", type, "pattern", text);
}

static json_t *definitions(void)
{
	json_t *numbers = list_of(json_pack("{s: s, s: i}", "type", "integer", "minimum", 0));
	json_t *size = json_pack("{s: [{s: s, s: i}, o]}", "anyOf", "type", "integer", "minimum", 0,
				 pattern("string", "^(0|[1-9][0-9]*)(KiB|MiB|GiB|TiB)?$"));
	json_t *sysctl = json_pack("{s: [{s: s}, {s: s, s: i, s: i, s: {s: [s, s]}}]}", "anyOf",
				   "type", "integer", "type", "string", "minLength", 1, "maxLength",
				   1024, "not", "enum", "leave", "auto");
	json_t *all =
	    json_pack("{s: o, s: o, s: o}", "numbers", numbers, "size", size, "sysctl", sysctl);

	(void)json_object_set_new(all, "severity",
				  json_pack("{s: [s, s]}", "enum", "required", "advised"));
	(void)json_object_set_new(
	    all, "text",
	    json_pack("{s: s, s: i, s: i}", "type", "string", "minLength", 1, "maxLength", 1024));
	(void)json_object_set_new(all, "word", pattern("string", "^[^ \\t,/]{1,64}$"));
	(void)json_object_set_new(all, "duration",
				  pattern("string", "^(0|[1-9][0-9]*)(us|ms|s|min|h)$"));
	(void)json_object_set_new(all, "version",
				  pattern("string", "^(0|[1-9][0-9]*)(\\.(0|[1-9][0-9]*)){0,3}$"));
	(void)json_object_set_new(
	    all, "cpus",
	    json_pack("{s: [o, {s: s, s: i}]}", "anyOf",
		      pattern("string", "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$"), "type",
		      "integer", "minimum", 0));
	(void)json_object_set_new(
	    all, "comparison",
	    pattern("string", "^ *(<|<=|=|>=|>) *[0-9.A-Za-z]+( *, *(<|<=|=|>=|>) *[0-9.A-Za-z]+)* "
			      "*$"));
	(void)json_object_set_new(all, "sysctl-key",
				  json_pack("{s: s, s: i}", "pattern",
					    "^[A-Za-z][A-Za-z0-9_-]*"
					    "((\\.[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)+|"
					    "(/[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)+)$",
					    "maxLength", 128));
	(void)json_object_set_new(all, "when", when());
	return all;
}

static json_t *waivers(void)
{
	json_t *what =
	    json_pack("{s: s, s: i, s: {s: s}}", "pattern", "^[a-z0-9-]+ [^ ](.*[^ ])?$",
		      "maxLength", 256, "not", "pattern",
		      "^check (direct-io|data-directory|data-mount|data-writable|.*[*?].*)$");
	json_t *one = json_pack(
	    "{s: s, s: b, s: [s, s, s, s], s: {s: o, s: o, s: o, s: o}}", "type", "object",
	    "additionalProperties", 0, "required", "what", "reason", "owner", "until", "properties",
	    "what", what, "reason", reference("text"), "owner", reference("text"), "until",
	    pattern("string", "^(19[7-9]|[2-9][0-9][0-9])[0-9]-[01][0-9]-[0-3][0-9]$"));

	(void)json_object_set_new(what, "type", json_string("string"));
	(void)json_object_set_new(
	    what, "description",
	    json_string("\"TUNER SETTING\", with * and ? in SETTING, or \"check ID\"."));
	return json_pack("{s: s, s: i, s: o}", "type", "array", "maxItems", 64, "items", one);
}

static json_t *lowered(void)
{
	json_t *one =
	    json_pack("{s: s, s: b, s: [s, s, s], s: {s: o, s: o, s: o}}", "type", "object",
		      "additionalProperties", 0, "required", "what", "by", "required-by",
		      "properties", "what", pattern("string", "^(gate|[a-z]+ [^ ]+)$"), "by",
		      pattern("string", "^.+:[1-9][0-9]{0,8}$"), "required-by", reference("text"));

	return json_pack("{s: s, s: s, s: i, s: o}", "description",
			 "Of a pinned profile: what its chain required and does not any more.",
			 "type", "array", "maxItems", 1024, "items", one);
}

static int add_text(const char *text, size_t length, void *data)
{
	str_add_n(data, text, length);
	return 0;
}

char *profile_schema(struct arena *arena)
{
	json_t *defs = definitions(), *top = json_object(), *overlay = json_object();
	struct str str = str_new(arena);
	json_t *schema;

	(void)json_object_set_new(top, "profile",
				  pattern("string", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"));
	(void)json_object_set_new(top, "summary", reference("text"));
	(void)json_object_set_new(top, "extends", reference("text"));
	(void)json_object_set_new(
	    top, "gate", json_pack("{s: [s, s, s]}", "enum", "strict", "required-only", "report"));
	(void)json_object_set_new(overlay, "when", reference("when"));
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++) {
		const char *name = schema_sections[i];

		(void)json_object_set_new(defs, arena_printf(arena, "section-%s", name),
					  section(name));
		(void)json_object_set_new(top, name,
					  reference(arena_printf(arena, "section-%s", name)));
		(void)json_object_set_new(overlay, name,
					  reference(arena_printf(arena, "section-%s", name)));
	}
	(void)json_object_set_new(top, "waivers", waivers());
	(void)json_object_set_new(top, "lowered", lowered());
	overlay = object(overlay);
	(void)json_object_set_new(overlay, "minProperties", json_integer(2));
	(void)json_object_set_new(overlay, "required", json_pack("[s]", "when"));
	(void)json_object_set_new(
	    top, "overlays",
	    json_pack("{s: s, s: i, s: o}", "type", "array", "maxItems", 64, "items", overlay));
	schema =
	    json_pack("{s: s, s: s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
		      "title", "thintune profile");
	(void)json_object_update_new(schema, object(top));
	(void)json_object_set_new(schema, "required", json_pack("[s]", "profile"));
	(void)json_object_set_new(schema, "$defs", defs);
	(void)json_dump_callback(schema, add_text, &str, JSON_INDENT(2));
	json_decref(schema);
	str_add(&str, "\n");
	return str.text;
}
