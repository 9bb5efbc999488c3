/* SPDX-License-Identifier: Apache-2.0 */
/* Reads services, drop-ins and settings files by systemd's rules. */
#include "facts/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/gap.h"
#include "facts/sysfs.h"

#define BLANKS " \t\r\n"

/* src/libsystemd/sd-path/path-lookup.c, lookup_paths_init(); /lib where it is not merged. */
const char *const unit_dirs[] = {
    "/etc/systemd/system.control", "/run/systemd/system.control",
    "/run/systemd/transient",      "/run/systemd/generator.early",
    "/etc/systemd/system",         "/etc/systemd/system.attached",
    "/run/systemd/system",         "/run/systemd/system.attached",
    "/run/systemd/generator",      "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",     "/lib/systemd/system",
    "/run/systemd/generator.late", NULL,
};

static const char *const settings_dirs[] = {
    "/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", NULL,
};

/* Syntax -------------------------------------------------------------------------------------- */

struct reading {
	struct arena *arena;
	const char *path, *section;
	unit_lines *lines;
	struct str begun; /* the line so far that a backslash continues */
	bool is_begun, is_inside, is_broken;
	unsigned line;
};

/* systemd drops out of a file at such a line (src/shared/conf-parser.c, parse_line()). */
static bool is_utf8(const char *text)
{
	for (size_t length; *text; text += length) {
		length = text_utf8_length(text);
		if (!length)
			return false;
	}
	return true;
}

static void take_statement(struct reading *reading, const char *text)
{
	const char *statement = text_trim(reading->arena, text), *equals = strchr(statement, '=');

	if (!is_utf8(statement)) {
		reading->is_broken = true;
		return;
	}
	if (*statement == '[') {
		/* systemd reads no further (src/shared/conf-parser.c, parse_line()). */
		reading->is_broken = !text_ends(statement, "]");
		reading->is_inside =
		    text_equal(statement, arena_printf(reading->arena, "[%s]", reading->section));
		return;
	}
	if (!reading->is_inside || !equals)
		return;
	vec_push(reading->arena, reading->lines,
		 (struct unit_line){
		     .key = text_trim(reading->arena, arena_strndup(reading->arena, statement,
								    (size_t)(equals - statement))),
		     .value = text_trim(reading->arena, equals + 1),
		     .path = reading->path,
		     .line = reading->line,
		 });
}

static bool continues(const char *line, size_t length)
{
	size_t backslashes = 0;

	while (backslashes < length && line[length - backslashes - 1] == '\\')
		backslashes++;
	return backslashes % 2;
}

/* A comment within a continued line is left out of it; a blank line ends it. The backslash becomes
 * a blank. */
static void take_part(struct reading *reading, char *line)
{
	size_t length = strlen(line), start = strspn(line, BLANKS);

	if (reading->is_broken || line[start] == '#' || line[start] == ';')
		return;
	if (continues(line, length)) {
		line[length - 1] = ' ';
		if (!reading->is_begun)
			reading->begun = str_new(reading->arena);
		reading->is_begun = true;
		str_add(&reading->begun, line);
		return;
	}
	if (reading->is_begun)
		str_add(&reading->begun, line);
	take_statement(reading, reading->is_begun ? reading->begun.text : line);
	reading->is_begun = false;
}

/* A carriage return ends a line, too, and one before a newline is part of that end
 * (src/basic/fileio.c, read_line_full()). */
static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	char *end;

	if (reading->line++ == 0 && text_starts(line, TEXT_BYTE_ORDER_MARK))
		line += strlen(TEXT_BYTE_ORDER_MARK);
	while ((end = strchr(line, '\r'))) {
		*end = '\0';
		take_part(reading, line);
		line = end + 1;
		if (!*line)
			return 0;
	}
	take_part(reading, line);
	return 0;
}

/* 1: systemd reads it up to a line which it cannot read, and makes no unit of a unit's own file. */
static int read_file(struct root *root, struct arena *arena, const char *path, const char *section,
		     unit_lines *lines)
{
	struct reading reading = {.arena = arena, .path = path, .section = section, .lines = lines};
	int r = root_lines(root, path, ROOT_TEXT, take_line, &reading);

	if (r == 0 && reading.is_begun)
		take_statement(&reading, reading.begun.text);
	return r == 0 && reading.is_broken ? 1 : r;
}

/* Files --------------------------------------------------------------------------------------- */

static bool has_name(const names *paths, const char *name)
{
	vec_for_each (path, paths) {
		if (text_equal(sysfs_path_base(*path), name))
			return true;
	}
	return false;
}

/* By bytes, as systemd does: "9-x" comes after "10-x". */
static int compare_base(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(sysfs_path_base(*left), sysfs_path_base(*right));
}

bool unit_dir_repeats(struct root *root, const char *dir)
{
	return text_starts(dir, "/lib/") && root_is_same(root, "/lib", "/usr/lib");
}

/* Names with a dot in front are no settings, and hide none. */
names unit_conf_files(struct root *root, struct arena *arena, const char *const *dirs,
		      const char *suffix, names *gaps)
{
	names paths = {0};

	for (; *dirs; dirs++) {
		names entries = {0};

		if (unit_dir_repeats(root, *dirs))
			continue;
		gap_add(arena, gaps, *dirs, root_list(root, arena, *dirs, &entries));
		vec_for_each (entry, &entries) {
			if (**entry != '.' && text_ends(*entry, suffix) &&
			    !has_name(&paths, *entry))
				vec_push(arena, &paths,
					 arena_printf(arena, "%s/%s", *dirs, *entry));
		}
	}
	if (paths.count > 1)
		qsort(paths.at, paths.count, sizeof(*paths.at), compare_base);
	return paths;
}

static void read_drop_ins(struct root *root, struct arena *arena, names *dirs, const char *section,
			  unit_lines *lines, names *gaps)
{
	names paths;

	vec_push(arena, dirs, NULL);
	paths = unit_conf_files(root, arena, dirs->at, ".conf", gaps);
	vec_for_each (path, &paths) {
		/* What we handed over is no bound of what we hand over next. */
		if (!text_equal(*path, OWN_DROP_IN))
			gap_add(arena, gaps, *path, read_file(root, arena, *path, section, lines));
	}
}

/* Units --------------------------------------------------------------------------------------- */

/* As far as aliases of aliases are followed. */
enum { MOST_ALIASES = 8 };

/* The other name of which this link makes the unit an alias; NULL: of none. A link out of the
 * directories of units only says where the unit's file is. */
static const char *alias_of(struct root *root, struct arena *arena, const char *path)
{
	const char *target, *name;

	if (root_follow(root, arena, path, &target) < 0)
		return NULL;
	name = sysfs_path_base(target);
	for (const char *const *dir = unit_dirs; *dir; dir++) {
		if (text_equal(target, arena_printf(arena, "%s/%s", *dir, name)))
			return text_equal(name, sysfs_path_base(path)) ? NULL : name;
	}
	return NULL;
}

/* The name that an alias leads to is looked for anew: a directory before this one may have it. */
static void find(struct root *root, struct arena *arena, const char *name, struct unit *unit,
		 names *aliases)
{
	const char *alias = NULL;

	for (const char *const *dir = unit_dirs; *dir && !alias && !unit->path; dir++) {
		const char *path = arena_printf(arena, "%s/%s", *dir, name);
		const char *target = NULL, *text = "";
		int r = root_link(root, arena, path, &target);

		if (err_is_absent(r))
			continue;
		/* Below another root /dev/null need not be there. */
		if (!text_equal(target, "/dev/null")) {
			alias = target ? alias_of(root, arena, path) : NULL;
			r = alias ? 0 : root_read(root, arena, path, &text);
			if (alias || err_is_absent(r))
				continue;
		}
		unit->path = path;
		unit->is_masked = r >= 0 && !*text;
	}
	vec_push(arena, aliases, name);
	if (alias && aliases->count < MOST_ALIASES)
		find(root, arena, alias, unit, aliases);
}

struct unit unit_find(struct root *root, struct arena *arena, const char *name)
{
	struct unit unit = {0};
	names aliases = {0};

	find(root, arena, name, &unit, &aliases);
	return unit;
}

const char *unit_path(struct root *root, struct arena *arena, const char *name)
{
	struct unit unit = unit_find(root, arena, name);

	return unit.is_masked ? NULL : unit.path;
}

/* Of "a-b.service" the drop-ins in a-b.service.d, and those in a-.service.d for all that begin so
 * (src/shared/dropin.c, unit_find_dirs()). */
static void add_dirs(struct arena *arena, const char *dir, const char *name, names *dirs)
{
	const char *type = strrchr(name, '.');
	size_t length = type ? (size_t)(type - name) : 0;

	vec_push(arena, dirs, arena_printf(arena, "%s/%s.d", dir, name));
	while (length-- > 1) {
		if (name[length - 1] == '-' && length > 1)
			vec_push(arena, dirs,
				 arena_printf(arena, "%s/%.*s%s.d", dir, (int)length, name, type));
	}
}

static void read_unit(struct root *root, struct arena *arena, struct unit *unit)
{
	int r = read_file(root, arena, unit->path, "Service", &unit->lines);

	gap_add(arena, &unit->gaps, unit->path, r);
	if (r > 0)
		vec_push(arena, &unit->gaps,
			 arena_printf(arena, "%s: systemd cannot read it to its end", unit->path));
}

struct unit unit_read(struct root *root, struct arena *arena, const char *name)
{
	const char *type = strrchr(name, '.');
	struct unit unit = {0};
	names dirs = {0}, aliases = {0};

	find(root, arena, name, &unit, &aliases);
	if (unit.path && !unit.is_masked)
		read_unit(root, arena, &unit);
	/* The last name is the one that the others are aliases of. */
	for (size_t i = aliases.count; i > 0; i--) {
		for (const char *const *dir = unit_dirs; *dir; dir++)
			add_dirs(arena, *dir, aliases.at[i - 1], &dirs);
	}
	/* Those for all units of the type come last: of equal names the unit's own wins. */
	for (const char *const *dir = unit_dirs; type && *dir; dir++)
		vec_push(arena, &dirs, arena_printf(arena, "%s/%s.d", *dir, type + 1));
	read_drop_ins(root, arena, &dirs, "Service", &unit.lines, &unit.gaps);
	return unit;
}

int unit_install(struct root *root, struct arena *arena, const char *path, unit_lines *ret)
{
	int r;

	*ret = (unit_lines){0};
	r = read_file(root, arena, path, "Install", ret);
	return r > 0 ? -EBADMSG : r;
}

/* After a settings file that it cannot read to its end systemd reads none
 * (src/shared/conf-parser.c, config_parse_many_files()). */
static int read_settings(struct root *root, struct arena *arena, const char *path,
			 const char *section, unit_lines *lines, names *gaps)
{
	int r = read_file(root, arena, path, section, lines);

	gap_add(arena, gaps, path, r);
	if (r > 0)
		vec_push(arena, gaps,
			 arena_printf(arena,
				      "%s: systemd cannot read it to its end, and reads no "
				      "settings file after it",
				      path));
	return r;
}

unit_lines unit_settings(struct root *root, struct arena *arena, const char *file,
			 const char *section, names *gaps)
{
	unit_lines lines = {0};
	names dirs = {0}, paths;
	int r = -ENOENT;

	for (const char *const *dir = settings_dirs; *dir; dir++) {
		const char *path = arena_printf(arena, "%s/%s", *dir, file);

		if (r < 0)
			r = read_settings(root, arena, path, section, &lines, gaps);
		vec_push(arena, &dirs, arena_printf(arena, "%s/%s.d", *dir, file));
	}
	vec_push(arena, &dirs, NULL);
	paths = unit_conf_files(root, arena, dirs.at, ".conf", gaps);
	for (size_t i = 0; i < paths.count && r <= 0; i++)
		r = read_settings(root, arena, paths.at[i], section, &lines, gaps);
	return lines;
}

/* Values -------------------------------------------------------------------------------------- */

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

/* What follows a backslash; one that means nothing stays
 * (src/basic/extract-word.c, extract_first_word()). */
static void add_escaped(struct str *word, char c)
{
	static const char from[] = "abfnrtvs\\\"'", to[] = "\a\b\f\n\r\t\v \\\"'";
	const char *found = strchr(from, c);

	if (!found)
		str_add(word, "\\");
	str_add_n(word, found ? to + (found - from) : &c, 1);
}

names unit_words(struct arena *arena, const char *value)
{
	names words = {0};

	for (;;) {
		struct str word = str_new(arena);
		char quote = '\0';

		value += strspn(value, BLANKS);
		if (!*value)
			return words;
		for (; *value && (quote || !strchr(BLANKS, *value)); value++) {
			if (quote ? *value == quote : *value == '"' || *value == '\'')
				quote = quote ? '\0' : *value;
			else if (*value == '\\' && value[1])
				add_escaped(&word, *++value);
			else
				str_add_n(&word, value, 1);
		}
		vec_push(arena, &words, word.text);
	}
}
