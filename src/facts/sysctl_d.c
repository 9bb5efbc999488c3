/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl.d(5): files of five directories, the first directory that has a name wins, the files are
 * applied in the order of their names and later assignments override earlier ones. A key may hold
 * wildcards; "-key" without a value exempts a key from them, and takes an earlier assignment to it
 * back; an assignment to the plain key beats every wildcard, whatever their order, so plain keys
 * and patterns are kept as separate entries.
 */
#include "base/text.h"
#include "facts/facts.h"
#include "facts/systemd.h"
#include "facts/unit.h"

/* The old single file is read by sysctl(8) at boot where systemd does not do it. */
#define SYSCTL_CONF "/etc/sysctl.conf"

static const char *const directories[] = {
    "/etc/sysctl.d",     "/run/sysctl.d", "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d", "/lib/sysctl.d", NULL,
};

struct assignment {
	const char *key, *value, *where;
	bool is_overridden;
};

struct reading {
	struct arena *arena;
	const char *path;
	unsigned line;
	names exempt;
	VEC(struct assignment) assignments;
};

/* systemd's rule: whichever of '/' and '.' comes first is the separator. Here always '.'. */
static char *dotted(struct arena *arena, const char *key)
{
	char *copy = arena_strdup(arena, key);

	if (key[strcspn(key, "./")] != '/')
		return copy;
	for (char *at = copy; *at; at++)
		*at = *at == '/' ? '.' : *at == '.' ? '/' : *at;
	return copy;
}

static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	struct arena *arena = reading->arena;
	const char *text = text_trim(arena, line), *equals = strchr(text, '=');
	const char *key;

	reading->line++;
	if (!*text || *text == '#' || *text == ';')
		return 0;
	if (!equals && *text != '-')
		return 0;
	/* A leading minus: it is set, but failing to set it is not an error. */
	text += *text == '-';
	key = dotted(arena, text_trim(arena, arena_strndup(arena, text,
							   equals ? (size_t)(equals - text)
								  : strlen(text))));
	vec_for_each (earlier, &reading->assignments)
		earlier->is_overridden |= text_equal(earlier->key, key);
	if (!equals) {
		vec_push(arena, &reading->exempt, key);
		return 0;
	}
	vec_push(arena, &reading->assignments,
		 (struct assignment){
		     .key = key,
		     .value = text_trim(arena, equals + 1),
		     .where = arena_printf(arena, "%s:%u", reading->path, reading->line),
		 });
	return 0;
}

static void read_file(struct root *root, struct reading *reading, const char *path)
{
	reading->path = path;
	reading->line = 0;
	(void)!root_lines(root, path, take_line, reading);
}

void facts_sysctl_d(struct root *root, struct arena *arena, struct facts *facts)
{
	struct reading reading = {.arena = arena};
	names paths = unit_conf_files(root, arena, directories, ".conf");

	vec_for_each (path, &paths)
		read_file(root, &reading, *path);
	if (!systemd_runs(root, arena))
		read_file(root, &reading, SYSCTL_CONF);
	facts->sysctl_exempt = reading.exempt;
	vec_for_each (assignment, &reading.assignments) {
		if (assignment->is_overridden)
			continue;
		vec_push(arena, &facts->rivals,
			 (struct rival){
			     .what = "sysctl.d",
			     .where = assignment->where,
			     .key = assignment->key,
			     .value = assignment->value,
			 });
	}
}
