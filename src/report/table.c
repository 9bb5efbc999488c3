/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned columns that fit the width of the terminal. */
#include "base/escape.h"
#include "report/layout.h"

#include <stdint.h>

/* Between columns. */
enum { GAP = 2 };

/* Nobody can read a column that is narrower; what does not fit then runs over the edge. */
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
 * the sentences: it may be twice as wide as the others. */
static void shrink(struct column *columns, size_t count, size_t room, bool break_words)
{
	for (;;) {
		struct column *widest = NULL;
		size_t total = GAP * (count - 1), most = 0;

		for (size_t i = 0; i < count; i++) {
			size_t least = break_words ? NARROWEST : columns[i].word;
			size_t claim = i + 1 < count ? columns[i].width * 2 : columns[i].width;

			total += columns[i].width;
			if (columns[i].width > least && claim >= most) {
				widest = &columns[i];
				most = claim;
			}
		}
		if (total <= room || !widest)
			return;
		widest->width--;
	}
}

static struct column *widths(const struct table *table, size_t count, size_t room)
{
	struct column *columns = arena_alloc(table->arena, count * sizeof(*columns));

	for (size_t i = 0; i < count; i++)
		layout_measure(table->heads[i], &columns[i].width, &columns[i].word);
	vec_for_each (row, &table->rows) {
		for (size_t i = 0; i < count; i++) {
			if ((*row)[i])
				layout_measure((*row)[i], &columns[i].width, &columns[i].word);
		}
	}
	if (room != LAYOUT_UNLIMITED) {
		shrink(columns, count, room, false);
		shrink(columns, count, room, true);
	}
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

static char *block(struct arena *arena, const char *const *row, const struct column *columns,
		   size_t count)
{
	names *cells = arena_alloc(arena, count * sizeof(*cells));
	struct str str = str_new(arena);
	size_t height = 1;

	for (size_t i = 0; i < count; i++) {
		/* Breaking a word in the last column would not help to keep anything aligned. */
		if (row[i])
			cells[i] = layout_wrap(arena, row[i], columns[i].width, i + 1 < count);
		if (cells[i].count > height)
			height = cells[i].count;
	}
	for (size_t line = 0; line < height; line++) {
		if (line)
			str_add(&str, "\n");
		add_line(&str, cells, columns, count, line);
	}
	return str.text;
}

names table_blocks(const struct table *table, struct text_style style)
{
	size_t count = count_columns(table);
	struct column *columns = widths(table, count, layout_columns(style));
	names blocks = {0};

	vec_push(table->arena, &blocks, block(table->arena, table->heads, columns, count));
	vec_for_each (row, &table->rows)
		vec_push(table->arena, &blocks, block(table->arena, *row, columns, count));
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
