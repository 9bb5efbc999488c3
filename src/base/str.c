/* SPDX-License-Identifier: Apache-2.0 */
/* The string builder of str.h. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct str str_new(struct arena *arena)
{
	struct str str = {.arena = arena, .room = 64};

	str.text = arena_alloc(arena, str.room);
	return str;
}

void str_add_n(struct str *str, const char *text, size_t length)
{
	if (str->length + length + 1 > str->room) {
		size_t room = (str->length + length + 1) * 2;
		char *grown = arena_alloc(str->arena, room);

		memcpy(grown, str->text, str->length);
		str->text = grown;
		str->room = room;
	}
	memcpy(str->text + str->length, text, length);
	str->length += length;
	str->text[str->length] = '\0';
}

void str_add(struct str *str, const char *text)
{
	str_add_n(str, text, strlen(text));
}

void str_printf(struct str *str, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		abort();
	/* Formats straight into the builder: a report consists of thousands of pieces. */
	if (str->length + (size_t)length + 1 > str->room) {
		size_t old = str->length;

		str_add_n(str, arena_alloc(str->arena, (size_t)length), (size_t)length);
		str->length = old;
	}
	va_start(args, format);
	(void)vsnprintf(str->text + str->length, (size_t)length + 1, format, args);
	va_end(args);
	str->length += (size_t)length;
}
