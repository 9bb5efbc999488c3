/* SPDX-License-Identifier: Apache-2.0 */
/* Reads redpanda.yaml, and writes the part of it that a record keeps. */
#include "profile/redpanda.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/yaml.h"

/* Far more than rpk has; limits the cost of the search for repeated keys. */
#define RPK_KEYS_MAX 1000
#define START_FLAGS  "additional_start_flags"

#define DEVELOPER_MODE "developer_mode"

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

/* Switches ------------------------------------------------------------------------------------ */

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

/* A key without a value is one that is not there. ret_off or ret_on may be NULL. */
static int read_switch_key(const struct place *place, const struct node *section, const char *key,
			   redpanda_keys *ret_off, redpanda_keys *ret_on)
{
	const struct node *node, *at = NULL;
	bool is_on = true;
	int r = find(place, section, key, &node, &at);
	redpanda_keys *list;

	if (r < 0 || !node)
		return r;
	r = read_switch(place, node, key, &is_on);
	list = is_on ? ret_on : ret_off;
	if (r == 0 && list)
		vec_push(place->arena, list,
			 (struct redpanda_key){.key = at->text, .line = at->line});
	return r;
}

static int read_developer_mode(const struct place *place, const struct node *section)
{
	redpanda_keys on = {0};
	int r = read_switch_key(place, section, DEVELOPER_MODE, NULL, &on);

	if (on.count)
		place->config->developer_mode = on.at[0];
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
	if (r == 0)
		r = read_developer_mode(place, section);
	for (size_t i = 0; r == 0 && i < sizeof(listeners) / sizeof(listeners[0]); i++)
		r = read_listeners(place, section, listeners[i]);
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

/* A key of rpk's that comes to a flag. */
static int read_flag_key(const struct place *place, const struct node *section, const char *name)
{
	const struct start_flag flag = {.name = name};
	const struct node *node, *at = NULL;
	int r = find(place, section, start_flag_key(&flag), &node, &at);

	if (r < 0 || !node)
		return r;
	start_flags_add_key(place->arena, &place->config->flags, name,
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
		r = read_flag_key(place, section, RPK_SMP);
	if (r == 0)
		r = read_flag_key(place, section, RPK_OVERPROVISIONED);
	if (r == 0)
		r = read_flag_key(place, section, RPK_WELL_KNOWN_IO);
	for (size_t i = 0; r == 0 && i < section->keys.count; i++) {
		const char *key = section->keys.at[i]->text;

		if (text_starts(key, "tune_"))
			r = read_switch_key(place, section, key, &place->config->off,
					    &place->config->on);
		else if (text_equal(key, REDPANDA_ALLOW_STEERING) ||
			 text_equal(key, REDPANDA_ALLOW_DEDICATED))
			r = read_switch_key(place, section, key, &place->config->forbidden, NULL);
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

/* A key of a section, at its line. */
struct part {
	unsigned line;
	size_t order;      /* within one line; the flags may take several lines */
	const char *key;   /* NULL: the flags */
	const char *value; /* of key, quoted where it must be */
};
typedef VEC(struct part) parts;

static int compare_parts(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	if (left->line != right->line)
		return left->line > right->line ? 1 : -1;
	return (left->order > right->order) - (left->order < right->order);
}

static void add_part(struct arena *arena, parts *list, unsigned line, const char *key,
		     const char *value)
{
	struct part part = {.line = line, .order = list->count, .key = key, .value = value};

	vec_push(arena, list, part);
}

static void add_keys(struct arena *arena, parts *list, const redpanda_keys *keys, const char *value)
{
	vec_for_each (key, keys)
		add_part(arena, list, key->line, key->key, value);
}

static void sort_parts(parts *list)
{
	if (list->count > 1)
		qsort(list->at, list->count, sizeof(*list->at), compare_parts);
}

/* Without the addresses: a record has the cards that hold them instead. */
static parts parts_of_redpanda(struct arena *arena, const struct redpanda_config *config)
{
	parts list = {0};

	if (config->data_directory)
		add_part(arena, &list, config->data_directory_line, "data_directory",
			 yaml_quote(arena, config->data_directory));
	if (config->developer_mode.key)
		add_part(arena, &list, config->developer_mode.line, DEVELOPER_MODE, "true");
	sort_parts(&list);
	return list;
}

static parts parts_of_rpk(struct arena *arena, const struct redpanda_config *config)
{
	const struct start_flag *first = NULL;
	parts list = {0};

	add_keys(arena, &list, &config->off, "false");
	add_keys(arena, &list, &config->on, "true");
	add_keys(arena, &list, &config->forbidden, "false");
	vec_for_each (flag, &config->flags) {
		if (start_flag_key(flag))
			add_part(arena, &list, flag->line, start_flag_key(flag),
				 yaml_quote(arena, flag->value));
		else if (!first)
			first = flag;
	}
	if (first)
		add_part(arena, &list, first->line, NULL, NULL);
	sort_parts(&list);
	return list;
}

static void add_flags(struct writer *writer, const start_flags *flags)
{
	str_add(&writer->str, "\"" START_FLAGS "\": [");
	writer->separator = "";
	vec_for_each (flag, flags) {
		if (start_flag_key(flag))
			continue;
		go_to(writer, flag->line);
		str_add(&writer->str,
			yaml_quote(writer->str.arena, start_flag_item(writer->str.arena, flag)));
	}
	str_add(&writer->str, "]");
	writer->separator = ", ";
}

/* What libyaml takes for a key without being told so ends within 1024 characters, and quoting makes
 * it longer. */
static void add_key(struct writer *writer, const char *key)
{
	const char *quoted = yaml_quote(writer->str.arena, key);

	str_printf(&writer->str, "%s%s: ", strlen(quoted) > 1000 ? "? " : "", quoted);
}

static void add_section(struct writer *writer, const char *name,
			const struct redpanda_config *config, const parts *list)
{
	if (list->count == 0)
		return;
	go_to(writer, list->at[0].line);
	str_printf(&writer->str, "%s: {", name);
	writer->separator = "";
	vec_for_each (part, list) {
		go_to(writer, part->line);
		if (part->key) {
			add_key(writer, part->key);
			str_add(&writer->str, part->value);
		} else {
			add_flags(writer, &config->flags);
		}
	}
	str_add(&writer->str, "}");
	writer->separator = ", ";
}

/* In flow style, which may break lines anywhere: so every value keeps its line. */
char *redpanda_reduced(struct arena *arena, const struct redpanda_config *config)
{
	struct writer writer = {.str = str_new(arena), .line = 1, .separator = "{"};
	parts redpanda = parts_of_redpanda(arena, config), rpk = parts_of_rpk(arena, config);
	bool is_rpk_first = rpk.count && redpanda.count && rpk.at[0].line < redpanda.at[0].line;

	if (is_rpk_first)
		add_section(&writer, "rpk", config, &rpk);
	add_section(&writer, "redpanda", config, &redpanda);
	if (!is_rpk_first)
		add_section(&writer, "rpk", config, &rpk);
	str_add(&writer.str, *writer.separator == '{' ? "{}\n" : "}\n");
	return writer.str.text;
}

/* What it means ------------------------------------------------------------------------------- */

static const struct redpanda_key *find_key(const redpanda_keys *keys, const char *key)
{
	vec_for_each (one, keys) {
		if (text_equal(one->key, key))
			return one;
	}
	return NULL;
}

const char *redpanda_key_name(struct arena *arena, const struct redpanda_key *key)
{
	return arena_printf(arena, "%s.%s",
			    text_equal(key->key, DEVELOPER_MODE) ? "redpanda" : "rpk", key->key);
}

const struct redpanda_key *redpanda_absent_is_off(const struct redpanda_config *config)
{
	if (config->on.count)
		return &config->on.at[0];
	return config->developer_mode.key ? &config->developer_mode : NULL;
}

const char *redpanda_switched_off(struct arena *arena, const struct redpanda_config *config,
				  const char *key)
{
	const struct redpanda_key *off = find_key(&config->off, key), *because;

	if (off)
		return arena_printf(arena, "redpanda.yaml:%u says rpk.%s: false", off->line, key);
	because = redpanda_absent_is_off(config);
	if (!because || find_key(&config->on, key))
		return NULL;
	return arena_printf(
	    arena,
	    "redpanda.yaml:%u says %s: true, and there is no rpk.%s, which is false "
	    "then",
	    because->line, redpanda_key_name(arena, because), key);
}

unsigned redpanda_forbids(const struct redpanda_config *config, const char *key)
{
	const struct redpanda_key *found = config ? find_key(&config->forbidden, key) : NULL;

	return found ? found->line : 0;
}
