/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics over a hand-made plan, line by line. */
#include <check.h>

#include "base/text.h"
#include "report_fixture.h"
#include "run_suite.h"

static bool has_line(struct arena *arena, const char *text, const char *line)
{
	names lines = text_split(arena, text, '\n');

	vec_for_each (one, &lines) {
		if (text_equal(*one, line))
			return true;
	}
	return false;
}

#define assert_line(text, line)                                                                    \
	ck_assert_msg(has_line(fixture->arena, (text), (line)), "no line '%s' in:\n%s", (line),    \
		      (text))

START_TEST(counts_what_the_verdict_counts)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	fixture->report.run.started_unix = 1700000000;
	text = report_prometheus(fixture->arena, fixture_report(fixture));
	assert_line(text, "thintune_settings{state=\"same\"} 1");
	assert_line(text, "thintune_settings{state=\"differs\"} 2");
	assert_line(text, "thintune_settings{state=\"skipped\"} 1");
	assert_line(text, "thintune_settings{state=\"contested\"} 0");
	assert_line(text, "thintune_checks{state=\"pass\"} 1");
	assert_line(text, "thintune_checks{state=\"fail\"} 1");
	assert_line(text, "thintune_checks{state=\"unknown\"} 1");
	assert_line(text, "thintune_checks{state=\"skipped\"} 0");
	assert_line(text, "thintune_exit_code 4");
	assert_line(text, "thintune_required_failed 2");
	assert_line(text, "thintune_last_audit_timestamp_seconds 1700000000");
	assert_line(text, "thintune_left_out{state=\"required\"} 0");
	ck_assert_ptr_null(strstr(text, "pending"));
}
END_TEST

START_TEST(every_state_has_its_series_whatever_its_count)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text = report_prometheus(fixture->arena, fixture_report(fixture));
	unsigned series = 0;

	for (const char *at = text; (at = strstr(at, "\nthintune_settings{")); at++)
		series++;
	ck_assert_uint_eq(series, STATE_COUNT - 1);
	series = 0;
	for (const char *at = text; (at = strstr(at, "\nthintune_checks{")); at++)
		series++;
	ck_assert_uint_eq(series, CHECK_STATE_COUNT);
}
END_TEST

START_TEST(labels_cannot_break_out)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text;

	fixture->profile.name = "a\"b\\c\nd";
	text = report_prometheus(fixture->arena, fixture_report(fixture));
	ck_assert_ptr_nonnull(strstr(text, "profile=\"a\\\"b\\\\c\\nd\",profile_sha256=\"9f86"));
}
END_TEST

START_TEST(each_name_has_help_and_type_in_front)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	const char *text = report_prometheus(fixture->arena, fixture_report(fixture));
	names lines = text_split(fixture->arena, text, '\n');
	const char *announced = "";

	vec_for_each (line, &lines) {
		names words = text_words(fixture->arena, *line);

		if (!words.count)
			continue;
		if (text_starts(*line, "# TYPE ")) {
			ck_assert_str_eq(words.at[3], "gauge");
			ck_assert_str_eq(announced, words.at[2]);
		} else if (text_starts(*line, "# HELP ")) {
			announced = words.at[2];
		} else {
			ck_assert_msg(text_starts(*line, announced), "%s below %s", *line,
				      announced);
		}
	}
	ck_assert(text_ends(text, "\n"));
}
END_TEST

RUN_SUITE("report_prometheus", counts_what_the_verdict_counts,
	  every_state_has_its_series_whatever_its_count, labels_cannot_break_out,
	  each_name_has_help_and_type_in_front)
