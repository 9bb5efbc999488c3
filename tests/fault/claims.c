/* SPDX-License-Identifier: Apache-2.0 */
/* Compares values as a person would, without the code under test: see claims.h. */
#include "claims.h"

#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "base/text.h"

struct claims {
	json_t *rows;
};

static const char *string_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

/* What a file that is not there is told to hold. */
static const char absent[] = "(absent)";

static const char *read_file(struct arena *arena, const char *dir, const char *path)
{
	char *text = arena_alloc(arena, 65536);
	int fd = open(arena_printf(arena, "%s%s", dir, path), O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, 65535);

	if (fd >= 0)
		(void)close(fd);
	return got < 0 ? absent : text;
}

/* "[none] mq-deadline" is none; blanks and the leading zeroes of masks mean nothing. */
static const char *folded(struct arena *arena, const char *path, const char *text)
{
	const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
	names words = close ? (names){0} : text_words(arena, text);

	if (close)
		return arena_strndup(arena, open + 1, (size_t)(close - open - 1));
	text = text_join(arena, &words, " ");
	if (text_ends(path, "ps_cpus") || text_ends(path, "smp_affinity"))
		text += strspn(text, "0,");
	return text;
}

/* Word by word: each number is at least, or at most, that of the bound. */
static bool within(struct arena *arena, const char *have, const char *bound, bool at_least)
{
	names haves = text_words(arena, have), bounds = text_words(arena, bound);

	for (size_t i = 0; i < bounds.count; i++) {
		uint64_t is, limit;

		if (i >= haves.count || text_u64(haves.at[i], &is) < 0 ||
		    text_u64(bounds.at[i], &limit) < 0 || (at_least ? is < limit : is > limit))
			return false;
	}
	return haves.count == bounds.count;
}

static bool holds(struct arena *arena, const char *dir, const json_t *row)
{
	const char *path = string_of(row, "path"), *rule = string_of(row, "rule");
	const char *text = read_file(arena, dir, path);
	const json_t *bounds = json_object_get(row, "bounds"), *bound;
	size_t i;

	text = folded(arena, path, text);
	json_array_foreach(bounds, i, bound)
	{
		const char *want = folded(arena, path, json_string_value(bound));

		if (text_equal(rule, "at-least") || text_equal(rule, "at-most")
			? within(arena, text, want, text_equal(rule, "at-least"))
			: text_equal(text, want))
			return true;
	}
	/* A restore wants the original, and no profile's bounds. */
	return !json_array_size(bounds) &&
	       text_equal(text, folded(arena, path, string_of(row, "want")));
}

static const char *tell(struct arena *arena, const char *dir, const json_t *row)
{
	const char *text = read_file(arena, dir, string_of(row, "path"));

	return arena_printf(arena, "%s is told to be %s with %s '%s', and holds '%s'",
			    string_of(row, "path"), string_of(row, "state"), string_of(row, "rule"),
			    string_of(row, "want"), text);
}

static bool is_claimed(const json_t *row)
{
	const char *state = string_of(row, "state");

	return text_equal(state, "same") || text_equal(state, "changed");
}

const char *claims_false_row(struct arena *arena, const char *dir, const char *report)
{
	json_t *top = json_loads(report, 0, NULL), *row;
	const char *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(top, "settings"), i, row)
	{
		if (!found && is_claimed(row) && !holds(arena, dir, row))
			found = tell(arena, dir, row);
	}
	json_decref(top);
	return found;
}

struct claims *claims_required(struct arena *arena, const char *report)
{
	json_t *top = json_loads(report, 0, NULL), *row;
	struct claims *ret = arena_alloc(arena, sizeof(*ret));
	size_t i;

	ret->rows = json_array();
	json_array_foreach(json_object_get(top, "settings"), i, row)
	{
		if (is_claimed(row) && text_equal(string_of(row, "severity"), "required"))
			(void)json_array_append(ret->rows, row);
	}
	json_decref(top);
	return ret;
}

void claims_free(struct claims *claims)
{
	json_decref(claims->rows);
}

size_t claims_count(const struct claims *claims)
{
	return json_array_size(claims->rows);
}

const char *claims_broken(struct arena *arena, const char *dir, const struct claims *claims)
{
	json_t *row;
	size_t i;

	json_array_foreach(claims->rows, i, row)
	{
		if (!holds(arena, dir, row))
			return tell(arena, dir, row);
	}
	return NULL;
}
