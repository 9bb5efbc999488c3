/* SPDX-License-Identifier: Apache-2.0 */
/* Reads redpanda.yaml, and writes the part of it that a record keeps. */
#include "profile/redpanda.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/yaml.h"

/* Far more than rpk has; limits the cost of the search for repeated keys. */
#define RPK_KEYS_MAX 1000
#define START_FLAGS  "additional_start_flags"

static const struct yaml_limits limits = {.bytes = 1024 * 1024, .depth = 32, .is_lenient = true};

/* What every reader of a part needs. */
struct place {
	struct arena *arena;
	struct redpanda_config *config;
	struct err *err;
};

static bool is_nothing(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->is_plain &&
	       (!*node->text || text_equal(node->text, "~") || text_equal(node->text, "null"));
}

/* *ret is NULL if the key is absent or empty. A repeated key is an error: which one Redpanda would
 * take is not for us to guess. */
static int find(const struct place *place, const struct node *map, const char *key,
		const struct node **ret, const struct node **ret_key)
{
	const struct node *found = NULL;

	for (size_t i = 0; i < map->keys.count; i++) {
		if (!text_equal(map->keys.at[i]->text, key))
			continue;
		if (found)
			return yaml_fault(place->err, map->keys.at[i], "'%s' appears twice", key);
		found = map->items.at[i];
		*ret_key = map->keys.at[i];
	}
	*ret = found && !is_nothing(found) ? found : NULL;
	return 0;
}

static int find_map(const struct place *place, const struct node *map, const char *key,
		    const struct node **ret)
{
	const struct node *at = NULL;
	int r = find(place, map, key, ret, &at);

	if (r == 0 && *ret && (*ret)->kind != NODE_MAP)
		return yaml_fault(place->err, *ret, "'%s' must be a map, not %s", key,
				  yaml_kind_name(*ret));
	return r;
}

/* Addresses ----------------------------------------------------------------------------------- */

static int add_address(const struct place *place, const struct node *listener, const char *key)
{
	const struct node *address, *at = NULL;
	int r;

	if (listener->kind != NODE_MAP)
		return yaml_fault(place->err, listener, "'%s' must hold maps, not %s", key,
				  yaml_kind_name(listener));
	r = find(place, listener, "address", &address, &at);
	if (r < 0 || !address)
		return r;
	if (address->kind != NODE_SCALAR)
		return yaml_fault(place->err, address, "'address' must be text, not %s",
				  yaml_kind_name(address));
	vec_push(place->arena, &place->config->addresses, address->text);
	return 0;
}

/* A listener or a list of them: Redpanda accepts both. */
static int read_listeners(const struct place *place, const struct node *section, const char *key)
{
	const struct node *node, *at = NULL;
	int r = find(place, section, key, &node, &at);

	if (r < 0 || !node)
		return r;
	if (node->kind != NODE_LIST)
		return add_address(place, node, key);
	for (size_t i = 0; r == 0 && i < node->items.count; i++)
		r = add_address(place, node->items.at[i], key);
	return r;
}

/* Sections ------------------------------------------------------------------------------------ */

static int read_redpanda(const struct place *place, const struct node *section)
{
	static const char *const listeners[] = {"rpc_server", "kafka_api", "admin"};
	const struct node *directory, *at = NULL;
	int r = find(place, section, "data_directory", &directory, &at);

	if (r == 0 && directory && directory->kind != NODE_SCALAR)
		r = yaml_fault(place->err, directory, "'data_directory' must be a path, not %s",
			       yaml_kind_name(directory));
	if (r == 0 && directory) {
		place->config->data_directory = directory->text;
		place->config->data_directory_line = at->line;
	}
	for (size_t i = 0; r == 0 && i < sizeof(listeners) / sizeof(listeners[0]); i++)
		r = read_listeners(place, section, listeners[i]);
	return r;
}

/* rpk accepts the booleans of YAML 1.1, and 0 and 1. */
static int read_switch(const struct place *place, const struct node *node, const char *key,
		       bool *ret_on)
{
	static const struct {
		const char *text;
		bool is_on;
	} words[] = {
	    {"true", true},   {"True", true}, {"TRUE", true}, {"false", false}, {"False", false},
	    {"FALSE", false}, {"yes", true},  {"Yes", true},  {"YES", true},    {"no", false},
	    {"No", false},    {"NO", false},  {"on", true},   {"On", true},     {"ON", true},
	    {"off", false},   {"Off", false}, {"OFF", false}, {"y", true},      {"Y", true},
	    {"n", false},     {"N", false},   {"1", true},    {"0", false},
	};

	for (size_t i = 0; node->kind == NODE_SCALAR && i < sizeof(words) / sizeof(words[0]); i++) {
		if (!text_equal(node->text, words[i].text))
			continue;
		*ret_on = words[i].is_on;
		return 0;
	}
	return yaml_fault(place->err, node, "'%s' must be true or false, not %s%.60s%s", key,
			  node->kind == NODE_SCALAR ? "'" : "",
			  node->kind == NODE_SCALAR ? node->text : yaml_kind_name(node),
			  node->kind == NODE_SCALAR ? "'" : "");
}

static int read_switch_key(const struct place *place, const struct node *section,
			   const struct node *key)
{
	const struct node *node, *at = NULL;
	bool is_on = true;
	int r = find(place, section, key->text, &node, &at);

	if (r == 0 && node)
		r = read_switch(place, node, key->text, &is_on);
	if (r == 0 && !is_on)
		vec_push(place->arena, &place->config->off,
			 (struct redpanda_off){.key = key->text, .line = key->line});
	return r;
}

/* A list or one text: rpk accepts both. */
static int read_flags(const struct place *place, const struct node *section)
{
	const struct node *node, *at = NULL;
	start_items items = {0};
	int r = find(place, section, START_FLAGS, &node, &at);

	if (r < 0 || !node)
		return r;
	for (size_t i = 0; i < (node->kind == NODE_LIST ? node->items.count : 1); i++) {
		const struct node *item = node->kind == NODE_LIST ? node->items.at[i] : node;

		/* rpk refuses anything else; but flags only serve advice here, which must not keep
		 * a broker down. */
		if (item->kind == NODE_SCALAR)
			vec_push(place->arena, &items,
				 (struct start_item){.text = item->text, .line = item->line});
	}
	start_flags_add(place->arena, &place->config->flags, &items);
	return 0;
}

static int read_smp(const struct place *place, const struct node *section)
{
	const struct node *node, *at = NULL;
	int r = find(place, section, "smp", &node, &at);

	if (r < 0 || !node)
		return r;
	start_flags_add_smp(place->arena, &place->config->flags,
			    node->kind == NODE_SCALAR ? node->text : yaml_kind_name(node),
			    at->line);
	return 0;
}

static int read_rpk(const struct place *place, const struct node *section)
{
	int r;

	if (section->keys.count > RPK_KEYS_MAX)
		return yaml_fault(place->err, section, "'rpk' has more than %d keys", RPK_KEYS_MAX);
	r = read_flags(place, section);
	if (r == 0)
		r = read_smp(place, section);
	for (size_t i = 0; r == 0 && i < section->keys.count; i++) {
		if (text_starts(section->keys.at[i]->text, "tune_"))
			r = read_switch_key(place, section, section->keys.at[i]);
	}
	return r;
}

int redpanda_parse(struct arena *arena, const char *path, const char *text, size_t length,
		   struct redpanda_config *ret, struct err *err)
{
	struct redpanda_config config = {.path = path};
	struct place place = {.arena = arena, .config = &config, .err = err};
	const struct node *root, *section = NULL;
	int r = yaml_parse(arena, path, text, length, &limits, &root, err);

	if (r == 0 && root && !is_nothing(root)) {
		if (root->kind != NODE_MAP)
			return yaml_fault(err, root, "a redpanda.yaml is a map of keys, not %s",
					  yaml_kind_name(root));
		r = find_map(&place, root, "redpanda", &section);
		if (r == 0 && section)
			r = read_redpanda(&place, section);
		if (r == 0)
			r = find_map(&place, root, "rpk", &section);
		if (r == 0 && section)
			r = read_rpk(&place, section);
	}
	if (r == 0)
		*ret = config;
	return r;
}

/* Reduced ------------------------------------------------------------------------------------- */

/* The reduced text and its current line. */
struct writer {
	struct str str;
	unsigned line;
	const char *separator;
};

static void go_to(struct writer *writer, unsigned line)
{
	str_add(&writer->str, writer->separator);
	writer->separator = ", ";
	for (; writer->line < line; writer->line++)
		str_add(&writer->str, "\n");
}

/* Without the addresses: a record has the cards that hold them instead. */
static void add_redpanda(struct writer *writer, const struct redpanda_config *config)
{
	if (!config->data_directory)
		return;
	go_to(writer, config->data_directory_line);
	str_printf(&writer->str, "redpanda: {data_directory: %s}",
		   yaml_quote(writer->str.arena, config->data_directory));
}

/* A key of section rpk, at its line. */
struct part {
	unsigned line;
	size_t order;                   /* within one line; the flags may take several lines */
	const struct redpanda_off *off; /* NULL: another key */
	const struct start_flag *smp;   /* NULL: another key; with off NULL too: the flags */
};
typedef VEC(struct part) parts;

static int compare_parts(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	if (left->line != right->line)
		return left->line > right->line ? 1 : -1;
	return (left->order > right->order) - (left->order < right->order);
}

static parts parts_of_rpk(struct arena *arena, const struct redpanda_config *config)
{
	const struct start_flag *first = NULL;
	parts list = {0};

	vec_for_each (off, &config->off) {
		struct part part = {.line = off->line, .order = list.count, .off = off};

		vec_push(arena, &list, part);
	}
	vec_for_each (flag, &config->flags) {
		struct part part = {.line = flag->line, .order = list.count, .smp = flag};

		if (text_equal(flag->name, RPK_SMP))
			vec_push(arena, &list, part);
		else if (!first)
			first = flag;
	}
	if (first) {
		struct part part = {.line = first->line, .order = list.count};

		vec_push(arena, &list, part);
	}
	if (list.count > 1)
		qsort(list.at, list.count, sizeof(*list.at), compare_parts);
	return list;
}

static void add_flags(struct writer *writer, const start_flags *flags)
{
	str_add(&writer->str, "\"" START_FLAGS "\": [");
	writer->separator = "";
	vec_for_each (flag, flags) {
		if (text_equal(flag->name, RPK_SMP))
			continue;
		go_to(writer, flag->line);
		str_add(&writer->str,
			yaml_quote(writer->str.arena, start_flag_item(writer->str.arena, flag)));
	}
	str_add(&writer->str, "]");
	writer->separator = ", ";
}

static void add_rpk(struct writer *writer, const struct redpanda_config *config, const parts *list)
{
	if (list->count == 0)
		return;
	go_to(writer, list->at[0].line);
	str_add(&writer->str, "rpk: {");
	writer->separator = "";
	vec_for_each (part, list) {
		go_to(writer, part->line);
		if (part->off)
			str_printf(&writer->str, "%s: false",
				   yaml_quote(writer->str.arena, part->off->key));
		else if (part->smp)
			str_printf(&writer->str, "smp: %s",
				   yaml_quote(writer->str.arena, part->smp->value));
		else
			add_flags(writer, &config->flags);
	}
	str_add(&writer->str, "}");
	writer->separator = ", ";
}

/* In flow style, which may break lines anywhere: so every value keeps its line. */
char *redpanda_reduced(struct arena *arena, const struct redpanda_config *config)
{
	struct writer writer = {.str = str_new(arena), .line = 1, .separator = "{"};
	parts list = parts_of_rpk(arena, config);

	if (list.count && config->data_directory && list.at[0].line < config->data_directory_line) {
		add_rpk(&writer, config, &list);
		add_redpanda(&writer, config);
	} else {
		add_redpanda(&writer, config);
		add_rpk(&writer, config, &list);
	}
	str_add(&writer.str, *writer.separator == '{' ? "{}\n" : "}\n");
	return writer.str.text;
}
