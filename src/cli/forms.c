/* SPDX-License-Identifier: Apache-2.0 */
/* Which report goes where: the words of --format and --output, taken together. */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/parsing.h"

#define EXAMPLE "as in --format json --output a.json --format html --output a.html"

int options_descriptor(const char *name)
{
	static const char *const dirs[] = {"/dev/fd/", "/proc/self/fd/"};
	uint64_t number;

	if (text_equal(name, "-") || text_equal(name, "/dev/stdout"))
		return STDOUT_FILENO;
	if (text_equal(name, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; name && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (text_starts(name, dirs[i]) && text_u64(name + strlen(dirs[i]), &number) == 0 &&
		    number <= INT_MAX)
			return (int)number;
	}
	return -1;
}

static struct options_form *named(form_list *forms, const char *format)
{
	vec_for_each (form, forms) {
		if (text_equal(form->format, format))
			return form;
	}
	return NULL;
}

const struct options_form *options_form(const struct options *options, const char *format)
{
	form_list forms = options->forms;

	return named(&forms, format);
}

static size_t count(const form_words *words, bool is_output)
{
	size_t number = 0;

	vec_for_each (word, words)
		number += word->is_output == is_output;
	return number;
}

/* One of each: their order says nothing. */
static void pair_one(struct parsing *parsing, form_list *forms)
{
	struct options_form form = {0};

	vec_for_each (word, &parsing->form_words)
		*(word->is_output ? &form.output : &form.format) = word->value;
	if (parsing->form_words.count)
		vec_push(parsing->arena, forms, form);
}

/* A format that says the same again, as the options of a unit and of its file may, is one. */
static int pair_many(struct parsing *parsing, form_list *forms)
{
	struct options_form *form = NULL;

	vec_for_each (word, &parsing->form_words) {
		if (!word->is_output) {
			form = named(forms, word->value);
			if (form)
				continue;
			vec_push(parsing->arena, forms,
				 (struct options_form){.format = word->value});
			form = &forms->at[forms->count - 1];
			continue;
		}
		if (!form)
			return err_set(
			    parsing->err, -EINVAL,
			    "option --output: '%s' comes before the --format that it is "
			    "for; with several, each --output follows its --format, " EXAMPLE,
			    word->value);
		if (form->output)
			return err_set(parsing->err, -EINVAL,
				       "option --output: format %s is to go to '%s' and to '%s'; "
				       "there may be one for each format, " EXAMPLE,
				       form->format, form->output, word->value);
		form->output = word->value;
	}
	return 0;
}

int parsing_pair(struct parsing *parsing, form_list *ret)
{
	size_t formats = count(&parsing->form_words, false);
	size_t outputs = count(&parsing->form_words, true);

	if (formats <= 1 && outputs <= 1) {
		pair_one(parsing, ret);
		return 0;
	}
	if (formats <= 1)
		return err_set(parsing->err, -EINVAL,
			       "option --output is given %zu times: there may be one for each "
			       "--format, " EXAMPLE,
			       outputs);
	return pair_many(parsing, ret);
}

/* Of the file with default options ------------------------------------------------------------ */

const char *parsing_quoted(struct arena *arena, const char *value)
{
	return value[strcspn(value, " \t\r\n'\"\\")] ? arena_printf(arena, "'%s'", value) : value;
}

static bool has_format(struct arena *arena, enum command command, const char *format)
{
	names formats = options_command_formats(arena, command);

	return text_in(format, &formats);
}

/* A format that only other commands have. */
static bool is_format_elsewhere(const struct parsing *file, const char *value)
{
	if (has_format(file->arena, file->options->command, value))
		return false;
	for (enum command command = 0; command < COMMAND_COUNT; command++) {
		if (has_format(file->arena, command, value))
			return true;
	}
	return false;
}

names parsing_form_parts(struct arena *arena, const struct options_form *form)
{
	names parts = {0};

	if (form->format)
		vec_push(arena, &parts,
			 arena_printf(arena, "--format %s", parsing_quoted(arena, form->format)));
	if (form->output)
		vec_push(arena, &parts,
			 arena_printf(arena, "--output %s", parsing_quoted(arena, form->output)));
	return parts;
}

static void note(struct parsing *file, const struct options_form *form)
{
	names parts = parsing_form_parts(file->arena, form);

	if (parts.count)
		vec_push(file->arena, &file->options->defaults,
			 text_join(file->arena, &parts, " "));
}

/* One of the file and one of the command line add up, as other options do. */
static void fill_up(struct parsing *file, struct options_form *line, struct options_form form)
{
	form.format = line->format ? NULL : form.format;
	form.output = line->output ? NULL : form.output;
	line->format = line->format ? line->format : form.format;
	line->output = line->output ? line->output : form.output;
	note(file, &form);
}

int parsing_add_forms(struct parsing *file)
{
	form_list all = {0}, fit = {0}, *line = &file->options->forms;
	int r = parsing_pair(file, &all);

	if (r < 0)
		return r;
	vec_for_each (form, &all) {
		if (!form->format || !is_format_elsewhere(file, form->format))
			vec_push(file->arena, &fit, *form);
	}
	if (fit.count == 1 && line->count == 1)
		fill_up(file, &line->at[0], fit.at[0]);
	/* Else nobody could say what belongs to what. */
	if (line->count)
		return 0;
	vec_for_each (form, &fit) {
		vec_push(file->arena, line, *form);
		note(file, form);
	}
	return 0;
}

/* What is wrong with them together ------------------------------------------------------------ */

static bool is_same_place(const struct options_form *a, const struct options_form *b)
{
	int fd = options_descriptor(a->output);

	return fd >= 0 ? fd == options_descriptor(b->output) : text_equal(a->output, b->output);
}

static bool is_standard_output(const struct options_form *form)
{
	return !form->output || options_descriptor(form->output) == STDOUT_FILENO;
}

int parsing_fit_forms(const struct parsing *parsing)
{
	const form_list *forms = &parsing->options->forms;

	for (size_t i = 0; i < forms->count; i++) {
		const struct options_form *one = &forms->at[i];

		for (size_t j = 0; j < i; j++) {
			const struct options_form *other = &forms->at[j];

			if (is_standard_output(one) && is_standard_output(other))
				return err_set(parsing->err, -EINVAL,
					       "formats %s and %s would both go to standard "
					       "output: give one of them an --output, " EXAMPLE,
					       other->format, one->format);
			if (is_same_place(one, other))
				return err_set(parsing->err, -EINVAL,
					       "option --output: '%s' is given for both %s and %s",
					       one->output, other->format, one->format);
		}
	}
	return 0;
}
