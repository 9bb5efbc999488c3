/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, word by word. Not getopt_long: it prints by itself, accepts abbreviations and
 * keeps its place in global variables, while here the default options of a file go through the same
 * parser, and --help is made from the same rows. */
#include <errno.h>
#include <unistd.h>

#include "apply/owner.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/parsing.h"

static int take_word(struct parsing *parsing)
{
	const char *word = parsing->argv[parsing->at];
	names known = {0};

	if (parsing->options->has_command) {
		if (parsing->arguments == OPTIONS_ARGUMENTS_MOST)
			return err_set(parsing->err, -EINVAL,
				       "%s: %u arguments are the most, and '%s' is one more",
				       options_command_name(parsing->options->command),
				       OPTIONS_ARGUMENTS_MOST, word);
		if (parsing->arguments >= options_command_rows[parsing->options->command].most)
			return err_set(parsing->err, -EINVAL, "%s: unexpected argument '%s'",
				       options_command_name(parsing->options->command), word);
		parsing->options->arguments[parsing->arguments++] = word;
		return 0;
	}
	/* "help audit" is "audit --help". */
	if (text_equal(word, "help") && !parsing->options->help) {
		parsing->options->help = true;
		return 0;
	}
	for (enum command command = 0; command < COMMAND_COUNT; command++) {
		vec_push(parsing->arena, &known, options_command_rows[command].name);
		if (!text_equal(options_command_rows[command].name, word))
			continue;
		parsing->options->command = command;
		parsing->options->has_command = true;
		return 0;
	}
	return err_set(parsing->err, -EINVAL, "there is no command '%s'%s", word,
		       nearest_hint(parsing->arena, word, &known));
}

static void fill_forms(struct arena *arena, struct options *options)
{
	names formats = options_command_formats(arena, options->command);
	const char *usual = formats.count ? formats.at[0] : "text";

	/* A record's file is written by its command. */
	if (options->command == COMMAND_RECORD && options_descriptor(options->arguments[0]) >= 0)
		vec_push(arena, &options->forms,
			 (struct options_form){.output = options->arguments[0]});
	if (!options->forms.count)
		vec_push(arena, &options->forms, (struct options_form){0});
	vec_for_each (form, &options->forms) {
		form->format = form->format ? form->format : usual;
		form->output_fd = options_descriptor(form->output);
		if (form->output_fd >= 0)
			form->output = NULL;
		else if (!form->output)
			form->output_fd = STDOUT_FILENO;
	}
}

/* What depends on the command and was not given. */
static void fill(const struct parsing *parsing)
{
	struct options *options = parsing->options;

	/* Reports are compared with each other, unless a profile is named. */
	if (options->command == COMMAND_COMPARE && !parsing_is_given(parsing->given, "profile"))
		options->profile = NULL;
	/* A restore without an owner undoes what all of them did. */
	if (!options->owner && options->command != COMMAND_RESTORE &&
	    options->command != COMMAND_HISTORY)
		options->owner = OWNER_DEFAULT;
	fill_forms(parsing->arena, options);
	/* The report says audit, too: nothing in it is to be taken for a change. */
	if (options->dry_run)
		options->command = COMMAND_AUDIT;
}

int options_parse(struct arena *arena, int argc, char **argv, options_reader *read_defaults,
		  struct options *ret, struct err *err)
{
	struct options options = {
	    .profile = "thin-ledger",
	    .root = "/",
	    .lock_wait_us = UINT64_C(10000000),
	    .listen = "127.0.0.1:17644",
	    .interval_us = UINT64_C(600000000),
	    .color = "auto",
	};
	struct parsing parsing = {.arena = arena,
				  .argc = argc,
				  .argv = argv,
				  .options = &options,
				  .given = arena_alloc(arena, sizeof(bool) * option_count),
				  .used = arena_alloc(arena, sizeof(bool) * option_count),
				  .err = err};
	bool only_words = false;
	int r = 0;

	for (parsing.at = 1; parsing.at < argc && r == 0; parsing.at++) {
		const char *word = argv[parsing.at];

		if (!only_words && text_equal(word, "--"))
			only_words = true;
		else if (!only_words && word[0] == '-' && word[1])
			r = parsing_take(&parsing);
		else
			r = take_word(&parsing);
	}
	if (r == 0)
		r = parsing_pair(&parsing, &options.forms);
	if (r == 0)
		r = parsing_add_defaults(&parsing, read_defaults);
	if (r == 0)
		r = parsing_fit(&parsing);
	if (r < 0) {
		ret->has_command = options.has_command;
		ret->command = options.command;
		return r;
	}
	options.used = parsing_used(&parsing);
	fill(&parsing);
	*ret = options;
	return 0;
}
