/* SPDX-License-Identifier: Apache-2.0 */
/* What reading from a far NUMA node costs: on jobs that are told what they find, nodes that refuse,
 * and a clock that the jobs move. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/clock.h"
#include "probe/distance.h"
#include "run_suite.h"

#define START (1000 * SECOND)
#define MIB   UINT64_C(1048576)

static uint64_t clock_ns; /* 0: the real one */

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	if (!clock_ns)
		return (int)syscall(SYS_clock_gettime, clock, ret);
	*ret = (struct timespec){.tv_sec = (time_t)(clock_ns / SECOND),
				 .tv_nsec = (long)(clock_ns % SECOND)};
	return 0;
}

/* In place of src/probe/near.c and src/probe/job.c ----------------------------------------------
 */

enum { NEAR = 1, FAR = 0, TIMES = 400 };

/* A node's CPUs are a place of its own; nobody looks into them. */
static char places[2];
static int refused;                 /* the node whose CPUs are not known; -1 */
static int locked;                  /* the node whose CPUs may not be used; -1 */
static unsigned reads;              /* of each job */
static int at_node;                 /* where the thread is */
static double cost;                 /* of the distance, as a share */
static double scatter;              /* of each figure */
static unsigned elsewhere, unknown; /* pages of a job's buffers */
static unsigned jobs_run, fails_at; /* the job that fails, from 1; 0: none */
static char order[TIMES];           /* the nodes of the jobs */

int near_cpus_of(int node, struct near_cpus *ret)
{
	ret->mask = (struct bitmask *)(void *)&places[node];
	return node == refused ? -EINVAL : 0;
}

int near_move(const struct near_cpus *cpus)
{
	int node = (int)((char *)cpus->mask - places);

	if (node == locked)
		return -EINVAL;
	at_node = node;
	return 0;
}

void near_settle(const struct probe_near *near, struct probe_numa *ret)
{
	(void)near;
	(void)ret;
}

void near_bind(struct probe_numa *numa, void *memory, size_t length)
{
	(void)numa;
	(void)memory;
	(void)length;
}

void near_count(struct probe_numa *numa, void *memory, size_t length)
{
	(void)numa;
	(void)memory;
	(void)length;
}

unsigned job_lanes(const struct spec *spec, unsigned cpus)
{
	(void)spec;
	return cpus;
}

void job_run_open(struct bench *bench, const struct spec *spec, const struct open_step *step,
		  uint64_t runtime_ns, struct probe_job *job)
{
	(void)bench;
	(void)spec;
	(void)step;
	(void)runtime_ns;
	(void)job;
	ck_abort_msg("no open loop is asked for");
}

/* Threads and buffers are on the same node. */
void job_run(struct bench *bench, const struct spec *spec, uint64_t runtime_ns, uint64_t latest_ns,
	     struct probe_job *job)
{
	static const int wave[] = {1, -1, -1, 1, 1, 1, -1, -1, 1};
	double factor = 1 + scatter * wave[jobs_run / 2 % (sizeof(wave) / sizeof(wave[0]))];

	(void)latest_ns;
	ck_assert_int_eq(bench->numa->node, at_node);
	ck_assert_uint_lt(jobs_run, TIMES - 1);
	order[jobs_run++] = (char)('0' + at_node);
	clock_ns += runtime_ns + WINDOW_NS;
	bench->numa->pages_there += 10;
	bench->numa->pages_elsewhere += elsewhere;
	bench->numa->pages_unknown += unknown;
	factor *= at_node == FAR ? 1 + cost : 1;
	job->state = jobs_run == fails_at ? JOB_FAILED : JOB_DONE;
	job->error = jobs_run == fails_at ? -EIO : 0;
	(void)snprintf(job->remark, sizeof(job->remark), "%s", job->error ? "a read: EIO" : "");
	job->iops = spec->depth > 1 ? 100000 / factor : 0;
	job->latency = (struct latency){
	    .count = reads, .p50 = (uint64_t)(80000 * factor), .p99 = (uint64_t)(200000 * factor)};
}

/* ---------------------------------------------------------------------------------------------- */

static struct probe_request request;
static struct probe_numa settled, before;
static struct bench bench;
static struct probe_result result;

static void set_up(void)
{
	clock_ns = START;
	refused = locked = -1;
	reads = PERCENTILE_SAMPLES;
	at_node = NEAR;
	cost = scatter = 0;
	elsewhere = unknown = jobs_run = fails_at = 0;
	memset(order, 0, sizeof(order));
	request = (struct probe_request){
	    .distance = true,
	    .near = {.node = NEAR, .cpu_node = NEAR, .far_node = FAR, .far_distance = 21}};
	settled = (struct probe_numa){.available = TRI_YES, .threads = TRI_YES};
	result = (struct probe_result){0};
	bench = (struct bench){
	    .arena = arena_new(), .request = &request, .numa = &before, .bytes = MIB};
	before = (struct probe_numa){.node = NEAR};
}

static void run(void)
{
	distance_prepare(&bench, &settled, &result.distances);
	bench.deadline = START + distance_budget_ns(&request);
	distance_run(&bench, &result);
	clock_ns = 0;
	ck_assert_int_eq(at_node, NEAR);
	ck_assert_ptr_eq(bench.numa, &before);
}

/* The verdict on p50, p99 and the rate. */
static const char *verdicts(void)
{
	effects list = distance_judge(bench.arena, &result.distances);
	struct str text = str_new(bench.arena);

	ck_assert_uint_eq(list.count, DISTANCE_FIGURES);
	vec_for_each (effect, &list)
		str_printf(&text, "%s%s", text.length ? ", " : "",
			   effect_verdict_name(effect->verdict));
	return text.text;
}

START_TEST(both_nodes_take_turns_within_the_time_that_was_told)
{
	set_up();
	run();
	ck_assert_str_eq(result.distances.note, "");
	ck_assert_uint_eq(result.distances.block_count, DISTANCE_BLOCKS);
	/* Two jobs a phase; blocks begin near and far in turn. */
	ck_assert_msg(text_starts(order, "1100001100111100"
					 "1100001100111100"),
		      "%s", order);
	ck_assert_uint_eq(jobs_run, 2 * DISTANCE_PHASES * DISTANCE_BLOCKS);
	ck_assert_int_eq(result.distances.distance, 21);
	ck_assert(!result.error);
	/* Without the threads' and buffers' time it would not do. */
	ck_assert_uint_ge(distance_budget_ns(&request), jobs_run * (350 * MS));
	ck_assert_uint_le(distance_budget_ns(&request), 40 * SECOND);
	arena_free(bench.arena);
}
END_TEST

START_TEST(what_is_there_is_found_and_what_is_not_is_not)
{
	set_up();
	cost = 0.1;
	scatter = 0.02;
	run();
	ck_assert_str_eq(verdicts(), "worse, worse, worse");
	arena_free(bench.arena);
	set_up();
	cost = -0.1;
	scatter = 0.02;
	run();
	ck_assert_str_eq(verdicts(), "helped, helped, helped");
	arena_free(bench.arena);
	set_up();
	scatter = 0.02;
	run();
	ck_assert_str_eq(verdicts(), "no difference seen, no difference seen, no difference seen");
	arena_free(bench.arena);
	/* A difference within the spread is none. */
	set_up();
	cost = 0.02;
	scatter = 0.4;
	run();
	ck_assert_str_eq(verdicts(), "cannot tell, cannot tell, cannot tell");
	arena_free(bench.arena);
}
END_TEST

START_TEST(a_short_runtime_is_for_these_jobs_as_well)
{
	set_up();
	request.runtime_us = 50000;
	run();
	ck_assert_uint_eq(result.distances.block_count, DISTANCE_BLOCKS);
	ck_assert_uint_le(distance_budget_ns(&request), 23 * SECOND);
	request.runtime_us = 8000000;
	ck_assert_uint_le(distance_budget_ns(&request), 40 * SECOND);
	arena_free(bench.arena);
}
END_TEST

static void see_note(const char *note)
{
	run();
	ck_assert_str_eq(result.distances.note, note);
	arena_free(bench.arena);
}

START_TEST(where_it_cannot_be_measured_nothing_runs_and_it_says_why)
{
	set_up();
	request.distance = false;
	see_note("");
	ck_assert(!result.distances.is_wanted && !jobs_run);
	set_up();
	request.near = (struct probe_near){.node = -1, .cpu_node = -1, .far_node = -1};
	see_note("there is only one NUMA node");
	ck_assert(result.distances.is_wanted && !jobs_run);
	ck_assert_uint_eq(distance_budget_ns(&request), 0);
	set_up();
	request.near.far_node = -1;
	request.near.far_note = "the disks are on several NUMA nodes";
	see_note("the disks are on several NUMA nodes");
	set_up();
	settled.available = TRI_NO;
	see_note("the kernel has no NUMA, or does not let this process use it");
	set_up();
	settled.threads = TRI_NO;
	see_note("no thread could be put on the disks' node");
	set_up();
	refused = FAR;
	see_note("the CPUs of node 0 are not known: Invalid argument");
	ck_assert_uint_eq(jobs_run, 0);
	set_up();
	bench.bytes = MIB - 1;
	see_note("not even 1 MiB was there to read");
	ck_assert_uint_eq(jobs_run, 0);
}
END_TEST

/* A cpuset may have both nodes when they are looked up and one of them later. */
START_TEST(a_node_that_takes_no_thread_ends_it)
{
	set_up();
	locked = FAR;
	see_note("no thread could be put on node 0: Invalid argument");
	ck_assert_str_eq(order, "11");
	ck_assert_uint_eq(result.distances.block_count, 0);
	ck_assert(!result.error);
}
END_TEST

/* With fewer than a hundred it would be the slowest one. */
START_TEST(few_reads_have_no_p99)
{
	effects list;

	set_up();
	reads = PERCENTILE_SAMPLES - 1;
	run();
	ck_assert_str_eq(result.distances.note, "");
	ck_assert(result.distances.has_few_reads);
	list = distance_judge(bench.arena, &result.distances);
	ck_assert_uint_eq(list.count, DISTANCE_FIGURES - 1);
	ck_assert_str_eq(list.at[0].figure, "p50");
	ck_assert_str_eq(list.at[1].figure, "iops");
	ck_assert_int_eq(list.at[1].verdict, EFFECT_NONE);
	arena_free(bench.arena);
}
END_TEST

START_TEST(buffers_elsewhere_or_nobody_knows_where_are_no_answer)
{
	set_up();
	elsewhere = 2;
	see_note("64 of 384 buffer pages were not on node 1");
	set_up();
	unknown = 1;
	see_note("where the buffers were is not known");
}
END_TEST

START_TEST(a_read_that_fails_is_the_disks_error)
{
	set_up();
	fails_at = 9;
	see_note("randread-4k-qd1 did not come to its end: a read: EIO");
	ck_assert_int_eq(result.error, -EIO);
	ck_assert_int_eq(result.distances.error, -EIO);
	ck_assert_str_eq(result.failure, "randread-4k-qd1: a read: EIO");
	ck_assert_uint_eq(result.distances.block_count, 1);
	set_up();
	result.error = -ENOSPC;
	fails_at = 2;
	see_note("randread-4k-qd32 did not come to its end: a read: EIO");
	ck_assert_int_eq(result.error, -ENOSPC);
	ck_assert_int_eq(result.distances.error, -EIO);
}
END_TEST

START_TEST(it_ends_at_its_deadline)
{
	set_up();
	distance_prepare(&bench, &settled, &result.distances);
	bench.deadline = START + 5 * SECOND;
	distance_run(&bench, &result);
	ck_assert_uint_le(clock_ns, START + 5 * SECOND);
	clock_ns = 0;
	ck_assert_str_eq(result.distances.note, "no time was left for it");
	ck_assert_uint_eq(result.distances.block_count, 1);
	arena_free(bench.arena);
}
END_TEST

RUN_SUITE("distance", both_nodes_take_turns_within_the_time_that_was_told,
	  what_is_there_is_found_and_what_is_not_is_not, a_short_runtime_is_for_these_jobs_as_well,
	  where_it_cannot_be_measured_nothing_runs_and_it_says_why,
	  a_node_that_takes_no_thread_ends_it, few_reads_have_no_p99,
	  buffers_elsewhere_or_nobody_knows_where_are_no_answer,
	  a_read_that_fails_is_the_disks_error, it_ends_at_its_deadline)
