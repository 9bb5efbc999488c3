/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one escaper. A node, a file or a command line may hold any bytes; what leaves the program
 * must not command the terminal that shows it, turn the order of what is read, or end a line of its
 * own. That concerns the control characters C0, DEL and C1, which terminals obey, the separators of
 * lines and paragraphs, the marks that turn the direction of writing (Unicode's Bidi_Control), and
 * bytes that are no UTF-8.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* What may stay besides printable UTF-8. */
enum escape_keep {
	ESCAPE_ALL = 0,
	ESCAPE_KEEP_NEWLINES = 1 << 0,
	ESCAPE_KEEP_TABS = 1 << 1,
	ESCAPE_KEEP_COLOUR = 1 << 2,   /* sequences as layout_paint() writes them */
	ESCAPE_KEEP_CONTROLS = 1 << 3, /* all well-formed UTF-8 */
	ESCAPE_KEEP_RETURNS = 1 << 4,  /* a carriage return right before a newline */
};

/* Every byte of what may not stay becomes \xNN; a text without such is returned as it is. */
const char *escape_text(struct arena *arena, const char *text, unsigned keep);
/* Whether that would change nothing. */
bool escape_is_clean(const char *text, unsigned keep);

/* A JSON document in UTF-8, in whose strings what may not stay becomes \uNNNN, so that they read
 * back as they were. Returned as it is where there is nothing to do. */
char *escape_json(struct arena *arena, char *document);

/* For HTML, as text and as the value of an attribute in quotation marks: what may not stay becomes
 * visible as \xNN, newlines and tabs too, and what HTML takes for markup a character reference. */
const char *escape_html(struct arena *arena, const char *text);

/* For XML 1.0, as text and as the value of an attribute in quotation marks: reads back as it was,
 * but what XML forbids (most controls, U+FFFE and U+FFFF, bytes that are no UTF-8), which becomes
 * U+FFFD. */
const char *escape_xml(struct arena *arena, const char *text);

/* Code point of the well-formed character at text if it may not stay, else 0; *ret_length: its
 * bytes. */
uint32_t escape_unsafe(const char *text, size_t *ret_length);

/* Bytes of the colour sequence "ESC [ digits m" at text, 0: there is none. */
size_t escape_colour_length(const char *text);

#endif
