/* SPDX-License-Identifier: Apache-2.0 */
/* Strict parsers of short texts, and helpers for comparing, splitting and sorting them. */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Reads the digits at text; anything may follow. *ret_end is where they stop. */
static int parse_digits(const char *text, uint64_t *ret, const char **ret_end)
{
	uint64_t value = 0;
	const char *at = text;

	if (!is_digit(*at) || (*at == '0' && is_digit(at[1])))
		return -EINVAL;
	for (; is_digit(*at); at++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return -ERANGE;
	}
	*ret = value;
	*ret_end = at;
	return 0;
}

int text_u64(const char *text, uint64_t *ret)
{
	const char *end;
	uint64_t value;
	int r = parse_digits(text, &value, &end);

	if (r < 0)
		return r;
	if (*end)
		return -EINVAL;
	*ret = value;
	return 0;
}

struct unit {
	const char *suffix;
	uint64_t factor;
};

static int parse_with_unit(const char *text, const struct unit *units, uint64_t *ret)
{
	const char *end;
	uint64_t value;
	int r = parse_digits(text, &value, &end);

	if (r < 0)
		return r;
	for (const struct unit *unit = units; unit->suffix; unit++) {
		if (strcmp(end, unit->suffix) != 0)
			continue;
		if (__builtin_mul_overflow(value, unit->factor, &value))
			return -ERANGE;
		*ret = value;
		return 0;
	}
	return -EINVAL;
}

int text_size(const char *text, uint64_t *ret_bytes)
{
	static const struct unit units[] = {
	    {.suffix = "", .factor = 1},
	    {.suffix = "KiB", .factor = UINT64_C(1) << 10},
	    {.suffix = "MiB", .factor = UINT64_C(1) << 20},
	    {.suffix = "GiB", .factor = UINT64_C(1) << 30},
	    {.suffix = "TiB", .factor = UINT64_C(1) << 40},
	    {.suffix = NULL},
	};

	return parse_with_unit(text, units, ret_bytes);
}

int text_duration(const char *text, uint64_t *ret_us)
{
	static const struct unit units[] = {
	    {.suffix = "us", .factor = 1},
	    {.suffix = "ms", .factor = 1000},
	    {.suffix = "s", .factor = 1000000},
	    {.suffix = "min", .factor = 60 * UINT64_C(1000000)},
	    {.suffix = "h", .factor = 3600 * UINT64_C(1000000)},
	    {.suffix = NULL},
	};

	return parse_with_unit(text, units, ret_us);
}

int text_bool(const char *text, bool *ret)
{
	if (strcmp(text, "true") == 0)
		*ret = true;
	else if (strcmp(text, "false") == 0)
		*ret = false;
	else
		return -EINVAL;
	return 0;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

bool text_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

const char *text_or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

char *text_trim(struct arena *arena, const char *text)
{
	size_t length;

	while (is_blank(*text))
		text++;
	length = strlen(text);
	while (length && is_blank(text[length - 1]))
		length--;
	return arena_strndup(arena, text, length);
}

bool text_in(const char *text, const names *list)
{
	vec_for_each (item, list) {
		if (text_equal(*item, text))
			return true;
	}
	return false;
}

names text_words(struct arena *arena, const char *text)
{
	names words = {0};

	for (;;) {
		const char *start;

		while (is_blank(*text))
			text++;
		if (!*text)
			return words;
		start = text;
		while (*text && !is_blank(*text))
			text++;
		vec_push(arena, &words, arena_strndup(arena, start, (size_t)(text - start)));
	}
}

names text_split(struct arena *arena, const char *text, char separator)
{
	names fields = {0};

	for (;;) {
		const char *end = strchr(text, separator);

		if (!end) {
			vec_push(arena, &fields, arena_strdup(arena, text));
			return fields;
		}
		vec_push(arena, &fields, arena_strndup(arena, text, (size_t)(end - text)));
		text = end + 1;
	}
}

char *text_join(struct arena *arena, const names *parts, const char *separator)
{
	struct str str = str_new(arena);

	vec_for_each (part, parts) {
		if (part != parts->at)
			str_add(&str, separator);
		str_add(&str, *part);
	}
	return str.text;
}

int text_natural_compare(const char *a, const char *b)
{
	while (*a && *b) {
		if (is_digit(*a) && is_digit(*b)) {
			size_t length_a, length_b;
			int order;

			while (*a == '0' && is_digit(a[1]))
				a++;
			while (*b == '0' && is_digit(b[1]))
				b++;
			length_a = strspn(a, "0123456789");
			length_b = strspn(b, "0123456789");
			if (length_a != length_b)
				return length_a < length_b ? -1 : 1;
			order = strncmp(a, b, length_a);
			if (order)
				return order;
			a += length_a;
			b += length_b;
			continue;
		}
		if (*a != *b)
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		a++;
		b++;
	}
	return *a ? 1 : *b ? -1 : 0;
}

static int compare_names(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;
	int order = text_natural_compare(*left, *right);

	/* "01" and "1" are equal as numbers, but their order must not depend on chance. */
	return order ? order : strcmp(*left, *right);
}

void text_natural_sort(names *list)
{
	if (list->count > 1)
		qsort(list->at, list->count, sizeof(*list->at), compare_names);
}

bool text_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

void text_cut(char *text, size_t most)
{
	size_t start = most;

	if (strlen(text) <= most)
		return;
	/* A character has no more than 4 bytes; more of these bytes are not UTF-8. */
	while (start && most - start < 3 && ((unsigned char)text[start] & 0xc0) == 0x80)
		start--;
	text[((unsigned char)text[start] & 0xc0) == 0x80 ? most : start] = '\0';
}

size_t text_utf8_length(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length = at[0] < 0x80   ? 1
			: at[0] < 0xc2 ? 0
			: at[0] < 0xe0 ? 2
			: at[0] < 0xf0 ? 3
				       : 4;

	if (at[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	/* The second byte shows overlong forms, surrogates and what lies beyond U+10FFFF. */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return length;
}

/* Between single quotes only a quote is special, and a newline is not. */
char *text_shell(struct arena *arena, const char *text)
{
	struct str word = str_new(arena);

	str_add(&word, "'");
	for (; *text; text++)
		str_add_n(&word, *text == '\'' ? "'\\''" : text, *text == '\'' ? 4 : 1);
	str_add(&word, "'");
	return word.text;
}

char *text_count(struct arena *arena, size_t count, const char *one, const char *many)
{
	return arena_printf(arena, "%zu %s", count, count == 1 ? one : many);
}

char *text_human_size(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	return unit ? arena_printf(arena, "%.1f %s", value, units[unit])
		    : arena_printf(arena, "%u B", (unsigned)bytes);
}
