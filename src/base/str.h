/* SPDX-License-Identifier: Apache-2.0 */
/* A string builder: a text that grows piece by piece in an arena, always terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stddef.h>

#include "base/arena.h"

struct str {
	struct arena *arena;
	char *text;
	size_t length;
	size_t room;
};

struct str str_new(struct arena *arena);
void str_add(struct str *str, const char *text);
void str_add_n(struct str *str, const char *text, size_t length);
void str_printf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
