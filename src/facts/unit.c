/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a service's file and drop-ins. */
#include "facts/unit.h"

#include "base/text.h"
#include "facts/systemd.h"

struct reading {
	struct arena *arena;
	struct unit *unit;
	bool in_service, is_empty;
	const char *begun; /* a line that goes on in the next one; NULL */
};

static void take_text(struct reading *reading, const char *text)
{
	struct arena *arena = reading->arena;
	const char *equals = strchr(text, '=');
	struct unit_line line;

	if (*text == '[')
		reading->in_service = text_equal(text, "[Service]");
	if (*text == '[' || !reading->in_service || !equals)
		return;
	line.key = text_trim(arena, arena_strndup(arena, text, (size_t)(equals - text)));
	line.value = text_trim(arena, equals + 1);
	vec_push(arena, &reading->unit->lines, line);
}

/* A line that ends in a backslash goes on after a blank, past comments in between. */
static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	const char *text = text_trim(reading->arena, line);
	size_t length = strlen(text);

	reading->is_empty &= !length;
	if (*text == '#' || *text == ';' || (!length && !reading->begun))
		return 0;
	if (reading->begun)
		text = arena_printf(reading->arena, "%s %s", reading->begun, text);
	length = strlen(text);
	reading->begun = NULL;
	if (length && text[length - 1] == '\\')
		reading->begun = arena_strndup(reading->arena, text, length - 1);
	else
		take_text(reading, text);
	return 0;
}

static int read_file(struct root *root, struct reading *reading, const char *path)
{
	int r;

	reading->in_service = false;
	reading->is_empty = true;
	reading->begun = NULL;
	r = root_lines(root, path, take_line, reading);
	if (r >= 0 && reading->begun)
		take_text(reading, reading->begun);
	return r;
}

static void read_fragment(struct root *root, struct reading *reading, const char *name)
{
	for (const char *const *dir = systemd_unit_dirs; *dir; dir++) {
		const char *path = arena_printf(reading->arena, "%s/%s", *dir, name);
		const char *target;

		/* Below another root that link leads nowhere. */
		if (root_link(root, reading->arena, path, &target) == 0 &&
		    text_equal(target, "/dev/null"))
			reading->is_empty = true;
		else if (read_file(root, reading, path) < 0)
			continue;
		reading->unit->path = path;
		reading->unit->is_masked = reading->is_empty;
		return;
	}
}

struct unit unit_read(struct root *root, struct arena *arena, const char *name)
{
	struct unit unit = {0};
	struct reading reading = {.arena = arena, .unit = &unit};
	names dirs = {0}, paths;

	read_fragment(root, &reading, name);
	/* Of equal names the unit's own drop-in goes before the one for all services. */
	for (const char *const *dir = systemd_unit_dirs; *dir; dir++)
		vec_push(arena, &dirs, arena_printf(arena, "%s/%s.d", *dir, name));
	for (const char *const *dir = systemd_unit_dirs; *dir; dir++)
		vec_push(arena, &dirs, arena_printf(arena, "%s/service.d", *dir));
	vec_push(arena, &dirs, NULL);
	paths = systemd_conf_files(root, arena, dirs.at, ".conf");
	vec_for_each (path, &paths)
		(void)!read_file(root, &reading, *path);
	return unit;
}

names unit_values(struct arena *arena, const struct unit *unit, const char *key)
{
	names values = {0};

	vec_for_each (line, &unit->lines) {
		if (!text_equal(line->key, key))
			continue;
		if (*line->value)
			vec_push(arena, &values, line->value);
		else
			values.count = 0;
	}
	return values;
}

const char *unit_value(const struct unit *unit, const char *key)
{
	const char *value = NULL;

	vec_for_each (line, &unit->lines) {
		if (text_equal(line->key, key))
			value = *line->value ? line->value : NULL;
	}
	return value;
}

names unit_words(struct arena *arena, const char *value)
{
	names words = {0};

	for (;;) {
		struct str word = str_new(arena);
		char quote = '\0';

		value += strspn(value, " \t");
		if (!*value)
			return words;
		for (; *value && (quote || !strchr(" \t", *value)); value++) {
			if (quote ? *value == quote : *value == '"' || *value == '\'')
				quote = quote ? '\0' : *value;
			else
				str_add_n(&word, value, 1);
		}
		vec_push(arena, &words, word.text);
	}
}
