/* SPDX-License-Identifier: Apache-2.0 */
/* The strict tree: places, what is refused and where, and that hostile texts are refused quickly.
 */
#include "run_suite.h"

#include <errno.h>
#include <time.h>

#include "base/escape.h"
#include "base/text.h"
#include "base/yaml.h"

static const struct yaml_limits strict = {.bytes = 256 * 1024, .depth = 8};
static const struct yaml_limits lenient = {.bytes = 256 * 1024, .depth = 32, .is_lenient = true};

static const struct node *parse(struct arena *arena, const char *text,
				const struct yaml_limits *limits)
{
	const struct node *root = NULL;
	struct err err = {0};
	int r = yaml_parse(arena, "f", text, strlen(text), limits, &root, &err);

	ck_assert_msg(r == 0, "%s: %s", text, err.text);
	return root;
}

static void refuse_bytes_as(const struct yaml_limits *limits, const char *text, size_t length,
			    const char *message)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct node *root = NULL;
	struct err err = {0};
	int r = yaml_parse(arena, "f", text, length, limits, &root, &err);

	ck_assert_msg(r == -EINVAL, "'%s' is taken", text);
	ck_assert_ptr_null(root);
	ck_assert_msg(text_starts(err.text, message), "want '%s', got '%s'", message, err.text);
}

static void refuse_bytes(const char *text, size_t length, const char *message)
{
	refuse_bytes_as(&strict, text, length, message);
}

static void refuse_as(const struct yaml_limits *limits, const char *text, const char *message)
{
	refuse_bytes_as(limits, text, strlen(text), message);
}

static void refuse(const char *text, const char *message)
{
	refuse_bytes(text, strlen(text), message);
}

START_TEST(tree_knows_kinds_texts_and_places)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct node *root =
	    parse(arena, "# c\na:\n  - 010\n  - \"x\ty\"\nb: {c: }\n", &strict);
	const struct node *list = yaml_get(root, "a");

	ck_assert_int_eq(root->kind, NODE_MAP);
	ck_assert_uint_eq(root->keys.count, 2);
	ck_assert_uint_eq(root->keys.at[1]->line, 5);
	ck_assert_int_eq(list->kind, NODE_LIST);
	ck_assert_uint_eq(list->items.count, 2);
	ck_assert_str_eq(list->items.at[0]->text, "010");
	ck_assert(list->items.at[0]->is_plain);
	ck_assert_uint_eq(list->items.at[0]->line, 3);
	ck_assert_uint_eq(list->items.at[0]->column, 5);
	ck_assert_str_eq(list->items.at[1]->text, "x\ty");
	ck_assert(!list->items.at[1]->is_plain);
	ck_assert_str_eq(yaml_kind_name(yaml_get(yaml_get(root, "b"), "c")), "nothing");
	ck_assert_ptr_null(yaml_get(root, "c"));
	ck_assert_ptr_null(yaml_get(list, "c"));
}
END_TEST

START_TEST(strict_refuses_with_place)
{
	refuse("a: 1\nb: 2\na: 3\n", "f:3:1: key 'a' appears twice, first in line 1");
	refuse("x: {k: 1, k: 2}\n", "f:1:11: key 'k' appears twice, first in line 1");
	refuse("a: &x 1\n", "f:1:4: anchors");
	refuse("a: &x [*x]\n", "f:1:4: anchors");
	refuse("a: *x\n", "f:1:4: aliases");
	refuse("a: !!str 1\n", "f:1:4: tags");
	refuse("a: !x {}\n", "f:1:4: tags");
	refuse("a: ! x\n", "f:1:4: tags");
	refuse("%TAG !e! tag:x,2000:\n---\na: 1\n", "f:1:1: %TAG");
	refuse("a: 1\n---\nb: 1\n", "f:2:1: a second document");
	refuse("--- {}\n--- {}\n", "f:2:1: a second document");
	refuse("", "f:1:1: this file is empty");
	refuse("# only a comment\n", "f:1:1: this file is empty");
	refuse("? [a]\n: 1\n", "f:1:3: a key must be text, not a list");
	refuse("a: [1\n", "f:2:1: not YAML: ");
	refuse("a:\n\t- 1\n", "f:2:1: not YAML: ");
	refuse("a: 1\n b: 2\n", "f:2:3: not YAML: ");
	refuse("a: @x\n", "f:1:4: not YAML: ");
	refuse("a: [[[[[[[[1]]]]]]]]\n", "f:1:11: nested deeper than 8 levels");
	refuse("a: \"x\\ny\"\n", "f:1:4: line breaks and control");
	refuse("a: \"\\e[31m\"\n", "f:1:4: line breaks and control");
	refuse("a: \"\\x9b31m\"\n", "f:1:4: line breaks and control");
	refuse("a: \"x\\0y\"\n", "f:1:4: NUL");
}
END_TEST

/* The tabs that were kept, a line each, and then the error; *ret_r: what yaml_parse() says. */
static const char *tabs_of(struct arena *arena, const char *text, const struct node **ret,
			   int *ret_r)
{
	yaml_faults tabs = {0};
	struct yaml_limits limits = {.bytes = 1024, .depth = 8, .tabs = &tabs};
	struct str told = str_new(arena);
	struct err err = {0};

	*ret = NULL;
	*ret_r = yaml_parse(arena, "f", text, strlen(text), &limits, ret, &err);
	vec_for_each (tab, &tabs)
		str_printf(&told, "%s\n", tab->text);
	str_add(&told, err.text);
	return told.text;
}

#define TAB ": not YAML: a tab does not indent; use blanks"

START_TEST(tabs_count_as_blanks_where_all_mistakes_are_wanted)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct str many = str_new(arena);
	const struct node *root;
	const char *told;
	int r;

	ck_assert_str_eq(tabs_of(arena, "a:\n\tb: 1\n\t\tc: \t2\n", &root, &r),
			 "f:2:1" TAB "\nf:3:1" TAB "\nf:2:1" TAB);
	ck_assert_int_eq(r, -EINVAL);
	told = tabs_of(arena, "a:\n\tb:\n\t\tc: \t2\n", &root, &r);
	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(told, "f:2:1" TAB "\nf:3:1" TAB "\n");
	ck_assert_uint_eq(yaml_get(root, "a")->items.at[0]->line, 3);
	ck_assert_uint_eq(yaml_get(root, "a")->items.at[0]->column, 3);
	str_add(&many, "a:\n");
	for (int i = 0; i < 30; i++)
		str_printf(&many, "\tk%d: 1\n", i);
	told = tabs_of(arena, many.text, &root, &r);
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_ptr_nonnull(strstr(told, "f:21:1" TAB));
	ck_assert_ptr_null(strstr(told, "f:22:1" TAB));
}
END_TEST

START_TEST(keys_that_stand_twice_are_kept_where_all_mistakes_are_wanted)
{
	static const char text[] = "a: 1\nb: {k: 1, k: {x: 1, x: 2}, l: 3, k: 4}\na: 2\nc: 3\n";
	_cleanup_arena_ struct arena *arena = arena_new();
	yaml_repeats repeats = {0};
	struct yaml_limits limits = {.bytes = 1024, .depth = 8, .repeats = &repeats};
	const struct node *root, *inner;
	struct str told = str_new(arena);
	struct err err = {0};

	ck_assert_int_eq(yaml_parse(arena, "f", text, strlen(text), &limits, &root, &err), 0);
	vec_for_each (again, &repeats) {
		ck_assert_int_eq(yaml_fault_again(&err, again), -EINVAL);
		str_printf(&told, "%s\n%s\n", err.text, err.mark);
	}
	ck_assert_str_eq(told.text, "f:2:21: key 'x' appears twice, first in line 2\n"
				    "      |                     ^\n"
				    "f:2:11: key 'k' appears twice, first in line 2\n"
				    "      |           ^\n"
				    "f:2:34: key 'k' appears twice, first in line 2\n"
				    "      |                                  ^\n"
				    "f:3:1: key 'a' appears twice, first in line 1\n"
				    "      | ^\n");
	inner = yaml_get(root, "b");
	ck_assert_uint_eq(root->keys.count, 3);
	ck_assert_str_eq(yaml_get(root, "a")->text, "1");
	ck_assert_str_eq(yaml_get(root, "c")->text, "3");
	ck_assert_uint_eq(inner->keys.count, 2);
	ck_assert_uint_eq(inner->items.count, 2);
	ck_assert_str_eq(yaml_get(inner, "l")->text, "3");
}
END_TEST

START_TEST(strict_refuses_bytes_that_are_no_text)
{
	refuse_bytes("a: 1\nb\0c: 2\n", 12, "f:2:2: byte 0x00");
	refuse("a: \x1b[31m\n", "f:1:4: byte 0x1B");
	refuse("a: \x7f\n", "f:1:4: byte 0x7F");
	refuse("a: \xff\xfe\n", "f:1:4: byte 0xFF");
	refuse("a: \xc0\xaf\n", "f:1:4: byte 0xC0");
	refuse("a: \xe0\x80\x80\n", "f:1:4: byte 0xE0");
	refuse("a: \xed\xa0\x80\n", "f:1:4: byte 0xED");
	refuse("a: \xf4\x90\x80\x80\n", "f:1:4: byte 0xF4");
	refuse("a: \xc3", "f:1:4: byte 0xC3");
	refuse("a: \xf0\x9f\x98", "f:1:4: byte 0xF0");
	refuse_bytes("\xff\xfe"
		     "a\0:\0",
		     6, "f:1:1: this is UTF-16 or UTF-32");
	refuse_bytes("\0a\0:", 4, "f:1:1: this is UTF-16 or UTF-32");
	refuse_bytes("\0\0", 2, "f:1:1: byte 0x00");
}
END_TEST

START_TEST(other_scripts_and_a_byte_order_mark_are_text)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct node *root = parse(arena,
					"\xef\xbb\xbf"
					"a: gr\xc3\xb6\xc3\x9f"
					"e \xf0\x9f\x98\x80\n",
					&strict);

	ck_assert_str_eq(yaml_get(root, "a")->text, "gr\xc3\xb6\xc3\x9f"
						    "e \xf0\x9f\x98\x80");
	root = parse(arena,
		     "\xef\xbb\xbf"
		     "a: 1\nb: 2\n",
		     &strict);
	ck_assert_str_eq(yaml_get(root, "b")->text, "2");
	ck_assert_uint_eq(root->keys.at[0]->column, 1);
	root = parse(arena, "\xc3\xb6: x\r\nb: y\r\n", &strict);
	ck_assert_str_eq(yaml_get(root, "b")->text, "y");
}
END_TEST

START_TEST(depth_of_eight_is_allowed)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	(void)parse(arena, "a: [[[[[[[1]]]]]]]\n", &strict);
}
END_TEST

START_TEST(lenient_passes_over_what_is_not_ours)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct node *root = parse(
	    arena, "a: &x {k: 1}\nb: *x\na: !!str 2\nc: |\n  two\n  lines\n---\nd: 1\n", &lenient);

	ck_assert_uint_eq(root->keys.count, 4);
	ck_assert_int_eq(yaml_get(root, "b")->kind, NODE_ALIAS);
	ck_assert_str_eq(yaml_kind_name(yaml_get(root, "b")), "an alias");
	ck_assert_str_eq(yaml_get(root, "c")->text, "two\nlines\n");
	ck_assert_ptr_null(parse(arena, "# nothing\n", &lenient));
}
END_TEST

START_TEST(lenient_reads_to_the_end)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct node *root = parse(arena,
					"\xef\xbb\xbf"
					"a: 1\nb: 2\n...\n---\n- c\n---\n{d: [*x]}\n",
					&lenient);

	ck_assert_uint_eq(root->keys.count, 2);
	ck_assert_str_eq(yaml_get(root, "b")->text, "2");
	refuse_as(&lenient, " a:\n   k: 1\nb:\n  k: 2\n", "f:3:1: not YAML: ");
	refuse_as(&lenient, "  a: 1\n b: 2\n", "f:2:2: not YAML: ");
	refuse_as(&lenient, "{a: 1}\nb: 2\n", "f:2:1: not YAML: ");
	refuse_as(&lenient, "- a\nb: 2\n", "f:2:1: not YAML: ");
	refuse_as(&lenient, "text\nb: 2\n", "f:2:2: not YAML: ");
	refuse_as(&lenient, "a: 1\n---\nb: [\n", "f:4:1: not YAML: ");
	refuse_as(&lenient,
		  "\xef\xbb\xbf\xef\xbb\xbf"
		  "a: 1\nb: 2\n",
		  "f:");
	refuse_as(&lenient,
		  "\xef\xbb\xbf"
		  "a: \x1b\n",
		  "f:1:4: byte 0x1B");
}
END_TEST

static double seconds_to_refuse(const char *text, size_t length)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct node *root;
	struct timespec start, end;
	struct err err = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	ck_assert_int_lt(yaml_parse(arena, "f", text, length, &strict, &root, &err), 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

START_TEST(hostile_texts_are_refused_quickly)
{
	static const char *const pieces[] = {"[",    "{",  "- ",  "? ",  "[\n", "{a: ", "a: 1\n",
					     "- - ", "\"", "&a ", "*a ", "!",   "%"};
	_cleanup_arena_ struct arena *arena = arena_new();
	size_t size = strict.bytes;
	char *text = arena_alloc(arena, size + 1);

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t length = strlen(pieces[i]);

		for (size_t at = 0; at < size; at++)
			text[at] = pieces[i][at % length];
		ck_assert_msg(seconds_to_refuse(text, size) < 5, "'%s' takes too long", pieces[i]);
	}
	memset(text, 'a', size + 1);
	ck_assert(seconds_to_refuse(text, size + 1) < 0.1);
}
END_TEST

START_TEST(many_keys_are_checked_for_duplicates_quickly)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct str text = str_new(arena);

	for (unsigned i = 0; i < 25000; i++)
		str_printf(&text, "k%x: 1\n", i);
	str_add(&text, "k7: 1\n");
	ck_assert(seconds_to_refuse(text.text, text.length) < 5);
}
END_TEST

START_TEST(quoted_text_reads_back)
{
	/* Controls, line ends of other scripts, marks of direction, the byte order mark. */
	static const char text[] =
	    "a \"b\" \\ \t # : {x} \xc3\xb6 \033[2J\n\r\x7f \xc2\x85 \xc2\x9b "
	    "\xe2\x80\xa8 \xe2\x80\xae \xd8\x9c \xef\xbb\xbf z";
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *quoted = yaml_quote(arena, text);
	const struct node *root = parse(arena, arena_printf(arena, "a: %s\n", quoted), &lenient);

	ck_assert_str_eq(yaml_get(root, "a")->text, text);
	ck_assert(escape_is_clean(quoted, ESCAPE_ALL));
	/* What is no UTF-8 cannot be said in YAML. */
	ck_assert_str_eq(yaml_quote(arena, "a\x9b"), "\"a\\\\x9b\"");
}
END_TEST

/* A profile must not hold these, but redpanda.yaml may, by an escape; and a record quotes it. */
START_TEST(quoted_characters_that_yaml_does_not_take_read_back)
{
	static const char text[] = "\x1b \x7f \xc2\x80 \xc2\x85 \xc2\x9b \xc2\xa0 \xe2\x80\xa8 "
				   "\xef\xbb\xbf \xef\xbf\xbe \xef\xbf\xbf";
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct node *root =
	    parse(arena, arena_printf(arena, "a: %s\n", yaml_quote(arena, text)), &lenient);

	ck_assert_str_eq(yaml_get(root, "a")->text, text);
}
END_TEST

RUN_SUITE("yaml", tree_knows_kinds_texts_and_places, strict_refuses_with_place,
	  keys_that_stand_twice_are_kept_where_all_mistakes_are_wanted,
	  tabs_count_as_blanks_where_all_mistakes_are_wanted, strict_refuses_bytes_that_are_no_text,
	  other_scripts_and_a_byte_order_mark_are_text, depth_of_eight_is_allowed,
	  lenient_passes_over_what_is_not_ours, lenient_reads_to_the_end,
	  hostile_texts_are_refused_quickly, many_keys_are_checked_for_duplicates_quickly,
	  quoted_text_reads_back, quoted_characters_that_yaml_does_not_take_read_back)
