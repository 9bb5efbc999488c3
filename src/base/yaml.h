/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text to a tree that is safe to walk: no cycles, bounded depth, every node with its place.
 * Read event by event, so that a hostile text is refused at the first offence instead of being
 * built up in memory. All errors are -EINVAL with `file:line:column: message`.
 *
 * Strict (profiles): duplicate keys, anchors, aliases, tags, second documents, control characters
 * and an empty text are errors. Lenient (files of other programs): an alias becomes a NODE_ALIAS
 * that is never followed, duplicate keys stay, further documents are not looked at.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP, NODE_ALIAS };

struct node {
	enum node_kind kind;
	bool is_plain;           /* scalar without quotes: only these are numbers and booleans */
	const char *text;        /* scalar; valid UTF-8 without NUL */
	VEC(struct node *) keys; /* map: scalars, keys.at[i] belongs to items.at[i] */
	VEC(struct node *) items;
	const char *file;
	unsigned line, column; /* from 1 */
};

struct yaml_limits {
	size_t bytes;
	unsigned depth; /* of lists and maps within each other */
	bool is_lenient;
};

/* *ret is NULL for an empty text (lenient only). */
_must_check_ int yaml_parse(struct arena *arena, const char *file, const char *text, size_t length,
			    const struct yaml_limits *limits, const struct node **ret,
			    struct err *err);

/* The value of a map's key, NULL: it has none. */
const struct node *yaml_get(const struct node *map, const char *key);

/* "a map", "a list", "an alias", "text" or "nothing": for messages. */
const char *yaml_kind_name(const struct node *node);

/* Sets `file:line:column: message` and returns -EINVAL. */
_must_check_ int yaml_fault(struct err *err, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A double-quoted scalar that reads back as text. */
char *yaml_quote(struct arena *arena, const char *text);
/* What stands between these quotes. */
char *yaml_quote_inside(struct arena *arena, const char *text);

#endif
