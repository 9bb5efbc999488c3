/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the options that root has set for all commands which look at the node: THINTUNE_OPTIONS of
 * OWN_DEFAULTS. systemd reads the same file for the units, so it is read by systemd's rules: how an
 * assignment is written (EnvironmentFile= in systemd.exec(5)), and how a value becomes words
 * (systemd.service(5)). Nothing is expanded.
 */
#include <errno.h>

#include "base/text.h"
#include "cli/parsing.h"
#include "sys/own.h"

#define VARIABLE "THINTUNE_OPTIONS"
#define BLANKS   " \t\r\n"

enum { limit_bytes = 64 * 1024 };

struct reader {
	struct arena *arena;
	const char *at;
	unsigned line;
	struct err *err;
};

/* A value, and for each of its bytes the line that it is in. */
struct value {
	struct arena *arena;
	struct str text;
	VEC(unsigned) lines;
};

static int mistake(struct err *err, unsigned line, const char *sentence)
{
	return err_set(err, -EINVAL, OWN_DEFAULTS ":%u: %s; --no-defaults ignores that file", line,
		       sentence);
}

/* The file ------------------------------------------------------------------------------------ */

static bool is_end(char c)
{
	return !c || c == '\n' || c == '\r';
}

static char next(struct reader *reader)
{
	char c = *reader->at;

	if (c)
		reader->at++;
	if (c == '\n')
		reader->line++;
	return c;
}

static void keep(struct value *value, char c, unsigned line)
{
	str_add_n(&value->text, &c, 1);
	vec_push(value->arena, &value->lines, line);
}

static void skip_line(struct reader *reader)
{
	while (!is_end(*reader->at))
		(void)next(reader);
}

/* Within "": as in a shell, a backslash is kept before anything but " \ ` $ and a line's end;
 * within '' it always is. */
static int read_quoted(struct reader *reader, struct value *value)
{
	unsigned begin = reader->line;
	char quote = next(reader), c;

	while (*reader->at != quote) {
		unsigned line = reader->line;

		c = next(reader);
		if (!c)
			return mistake(reader->err, begin, "a quote that is not closed");
		if (c == '\\' && quote == '"') {
			if (!*reader->at || !strchr("\"\\`$\n", *reader->at)) {
				keep(value, c, line);
				continue;
			}
			c = next(reader);
			if (c == '\n')
				continue;
		}
		keep(value, c, line);
	}
	(void)next(reader);
	return 0;
}

/* To the end of the line; a backslash takes the next character as it is, and joins lines. Quotes
 * have no meaning here. */
static void read_bare(struct reader *reader, struct value *value)
{
	size_t kept = value->text.length;

	while (!is_end(*reader->at)) {
		unsigned line = reader->line;
		char c = next(reader);
		bool is_escaped = c == '\\';

		if (is_escaped) {
			if (*reader->at == '\r' && reader->at[1] == '\n')
				(void)next(reader);
			c = next(reader);
			if (is_end(c))
				continue;
		}
		keep(value, c, line);
		if (is_escaped || !strchr(BLANKS, c))
			kept = value->text.length;
	}
	value->text.length = kept;
	value->text.text[kept] = '\0';
	value->lines.count = kept;
}

static int read_value(struct reader *reader, struct value *ret)
{
	struct value value = {.arena = reader->arena, .text = str_new(reader->arena)};

	while (!is_end(*reader->at)) {
		int r = 0;

		if (*reader->at == ' ' || *reader->at == '\t')
			(void)next(reader);
		else if (*reader->at == '\'' || *reader->at == '"')
			r = read_quoted(reader, &value);
		else
			read_bare(reader, &value);
		if (r < 0)
			return r;
	}
	*ret = value;
	return 0;
}

/* The last assignment of the variable counts; all others, and what is none, are not our business.
 */
static int read_file(struct reader *reader, struct value *ret)
{
	while (*reader->at) {
		struct value value;
		const char *key;
		size_t length;
		int r;

		if (strchr(BLANKS, *reader->at)) {
			(void)next(reader);
			continue;
		}
		key = reader->at;
		length = strcspn(key, "=\r\n");
		if (*key == '#' || *key == ';' || key[length] != '=') {
			skip_line(reader);
			continue;
		}
		reader->at += length + 1;
		r = read_value(reader, &value);
		if (r < 0)
			return r;
		if (text_equal(text_trim(reader->arena, arena_strndup(reader->arena, key, length)),
			       VARIABLE))
			*ret = value;
	}
	return 0;
}

/* ---- its words ------------------------------------------------------------------------------ */

struct words {
	VEC(char *) list;
	VEC(unsigned) lines;
};

/* One word from *at on; quotes and backslashes are taken off. */
static int split_word(const struct value *value, size_t *at, struct str *word, struct err *err)
{
	const char *text = value->text.text;
	size_t i = *at, begin = i;
	char quote = 0;

	for (; text[i] && (quote || !strchr(BLANKS, text[i])); i++) {
		if (text[i] == '\\') {
			if (!text[++i])
				return mistake(err, value->lines.at[i - 1],
					       "a backslash at the end");
			str_add_n(word, text + i, 1);
		} else if (quote ? text[i] == quote : text[i] == '\'' || text[i] == '"') {
			begin = i;
			quote = quote ? 0 : text[i];
		} else {
			str_add_n(word, text + i, 1);
		}
	}
	if (quote)
		return mistake(err, value->lines.at[begin], "a quote that is not closed");
	*at = i;
	return 0;
}

static int split(const struct value *value, struct words *ret, struct err *err)
{
	size_t i = 0;

	for (;;) {
		struct str word = str_new(value->arena);
		unsigned line;
		int r;

		i += strspn(value->text.text + i, BLANKS);
		if (!value->text.text[i])
			return 0;
		line = value->lines.at[i];
		r = split_word(value, &i, &word, err);
		if (r < 0)
			return r;
		vec_push(value->arena, &ret->list, word.text);
		vec_push(value->arena, &ret->lines, line);
	}
}

/* Its options --------------------------------------------------------------------------------- */

static int take_words(struct parsing *file, const struct words *words)
{
	struct err why = {0}, *err = file->err;
	int r = 0;

	file->err = &why;
	for (file->at = 0; file->at < file->argc && r == 0; file->at++) {
		const char *word = file->argv[file->at];
		unsigned line = words->lines.at[file->at];

		if (word[0] == '-' && word[1])
			r = parsing_take(file);
		else
			r = err_set(&why, -EINVAL, "unexpected argument '%s'", word);
		if (r == 0 && (file->options->help || file->options->version))
			r = err_set(&why, -EINVAL, "option %s does not belong there", word);
		if (r < 0)
			r = mistake(err, line, why.text);
	}
	if (r == 0 && parsing_add_forms(file) < 0)
		r = mistake(err, words->lines.at[0], why.text);
	file->err = err;
	return r;
}

/* Whether all options fit together. A mistake of the command line alone is not the file's: it is
 * told later. */
static int check(struct parsing *file, const struct options *line_options, struct parsing line,
		 unsigned first_line)
{
	struct options alone = *line_options;
	struct err why = {0}, *err = file->err;
	int r;

	file->err = &why;
	r = parsing_fit(file);
	file->err = err;
	if (r < 0) {
		struct err lines_own = {0};

		line.options = &alone;
		line.err = &lines_own;
		if (parsing_fit(&line) < 0 && text_equal(lines_own.text, why.text))
			r = 0;
	}
	return r < 0 ? mistake(err, first_line, why.text) : 0;
}

static int add(struct parsing *line, const char *text)
{
	const struct options before = *line->options;
	struct reader reader = {.arena = line->arena, .at = text, .line = 1, .err = line->err};
	struct value value = {.arena = line->arena, .text = str_new(line->arena)};
	struct words words = {0};
	struct parsing file;
	int r = read_file(&reader, &value);

	if (r == 0)
		r = split(&value, &words, line->err);
	if (r < 0 || !words.list.count)
		return r;
	file = (struct parsing){.arena = line->arena,
				.argc = (int)words.list.count,
				.argv = words.list.at,
				.options = line->options,
				.given = arena_alloc(line->arena, sizeof(bool) * option_count),
				.used = line->used,
				.line = line->given,
				.err = line->err};
	r = take_words(&file, &words);
	return r < 0 ? r : check(&file, &before, *line, words.lines.at[0]);
}

static bool wants(const struct options *options)
{
	return (option_named("no-defaults", strlen("no-defaults"))->commands &
		BIT(options->command)) &&
	       options->has_command && !options->no_defaults && !options->help &&
	       !options->version && text_equal(options->root, "/");
}

/* A mistake in that file must not block a broker whose verdict says that it may start: `gate`
 * ignores the file and says so. */
static int forgive(struct parsing *line, const struct options *before)
{
	char *text = arena_strdup(line->arena, line->err->text);

	*line->options = *before;
	line->options->warning = text;
	*line->err = (struct err){0};
	return 0;
}

int parsing_add_defaults(struct parsing *line, options_reader *read)
{
	const struct options before = *line->options;
	const char *text = NULL;
	int r;

	if (!wants(line->options))
		return 0;
	r = read(line->arena, &text, line->err);
	if (r == 0 && text)
		r = add(line, text);
	return r < 0 && (before.command == COMMAND_GATE || before.command == COMMAND_STATUS)
		   ? forgive(line, &before)
		   : r;
}

int options_read_defaults(struct arena *arena, const char **ret, struct err *err)
{
	struct err why = {0};
	const char *text;
	size_t length;
	int r = own_read_trusted(arena, OWN_DEFAULTS, limit_bytes, &text, &length, &why);

	if (err_is_absent(r))
		return 0;
	if (r < 0)
		return err_set(err, r, "%s; --no-defaults ignores that file", why.text);
	if (strlen(text) != length)
		return err_set(err, -EINVAL,
			       "cannot read '" OWN_DEFAULTS
			       "': it has a NUL byte; --no-defaults ignores that file");
	*ret = text;
	return 0;
}
