/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of every HTML page, and what its parts are made of: one file that loads nothing, light
 * and dark, on paper, on a phone. "Markup" is put into the page as it is: whoever makes it passes
 * each value from outside through escape_html() (base/escape.h). A "text" is escaped here.
 */
#ifndef REPORT_HTML_PAGE_H
#define REPORT_HTML_PAGE_H

#include <stdbool.h>

#include "base/str.h"

/* What a state means for the reader; each has its symbol and its colour. */
enum html_tone {
	HTML_GOOD,    /* green tick */
	HTML_ADVISED, /* amber: it should be otherwise */
	HTML_BAD,     /* red cross: something required does not hold */
	HTML_UNKNOWN, /* violet question mark */
	HTML_QUIET,   /* grey: nothing to do */
};
/* The class that gives an element its colour: "good", "warn", "bad", "unk", "mute". */
const char *html_class(enum html_tone tone);
const char *html_symbol(enum html_tone tone);

/* What a page may load and run, as a Content-Security-Policy says it: its style, and its script. */
char *html_policy(struct arena *arena);

/* The beginning of a page, to which the others add. title: a text. */
struct str html_page_new(struct arena *arena, const char *title);
/* Closes the page. footer: a text, "thintune 0.1.0". */
char *html_page_end(struct str *page, const char *footer);

/* The answer, across the top. Texts; detail, identity may be NULL. */
void html_band(struct str *page, enum html_tone tone, const char *headline, const char *detail,
	       const char *identity);

/* Figures that lead to their part of the page, in one row. target: id of that part. */
struct html_tile {
	enum html_tone tone; /* its colour, unless the count is 0 */
	size_t count;
	const char *label, *target;
};
void html_tiles(struct str *page, const struct html_tile *tiles, size_t count);

/* A heading of the second level. id, heading: texts; NULL id: none. */
void html_heading(struct str *page, const char *id, const char *heading);
/* A paragraph in small grey letters. */
void html_note(struct str *page, const char *text);

/* Markup: "required" in an outline; a state as symbol and word in its colour; a name; a figure;
 * a command in a box of its own, all of which one click selects. */
extern const char html_required[];
const char *html_tag(struct arena *arena, enum html_tone tone, const char *word);
/* The same with sentences below it. */
const char *html_state(struct arena *arena, enum html_tone tone, const char *word,
		       const names *notes);
const char *html_num(struct arena *arena, const char *text);
const char *html_code(struct arena *arena, const char *text);
/* A sentence in which `this` is a command or a file. */
const char *html_prose(struct arena *arena, const char *text);
const char *html_command(struct arena *arena, const char *command);

/* A fold: closed, open, or on paper always open. summary: a text. */
void html_fold_open(struct str *page, bool is_open, const char *id, const char *summary);
void html_fold_close(struct str *page);

/* A table; on a phone each row becomes a card with the heads as labels. Texts: caption (for who
 * cannot see the page), heads (NULL-terminated). Rows have as many cells, which are markup; the
 * first names the row. */
struct html_table {
	struct str *page;
	const char *const *heads;
};
struct html_table html_table_open(struct str *page, const char *caption, const char *const *heads);
/* A row that heads those that follow. */
void html_table_group(struct html_table *table, const char *name, size_t count);
void html_table_row(struct html_table *table, const char *const *cells);
void html_table_close(struct html_table *table);

/* A box that hides the rows of all tables, and the tables and folds, that do not hold what is typed
 * in it. Only a script shows the box: without one everything is there. */
void html_filter(struct str *page);

/* Names and values side by side. name: a text; value: markup. */
void html_list_open(struct str *page);
void html_list_pair(struct str *page, const char *name, const char *value);
void html_list_close(struct str *page);

#endif
