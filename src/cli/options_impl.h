/* SPDX-License-Identifier: Apache-2.0 */
/* The two tables, shared by the parser and --help. */
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

#endif
