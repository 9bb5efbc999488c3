/* SPDX-License-Identifier: Apache-2.0 */
/* One parse of a command line, or of the file with default options, and its steps. */
#ifndef CLI_PARSING_H
#define CLI_PARSING_H

#include "cli/option_table.h"

struct parsing {
	struct arena *arena;
	int argc, at;
	char **argv;
	struct options *options;
	unsigned arguments;
	bool *given; /* by row of option_rows */
	/* While the file with default options is read: what the command line has given; else NULL.
	 */
	const bool *line;
	struct err *err;
};

bool parsing_is_given(const bool *given, const char *name);

/* One option, "--name", "--name=value", "--name value" or "-x"; leaves parsing->at at its last
 * word. One of the file counts only where the command and the command line have a use for it. */
int parsing_take(struct parsing *parsing);

/* Whether everything given goes with the command and together. */
int parsing_fit(const struct parsing *parsing);
/* Whether the option excludes one of those given. */
bool parsing_contradicts(const struct option_row *row, const bool *given);

/* Adds what the command line leaves open. */
int parsing_add_defaults(struct parsing *line, options_reader *read);

#endif
