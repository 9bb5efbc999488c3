/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what a pinned profile says of the requirements that its chain has lowered. */
#include "profile/lowered.h"

#include <stdlib.h>

#include "base/text.h"
#include "profile/scalar.h"
#include "profile/schema.h"

enum { lowered_most = 1024 };

static const char *const keys[] = {"what", "by", "required-by"};
enum { KEY_WHAT, KEY_BY, KEY_REQUIRED_BY, KEY_COUNT };

/* "SECTION KEY", or "gate". */
static int read_what(struct arena *arena, const struct node *node, const char *what,
		     struct lowered *ret, struct err *err)
{
	const char *blank = strchr(what, ' ');

	if (text_equal(what, "gate")) {
		ret->section = ret->key = "gate";
		return 0;
	}
	if (blank) {
		ret->section = arena_strndup(arena, what, (size_t)(blank - what));
		ret->key = blank + 1;
	}
	if (!blank || !schema_find(ret->section, ret->key))
		return yaml_fault(err, node, "'what' must be \"SECTION KEY\" or gate, not '%.60s'",
				  what);
	return 0;
}

/* "PROFILE:LINE" */
static int read_by(struct arena *arena, const struct node *node, const char *by,
		   struct lowered *ret, struct err *err)
{
	const char *colon = strrchr(by, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

	if (!digits || digits > 9 || colon[1 + digits] || colon[1] == '0' || colon == by)
		return yaml_fault(err, node, "'by' must be PROFILE:LINE, not '%.60s'", by);
	ret->profile = arena_strndup(arena, by, (size_t)(colon - by));
	ret->line = (unsigned)strtoul(colon + 1, NULL, 10);
	return 0;
}

static int read_one(struct arena *arena, const struct node *node, struct lowered *ret,
		    struct err *err)
{
	const char *texts[KEY_COUNT];
	int r = 0;

	if (node->kind != NODE_MAP || node->keys.count != KEY_COUNT)
		return yaml_fault(err, node,
				  "of 'lowered' each is a map of what, by and required-by");
	for (size_t i = 0; r == 0 && i < KEY_COUNT; i++) {
		const struct node *item = yaml_get(node, keys[i]);

		if (!item)
			return yaml_fault(err, node, "this part of 'lowered' has no '%s'", keys[i]);
		r = scalar_read_text(item, arena_printf(arena, "'%s'", keys[i]), &texts[i], err);
	}
	if (r == 0)
		r = read_what(arena, yaml_get(node, keys[KEY_WHAT]), texts[KEY_WHAT], ret, err);
	if (r == 0)
		r = read_by(arena, yaml_get(node, keys[KEY_BY]), texts[KEY_BY], ret, err);
	ret->required_by = texts[KEY_REQUIRED_BY];
	return r;
}

int lowered_read(struct arena *arena, const struct node *node, mistake_list *mistakes,
		 lowered_list *ret, struct err *err)
{
	if (node->kind != NODE_LIST)
		return yaml_fault(err, node, "'lowered' must be a list, not %s",
				  yaml_kind_name(node));
	if (node->items.count > lowered_most)
		return yaml_fault(err, node, "more than %d parts of 'lowered'", lowered_most);
	for (size_t i = 0; i < node->items.count; i++) {
		struct lowered lowered = {0};
		int r = read_one(arena, node->items.at[i], &lowered, err);

		if (r == 0)
			vec_push(arena, ret, lowered);
		else if (!layer_goes_on(arena, err, mistakes))
			return r;
	}
	return 0;
}
