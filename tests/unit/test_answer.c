/* SPDX-License-Identifier: Apache-2.0 */
/* What status says, and what comes next. */
#include "report/answer.h"

#include "base/text.h"
#include "run_suite.h"

static const char *status(struct arena *arena, struct answer answer)
{
	if (!answer.watch.date && !answer.watch.is_new)
		answer.watch.runs = TRI_NO;
	return answer_status_text(arena, &answer, (struct text_style){0});
}

START_TEST(how_old_the_verdict_is)
{
	static const struct {
		int64_t seconds;
		const char *words;
	} rows[] = {
	    {0, "0 s ago"},
	    {59, "59 s ago"},
	    {60, "1 min ago"},
	    {3600 + 5 * 60, "1 h 5 min ago"},
	    {47 * 3600, "47 h 0 min ago"},
	    {48 * 3600, "2 days ago"},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(
		    status(arena, (struct answer){.profile = "p",
						  .time = "T",
						  .age_seconds = rows[i].seconds,
						  .is_locked = TRI_NO}),
		    arena_printf(
			arena,
			"the broker may start (profile p, T, %s); nobody holds "
			"the lock; no watch runs\nnext: nothing; `thintune audit` looks again\n",
			rows[i].words));
	ck_assert_str_eq(
	    status(arena, (struct answer){.time = "T", .age_seconds = -1, .is_locked = TRI_NO}),
	    "the broker may start (T); nobody holds the lock; no watch runs\n"
	    "next: nothing; `thintune audit` looks again\n");
}
END_TEST

START_TEST(who_holds_the_lock)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	ck_assert_ptr_nonnull(strstr(status(arena, (struct answer){.is_locked = TRI_UNKNOWN}),
				     "who holds the lock is unknown"));
	ck_assert_ptr_nonnull(strstr(status(arena, (struct answer){.is_locked = TRI_YES}),
				     "the lock is held by a process"));
	ck_assert_ptr_nonnull(strstr(
	    status(arena, (struct answer){.is_locked = TRI_YES, .holder = "thintune, process 7"}),
	    "the lock is held by thintune, process 7"));
}
END_TEST

START_TEST(all_that_holds_it_back_is_told)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	const char *text = status(arena, (struct answer){.missing = "none of this boot",
							 .exit_code = 1,
							 .waiver = "a waiver ends tomorrow",
							 .begun = "10:00",
							 .half_applied = TRI_YES,
							 .journal_fault = "it is a link",
							 .is_locked = TRI_NO});

	ck_assert(text_starts(text, "none of this boot; a waiver ends tomorrow; "));
	ck_assert_ptr_nonnull(strstr(text, arena_printf(arena, REPORT_BEGUN, "10:00")));
	ck_assert_ptr_nonnull(strstr(text, REPORT_HALF_APPLIED));
	ck_assert_ptr_nonnull(
	    strstr(text, arena_printf(arena, REPORT_JOURNAL_FAULT, "it is a link")));
}
END_TEST

START_TEST(whether_watch_runs)
{
	static const struct {
		struct answer answer;
		const char *words;
	} rows[] = {
	    {{.watch = {.runs = TRI_YES,
			.process = 7,
			.date = "T",
			.age_seconds = 180,
			.verdict = "differs"}},
	     "; watch runs (process 7), and the last look was 3 min ago: differs\nnext: "},
	    {{.watch = {.runs = TRI_UNKNOWN, .date = "T", .age_seconds = -1}},
	     "; whether watch runs is unknown, and the last look was T: no verdict\nnext: "},
	    {{.watch = {.runs = TRI_NO,
			.date = "T",
			.age_seconds = 5,
			.verdict = "match",
			.fault = "it is broken"}},
	     "; no watch runs, and the last look was 5 s ago: it is broken\nnext: "},
	    {{.watch = {.runs = TRI_NO,
			.ended = "/srv",
			.date = "T",
			.age_seconds = 5,
			.verdict = "match"}},
	     "; no watch runs: the one that published in '/srv' has ended, and the last look was "
	     "5 s ago: match\nnext: "},
	    {{.watch = {.runs = TRI_YES, .is_new = true, .unknown = "its file is damaged"}},
	     "; watch runs, and has not looked yet, and its last look is unknown: its file is "
	     "damaged\nnext: "},
	    {{.watch = {.runs = TRI_YES,
			.process = 7,
			.is_new = true,
			.date = "T",
			.age_seconds = 180,
			.verdict = "match"}},
	     "; watch runs (process 7), and has not looked yet; the last look before it was 3 min "
	     "ago: match\nnext: "},
	};
	_cleanup_arena_ struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_ptr_nonnull(strstr(status(arena, rows[i].answer), rows[i].words));
}
END_TEST

RUN_SUITE("answer", how_old_the_verdict_is, who_holds_the_lock, all_that_holds_it_back_is_told,
	  whether_watch_runs)
