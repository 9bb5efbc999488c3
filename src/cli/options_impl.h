/* SPDX-License-Identifier: Apache-2.0 */
/* The two tables, shared by the parser and --help, and what the parts of the parser share. */
#ifndef CLI_OPTIONS_IMPL_H
#define CLI_OPTIONS_IMPL_H

#include <stddef.h>

#include "cli/options.h"

#define BIT(command) (1u << (command))

struct command_row {
	const char *name;
	const char *arguments; /* for --help, "" when there are none */
	unsigned most;         /* arguments */
	const char *formats;   /* blank separated, the first is the default; "" when it has none */
	const char *help;
};

enum take { TAKE_FLAG, TAKE_TEXT, TAKE_LIST, TAKE_NUMBER, TAKE_SIZE, TAKE_DURATION };

struct option_row {
	const char *name; /* without the dashes */
	char letter;      /* 0: none */
	const char *argument;
	enum take take;
	size_t offset;
	unsigned commands;
	const char *help;
};

extern const struct command_row command_rows[COMMAND_COUNT];
extern const struct option_row option_rows[];
extern const size_t option_count;

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

/* One option, "--name", "--name=value", "--name value" or "-x"; leaves parsing->at at its last
 * word. */
int options_take(struct parsing *parsing);
/* Whether everything given goes with the command and together. */
int options_fit(struct parsing *parsing);
/* Whether it excludes one of those given. */
bool options_contradict(const struct option_row *row, const bool *given);
bool options_has_format(struct arena *arena, enum command command, const char *format);
/* What depends on the command and was not given. */
void options_fill(const struct parsing *parsing);

const struct option_row *options_row(const char *name);

/* Adds what the command line leaves open. */
int options_add_defaults(struct parsing *line, options_reader *read);
/* An option of that file: false when the command line, or the command, has no use for it. */
bool options_default_counts(struct parsing *file, const struct option_row *row, const char *value);

#endif
