/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines as words, parsed together with a file of default options that a test makes up. */
#include "options_fixture.h"

#include <check.h>

#include "base/text.h"

struct arena *arena;

const char *file_text;
int file_error;

static int read_fake(struct arena *to, const char **ret, struct err *err)
{
	if (file_error)
		return err_set(err, file_error, "the file cannot be trusted");
	*ret = file_text ? arena_strdup(to, file_text) : NULL;
	return 0;
}

static int parse_words(names words, struct options *ret, struct err *err)
{
	char **argv = arena_alloc(arena, (words.count + 2) * sizeof(*argv));

	argv[0] = arena_strdup(arena, "thintune");
	for (size_t i = 0; i < words.count; i++)
		argv[i + 1] = arena_strdup(arena, words.at[i]);
	*err = (struct err){0};
	return options_parse(arena, (int)words.count + 1, argv, read_fake, ret, err);
}

static names split(const char *line)
{
	names words = text_words(arena, line);

	vec_for_each (word, &words)
		*word = text_equal(*word, "_") ? "" : *word;
	return words;
}

struct options taken(const char *line)
{
	struct options options;
	struct err err;
	int r = parse_words(split(line), &options, &err);

	ck_assert_msg(r == 0, "'%s': %s", line, err.text);
	return options;
}

const char *refused(const char *line)
{
	struct options options = {.root = "untouched"};
	struct err err;
	int r = parse_words(split(line), &options, &err);

	ck_assert_msg(r < 0, "'%s' is taken", line);
	ck_assert_int_eq(err.code, r);
	ck_assert_str_eq(options.root, "untouched");
	return arena_strdup(arena, err.text);
}

const char *forms_of(const struct options *options)
{
	names parts = {0};

	vec_for_each (form, &options->forms)
		vec_push(arena, &parts,
			 form->output
			     ? arena_printf(arena, "%s:%s", form->format, form->output)
			     : arena_printf(arena, "%s:%d", form->format, form->output_fd));
	return text_join(arena, &parts, " ");
}

const char *forms_taken(const char *line)
{
	struct options options = taken(line);

	return forms_of(&options);
}
