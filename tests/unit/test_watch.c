/* SPDX-License-Identifier: Apache-2.0 */
/* What watch leaves beside the reports, and what it makes of it at its next look. */
#include "report/watch.h"

#include <errno.h>

#include "base/text.h"
#include "report_fixture.h"
#include "run_suite.h"

static struct watch_state state_of(struct fixture *fixture)
{
	struct watch_state state = {
	    .boot = "b00t",
	    .process = 7,
	    .date = "2026-12-01T10:00:00Z",
	    .now = 10000,
	    .unix_time = 1700000000,
	    .repairs = true,
	    .interval_us = 1500000,
	    .cause = WATCH_LINK,
	    .exit_code = 3,
	    .verdict = "differs",
	    .profile = "site",
	    .sha256 = "0a1b",
	    .held = "restored by ann",
	    .looks = {[WATCH_START] = 1, [WATCH_LINK] = 5},
	    .repairs_done = 9,
	    .off = off_of_plan(fixture->arena, &fixture->plan),
	};

	/* The fixture's checks are of no tuner. */
	vec_for_each (off, &state.off)
		off->tuner = text_or(off->tuner, "checks");
	contest_repaired(fixture->arena, &state.contests, "/b", "b", "7", 9000);
	contest_repaired(fixture->arena, &state.contests, "/a", "a", NULL, 9500);
	contest_tidy(&state.contests, 10000);
	for (unsigned i = 0; i < CONTEST_REWRITES; i++) {
		ck_assert(contest_found_off(contest_find(&state.contests, "/a"), 9500 + i));
		if (i < CONTEST_REWRITES - 1)
			contest_repaired(fixture->arena, &state.contests, "/a", "a", NULL,
					 9500 + i);
	}
	contest_find(&state.contests, "/a")->suspect = "tuned";
	contest_find(&state.contests, "/a")->excuses[0] = 9600;
	contest_find(&state.contests, "/a")->excused = 1;
	return state;
}

START_TEST(what_is_written_is_read_again)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct arena *arena = fixture->arena;
	struct watch_state state = state_of(fixture), again;
	const struct contest *contest;
	const char *why;

	ck_assert_int_eq(watch_read(arena, watch_json(arena, &state), &again, &why), 0);
	ck_assert_str_eq(again.boot, "b00t");
	ck_assert_str_eq(again.date, state.date);
	ck_assert_int_eq(again.now, 10000);
	ck_assert_int_eq(again.process, 7);
	ck_assert_int_eq(again.cause, WATCH_LINK);
	ck_assert_int_eq(again.exit_code, 3);
	ck_assert_str_eq(again.verdict, "differs");
	ck_assert_str_eq(again.sha256, "0a1b");
	ck_assert_str_eq(again.held, "restored by ann");
	ck_assert_ptr_null(again.fault);
	ck_assert_ptr_null(again.profile_fault);
	ck_assert_uint_eq(again.looks[WATCH_LINK], 5);
	ck_assert_uint_eq(again.looks[WATCH_TIMER], 0);
	ck_assert_uint_eq(again.repairs_done, 9);
	ck_assert_uint_eq(again.off.count, state.off.count);
	ck_assert_uint_eq(off_without(arena, &again.off, &state.off).count, 0);
	ck_assert_uint_eq(off_without(arena, &state.off, &again.off).count, 0);
	contest = contest_find(&again.contests, "/a");
	ck_assert_ptr_nonnull(contest);
	ck_assert(contest_is_left_alone(contest, 10000));
	ck_assert_int_eq(contest->until, 9502 + 3600);
	ck_assert_uint_eq(contest->pauses, 1);
	ck_assert_str_eq(contest->suspect, "tuned");
	ck_assert_uint_eq(contest->excused, 1);
	ck_assert_int_eq(contest->excuses[0], 9600);
	contest = contest_find(&again.contests, "/b");
	ck_assert(contest->is_ours);
	ck_assert_int_eq(contest->repaired, 9000);
	ck_assert_str_eq(contest->wrote, "7");
}
END_TEST

START_TEST(what_is_none_of_it_is_refused)
{
	static const char *const texts[] = {
	    "",
	    "{}",
	    "[]",
	    "{\"schema\": \"thintune.watch/1\"}",
	    "{\"schema\": \"thintune.watch/2\", \"look\": {\"date\": \"x\"}}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"seconds\": -1}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"off\": [{}]}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"repaired\": [{}]}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"repaired\": "
	    "[{\"path\": \"/a\", \"setting\": \"a\", \"rewritten\": [1, 2, 3]}]}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"repaired\": "
	    "[{\"path\": \"/a\", \"setting\": \"a\", \"until\": -1}]}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"repaired\": "
	    "[{\"path\": \"/a\", \"setting\": \"a\", \"excused\": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
	    "0, 0, 0]}]}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"repaired\": "
	    "[{\"path\": \"/a\", \"setting\": \"a\", \"excused\": [1]}]}",
	    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": \"x\"}, \"repaired\": "
	    "[{\"path\": \"/a\", \"setting\": \"a\", \"repaired\": 1}]}",
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct watch_state state;
	const char *why;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(watch_read(arena, texts[i], &state, &why) == -EBADMSG, "%s",
			      texts[i]);
	ck_assert_int_eq(watch_read(arena,
				    "{\"schema\": \"thintune.watch/1\", \"look\": {\"date\": "
				    "\"x\"}, \"of a later version\": 1}",
				    &state, &why),
			 0);
	ck_assert_int_eq(watch_read(arena, "{\"schema\": \"thintune.watch/2\"}", &state, &why),
			 -EBADMSG);
	ck_assert_str_eq(why, "was written by another version of thintune (it is "
			      "thintune.watch/2, and this version knows thintune.watch/1)");
}
END_TEST

/* Looks of the same boot count on from what is read. */
START_TEST(the_cpus_of_containers_are_read_again)
{
	static const char head[] = "{\"schema\": \"thintune.watch/1\", \"seconds\": 100, \"look\": "
				   "{\"date\": \"x\"}, \"exclusive\": ";
	static const char *const refused[] = {
	    "1",
	    "{}",
	    "{\"followed\": \"2-\", \"seen\": \"\", \"since\": 1, \"moves\": []}",
	    "{\"followed\": \"\", \"seen\": null, \"since\": 1, \"moves\": []}",
	    "{\"followed\": \"\", \"seen\": \"\", \"since\": 101, \"moves\": []}",
	    "{\"followed\": \"\", \"seen\": \"\", \"since\": 1, \"moves\": [101]}",
	    "{\"followed\": \"\", \"seen\": \"\", \"since\": 1, \"moves\": [1, 2, 3, 4, 5]}",
	};
	_cleanup_arena_ struct arena *arena = arena_new();
	struct watch_state state, again;
	const char *why;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(watch_read(arena, arena_printf(arena, "%s%s}", head, refused[i]),
					 &state, &why) < 0,
			      "%s", refused[i]);
	ck_assert_int_eq(watch_read(arena, arena_printf(arena, "%snull}", head), &state, &why), 0);
	ck_assert(!state.follow.is_known);
	ck_assert_int_eq(
	    watch_read(arena,
		       arena_printf(arena,
				    "%s{\"followed\": \"2-3\", \"seen\": \"5\", \"since\": 60, "
				    "\"moves\": [7, 8], \"waits\": \"x\"}}",
				    head),
		       &state, &why),
	    0);
	/* The next look has not judged them. */
	ck_assert_ptr_nonnull(strstr(watch_json(arena, &state), "\"exclusive\": null"));
	ck_assert_int_eq(watch_read(arena, watch_json(arena, &state), &again, &why), 0);
	ck_assert(again.follow.is_known);
	ck_assert_str_eq(again.follow.waits, "x");
	again.follow.is_judged = true;
	ck_assert_ptr_nonnull(strstr(watch_json(arena, &again), "\"exclusive_before\": null"));
	ck_assert_int_eq(watch_read(arena, watch_json(arena, &again), &again, &why), 0);
	ck_assert(!again.follow.is_judged);
	ck_assert_str_eq(cpuset_list(arena, &again.follow.followed), "2-3");
	ck_assert_str_eq(cpuset_list(arena, &again.follow.seen), "5");
	ck_assert_int_eq(again.follow.since, 60);
	ck_assert_uint_eq(again.follow.count, 2);
	ck_assert_int_eq(again.follow.moves[1], 8);
}
END_TEST

START_TEST(the_metrics_tell_of_the_watch)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct watch_state state = state_of(fixture);
	const char *text = watch_metrics(fixture->arena, &state);

	ck_assert_ptr_nonnull(strstr(text, "\nthintune_look_timestamp_seconds 1700000000\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nthintune_looks_total{cause=\"link\"} 5\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nthintune_looks_total{cause=\"timer\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(text, "# TYPE thintune_looks_total counter\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nthintune_repairs_total 9\n"));
	ck_assert(text_ends(text, "\nthintune_contested 1\n"));
}
END_TEST

START_TEST(ready_is_what_is_required)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct watch_state state = {.fault = NULL};
	struct report *report = fixture_report(fixture);

	report->verdict.required_failed = 0;
	ck_assert_str_eq(watch_ready(fixture->arena, &state, report), "ready\n");
	report->verdict.required_failed = 2;
	ck_assert_str_eq(watch_ready(fixture->arena, &state, report),
			 "not ready: 2 required settings and checks do not hold\n");
	state.fault = "it is\nbroken";
	ck_assert_str_eq(watch_ready(fixture->arena, &state, NULL),
			 "not ready: it is\\x0abroken\n");
}
END_TEST

START_TEST(features_expire_and_do_not_tell_the_time)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct watch_state state = {.fault = NULL};
	struct report *report = fixture_report(fixture);
	const char *text;

	report->run.started_unix = 1700000000;
	report->verdict.required_failed = 0;
	text = watch_features(fixture->arena, &state, report, "2026-12-01T10:30:00Z");
	ck_assert(text_starts(text, "# +expiry-time=2026-12-01T10:30:00Z\n"
				    "feature.node.kubernetes.io/thintune-ready=true\n"));
	ck_assert_ptr_null(strstr(text, "seconds"));
	ck_assert_int_eq(report->run.started_unix, 1700000000);
	report->verdict.required_failed = 1;
	text = watch_features(fixture->arena, &state, report, "2026-12-01T10:30:00Z");
	ck_assert_ptr_nonnull(strstr(text, "/thintune-ready=false\n"));
	report->verdict.required_failed = 0;
	state.fault = "something";
	text = watch_features(fixture->arena, &state, report, "2026-12-01T10:30:00Z");
	ck_assert_ptr_nonnull(strstr(text, "/thintune-ready=false\n"));
}
END_TEST

static bool has(const names *lines, const char *part)
{
	vec_for_each (line, lines) {
		if (strstr(*line, part))
			return true;
	}
	return false;
}

START_TEST(only_changes_are_told)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct arena *arena = fixture->arena;
	struct watch_state none = {.verdict = NULL}, before = state_of(fixture), now;
	struct setting *first = &fixture->plan.settings.at[0];
	names lines = watch_changes(arena, &none, &before, fixture_report(fixture));

	first->state = STATE_DIFFERS;
	before = state_of(fixture);
	ck_assert(has(&lines, "differs (exit code 3): "));
	ck_assert_uint_eq(watch_changes(arena, &before, &before, fixture_report(fixture)).count, 0);
	first->state = STATE_SAME;
	now = state_of(fixture);
	lines = watch_changes(arena, &before, &now, fixture_report(fixture));
	ck_assert_uint_eq(lines.count, 2);
	ck_assert_ptr_nonnull(strstr(lines.at[0], "no longer so: "));
	ck_assert_ptr_nonnull(strstr(lines.at[0], first->wish->name));
	first->state = STATE_CHANGED;
	first->before = "1";
	first->have = "2";
	lines = watch_changes(arena, &before, &now, fixture_report(fixture));
	ck_assert_uint_eq(lines.count, 2);
	ck_assert_ptr_nonnull(strstr(lines.at[0], "repaired "));
	ck_assert(text_ends(lines.at[0], ": 2, was 1"));
	/* Another state is told once, as what it is now. */
	first->state = STATE_CONTESTED;
	now = state_of(fixture);
	lines = watch_changes(arena, &before, &now, fixture_report(fixture));
	ck_assert_uint_eq(lines.count, 2);
	ck_assert(has(&lines, " contested: "));
}
END_TEST

START_TEST(twenty_lines_are_the_most)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct watch_state none = {.verdict = NULL}, now;
	struct setting like = fixture->plan.settings.at[0];
	names lines;

	like.state = STATE_DIFFERS;
	for (unsigned i = 0; i < 100; i++) {
		struct wish *wish = arena_alloc(fixture->arena, sizeof(*wish));

		*wish = *like.wish;
		wish->name = arena_printf(fixture->arena, "setting %u", i);
		like.wish = wish;
		vec_push(fixture->arena, &fixture->plan.settings, like);
	}
	now = state_of(fixture);
	lines = watch_changes(fixture->arena, &none, &now, fixture_report(fixture));
	ck_assert_uint_eq(lines.count, 20);
	ck_assert_ptr_nonnull(strstr(lines.at[18], "more, which report.json tells"));
	ck_assert_ptr_nonnull(strstr(lines.at[19], "(exit code 3): "));
}
END_TEST

RUN_SUITE("watch", the_cpus_of_containers_are_read_again, what_is_written_is_read_again,
	  what_is_none_of_it_is_refused, the_metrics_tell_of_the_watch, ready_is_what_is_required,
	  features_expire_and_do_not_tell_the_time, only_changes_are_told,
	  twenty_lines_are_the_most)
