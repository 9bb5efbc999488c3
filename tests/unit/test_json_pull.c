/* SPDX-License-Identifier: Apache-2.0 */
/* JSON piece by piece: what is well-formed reads as it is meant, and nothing else is taken. */
#include "base/json_pull.h"
#include "base/str.h"
#include "run_suite.h"

static struct json_pull pull_of(struct arena *arena, const char *text)
{
	return json_pull_new(arena, text, strlen(text));
}

/* Whether the whole text is one JSON value. */
static bool is_taken(struct arena *arena, const char *text)
{
	struct json_pull pull = pull_of(arena, text);

	json_pull_skip(&pull);
	return json_pull_end(&pull);
}

START_TEST(values_are_read_in_order)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct json_pull pull = pull_of(
	    arena,
	    " {\"a\": \"one\" , \"b\":[1, 20,\n\"x\", 20.5, 7, -2.5],\"c\":{}, \"d\" : null}\n");
	struct json_text key;

	ck_assert(json_pull_object(&pull));
	ck_assert(json_pull_key(&pull, &key) && json_text_is(key, "a"));
	ck_assert(json_text_is(json_pull_text(&pull), "one"));
	ck_assert(json_pull_key(&pull, &key) && json_text_is(key, "b"));
	ck_assert(json_pull_list(&pull));
	ck_assert(json_pull_item(&pull));
	ck_assert_int_eq(json_pull_number(&pull), 1);
	ck_assert(json_pull_item(&pull));
	ck_assert_int_eq(json_pull_number(&pull), 20);
	ck_assert(json_pull_item(&pull));
	ck_assert_int_eq(json_pull_number(&pull), -1);
	ck_assert(json_pull_item(&pull));
	ck_assert_double_eq(json_pull_real(&pull), 20.5);
	ck_assert(json_pull_item(&pull));
	ck_assert_double_eq(json_pull_real(&pull), 7);
	ck_assert(json_pull_item(&pull));
	ck_assert_double_eq(json_pull_real(&pull), -1);
	ck_assert(!json_pull_item(&pull));
	ck_assert(json_pull_key(&pull, &key) && json_text_is(key, "c"));
	ck_assert(json_pull_object(&pull));
	ck_assert(!json_pull_key(&pull, &key));
	ck_assert(json_pull_key(&pull, &key) && json_text_is(key, "d"));
	ck_assert_ptr_null(json_pull_text(&pull).text);
	ck_assert(!json_pull_key(&pull, &key));
	ck_assert(json_pull_end(&pull));
}
END_TEST

START_TEST(escapes_become_bytes)
{
	static const struct {
		const char *json, *text;
	} rows[] = {
	    {"\"\"", ""},
	    {"\"plain text that is longer than eight bytes\"",
	     "plain text that is longer than eight bytes"},
	    {"\"a\\n\\t\\\"\\\\\\/\\b\\f\\r\"", "a\n\t\"\\/\b\f\r"},
	    {"\"\\u001b[31m\"", "\033[31m"},
	    {"\"\\u00e9\\u20AC\\ud83d\\uDE00!\"", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!"},
	    {"\"caf\xc3\xa9, and on it goes\"", "caf\xc3\xa9, and on it goes"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_pull pull = pull_of(arena, rows[i].json);

		ck_assert(json_text_is(json_pull_text(&pull), rows[i].text));
		ck_assert(json_pull_end(&pull));
	}
}
END_TEST

/* Eight bytes are looked at together: each byte at each place among others, also near the end. */
START_TEST(a_byte_is_the_same_wherever_it_stands)
{
	static const char *const around[] = {"xxxxxxxxxxxxxxxxxxxx", "!!!!!!!!!!!!!!!!!!!!",
					     "####################", "]]]]]]]]]]]]]]]]]]]]",
					     "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f"};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		for (int byte = 1; byte < 0x100; byte++) {
			for (size_t place = 0; place <= strlen(around[i]); place++) {
				char *text = arena_printf(arena, "\"%.*s%c%s\"", (int)place,
							  around[i], byte, around[i] + place);
				bool is_plain =
				    byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
				struct json_pull pull = pull_of(arena, text);
				struct json_text read = json_pull_text(&pull);

				ck_assert_int_eq(json_pull_end(&pull), is_plain);
				ck_assert(!is_plain || read.length == strlen(text) - 2);
			}
		}
	}
}
END_TEST

START_TEST(what_is_not_json_is_refused)
{
	static const char *const bad[] = {
	    "",
	    " ",
	    "{",
	    "}",
	    "[1,]",
	    "{\"a\":1,}",
	    "{\"a\"}",
	    "{a:1}",
	    "[1 2]",
	    "[01]",
	    "[1.]",
	    "[.5]",
	    "[-]",
	    "[+1]",
	    "[1e]",
	    "nul",
	    "tru",
	    "truex",
	    "\"a",
	    "\"\\x\"",
	    "\"\\u12\"",
	    "\"\\u0000\"",
	    "\"\\ud800\"",
	    "\"\\udc00\"",
	    "\"a\nb\"",
	    "\"\xff\"",
	    "\"\xc3\"",
	    "\"\xed\xa0\x80\"",
	    "1 2",
	    "[]]",
	    "[1}",
	    "{\"a\":1]",
	    "\"12345678\x01\"",
	};
	static const char *const good[] = {
	    "0",
	    "-0",
	    "1.5e-3",
	    "[]",
	    "{}",
	    "[[],{}]",
	    "true",
	    "false",
	    "null",
	    " [1 , 2 ] ",
	    "123456789012345678901234567890",
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!is_taken(arena, bad[i]), "%s is taken", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(is_taken(arena, good[i]), "%s is refused", good[i]);
}
END_TEST

START_TEST(a_nul_byte_ends_nothing)
{
	static const char text[] = "[1]\0[2]";
	_cleanup_arena_ struct arena *arena = arena_new();
	struct json_pull pull = json_pull_new(arena, text, sizeof(text) - 1);

	json_pull_skip(&pull);
	ck_assert(!json_pull_end(&pull));
	ck_assert_str_eq(pull.fault, "a NUL byte is in it");
}
END_TEST

START_TEST(depth_has_a_limit)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	for (int depth = JSON_PULL_DEPTH; depth <= JSON_PULL_DEPTH + 1; depth++) {
		struct str text = str_new(arena);

		for (int i = 0; i < depth; i++)
			str_add(&text, "[");
		for (int i = 0; i < depth; i++)
			str_add(&text, "]");
		ck_assert_int_eq(is_taken(arena, text.text), depth == JSON_PULL_DEPTH);
	}
}
END_TEST

START_TEST(a_fault_ends_the_reading_and_has_its_line)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct json_pull pull = pull_of(arena, "{\"a\": 1,\n \"b\": ?,\n \"c\": 2}");
	struct json_text key;

	ck_assert(json_pull_object(&pull));
	ck_assert(json_pull_key(&pull, &key));
	json_pull_skip(&pull);
	ck_assert(json_pull_key(&pull, &key));
	json_pull_skip(&pull);
	ck_assert(!json_pull_key(&pull, &key));
	ck_assert(!json_pull_object(&pull));
	ck_assert_ptr_null(json_pull_text(&pull).text);
	ck_assert(!json_pull_end(&pull));
	ck_assert_uint_eq(json_pull_line(&pull), 2);
}
END_TEST

RUN_SUITE("json_pull", values_are_read_in_order, escapes_become_bytes,
	  a_byte_is_the_same_wherever_it_stands, what_is_not_json_is_refused,
	  a_nul_byte_ends_nothing, depth_has_a_limit, a_fault_ends_the_reading_and_has_its_line)
