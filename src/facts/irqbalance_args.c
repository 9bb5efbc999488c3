/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "facts/irqbalance.h"
#include "sys/irqbalance.h"

/* The number that belongs to words->at[at], which may be the word behind it; NULL: no ban. */
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
