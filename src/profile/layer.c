/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one profile file and checks it against the schema. */
#include "profile/layer.h"

#include <errno.h>

#include "base/nearest.h"
#include "base/sysctl_key.h"
#include "base/text.h"
#include "profile/lowered.h"
#include "profile/schema.h"
#include "profile/waivers.h"

/* Merging compares every value with every other, so a hostile file could be expensive. */
#define STATEMENTS_MAX 1024
#define OVERLAYS_MAX   64
#define NAME_MAX_CHARS 64
#define KEY_MAX_CHARS  128

struct layer_reader {
	struct arena *arena;
	struct layer layer;
	size_t count;           /* statements of the whole file */
	mistake_list *mistakes; /* NULL: the first one ends it */
	struct err *err;
};

static bool goes_on(struct layer_reader *reader)
{
	return layer_goes_on(reader->arena, reader->err, reader->mistakes);
}

static const char *const top_keys[] = {"profile",  "summary", "extends", "gate",
				       "overlays", "waivers", "lowered"};

bool layer_is_name(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length <= NAME_MAX_CHARS && *text != '.' && *text != '_' &&
	       *text != '-' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		   length;
}

/* Keys ---------------------------------------------------------------------------------------- */

static int fault_key(struct layer_reader *reader, const struct node *key, const char *where,
		     const names *known)
{
	const char *section = schema_other_section(key->text);

	if (section && !nearest_find(key->text, known))
		return yaml_fault(reader->err, key, "unknown key '%.60s'%s; it belongs in '%s'",
				  key->text, where, section);
	return yaml_fault(reader->err, key, "unknown key '%.60s'%s; %s", key->text, where,
			  nearest_or_all(reader->arena, key->text, known));
}

/* Of a key with dots between its parts. A part with a leading slash could become "..". */
static const char *sysctl_problem(const char *key)
{
	if (strlen(key) > KEY_MAX_CHARS)
		return "is longer than 128 characters";
	if (strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/") !=
	    strlen(key))
		return "has characters other than letters, digits, '_', '-', '.' and '/'";
	if (!strchr(key, '.'))
		return "has no dot; a kernel setting is named like vm.swappiness";
	if (strstr(key, "..") || text_starts(key, ".") || text_ends(key, "."))
		return "has an empty part between its dots";
	if (strstr(key, "//") || strstr(key, "./") || strstr(key, "/.") || text_ends(key, "/"))
		return "has a '/' that stands for no dot within a name, as in eth0/100";
	if (!(*key >= 'a' && *key <= 'z') && !(*key >= 'A' && *key <= 'Z'))
		return "does not begin with a letter";
	return NULL;
}

/* The keys of a section or, with prefix "floors.", of the map of that name in it. */
static names known_keys(struct arena *arena, const char *section, const char *prefix)
{
	names all = schema_keys_of(arena, section), known = {0};
	bool has_map = false;

	vec_for_each (name, &all) {
		if (*prefix && text_starts(*name, prefix))
			vec_push(arena, &known, *name + strlen(prefix));
		else if (!*prefix && !strchr(*name, '.'))
			vec_push(arena, &known, *name);
		else if (!*prefix)
			has_map = true;
	}
	if (has_map)
		vec_push(arena, &known, "floors");
	return known;
}

static int find_row(struct layer_reader *reader, const char *section, const char *prefix,
		    const struct node *key, struct statement *ret)
{
	bool is_sysctl = text_equal(section, "sysctl");
	const char *dotted = is_sysctl ? sysctl_key(reader->arena, key->text) : key->text;
	const char *problem = is_sysctl ? sysctl_problem(dotted) : NULL;
	names known;

	if (problem)
		return yaml_fault(reader->err, key, "sysctl key '%.60s' %s", key->text, problem);
	ret->line = key->line;
	ret->key = arena_printf(reader->arena, "%s%.200s", prefix, dotted);
	/* "floors.fsync-p99" is no way to write the key of a map. */
	ret->row =
	    is_sysctl || *prefix || !strchr(key->text, '.') ? schema_find(section, ret->key) : NULL;
	if (ret->row)
		return 0;
	known = known_keys(reader->arena, section, prefix);
	return fault_key(reader, key, arena_printf(reader->arena, " in '%s'", section), &known);
}

/* Sections ------------------------------------------------------------------------------------ */

static int check_map(struct layer_reader *reader, const char *name, const struct node *node)
{
	if (node->kind != NODE_MAP || node->keys.count == 0)
		return yaml_fault(reader->err, node, "'%s' must be a map of keys, not %s", name,
				  node->kind == NODE_MAP ? "an empty one" : yaml_kind_name(node));
	return 0;
}

/* The same key may be written in two ways, which YAML does not see. */
static int check_written_twice(struct layer_reader *reader, const struct node *key,
			       const struct statement *statement, const statements *states)
{
	vec_for_each (earlier, states) {
		if (earlier->row == statement->row && text_equal(earlier->key, statement->key))
			return yaml_fault(reader->err, key, "'%.80s' is '%.80s' of line %u again",
					  key->text, earlier->key, earlier->line);
	}
	return 0;
}

/* prefix: "" or "floors." */
static int read_entry(struct layer_reader *reader, const char *section, const char *prefix,
		      const struct node *key, const struct node *item, statements *states)
{
	struct statement statement;
	struct reading reading;
	int r = find_row(reader, section, prefix, key, &statement);

	if (r == 0 && text_equal(section, "sysctl"))
		r = check_written_twice(reader, key, &statement, states);
	if (r < 0)
		return r;
	if (++reader->count > STATEMENTS_MAX)
		return yaml_fault(reader->err, key, "more than %d values", STATEMENTS_MAX);
	reading = (struct reading){.arena = reader->arena,
				   .row = statement.row,
				   .key = statement.key,
				   .mistakes = reader->mistakes,
				   .err = reader->err};
	r = value_read(&reading, item, &statement.stated);
	if (r == 0)
		vec_push(reader->arena, states, statement);
	return r;
}

static int read_section(struct layer_reader *reader, const char *section, const char *prefix,
			const struct node *node, statements *states)
{
	int r = check_map(reader, *prefix ? "floors" : section, node);

	if (r < 0)
		return r;
	for (size_t i = 0; i < node->keys.count; i++) {
		const struct node *key = node->keys.at[i];

		if (text_equal(section, "probe") && text_equal(key->text, "floors") && !*prefix)
			r = read_section(reader, section, "floors.", node->items.at[i], states);
		else
			r = read_entry(reader, section, prefix, key, node->items.at[i], states);
		if (r < 0 && !goes_on(reader))
			return r;
	}
	return 0;
}

static bool is_section(const char *name)
{
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
		if (text_equal(schema_sections[i], name))
			return true;
	return false;
}

static int read_overlay(struct layer_reader *reader, const struct node *node)
{
	struct overlay overlay = {.line = node->line};
	const struct node *when = yaml_get(node, "when");
	names known = {0};
	int r = check_map(reader, "overlays", node);

	if (r < 0)
		return r;
	if (!when)
		return yaml_fault(reader->err, node, "this overlay has no 'when'");
	if (node->keys.count == 1)
		return yaml_fault(reader->err, node, "this overlay sets nothing");
	vec_push(reader->arena, &known, "when");
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
		vec_push(reader->arena, &known, schema_sections[i]);
	for (size_t i = 0; i < node->keys.count; i++) {
		const struct node *key = node->keys.at[i];

		if (text_equal(key->text, "when"))
			r = when_read(reader->arena, when, reader->mistakes, &overlay.when,
				      reader->err);
		else if (!is_section(key->text))
			r = fault_key(reader, key, " in an overlay", &known);
		else
			r = read_section(reader, key->text, "", node->items.at[i], &overlay.states);
		if (r < 0 && !goes_on(reader))
			return r;
	}
	vec_push(reader->arena, &reader->layer.overlays, overlay);
	return 0;
}

static int read_overlays(struct layer_reader *reader, const struct node *node)
{
	if (node->kind != NODE_LIST)
		return yaml_fault(reader->err, node, "'overlays' must be a list, not %s",
				  yaml_kind_name(node));
	if (node->items.count > OVERLAYS_MAX)
		return yaml_fault(reader->err, node, "more than %d overlays", OVERLAYS_MAX);
	for (size_t i = 0; i < node->items.count; i++) {
		int r = read_overlay(reader, node->items.at[i]);

		if (r < 0 && !goes_on(reader))
			return r;
	}
	return 0;
}

/* Top ----------------------------------------------------------------------------------------- */

static int read_gate(struct layer_reader *reader, const struct node *node)
{
	static const enum gate_mode modes[] = {GATE_STRICT, GATE_REQUIRED_ONLY, GATE_REPORT};
	names known = {0};

	for (size_t i = 0; node->kind == NODE_SCALAR && i < sizeof(modes) / sizeof(modes[0]); i++) {
		vec_push(reader->arena, &known, profile_gate_name(modes[i]));
		if (!text_equal(node->text, known.at[i]))
			continue;
		reader->layer.gate = modes[i];
		reader->layer.has_gate = true;
		reader->layer.gate_line = node->line;
		return 0;
	}
	return yaml_fault(
	    reader->err, node, "'gate' must be one of strict, required-only, report%s",
	    node->kind == NODE_SCALAR ? nearest_hint(reader->arena, node->text, &known) : "");
}

static int read_name(struct layer_reader *reader, const struct node *node)
{
	int r = scalar_read_text(node, "'profile'", &reader->layer.name, reader->err);

	reader->layer.named = node;
	if (r == 0 && !layer_is_name(reader->layer.name))
		return yaml_fault(reader->err, node,
				  "'profile' must be a name of letters, digits, '.', '_' and '-', "
				  "at most %d long",
				  NAME_MAX_CHARS);
	return r;
}

static int read_top(struct layer_reader *reader, const struct node *key, const struct node *node)
{
	const char *text;
	names known = {0};

	if (text_equal(key->text, "profile"))
		return read_name(reader, node);
	if (text_equal(key->text, "summary"))
		return scalar_read_text(node, "'summary'", &reader->layer.summary, reader->err);
	if (text_equal(key->text, "extends")) {
		reader->layer.extends = node;
		return scalar_read_text(node, "'extends'", &text, reader->err);
	}
	if (text_equal(key->text, "gate"))
		return read_gate(reader, node);
	if (text_equal(key->text, "overlays"))
		return read_overlays(reader, node);
	if (text_equal(key->text, "waivers"))
		return waivers_read(reader->arena, node, reader->mistakes, &reader->layer.waivers,
				    reader->err);
	if (text_equal(key->text, "lowered"))
		return lowered_read(reader->arena, node, reader->mistakes, &reader->layer.lowered,
				    reader->err);
	if (is_section(key->text))
		return read_section(reader, key->text, "", node, &reader->layer.states);
	for (size_t i = 0; i < sizeof(top_keys) / sizeof(top_keys[0]); i++)
		vec_push(reader->arena, &known, top_keys[i]);
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
		vec_push(reader->arena, &known, schema_sections[i]);
	return fault_key(reader, key, "", &known);
}

int layer_read(struct arena *arena, const struct node *root, mistake_list *mistakes,
	       struct layer *ret, struct err *err)
{
	struct layer_reader reader = {.arena = arena, .mistakes = mistakes, .err = err};
	size_t before = mistakes ? mistakes->count : 0;
	int r = 0;

	if (root->kind != NODE_MAP)
		r = yaml_fault(err, root, "a profile is a map of keys, not %s",
			       yaml_kind_name(root));
	for (size_t i = 0; r == 0 && i < root->keys.count; i++) {
		r = read_top(&reader, root->keys.at[i], root->items.at[i]);
		if (r < 0 && goes_on(&reader))
			r = 0;
	}
	if (r == 0 && !reader.layer.name)
		r = yaml_fault(err, root, "'profile' (the name) is missing");
	if (r < 0)
		(void)goes_on(&reader);
	*ret = reader.layer;
	return mistakes && mistakes->count > before ? -EINVAL : r;
}
