/* SPDX-License-Identifier: Apache-2.0 */
/* Reads YAML event by event into a tree; the only user of libyaml. */
#include "base/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/escape.h"
#include "base/text.h"

/* Each is read up to anew. */
enum { tabs_most = 20 };

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the current one; freed when the next is read */
	struct arena *arena;
	const struct yaml_text *file;
	const struct yaml_limits *limits;
	struct err *err;
	unsigned tab_line; /* 0: it was no tab that ended it */
};

static void reader_done(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
}

static int fault_at(struct err *err, const struct yaml_text *file, unsigned line, unsigned column,
		    const char *message)
{
	int r = err_set(err, -EINVAL, "%.300s:%u:%u: %s", file->name, line, column, message);

	if (err)
		excerpt(file->text, file->length, line, column, err->line, err->mark);
	return r;
}

static int event_fault(struct reader *reader, const char *message)
{
	yaml_mark_t mark = reader->event.start_mark;

	return fault_at(reader->err, reader->file, (unsigned)mark.line + 1,
			(unsigned)mark.column + 1, message);
}

int yaml_fault(struct err *err, const struct node *node, const char *format, ...)
{
	char message[640];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return fault_at(err, node->file, node->line, node->column, message);
}

/* Text ---------------------------------------------------------------------------------------- */

/* Control characters could rewrite the terminal that shows a message, or a file of the kernel. */
static bool is_control(const unsigned char *text, size_t length)
{
	return (text[0] < 0x20 && text[0] != '\t') || text[0] == 0x7F ||
	       (length > 1 && text[0] == 0xC2 && text[1] < 0xA0);
}

/* As an editor of another system writes it, with a byte order mark or without. */
static bool is_utf16(const unsigned char *bytes, size_t length)
{
	return length > 1 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) ||
			      (bytes[0] == 0xFE && bytes[1] == 0xFF) || !bytes[0] != !bytes[1]);
}

/* libyaml gives no line for bad bytes, and accepts UTF-16, which is refused here. */
static int check_bytes(const struct yaml_text *file, struct err *err)
{
	const char *text = file->text;
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned line = 1, column = 1;
	size_t step;

	if (is_utf16(bytes, file->length))
		return fault_at(err, file, 1, 1,
				"this is UTF-16 or UTF-32, which is not read: save it as UTF-8");

	for (size_t at = 0; at < file->length; at += step, column++) {
		char message[64];

		step = text_utf8_length(text + at);
		if (step && bytes[at] == '\n') {
			line++;
			column = 0;
		} else if (!step ||
			   (bytes[at] != '\r' && is_control(bytes + at, file->length - at))) {
			(void)snprintf(message, sizeof(message),
				       "byte 0x%02X does not belong in a text file", bytes[at]);
			return fault_at(err, file, line, column, message);
		}
	}
	return 0;
}

/* Events -------------------------------------------------------------------------------------- */

/* Whether that character is a tab with nothing but blanks in front of it. */
static bool is_tab_at(const struct yaml_text *file, const yaml_mark_t *mark)
{
	const char *at = file->text, *end;

	if (!at)
		return false;
	end = at + file->length;
	for (size_t line = 0; line < mark->line; line++) {
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			return false;
		at++;
	}
	if (mark->column > (size_t)(end - at))
		return false;
	return strspn(at, " ") >= mark->column && at[mark->column] == '\t';
}

static int parser_fault(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	yaml_mark_t mark = parser->problem_mark;
	char message[256];

	if (parser->error == YAML_MEMORY_ERROR)
		arena_exhausted();
	if (is_tab_at(reader->file, &mark)) {
		reader->tab_line = (unsigned)mark.line + 1;
		return fault_at(reader->err, reader->file, reader->tab_line,
				(unsigned)mark.column + 1,
				"not YAML: a tab does not indent; use blanks");
	}
	(void)snprintf(message, sizeof(message), "not YAML: %s%s%s",
		       parser->problem ? parser->problem : "cannot be read",
		       parser->context ? " " : "", parser->context ? parser->context : "");
	return fault_at(reader->err, reader->file, (unsigned)mark.line + 1,
			(unsigned)mark.column + 1, message);
}

static int next(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	return yaml_parser_parse(&reader->parser, &reader->event) ? 0 : parser_fault(reader);
}

static int read_node(struct reader *reader, unsigned depth, struct node **ret);

static int check_properties(struct reader *reader, const yaml_char_t *anchor,
			    const yaml_char_t *tag)
{
	if (reader->limits->is_lenient)
		return 0;
	if (anchor)
		return event_fault(reader, "anchors (&name) are not allowed");
	if (tag)
		return event_fault(reader, "tags (!type) are not allowed");
	return 0;
}

static int read_scalar(struct reader *reader, struct node *node)
{
	const yaml_char_t *value = reader->event.data.scalar.value;
	size_t length = reader->event.data.scalar.length;
	int r = check_properties(reader, reader->event.data.scalar.anchor,
				 reader->event.data.scalar.tag);

	if (r < 0)
		return r;
	for (size_t at = 0; at < length; at++) {
		if (value[at] == '\0')
			return event_fault(reader, "NUL characters are not allowed");
		if (!reader->limits->is_lenient && is_control(value + at, length - at))
			return event_fault(reader,
					   "line breaks and control characters are not allowed in "
					   "a value (for long text: '>-')");
	}
	node->kind = NODE_SCALAR;
	node->is_plain = reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = arena_strndup(reader->arena, (const char *)value, length);
	return 0;
}

static int read_list(struct reader *reader, unsigned depth, struct node *node)
{
	int r = check_properties(reader, reader->event.data.sequence_start.anchor,
				 reader->event.data.sequence_start.tag);

	node->kind = NODE_LIST;
	while (r == 0) {
		struct node *item;

		r = next(reader);
		if (r < 0 || reader->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		r = read_node(reader, depth, &item);
		if (r == 0)
			vec_push(reader->arena, &node->items, item);
	}
	return r;
}

static int compare_keys(const void *a, const void *b)
{
	const struct node *left = *(struct node *const *)a, *right = *(struct node *const *)b;
	int order = strcmp(left->text, right->text);

	if (order)
		return order;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return left->column < right->column ? -1 : left->column > right->column;
}

int yaml_fault_again(struct err *err, const struct yaml_again *again)
{
	return yaml_fault(err, again->key, "key '%.80s' appears twice, first in line %u",
			  again->key->text, again->first);
}

/* In the order of their keys. Sorts: comparing every pair of a 256 KiB map would take seconds. */
static yaml_repeats find_agains(struct reader *reader, const struct node *map)
{
	size_t count = map->keys.count;
	struct node **sorted = arena_alloc(reader->arena, (count + 1) * sizeof(struct node *));
	const struct node *first = NULL;
	yaml_repeats found = {0};

	if (count < 2)
		return found;
	memcpy(sorted, map->keys.at, count * sizeof(struct node *));
	qsort(sorted, count, sizeof(struct node *), compare_keys);
	for (size_t i = 0; i < count; i++) {
		if (!first || strcmp(first->text, sorted[i]->text) != 0) {
			first = sorted[i];
			continue;
		}
		sorted[i]->is_again = true;
		vec_push(reader->arena, &found,
			 ((struct yaml_again){.key = sorted[i], .first = first->line}));
	}
	return found;
}

static void leave_out_agains(struct node *map)
{
	size_t kept = 0;

	for (size_t i = 0; i < map->keys.count; i++) {
		if (map->keys.at[i]->is_again)
			continue;
		map->keys.at[kept] = map->keys.at[i];
		map->items.at[kept++] = map->items.at[i];
	}
	map->keys.count = kept;
	map->items.count = kept;
}

static int check_duplicates(struct reader *reader, struct node *map)
{
	yaml_repeats found = find_agains(reader, map);
	const struct yaml_again *earliest = found.at;

	if (!found.count)
		return 0;
	if (!reader->limits->repeats) {
		vec_for_each (again, &found) {
			if (again->key->line < earliest->key->line)
				earliest = again;
		}
		return yaml_fault_again(reader->err, earliest);
	}
	vec_for_each (again, &found)
		vec_push(reader->arena, reader->limits->repeats, *again);
	leave_out_agains(map);
	return 0;
}

static int read_map(struct reader *reader, unsigned depth, struct node *node)
{
	int r = check_properties(reader, reader->event.data.mapping_start.anchor,
				 reader->event.data.mapping_start.tag);

	node->kind = NODE_MAP;
	while (r == 0) {
		struct node *key, *item;

		r = next(reader);
		if (r < 0)
			return r;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			return reader->limits->is_lenient ? 0 : check_duplicates(reader, node);
		r = read_node(reader, depth, &key);
		if (r == 0 && key->kind != NODE_SCALAR)
			r = yaml_fault(reader->err, key, "a key must be text, not %s",
				       yaml_kind_name(key));
		if (r == 0)
			r = next(reader);
		if (r == 0)
			r = read_node(reader, depth, &item);
		if (r == 0) {
			vec_push(reader->arena, &node->keys, key);
			vec_push(reader->arena, &node->items, item);
		}
	}
	return r;
}

/* The current event and everything inside it. */
static int read_node(struct reader *reader, unsigned depth, struct node **ret)
{
	struct node *node = arena_alloc(reader->arena, sizeof(*node));
	yaml_event_type_t type = reader->event.type;
	char message[64];
	int r;

	node->file = reader->file;
	node->line = (unsigned)reader->event.start_mark.line + 1;
	node->column = (unsigned)reader->event.start_mark.column + 1;
	if (type == YAML_ALIAS_EVENT && !reader->limits->is_lenient)
		return event_fault(reader, "aliases (*name) are not allowed");
	if (type != YAML_SCALAR_EVENT && type != YAML_ALIAS_EVENT &&
	    depth == reader->limits->depth) {
		(void)snprintf(message, sizeof(message), "nested deeper than %u levels", depth);
		return event_fault(reader, message);
	}
	if (type == YAML_ALIAS_EVENT) {
		node->kind = NODE_ALIAS;
		r = 0;
	} else if (type == YAML_SCALAR_EVENT) {
		r = read_scalar(reader, node);
	} else if (type == YAML_SEQUENCE_START_EVENT) {
		r = read_list(reader, depth + 1, node);
	} else {
		r = read_map(reader, depth + 1, node);
	}
	if (r == 0)
		*ret = node;
	return r;
}

/* Documents ----------------------------------------------------------------------------------- */

/* Reads to the stream's end: a key that is indented less than the first one ends the document as
 * far as libyaml is concerned, and only then turns out to be no document of its own. */
static int read_end(struct reader *reader)
{
	int r = next(reader); /* the document's end */

	if (r == 0)
		r = next(reader);
	if (r == 0 && !reader->limits->is_lenient && reader->event.type != YAML_STREAM_END_EVENT)
		r = event_fault(reader, "a second document; only one is read");
	while (r == 0 && reader->event.type != YAML_STREAM_END_EVENT)
		r = next(reader);
	return r;
}

static int read_document(struct reader *reader, struct node **ret)
{
	bool is_lenient = reader->limits->is_lenient;
	int r = next(reader); /* the stream's start */

	if (r == 0)
		r = next(reader);
	if (r < 0)
		return r;
	if (reader->event.type == YAML_STREAM_END_EVENT)
		return is_lenient ? 0
				  : fault_at(reader->err, reader->file, 1, 1, "this file is empty");
	if (!is_lenient && reader->event.data.document_start.tag_directives.start !=
			       reader->event.data.document_start.tag_directives.end)
		return event_fault(reader, "%TAG is not allowed");
	r = next(reader);
	if (r == 0)
		r = read_node(reader, 0, ret);
	return r < 0 ? r : read_end(reader);
}

/* Windows editors put it before the first byte. libyaml counts it as a column, so that the first
 * key is indented more than those below it. */
static void skip_byte_order_mark(const char **text, size_t *length)
{
	if (*length < strlen(TEXT_BYTE_ORDER_MARK) || !text_starts(*text, TEXT_BYTE_ORDER_MARK))
		return;
	*text += strlen(TEXT_BYTE_ORDER_MARK);
	*length -= strlen(TEXT_BYTE_ORDER_MARK);
}

static int read_text(struct reader *reader, const char *text, const struct node **ret)
{
	struct node *root = NULL;
	int r;

	reader->event = (yaml_event_t){0};
	reader->tab_line = 0;
	if (!yaml_parser_initialize(&reader->parser))
		arena_exhausted();
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text,
				     reader->file->length);
	r = read_document(reader, &root);
	reader_done(reader);
	if (r == 0)
		*ret = root;
	return r;
}

/* Each tab that indents becomes one blank, so that every line and column stays what it is. */
static void replace_tabs(char *text, unsigned line)
{
	while (--line)
		text = strchr(text, '\n') + 1;
	for (; *text == ' ' || *text == '\t'; text++)
		*text = ' ';
}

static int read_without_tabs(struct reader *reader, const struct node **ret)
{
	yaml_faults *tabs = reader->limits->tabs;
	struct err first = *reader->err;
	char *text = arena_strndup(reader->arena, reader->file->text, reader->file->length);
	unsigned line;
	int r;

	do {
		line = reader->tab_line;
		vec_push(reader->arena, tabs, *reader->err);
		if (reader->limits->repeats)
			*reader->limits->repeats = (yaml_repeats){0};
		replace_tabs(text, line);
		r = read_text(reader, text, ret);
	} while (r < 0 && reader->tab_line > line && tabs->count < tabs_most);
	*reader->err = r < 0 ? first : (struct err){0};
	return r;
}

int yaml_parse(struct arena *arena, const char *file, const char *text, size_t length,
	       const struct yaml_limits *limits, const struct node **ret, struct err *err)
{
	struct yaml_text *source = arena_alloc(arena, sizeof(*source));
	struct reader reader = {.arena = arena, .file = source, .limits = limits, .err = err};
	char message[64];
	int r;

	source->name = file;
	if (length > limits->bytes) {
		(void)snprintf(message, sizeof(message), "larger than %zu KiB",
			       limits->bytes / 1024);
		source->text = "";
		return fault_at(err, source, 1, 1, message);
	}
	skip_byte_order_mark(&text, &length);
	source->text = text;
	source->length = length;
	r = check_bytes(source, err);
	if (r == 0)
		r = read_text(&reader, text, ret);
	return r < 0 && reader.tab_line && limits->tabs ? read_without_tabs(&reader, ret) : r;
}

/* Tree ---------------------------------------------------------------------------------------- */

const struct node *yaml_get(const struct node *map, const char *key)
{
	for (size_t i = 0; map->kind == NODE_MAP && i < map->keys.count; i++)
		if (text_equal(map->keys.at[i]->text, key))
			return map->items.at[i];
	return NULL;
}

const char *yaml_kind_name(const struct node *node)
{
	switch (node->kind) {
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a map";
	case NODE_ALIAS:
		return "an alias";
	case NODE_SCALAR:
		break;
	}
	return node->is_plain && !*node->text ? "nothing" : "text";
}

/* Code point of a character that cannot be in a scalar as it is, else 0: the unsafe ones, line ends
 * of YAML among them, the byte order mark, and what is no character. */
static uint32_t special(const char *text, size_t *ret_length)
{
	static const struct {
		const char *utf8;
		uint32_t code;
	} others[] = {
	    {TEXT_BYTE_ORDER_MARK, 0xFEFF}, {"\xEF\xBF\xBE", 0xFFFE}, {"\xEF\xBF\xBF", 0xFFFF}};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		*ret_length = strlen(others[i].utf8);
		if (text_starts(text, others[i].utf8))
			return others[i].code;
	}
	return escape_unsafe(text, ret_length);
}

char *yaml_quote_inside(struct arena *arena, const char *text)
{
	struct str str = str_new(arena);
	size_t length;

	/* YAML has no escape for bytes that are no UTF-8: they become \xNN of a text. */
	for (text = escape_text(arena, text, ESCAPE_KEEP_CONTROLS); *text; text += length) {
		uint32_t code = special(text, &length);

		if (code) {
			str_printf(&str, code < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)code);
			continue;
		}
		length = 1;
		str_add(&str, *text == '"' || *text == '\\' ? "\\" : "");
		str_add_n(&str, text, length);
	}
	return str.text;
}

char *yaml_quote(struct arena *arena, const char *text)
{
	return arena_printf(arena, "\"%s\"", yaml_quote_inside(arena, text));
}
