/* SPDX-License-Identifier: Apache-2.0 */
/* What the envelope makes of jobs that fail, of a disk that answers nothing and of time that runs
 * out: on jobs that are told what they find, and a clock that they move. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "probe/clock.h"
#include "probe/envelope.h"
#include "run_suite.h"

#define START (1000 * SECOND)

static uint64_t clock_ns; /* 0: the real one */

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	if (!clock_ns)
		return (int)syscall(SYS_clock_gettime, clock, ret);
	*ret = (struct timespec){.tv_sec = (time_t)(clock_ns / SECOND),
				 .tv_nsec = (long)(clock_ns % SECOND)};
	return 0;
}

/* Jobs, in place of src/probe/job.c --------------------------------------------------------------
 */

static double peaks[PATTERN_HALVES + 1], holds; /* a second of the disk; that hold, of each half */
static enum pattern fails;                      /* whose peak cannot be measured; HALVES: none */
static unsigned steps, fails_at;                /* the step that fails; 0: none */
static const struct envelope_load *watched;     /* looked at before each of its steps */
static double best;                             /* that held so far */
static bool is_slow;                            /* it is seen only at the end what does not hold */

/* With credits the disk does and holds more, until so many requests beyond its own rate were done.
 */
#define OWN_RATE 1000.0
static double credits; /* 0: it has none */
static bool is_cut;    /* the deadline ends each measurement of a peak */
static double again;   /* what a peak is after the first step; below 0: it fails; NAN: as before */

static void use_credits(double requests, double seconds)
{
	if (credits <= 0)
		return;
	credits -= requests - OWN_RATE * seconds;
	if (credits <= 0)
		peaks[PATTERN_RANDREAD] = peaks[PATTERN_APPEND] = holds = OWN_RATE;
}

unsigned job_lanes(const struct spec *spec, unsigned cpus)
{
	(void)spec;
	return cpus;
}

static void end_job(struct probe_job *job, bool is_good)
{
	job->state = is_good ? JOB_DONE : JOB_FAILED;
	job->error = is_good ? 0 : -EIO;
	(void)snprintf(job->remark, sizeof(job->remark), "%s", is_good ? "" : "a write: EIO");
}

void job_run(struct bench *bench, const struct spec *spec, uint64_t runtime_ns, uint64_t latest_ns,
	     struct probe_job *job)
{
	(void)bench;
	(void)latest_ns;
	clock_ns += runtime_ns + WINDOW_NS;
	job->iops = peaks[spec->pattern];
	if (steps && spec->pattern == PATTERN_RANDREAD && !isnan(again))
		job->iops = again;
	job->out_of_time = is_cut;
	use_credits(job->iops * (double)runtime_ns / (double)SECOND,
		    (double)runtime_ns / (double)SECOND);
	end_job(job, spec->pattern != fails && job->iops >= 0);
}

/* Each step ends as late as it may, with all in flight that the limit lets be; unless it is seen
 * before that its rate does not hold. */
void job_run_open(struct bench *bench, const struct spec *spec, const struct open_step *step,
		  uint64_t runtime_ns, struct probe_job *job)
{
	double seconds = (double)runtime_ns / (double)SECOND;
	double most = spec->pattern == PATTERN_HALVES ? 2 * holds : holds;

	if (watched) {
		ck_assert(watched->knee == best);
		ck_assert(watched->above <= 0 || watched->above > holds);
	}
	clock_ns += step->rate > most && !is_slow ? runtime_ns / 10 : runtime_ns;
	clock_ns += WINDOW_NS + 2 * bench->request->limit_ns;
	step->point->rate = step->rate;
	step->point->count = (uint64_t)(step->rate * seconds);
	step->point->over = step->rate > most ? step->point->count : 0;
	use_credits((double)step->point->count, seconds);
	end_job(job, ++steps != fails_at);
	watched = steps == fails_at ? NULL : watched;
	if (job->state == JOB_DONE && step->rate <= most && step->rate > best)
		best = step->rate;
}

/* ---------------------------------------------------------------------------------------------- */

static struct probe_request request;
static struct bench bench;
static struct probe_result result;

static void set_up(void)
{
	clock_ns = START;
	peaks[PATTERN_RANDREAD] = 5500;
	peaks[PATTERN_APPEND] = 5000;
	holds = 4500;
	fails = PATTERN_HALVES;
	steps = fails_at = 0;
	watched = NULL;
	best = 0;
	is_slow = false;
	credits = 0;
	is_cut = false;
	again = NAN;
	request = (struct probe_request){.envelope = true, .limit_ns = 10 * MS, .shards = 2};
	bench = (struct bench){.request = &request,
			       .bytes = 1 << 30,
			       .cpus = 2,
			       .deadline = START + envelope_budget_ns(&request)};
	result = (struct probe_result){0};
}

static void run(void)
{
	envelope_run(&bench, &result);
	clock_ns = 0;
	ck_assert_uint_eq(result.load_count, 3);
}

static void see(unsigned load, enum job_state state, const char *remark)
{
	ck_assert_str_eq(result.loads[load].remark, remark);
	ck_assert_int_eq(result.loads[load].state, state);
}

START_TEST(all_three_find_what_holds)
{
	set_up();
	run();
	for (unsigned i = 0; i < 3; i++) {
		double right = i == 2 ? 2 * holds : holds;

		see(i, JOB_DONE, "");
		ck_assert(result.loads[i].knee > right / 1.03 && result.loads[i].knee <= right);
		ck_assert(result.loads[i].above > right);
	}
	ck_assert_int_eq(result.error, 0);
}
END_TEST

START_TEST(how_well_it_is_known_is_told)
{
	static const struct {
		double holds;
		const char *remark;
	} disks[] = {
	    {180000, ""},
	    {120000, "known to about 15 %"},
	    {70000, "known to about 25 %"},
	    {32000, "so little of its peak holds that this is known only roughly"},
	};

	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		set_up();
		/* Its steps are short enough for all that it takes. */
		peaks[PATTERN_RANDREAD] = 220000;
		holds = disks[i].holds;
		run();
		see(0, JOB_DONE, disks[i].remark);
	}
}
END_TEST

/* As a cloud disk that may do 3,000 a second for a while, and 1,000 after that. */
START_TEST(what_held_by_credits_is_told)
{
	set_up();
	peaks[PATTERN_RANDREAD] = 3000;
	holds = 2700;
	credits = 60000;
	run();
	see(0, JOB_DONE,
	    "its peak fell from 3000 to 1000 a second meanwhile, by a burst allowance, a cache "
	    "that "
	    "filled up, or other work: what held at first need not hold now");
	ck_assert(result.loads[0].noisy);
	ck_assert(result.loads[0].peak == 3000);
	/* They are gone by then. */
	ck_assert(!result.loads[1].noisy);
	ck_assert(result.loads[1].knee <= OWN_RATE);
	set_up();
	peaks[PATTERN_RANDREAD] = 3000;
	holds = 2700;
	credits = 60000;
	is_cut = true;
	run();
	see(0, JOB_DONE, "no time was left to see whether its peak fell meanwhile");
	ck_assert(!result.loads[0].noisy);
}
END_TEST

START_TEST(a_peak_that_fails_the_second_time_fails_the_load)
{
	set_up();
	again = -1;
	run();
	see(0, JOB_FAILED, "a write: EIO");
	ck_assert_int_eq(result.error, -EIO);
	ck_assert_str_eq(result.failure, "randread-4k: a write: EIO");
	ck_assert(result.loads[0].knee > 0 && result.loads[0].knee <= holds);
	ck_assert(result.loads[0].above > holds);
	see(1, JOB_DONE, "");
	see(2, JOB_DONE, "");
	set_up();
	again = 0;
	run();
	see(0, JOB_FAILED, "no request was answered");
	ck_assert_int_eq(result.error, -ETIMEDOUT);
	ck_assert(result.loads[0].knee > 0);
}
END_TEST

START_TEST(why_there_is_no_knee_is_told_beside_a_peak_that_fell)
{
	static const char fell[] =
	    "its peak fell from 5500 to 1000 a second meanwhile, by a burst allowance, a cache "
	    "that filled up, or other work: what held at first need not hold now";
	char both[PROBE_SENTENCE];

	set_up();
	again = OWN_RATE;
	request.runtime_us = 500000;
	run();
	(void)snprintf(both, sizeof(both), "too few samples for a p99.9 at these rates; %s", fell);
	see(0, JOB_DONE, both);
	ck_assert(result.loads[0].noisy);
}
END_TEST

/* Of steps that see few crowds of slow requests nobody has tried how near they come. */
START_TEST(short_steps_know_it_only_roughly)
{
	set_up();
	request.runtime_us = 10000000;
	run();
	for (unsigned i = 0; i < 3; i++) {
		see(i, JOB_DONE,
		    "its steps were shorter than it takes, so this is known only roughly");
		ck_assert(result.loads[i].knee > 0);
	}
}
END_TEST

START_TEST(two_at_once_need_the_peaks_of_both)
{
	set_up();
	fails = PATTERN_APPEND;
	run();
	see(0, JOB_DONE, "");
	see(1, JOB_FAILED, "a write: EIO");
	see(2, JOB_SKIPPED, "a peak that it needs is not known");
	ck_assert_uint_eq(result.loads[2].point_count, 0);
	ck_assert_int_eq(result.error, -EIO);
	ck_assert_str_eq(result.failure, "append-16k: a write: EIO");
}
END_TEST

START_TEST(a_disk_that_answers_nothing_has_no_peak)
{
	set_up();
	peaks[PATTERN_RANDREAD] = 0;
	run();
	see(0, JOB_FAILED, "no request was answered");
	see(1, JOB_DONE, "");
	see(2, JOB_SKIPPED, "a peak that it needs is not known");
	ck_assert_int_eq(result.error, -ETIMEDOUT);
}
END_TEST

START_TEST(what_was_hardly_written_is_not_read)
{
	set_up();
	bench.bytes = (1 << 20) - 4096;
	run();
	see(0, JOB_SKIPPED, "not even 1 MiB was written for it");
	see(1, JOB_DONE, "");
	see(2, JOB_SKIPPED, "not even 1 MiB was written for it");
	ck_assert_int_eq(result.error, 0);
}
END_TEST

START_TEST(without_time_for_a_step_nothing_is_said_of_exactness)
{
	set_up();
	bench.deadline = START + 5 * SECOND;
	run();
	for (unsigned i = 0; i < 3; i++) {
		see(i, JOB_DONE, "no time was left to measure it");
		ck_assert(result.loads[i].out_of_time);
	}
	set_up();
	bench.deadline = START + 30 * SECOND;
	run();
	see(0, JOB_DONE, "no time was left to be exact");
}
END_TEST

START_TEST(what_held_is_known_from_then_on)
{
	set_up();
	watched = &result.loads[0];
	fails_at = 5;
	run();
	see(0, JOB_FAILED, "a write: EIO");
	ck_assert_uint_eq(result.loads[0].point_count, 4);
	ck_assert(result.loads[0].knee > 0);
	ck_assert(result.loads[0].above > result.loads[0].knee);
}
END_TEST

/* Whatever the limit, the peak, and the length of a step that was asked for. */
START_TEST(each_load_ends_within_its_two_minutes)
{
	static const uint64_t limits[] = {MS, 10 * MS, 500 * MS};
	static const uint64_t runtimes[] = {0, 500000, 10000000};
	static const double rates[] = {5, 300, 2000, 200000};

	for (size_t i = 0; i < 3 * 3 * 4; i++) {
		set_up();
		is_slow = true;
		request.limit_ns = limits[i / 12];
		request.runtime_us = runtimes[i / 4 % 3];
		peaks[PATTERN_RANDREAD] = peaks[PATTERN_APPEND] = rates[i % 4];
		holds = rates[i % 4] * (i % 2 ? 0.9 : 2);
		/* The last one has all of its time left. */
		request.file = "one load";
		bench.deadline = START + 1000 * SECOND;
		envelope_run(&bench, &result);
		ck_assert_uint_le(clock_ns, START + envelope_budget_ns(&request));
		ck_assert_uint_gt(result.loads[0].point_count, 0);
	}
	clock_ns = 0;
}
END_TEST

/* With what is still in flight when the last step ends, wherever that is. */
START_TEST(nothing_is_in_flight_when_the_time_is_over)
{
	for (uint64_t end = 40 * SECOND; end < 70 * SECOND; end += 100 * MS) {
		set_up();
		request.limit_ns = 500 * MS;
		request.file = "one load";
		bench.deadline = START + end;
		envelope_run(&bench, &result);
		ck_assert_uint_le(clock_ns, bench.deadline);
		ck_assert_uint_gt(result.loads[0].point_count, 0);
	}
	clock_ns = 0;
}
END_TEST

RUN_SUITE("envelope", what_held_by_credits_is_told,
	  a_peak_that_fails_the_second_time_fails_the_load,
	  why_there_is_no_knee_is_told_beside_a_peak_that_fell, short_steps_know_it_only_roughly,
	  how_well_it_is_known_is_told, all_three_find_what_holds,
	  two_at_once_need_the_peaks_of_both, a_disk_that_answers_nothing_has_no_peak,
	  what_was_hardly_written_is_not_read, without_time_for_a_step_nothing_is_said_of_exactness,
	  what_held_is_known_from_then_on, each_load_ends_within_its_two_minutes,
	  nothing_is_in_flight_when_the_time_is_over)
