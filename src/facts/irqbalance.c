/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where irqbalance gets its arguments: its unit says which file and which variable. Without a unit
 * it is one of the three that distributions use: /etc/default (Debian; OPTIONS in older scripts),
 * /etc/sysconfig (Red Hat, SUSE), /etc/conf.d (Gentoo, Arch, OpenRC).
 */
#include "facts/irqbalance.h"

#include "base/text.h"
#include "facts/systemd.h"
#include "sys/irqbalance.h"

#define UNIT "irqbalance.service"

static const struct config {
	const char *path, *keys[2];
} configs[] = {
    {.path = "/etc/default/irqbalance", .keys = {"IRQBALANCE_ARGS", "OPTIONS"}},
    {.path = "/etc/sysconfig/irqbalance", .keys = {"IRQBALANCE_ARGS", NULL}},
    {.path = "/etc/conf.d/irqbalance", .keys = {"IRQBALANCE_OPTS", "IRQBALANCE_ARGS"}},
};

/* Arguments ----------------------------------------------------------------------------------- */

/* The number that belongs to words->at[at], which may be the next word; NULL: no ban. */
static const char *ban_at(const names *words, size_t at)
{
	static const char *const forms[] = {"--banirq=", "--banirq", "-i"};
	const char *word = words->at[at];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t length = strlen(forms[i]);

		if (!text_starts(word, forms[i]))
			continue;
		if (word[length])
			return word + length;
		return at + 1 < words->count ? words->at[at + 1] : NULL;
	}
	return NULL;
}

number_list irqbalance_banned(struct arena *arena, const char *arguments)
{
	names words = text_words(arena, arguments);
	number_list irqs = {0};

	for (size_t i = 0; i < words.count; i++) {
		const char *text = ban_at(&words, i);
		uint64_t number;

		if (text && text_u64(text, &number) == 0 && number <= UINT32_MAX)
			vec_push(arena, &irqs, (unsigned)number);
	}
	numbers_sort(&irqs);
	return irqs;
}

static const char *unquoted(struct arena *arena, const char *text)
{
	size_t length = strlen(text);

	if (length >= 2 && (*text == '"' || *text == '\'') && text[length - 1] == *text)
		return arena_strndup(arena, text + 1, length - 2);
	return text;
}

const char *irqbalance_value(struct arena *arena, const char *content, const char *key)
{
	names lines = text_split(arena, content, '\n');
	const char *value = NULL;
	size_t length = strlen(key);

	vec_for_each (line, &lines) {
		const char *text = text_trim(arena, *line);

		if (text_starts(text, key) && text[length] == '=')
			value = unquoted(arena, text_trim(arena, text + length + 1));
	}
	return value;
}

names irqbalance_sockets(struct root *root, struct arena *arena)
{
	names files = {0}, sockets = {0};

	if (root_list(root, arena, IRQBALANCE_DIR, &files) < 0)
		return sockets;
	vec_for_each (name, &files) {
		if (text_glob("irqbalance*.sock", *name))
			vec_push(arena, &sockets, *name);
	}
	return sockets;
}

/* Configuration ------------------------------------------------------------------------------- */

static const char *without_block(struct arena *arena, const char *content)
{
	const char *begin = strstr(content, IRQBALANCE_BEGIN "\n");
	const char *end = begin ? strstr(begin, IRQBALANCE_END "\n") : NULL;

	if (!end || (begin > content && begin[-1] != '\n'))
		return content;
	return arena_printf(arena, "%.*s%s", (int)(begin - content), content,
			    end + strlen(IRQBALANCE_END "\n"));
}

struct unit {
	struct arena *arena;
	const char *config, *key;
};

static const struct config *known_config(const char *path)
{
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		if (text_equal(configs[i].path, path))
			return &configs[i];
	}
	return NULL;
}

/* "ExecStart=/usr/sbin/irqbalance --foreground $IRQBALANCE_ARGS" */
static int take_unit_line(void *context, char *line)
{
	struct unit *unit = context;
	names words = text_words(unit->arena, line);

	if (text_starts(line, "EnvironmentFile=")) {
		const char *path = text_trim(unit->arena, line + strlen("EnvironmentFile="));
		const struct config *known = known_config(path + (*path == '-'));

		unit->config = known ? known->path : unit->config;
	}
	if (!text_starts(line, "ExecStart="))
		return 0;
	vec_for_each (word, &words) {
		const char *name = *word + strspn(*word, "${");

		if (**word == '$')
			unit->key = arena_strndup(unit->arena, name, strcspn(name, "}"));
	}
	return 0;
}

static struct unit read_unit(struct root *root, struct arena *arena)
{
	struct unit unit = {.arena = arena};

	for (const char *const *dir = systemd_unit_dirs; *dir; dir++) {
		const char *path = arena_printf(arena, "%s/" UNIT, *dir);

		if (root_lines(root, path, take_unit_line, &unit) >= 0)
			break;
	}
	if (!unit.config || !unit.key)
		unit.config = unit.key = NULL;
	return unit;
}

/* Which of its names the file speaks of, also in a comment. */
static const char *key_in(const char *content, const char *const keys[2])
{
	return keys[1] && !strstr(content, keys[0]) && strstr(content, keys[1]) ? keys[1] : keys[0];
}

/* The variable of this file that irqbalance sees. */
static const char *key_of(const struct unit *unit, const struct config *config, const char *content)
{
	return unit->key && text_equal(unit->config, config->path) ? unit->key
								   : key_in(content, config->keys);
}

number_list irqbalance_bans_in(struct root *root, struct arena *arena, const char *path,
			       const char *content)
{
	const struct config *config = known_config(path);
	struct unit unit = read_unit(root, arena);
	const char *arguments =
	    config ? irqbalance_value(arena, content, key_of(&unit, config, content)) : NULL;

	return irqbalance_banned(arena, arguments ? arguments : "");
}

static void find_config(struct root *root, struct arena *arena, struct irqbalance *irqbalance)
{
	struct unit unit = read_unit(root, arena);

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		const char *content = NULL;

		if (unit.config && !text_equal(unit.config, configs[i].path))
			continue;
		if (root_read_file(root, arena, configs[i].path, &content) < 0 && !unit.config)
			continue;
		irqbalance->config = configs[i].path;
		irqbalance->content = content;
		irqbalance->plain = content ? without_block(arena, content) : "";
		irqbalance->key = key_of(&unit, &configs[i], irqbalance->plain);
		irqbalance->arguments = irqbalance_value(arena, irqbalance->plain, irqbalance->key);
		if (irqbalance->arguments)
			irqbalance->banned = irqbalance_banned(arena, irqbalance->arguments);
		return;
	}
}

/* A list, or the mask of older ones (cputree.c, setup_banned_cpus). */
static void read_cpus(struct arena *arena, struct irqbalance *irqbalance)
{
	const char *plain = irqbalance->plain ? irqbalance->plain : "";
	const char *list = irqbalance_value(arena, plain, "IRQBALANCE_BANNED_CPULIST");
	const char *mask = irqbalance_value(arena, plain, "IRQBALANCE_BANNED_CPUS");

	if (list && *list)
		irqbalance->has_cpus = cpuset_parse_list(arena, list, &irqbalance->cpus) == 0;
	else if (mask && *mask)
		irqbalance->has_cpus = cpuset_parse_mask(arena, mask, &irqbalance->cpus) == 0;
}

void facts_irqbalance(struct root *root, struct arena *arena, struct facts *facts)
{
	vec_for_each (rival, &facts->rivals) {
		if (text_equal(rival->what, "irqbalance"))
			facts->irqbalance.runs = rival->active;
	}
	find_config(root, arena, &facts->irqbalance);
	read_cpus(arena, &facts->irqbalance);
	facts->irqbalance.has_socket = irqbalance_sockets(root, arena).count > 0;
}
