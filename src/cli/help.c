/* SPDX-License-Identifier: Apache-2.0 */
/* --help, made from the tables. */
#include <string.h>

#include "base/text.h"
#include "cli/option_table.h"

enum { help_columns = 80, help_indent = 26 };

/* The words of text, from column help_indent on, wrapped. */
static void add_wrapped(struct str *out, struct arena *arena, size_t column, const char *text)
{
	names words = text_words(arena, text);

	vec_for_each (word, &words) {
		size_t length = strlen(*word);

		if (column + 1 + length > help_columns && column > help_indent) {
			str_printf(out, "\n%*s", help_indent, "");
			column = help_indent;
		} else if (word != words.at) {
			str_add(out, " ");
			column++;
		}
		str_add(out, *word);
		column += length;
	}
	str_add(out, "\n");
}

static void add_row(struct str *out, struct arena *arena, const char *head, const char *text)
{
	size_t length = strlen(head) + 2;

	if (length + 1 > help_indent)
		str_printf(out, "  %s\n%*s", head, help_indent, "");
	else
		str_printf(out, "  %-*s", help_indent - 2, head);
	add_wrapped(out, arena, help_indent, text);
}

static void add_options(struct str *out, struct arena *arena, unsigned mask)
{
	str_add(out, "\nOptions:\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		const char *letter = row->letter ? arena_printf(arena, "-%c, ", row->letter) : "";

		if (!(row->commands & mask))
			continue;
		add_row(out, arena,
			row->argument
			    ? arena_printf(arena, "%s--%s %s", letter, row->name, row->argument)
			    : arena_printf(arena, "%s--%s", letter, row->name),
			row->help);
	}
}

static void add_exit_codes(struct str *out)
{
	str_add(out, "\nExit codes (if several apply, priority is 2 > 6 > 1 > 4 > 5 > 3 > 0):\n"
		     "  0  the node matches (or now matches) the profile\n"
		     "  1  could not do the job, or not all of it\n"
		     "  2  usage or profile error; nothing was touched\n"
		     "  3  differences found: settings that differ, advised checks that fail\n"
		     "  4  a required setting could not be applied or a required check failed\n"
		     "     (with --strict: any)\n"
		     "  5  the probe is below the profile's floor\n"
		     "  6  another thintune holds the lock and --lock-wait ran out\n");
}

/* The rows are those of the README; tests/cli/gate-table.sh tries them. */
static void add_gate_codes(struct str *out)
{
	str_add(out,
		"\nrun and gate answer another question, whether the broker may start, by the\n"
		"profile's gate. In brackets: with data, where that makes a difference.\n"
		"                                    others  required-only  strict  report\n"
		"  all is as the profile wants            0  0              0       0\n"
		"  an advised one cannot be set           0  0              0       0\n"
		"  an advised one failed                  3  0              3       0\n"
		"  a required setting does not hold       4  4 (0)          4       0\n"
		"  a required check fails                 4  4              4       0\n"
		"  the probe is below the floor           5  5 (0)          5       0\n"
		"  another thintune holds the lock        6  6 (0)          6       0\n"
		"  the job could not be done              1  1 (0)          1       0\n"
		"  run can write no verdict               -  1              1       1\n"
		"  a mistake in the options               2  2              2       2\n");
}

char *options_help(struct arena *arena, bool has_command, enum command command)
{
	struct str out = str_new(arena);

	if (has_command) {
		const struct command_row *row = &options_command_rows[command];

		str_printf(&out, "Usage: thintune %s ", row->name);
		add_wrapped(&out, arena, out.length,
			    arena_printf(arena, "%s [OPTION...]", row->arguments));
		str_printf(&out, "\n%c%s.\n", row->help[0] - 32, row->help + 1);
		add_options(&out, arena, BIT(command));
	} else {
		str_add(&out, "Usage: thintune COMMAND [OPTION...]\n\n"
			      "Tunes a Linux node for Redpanda, verifies each write, and can undo "
			      "all of it.\n\nCommands:\n");
		for (enum command one = 0; one < COMMAND_COUNT; one++)
			add_row(&out, arena, options_command_rows[one].name,
				options_command_rows[one].help);
		add_row(&out, arena, "help [COMMAND]", "this text, or that of one command");
		add_options(&out, arena, (BIT(COMMAND_COUNT) - 1));
	}
	add_exit_codes(&out);
	if (!has_command || command == COMMAND_RUN || command == COMMAND_GATE)
		add_gate_codes(&out);
	return out.text;
}
