/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines, and what the parser makes of them. */
#ifndef OPTIONS_FIXTURE_H
#define OPTIONS_FIXTURE_H

#include "base/arena.h"
#include "cli/options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Of the test that runs. */
extern struct arena *arena;

/* The content of the file with default options; NULL: it is absent. */
extern const char *file_text;
/* What reading it fails with; 0. */
extern int file_error;

/* Blanks separate, '_' stands for an empty argument. */
struct options taken(const char *line);
/* The sentence; the test fails when the line is taken. */
const char *refused(const char *line);

/* What goes where: "json:a.json text:1", a number for a descriptor. */
const char *forms_of(const struct options *options);
const char *forms_taken(const char *line);

#endif
