/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the exceptions that an operator has accepted, and refuses those that nobody may accept. */
#include "profile/waivers.h"

#include <errno.h>

#include "base/day.h"
#include "base/nearest.h"
#include "base/text.h"
#include "profile/layer.h"
#include "profile/scalar.h"

enum { what_most = 256 };

static const char *const waiver_keys[] = {"what", "reason", "owner", "until"};
enum { KEY_WHAT, KEY_REASON, KEY_OWNER, KEY_UNTIL, KEY_COUNT };

/* What no exception makes good: Redpanda would lose data, or could not keep any. */
static const struct {
	const char *id, *why;
} unwaivable[] = {
    {.id = "direct-io",
     .why = "where direct I/O is refuted, what Redpanda has acknowledged may be lost"},
    {.id = "data-directory", .why = "without its data directory Redpanda has nowhere to write to"},
    {.id = "data-mount",
     .why = "where it is not mounted, the data goes to the file system below, and is lost to the "
	    "volume"},
    {.id = "data-writable", .why = "where it is read-only, Redpanda cannot write"},
};

static int check_id(const struct node *node, const char *id, struct err *err)
{
	for (size_t i = 0; i < sizeof(unwaivable) / sizeof(unwaivable[0]); i++) {
		if (text_equal(unwaivable[i].id, id))
			return yaml_fault(err, node, "'what': check %s cannot be waived: %s", id,
					  unwaivable[i].why);
	}
	if (strpbrk(id, "*?"))
		return yaml_fault(err, node,
				  "'what': a check is named as it is, without * and ?, not '%.60s'",
				  id);
	return 0;
}

static const char *where(struct arena *arena, const struct node *node)
{
	return arena_printf(arena, "%s:%u:%u", node->file->name, node->line, node->column);
}

/* "TUNER SETTING-GLOB", where the glob may have blanks, or "check ID". */
static int read_what(struct arena *arena, const struct node *node, struct waiver *ret,
		     struct err *err)
{
	const char *blank;
	int r = scalar_read_text(node, "'what'", &ret->what, err);

	if (r < 0)
		return r;
	ret->where = where(arena, node);
	blank = strchr(ret->what, ' ');
	if (strlen(ret->what) > what_most)
		return yaml_fault(err, node, "'what' is longer than %d characters", what_most);
	if (!blank || blank == ret->what || !blank[1] || blank[1] == ' ' ||
	    text_ends(ret->what, " "))
		return yaml_fault(err, node,
				  "'what' must be \"TUNER SETTING\", with * and ? in SETTING, or "
				  "\"check ID\", not '%.60s'",
				  ret->what);
	ret->scope = arena_strndup(arena, ret->what, (size_t)(blank - ret->what));
	ret->glob = blank + 1;
	if (strspn(ret->scope, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(ret->scope))
		return yaml_fault(err, node,
				  "'what' must begin with a tuner or with check, not '%.60s'",
				  ret->scope);
	return text_equal(ret->scope, WAIVER_OF_CHECK) ? check_id(node, ret->glob, err) : 0;
}

static int read_until(struct arena *arena, const struct node *node, struct waiver *ret,
		      struct err *err)
{
	if (node->kind != NODE_SCALAR || day_parse(node->text, &ret->last_day) < 0)
		return yaml_fault(
		    err, node,
		    "'until' must be a day like 2027-01-31, the last one on which the "
		    "waiver counts (UTC)");
	ret->until = node->text;
	ret->until_where = where(arena, node);
	return 0;
}

static int read_key(struct arena *arena, const struct node *node, size_t key, struct waiver *ret,
		    struct err *err)
{
	switch (key) {
	case KEY_WHAT:
		return read_what(arena, node, ret, err);
	case KEY_REASON:
		return scalar_read_text(node, "'reason'", &ret->reason, err);
	case KEY_OWNER:
		return scalar_read_text(node, "'owner'", &ret->owner, err);
	case KEY_UNTIL:
	default:
		return read_until(arena, node, ret, err);
	}
}

static int fault_key(struct arena *arena, const struct node *key, struct err *err)
{
	names known = {0};

	for (size_t i = 0; i < KEY_COUNT; i++)
		vec_push(arena, &known, waiver_keys[i]);
	return yaml_fault(err, key, "unknown key '%.60s' in a waiver; %s", key->text,
			  nearest_or_all(arena, key->text, &known));
}

static size_t find_key(const char *name)
{
	size_t key = 0;

	while (key < KEY_COUNT && !text_equal(waiver_keys[key], name))
		key++;
	return key;
}

/* *ret_is_good: it can be used. */
static int read_one(struct arena *arena, const struct node *node, mistake_list *mistakes,
		    struct waiver *ret, bool *ret_is_good, struct err *err)
{
	bool is_good = true;
	int r = 0;

	*ret = (struct waiver){.line = node->line};
	*ret_is_good = false;
	if (node->kind != NODE_MAP)
		return yaml_fault(err, node,
				  "a waiver is a map of what, reason, owner and until, not %s",
				  yaml_kind_name(node));
	for (size_t i = 0; i < node->keys.count; i++) {
		size_t key = find_key(node->keys.at[i]->text);

		r = key < KEY_COUNT ? read_key(arena, node->items.at[i], key, ret, err)
				    : fault_key(arena, node->keys.at[i], err);
		is_good &= r == 0;
		if (r < 0 && !layer_goes_on(arena, err, mistakes))
			return r;
	}
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (yaml_get(node, waiver_keys[i]))
			continue;
		is_good = false;
		r = yaml_fault(err, node, "this waiver has no '%s'", waiver_keys[i]);
		if (!layer_goes_on(arena, err, mistakes))
			return r;
	}
	*ret_is_good = is_good;
	return 0;
}

int waivers_read(struct arena *arena, const struct node *node, mistake_list *mistakes,
		 waiver_list *ret, struct err *err)
{
	if (node->kind != NODE_LIST)
		return yaml_fault(err, node, "'waivers' must be a list, not %s",
				  yaml_kind_name(node));
	if (node->items.count > WAIVERS_MOST)
		return yaml_fault(err, node, "more than %d waivers", WAIVERS_MOST);
	for (size_t i = 0; i < node->items.count; i++) {
		struct waiver waiver;
		bool is_good;
		int r = read_one(arena, node->items.at[i], mistakes, &waiver, &is_good, err);

		if (r == 0 && is_good)
			vec_push(arena, ret, waiver);
		if (r < 0 && !layer_goes_on(arena, err, mistakes))
			return r;
	}
	return 0;
}

int waiver_check_day(struct arena *arena, const struct waiver *waiver, int64_t today,
		     struct err *err)
{
	if (today == DAY_UNKNOWN || waiver->last_day - today <= WAIVER_MOST_DAYS)
		return 0;
	return err_set(
	    err, -EINVAL,
	    "%s: 'until' is more than %d days ahead: nothing is waived longer than until "
	    "%s from today",
	    waiver->until_where, WAIVER_MOST_DAYS, day_text(arena, today + WAIVER_MOST_DAYS));
}

const char *waivers_yaml(struct arena *arena, const struct waiver *waiver)
{
	return arena_printf(arena, "{what: %s, reason: %s, owner: %s, until: %s}",
			    yaml_quote(arena, waiver->what), yaml_quote(arena, waiver->reason),
			    yaml_quote(arena, waiver->owner), waiver->until);
}
