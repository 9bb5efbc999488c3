/* SPDX-License-Identifier: Apache-2.0 */
/* The command line and the file with default options. Parts: one argument a line, the file. */
#include "cli/options.h"
#include "fuzz.h"

static const char *defaults;

static int read_given(struct arena *arena, const char **ret, struct err *err)
{
	(void)err;
	*ret = defaults ? arena_strdup(arena, defaults) : NULL;
	return 0;
}

FUZZ_TARGET(options)
{
	struct fuzz_part parts[2];
	struct options options;
	struct err err = {0};
	names words;
	char **argv;

	fuzz_split(arena, text, length, parts, 2);
	defaults = parts[1].text;
	words = text_split(arena, parts[0].text, '\n');
	if (text_ends(parts[0].text, "\n"))
		words.count--;
	argv = arena_alloc(arena, (words.count + 2) * sizeof(*argv));
	argv[0] = arena_strdup(arena, "thintune");
	for (size_t i = 0; i < words.count; i++)
		argv[i + 1] = arena_strdup(arena, words.at[i]);
	if (options_parse(arena, (int)words.count + 1, argv, read_given, &options, &err) < 0) {
		fuzz_refuse(err.text);
		return;
	}
	fuzz_check(options.has_command || options.help || options.version, "nothing to do");
	fuzz_touch(options.warning);
	fuzz_touch(options.profile);
}
