/* SPDX-License-Identifier: Apache-2.0 */
/* Takes one option off the words: its row, its value, and whether it counts. */
#include <errno.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/parsing.h"

/* Also "8Gi", as Kubernetes writes sizes. Neither "8G" nor "8GB": 2^30 to Seastar, 10^9 to
 * Kubernetes.
 */
static int take_size(struct arena *arena, const char *value, uint64_t *ret)
{
	return text_size(text_ends(value, "i") ? arena_printf(arena, "%sB", value) : value, ret);
}

static const char *form_example(enum take take)
{
	return take == TAKE_DURATION ? " (10s, 500ms)"
	       : take == TAKE_SIZE   ? " (bytes, 8GiB or 8Gi; 8G and 8GB are ambiguous)"
				     : "";
}

static int store(struct arena *arena, const struct option_row *row, const char *value,
		 struct options *options, struct err *err)
{
	char *field = (char *)options + row->offset;
	names parts;
	int r = 0;

	if (value && !*value)
		return err_set(err, -EINVAL, "option --%s: the value is empty", row->name);
	switch (row->take) {
	case TAKE_FLAG:
		*(bool *)field = true;
		return 0;
	case TAKE_FORM:
		break;
	case TAKE_TEXT:
		*(const char **)field = value;
		return 0;
	case TAKE_LIST:
		parts = text_split(arena, value, ',');
		vec_for_each (part, &parts) {
			if (!**part)
				return err_set(err, -EINVAL, "option --%s: '%s' has an empty name",
					       row->name, value);
			vec_push(arena, (names *)(void *)field, *part);
		}
		return 0;
	case TAKE_NUMBER:
		r = text_u64(value, (uint64_t *)(void *)field);
		break;
	case TAKE_SIZE:
		r = take_size(arena, value, (uint64_t *)(void *)field);
		break;
	case TAKE_DURATION:
		r = text_duration(value, (uint64_t *)(void *)field);
		break;
	}
	if (r < 0)
		return err_set(err, r, "option --%s: '%s' is not of the form %s%s", row->name,
			       value, row->argument, form_example(row->take));
	return 0;
}

/* What belongs to what is seen when all words are read. */
static int take_form(struct parsing *parsing, const struct option_row *row, const char *value)
{
	struct form_word word = {.is_output = text_equal(row->name, "output"), .value = value};
	enum command command = parsing->options->command;
	/* The answers of these two are what a supervisor waits for, and no report of the node. */
	bool is_answer = command == COMMAND_GATE || command == COMMAND_STATUS;
	bool goes = (row->commands & BIT(command)) && !(parsing->line && is_answer);
	int r = store(parsing->arena, row, value, parsing->options, parsing->err);

	/* One of the file that the command has no use for does not count. */
	if (r < 0 || (parsing->line && !goes))
		return r;
	parsing->given[row - option_rows] = true;
	vec_push(parsing->arena, &parsing->form_words, word);
	return 0;
}

/* One of the file with defaults --------------------------------------------------------------- */

/* --only and --skip together could leave nothing to do. */
static bool is_other_list_given(const struct parsing *file, const struct option_row *row)
{
	const char *other = text_equal(row->name, "only")   ? "skip"
			    : text_equal(row->name, "skip") ? "only"
							    : NULL;

	return other && parsing_is_given(file->line, other);
}

/* Whether an option of the file counts: not when the command line, or the command, has no use for
 * it. Notes those that do. */
static bool default_counts(struct parsing *file, const struct option_row *row, const char *value)
{
	struct arena *arena = file->arena;

	if (!(row->commands & BIT(file->options->command)) || file->line[row - option_rows] ||
	    parsing_contradicts(row, file->line) || is_other_list_given(file, row))
		return false;
	/* Only whoever restores says that others' work is to stay. */
	if (text_equal(row->name, "owner") && file->options->command == COMMAND_RESTORE)
		return false;
	vec_push(arena, &file->options->defaults,
		 row->take == TAKE_FLAG
		     ? arena_printf(arena, "--%s", row->name)
		     : arena_printf(arena, "--%s %s", row->name, parsing_quoted(arena, value)));
	return true;
}

/* Either one ---------------------------------------------------------------------------------- */

/* By the options of the command, where there is one by now. */
static int fault_unknown(const struct parsing *parsing, const char *word)
{
	const struct options *options = parsing->options;
	size_t length = strcspn(word, "=");
	names known = {0};

	for (size_t i = 0; i < option_count; i++) {
		if (!options->has_command || (option_rows[i].commands & BIT(options->command)))
			vec_push(parsing->arena, &known,
				 arena_printf(parsing->arena, "--%s", option_rows[i].name));
	}
	return err_set(
	    parsing->err, -EINVAL, "unknown option '%s'%s", word,
	    nearest_hint(parsing->arena, arena_strndup(parsing->arena, word, length), &known));
}

int parsing_take(struct parsing *parsing)
{
	struct options unused = {0};
	const char *word = parsing->argv[parsing->at];
	const char *equals = strchr(word, '=');
	bool is_long = word[1] == '-';
	const struct option_row *row;
	const char *value = NULL;

	if (is_long)
		row =
		    option_named(word + 2, equals ? (size_t)(equals - word - 2) : strlen(word) - 2);
	else
		row = strlen(word) == 2 ? option_lettered(word[1]) : NULL;
	if (!row)
		return fault_unknown(parsing, word);
	if (row->take == TAKE_FLAG) {
		if (is_long && equals)
			return err_set(parsing->err, -EINVAL, "option --%s takes no value",
				       row->name);
	} else if (is_long && equals) {
		value = equals + 1;
	} else if (parsing->at + 1 < parsing->argc) {
		value = parsing->argv[++parsing->at];
	} else {
		return err_set(parsing->err, -EINVAL, "option --%s needs a value: %s", row->name,
			       row->argument);
	}
	if (row->take == TAKE_FORM)
		return take_form(parsing, row, value);
	if (parsing->line && !default_counts(parsing, row, value))
		return store(parsing->arena, row, value, &unused, parsing->err);
	parsing->given[row - option_rows] = parsing->used[row - option_rows] = true;
	return store(parsing->arena, row, value, parsing->options, parsing->err);
}
