/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands and the table of options: parsing, --help, man page and completions come
 * from them, so that each is described once. */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

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

enum take { TAKE_FLAG, TAKE_TEXT, TAKE_LIST, TAKE_NUMBER, TAKE_SIZE, TAKE_DURATION, TAKE_FORM };

struct option_row {
	const char *name; /* without the dashes */
	char letter;      /* 0: none */
	/* What it takes: a word in capitals for its kind (FILE, DIR, TUNER,...), or the values that
	 * there are, "broker|host". Completions are made from it. */
	const char *argument;
	enum take take;
	size_t offset;  /* of its field in struct options; TAKE_FORM: unused */
	bool is_common; /* says which node, or how to print: told briefly in a command's help */
	unsigned commands;
	const char *help;
};

extern const struct command_row options_command_rows[COMMAND_COUNT];
extern const struct option_row option_rows[];
extern const size_t option_count;

/* NULL: there is no such option. */
const struct option_row *option_named(const char *name, size_t length);
const struct option_row *option_lettered(char letter);
/* Its argument is "broker|host", not a word in capitals. */
bool option_has_values(const struct option_row *row);

/* The formats of a command's report, the default first. */
names options_command_formats(struct arena *arena, enum command command);

#endif
