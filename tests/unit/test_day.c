/* SPDX-License-Identifier: Apache-2.0 */
/* Days of the calendar, against the C library's own reckoning. */
#include "base/day.h"

#include <errno.h>
#include <time.h>

#include "run_suite.h"

START_TEST(every_day_there_and_back)
{
	_cleanup_arena_ struct arena *arena = arena_new();

	for (int64_t day = 0; day < 366 * 140; day++) {
		time_t seconds = (time_t)day * DAY_SECONDS;
		struct tm tm;
		char text[16];
		int64_t read = -1;

		ck_assert_ptr_nonnull(gmtime_r(&seconds, &tm));
		ck_assert_uint_gt(strftime(text, sizeof(text), "%Y-%m-%d", &tm), 0);
		ck_assert_str_eq(day_text(arena, day), text);
		ck_assert_msg(day_parse(text, &read) == 0 && read == day, "%s", text);
	}
	ck_assert_str_eq(day_text(arena, -1), "unknown");
	ck_assert_str_eq(day_text(arena, DAY_UNKNOWN), "unknown");
	ck_assert_str_eq(day_text(arena, INT64_MAX), "unknown");
}
END_TEST

START_TEST(the_last_day_there_is)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	int64_t day;

	ck_assert_int_eq(day_parse("9999-12-31", &day), 0);
	ck_assert_str_eq(day_text(arena, day), "9999-12-31");
	ck_assert_str_eq(day_text(arena, day + 1), "unknown");
}
END_TEST

START_TEST(what_is_no_day)
{
	static const char *const texts[] = {
	    "",           "2027",       "2027-1-31",   "27-01-31",
	    "2027-00-10", "2027-13-10", "2027-01-00",  "2027-01-32",
	    "2027-02-29", "2028-02-30", "2100-02-29",  "2027-04-31",
	    "1969-12-31", "2027/01/31", "2027-01-31 ", " 2027-01-31",
	    "2027-01-3a", "+027-01-31", "tomorrow",    "2027-01-31T00:00:00Z"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t day = 5;

		ck_assert_msg(day_parse(texts[i], &day) == -EINVAL, "'%s'", texts[i]);
		ck_assert_int_eq(day, 5);
	}
}
END_TEST

RUN_SUITE("day", every_day_there_and_back, the_last_day_there_is, what_is_no_day)
