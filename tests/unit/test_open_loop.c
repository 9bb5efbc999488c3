/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of an open loop on a disk and a clock in memory: what a disk that stands still costs
 * is counted for all requests that came meanwhile, sent or not, and what the thread itself costs is
 * told apart. */
#include <stdlib.h>
#include <sys/resource.h>

#include "probe/lane.h"
#include "run_suite.h"

#define START    (1000 * SECOND)
#define LIMIT_NS (10 * MS)

/* Clock --------------------------------------------------------------------------------------- */

static uint64_t clock_ns;
static uint64_t late_at_ns, late_by_ns; /* the first sleep after that is so much too long */
static long sleeps;

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	(void)clock;
	clock_ns += 1000;
	*ret = (struct timespec){.tv_sec = (time_t)(clock_ns / SECOND),
				 .tv_nsec = (long)(clock_ns % SECOND)};
	return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *when, struct timespec *rest)
{
	uint64_t until = (uint64_t)when->tv_sec * SECOND + (uint64_t)when->tv_nsec;

	(void)clock;
	(void)flags;
	(void)rest;
	clock_ns = until > clock_ns ? until : clock_ns;
	if (late_by_ns && clock_ns >= late_at_ns) {
		clock_ns += late_by_ns;
		late_by_ns = 0;
	}
	return 0;
}

int getrusage(__rusage_who_t who, struct rusage *ret)
{
	(void)who;
	*ret = (struct rusage){.ru_nvcsw = sleeps};
	return 0;
}

/* Disk ---------------------------------------------------------------------------------------- */

enum { depth = 16 };
static uint64_t answers[depth]; /* when a slot is answered; 0: nobody asked */
static uint64_t free_ns;        /* when the disk has done all */
static uint64_t still_from, still_to;
static uint64_t blocks_at; /* the first request after that waits for 5 ms in submission */

#define SERVICE_NS 100000

static int disk_open(struct queue *queue)
{
	(void)queue;
	return 0;
}

static void disk_close(struct queue *queue)
{
	(void)queue;
}

static void ask(uint32_t slot)
{
	uint64_t end = (free_ns > clock_ns ? free_ns : clock_ns) + SERVICE_NS;

	ck_assert_uint_eq(answers[slot], 0);
	if (end > still_from && end < still_to)
		end = still_to + SERVICE_NS;
	answers[slot] = free_ns = end;
	if (blocks_at && clock_ns >= blocks_at) {
		clock_ns += 5 * MS;
		sleeps++;
		blocks_at = 0;
	}
}

static uint64_t first_answer(void)
{
	uint64_t first = UINT64_MAX;

	for (unsigned i = 0; i < depth; i++)
		first = answers[i] && answers[i] < first ? answers[i] : first;
	return first;
}

static int disk_turn(struct queue *queue, const uint32_t *slots, unsigned count, unsigned least,
		     struct done *done)
{
	uint64_t until = queue->patience_ns ? clock_ns + queue->patience_ns : UINT64_MAX;
	int got = 0;

	for (unsigned i = 0; i < count; i++)
		ask(slots[i]);
	if (least && first_answer() > clock_ns)
		clock_ns = first_answer() < until ? first_answer() : until;
	for (unsigned i = 0; i < depth; i++) {
		if (!answers[i] || answers[i] > clock_ns)
			continue;
		answers[i] = 0;
		done[got++] = (struct done){.slot = i, .result = (int32_t)queue->block_bytes};
	}
	return got;
}

static const struct engine disk = {
    .name = "disk", .open = disk_open, .turn = disk_turn, .close = disk_close};

/* Lane ---------------------------------------------------------------------------------------- */

static struct run_of_job run;
static struct lane *lane;

static void set_up(void)
{
	clock_ns = START;
	free_ns = still_from = still_to = blocks_at = late_at_ns = late_by_ns = 0;
	sleeps = 0;
	memset(answers, 0, sizeof(answers));
	run = (struct run_of_job){.lock = PTHREAD_MUTEX_INITIALIZER,
				  .changed = PTHREAD_COND_INITIALIZER,
				  .go = true,
				  .start_ns = START,
				  .measure_ns = START + WINDOW_NS,
				  .until_ns = START + WINDOW_NS + 2 * SECOND,
				  .running = 1};
	lane = calloc(1, sizeof(*lane));
	lane->run = &run;
	lane->engine = &disk;
	lane->random = random_new(1);
	lane->is_random = lane->is_open = true;
	lane->arrival_rate = 1000;
	lane->limit_ns = LIMIT_NS;
	lane->bytes = 1048576;
	lane->queue = (struct queue){.fd = -1, .depth = depth, .block_bytes = 4096};
}

static void tear_down(void)
{
	ck_assert_int_eq(lane->error, 0);
	free(lane);
}

static void between(uint64_t value, uint64_t least, uint64_t most)
{
	ck_assert_msg(value >= least && value <= most, "%lu is not within %lu to %lu", value, least,
		      most);
}

/* 2000 come in 2 s. */
START_TEST(a_quiet_disk_answers_all_in_time)
{
	set_up();
	(void)lane_run(lane);
	between(lane->latency.count, 1850, 2150);
	between(histogram_percentile(&lane->latency, 0.5), SERVICE_NS, 2 * SERVICE_NS);
	ck_assert_uint_eq(lane->over, 0);
	ck_assert_uint_eq(lane->blocked, 0);
	ck_assert_uint_le(lane->late.max, 100000);
	tear_down();
}
END_TEST

/* A closed loop would see 16 slow requests, and a disk that holds any rate. */
START_TEST(all_that_come_while_the_disk_stands_still_have_waited)
{
	set_up();
	still_from = START + SECOND;
	still_to = still_from + SECOND / 2;
	(void)lane_run(lane);
	between(lane->over, 430, 620);
	between(lane->latency.max, 480 * MS, 520 * MS);
	/* That the queue was full is no fault of the thread. */
	ck_assert_uint_le(lane->late.max, 200000);
	between(lane->latency.count, 1850, 2150);
	tear_down();
}
END_TEST

START_TEST(those_that_could_never_be_sent_count_as_well)
{
	set_up();
	still_from = START + SECOND;
	still_to = START + 60 * SECOND;
	(void)lane_run(lane);
	/* 1,100 come in what is left of the step, and 58,000 more before the disk answers. */
	between(lane->over, 1000, 1200);
	between(lane->latency.count, lane->over, 2150);
	tear_down();
}
END_TEST

START_TEST(a_thread_that_sleeps_too_long_is_late_by_itself)
{
	set_up();
	late_at_ns = START + SECOND;
	late_by_ns = 30 * MS;
	(void)lane_run(lane);
	between(lane->late.max, 25 * MS, 31 * MS);
	/* Latency counts from when they were to begin, so they are slow. */
	between(lane->over, 10, 35);
	ck_assert_uint_eq(lane->blocked, 0);
	tear_down();
}
END_TEST

START_TEST(a_submission_that_waits_is_told_and_is_not_late)
{
	set_up();
	blocks_at = START + SECOND;
	(void)lane_run(lane);
	ck_assert_uint_eq(lane->blocked, 1);
	ck_assert_uint_le(lane->late.max, 200000);
	ck_assert_uint_ge(lane->latency.max, 4 * MS);
	tear_down();
}
END_TEST

RUN_SUITE("open_loop", a_quiet_disk_answers_all_in_time,
	  all_that_come_while_the_disk_stands_still_have_waited,
	  those_that_could_never_be_sent_count_as_well,
	  a_thread_that_sleeps_too_long_is_late_by_itself,
	  a_submission_that_waits_is_told_and_is_not_late)
