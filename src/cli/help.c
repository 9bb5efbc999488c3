/* SPDX-License-Identifier: Apache-2.0 */
/* --help, made from the tables: the overview with everything, and one screen for each command. */
#include <string.h>

#include "base/text.h"
#include "cli/examples.h"
#include "cli/exit_table.h"
#include "cli/option_table.h"

enum { help_columns = 80, help_indent = 26 };

/* The words from that column on, the lines after the first at indent. */
static void add_words(struct str *out, size_t column, size_t indent, const names *words)
{
	vec_for_each (word, words) {
		size_t length = strlen(*word);

		if (column + 1 + length > help_columns && column > indent) {
			str_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (word != words->at) {
			str_add(out, " ");
			column++;
		}
		str_add(out, *word);
		column += length;
	}
	str_add(out, "\n");
}

static void add_wrapped(struct str *out, struct arena *arena, size_t column, size_t indent,
			const char *text)
{
	names words = text_words(arena, text);

	add_words(out, column, indent, &words);
}

static void add_row(struct str *out, struct arena *arena, const char *head, const char *text)
{
	size_t length = strlen(head) + 2;

	if (length + 1 > help_indent)
		str_printf(out, "  %s\n%*s", head, help_indent, "");
	else
		str_printf(out, "  %-*s", help_indent - 2, head);
	add_wrapped(out, arena, help_indent, help_indent, text);
}

/* "-o, --output FILE" */
static const char *head_of(struct arena *arena, const struct option_row *row)
{
	const char *letter = row->letter ? arena_printf(arena, "-%c, ", row->letter) : "";

	return row->argument ? arena_printf(arena, "%s--%s %s", letter, row->name, row->argument)
			     : arena_printf(arena, "%s--%s", letter, row->name);
}

static void add_all_options(struct str *out, struct arena *arena)
{
	str_add(out, "\nOptions:\n");
	for (size_t i = 0; i < option_count; i++)
		add_row(out, arena, head_of(arena, &option_rows[i]), option_rows[i].help);
}

/* The part about this command ("restore: which settings are required"), else the first one, which
 * is about all. What else comes after a semicolon is for the man page. The formats are the
 * command's own. */
static const char *brief(struct arena *arena, const struct option_row *row, enum command command)
{
	const char *own = arena_printf(arena, "%s: ", options_command_name(command));
	const char *at = strstr(row->help, own), *end;
	names formats;

	if (text_equal(row->name, "format")) {
		formats = options_command_formats(arena, command);
		return text_join(arena, &formats, ", ");
	}
	at = at ? at + strlen(own) : row->help;
	end = strstr(at, "; ");
	return end ? arena_strndup(arena, at, (size_t)(end - at)) : at;
}

/* Its own in full, the common ones by their names. */
static void add_options(struct str *out, struct arena *arena, enum command command)
{
	names common = {0};
	const char *title = "\nOptions:\n";

	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (!(row->commands & BIT(command)))
			continue;
		if (row->is_common) {
			vec_push(arena, &common, head_of(arena, row));
			continue;
		}
		str_add(out, title);
		title = "";
		add_row(out, arena, head_of(arena, row), brief(arena, row, command));
	}
	str_add(out, "\nCommon options, which `thintune help` explains:\n  ");
	for (size_t i = 0; i + 1 < common.count; i++)
		common.at[i] = arena_printf(arena, "%s,", common.at[i]);
	add_words(out, 2, 2, &common);
}

static void add_examples(struct str *out, struct arena *arena, enum command command)
{
	str_add(out, "\nExamples:\n");
	for (size_t i = 0; i < EXAMPLES_OF_EACH; i++) {
		const struct example *one = &examples[command][i];

		if (one->line)
			add_row(out, arena, arena_printf(arena, "thintune %s", one->line),
				one->means);
	}
}

static void add_exit_codes(struct str *out, struct arena *arena)
{
	str_add(out, "\nExit codes (if several apply, priority is " EXIT_PRIORITY "):\n");
	for (size_t i = 0; i < exit_count; i++) {
		str_printf(out, "  %d  ", exit_rows[i].code);
		add_wrapped(out, arena, 5, 5, exit_rows[i].means);
	}
}

/* Of commands whose codes say something else; NULL: they are the usual ones. */
static const char *const own_exit_codes[COMMAND_COUNT] = {
    [COMMAND_FACTS] = "0 they were shown; 1 the node cannot be read; 2 usage error",
    [COMMAND_PROVE] = "0 it helped, or no difference was seen; 1 that cannot be told, or the job "
		      "could not be done; 2 usage or profile error; 4 it is worse, and was "
		      "undone; 6 locked",
    [COMMAND_PROFILE] = "0 done, or the profile is good; 1 --pin: no one profile can say it; 2 a "
			"mistake in a profile, or usage error; 3 diff: they differ",
    [COMMAND_EXPLAIN] = "0 it was explained; 1 the node cannot be read; 2 there is no such thing, "
			"a mistake in the profile, or usage error",
    [COMMAND_RECORD] = "0 the record is complete; 1 it cannot be written, or the node cannot be "
		       "read; 2 FILE exists, a mistake in the profile, or usage error",
    [COMMAND_UNPACK] = "0 done; 1 FILE cannot be read or DIR not be made; 2 FILE is no record, "
		       "DIR exists, or usage error",
    [COMMAND_COMPARE] = "0 equal; 1 a report could not be read; 2 usage error; 3 they differ",
    [COMMAND_STATUS] = "0 the line was printed; 1 the node cannot be read; 2 usage error; with "
		       "--exit-code those of gate",
    [COMMAND_HISTORY] = "0 it was shown, or is whole; 1 it cannot be read, or there is none to "
			"verify; 2 usage error; 4 with --verify: broken",
    [COMMAND_SERVE] = "0 it was ended by SIGTERM or SIGINT; 1 it cannot listen, give up its "
		      "rights or find DIR, or DIR was removed; 2 usage error",
    [COMMAND_WATCH] = "0 it was ended by SIGTERM or SIGINT; 1 it cannot wait or publish; 2 no "
		      "good profile, nor a last one, or usage error; 6 another watch is at work",
};

static void add_brief_exit_codes(struct str *out, struct arena *arena, enum command command)
{
	struct str line = str_new(arena);
	const char *own = own_exit_codes[command];

	if (own)
		str_add(&line, own);
	for (size_t i = 0; !own && i < exit_count; i++)
		str_printf(&line, "%s%d %s", i ? "; " : "", exit_rows[i].code, exit_rows[i].brief);
	if (command == COMMAND_RUN || command == COMMAND_GATE)
		str_add(&line,
			"; whether the broker may start is told by the table of `thintune help`");
	if (command == COMMAND_GATE)
		str_add(&line, "; with --format npd 0 it may, 1 it must not, 2 unknown");
	str_add(out, "\nExit codes: ");
	add_wrapped(out, arena, strlen("Exit codes: "), 2, line.text);
}

static void add_gate_codes(struct str *out)
{
	str_add(out,
		"\nrun and gate answer another question, whether the broker may start, by the\n"
		"profile's gate. In brackets: with data, where that makes a difference.\n"
		"                                    others  required-only  strict  report\n");
	for (size_t i = 0; i < exit_gate_count; i++) {
		const struct gate_row *row = &exit_gate_rows[i];

		str_printf(out, "  %-37s%-3s%-15s%-8s%s\n", row->situation, row->others,
			   row->required_only, row->strict, row->report);
	}
}

static char *overview(struct arena *arena)
{
	struct str out = str_new(arena);

	str_add(&out, "Usage: thintune COMMAND [OPTION...]\n\n"
		      "Tunes a Linux node for Redpanda, verifies each write, and can undo "
		      "all of it.\n\nCommands:\n");
	for (enum command one = 0; one < COMMAND_COUNT; one++)
		add_row(&out, arena, options_command_rows[one].name,
			options_command_rows[one].help);
	add_row(&out, arena, "help [COMMAND]", "this text, or that of one command");
	add_all_options(&out, arena);
	add_exit_codes(&out, arena);
	add_gate_codes(&out);
	return out.text;
}

char *options_help(struct arena *arena, bool has_command, enum command command)
{
	const struct command_row *row = &options_command_rows[command];
	struct str out = str_new(arena);

	if (!has_command)
		return overview(arena);
	str_printf(&out, "Usage: thintune %s ", row->name);
	add_wrapped(&out, arena, out.length, help_indent,
		    arena_printf(arena, "%s [OPTION...]", row->arguments));
	str_printf(&out, "\n%c%s.\n", row->help[0] - 32, row->help + 1);
	add_options(&out, arena, command);
	add_examples(&out, arena, command);
	add_brief_exit_codes(&out, arena, command);
	return out.text;
}
