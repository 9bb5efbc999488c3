/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl.d(5): files of five directories, the first directory that has a name wins, the files are
 * applied in the order of their names and later assignments override earlier ones. A key may hold
 * wildcards; "-key" without a value exempts a key from them, and takes an earlier assignment to it
 * back; an assignment to the plain key beats every wildcard, whatever their order, so plain keys
 * and patterns are kept as separate entries. What the kernel's command line sets is set before all
 * of them.
 */
#include "base/places.h"
#include "base/str.h"
#include "base/sysctl_key.h"
#include "base/text.h"
#include "facts/facts.h"
#include "facts/gap.h"
#include "facts/systemd.h"
#include "facts/unit.h"

/* The old single file is read by sysctl(8) at boot where systemd does not do it. */
#define SYSCTL_CONF "/etc/sysctl.conf"

static const char *const directories[] = {
    "/etc/sysctl.d",     "/run/sysctl.d", "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d", "/lib/sysctl.d", NULL,
};

/* Of all files together: no node sets a hundredth of it. */
enum { most_assignments = 200000 };

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
	struct places places; /* by key, the assignment that counts so far */
	size_t keys;
	bool is_full;
};

static const char *key_of(const void *list, size_t i)
{
	return ((const struct reading *)list)->assignments.at[i].key;
}

static void assign(struct reading *reading, size_t *place, const char *key, const char *value)
{
	struct arena *arena = reading->arena;

	reading->keys += !*place;
	vec_push(arena, &reading->assignments,
		 (struct assignment){
		     .key = key,
		     .value = value,
		     .where = arena_printf(arena, "%s:%u", reading->path, reading->line),
		 });
	*place = reading->assignments.count;
}

/* An assignment to a key takes earlier ones back. A leading minus: it is set, but failing to set it
 * is not an error. */
static int take_line(void *context, char *line)
{
	struct reading *reading = context;
	struct arena *arena = reading->arena;
	const char *text = text_trim(arena, line), *equals = strchr(text, '=');
	const char *key, *value = equals ? text_trim(arena, equals + 1) : NULL;
	struct assignment *earlier;
	size_t *place;

	reading->line++;
	if (!*text || *text == '#' || *text == ';')
		return 0;
	if (!equals && *text != '-')
		return 0;
	text += *text == '-';
	key = sysctl_key(arena, text_trim(arena, arena_strndup(arena, text,
							       equals ? (size_t)(equals - text)
								      : strlen(text))));
	places_make_room(arena, &reading->places, reading->keys, reading,
			 reading->assignments.count, key_of);
	place = places_find(&reading->places, key, reading, key_of);
	earlier = *place ? &reading->assignments.at[*place - 1] : NULL;
	/* Of patterns the order counts, too, so one that says the same again stays where it was
	 * (src/sysctl/sysctl.c, parse_file()). */
	if (earlier && !earlier->is_overridden && text_equal(earlier->value, value) &&
	    sysctl_key_is_pattern(key))
		return 0;
	if (earlier)
		earlier->is_overridden = true;
	if (!equals)
		vec_push(arena, &reading->exempt, key);
	else if (reading->assignments.count < most_assignments)
		assign(reading, place, key, value);
	else
		reading->is_full = true;
	return reading->is_full;
}

/* Boot parameters ----------------------------------------------------------------------------- */

#define BOOT_PREFIX "sysctl"
#define CMDLINE     "/proc/cmdline"

/* The next word of a kernel command line without its quotes, which hold blanks together
 * (kernel lib/cmdline.c, next_arg()); NULL: none. */
static const char *next_parameter(struct arena *arena, const char **at)
{
	struct str word = str_new(arena);
	bool is_quoted = false;

	*at += strspn(*at, " \t\n");
	if (!**at)
		return NULL;
	for (; **at && (is_quoted || !strchr(" \t\n", **at)); ++*at) {
		if (**at == '"')
			is_quoted = !is_quoted;
		else
			str_add_n(&word, *at, 1);
	}
	return word.text;
}

/* The kernel makes a '/' of every dot, so a name that holds one cannot be given (kernel
 * fs/proc/proc_sysctl.c, process_sysctl_arg()). What follows "--" is init's. */
static void read_parameters(struct arena *arena, const char *cmdline, struct facts *facts)
{
	const char *word;

	while ((word = next_parameter(arena, &cmdline)) && !text_equal(word, "--")) {
		const char *equals = strchr(word, '='), *name = word + strlen(BOOT_PREFIX);
		char *key;

		if (!text_starts(word, BOOT_PREFIX) || (*name != '.' && *name != '/') || !equals ||
		    !equals[1])
			continue;
		key = arena_strndup(arena, name + 1, (size_t)(equals - name - 1));
		for (char *slash = key; (slash = strchr(slash, '/'));)
			*slash = '.';
		vec_push(arena, &facts->rivals,
			 (struct rival){
			     .what = RIVAL_BOOT,
			     .where = CMDLINE,
			     .key = key,
			     .value = equals + 1,
			 });
	}
}

/* Files --------------------------------------------------------------------------------------- */

static void read_file(struct root *root, struct reading *reading, const char *path, names *gaps)
{
	reading->path = path;
	reading->line = 0;
	gap_add(reading->arena, gaps, path,
		root_lines(root, path, ROOT_LONG_TEXT, take_line, reading));
	if (reading->is_full)
		vec_push(reading->arena, gaps,
			 arena_printf(reading->arena,
				      "%s:%u: more than %d settings: the rest is not read", path,
				      reading->line, most_assignments));
}

static void read_boot(struct root *root, struct arena *arena, struct facts *facts)
{
	const char *text;

	if (facts->host.cmdline)
		read_parameters(arena, facts->host.cmdline, facts);
	else
		gap_add(arena, &facts->rival_gaps, CMDLINE, root_read(root, arena, CMDLINE, &text));
}

void facts_sysctl_d(struct root *root, struct arena *arena, struct facts *facts)
{
	struct reading reading = {.arena = arena};
	names paths = unit_conf_files(root, arena, directories, ".conf", &facts->rival_gaps);

	vec_for_each (path, &paths) {
		if (!reading.is_full)
			read_file(root, &reading, *path, &facts->rival_gaps);
	}
	if (!reading.is_full && !systemd_runs(root, arena))
		read_file(root, &reading, SYSCTL_CONF, &facts->rival_gaps);
	facts->sysctl_exempt = reading.exempt;
	read_boot(root, arena, facts);
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
