/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of systemd.syntax(7) and systemd.unit(5), each by a case that only the rule decides. */
#include "facts/unit.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "run_suite.h"
#include "tree.h"

#define ETC "/etc/systemd/system/"
#define RUN "/run/systemd/system/"
#define LIB "/usr/lib/systemd/system/"

/* "key=value" of section [Service], one a line. */
static const char *assignments(struct tree *tree, const char *name)
{
	struct unit unit = unit_read(tree_open(tree), tree->arena, name);
	struct str out = str_new(tree->arena);

	if (!unit.path || unit.is_masked)
		return unit.path ? "masked" : "none";
	vec_for_each (line, &unit.lines)
		str_printf(&out, "%s=%s|", line->key, line->value);
	return out.text;
}

static const char *syntax(const char *text)
{
	static char result[512];
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, ETC "a.service", text);
	(void)snprintf(result, sizeof(result), "%s", assignments(tree, "a.service"));
	return result;
}

START_TEST(lines_as_systemd_reads_them)
{
	static const struct {
		const char *text, *result;
	} rows[] = {
	    {"a=0\n[Service]\na=1\n[T]\na=2\n[Service]\na=3", "a=1|a=3|"},
	    {"[Service]\n a = 1 \n#b=2\n ;c=3\nd\n=4\ne=", "a=1|=4|e=|"},
	    {"[Service]\na=1 \\\n  2\nb=3", "a=1    2|b=3|"},
	    {"[Service]\na=1\\\n2\\\n3", "a=1 2 3|"},
	    {"[Service]\na=1 \\\n# a comment \\\n;another\n2\nb=3", "a=1  2|b=3|"},
	    {"[Service]\na=1 \\\n\nb=3", "a=1|b=3|"},
	    {"[Service]\na=1\\\\\nb=3", "a=1\\\\|b=3|"},
	    {"[Service]\na=1\\\\\\\nb=3", "a=1\\\\ b=3|"},
	    {"[Service]\na=1\\ \nb=3", "a=1\\|b=3|"},
	    {"[Service]\na=1 \\", "a=1|"},
	    {"[Service]\n# c \\\na=1", "a=1|"},
	    {"[Service]\r\na=1 \\\r\n2\r\n", "a=1  2|"},
	    {"\xef\xbb\xbf[Service]\na=1", "a=1|"},
	    {" [Service] \na=1=2", "a=1=2|"},
	    {"[Service]\na=1\n[ Service]\na=2\n[service]\na=3", "a=1|"},
	    {"[Service]\na=1\n[\nb=2\n[Service]\nc=3", "a=1|"},
	    {"[Service]\na=1\n[Service\n[Service]\nc=3", "a=1|"},
	    {"[Service]\na=\\\n[T]\nb=1", "a=[T]|b=1|"},
	    {"[Service]\ra=1\r\rb=2\\\r3\n", "a=1|b=2 3|"},
	    {"[Service]\na=1\nb=\xff\nc=3", "a=1|"},
	    {"[Service]\na=1\n#\xff\nb=\xc3\xa9", "a=1|b=\xc3\xa9|"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(text_equal(syntax(rows[i].text), rows[i].result),
			      "'%s' is '%s', not '%s'", rows[i].text, syntax(rows[i].text),
			      rows[i].result);
}
END_TEST

/* systemd makes no unit of it; a drop-in counts as far as it was read. */
START_TEST(what_systemd_cannot_read_to_its_end)
{
	static const char *const broken[] = {"[Service]\na=1\n[Install\n",
					     "[Service]\na=1\nb=\xff\n"};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		struct unit unit;
		unit_lines lines;

		tree_file(tree, ETC "a.service", "[Service]\n");
		tree_file(tree, ETC "a.service.d/1.conf", broken[i]);
		unit = unit_read(tree_open(tree), tree->arena, "a.service");
		ck_assert_uint_eq(unit.gaps.count, 0);
		ck_assert_uint_eq(unit.lines.count, 1);
		ck_assert_int_eq(unit_install(tree->root, tree->arena, unit.path, &lines), 0);
		tree_file(tree, ETC "a.service", broken[i]);
		unit = unit_read(tree->root, tree->arena, "a.service");
		ck_assert_str_eq(text_join(tree->arena, &unit.gaps, "; "),
				 ETC "a.service: systemd cannot read it to its end");
		ck_assert_int_eq(unit_install(tree->root, tree->arena, unit.path, &lines),
				 -EBADMSG);
	}
}
END_TEST

/* systemd takes no settings file after it, so the drop-ins say nothing; of a unit they do. */
START_TEST(a_system_conf_that_systemd_cannot_read_to_its_end)
{
	static const char *const broken[] = {"/etc/systemd/system.conf",
					     "/etc/systemd/system.conf.d/1.conf"};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		_cleanup_tree_ struct tree *tree = tree_new();
		names gaps = {0};
		unit_lines lines;

		tree_file(tree, broken[i], "[Manager]\nDefaultLimitNOFILE=5\n[Manager\n");
		tree_file(tree, "/etc/systemd/system.conf.d/2.conf",
			  "[Manager]\nDefaultLimitNOFILE=1048576\n");
		lines =
		    unit_settings(tree_open(tree), tree->arena, "system.conf", "Manager", &gaps);
		ck_assert_uint_eq(lines.count, 1);
		ck_assert_str_eq(lines.at[0].value, "5");
		ck_assert_str_eq(text_join(tree->arena, &gaps, "; "),
				 arena_printf(tree->arena,
					      "%s: systemd cannot read it to its end, and reads no "
					      "settings file after it",
					      broken[i]));
		tree_file(tree, broken[i], "[Manager]\nDefaultLimitNOFILE=5\n");
		gaps.count = 0;
		lines = unit_settings(tree->root, tree->arena, "system.conf", "Manager", &gaps);
		ck_assert_uint_eq(lines.count, 2);
		ck_assert_uint_eq(gaps.count, 0);
	}
}
END_TEST

START_TEST(drop_ins_by_name_and_directory)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, LIB "a-b.service", "[Service]\nk=unit");
	tree_file(tree, ETC "a-b.service.d/9.conf", "[Service]\nk=9");
	tree_file(tree, RUN "a-b.service.d/10.conf", "[Service]\nk=10");
	tree_file(tree, LIB "a-b.service.d/9.conf", "[Service]\nk=hidden");
	tree_file(tree, LIB "a-.service.d/20.conf", "[Service]\nk=prefix");
	tree_file(tree, ETC "service.d/30.conf", "[Service]\nk=type");
	tree_file(tree, LIB "a-b.service.d/30.conf", "[Service]\nk=own");
	tree_file(tree, ETC ".a-b.service.d/40.conf", "[Service]\nk=no");
	tree_file(tree, ETC "a-b.service.d/.50.conf", "[Service]\nk=no");
	tree_file(tree, ETC "a-b.service.d/60.conf.bak", "[Service]\nk=no");
	tree_file(tree, ETC "b.service.d/70.conf", "[Service]\nk=no");
	tree_file(tree, LIB "service.d/80.conf", "[Service]\nk=no");
	tree_link(tree, ETC "service.d/80.conf", "/dev/null");
	tree_file(tree, "/etc/systemd/system.control/a-b.service.d/5.conf",
		  "[Service]\nk=set-property");
	ck_assert_str_eq(assignments(tree, "a-b.service"),
			 "k=unit|k=10|k=prefix|k=own|k=set-property|k=9|");
}
END_TEST

START_TEST(which_file_is_the_unit)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	ck_assert_str_eq(assignments(tree, "a.service"), "none");
	tree_file(tree, ETC "a.service.d/1.conf", "[Service]\nk=1");
	ck_assert_str_eq(assignments(tree, "a.service"), "none");
	tree_file(tree, LIB "a.service", "[Service]\nk=lib");
	ck_assert_str_eq(assignments(tree, "a.service"), "k=lib|k=1|");
	tree_file(tree, "/usr/local/lib/systemd/system/a.service", "[Service]\nk=local");
	ck_assert_str_eq(assignments(tree, "a.service"), "k=local|k=1|");
	tree_file(tree, RUN "a.service", "[Service]\nk=run");
	ck_assert_str_eq(assignments(tree, "a.service"), "k=run|k=1|");
	tree_file(tree, "/run/systemd/transient/a.service", "[Service]\nk=transient");
	ck_assert_str_eq(assignments(tree, "a.service"), "k=transient|k=1|");
	tree_link(tree, "/etc/systemd/system.control/a.service", "/dev/null");
	ck_assert_str_eq(assignments(tree, "a.service"), "masked");
	ck_assert_ptr_null(unit_path(tree->root, tree->arena, "a.service"));
}
END_TEST

START_TEST(an_empty_unit_is_a_mask)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, LIB "a.service", "[Service]\nk=1");
	tree_file(tree, ETC "a.service", "");
	ck_assert_str_eq(assignments(tree, "a.service"), "masked");
}
END_TEST

START_TEST(an_alias_has_the_drop_ins_of_both_names)
{
	_cleanup_tree_ struct tree *tree = tree_new();

	tree_file(tree, LIB "b.service", "[Service]\nk=b");
	tree_link(tree, LIB "a.service", "b.service");
	tree_file(tree, ETC "b.service.d/2.conf", "[Service]\nk=2");
	tree_file(tree, ETC "a.service.d/1.conf", "[Service]\nk=1");
	ck_assert_str_eq(assignments(tree, "a.service"), "k=b|k=1|k=2|");
	/* The name that it leads to may be in a directory before it. */
	tree_file(tree, ETC "b.service", "[Service]\nk=etc");
	ck_assert_str_eq(assignments(tree, "a.service"), "k=etc|k=1|k=2|");
	/* Rings end, and a link to elsewhere is no alias. */
	tree_link(tree, ETC "c.service", "/etc/systemd/system/d.service");
	tree_link(tree, ETC "d.service", "c.service");
	ck_assert_str_eq(assignments(tree, "c.service"), "none");
	tree_file(tree, "/opt/e/other.service", "[Service]\nk=opt");
	tree_link(tree, ETC "e.service", "/opt/e/other.service");
	tree_file(tree, ETC "other.service.d/1.conf", "[Service]\nk=no");
	ck_assert_str_eq(assignments(tree, "e.service"), "k=opt|");
}
END_TEST

START_TEST(words_of_a_command_line)
{
	static const struct {
		const char *value, *words;
	} rows[] = {
	    {" a  b\tc ", "a|b|c|"},
	    {"a 'b \"c' \"d e\" f\"g h\"i", "a|b \"c|d e|fg hi|"},
	    {"a\\ b \\\\ \\q '\\'' a\\sb", "a\\ b|\\|\\q|'|a b|"},
	    {"'' \"\"", "||"},
	    {"", ""},
	    {"'open", "open|"},
	    {"a\\", "a\\|"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_arena_ struct arena *arena = arena_new();
		names words = unit_words(arena, rows[i].value);
		struct str out = str_new(arena);

		vec_for_each (word, &words)
			str_printf(&out, "%s|", *word);
		ck_assert_msg(text_equal(out.text, rows[i].words), "'%s' is '%s', not '%s'",
			      rows[i].value, out.text, rows[i].words);
	}
}
END_TEST

START_TEST(an_empty_value_takes_the_list_back)
{
	_cleanup_tree_ struct tree *tree = tree_new();
	struct unit unit;
	names values;

	tree_file(tree, LIB "a.service", "[Service]\nk=1\nj=2\nk=3");
	tree_file(tree, ETC "a.service.d/1.conf", "[Service]\nk=\nk=4\nk=5");
	unit = unit_read(tree_open(tree), tree->arena, "a.service");
	values = unit_values(tree->arena, &unit, "k");
	ck_assert_str_eq(text_join(tree->arena, &values, " "), "4 5");
	values = unit_values(tree->arena, &unit, "none");
	ck_assert_uint_eq(values.count, 0);
}
END_TEST

RUN_SUITE("unit", lines_as_systemd_reads_them, what_systemd_cannot_read_to_its_end,
	  a_system_conf_that_systemd_cannot_read_to_its_end, drop_ins_by_name_and_directory,
	  which_file_is_the_unit, an_empty_unit_is_a_mask, an_alias_has_the_drop_ins_of_both_names,
	  words_of_a_command_line, an_empty_value_takes_the_list_back)
