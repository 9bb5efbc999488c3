/* SPDX-License-Identifier: Apache-2.0 */
/* Points over a hand-made plan: which result a state has; what JUnit tells of the whole; and where
 * the settings are in JSON. */
#include <check.h>

#include "base/text.h"
#include "report/json_value.h"
#include "report/points.h"
#include "report_fixture.h"
#include "run_suite.h"

static const struct point *point_named(const point_list *points, const char *name)
{
	vec_for_each (point, points) {
		if (text_equal(point->name, name))
			return point;
	}
	ck_abort_msg("no point '%s'", name);
	return NULL;
}

/* Of a setting in this state, advised or required. */
static enum point_result result_in(enum state state, enum severity severity, bool strict)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	point_list points;

	plan_add(&fixture->plan, (struct wish){.tuner = "sysctl",
					       .name = "it",
					       .severity = severity,
					       .decided.state = state});
	fixture->report.is_strict = strict;
	points = points_of(fixture->arena, fixture_report(fixture));
	return point_named(&points, "it")->result;
}

START_TEST(the_result_of_each_state)
{
	static const struct {
		enum state state;
		enum point_result advised, required, strict;
	} rows[] = {
	    {STATE_SAME, POINT_HOLDS, POINT_HOLDS, POINT_HOLDS},
	    {STATE_CHANGED, POINT_HOLDS, POINT_HOLDS, POINT_HOLDS},
	    {STATE_DIFFERS, POINT_FAILS, POINT_FAILS, POINT_FAILS},
	    {STATE_LEFT_OVER, POINT_FAILS, POINT_FAILS, POINT_FAILS},
	    {STATE_CONTESTED, POINT_FAILS, POINT_FAILS, POINT_FAILS},
	    {STATE_FAILED, POINT_ERRS, POINT_ERRS, POINT_ERRS},
	    {STATE_MANAGED, POINT_OPEN, POINT_FAILS, POINT_FAILS},
	    {STATE_UNSUPPORTED, POINT_OPEN, POINT_FAILS, POINT_FAILS},
	    {STATE_SKIPPED, POINT_OPEN, POINT_FAILS, POINT_FAILS},
	    {STATE_MANUAL, POINT_OPEN, POINT_FAILS, POINT_FAILS},
	    {STATE_WAIVED, POINT_OPEN, POINT_OPEN, POINT_OPEN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum state state = rows[i].state;

		ck_assert_int_eq(result_in(state, SEVERITY_ADVISED, false), rows[i].advised);
		ck_assert_int_eq(result_in(state, SEVERITY_REQUIRED, false), rows[i].required);
		ck_assert_int_eq(result_in(state, SEVERITY_ADVISED, true), rows[i].strict);
	}
}
END_TEST

START_TEST(checks_floors_and_what_is_left_out)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report *report = fixture_report(fixture);
	struct report_probe probe = {0};
	struct plan other = {.arena = fixture->arena};
	point_list points;

	vec_push(fixture->arena, &probe.floors,
		 (struct floor){.name = "fsync-p99", .required = "<= 10ms", .state = FLOOR_MISSED});
	report->probe = &probe;
	plan_check(
	    &fixture->plan,
	    (struct check){.id = "unsure", .severity = SEVERITY_REQUIRED, .state = CHECK_UNKNOWN});
	plan_add(&other, (struct wish){.name = "away", .decided.state = STATE_SAME});
	fixture->plan.left_out.settings = other.settings;
	points = points_of(fixture->arena, report);
	ck_assert_int_eq(point_named(&points, "filesystem")->result, POINT_FAILS);
	ck_assert_int_eq(point_named(&points, "free-space")->result, POINT_HOLDS);
	/* Advised, so nothing follows. */
	ck_assert_int_eq(point_named(&points, "clock")->result, POINT_OPEN);
	ck_assert_int_eq(point_named(&points, "unsure")->result, POINT_ERRS);
	ck_assert_int_eq(point_named(&points, "fsync-p99")->result, POINT_FAILS);
	ck_assert(point_named(&points, "away")->is_left_out);
	ck_assert(!point_named(&points, "clock")->is_left_out);
	ck_assert_uint_eq(points.count, 4 + 1 + 4 + 1);
}
END_TEST

START_TEST(what_concerns_the_whole)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct report *report = fixture_report(fixture);

	ck_assert_ptr_null(strstr(report_junit(fixture->arena, report), "<system-err>"));
	report->failure = "no <room>";
	report->half_applied = TRI_YES;
	ck_assert_ptr_nonnull(strstr(report_junit(fixture->arena, report),
				     "<system-err>no &#60;room&#62;\nthe journal is not settled"));
	/* Without a setting there is a suite all the same, which says where it comes from. */
	fixture->plan.settings.count = fixture->plan.checks.count = 0;
	ck_assert_ptr_nonnull(strstr(report_junit(fixture->arena, report),
				     "<testsuite name=\"settings\" tests=\"0\""));
	ck_assert_ptr_null(strstr(report_junit(fixture->arena, report), "name=\"checks\""));
}
END_TEST

/* As one tree of them would be written, whatever a text holds. */
START_TEST(json_has_its_items_in_place)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *const texts[] = {"{\"a\": \"\\n  \\\"list\\\": []\"}",
				     "{\"b\": [1, {\"list\": []}], \"c\": {}}", "{}"};

	for (unsigned count = 0; count <= 3; count++) {
		json_t *whole = json_pack("{s:{s:[]},s:[],s:i}", "first", "list", "list", "z", 1),
		       *frame = json_deep_copy(whole);
		names items = {0};

		for (unsigned i = 0; i < count; i++) {
			json_t *one = json_loads(texts[i], 0, NULL);

			ck_assert_ptr_nonnull(one);
			json_array_append(json_object_get(whole, "list"), one);
			vec_push(arena, &items, json_value_item(arena, one));
		}
		ck_assert_str_eq(json_value_dump_with(arena, frame, "list", &items),
				 json_value_dump(arena, whole));
	}
}
END_TEST

RUN_SUITE("report_lists", json_has_its_items_in_place, the_result_of_each_state,
	  checks_floors_and_what_is_left_out, what_concerns_the_whole)
