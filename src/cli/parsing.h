/* SPDX-License-Identifier: Apache-2.0 */
/* One parse of a command line, or of the file with default options, and its steps. */
#ifndef CLI_PARSING_H
#define CLI_PARSING_H

#include "cli/option_table.h"

/* What follows --format or --output, in the order given. */
struct form_word {
	bool is_output;
	const char *value;
};
typedef VEC(struct form_word) form_words;

struct parsing {
	struct arena *arena;
	int argc, at;
	char **argv;
	struct options *options;
	unsigned arguments;
	bool *given; /* by row of option_rows */
	bool *used;  /* the same, of the command line and the file together */
	form_words form_words;
	/* While the file with default options is read: what the command line has given; else NULL.
	 */
	const bool *line;
	struct err *err;
};

bool parsing_is_given(const bool *given, const char *name);

/* One option, "--name", "--name=value", "--name value" or "-x"; leaves parsing->at at its last
 * word. One of the file counts only where the command and the command line have a use for it. */
int parsing_take(struct parsing *parsing);

/* An option's value as it would be typed. */
const char *parsing_quoted(struct arena *arena, const char *value);

/* The words of --format and --output as reports; what was not given stays NULL. */
int parsing_pair(struct parsing *parsing, form_list *ret);
/* Those of the file, where the command line leaves them open. */
int parsing_add_forms(struct parsing *file);
/* Whether they go together. */
int parsing_fit_forms(const struct parsing *parsing);

/* "--format json" and "--output x", as far as they were given. */
names parsing_form_parts(struct arena *arena, const struct options_form *form);
/* The options in effect; before those that were not given are filled in. */
names parsing_used(const struct parsing *parsing);

/* Whether everything given goes with the command and together. */
int parsing_fit(const struct parsing *parsing);
/* Whether the option excludes one of those given. */
bool parsing_contradicts(const struct option_row *row, const bool *given);

/* Adds what the command line leaves open. */
int parsing_add_defaults(struct parsing *line, options_reader *read);

#endif
