/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where irqbalance gets its arguments: the command line of its unit, drop-ins included, says which
 * variable, and its environment files say where. Without a unit it is one of the three files that
 * distributions use: /etc/default (Debian; OPTIONS in older scripts), /etc/sysconfig (Red Hat,
 * SUSE), /etc/conf.d (Gentoo, Arch, OpenRC).
 */
#include "facts/irqbalance.h"

#include "base/text.h"
#include "facts/gap.h"
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

static number_list bans_of(struct arena *arena, const names *words)
{
	number_list irqs = {0};

	for (size_t i = 0; i < words->count; i++) {
		const char *text = ban_at(words, i);
		uint64_t number;

		if (text && text_u64(text, &number) == 0 && number <= UINT32_MAX)
			vec_push(arena, &irqs, (unsigned)number);
	}
	numbers_sort(&irqs);
	return irqs;
}

number_list irqbalance_banned(struct arena *arena, const char *arguments)
{
	names words = text_words(arena, arguments);

	return bans_of(arena, &words);
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

static const struct config *known_config(const char *path)
{
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		if (text_equal(configs[i].path, path))
			return &configs[i];
	}
	return NULL;
}

/* Which of its names the file speaks of, also in a comment. */
static const char *key_in(const char *content, const char *const keys[2])
{
	return keys[1] && !strstr(content, keys[0]) && strstr(content, keys[1]) ? keys[1] : keys[0];
}

/* How it is started ---------------------------------------------------------------------------- */

/* By its unit, or by a script that nobody reads. */
struct start {
	struct root *root;
	struct arena *arena;
	struct unit unit; /* its gaps: also those of the files that it names */
	bool is_known;    /* the unit says how */
	names words;      /* its command line */
	names files; /* its EnvironmentFile=, in their order: the last one that sets a key counts */
	const char *key; /* NULL: the command line has no variable */
	bool is_one_word;
	bool is_literal; /* ":" before the program: systemd puts no variables in */
};

/* "$NAME" becomes any number of words, "${NAME}" one (systemd.service(5)). NULL: neither, as the
 * word is more than that. */
static const char *variable_of(const struct start *start, const char *word, bool *ret_one_word)
{
	static const char name[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	bool has_brace = word[0] == '$' && word[1] == '{';
	const char *begin = word + (has_brace ? 2 : 1);
	size_t length;

	if (*word != '$' || start->is_literal)
		return NULL;
	length = strspn(begin, name);
	if (!length || !text_equal(begin + length, has_brace ? "}" : ""))
		return NULL;
	*ret_one_word = has_brace;
	return arena_strndup(start->arena, begin, length);
}

/* Its special prefixes (systemd.service(5)) may come in any order. */
static bool is_literal(const char *program)
{
	return memchr(program, ':', strspn(program, "@-:+!|"));
}

/* "-" before it: it may be missing. */
static const char *plain_path(struct arena *arena, const char *value)
{
	names words = unit_words(arena, value + (*value == '-'));

	return words.count ? words.at[0] : "";
}

static struct start read_start(struct root *root, struct arena *arena)
{
	struct start start = {
	    .root = root, .arena = arena, .unit = unit_read(root, arena, "irqbalance.service")};
	names commands = unit_values(arena, &start.unit, "ExecStart");
	names files = unit_values(arena, &start.unit, "EnvironmentFile");

	vec_for_each (line, &start.unit.lines)
		start.is_known |= text_equal(line->key, "ExecStart");
	start.is_known |= start.unit.is_masked;
	if (start.unit.is_masked || !commands.count)
		return start;
	start.words = unit_words(arena, commands.at[commands.count - 1]);
	start.is_literal = start.words.count && is_literal(start.words.at[0]);
	vec_for_each (file, &files)
		vec_push(arena, &start.files, plain_path(arena, *file));
	vec_for_each (word, &start.words) {
		bool is_one_word;
		const char *key = variable_of(&start, *word, &is_one_word);

		/* One that takes any number of words is better. */
		if (!key || (is_one_word && start.key && !start.is_one_word))
			continue;
		start.key = key;
		start.is_one_word = is_one_word;
	}
	return start;
}

/* NULL: it is not there, or a gap. */
static const char *content_of(struct start *start, const char *path)
{
	const char *content;
	int r = root_read_file(start->root, start->arena, path, &content);

	gap_add(start->arena, &start->unit.gaps, path, r);
	return r < 0 ? NULL : content;
}

/* Of Environment="A=1 2" B=3 */
static const char *value_in_unit(const struct start *start, const char *key)
{
	names lines = unit_values(start->arena, &start->unit, "Environment");
	size_t length = strlen(key);
	const char *value = NULL;

	vec_for_each (line, &lines) {
		names words = unit_words(start->arena, *line);

		vec_for_each (word, &words) {
			if (text_starts(*word, key) && (*word)[length] == '=')
				value = *word + length + 1;
		}
	}
	return value;
}

/* The value that a variable has if the file `path` has this content; NULL: it is not set. */
static const char *value_with(struct start *start, const char *key, const char *path,
			      const char *content)
{
	const char *value = value_in_unit(start, key);

	vec_for_each (file, &start->files) {
		const char *text = text_equal(*file, path) ? content : content_of(start, *file);
		const char *own = text ? irqbalance_value(start->arena, text, key) : NULL;

		value = own ? own : value;
	}
	return value;
}

/* The words of its command line if the file `path` has this content. */
static names words_with(struct start *start, const char *path, const char *content)
{
	names words = {0};

	vec_for_each (word, &start->words) {
		bool is_one_word = true;
		const char *key = variable_of(start, *word, &is_one_word);
		const char *value = key ? value_with(start, key, path, content) : *word;
		names parts = {0};

		if (is_one_word)
			vec_push(start->arena, &parts, value ? value : "");
		else
			parts = text_words(start->arena, value ? value : "");
		vec_for_each (part, &parts)
			vec_push(start->arena, &words, *part);
	}
	return words;
}

/* The last of its files, if it is one that thintune writes and none after it sets the same. */
static const struct config *file_to_write(struct start *start)
{
	for (size_t i = start->files.count; start->key && i > 0; i--) {
		const char *content = content_of(start, start->files.at[i - 1]);
		const struct config *known = known_config(start->files.at[i - 1]);

		if (known || (content && irqbalance_value(start->arena, content, start->key)))
			return known;
	}
	return NULL;
}

/* What is found ------------------------------------------------------------------------------- */

number_list irqbalance_bans_in(struct root *root, struct arena *arena, const char *path,
			       const char *content)
{
	struct start start = read_start(root, arena);
	const struct config *config = path ? known_config(path) : NULL;
	const char *value = NULL;
	names words;

	if (start.is_known) {
		words = words_with(&start, path, content);
		return bans_of(arena, &words);
	}
	if (config)
		value = irqbalance_value(arena, content, key_in(content, config->keys));
	return irqbalance_banned(arena, value ? value : "");
}

static void take_file(struct start *start, const struct config *config,
		      struct irqbalance *irqbalance)
{
	struct arena *arena = start->arena;
	const char *content = content_of(start, config->path);

	irqbalance->config = config->path;
	irqbalance->content = content;
	irqbalance->plain = content ? without_block(arena, content) : "";
	irqbalance->key = start->key ? start->key : key_in(irqbalance->plain, config->keys);
	irqbalance->is_one_word = start->is_one_word;
	irqbalance->arguments = start->key
				    ? value_with(start, start->key, config->path, irqbalance->plain)
				    : irqbalance_value(arena, irqbalance->plain, irqbalance->key);
}

static void find_config(struct start *start, struct irqbalance *irqbalance)
{
	struct arena *arena = start->arena;
	const struct config *config = file_to_write(start);
	names words;

	irqbalance->has_unit = start->is_known;
	for (size_t i = 0; !start->is_known && i < sizeof(configs) / sizeof(configs[0]); i++) {
		if (!config && content_of(start, configs[i].path))
			config = &configs[i];
	}
	if (config)
		take_file(start, config, irqbalance);
	if (!start->is_known) {
		if (irqbalance->arguments)
			irqbalance->banned = irqbalance_banned(arena, irqbalance->arguments);
	} else {
		words = words_with(start, irqbalance->config, irqbalance->plain);
		irqbalance->banned = bans_of(arena, &words);
	}
	irqbalance->in_force = irqbalance_bans_in(start->root, arena, irqbalance->config,
						  text_or(irqbalance->content, ""));
}

/* All that its unit and the files of it set is in its environment, also where no variable is put
 * into the command line. NULL: it is not set. */
static const char *in_environment(struct start *start, const struct irqbalance *irqbalance,
				  const char *key)
{
	if (start->is_known)
		return value_with(start, key, irqbalance->config, irqbalance->plain);
	return irqbalance_value(start->arena, text_or(irqbalance->plain, ""), key);
}

/* A list, or the mask of older ones (cputree.c, setup_banned_cpus). */
static void read_cpus(struct start *start, struct irqbalance *irqbalance)
{
	static const char list_key[] = "IRQBALANCE_BANNED_CPULIST",
			  mask_key[] = "IRQBALANCE_BANNED_CPUS";
	const char *list = in_environment(start, irqbalance, list_key);
	const char *mask = in_environment(start, irqbalance, mask_key);
	struct arena *arena = start->arena;
	bool is_list = list && *list;
	const char *text = is_list ? list : mask;
	struct cpuset cpus = {0};

	irqbalance->gap = gap_words(arena, &start->unit.gaps);
	if (irqbalance->gap)
		irqbalance->cpus_problem = irqbalance->gap;
	if (irqbalance->gap || !text || !*text)
		return;
	irqbalance->has_cpus = (is_list ? cpuset_parse_list(arena, text, &cpus)
					: cpuset_parse_mask(arena, text, &cpus)) == 0;
	if (irqbalance->has_cpus)
		irqbalance->cpus = cpus;
	else
		irqbalance->cpus_problem =
		    arena_printf(arena, "%s is '%s', which is not a %s of CPUs",
				 is_list ? list_key : mask_key, text, is_list ? "list" : "mask");
}

void facts_irqbalance(struct root *root, struct arena *arena, struct facts *facts)
{
	struct start start = read_start(root, arena);

	vec_for_each (rival, &facts->rivals) {
		if (text_equal(rival->what, "irqbalance"))
			facts->irqbalance.runs = rival->active;
	}
	find_config(&start, &facts->irqbalance);
	read_cpus(&start, &facts->irqbalance);
	facts->irqbalance.has_socket = irqbalance_sockets(root, arena).count > 0;
}
