/* SPDX-License-Identifier: Apache-2.0 */
/* What a terminal shows of a probe that is under way. */
#include "report/progress.h"

#include <string.h>

#include "run_suite.h"

static char line[PROGRESS_MOST];

static const char *shown(struct probe_now now, unsigned columns)
{
	progress_line(&now, columns, line);
	return line;
}

static const struct probe_now now = {.stage = "randread-4k-qd32",
				     .job = 6,
				     .jobs = 9,
				     .elapsed_s = 6.12,
				     .about_s = 10,
				     .rate = 88123};

START_TEST(job_count_time_and_rate_are_shown)
{
	ck_assert_str_eq(shown(now, 0), "job 6/9 randread-4k-qd32  6.1 of about 10 s  88k IOPS");
	ck_assert_str_eq(shown((struct probe_now){.stage = "io_setup", .about_s = 30}, 80),
			 "io_setup  0.0 of about 30 s");
}
END_TEST

START_TEST(a_rate_has_three_digits)
{
	static const struct {
		uint64_t rate;
		const char *text;
	} rows[] = {
	    {1, "1 IOPS"},         {999, "999 IOPS"},      {1000, "1.0k IOPS"},
	    {9949, "9.9k IOPS"},   {9950, "10k IOPS"},     {88123, "88k IOPS"},
	    {999499, "999k IOPS"}, {999500, "1.00M IOPS"}, {UINT64_C(12345678), "12.35M IOPS"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_now other = now;

		other.rate = rows[i].rate;
		ck_assert_str_eq(strrchr(shown(other, 0), ' ') - strcspn(rows[i].text, " "),
				 rows[i].text);
	}
}
END_TEST

/* A line that runs over could not be taken back. */
START_TEST(what_has_no_room_is_left_out_whole)
{
	static const char all[] = "job 6/9 randread-4k-qd32  6.1 of about 10 s  88k IOPS";

	ck_assert_str_eq(shown(now, sizeof(all)), all);
	ck_assert_str_eq(shown(now, sizeof(all) - 1),
			 "job 6/9 randread-4k-qd32  6.1 of about 10 s");
	ck_assert_str_eq(shown(now, 30), "job 6/9 randread-4k-qd32");
	ck_assert_str_eq(shown(now, 10), "");
}
END_TEST

RUN_SUITE("progress", job_count_time_and_rate_are_shown, a_rate_has_three_digits,
	  what_has_no_room_is_left_out_whole)
