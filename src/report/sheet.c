/* SPDX-License-Identifier: Apache-2.0 */
/* Lays out a table whose rows have notes, and tells each cause once. */
#include "report/sheet.h"

#include "base/escape.h"

/* Notes below a row are indented further than the row. */
enum { NOTE_INDENT = 6 };

/* A note that is no longer than this is repeated as it is; those after the first MOST_TOLD are. */
enum { BRIEF = 32, MOST_TOLD = 64 };

/* A note, the row that has told it, and the last one that has it. */
struct told {
	const char *note, *row;
	size_t last;
};

struct lines {
	struct arena *arena;
	size_t columns;
	VEC(struct told) told;
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

/* The cause without what to do about it: notes say that after a colon, a semicolon or in brackets.
 * Else the row that has told it. */
static const char *brief_of(struct arena *arena, const struct told *told, const char *note,
			    size_t row)
{
	static const char *const ends[] = {": ", "; ", " ("};
	size_t length = strlen(note);

	if (length <= BRIEF)
		return note;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *end = strstr(note, ends[i]);

		if (end && (size_t)(end - note) < length)
			length = (size_t)(end - note);
	}
	if (note[length])
		return arena_strndup(arena, note, length);
	return told->last + 1 == row ? "as above" : arena_printf(arena, "as %s", told->row);
}

/* One cause often explains several rows: it is spelt out at the first of them, which may say more.
 */
static const char *once(struct lines *lines, const char *note, const char *name, size_t row)
{
	vec_for_each (told, &lines->told) {
		const char *brief;

		if (!text_starts(told->note, note))
			continue;
		brief = brief_of(lines->arena, told, note, row);
		told->last = row;
		return brief;
	}
	if (lines->told.count < MOST_TOLD)
		vec_push(lines->arena, &lines->told, (struct told){note, name, row});
	return note;
}

static const char *note_of(struct lines *lines, const struct sheet *sheet, size_t row)
{
	const char *name = sheet->table.rows.at[row][0];
	names parts = {0};

	vec_for_each (note, &sheet->remarks.at[row].notes)
		vec_push(lines->arena, &parts, once(lines, *note, name + strspn(name, " "), row));
	return escape_text(lines->arena, text_join(lines->arena, &parts, "; "),
			   ESCAPE_KEEP_NEWLINES);
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

const char *sheet_text(const struct sheet *sheet, struct text_style style)
{
	struct arena *arena = sheet->table.arena;
	struct lines lines = {
	    .arena = arena, .columns = layout_columns(style), .text = str_new(arena)};
	names blocks;

	if (!sheet->remarks.count)
		return "";
	blocks = table_blocks(&sheet->table, style);
	str_printf(&lines.text, "\n%s\n", blocks.at[0]);
	for (size_t i = 0; i < sheet->remarks.count; i++) {
		add_row(&lines, blocks.at[i + 1], note_of(&lines, sheet, i));
		vec_for_each (line, &sheet->remarks.at[i].below)
			layout_paragraph(&lines.text, *line, NOTE_INDENT, lines.columns);
	}
	return lines.text.text;
}
