/* SPDX-License-Identifier: Apache-2.0 */
/* Sections, rows and tables of the facts text. */
#include "report/facts_page.h"

#include "base/escape.h"
#include "base/text.h"

/* Where the value of a row starts. */
enum { KEY_COLUMN = 18 };

const char *page_or_unknown(const char *text)
{
	return text_or(text, "unknown");
}

void page_section(struct facts_page *page, const char *title)
{
	str_printf(&page->text, "\n%s\n", title);
}

void page_row(struct facts_page *page, const char *key, const char *value)
{
	size_t columns = layout_columns(page->style);
	size_t room = columns == LAYOUT_UNLIMITED ? columns : columns - KEY_COLUMN;
	const char *clean = escape_text(page->arena, page_or_unknown(value), ESCAPE_ALL);
	names lines = layout_wrap(page->arena, clean, room);

	/* The name of a device. */
	key = escape_text(page->arena, key, ESCAPE_ALL);
	if (strlen(key) + 2 >= KEY_COLUMN) {
		str_printf(&page->text, "  %s\n", key);
		key = "";
	}
	for (size_t i = 0; i < lines.count; i++)
		str_printf(&page->text, "  %-*s%s\n", KEY_COLUMN - 2, i ? "" : key, lines.at[i]);
}

void page_table(struct facts_page *page, const struct table *table)
{
	if (table->rows.count)
		str_add(&page->text, table_text(table, page->style));
}
