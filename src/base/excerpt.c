/* SPDX-License-Identifier: Apache-2.0 */
/* Shows where in a line something is wrong. */
#include "base/excerpt.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/text.h"

/* Columns of the text that are shown, how many of them are before the mark in a long line, and
 * the distance of tab stops. */
enum { WINDOW = 56, BEFORE = 36, TAB = 8 };

#define CUT "..."

/* One character as it is shown. */
struct piece {
	const char *text;
	size_t length;    /* bytes that it takes in the text */
	size_t columns;   /* on a terminal */
	char escaped[20]; /* empty: shown as it is, or blanks */
	bool is_tab;
};

/* Code points that take no column or two; all others take one. */
static size_t columns_of(uint32_t code)
{
	static const struct {
		uint32_t first, last;
		unsigned columns;
	} ranges[] = {
	    {0x0300, 0x036F, 0},   {0x200B, 0x200D, 0}, {0x20D0, 0x20FF, 0}, {0xFE00, 0xFE0F, 0},
	    {0x1100, 0x115F, 2},   {0x2E80, 0xA4CF, 2}, {0xAC00, 0xD7A3, 2}, {0xF900, 0xFAFF, 2},
	    {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2}, {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1FAFF, 2},
	    {0x20000, 0x3FFFD, 2},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return ranges[i].columns;
	return 1;
}

/* Of a well-formed character. */
static uint32_t code_of(const unsigned char *text, size_t length)
{
	uint32_t code = length == 1 ? text[0] : text[0] & (0xFFU >> (length + 1));

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (text[i] & 0x3FU);
	return code;
}

/* The character at text, which begins in that column from 0. */
static struct piece piece_at(const char *text, size_t column)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t unsafe, length = text_utf8_length(text);
	struct piece piece = {.text = text, .length = length ? length : 1};

	if (*text == '\t') {
		piece.is_tab = true;
		piece.columns = TAB - column % TAB;
		return piece;
	}
	if (bytes[0] >= ' ' && length && !escape_unsafe(text, &unsafe)) {
		piece.columns = columns_of(code_of(bytes, length));
		return piece;
	}
	for (size_t i = 0; i < piece.length; i++)
		(void)snprintf(piece.escaped + 4 * i, 5, "\\x%02X", bytes[i]);
	piece.columns = 4 * piece.length;
	return piece;
}

/* Where the line begins; NULL: the text has no such line. */
static const char *find_line(const char *text, size_t length, unsigned line)
{
	const char *end = text + length;

	for (; line > 1; line--) {
		text = memchr(text, '\n', (size_t)(end - text));
		if (!text)
			return NULL;
		text++;
	}
	return text;
}

struct buffer {
	char *text;
	size_t used;
};

static void add(struct buffer *buffer, const char *text, size_t length)
{
	if (buffer->used + length >= EXCERPT_BYTES)
		return;
	memcpy(buffer->text + buffer->used, text, length);
	buffer->used += length;
	buffer->text[buffer->used] = '\0';
}

static void add_piece(struct buffer *buffer, const struct piece *piece)
{
	if (piece->is_tab)
		add(buffer, "        ", piece->columns);
	else if (*piece->escaped)
		add(buffer, piece->escaped, strlen(piece->escaped));
	else
		add(buffer, piece->text, piece->length);
}

/* The columns in front of the character with that number from 1; of one after the end, the end.
 * *ret_all: of the whole line. */
static size_t columns_before(const char *from, const char *end, unsigned number, size_t *ret_all)
{
	size_t before = 0, column = 0;

	for (unsigned at = 1; from < end; at++) {
		struct piece piece = piece_at(from, column);

		if (at == number)
			before = column;
		column += piece.columns;
		from += piece.length;
		if (at < number)
			before = column;
	}
	*ret_all = column;
	return before;
}

void excerpt(const char *text, size_t length, unsigned line, unsigned column,
	     char ret_line[EXCERPT_BYTES], char ret_mark[EXCERPT_BYTES])
{
	const char *from = find_line(text, length, line), *end;
	struct buffer shown = {.text = ret_line};
	size_t before, all, first, at = 0;

	*ret_line = *ret_mark = '\0';
	if (!from)
		return;
	end = memchr(from, '\n', (size_t)(text + length - from));
	end = end ? end : text + length;
	if (end > from && end[-1] == '\r')
		end--;
	before = columns_before(from, end, column, &all);
	if (end == from)
		return;
	first = all > WINDOW && before > BEFORE ? before - BEFORE : 0;
	shown.used = (size_t)snprintf(ret_line, EXCERPT_BYTES, "%5u | %s", line, first ? CUT : "");
	for (const char *next = from; next < end;) {
		struct piece piece = piece_at(next, at);

		if (at + piece.columns > first + WINDOW)
			break;
		if (at >= first)
			add_piece(&shown, &piece);
		else if (at + piece.columns > first)
			first = at + piece.columns;
		at += piece.columns;
		next += piece.length;
	}
	if (at < all)
		add(&shown, CUT, strlen(CUT));
	(void)snprintf(ret_mark, EXCERPT_BYTES, "      | %*s^",
		       (int)(before - first + (first ? strlen(CUT) : 0)), "");
}
