/* SPDX-License-Identifier: Apache-2.0 */
/* Replaces what must not reach a terminal, a log or a file of lines as it is. */
#include "base/escape.h"

#include <string.h>

#include "base/str.h"
#include "base/text.h"

/* None of them is longer than three bytes. */
static uint32_t code_point(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *)text;

	if (length == 1)
		return at[0];
	if (length == 2)
		return (at[0] & 0x1fU) << 6 | (at[1] & 0x3fU);
	return length == 3 ? (at[0] & 0x0fU) << 12 | (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU) : 0;
}

static bool may_not_stay(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
	    {0x01, 0x1f},     /* C0 */
	    {0x7f, 0x9f},     /* DEL and C1 */
	    {0x061c, 0x061c}, /* ALM */
	    {0x200e, 0x200f}, /* LRM, RLM */
	    {0x2028, 0x202e}, /* separators, then LRE, RLE, PDF, LRO, RLO */
	    {0x2066, 0x2069}, /* LRI, RLI, FSI, PDI */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	}
	return false;
}

uint32_t escape_unsafe(const char *text, size_t *ret_length)
{
	uint32_t code;

	/* Nearly all of any text. */
	if (*text >= ' ' && *text <= '~')
		return 0;
	*ret_length = text_utf8_length(text);
	code = code_point(text, *ret_length);
	return *ret_length && may_not_stay(code) ? code : 0;
}

size_t escape_colour_length(const char *text)
{
	size_t digits;

	if (text[0] != '\033' || text[1] != '[')
		return 0;
	digits = strspn(text + 2, "0123456789;");
	return text[2 + digits] == 'm' ? digits + 3 : 0;
}

/* Bytes at text that may stay, 0: the byte there may not. */
static size_t safe_length(const char *text, unsigned keep)
{
	size_t length = 1;
	uint32_t code;

	if (*text >= ' ' && *text <= '~')
		return 1;
	code = escape_unsafe(text, &length);
	if (!code || (keep & ESCAPE_KEEP_CONTROLS))
		return length;
	if ((code == '\n' && (keep & ESCAPE_KEEP_NEWLINES)) ||
	    (code == '\t' && (keep & ESCAPE_KEEP_TABS)))
		return 1;
	if (code == '\r' && (keep & ESCAPE_KEEP_RETURNS) && text[1] == '\n')
		return 1;
	return keep & ESCAPE_KEEP_COLOUR ? escape_colour_length(text) : 0;
}

/* Bytes from the beginning that may stay. */
static size_t clean_length(const char *text, unsigned keep)
{
	const char *at = text;
	size_t length;

	while (*at && (length = safe_length(at, keep)))
		at += length;
	return (size_t)(at - text);
}

bool escape_is_clean(const char *text, unsigned keep)
{
	return !text[clean_length(text, keep)];
}

const char *escape_text(struct arena *arena, const char *text, unsigned keep)
{
	size_t length = clean_length(text, keep);
	struct str str;

	if (!text[length])
		return text;
	str = str_new(arena);
	for (;;) {
		str_add_n(&str, text, length);
		text += length;
		if (!*text)
			return str.text;
		str_printf(&str, "\\x%02x", (unsigned char)*text++);
		length = clean_length(text, keep);
	}
}

const char *escape_html(struct arena *arena, const char *text)
{
	static const char marks[] = "&<>\"'";
	size_t plain;
	struct str str;

	text = escape_text(arena, text, ESCAPE_ALL);
	plain = strcspn(text, marks);
	if (!text[plain])
		return text;
	str = str_new(arena);
	for (;;) {
		str_add_n(&str, text, plain);
		text += plain;
		if (!*text)
			return str.text;
		str_printf(&str, "&#%d;", *text++);
		plain = strcspn(text, marks);
	}
}

/* XML has no way to write it, not even by its number. */
static bool is_forbidden_in_xml(const char *text, size_t length, uint32_t code)
{
	return !length || (code && code < ' ' && !strchr("\t\n\r", (int)code)) ||
	       strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0;
}

const char *escape_xml(struct arena *arena, const char *text)
{
	struct str xml = str_new(arena);

	while (*text) {
		size_t length = 1;
		uint32_t code = escape_unsafe(text, &length);

		if (is_forbidden_in_xml(text, length, code))
			str_add(&xml, "\uFFFD");
		else if (code || strchr("&<>\"'", *text))
			str_printf(&xml, "&#%u;", code ? code : (unsigned)*text);
		else
			str_add_n(&xml, text, length);
		text += length ? length : 1;
	}
	return xml.text;
}

/* Bytes from the beginning that need no escape in JSON, where a newline is between two values. */
static size_t plain_length(const char *text, uint32_t *ret_code, size_t *ret_length)
{
	const char *at = text;

	for (; *at; at++) {
		*ret_code = escape_unsafe(at, ret_length);
		if (*ret_code && *at != '\n')
			break;
	}
	return (size_t)(at - text);
}

char *escape_json(struct arena *arena, char *document)
{
	const char *at = document;
	size_t bytes, plain;
	uint32_t code;
	struct str str;

	plain = plain_length(at, &code, &bytes);
	if (!at[plain])
		return document;
	str = str_new(arena);
	for (;;) {
		str_add_n(&str, at, plain);
		at += plain;
		if (!*at)
			return str.text;
		str_printf(&str, "\\u%04x", (unsigned)code);
		at += bytes;
		plain = plain_length(at, &code, &bytes);
	}
}
