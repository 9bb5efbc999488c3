/* SPDX-License-Identifier: Apache-2.0 */
/* The escaper: what may leave the program as it is, and what becomes of the rest. */
#include "base/escape.h"

#include "base/text.h"
#include "run_suite.h"

START_TEST(controls_are_escaped)
{
	static const struct {
		const char *text;
		unsigned keep;
		const char *clean;
	} cases[] = {
	    {"\033[31mred", ESCAPE_ALL, "\\x1b[31mred"},
	    {"a\nb\tc", ESCAPE_ALL, "a\\x0ab\\x09c"},
	    {"a\nb\tc", ESCAPE_KEEP_NEWLINES, "a\nb\\x09c"},
	    {"a\nb\tc", ESCAPE_KEEP_TABS, "a\\x0ab\tc"},
	    {"a\r\x7f", ESCAPE_KEEP_NEWLINES | ESCAPE_KEEP_TABS, "a\\x0d\\x7f"},
	    {"a\r\nb\rc", ESCAPE_KEEP_NEWLINES | ESCAPE_KEEP_RETURNS, "a\r\nb\\x0dc"},
	    {"a\r\n", ESCAPE_KEEP_RETURNS, "a\r\\x0a"},
	    {"\033[31mred\033[0m", ESCAPE_KEEP_COLOUR, "\033[31mred\033[0m"},
	    {"\033[2J\033]0;title\a", ESCAPE_KEEP_COLOUR, "\\x1b[2J\\x1b]0;title\\x07"},
	    /* CSI as one character of the C1 set, and as a byte of its own. */
	    {"\xc2\x9b"
	     "2J",
	     ESCAPE_KEEP_COLOUR, "\\xc2\\x9b2J"},
	    {"\x9b"
	     "2J",
	     ESCAPE_KEEP_CONTROLS, "\\x9b2J"},
	    {"\xe2\x80\xae"
	     "txt",
	     ESCAPE_KEEP_COLOUR, "\\xe2\\x80\\xaetxt"},
	    {"\033\xc2\x9b\n\xe2\x80\xae", ESCAPE_KEEP_CONTROLS, "\033\xc2\x9b\n\xe2\x80\xae"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_str_eq(escape_text(arena, cases[i].text, cases[i].keep), cases[i].clean);
		ck_assert_int_eq(escape_is_clean(cases[i].text, cases[i].keep),
				 text_equal(cases[i].text, cases[i].clean));
	}
}
END_TEST

START_TEST(only_well_formed_utf8_passes)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
	    {"\xff", "\\xff"},
	    {"a\xc3", "a\\xc3"},                          /* cut off */
	    {"\xc0\x80", "\\xc0\\x80"},                   /* overlong */
	    {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},          /* overlong */
	    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* surrogate */
	    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond U+10FFFF */
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_str_eq(escape_text(arena, cases[i].text, ESCAPE_KEEP_CONTROLS),
				 cases[i].clean);
		ck_assert_str_eq(escape_text(arena, cases[i].text, ESCAPE_ALL), cases[i].clean);
	}
}
END_TEST

static void encode(uint32_t code, char text[static 5])
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	text[length] = '\0';
	for (size_t i = length - 1; i > 0; i--, code >>= 6)
		text[i] = (char)(0x80 | (code & 0x3f));
	text[0] = (char)(length == 1 ? code : (0xf00U >> length) | code);
}

/* Unicode's Cc and Bidi_Control, and its two separators; no other character of any script. */
START_TEST(exactly_these_characters)
{
	char text[5];
	size_t length = 0;

	for (uint32_t code = 1; code <= 0x10ffff; code++) {
		bool is_unsafe = code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
				 code == 0x200e || code == 0x200f ||
				 (code >= 0x2028 && code <= 0x202e) ||
				 (code >= 0x2066 && code <= 0x2069);

		if (code >= 0xd800 && code < 0xe000)
			continue;
		encode(code, text);
		ck_assert_uint_eq(escape_unsafe(text, &length), is_unsafe ? code : 0);
		ck_assert(!is_unsafe || length == strlen(text));
		ck_assert(escape_is_clean(text, ESCAPE_ALL) == !is_unsafe);
	}
}
END_TEST

START_TEST(json_reads_back)
{
	static char plain[] = "{\n  \"a\": \"\xc3\xa4\\u001b\"\n}\n";
	static char unsafe[] = "{\"a\xe2\x80\xae\": \"\xc2\x9b"
			       "2J\x7f\xd8\x9c\",\n\"b\": 1}\n";
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_ptr_eq(escape_json(arena, plain), plain);
	ck_assert_str_eq(escape_json(arena, unsafe),
			 "{\"a\\u202e\": \"\\u009b2J\\u007f\\u061c\",\n\"b\": 1}\n");
}
END_TEST

START_TEST(html_shows_all_of_it)
{
	static const struct {
		const char *text, *html;
	} rows[] = {
	    {"", ""},
	    {"a b \xc3\xa4", "a b \xc3\xa4"},
	    {"<b a='\"'>&amp;", "&#60;b a=&#39;&#34;&#39;&#62;&#38;amp;"},
	    {"a\nb\tc\x1b[31m\x7f", "a\\x0ab\\x09c\\x1b[31m\\x7f"},
	    {"\xe2\x80\xae<\xff", "\\xe2\\x80\\xae&#60;\\xff"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(escape_html(arena, rows[i].text), rows[i].html);
}
END_TEST

START_TEST(xml_reads_back)
{
	static const struct {
		const char *text, *xml;
	} rows[] = {
	    {"", ""},
	    {"a \xc3\xa4 \xf0\x9f\x98\x80", "a \xc3\xa4 \xf0\x9f\x98\x80"},
	    {"<b a='\"'>&", "&#60;b a=&#39;&#34;&#39;&#62;&#38;"},
	    {"a\nb\tc\rd\x7f", "a&#10;b&#9;c&#13;d&#127;"},
	    {"\xc2\x9b\xe2\x80\xae", "&#155;&#8238;"},
	    /* What XML forbids. */
	    {"\033a\x01", "\xef\xbf\xbd"
			  "a\xef\xbf\xbd"},
	    {"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xef\xbf\xbc", "\xef\xbf\xbc"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(escape_xml(arena, rows[i].text), rows[i].xml);
}
END_TEST

RUN_SUITE("escape", controls_are_escaped, only_well_formed_utf8_passes, exactly_these_characters,
	  json_reads_back, html_shows_all_of_it, xml_reads_back)
