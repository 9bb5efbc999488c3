/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns YAML into a tree that is safe to walk: no cycles, bounded depth, a line for every node. It
 * reads event by event, so a hostile text is refused at its first offence and never built up in
 * memory. Every error is -EINVAL with `file:line:column: message`.
 *
 * Strict (profiles): duplicate keys, anchors, aliases, tags, a second document, control characters
 * and an empty text are errors. Lenient (other programs' files): an alias becomes a NODE_ALIAS that
 * is never followed, duplicate keys stay, further documents are read, but ignored.
 * In both a byte order mark at the beginning is passed over.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* What was read, so that a mistake can be shown in it. It lives as long as the nodes. */
struct yaml_text {
	const char *name; /* the file's, for messages */
	const char *text;
	size_t length;
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP, NODE_ALIAS };

struct node {
	enum node_kind kind;
	bool is_plain;           /* scalar without quotes: only these can be numbers and booleans */
	bool is_again;           /* a key that the map has already: it is not in it */
	const char *text;        /* scalar; valid UTF-8 without NUL */
	VEC(struct node *) keys; /* map: scalars, keys.at[i] belongs to items.at[i] */
	VEC(struct node *) items;
	const struct yaml_text *file;
	unsigned line, column; /* from 1 */
};

/* A key that its map has once more. */
struct yaml_again {
	const struct node *key;
	unsigned first; /* the line that has it first */
};
typedef VEC(struct yaml_again) yaml_repeats;
typedef VEC(struct err) yaml_faults;

struct yaml_limits {
	size_t bytes;
	unsigned depth; /* of nested lists and maps */
	bool is_lenient;
	/* Strict: NULL: a key that is there twice is an error; else each of them is kept here, the
	 * map has the first one alone, and reading goes on. */
	yaml_repeats *repeats;
	/* NULL: a tab that indents is an error; else the first of each line is kept here, and all
	 * of them count as a blank each. Where that leads to nothing that can be read, what
	 * yaml_parse() says is the first of them. */
	yaml_faults *tabs;
};

/* The text stays in use for as long as the nodes are. *ret is NULL for an empty one (lenient only).
 */
_must_check_ int yaml_parse(struct arena *arena, const char *file, const char *text, size_t length,
			    const struct yaml_limits *limits, const struct node **ret,
			    struct err *err);

/* The value of a key; NULL: the map has no such key. */
const struct node *yaml_get(const struct node *map, const char *key);

/* "a map", "a list", "an alias", "text" or "nothing": for messages. */
const char *yaml_kind_name(const struct node *node);

/* yaml_fault of such a key. */
int yaml_fault_again(struct err *err, const struct yaml_again *again);

/* Sets `file:line:column: message`, and where that is, and returns -EINVAL. */
_must_check_ int yaml_fault(struct err *err, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A double-quoted scalar that reads back as this text. */
char *yaml_quote(struct arena *arena, const char *text);
/* The part between the quotes. */
char *yaml_quote_inside(struct arena *arena, const char *text);

#endif
