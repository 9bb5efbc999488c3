/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons: which reports are equal, which rows set them apart, what they are called, and what
 * is no report. */
#include <jansson.h>

#include "base/text.h"
#include "report/compare.h"
#include "report/compare_fold.h"
#include "run_suite.h"

struct sheet_of {
	struct arena *arena;
	struct compare compare;
	struct err err;
};

static struct sheet_of sheet_of_new(struct arena *arena)
{
	return (struct sheet_of){.arena = arena, .compare = compare_new(arena)};
}

static int add(struct sheet_of *sheet, const char *file, const char *json)
{
	_cleanup_arena_ struct arena *scratch = arena_new();
	/* Of its own, so that whatever is kept of it is a copy. */
	const char *text = arena_strdup(scratch, json);

	sheet->err = (struct err){0};
	return compare_read(&sheet->compare, scratch, file, text, strlen(text), &sheet->err);
}

#define SETTING(name, have, want, state)                                                           \
	"{\"tuner\": \"sysctl\", \"setting\": \"" name "\", \"have\": " have ", \"want\": \"" want \
	"\", \"state\": \"" state "\"}"
#define CHECK(id, have, state)                                                                     \
	"{\"check\": \"" id "\", \"required\": \"xfs\", " have ", \"state\": \"" state "\"}"

static const char *report(struct arena *arena, const char *hostname, const char *date,
			  const char *settings, const char *checks, const char *rest)
{
	return arena_printf(arena,
			    "{\"schema\": \"thintune.report/2\", \"tool\": {\"version\": \"1\"}, "
			    "\"command\": \"audit\", \"node\": {\"hostname\": %s}, \"profile\": "
			    "{\"name\": \"p\", \"sha256\": \"12\"}, \"settings\": [%s], "
			    "\"checks\": [%s], \"run\": {\"date\": \"%s\"}%s}",
			    hostname, settings, checks, date, rest);
}

static const char *simple(struct arena *arena, const char *name, const char *settings)
{
	return report(arena, arena_printf(arena, "\"%s\"", name), "2026-11-30T14:00:00Z", settings,
		      CHECK("filesystem", "\"have\": \"xfs\"", "pass"), "");
}

#define A60 SETTING("a", "\"60\"", "1", "differs")
#define A1  SETTING("a", "\"1\"", "1", "same")
#define B5  SETTING("b", "\"5\"", "5", "same")
#define B6  SETTING("b", "\"6\"", "5", "skipped")

START_TEST(equal_reports_have_no_rows)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;

	ck_assert_int_eq(add(&sheet, "1", simple(arena, "n1", A60 "," B5)), 0);
	ck_assert_int_eq(add(&sheet, "2", simple(arena, "n2", B5 "," A60)), 0);
	result = compare_result(&sheet.compare);
	ck_assert_uint_eq(result.rows.count, 0);
	ck_assert_uint_eq(result.groups.count, 1);
	ck_assert_uint_eq(result.row_count, 3);
}
END_TEST

START_TEST(two_changed_settings_are_two_rows)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;

	ck_assert_int_eq(add(&sheet, "1", simple(arena, "n1", A60 "," B6)), 0);
	ck_assert_int_eq(add(&sheet, "2", simple(arena, "n2", B5 "," A1)), 0);
	result = compare_result(&sheet.compare);
	ck_assert_uint_eq(result.rows.count, 2);
	ck_assert_str_eq(compare_row_name(arena, &result.rows.at[0]), "sysctl a");
	ck_assert_str_eq(
	    compare_value_text(arena, &result.rows.at[0], &result.rows.at[0].values.at[0]),
	    "60 (wanted 1)");
	ck_assert_str_eq(
	    compare_value_text(arena, &result.rows.at[0], &result.rows.at[0].values.at[1]), "1");
	ck_assert_str_eq(result.rows.at[1].name, "b");
}
END_TEST

/* Why a setting was not set is no part of the node. */
START_TEST(only_what_the_node_has_and_lacks_counts)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);

	ck_assert_int_eq(
	    add(&sheet, "1", simple(arena, "n1", SETTING("a", "\"2\"", "1", "differs"))), 0);
	ck_assert_int_eq(
	    add(&sheet, "2", simple(arena, "n2", SETTING("a", "\"2\"", "1", "skipped"))), 0);
	ck_assert_int_eq(
	    add(&sheet, "3", simple(arena, "n3", SETTING("a", "\"2\"", "1", "failed"))), 0);
	ck_assert_uint_eq(compare_result(&sheet.compare).rows.count, 0);
}
END_TEST

START_TEST(what_one_lacks_is_absent)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;
	const struct compare_row *row;

	ck_assert_int_eq(add(&sheet, "1", simple(arena, "n1", B5)), 0);
	ck_assert_int_eq(
	    add(&sheet, "2", simple(arena, "n2", B5 "," SETTING("a", "null", "1", "unsupported"))),
	    0);
	result = compare_result(&sheet.compare);
	ck_assert_uint_eq(result.rows.count, 1);
	row = &result.rows.at[0];
	ck_assert_str_eq(compare_value_text(arena, row, &row->values.at[0]), "(absent)");
	ck_assert_str_eq(compare_value_text(arena, row, &row->values.at[1]),
			 "(unsupported) (wanted 1)");
}
END_TEST

START_TEST(checks_are_rows_and_what_varies_is_none)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;
	const char *measured = ", \"unused\": {\"deep\": [1, {\"x\": null}]}";

	ck_assert_int_eq(add(&sheet, "1",
			     report(arena, "\"n1\"", "2026-11-30T14:00:00Z", "",
				    CHECK("filesystem", "\"have\": \"xfs\"", "pass") "," CHECK(
					"space", "\"have_in\": \"run.measured\"", "pass"),
				    measured)),
			 0);
	ck_assert_int_eq(add(&sheet, "2",
			     report(arena, "\"n2\"", "2026-11-30T14:00:00Z", "",
				    CHECK("filesystem", "\"have\": \"ext4\"", "fail") "," CHECK(
					"space", "\"have_in\": \"run.measured\"", "pass"),
				    "")),
			 0);
	result = compare_result(&sheet.compare);
	ck_assert_uint_eq(result.rows.count, 1);
	ck_assert_str_eq(compare_row_name(arena, &result.rows.at[0]), "check filesystem");
	ck_assert_str_eq(
	    compare_value_text(arena, &result.rows.at[0], &result.rows.at[0].values.at[1]),
	    "fail: ext4");
}
END_TEST

/* What is computed from a figure that varies is another value in every report. */
START_TEST(a_wanted_value_that_varies_does_not_count)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);

	for (int i = 0; i < 2; i++) {
		const char *setting = arena_printf(
		    arena,
		    "{\"tuner\": \"sysctl\", \"setting\": \"aio\", \"have\": \"1\", \"want\": "
		    "\"%d\", \"state\": \"differs\"}",
		    1000 + i);

		ck_assert_int_eq(
		    add(&sheet, i ? "1" : "2",
			arena_printf(arena,
				     "{\"run\": {\"measured\": {\"aio\": \"%d in use\"}}, "
				     "\"schema\": \"thintune.report/1\", \"settings\": [%s], "
				     "\"checks\": []}",
				     i, setting)),
		    0);
	}
	ck_assert_uint_eq(compare_result(&sheet.compare).rows.count, 0);
}
END_TEST

START_TEST(a_fleet_has_groups_and_outliers)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;

	for (int i = 0; i < 9; i++) {
		const char *name = arena_printf(arena, "n%d", i);
		const char *settings = i == 4             ? A1 "," B6
				       : i == 2 || i == 7 ? A1 "," B5
							  : A60 "," B5;

		ck_assert_int_eq(add(&sheet, name, simple(arena, name, settings)), 0);
	}
	result = compare_result(&sheet.compare);
	ck_assert_uint_eq(result.groups.count, 3);
	ck_assert_uint_eq(result.groups.at[0].nodes.count, 6);
	ck_assert_uint_eq(result.groups.at[0].apart.count, 0);
	ck_assert_uint_eq(result.groups.at[1].nodes.count, 2);
	ck_assert_uint_eq(result.groups.at[1].nodes.at[0], 2);
	ck_assert_uint_eq(result.groups.at[1].nodes.at[1], 7);
	ck_assert_uint_eq(result.groups.at[1].apart.count, 1);
	ck_assert_uint_eq(result.groups.at[2].apart.count, 2);
	/* The value of most nodes first. */
	ck_assert_uint_eq(result.rows.at[0].values.at[0].nodes.count, 6);
	ck_assert_uint_eq(result.rows.at[0].values.at[1].nodes.count, 3);
	ck_assert_uint_eq(result.rows.at[1].values.at[1].nodes.at[0], 4);
}
END_TEST

START_TEST(names_tell_reports_apart)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	static const struct {
		const char *file, *hostname, *date, *name;
	} rows[] = {
	    {"a/x.json", "null", "2026-11-01T00:00:00Z", "x (a/x.json)"},
	    {"b/x.json", "null", "2026-11-01T00:00:00Z", "x (b/x.json)"},
	    {"c.json", "\"db1\"", "2026-11-01T00:00:00Z", "db1, 2026-11-01T00:00:00Z"},
	    {"d.json", "\"db1\"", "2026-11-02T00:00:00Z", "db1, 2026-11-02T00:00:00Z"},
	    {"e.json", "\"db2\\u001b[2J\"", "2026-11-02T00:00:00Z", "db2\\x1b[2J"},
	    {"f.json", "\"x (a/x.json)\"", "2026-11-02T00:00:00Z", "x (a/x.json) #3"},
	    {"g.json", "\"x (a/x.json) #2\"", "2026-11-02T00:00:00Z", "x (a/x.json) #2"},
	};
	enum { count = sizeof(rows) / sizeof(rows[0]) };

	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(add(&sheet, rows[i].file,
				     report(arena, rows[i].hostname, rows[i].date, A1, "", "")),
				 0);
	ck_assert(!compare_result(&sheet.compare).is_in_time);
	for (size_t i = 0; i < count; i++)
		ck_assert_str_eq(sheet.compare.reports.at[i].name, rows[i].name);
}
END_TEST

START_TEST(one_node_on_two_days_is_named_by_its_dates)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;

	ck_assert_int_eq(
	    add(&sheet, "1", report(arena, "\"n\"", "2026-11-01T00:00:00Z", A1, "", "")), 0);
	ck_assert_int_eq(
	    add(&sheet, "2", report(arena, "\"n\"", "2026-11-02T00:00:00Z", A60, "", "")), 0);
	result = compare_result(&sheet.compare);
	ck_assert(result.is_in_time);
	ck_assert_str_eq(sheet.compare.reports.at[0].name, "2026-11-01T00:00:00Z");
	ck_assert_str_eq(sheet.compare.reports.at[1].name, "2026-11-02T00:00:00Z");
}
END_TEST

START_TEST(one_node_at_one_time_is_named_by_files)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(add(&sheet, i ? "a" : "b",
				     report(arena, "\"n\"", "2026-11-01T00:00:00Z", A1, "", "")),
				 0);
	(void)compare_result(&sheet.compare);
	ck_assert_str_eq(sheet.compare.reports.at[0].name, "n (b)");
	ck_assert_str_eq(sheet.compare.reports.at[1].name, "n (a)");
}
END_TEST

START_TEST(long_values_are_shortened_and_stay_unlike)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const struct compare_row row = {.section = COMPARE_SETTINGS};
	char longs[2][201];

	for (size_t i = 0; i < 2; i++) {
		memset(longs[i], 'f', 200);
		longs[i][200] = '\0';
		longs[i][199] = (char)('0' + i);
	}
	ck_assert_str_eq(compare_value_text(
			     arena, &row, &(struct compare_value){.have = "a\nb\n", .wanted = "1"}),
			 "(2 lines, sha256 911169ddaaf1) (wanted 1)");
	ck_assert_ptr_nonnull(
	    strstr(compare_value_text(arena, &row, &(struct compare_value){.have = "a\n"}),
		   "(1 line, sha256 "));
	for (size_t i = 0; i < 2; i++) {
		const char *text =
		    compare_value_text(arena, &row, &(struct compare_value){.have = longs[i]});

		ck_assert_ptr_nonnull(strstr(text, "fff... (200 bytes, sha256 "));
		ck_assert_uint_lt(strlen(text), 120);
	}
	ck_assert_str_ne(
	    compare_value_text(arena, &row, &(struct compare_value){.have = longs[0]}),
	    compare_value_text(arena, &row, &(struct compare_value){.have = longs[1]}));
}
END_TEST

START_TEST(what_is_no_report_is_refused_and_leaves_nothing)
{
	static const struct {
		const char *json, *says;
	} rows[] = {
	    {"", "line 1: this is not JSON"},
	    {"[]", "it names no schema"},
	    {"{}", "it names no schema"},
	    {"{\"schema\": \"thintune.facts/1\"}", "it is no report but 'thintune.facts/1'"},
	    {"{\"schema\": \"thintune.report/3\", \"settings\": [], \"checks\": []}",
	     "its format is 'thintune.report/3'"},
	    {"{\"schema\": 2, \"settings\": [], \"checks\": []}", "it names no schema"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": []}", "no settings or no checks"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": {}, \"checks\": []}", "no list"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [1], \"checks\": []}",
	     "an object is missing"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [{}], \"checks\": []}",
	     "lacks tuner"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [], \"checks\": [{}]}",
	     "lacks check"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [" A1 "," A60 "], \"checks\": []}",
	     "twice"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [], \"settings\": [], "
	     "\"checks\": []}",
	     "one key twice"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [{\"tuner\": \"a\", \"tuner\": "
	     "\"b\", \"setting\": \"c\", \"state\": \"same\"}], \"checks\": []}",
	     "one key twice"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [], \"checks\": []} x",
	     "something follows"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [" A1 "," B5 "], \"checks\": []",
	     "line 1"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [], \"checks\": [], \"node\": "
	     "{\"hostname\": null, \"hostname\": \"n\"}}",
	     "one key twice"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [], \"checks\": [], \"node\": "
	     "{\"cpus\": 0, \"cpus\": 8}}",
	     "one key twice"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [], \"checks\": [], \"run\": "
	     "{\"date\": null, \"date\": \"today\"}}",
	     "one key twice"},
	    {"{\"schema\": \"thintune.report/2\", \"settings\": [], \"checks\": [], "
	     "\"left_out\": {\"by\": null, \"by\": \"--only sysctl\"}}",
	     "one key twice"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(add(&sheet, "f.json", rows[i].json) < 0, "%s is taken", rows[i].json);
		ck_assert_msg(strstr(sheet.err.text, rows[i].says), "%s: %s", rows[i].json,
			      sheet.err.text);
	}
	ck_assert_uint_eq(sheet.compare.reports.count, 0);
	/* Else one bad report after the other would use up what all may hold. */
	ck_assert_uint_eq(sheet.compare.texts.all.count, 0);
	ck_assert_uint_eq(sheet.compare.keys.all.count, 0);
	ck_assert_uint_eq(sheet.compare.cells.all.count, 0);
	/* Rows of a refused report are no rows of the others. */
	ck_assert_int_eq(add(&sheet, "1", simple(arena, "n1", B5)), 0);
	ck_assert_int_eq(add(&sheet, "2", simple(arena, "n2", B5)), 0);
	ck_assert_uint_eq(compare_result(&sheet.compare).row_count, 2);
}
END_TEST

/* By itself no difference, but what somebody accepted must not be lost from sight. */
START_TEST(what_is_waived_is_noted)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	const char *check = CHECK("space", "\"have\": \"1\"", "waived");
	const char *waived = SETTING("a", "\"60\"", "1", "waived");
	struct compare_result result;
	names notes;

	ck_assert_int_eq(add(&sheet, "1", report(arena, "\"n1\"", "d", A60, check, "")), 0);
	ck_assert_int_eq(add(&sheet, "2", report(arena, "\"n2\"", "d", waived, check, "")), 0);
	result = compare_result(&sheet.compare);
	ck_assert_uint_eq(result.rows.count, 0);
	notes = compare_notes(arena, &result);
	ck_assert_uint_eq(notes.count, 2);
	ck_assert_str_eq(notes.at[0], "check space is waived in all reports, which by itself is no "
				      "difference");
	ck_assert_str_eq(notes.at[1], "sysctl a is waived in n2, which by itself is no difference");
	ck_assert_ptr_nonnull(strstr(compare_json(arena, &result), "\"sysctl a\""));
}
END_TEST

START_TEST(without_a_largest_group_nothing_is_an_outlier)
{
	static const char *const settings[] = {A1, A60, SETTING("a", "\"61\"", "1", "differs"), A1};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct text_style style = {.width = 80};

	for (size_t count = 3; count <= 4; count++) {
		struct sheet_of sheet = sheet_of_new(arena);
		struct compare_result result;
		bool is_largest = count == 4;
		const char *text, *page;

		for (size_t i = 0; i < count; i++) {
			const char *name = arena_printf(arena, "n%zu", i);

			ck_assert_int_eq(add(&sheet, name, simple(arena, name, settings[i])), 0);
		}
		result = compare_result(&sheet.compare);
		text = compare_text(arena, &result, style);
		page = compare_html(arena, &result);
		ck_assert_int_eq(!!strstr(text, "the largest group"), is_largest);
		ck_assert_int_eq(!!strstr(text, "outliers"), is_largest);
		ck_assert_int_eq(!!strstr(text, "the first group"), !is_largest);
		ck_assert_int_eq(!!strstr(text, "no two are equal"), !is_largest);
		ck_assert_int_eq(!!strstr(page, "the largest group"), is_largest);
	}
}
END_TEST

static const char *queues(struct arena *arena, const char *tuner, int from)
{
	struct str str = str_new(arena);

	for (int i = 0; i < 12; i++)
		str_printf(&str,
			   "%s{\"tuner\": \"%s\", \"setting\": \"nvme0n1 queue %d\", \"have\": "
			   "\"%d\", \"want\": null, \"state\": \"same\"}",
			   i ? "," : "", tuner, i, from + (from ? i : 0));
	return str.text;
}

/* Interrupts differ in their CPU by design; of other settings the values have to be alike. */
START_TEST(rows_that_are_alike_are_folded_for_people)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	for (int is_irq = 0; is_irq <= 1; is_irq++) {
		struct sheet_of sheet = sheet_of_new(arena);
		struct compare_result result;
		compare_folds folds;

		ck_assert_int_eq(
		    add(&sheet, "1",
			simple(arena, "n1", queues(arena, is_irq ? "disk-irq" : "sysctl", 0))),
		    0);
		ck_assert_int_eq(
		    add(&sheet, "2",
			simple(arena, "n2", queues(arena, is_irq ? "disk-irq" : "sysctl", 7))),
		    0);
		result = compare_result(&sheet.compare);
		ck_assert_uint_eq(result.rows.count, 12);
		folds = compare_fold(arena, &result, false);
		ck_assert_uint_eq(folds.count, is_irq ? 1 : 12);
		ck_assert_uint_eq(folds.at[0].alike, is_irq ? 11 : 0);
		if (is_irq)
			ck_assert_str_eq(folds.at[0].last->name, "nvme0n1 queue 11");
		ck_assert_uint_eq(compare_fold(arena, &result, true).count, 12);
	}
}
END_TEST

START_TEST(json_holds_all_of_it)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;
	json_auto_t *object = NULL;
	const char *setting, *value, *name;
	json_int_t apart;

	ck_assert_int_eq(add(&sheet, "1", simple(arena, "n1", A60)), 0);
	ck_assert_int_eq(add(&sheet, "2", simple(arena, "n2", A60)), 0);
	ck_assert_int_eq(add(&sheet, "3", simple(arena, "n3", A1)), 0);
	result = compare_result(&sheet.compare);
	object = json_loads(compare_json(arena, &result), JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(object);
	ck_assert_int_eq(json_array_size(json_object_get(object, "nodes")), 3);
	ck_assert_int_eq(json_unpack(object, "{s:[{s:s, s:[{s:s}, {s:[s]}]}], s:[{}, {s:[I!]}]}",
				     "rows", "setting", &setting, "values", "value", &value,
				     "nodes", &name, "groups", "differs_from_largest", &apart),
			 0);
	ck_assert_str_eq(setting, "a");
	ck_assert_str_eq(value, "60");
	ck_assert_str_eq(name, "n3");
	ck_assert_int_eq(apart, 0);
}
END_TEST

START_TEST(no_line_is_wider_than_asked)
{
	static const unsigned columns[] = {60, 80};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;

	for (int i = 0; i < 40; i++) {
		const char *name = arena_printf(arena, "broker-%d.example.org", i);

		ck_assert_int_eq(
		    add(&sheet, name,
			simple(arena, name,
			       i % 5 ? A60 "," B5
				     : SETTING("net.ipv4.some_long_name",
					       "\"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\"",
					       "9 9 9 9 9 9 9 9 9 9 9 9 9 9 9", "differs"))),
		    0);
	}
	result = compare_result(&sheet.compare);
	for (size_t i = 0; i < 2; i++) {
		names lines = text_split(
		    arena, compare_text(arena, &result, (struct text_style){.width = columns[i]}),
		    '\n');

		vec_for_each (line, &lines)
			ck_assert_msg(strlen(*line) <= columns[i], "%u: %s", columns[i], *line);
	}
}
END_TEST

/* A fleet of which no two are equal, in any setting. */
START_TEST(what_is_too_much_for_people_is_counted)
{
	static const char *const counted[] = {
	    "and 44 smaller groups (--verbose lists them)",
	    "and 36 groups more (--verbose lists them)",
	    "and 56 more values",
	    "and 10 more rows (--verbose lists them)",
	    "and 54 more rows",
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct sheet_of sheet = sheet_of_new(arena);
	struct compare_result result;
	const char *text;

	for (int node = 0; node < 60; node++) {
		struct str settings = str_new(arena);

		for (int i = 0; i < 60; i++)
			str_printf(&settings,
				   "%s{\"tuner\": \"sysctl\", \"setting\": \"%c%c\", \"have\": "
				   "\"%d\", \"want\": null, \"state\": \"same\"}",
				   i ? "," : "", 'a' + i / 26, 'a' + i % 26, node + i);
		ck_assert_int_eq(
		    add(&sheet, arena_printf(arena, "%d", node),
			simple(arena, arena_printf(arena, "n%d", node), settings.text)),
		    0);
	}
	result = compare_result(&sheet.compare);
	text = compare_text(arena, &result, (struct text_style){.width = 200});
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		ck_assert_msg(strstr(text, counted[i]), "no line says: %s", counted[i]);
	text = compare_text(arena, &result, (struct text_style){.width = 200, .verbose = true});
	ck_assert_ptr_null(strstr(text, " more "));
}
END_TEST

RUN_SUITE("compare", equal_reports_have_no_rows, two_changed_settings_are_two_rows,
	  only_what_the_node_has_and_lacks_counts, what_one_lacks_is_absent,
	  checks_are_rows_and_what_varies_is_none, a_wanted_value_that_varies_does_not_count,
	  a_fleet_has_groups_and_outliers, names_tell_reports_apart,
	  one_node_on_two_days_is_named_by_its_dates, one_node_at_one_time_is_named_by_files,
	  long_values_are_shortened_and_stay_unlike,
	  what_is_no_report_is_refused_and_leaves_nothing, what_is_waived_is_noted,
	  without_a_largest_group_nothing_is_an_outlier, rows_that_are_alike_are_folded_for_people,
	  json_holds_all_of_it, no_line_is_wider_than_asked, what_is_too_much_for_people_is_counted)
