/* SPDX-License-Identifier: Apache-2.0 */
/* The writer of csv.h. */
#include "report/csv.h"

#include "base/escape.h"
#include "base/text.h"

/* "-3", "+0.5": a spreadsheet shows these as they are. */
static bool is_number(const char *text)
{
	size_t digits;

	text += *text == '-' || *text == '+';
	digits = strspn(text, "0123456789");
	text += digits;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	return digits && !*text;
}

/* The wide forms of these characters begin a formula, too, in some languages of spreadsheets. */
static bool is_formula(const char *cell)
{
	static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		if (text_starts(cell, wide[i]))
			return true;
	}
	return *cell && strchr("=+-@\t\r", *cell) && !is_number(cell);
}

static void add_cell(struct str *str, const char *cell)
{
	bool is_marked = is_formula(cell);
	const char *text = escape_text(str->arena, cell, ESCAPE_KEEP_NEWLINES | ESCAPE_KEEP_TABS);
	bool is_quoted = is_marked || strpbrk(text, "\",\n\t") || *text == ' ' ||
			 (*text && text_ends(text, " "));

	if (!is_quoted) {
		str_add(str, text);
		return;
	}
	str_add(str, is_marked ? "\"'" : "\"");
	for (; *text; text++)
		str_add_n(str, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	str_add(str, "\"");
}

void csv_line(struct str *str, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			str_add(str, ",");
		add_cell(str, text_or(cells[i], ""));
	}
	str_add(str, "\r\n");
}
