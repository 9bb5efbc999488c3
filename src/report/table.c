/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned columns that fit the width of the terminal. */
#include "base/escape.h"
#include "report/layout.h"

#include <stdint.h>

/* Between columns; of what is below a row. */
enum { GAP = 2, RECORD_INDENT = 6 };

/* Nobody can read a column that is narrower. */
enum { NARROWEST = 8 };

struct column {
	size_t width; /* of its longest cell; later: what it gets */
	size_t word;  /* of its longest word, with the blanks in front of the cell */
};

static size_t count_columns(const struct table *table)
{
	size_t count = 0;

	while (table->heads[count])
		count++;
	return count;
}

struct table table_new(struct arena *arena, const char *const *heads)
{
	return (struct table){.arena = arena, .heads = heads};
}

void table_add(struct table *table, const char *const *cells)
{
	size_t count = count_columns(table);
	const char **row = arena_alloc(table->arena, count * sizeof(*row));

	for (size_t i = 0; i < count; i++) {
		bool is_painted = table->is_painted && i + 1 == count;

		if (cells[i])
			row[i] = escape_text(table->arena, cells[i],
					     ESCAPE_KEEP_NEWLINES |
						 (is_painted ? ESCAPE_KEEP_COLOUR : ESCAPE_ALL));
	}
	vec_push(table->arena, &table->rows, row);
}

/* Widths -------------------------------------------------------------------------------------- */

/* Takes columns off the widest one, until all fit or none may give any more. The last column holds
 * the sentences: it may be twice as wide as the others. Returns whether all fit. */
static bool shrink(struct column *columns, size_t count, size_t room, bool is_last_resort)
{
	for (;;) {
		struct column *widest = NULL;
		size_t total = GAP * (count - 1), most = 0;

		for (size_t i = 0; i < count; i++) {
			size_t least = is_last_resort ? NARROWEST : columns[i].word;
			size_t claim = i + 1 < count ? columns[i].width * 2 : columns[i].width;

			total += columns[i].width;
			if (columns[i].width > least && claim >= most) {
				widest = &columns[i];
				most = claim;
			}
		}
		if (total <= room || !widest)
			return total <= room;
		widest->width--;
	}
}

/* Of a cell; NULL: none. */
static struct column size_of(const char *cell)
{
	struct column size = {0};

	if (cell)
		layout_measure(cell, &size.width, &size.word);
	return size;
}

static bool has_longer_word(const char *const *row, size_t count, size_t most)
{
	for (size_t i = 1; i < count; i++) {
		if (size_of(row[i]).word > most)
			return true;
	}
	return false;
}

/* What the cells ask for; a row with a longer word than `most` after its name asks for nothing. */
static void measure(const struct table *table, size_t count, size_t most, struct column *columns)
{
	for (size_t i = 0; i < count; i++)
		columns[i] = size_of(table->heads[i]);
	vec_for_each (row, &table->rows) {
		if (has_longer_word((const char *const *)*row, count, most))
			continue;
		for (size_t i = 0; i < count; i++) {
			struct column size = size_of((*row)[i]);

			if (size.width > columns[i].width)
				columns[i].width = size.width;
			if (size.word > columns[i].word)
				columns[i].word = size.word;
		}
	}
}

static struct column *widths(const struct table *table, size_t count, size_t room)
{
	struct column *columns = arena_alloc(table->arena, count * sizeof(*columns));

	measure(table, count, SIZE_MAX, columns);
	if (room == LAYOUT_UNLIMITED || shrink(columns, count, room, false))
		return columns;
	/* A few long words (a list of mount options) are not to cost all rows their shape. */
	measure(table, count, room / 3, columns);
	if (shrink(columns, count, room, false))
		return columns;
	/* Names may be alone on their lines. */
	if (count > 1 && columns[0].word > NARROWEST)
		columns[0].word = NARROWEST;
	if (!shrink(columns, count, room, false))
		(void)shrink(columns, count, room, true);
	return columns;
}

void table_pair(struct table *table, const char *head, const char *text)
{
	if (text && *text)
		table_add(table, (const char *const[]){head, text});
}

size_t table_width(const struct table *table)
{
	size_t count = count_columns(table), total = GAP * (count - 1);
	const struct column *columns = widths(table, count, LAYOUT_UNLIMITED);

	for (size_t i = 0; i < count; i++)
		total += columns[i].width;
	return total;
}

/* Rows ---------------------------------------------------------------------------------------- */

/* One line of the row: the n-th line of each cell. */
static void add_line(struct str *str, const names *cells, const struct column *columns,
		     size_t count, size_t line)
{
	size_t blanks = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = line < cells[i].count ? cells[i].at[line] : "";
		size_t width = layout_width(text);

		if (width)
			str_printf(str, "%*s%s", (int)blanks, "", text);
		blanks = (width ? 0 : blanks) + GAP +
			 (columns[i].width > width ? columns[i].width - width : 0);
	}
}

/* From where on the last column may take the rest. */
static size_t last_width(const struct column *columns, size_t count, size_t room)
{
	size_t at = 0;

	if (room == LAYOUT_UNLIMITED)
		return room;
	for (size_t i = 0; i + 1 < count; i++)
		at += columns[i].width + GAP;
	return room > at ? room - at : 0;
}

static bool all_fit(const char *const *row, const struct column *columns, size_t count, size_t room)
{
	for (size_t i = 1; i + 1 < count; i++) {
		if (size_of(row[i]).word > columns[i].width)
			return false;
	}
	return count < 2 || size_of(row[count - 1]).word <= last_width(columns, count, room);
}

static void add_wrapped(struct str *str, const char *text, size_t indent, size_t room)
{
	names lines = layout_wrap(str->arena, text, room > indent ? room - indent : 1);

	vec_for_each (line, &lines)
		str_printf(str, "%s%*s%s", *str->text ? "\n" : "", (int)indent, "", *line);
}

/* A row that has no room beside itself: its name, and what the heads say of it below. */
static char *record(const struct table *table, const char *const *row, size_t count, size_t room)
{
	struct arena *arena = table->arena;
	struct str str = str_new(arena);
	names parts = {0};

	add_wrapped(&str, text_or(row[0], ""), 0, room);
	for (size_t i = 1; i < count && row != table->heads; i++) {
		if (row[i] && *row[i])
			vec_push(arena, &parts,
				 arena_printf(arena, "%s: %s", table->heads[i], row[i]));
	}
	if (parts.count)
		add_wrapped(&str, text_join(arena, &parts, "; "), RECORD_INDENT, room);
	return str.text;
}

static char *block(const struct table *table, const char *const *row, const struct column *columns,
		   size_t count, size_t room)
{
	bool is_alone = count > 1 && size_of(row[0]).word > columns[0].width;
	struct arena *arena = table->arena;
	names *cells = arena_alloc(arena, count * sizeof(*cells));
	struct str str = str_new(arena);
	size_t height = 0;

	if (!all_fit(row, columns, count, room))
		return record(table, row, count, room);
	/* A long name has lines of its own; the rest stays in its columns. */
	if (is_alone)
		add_wrapped(&str, row[0], 0, room);
	for (size_t i = is_alone; i < count; i++) {
		if (row[i])
			cells[i] = layout_wrap(arena, row[i], columns[i].width);
		if (cells[i].count > height)
			height = cells[i].count;
	}
	for (size_t line = 0; line < height; line++) {
		if (line || is_alone)
			str_add(&str, "\n");
		add_line(&str, cells, columns, count, line);
	}
	return str.text;
}

names table_blocks(const struct table *table, struct text_style style)
{
	size_t count = count_columns(table);
	size_t room = layout_columns(style);
	struct column *columns = widths(table, count, room);
	names blocks = {0};

	vec_push(table->arena, &blocks, block(table, table->heads, columns, count, room));
	vec_for_each (row, &table->rows)
		vec_push(table->arena, &blocks, block(table, *row, columns, count, room));
	return blocks;
}

char *table_text(const struct table *table, struct text_style style)
{
	names blocks = table_blocks(table, style);
	struct str str = str_new(table->arena);

	vec_for_each (text, &blocks)
		str_printf(&str, "%s\n", *text);
	return str.text;
}
