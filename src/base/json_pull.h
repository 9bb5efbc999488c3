/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads JSON (RFC 8259) piece by piece, without a tree: of a thousand large reports a tree would
 * take gigabytes, and to build one takes several times as long as to read the bytes. Strict where
 * jansson is: well-formed UTF-8, no NUL in a text, one document and nothing after it. The caller
 * asks for what it expects; after the first fault every answer is "no more", so that it is asked
 * for once, at the end.
 */
#ifndef BASE_JSON_PULL_H
#define BASE_JSON_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Objects and lists within each other; a report needs five. */
#define JSON_PULL_DEPTH 32

struct json_pull {
	struct arena *arena; /* for texts with escapes */
	const char *start, *at, *end;
	unsigned depth;
	bool is_first;     /* nothing of the object or list has been read */
	const char *fault; /* what is wrong, at `at`; NULL: nothing so far */
};

/* Not terminated. NULL: null, or no text at all. */
struct json_text {
	const char *text;
	size_t length;
};

/* Of a literal, for tables. */
#define JSON_TEXT(word)                                                                            \
	{                                                                                          \
		.text = (word), .length = sizeof(word) - 1                                         \
	}

/* text has length bytes and a NUL after them, and outlives all that is read of it. */
struct json_pull json_pull_new(struct arena *arena, const char *text, size_t length);

/* Enters an object or a list; false: it is something else, and has been read over. */
bool json_pull_object(struct json_pull *pull);
bool json_pull_list(struct json_pull *pull);
/* The next key of the object; its value has to be read next. False: the object has ended. */
bool json_pull_key(struct json_pull *pull, struct json_text *ret);
/* Whether the list has another item, which has to be read next. */
bool json_pull_item(struct json_pull *pull);

/* One value. Of another type it is read over: then the text is NULL, the number -1. */
struct json_text json_pull_text(struct json_pull *pull);
int64_t json_pull_number(struct json_pull *pull);
/* A number with or without a fraction; negative ones and those that are none are -1. */
double json_pull_real(struct json_pull *pull);
void json_pull_skip(struct json_pull *pull);

/* Nothing may follow. False: something was wrong; pull->fault says what. */
bool json_pull_end(struct json_pull *pull);
/* The line of the fault, from 1. */
unsigned json_pull_line(const struct json_pull *pull);

static inline bool json_text_equal(struct json_text one, struct json_text other)
{
	return one.text && other.text && one.length == other.length &&
	       memcmp(one.text, other.text, one.length) == 0;
}

static inline bool json_text_is(struct json_text text, const char *word)
{
	return json_text_equal(text, (struct json_text){word, strlen(word)});
}

#endif
