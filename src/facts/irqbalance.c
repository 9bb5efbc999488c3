/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where irqbalance gets its arguments: its unit says which file and which variable. Without a unit
 * it is one of the three that distributions use: /etc/default (Debian; OPTIONS in older scripts),
 * /etc/sysconfig (Red Hat, SUSE), /etc/conf.d (Gentoo, Arch, OpenRC).
 */
#include "facts/irqbalance.h"

#include "base/text.h"
#include "facts/unit.h"
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

/* What its unit says; both NULL if it does not name both. */
struct start {
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
static struct start read_start(struct root *root, struct arena *arena)
{
	struct unit unit = unit_read(root, arena, UNIT);
	names commands = unit_values(arena, &unit, "ExecStart");
	names files = unit_values(arena, &unit, "EnvironmentFile");
	struct start start = {0};

	vec_for_each (file, &files) {
		const struct config *known = known_config(*file + (**file == '-'));

		start.config = known ? known->path : start.config;
	}
	vec_for_each (command, &commands) {
		names words = unit_words(arena, *command);

		vec_for_each (word, &words) {
			const char *name = *word + strspn(*word, "${");

			if (**word == '$')
				start.key = arena_strndup(arena, name, strcspn(name, "}"));
		}
	}
	return start.config && start.key ? start : (struct start){0};
}

/* Which of its names the file speaks of, also in a comment. */
static const char *key_in(const char *content, const char *const keys[2])
{
	return keys[1] && !strstr(content, keys[0]) && strstr(content, keys[1]) ? keys[1] : keys[0];
}

/* The variable of this file that irqbalance sees. */
static const char *key_of(const struct start *start, const struct config *config,
			  const char *content)
{
	return start->key && text_equal(start->config, config->path)
		   ? start->key
		   : key_in(content, config->keys);
}

number_list irqbalance_bans_in(struct root *root, struct arena *arena, const char *path,
			       const char *content)
{
	const struct config *config = known_config(path);
	struct start start = read_start(root, arena);
	const char *arguments =
	    config ? irqbalance_value(arena, content, key_of(&start, config, content)) : NULL;

	return irqbalance_banned(arena, arguments ? arguments : "");
}

static void find_config(struct root *root, struct arena *arena, struct irqbalance *irqbalance)
{
	struct start start = read_start(root, arena);

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		const char *content = NULL;

		if (start.config && !text_equal(start.config, configs[i].path))
			continue;
		if (root_read_file(root, arena, configs[i].path, &content) < 0 && !start.config)
			continue;
		irqbalance->config = configs[i].path;
		irqbalance->content = content;
		irqbalance->plain = content ? without_block(arena, content) : "";
		irqbalance->key = key_of(&start, &configs[i], irqbalance->plain);
		irqbalance->arguments = irqbalance_value(arena, irqbalance->plain, irqbalance->key);
		if (irqbalance->arguments)
			irqbalance->banned = irqbalance_banned(arena, irqbalance->arguments);
		return;
	}
}

void facts_irqbalance(struct root *root, struct arena *arena, struct facts *facts)
{
	vec_for_each (rival, &facts->rivals) {
		if (text_equal(rival->what, "irqbalance"))
			facts->irqbalance.runs = rival->active;
	}
	find_config(root, arena, &facts->irqbalance);
	facts->irqbalance.has_socket = irqbalance_sockets(root, arena).count > 0;
}
