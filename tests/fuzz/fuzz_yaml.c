/* SPDX-License-Identifier: Apache-2.0 */
/* YAML, strict and lenient: a tree that can be walked, and quotes that read back. */
#include "base/text.h"
#include "base/yaml.h"
#include "fuzz.h"

enum { most_depth = 8 };

static void walk(const struct node *node, unsigned depth)
{
	fuzz_check(depth <= most_depth + 1, "%u levels, of %u", depth, most_depth);
	fuzz_check(node->line > 0 && node->column > 0, "a node without a place");
	fuzz_check(node->keys.count == (node->kind == NODE_MAP ? node->items.count : 0),
		   "%zu keys for %zu values", node->keys.count, node->items.count);
	if (node->kind == NODE_SCALAR)
		fuzz_touch(node->text);
	vec_for_each (key, &node->keys)
		walk(*key, depth + 1);
	vec_for_each (item, &node->items)
		walk(*item, depth + 1);
}

static void parse(struct arena *arena, const char *text, size_t length, bool is_lenient)
{
	const struct yaml_limits limits = {
	    .bytes = 64 * 1024, .depth = most_depth, .is_lenient = is_lenient};
	const struct node *tree = NULL;
	struct err err = {0};

	if (yaml_parse(arena, "input", text, length, &limits, &tree, &err) < 0)
		fuzz_refuse(err.text);
	else if (tree)
		walk(tree, 1);
	else
		fuzz_check(is_lenient, "nothing, and no error");
}

/* What is told of keys that stand twice, and of tabs, is what the strict one refuses, and nothing
 * else. */
static void parse_again(struct arena *arena, const char *text, size_t length)
{
	yaml_repeats repeats = {0};
	yaml_faults tabs = {0};
	struct yaml_limits limits = {.bytes = 64 * 1024, .depth = most_depth};
	const struct node *tree = NULL;
	struct err strict = {0}, err = {0};
	int refused = yaml_parse(arena, "input", text, length, &limits, &tree, &strict), r;

	limits.repeats = &repeats;
	limits.tabs = &tabs;
	r = yaml_parse(arena, "input", text, length, &limits, &tree, &err);
	if (r == 0)
		walk(tree, 1);
	fuzz_check((refused < 0) == (r < 0 || repeats.count || tabs.count),
		   "refused %d, but read %d with %zu keys and %zu tabs", refused, r, repeats.count,
		   tabs.count);
	fuzz_check(!tabs.count || r == 0 || text_equal(err.text, tabs.at[0].text), "%s, after %s",
		   err.text, tabs.count ? tabs.at[0].text : "");
	vec_for_each (again, &repeats)
		fuzz_check(again->first <= again->key->line, "first in line %u, again in %u",
			   again->first, again->key->line);
}

static bool is_utf8(const char *text)
{
	for (size_t length; *text; text += length) {
		length = text_utf8_length(text);
		if (!length)
			return false;
	}
	return true;
}

static void check_quotes(struct arena *arena, const char *text)
{
	/* Strictly, a control character is refused however it is written. */
	const struct yaml_limits limits = {
	    .bytes = 1024 * 1024, .depth = most_depth, .is_lenient = true};
	const struct node *tree = NULL;
	const char *quoted = yaml_quote(arena, text);
	struct err err = {0};

	if (!is_utf8(text))
		return;
	fuzz_check(yaml_parse(arena, "quoted", quoted, strlen(quoted), &limits, &tree, &err) == 0,
		   "%s: %s", quoted, err.text);
	fuzz_check(tree->kind == NODE_SCALAR && text_equal(tree->text, text),
		   "%s reads back as another text", quoted);
}

FUZZ_TARGET(yaml)
{
	parse(arena, text, length, false);
	parse(arena, text, length, true);
	parse_again(arena, text, length);
	check_quotes(arena, text);
}
