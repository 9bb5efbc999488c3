/* SPDX-License-Identifier: Apache-2.0 */
/* Parses a record line by line, in place: a record may be as large as memory allows. */
#include "facts/record_read.h"

#include <errno.h>

#include "base/text.h"
#include "facts/record.h"

/* One word or content, escapes taken out --------------------------------------------------------
 */

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that an escape stands for, and how long it is; -1: there is none such. text[length] is a
 * byte that may be read. */
static int escaped(const char *text, size_t length, size_t *ret_length)
{
	*ret_length = 2;
	if (length < 2)
		return -1;
	switch (text[1]) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '\\':
	case '"':
		return text[1];
	case 'x':
		*ret_length = 4;
		if (length < 4 || digit(text[2]) < 0 || digit(text[3]) < 0)
			return -1;
		return digit(text[2]) * 16 + digit(text[3]);
	default:
		return -1;
	}
}

/* In place, with a NUL after it. */
static bool unescape(char *text, size_t length, bool is_quoted, size_t *ret_length)
{
	size_t to = 0;

	for (size_t from = 0; from < length;) {
		size_t used = 1;
		int byte = (unsigned char)text[from];

		if (byte == '\\')
			byte = escaped(text + from, length - from, &used);
		else if (byte == '"' && is_quoted)
			byte = -1;
		if (byte < 0)
			return false;
		text[to++] = (char)byte;
		from += used;
	}
	text[to] = '\0';
	*ret_length = to;
	return true;
}

/* Without NUL in it. */
static bool unescape_word(char *text, size_t length)
{
	size_t is;

	return unescape(text, length, false, &is) && is && strlen(text) == is;
}

static bool has_parent(const char *path)
{
	for (const char *at = path; (at = strstr(at, "/.."));) {
		at += 3;
		if (!*at || *at == '/')
			return true;
	}
	return false;
}

/* The forms -------------------------------------------------------------------------------------
 */

struct reading {
	struct arena *arena;
	size_t names; /* so far, in all lists */
	bool has_run, has_end;
};

#define NO_FORM "it has none of the forms of a record"

/* NULL, or what is wrong. */
static const char *read_names(struct reading *reading, char *rest, struct record_line *line)
{
	line->kind = RECORD_DIRECTORY;
	line->is_listed = *rest == ':';
	rest += line->is_listed;
	/* unescape_word() puts a NUL in the place of the blank after the name. */
	for (bool is_more = *rest; is_more;) {
		char *name = rest + 1;
		size_t length = strcspn(name, " ");

		is_more = name[length];
		if (!length || (line->list.count == 0 && *rest != ' '))
			return NO_FORM;
		if (++reading->names > RECORD_ENTRIES_MOST)
			return "the lists have more than 400000 names, and no node has as many";
		if (!unescape_word(name, length) || strchr(name, '/') || text_equal(name, ".") ||
		    text_equal(name, ".."))
			return "a name in the list is none";
		vec_push(reading->arena, &line->list, name);
		rest = name + length;
	}
	return NULL;
}

static const char *read_rest(struct reading *reading, char *rest, struct record_line *line)
{
	size_t length = strlen(rest);
	bool is_directory = text_ends(line->path, "/");

	line->text = rest;
	if (is_directory && (!*rest || *rest == ':'))
		return read_names(reading, rest, line);
	if (text_starts(rest, "! E") && rest[3] &&
	    strspn(rest + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length - 3) {
		line->kind = RECORD_FAILURE;
		line->text = rest + 2;
		return NULL;
	}
	if (is_directory)
		return NO_FORM;
	if (text_starts(rest, "-> ") && !strchr(rest + 3, ' ')) {
		line->kind = RECORD_LINK;
		line->text = rest + 3;
		return unescape_word(rest + 3, length - 3) ? NULL : "its target is none";
	}
	if (!text_starts(rest, "= \"") || length < 4 || rest[length - 1] != '"')
		return NO_FORM;
	line->kind = RECORD_FILE;
	line->text = rest + 3;
	return unescape(rest + 3, length - 4, true, &line->length)
		   ? NULL
		   : "what it holds has an escape that there is not, or a bare quote";
}

static const char *read_line(struct reading *reading, char *text, struct record_line *line)
{
	size_t length = strcspn(text, " ");
	char *rest = text + length + (text[length] == ' ');

	line->path = text;
	if (*text != '/' || !unescape_word(text, length) || has_parent(text))
		return "it does not begin with an absolute path without \"..\"";
	return read_rest(reading, rest, line);
}

/* Lines -----------------------------------------------------------------------------------------
 */

static bool is_printable(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	return true;
}

static const char *take_line(struct reading *reading, char *text, size_t length, size_t number,
			     record_lines *ret)
{
	struct record_line line = {.number = number};
	const char *wrong;

	if (!is_printable(text, length))
		return "it holds a byte that is no printable character of ASCII";
	if (!length || *text == '#') {
		reading->has_run |= text_starts(text, RECORD_RUN);
		reading->has_end |= text_equal(text, RECORD_END);
		return NULL;
	}
	if (ret->count >= RECORD_ENTRIES_MOST)
		return "there are more than 400000 entries, and no node has as many";
	wrong = read_line(reading, text, &line);
	if (!wrong)
		vec_push(reading->arena, ret, line);
	return wrong;
}

static int refuse(size_t number, const char *why, struct err *err)
{
	return err_set(err, -EBADMSG, "line %zu: %s", number, why);
}

int record_read(struct arena *arena, char *text, size_t length, record_lines *ret, struct err *err)
{
	struct reading reading = {.arena = arena};
	char *at = text, *end = text + length;

	*ret = (record_lines){0};
	for (size_t number = 1; at < end; number++) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *wrong;

		if (number == 1 && (!newline || (size_t)(newline - at) != strlen(RECORD_HEADER) ||
				    memcmp(at, RECORD_HEADER, strlen(RECORD_HEADER)) != 0))
			return err_set(err, -EBADMSG,
				       "it is no record of a node: it does not begin with the line "
				       "\"" RECORD_HEADER "\"");
		if (!newline)
			return refuse(number, "it has no end: the record is cut short", err);
		*newline = '\0';
		wrong = take_line(&reading, at, (size_t)(newline - at), number, ret);
		if (wrong)
			return refuse(number, wrong, err);
		at = newline + 1;
	}
	if (!length)
		return err_set(err, -EBADMSG, "it is no record of a node: it is empty");
	if (reading.has_run && !reading.has_end)
		return err_set(err, -EBADMSG,
			       "the record is cut short: its last line, \"" RECORD_END
			       "\", is missing");
	return 0;
}
