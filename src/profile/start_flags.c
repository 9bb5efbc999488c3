/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the flags with which rpk starts Redpanda, as rpk itself reads them. */
#include "profile/start_flags.h"

#include "base/text.h"

/* No valid value is longer; a sentence shows less. */
enum { VALUE_BYTES = 255, SHOWN_BYTES = 60 };

static const char *const kept[] = {
    "--smp",
    "--cpuset",
    "--memory",
    "--reserve-memory",
    "--max-networking-io-control-blocks",
    "--reserve-io-control-blocks",
    "--overprovisioned",
    "--io-properties-file",
    "--io-properties",
};

struct word {
	const char *text;
	unsigned line;
	bool is_first; /* of its item */
};
typedef VEC(struct word) words;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Words end at blanks outside quotes; the quotes are removed. */
static void split(struct arena *arena, words *list, const struct start_item *item)
{
	const char *at = item->text;
	bool is_first = true;

	for (;;) {
		struct str word = str_new(arena);
		char quote = '\0';

		while (is_blank(*at))
			at++;
		if (!*at)
			return;
		for (; *at && (quote || !is_blank(*at)); at++) {
			if (*at != '"' && *at != '\'')
				str_add_n(&word, at, 1);
			else if (!quote)
				quote = *at;
			else if (quote == *at)
				quote = '\0';
		}
		vec_push(
		    arena, list,
		    (struct word){.text = word.text, .line = item->line, .is_first = is_first});
		is_first = false;
	}
}

/* A copy that a report or a script can show as it is. A cut may leave a blank at the end, which a
 * record would not read back. */
static const char *printable(struct arena *arena, const char *value)
{
	char *copy = text_trim(arena, arena_printf(arena, "%.*s", VALUE_BYTES, value));

	for (char *at = copy; *at; at++) {
		if (*at < ' ' || *at > '~' || *at == '"' || *at == '\'')
			*at = '?';
	}
	return copy;
}

/* The value of the flag at *at, which moves on to the flag's last word. "--x =v" and "--x= v" only
 * count within one item, where rpk removes blanks. */
static const char *take_value(const words *list, size_t *at, const char *equals)
{
	const struct word *next = *at + 1 < list->count ? &list->at[*at + 1] : NULL;

	if (equals && equals[1])
		return equals + 1;
	if (!equals && next && !next->is_first && *next->text == '=') {
		++*at;
		equals = next->text;
		if (equals[1])
			return equals + 1;
		next = *at + 1 < list->count ? &list->at[*at + 1] : NULL;
	}
	if (!next || *next->text == '-' || (equals && next->is_first))
		return "";
	++*at;
	return next->text;
}

/* If a flag is repeated, the last one counts. */
static void put(struct arena *arena, start_flags *flags, struct start_flag flag)
{
	size_t rest = 0;

	for (size_t i = 0; i < flags->count; i++) {
		if (!text_equal(flags->at[i].name, flag.name))
			flags->at[rest++] = flags->at[i];
	}
	flags->count = rest;
	vec_push(arena, flags, flag);
}

/* "-c8", "-c", "-m=28G": Seastar's short options (src/util/program-options.cc,
 * options_description_building_visitor). What goes on with a letter is a long name with one dash.
 */
static const char *short_name(const char *word)
{
	if (word[0] != '-' || (word[1] != 'c' && word[1] != 'm') ||
	    (word[2] >= 'a' && word[2] <= 'z') || (word[2] >= 'A' && word[2] <= 'Z'))
		return NULL;
	return word[1] == 'c' ? "--smp" : "--memory";
}

static const char *kept_name(const char *word, const char *equals)
{
	const char *bare = word + strspn(word, "-");
	size_t length = equals ? (size_t)(equals - bare) : strlen(bare);

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (strlen(kept[i] + 2) == length && strncmp(kept[i] + 2, bare, length) == 0)
			return kept[i];
	}
	return NULL;
}

names start_flag_names(struct arena *arena)
{
	names list = {0};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		vec_push(arena, &list, kept[i]);
	vec_push(arena, &list, RPK_OVERPROVISIONED);
	return list;
}

void start_flags_add(struct arena *arena, start_flags *flags, const start_items *items)
{
	words list = {0};

	vec_for_each (item, items)
		split(arena, &list, item);
	for (size_t i = 0; i < list.count; i++) {
		const struct word *word = &list.at[i];
		const char *equals = strchr(word->text, '=');
		const char *name = short_name(word->text), *value;
		bool has_value = name && word->text[2] && word->text[2] != '=';

		if (*word->text != '-')
			continue;
		/* Flags that do not matter here have values, too, which must not be taken for
		 * flags. */
		value = has_value ? word->text + 2 : take_value(&list, &i, equals);
		if (!name)
			name = kept_name(word->text, equals);
		if (name)
			put(arena, flags,
			    (struct start_flag){.name = name,
						.value = printable(arena, value),
						.line = word->line});
	}
}

void start_flags_add_key(struct arena *arena, start_flags *flags, const char *name,
			 const char *value, unsigned line)
{
	const char *trimmed = text_trim(arena, value);

	if (*trimmed && !text_equal(trimmed, "0") && !text_equal(trimmed, "false"))
		put(arena, flags,
		    (struct start_flag){
			.name = name, .value = printable(arena, trimmed), .line = line});
}

const char *start_flag_key(const struct start_flag *flag)
{
	return text_starts(flag->name, "rpk.") ? flag->name + strlen("rpk.") : NULL;
}

const struct start_flag *start_flag_find(const start_flags *flags, const char *name)
{
	vec_for_each (flag, flags) {
		if (text_equal(flag->name, name))
			return flag;
	}
	return NULL;
}

const char *start_flag_text(struct arena *arena, const struct start_flag *flag)
{
	return arena_printf(arena, "%s%s%.*s%s", flag->name,
			    !*flag->value          ? ""
			    : start_flag_key(flag) ? ": "
						   : " ",
			    SHOWN_BYTES, flag->value,
			    strlen(flag->value) > SHOWN_BYTES ? "..." : "");
}

const char *start_flag_item(struct arena *arena, const struct start_flag *flag)
{
	return arena_printf(arena, "%s=\"%s\"", flag->name, flag->value);
}
