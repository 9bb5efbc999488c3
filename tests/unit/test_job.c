/* SPDX-License-Identifier: Apache-2.0 */
/* How long a job goes on and what is said of it, on a disk and a clock in memory: time passes only
 * while the disk works and the job's own thread sleeps, so that each run is the same. */
#include <math.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/job.h"
#include "probe/lane.h"
#include "run_suite.h"

/* Clock --------------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint64_t clock_ns; /* 0: the real one */
static uint64_t wake_ns;  /* until when the job's thread sleeps; 0: it does not */

static void set_clock(uint64_t now)
{
	pthread_mutex_lock(&lock);
	clock_ns = now;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static uint64_t get_clock(void)
{
	uint64_t now;

	pthread_mutex_lock(&lock);
	now = clock_ns;
	/* The job's thread looks at it after telling the lanes to end, too. */
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return now;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	uint64_t now = get_clock();

	if (!now)
		return (int)syscall(SYS_clock_gettime, clock, ret);
	*ret = (struct timespec){.tv_sec = (time_t)(now / SECOND), .tv_nsec = (long)(now % SECOND)};
	return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *when, struct timespec *rest)
{
	uint64_t until = (uint64_t)when->tv_sec * SECOND + (uint64_t)when->tv_nsec;

	if (!get_clock())
		return (int)syscall(SYS_clock_nanosleep, clock, flags, when, rest);
	pthread_mutex_lock(&lock);
	wake_ns = until;
	pthread_cond_broadcast(&changed);
	while (clock_ns < until)
		pthread_cond_wait(&changed, &lock);
	wake_ns = 0;
	pthread_mutex_unlock(&lock);
	return 0;
}

/* Disk ---------------------------------------------------------------------------------------- */

enum { request_ms = 20, first_ms = 13 };
#define START (1000 * SECOND)

static bool lacks_memory; /* to lock */
static bool is_first;
static bool is_quick;                    /* it answers at once, by the real clock */
static uint64_t first_gap, first_offset; /* of the first request of a run; gap 0: none yet */

static int disk_open(struct queue *queue)
{
	queue->buffers_unregistered = lacks_memory;
	return 0;
}

static void disk_close(struct queue *queue)
{
	(void)queue;
}

static const struct lane *lane_of(const struct queue *queue)
{
	return (const void *)((const char *)queue - offsetof(struct lane, queue));
}

/* The clock waits at each moment that the job's thread sleeps until, and goes on once it sleeps
 * again or has told the lanes to end. */
static void work(const struct queue *queue, uint64_t end)
{
	const struct lane *lane = lane_of(queue);

	pthread_mutex_lock(&lock);
	while (clock_ns < end) {
		if (__atomic_load_n(&lane->run->until_ns, __ATOMIC_RELAXED) != UINT64_MAX)
			clock_ns = end;
		else if (wake_ns > clock_ns)
			clock_ns = wake_ns < end ? wake_ns : end;
		else
			pthread_cond_wait(&changed, &lock);
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&lock);
}

/* 20 ms each time, however many there are. The first ones take longer, so that none comes back at
 * a moment that the job's thread looks at. */
static int disk_turn(struct queue *queue, const uint32_t *slots, unsigned count, unsigned least,
		     struct done *done)
{
	const struct slot *slot = &queue->slots[slots && count ? slots[0] : 0];

	(void)least;
	if (count && !first_gap) {
		first_gap = slot->started - lane_of(queue)->run->start_ns;
		first_offset = slot->offset;
	}
	if (!is_quick)
		work(queue, get_clock() + (request_ms + (is_first ? first_ms : 0)) * MS);
	is_first = false;
	for (unsigned i = 0; i < count; i++)
		done[i] = (struct done){.slot = slots[i], .result = (int32_t)queue->block_bytes};
	return (int)count;
}

/* In place of src/probe/engine_uring.c. */
const struct engine engine_uring = {
    .name = "io_uring", .open = disk_open, .turn = disk_turn, .close = disk_close};
const struct engine engine_uring_plain = {
    .name = "io_uring-plain", .open = disk_open, .turn = disk_turn, .close = disk_close};

/* Jobs ---------------------------------------------------------------------------------------- */

static struct probe_request request;
static struct bench bench;
static uint64_t rate_now, done_now;
static struct probe_job job;

static void set_up(void)
{
	static const char counts[] = "5 0 16 1 7 0 8 2 0 3 3\n";
	int disk = memfd_create("stat", MFD_CLOEXEC);

	ck_assert_int_eq(write(disk, counts, sizeof(counts) - 1), sizeof(counts) - 1);
	lacks_memory = is_quick = false;
	request = (struct probe_request){.writes_once = true};
	bench = (struct bench){.arena = arena_new(),
			       .request = &request,
			       .engine = &engine_uring,
			       .directory = -1,
			       .fd = -1,
			       .bytes = 1048576,
			       .deadline = START + 3600 * SECOND,
			       .cpus = 1,
			       .rate_now = &rate_now,
			       .done_now = &done_now};
	bench.counters.node = -1;
	vec_push(bench.arena, &bench.counters.disks, disk);
	rate_now = done_now = 0;
	job = (struct probe_job){0};
}

/* 600 ms, so with the lead-in until 700, and when that is too short until 850, 1000, ... */
static void run(const char *name, uint64_t latest)
{
	struct spec spec = {0};

	ck_assert_int_eq(spec_parse(name, &spec), 0);
	is_first = true;
	set_clock(START);
	job_run(&bench, &spec, 600 * MS, latest, &job);
	ck_assert_int_eq(job.state, JOB_DONE);
	ck_assert_msg(!job.noisy && !job.burst, "%s", job.remark);
	/* What whoever waits was told is what came of it. */
	ck_assert_msg(fabs((double)rate_now - job.iops) <= job.iops / 10, "%lu", rate_now);
	ck_assert_uint_gt(done_now, 0);
	ck_assert_uint_le(done_now, job.requests);
}

static uint64_t end_ms(void)
{
	return (get_clock() - START) / MS;
}

static void tear_down(void)
{
	set_clock(0);
	ck_assert_int_eq(close(bench.counters.disks.at[0]), 0);
	arena_free(bench.arena);
}

/* Of what came back by 2050 ms four belong to the lead-in, so that 97 latencies are known then; the
 * next moment is 2200. */
START_TEST(single_requests_go_on_until_a_p99_can_be_told)
{
	set_up();
	run("randread-4k-qd1", UINT64_MAX / 2);
	ck_assert_uint_ge(job.latency.count, PERCENTILE_SAMPLES);
	ck_assert_uint_ge(end_ms(), 2200);
	ck_assert_uint_le(end_ms(), 2200 + request_ms);
	tear_down();
}
END_TEST

static void run_once(const char *name, uint64_t runtime, uint64_t deadline)
{
	struct spec spec = {0};

	ck_assert_int_eq(spec_parse(name, &spec), 0);
	is_first = true;
	bench.deadline = deadline;
	set_clock(START);
	job_run(&bench, &spec, runtime, 0, &job);
	ck_assert_int_eq(job.state, JOB_DONE);
}

/* 50 ms after the lead-in are no window of 100: six or seven requests of 20 ms in some 150 ms. */
START_TEST(a_job_without_a_window_has_the_rate_of_all_its_requests)
{
	set_up();
	run_once("randread-4k-qd1", 50 * MS, START + 3600 * SECOND);
	ck_assert_uint_ge(job.requests, 4);
	ck_assert_double_ge(job.iops, 30);
	ck_assert_double_le(job.iops, 50);
	ck_assert(job.bandwidth == job.iops * 4096);
	ck_assert(job.noisy && !job.out_of_time);
	ck_assert_str_eq(job.remark, "too short to tell how well the rate is known");
	tear_down();
}
END_TEST

START_TEST(a_job_that_the_deadline_cuts_short_says_so)
{
	set_up();
	run_once("randread-4k-qd1", 600 * MS, START + 300 * MS);
	ck_assert(job.out_of_time);
	ck_assert_uint_le(end_ms(), 300 + request_ms);
	tear_down();
}
END_TEST

START_TEST(they_go_on_no_longer_than_they_may)
{
	set_up();
	run("randread-4k-qd1", START + 1000 * MS);
	ck_assert_uint_lt(job.latency.count, PERCENTILE_SAMPLES);
	ck_assert_uint_ge(end_ms(), 1000);
	ck_assert_uint_le(end_ms(), 1000 + request_ms);
	tear_down();
}
END_TEST

START_TEST(by_the_deadline_the_last_one_has_come_back)
{
	set_up();
	bench.deadline = START + 1000 * MS;
	run("randread-4k-qd1", UINT64_MAX / 2);
	ck_assert_uint_lt(job.latency.count, PERCENTILE_SAMPLES);
	ck_assert_uint_gt(end_ms(), 850);
	ck_assert_uint_le(end_ms(), 1000);
	tear_down();
}
END_TEST

START_TEST(where_throughput_counts_a_settled_rate_is_enough)
{
	set_up();
	run("randread-4k-qd2", UINT64_MAX / 2);
	ck_assert_uint_lt(job.latency.count, PERCENTILE_SAMPLES);
	ck_assert_uint_le(end_ms(), 700 + request_ms);
	tear_down();
}
END_TEST

/* Nothing moved on the disk but what the job did itself. */
START_TEST(what_others_moved_is_told_where_each_byte_is_written_once)
{
	set_up();
	run("randread-4k-qd2", UINT64_MAX / 2);
	ck_assert_double_eq(job.foreign, 0);
	request.writes_once = false;
	run("randread-4k-qd2", UINT64_MAX / 2);
	ck_assert_double_eq(job.foreign, -1);
	request.writes_once = true;
	request.buffered = true;
	run("randread-4k-qd2", UINT64_MAX / 2);
	ck_assert_double_eq(job.foreign, -1);
	tear_down();
}
END_TEST

START_TEST(whether_buffers_are_registered)
{
	set_up();
	run("randread-4k-qd2", UINT64_MAX / 2);
	ck_assert_int_eq(job.registered, TRI_YES);
	lacks_memory = true;
	run("randread-4k-qd2", UINT64_MAX / 2);
	ck_assert_int_eq(job.registered, TRI_NO);
	/* It never does. */
	lacks_memory = false;
	bench.engine = &engine_uring_plain;
	run("randread-4k-qd2", UINT64_MAX / 2);
	ck_assert_int_eq(job.registered, TRI_UNKNOWN);
	tear_down();
}
END_TEST

START_TEST(a_deep_job_on_a_disk_takes_few_completions_at_once)
{
	static const struct {
		const char *name;
		bool buffered;
		unsigned reap;
	} jobs[] = {
	    {"randread-4k-qd1", false, 1},    {"randread-4k-qd7", false, 1},
	    {"randread-4k-qd8", false, 4},    {"randread-4k-qd128", false, 4},
	    {"randread-4k-qd128", true, 128}, {"randread-4k-qd1", true, 1},
	};

	set_up();
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		request.buffered = jobs[i].buffered;
		run_once(jobs[i].name, 50 * MS, START + 3600 * SECOND);
		ck_assert_uint_eq(job.reap, jobs[i].reap);
	}
	tear_down();
}
END_TEST

/* A rate that is offered again meets another crowd, or it would fail twice by one chance. */
START_TEST(each_run_draws_arrivals_and_offsets_of_its_own)
{
	struct spec spec = {0};
	uint64_t gaps[2], offsets[2];

	set_up();
	bench.bytes = UINT64_C(1) << 40;
	bench.deadline = UINT64_MAX / 2;
	is_quick = true;
	set_clock(0);
	ck_assert_int_eq(spec_parse("randread-4k-qd2", &spec), 0);
	for (size_t i = 0; i < 2; i++) {
		struct envelope_point point = {0};
		struct open_step step = {.rate = 1000,
					 .share = 0.99,
					 .limit_ns = 3600 * SECOND,
					 .most_over = 1000,
					 .point = &point};

		first_gap = 0;
		job_run_open(&bench, &spec, &step, MS, &job);
		ck_assert_int_eq(job.state, JOB_DONE);
		ck_assert_uint_gt(first_gap, 0);
		gaps[i] = first_gap;
		offsets[i] = first_offset;
	}
	/* Times as fractions differ in their last digit. */
	ck_assert(gaps[0] > gaps[1] + 2 || gaps[1] > gaps[0] + 2);
	ck_assert_uint_ne(offsets[0], offsets[1]);
	tear_down();
}
END_TEST

RUN_SUITE("job", each_run_draws_arrivals_and_offsets_of_its_own,
	  a_deep_job_on_a_disk_takes_few_completions_at_once,
	  single_requests_go_on_until_a_p99_can_be_told, they_go_on_no_longer_than_they_may,
	  by_the_deadline_the_last_one_has_come_back,
	  where_throughput_counts_a_settled_rate_is_enough,
	  what_others_moved_is_told_where_each_byte_is_written_once, whether_buffers_are_registered,
	  a_job_without_a_window_has_the_rate_of_all_its_requests,
	  a_job_that_the_deadline_cuts_short_says_so)
