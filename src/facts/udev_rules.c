/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of udev(7) that write attributes or kernel parameters: ATTR{queue/scheduler}="bfq",
 * SYSCTL{vm.swappiness}="60", or a program that is given the file's name. They are applied at boot
 * and at each later event of the device, so they win over what was written before. Of what a rule
 * matches, only the device's name and its queue/rotational are kept; labels and jumps are not
 * followed.
 */
#include "base/sysctl_key.h"
#include "base/text.h"
#include "facts/facts.h"
#include "facts/gap.h"
#include "facts/unit.h"

static const char *const rule_dirs[] = {
    "/etc/udev/rules.d",     "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
    "/usr/lib/udev/rules.d", "/lib/udev/rules.d", NULL,
};

struct term {
	const char *key, *value; /* "ATTR{queue/scheduler}" */
	char operation[3];
};
typedef VEC(struct term) terms;

/* The next KEY=="value" of a rule; NULL: there is none that could be read. */
static const char *next_term(struct arena *arena, const char *at, struct term *ret)
{
	size_t length = 0;
	struct str value = str_new(arena);

	at += strspn(at, " \t,");
	while (at[length] && !strchr("=!+-:", at[length]))
		length += at[length] == '{' ? strcspn(at + length, "}") : 1;
	*ret = (struct term){.key = text_trim(arena, arena_strndup(arena, at, length))};
	at += length;
	for (size_t i = 0; i < 2 && *at && strchr("=!+-:", *at); i++)
		ret->operation[i] = *at++;
	at += strspn(at, " \t");
	/* e"..." has escapes, i"..." ignores case */
	at += (*at == 'e' || *at == 'i') && at[1] == '"';
	if (*at != '"')
		return NULL;
	for (at++; *at && *at != '"'; at++) {
		at += *at == '\\' && at[1] == '"';
		str_add_n(&value, at, 1);
	}
	ret->value = value.text;
	return *at ? at + 1 : NULL;
}

static terms terms_of(struct arena *arena, const char *rule)
{
	terms list = {0};
	struct term term;

	while ((rule = next_term(arena, rule, &term)))
		vec_push(arena, &list, term);
	return list;
}

static bool assigns(const struct term *term)
{
	return text_equal(term->operation, "=") || text_equal(term->operation, ":=") ||
	       text_equal(term->operation, "+=");
}

/* "queue/scheduler" of ATTR{../queue/scheduler}; NULL: it is another key. */
static const char *in_braces(struct arena *arena, const char *key, const char *name)
{
	size_t length = strlen(name);
	const char *inner;

	if (!text_starts(key, name) || key[length] != '{' || !text_ends(key, "}"))
		return NULL;
	inner = arena_strndup(arena, key + length + 1, strlen(key) - length - 2);
	while (text_starts(inner, "../"))
		inner += strlen("../");
	return inner;
}

/* "queue/scheduler" in a command such as /bin/sh -c 'echo bfq > /sys/block/%k/queue/scheduler'. */
static const char *queue_file(struct arena *arena, const char *command)
{
	const char *at = strstr(command, "/queue/");

	if (!at)
		return NULL;
	at++;
	return arena_strndup(arena, at,
			     strlen("queue/") +
				 strspn(at + strlen("queue/"), "abcdefghijklmnopqrstuvwxyz_"));
}

static const char *written_by(struct arena *arena, const struct term *term)
{
	const char *key = in_braces(arena, term->key, "ATTR");

	if (!assigns(term))
		return NULL;
	if (key)
		return key;
	/* Written as in sysctl.d(5): systemd src/shared/sysctl-util.c, sysctl_normalize(). */
	key = in_braces(arena, term->key, "SYSCTL");
	if (key)
		return arena_printf(arena, "proc/sys/%s",
				    sysctl_key_file(arena, sysctl_key(arena, key)));
	return text_starts(term->key, "RUN") ? queue_file(arena, term->value) : NULL;
}

static struct device_match match_of(struct arena *arena, const terms *list)
{
	struct device_match match = {.rotational = TRI_UNKNOWN};

	vec_for_each (term, list) {
		bool is_equal = text_equal(term->operation, "==");

		if (!is_equal && !text_equal(term->operation, "!="))
			continue;
		if (text_equal(term->key, "KERNEL"))
			vec_push(arena, is_equal ? &match.names : &match.others, term->value);
		else if (text_equal(in_braces(arena, term->key, "ATTR"), "queue/rotational"))
			match.rotational =
			    text_equal(term->value, "1") == is_equal ? TRI_YES : TRI_NO;
	}
	return match;
}

struct reading {
	struct arena *arena;
	struct facts *facts;
	const char *path;
};

/* A rule, or a file of them. Most only name devices. */
static bool may_write(const char *text)
{
	return strstr(text, "ATTR{") || strstr(text, "SYSCTL{") || strstr(text, "/queue/");
}

static void take_rule(const struct reading *reading, const char *rule, unsigned line)
{
	struct arena *arena = reading->arena;
	terms list = {0};

	if (*rule == '#' || !may_write(rule))
		return;
	list = terms_of(arena, rule);
	vec_for_each (term, &list) {
		const char *key = written_by(arena, term);

		if (key)
			vec_push(arena, &reading->facts->rivals,
				 (struct rival){
				     .what = "udev",
				     .where = arena_printf(arena, "%s:%u", reading->path, line),
				     .key = key,
				     .value = term->value,
				     .match = match_of(arena, &list),
				 });
	}
}

/* A line that ends in a backslash goes on in the next one. */
static void take_rules(const struct reading *reading, const char *content)
{
	names lines = text_split(reading->arena, content, '\n');
	const char *begun = NULL;
	unsigned first = 0;

	for (size_t i = 0; i < lines.count; i++) {
		const char *text = text_trim(reading->arena, lines.at[i]);
		size_t length;

		first = begun ? first : (unsigned)i + 1;
		if (begun)
			text = arena_printf(reading->arena, "%s%s", begun, text);
		length = strlen(text);
		begun = NULL;
		if (length && text[length - 1] == '\\')
			begun = arena_strndup(reading->arena, text, length - 1);
		else
			take_rule(reading, text, first);
	}
}

void facts_udev_rules(struct root *root, struct arena *arena, struct facts *facts)
{
	struct reading reading = {.arena = arena, .facts = facts};
	names paths = unit_conf_files(root, arena, rule_dirs, ".rules", &facts->rival_gaps);

	vec_for_each (path, &paths) {
		const char *content;
		int r = root_read_file(root, arena, *path, &content);

		reading.path = *path;
		gap_add(arena, &facts->rival_gaps, *path, r);
		if (r == 0 && may_write(content))
			take_rules(&reading, content);
	}
}
