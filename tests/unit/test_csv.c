/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of CSV: quoted where RFC 4180 wants it, and no cell is a formula. */
#include "report/csv.h"
#include "run_suite.h"

static const char *line(struct arena *arena, const char *cell)
{
	const char *const cells[] = {cell, "x"};
	struct str str = str_new(arena);

	csv_line(&str, cells, 2);
	return str.text;
}

START_TEST(cells)
{
	static const struct {
		const char *cell, *line;
	} rows[] = {
	    {"plain", "plain,x\r\n"},
	    {NULL, ",x\r\n"},
	    {"", ",x\r\n"},
	    {"a,b", "\"a,b\",x\r\n"},
	    {"say \"no\"", "\"say \"\"no\"\"\",x\r\n"},
	    {"two\nlines", "\"two\nlines\",x\r\n"},
	    {" edge", "\" edge\",x\r\n"},
	    {"edge ", "\"edge \",x\r\n"},
	    {"-3", "-3,x\r\n"},
	    {"+0.5", "+0.5,x\r\n"},
	    {"-3+2", "\"'-3+2\",x\r\n"},
	    {"=1+1", "\"'=1+1\",x\r\n"},
	    {"@SUM(A1)", "\"'@SUM(A1)\",x\r\n"},
	    {"\tx", "\"'\tx\",x\r\n"},
	    {"-", "\"'-\",x\r\n"},
	    {"+", "\"'+\",x\r\n"},
	    {"\ra", "\"'\\x0da\",x\r\n"},
	    {"\xef\xbc\x9d"
	     "1",
	     "\"'\xef\xbc\x9d"
	     "1\",x\r\n"},
	    {"-5.2.1", "\"'-5.2.1\",x\r\n"},
	    {"-1e5", "\"'-1e5\",x\r\n"},
	    {"a=b", "a=b,x\r\n"},
	    {"\033[31m", "\\x1b[31m,x\r\n"},
	    {"\xff", "\\xff,x\r\n"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(line(arena, rows[i].cell), rows[i].line);
}
END_TEST

RUN_SUITE("csv", cells)
