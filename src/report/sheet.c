/* SPDX-License-Identifier: Apache-2.0 */
/* Lays out tables whose rows have causes, and tells each cause once. */
#include "report/sheet.h"

#include <stdlib.h>

#include "base/escape.h"

/* What is below a row is indented further than the row. */
enum { NOTE_INDENT = 6 };

struct cause {
	const char *text;
	struct cause *root; /* a cause of others that this one begins with; NULL */
	const char *rest;   /* what this one says after that; of one without a root all of it */
	size_t rows;        /* that have it, or one that begins with it */
	unsigned mark;      /* 0: not told yet */
};

struct lines {
	struct arena *arena;
	size_t columns;
	VEC(struct cause) causes; /* in the order of their texts */
	unsigned marks;
	struct str text;
};

struct sheet sheet_new(struct arena *arena, const char *const *heads)
{
	struct sheet sheet = {.table = table_new(arena, heads)};

	/* That of the states. */
	sheet.table.is_painted = true;
	return sheet;
}

void sheet_add(struct sheet *sheet, const char *const *cells, struct sheet_remark remark)
{
	table_add(&sheet->table, cells);
	vec_push(sheet->table.arena, &sheet->remarks, remark);
}

/* Causes -------------------------------------------------------------------------------------- */

static int compare_causes(const void *a, const void *b)
{
	return strcmp(((const struct cause *)a)->text, ((const struct cause *)b)->text);
}

/* What a cause says besides another one: causes say what to do after a colon, a semicolon or in
 * brackets. NULL: it does not begin with that one. */
static const char *rest_of(struct arena *arena, const char *text, const char *start)
{
	size_t length;

	if (!text_starts(text, start))
		return NULL;
	text += strlen(start);
	length = strlen(text);
	if (text_starts(text, ": ") || text_starts(text, "; "))
		return text + 2;
	if (text_starts(text, " (") && text[length - 1] == ')')
		return arena_strndup(arena, text + 2, length - 3);
	return NULL;
}

/* Each text once. In their order those that begin with another one follow it. */
static void count_causes(struct lines *lines)
{
	struct cause *kept = lines->causes.at, *root = NULL;
	size_t count = 0;

	if (lines->causes.count > 1)
		qsort(kept, lines->causes.count, sizeof(*kept), compare_causes);
	vec_for_each (cause, &lines->causes) {
		if (count && text_equal(kept[count - 1].text, cause->text))
			kept[count - 1].rows++;
		else
			kept[count++] = *cause;
	}
	lines->causes.count = count;
	vec_for_each (cause, &lines->causes) {
		const char *rest = root ? rest_of(lines->arena, cause->text, root->text) : NULL;

		cause->rest = rest ? rest : cause->text;
		if (rest) {
			cause->root = root;
			root->rows += cause->rows;
		} else if (!root || !text_starts(cause->text, root->text)) {
			root = cause;
		}
	}
}

static const char *why_text(struct arena *arena, const struct sheet_remark *remark)
{
	return arena_printf(arena, "why: %s", remark->why);
}

static void gather_causes(struct lines *lines, const struct sheet *sheets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vec_for_each (remark, &sheets[i].remarks) {
			vec_for_each (text, &remark->causes)
				vec_push(lines->arena, &lines->causes,
					 (struct cause){.text = *text, .rows = 1});
			if (remark->why)
				vec_push(lines->arena, &lines->causes,
					 (struct cause){.text = why_text(lines->arena, remark),
							.rows = 1});
		}
	}
	count_causes(lines);
}

/* All that rows have are there. */
static struct cause *find(const struct lines *lines, const char *text)
{
	size_t first = 0, end = lines->causes.count;

	while (end - first > 1) {
		size_t middle = first + (end - first) / 2;

		if (strcmp(text, lines->causes.at[middle].text) < 0)
			end = middle;
		else
			first = middle;
	}
	return &lines->causes.at[first];
}

/* Rows ---------------------------------------------------------------------------------------- */

/* Those that are told below one table, in the order of their marks. */
typedef VEC(const struct cause *) cause_list;

static void add_mark(struct lines *lines, struct cause *cause, names *marks, cause_list *told)
{
	if (!cause->mark) {
		cause->mark = ++lines->marks;
		vec_push(lines->arena, told, cause);
	}
	vec_push(lines->arena, marks, arena_printf(lines->arena, "%u", cause->mark));
}

/* What the row is good for is told below it, unless others are good for the same. */
static void mark_why(struct lines *lines, struct sheet_remark *remark, names *marks,
		     cause_list *told)
{
	struct arena *arena = lines->arena;
	struct cause *cause = remark->why ? find(lines, why_text(arena, remark)) : NULL;
	names words = {0};

	if (cause && cause->root)
		add_mark(lines, cause->root, marks, told);
	if (cause && cause->rows > 1)
		add_mark(lines, cause, marks, told);
	else if (cause)
		vec_push(arena, &words,
			 cause->root ? arena_printf(arena, "why: %s", cause->rest) : cause->text);
	if (remark->source)
		vec_push(arena, &words, arena_printf(arena, "[%s]", remark->source));
	if (words.count)
		vec_push(arena, &remark->below, text_join(arena, &words, " "));
	vec_for_each (line, &remark->after)
		vec_push(arena, &remark->below, *line);
}

/* Puts the marks of causes that others have, too, behind the last cell. Returns the rest. */
static const char *mark_row(struct lines *lines, struct sheet *sheet, size_t row, size_t last,
			    cause_list *told)
{
	struct sheet_remark *remark = &sheet->remarks.at[row];
	const char **cell = &sheet->table.rows.at[row][last];
	struct arena *arena = lines->arena;
	names marks = {0}, own = {0};

	vec_for_each (text, &remark->own)
		vec_push(arena, &own, *text);
	vec_for_each (text, &remark->causes) {
		struct cause *cause = find(lines, *text);

		if (cause->root)
			add_mark(lines, cause->root, &marks, told);
		if (cause->rows > 1)
			add_mark(lines, cause, &marks, told);
		else
			vec_push(arena, &own, cause->rest);
	}
	mark_why(lines, remark, &marks, told);
	if (marks.count)
		*cell = arena_printf(arena, "%s [%s]", text_or(*cell, ""),
				     text_join(arena, &marks, ","));
	return escape_text(arena, text_join(arena, &own, "; "), ESCAPE_KEEP_NEWLINES);
}

static bool fits_behind(const struct lines *lines, const char *row, const char *note)
{
	return !strpbrk(row, "\n") && !strpbrk(note, "\n") &&
	       layout_width(row) + layout_width(note) + 3 <= lines->columns;
}

static void add_row(struct lines *lines, const char *row, const char *note)
{
	if (*note && fits_behind(lines, row, note)) {
		str_printf(&lines->text, "%s (%s)\n", row, note);
		return;
	}
	str_printf(&lines->text, "%s\n", row);
	if (*note)
		layout_paragraph(&lines->text, note, NOTE_INDENT, lines->columns);
}

/* "[1] needs uid 0", with further lines below the text. */
static void add_cause(struct lines *lines, const struct cause *cause)
{
	struct arena *arena = lines->arena;
	const char *before = arena_printf(arena, "[%u] ", cause->mark);
	const char *text = escape_text(arena, cause->rest, ESCAPE_KEEP_NEWLINES);
	size_t indent = strlen(before);
	names parts = layout_wrap(arena, text, lines->columns - indent);

	vec_for_each (part, &parts) {
		str_printf(&lines->text, "%*s%s\n", (int)indent, before, *part);
		before = "";
	}
}

static void add_sheet(struct lines *lines, struct sheet *sheet, struct text_style style)
{
	struct arena *arena = lines->arena;
	names notes = {0}, blocks;
	cause_list told = {0};
	size_t last = 0;

	if (!sheet->remarks.count)
		return;
	while (sheet->table.heads[last + 1])
		last++;
	for (size_t i = 0; i < sheet->remarks.count; i++)
		vec_push(arena, &notes, mark_row(lines, sheet, i, last, &told));
	blocks = table_blocks(&sheet->table, style);
	str_printf(&lines->text, "\n%s\n", blocks.at[0]);
	for (size_t i = 0; i < sheet->remarks.count; i++) {
		add_row(lines, blocks.at[i + 1], notes.at[i]);
		vec_for_each (line, &sheet->remarks.at[i].below)
			layout_paragraph(&lines->text, *line, NOTE_INDENT, lines->columns);
	}
	vec_for_each (cause, &told)
		add_cause(lines, *cause);
}

const char *sheet_text(struct sheet *sheets, size_t count, struct text_style style)
{
	struct lines lines = {.arena = sheets->table.arena,
			      .columns = layout_columns(style),
			      .text = str_new(sheets->table.arena)};

	gather_causes(&lines, sheets, count);
	for (size_t i = 0; i < count; i++)
		add_sheet(&lines, &sheets[i], style);
	return lines.text.text;
}
