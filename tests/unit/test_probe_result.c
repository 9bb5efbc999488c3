/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of the probe beside a child that is a stranger's: it writes what it likes into the
 * memory that they share, ends as it likes or not at all, and the parent neither believes it, nor
 * prints it, nor waits for it. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/text.h"
#include "live/live_impl.h"
#include "probe/child.h"
#include "probe/clock.h"
#include "run_suite.h"
#include "sys/signals.h"

/* In place of src/probe/child.c --------------------------------------------------------------- */

/* What the child does, in shared memory; then it waits for its end. */
static void (*behave)(struct probe_result *shared);
static uint64_t budget_ns;

uint64_t probe_budget_ns(const struct probe_request *request)
{
	(void)request;
	return budget_ns;
}

int probe_size(const struct probe_request *request, uint64_t *ret, struct err *err)
{
	(void)request;
	(void)err;
	*ret = 0;
	return 0;
}

_Noreturn void probe_child(struct arena *arena, const struct probe_request *request, int leash,
			   uint64_t started_ns, struct probe_result *result)
{
	(void)arena;
	(void)request;
	(void)leash;
	(void)started_ns;
	/* Nothing of this file outlives its test. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	behave(result);
	_exit(0);
}

/* In place of src/live/broker.c. */
static enum tri locked;
static unsigned looks;

enum tri live_dir_is_locked(struct arena *arena, const struct live_data_dir *dir)
{
	(void)arena;
	(void)dir;
	looks++;
	return locked;
}

/* An answer that is good -------------------------------------------------------------------------
 */

static void word(char *text, size_t size, const char *content)
{
	(void)snprintf(text, size, "%s", content);
}

static void answer(struct probe_result *result)
{
	struct probe_job *job = &result->jobs[0];

	*result = (struct probe_result){.finished = true, .file_bytes = 33554432, .job_count = 1};
	word(result->stage, sizeof(result->stage), "done");
	word(result->engine, sizeof(result->engine), "io_uring");
	result->direct = (struct direct_io){.proof = PROOF_PROVEN, .switches_per_append = 0.5};
	word(job->name, sizeof(job->name), "randread-4k-qd1");
	job->state = JOB_DONE;
	job->iops = 1000;
	job->steal = job->foreign = -1;
	result->limit_ns = 10000000;
	result->load_count = 1;
	word(result->loads[0].name, sizeof(result->loads[0].name), "randread-4k");
	result->loads[0].state = JOB_DONE;
	result->loads[0].point_count = 1;
	result->loads[0].points[0].rate = 800;
}

static struct probe_result result;
static struct err err;

/* Two jobs, of which one is done; then its parent is asked to end, as by a terminal that asks all
 * processes at once. */
static void interrupt_all(struct probe_result *shared)
{
	answer(shared);
	shared->finished = false;
	shared->jobs[1] = shared->jobs[0];
	shared->jobs[1].state = JOB_PENDING;
	shared->job_count = 2;
	shared->loads[0].state = JOB_PENDING;
	word(shared->stage, sizeof(shared->stage), "randread-4k-qd32");
	signals_leave_to_parent();
	(void)kill(getppid(), SIGINT);
	(void)raise(SIGINT);
	for (;;)
		(void)pause();
}

/* What the parent makes of it. */
static int ask(void (*child)(struct probe_result *shared), struct probe_request *request)
{
	struct arena *arena = arena_new();
	const struct live_data_dir dir = live_ask_dir(arena, "/");
	int r;

	request->dir = &dir;
	behave = child;
	memset(&result, 0xa5, sizeof(result));
	err = (struct err){0};
	r = probe_run(arena, request, &result, &err);
	arena_free(arena);
	return r;
}

START_TEST(a_good_answer_is_taken_as_it_is)
{
	static struct probe_result wanted;
	struct probe_request request = {0};

	budget_ns = 60 * SECOND;
	answer(&wanted);
	ck_assert_int_eq(ask(answer, &request), 0);
	/* What only the parent knows. */
	wanted.elapsed_s = result.elapsed_s;
	wanted.quota_known = result.quota_known;
	ck_assert_mem_eq(&result, &wanted, sizeof(wanted));
}
END_TEST

/* Answers that cannot be --------------------------------------------------------------------------
 */

struct field {
	const char *name;
	size_t offset, size;
	const char *values; /* types of the values to try, as in `hostile` */
};

#define FIELD(type, member, values)                                                                \
	{                                                                                          \
#member, offsetof(type, member), sizeof(((type *)NULL)->member), values            \
	}
#define HEAD(member, values) FIELD(struct probe_result, member, values)
#define JOB(member, values)                                                                        \
	{                                                                                          \
		"jobs[0]." #member,                                                                \
		    offsetof(struct probe_result, jobs) + offsetof(struct probe_job, member),      \
		    sizeof(((struct probe_job *)NULL)->member), values                             \
	}
#define LOAD(member, values)                                                                       \
	{                                                                                          \
		"loads[0]." #member,                                                               \
		    offsetof(struct probe_result, loads) + offsetof(struct envelope_load, member), \
		    sizeof(((struct envelope_load *)NULL)->member), values                         \
	}
#define POINTS (offsetof(struct probe_result, loads) + offsetof(struct envelope_load, points))
#define POINT(member, values)                                                                      \
	{                                                                                          \
		"points[0]." #member, POINTS + offsetof(struct envelope_point, member),            \
		    sizeof(((struct envelope_point *)NULL)->member), values                        \
	}

/* In the order of the structures: each must be there. "": the parent finds it out by itself. */
static const struct field fields[] = {
    HEAD(finished, "b"),
    HEAD(stage, "w"),
    HEAD(error, "i+"),
    HEAD(failure, "t"),
    HEAD(direct.proof, "e"),
    HEAD(direct.sentence, "t"),
    HEAD(direct.opens, "e"),
    HEAD(direct.memory_align, "s"),
    HEAD(direct.offset_align, "s"),
    HEAD(direct.holds, "e"),
    HEAD(direct.shifted_refused, "e"),
    HEAD(direct.cached_pages, "s"),
    HEAD(direct.counted, "e"),
    HEAD(direct.nowait_read, "i"),
    HEAD(direct.nowait_write, "i"),
    HEAD(direct.nowait_append, "i"),
    HEAD(direct.switches_per_append, "d"),
    HEAD(direct.smallest_block, "s"),
    HEAD(aio.have, "e"),
    HEAD(aio.proof, "e"),
    HEAD(aio.sentence, "t"),
    HEAD(aio.needed, "u"),
    HEAD(aio.in_use, ""),
    HEAD(aio.most, ""),
    HEAD(numa.is_wanted, "b"),
    HEAD(numa.note, "t"),
    HEAD(numa.node, "n"),
    HEAD(numa.cpu_node, "n"),
    HEAD(numa.available, "e"),
    HEAD(numa.threads, "e"),
    HEAD(numa.threads_error, "i+"),
    HEAD(numa.buffers_error, "i+"),
    HEAD(numa.distances_agree, "e"),
    HEAD(numa.pages_there, "u"),
    HEAD(numa.pages_elsewhere, "u"),
    HEAD(numa.pages_unknown, "u"),
    HEAD(distances.is_wanted, "b"),
    HEAD(distances.note, "t"),
    HEAD(distances.node, "n"),
    HEAD(distances.far_node, "n"),
    HEAD(distances.distance, "n"),
    HEAD(distances.has_few_reads, "b"),
    HEAD(distances.error, "i+"),
    HEAD(distances.block_count, "c"),
    HEAD(distances.values, "d"),
    HEAD(sandbox.calls, "e"),
    HEAD(sandbox.files, "e"),
    HEAD(sandbox.calls_error, "i+"),
    HEAD(sandbox.files_error, "i+"),
    HEAD(has_data, "e"),
    HEAD(engine, "w"),
    HEAD(engine_reason, "t"),
    HEAD(invalid, ""),
    HEAD(quota_known, ""),
    HEAD(file_bytes, "u"),
    HEAD(rate_now, "u"),
    HEAD(done_now, "u"),
    HEAD(elapsed_s, ""),
    HEAD(job_count, "c"),
    JOB(name, "w"),
    JOB(engine, "w"),
    JOB(state, "e"),
    JOB(noisy, "b"),
    JOB(burst, "b"),
    JOB(registered, "e"),
    JOB(out_of_time, "b"),
    JOB(remark, "t"),
    JOB(block_bytes, "c"),
    JOB(depth, "c"),
    JOB(threads, "c"),
    JOB(reap, "c"),
    JOB(requests, "u"),
    JOB(duration_ms, "u"),
    JOB(iops, "d"),
    JOB(bandwidth, "d"),
    JOB(iops_quartile, "d"),
    JOB(deviation, "d"),
    JOB(uncertainty, "d"),
    JOB(fall, "d"),
    JOB(rate_count, "c"),
    JOB(rate_ms, "c"),
    JOB(rates, "d"),
    JOB(latency.count, "u"),
    JOB(latency.p50, "u"),
    JOB(latency.p90, "u"),
    JOB(latency.p99, "u"),
    JOB(latency.p99_9, "u"),
    JOB(latency.max, "u"),
    JOB(sync.count, "u"),
    JOB(sync.p50, "u"),
    JOB(sync.p90, "u"),
    JOB(sync.p99, "u"),
    JOB(sync.p99_9, "u"),
    JOB(sync.max, "u"),
    JOB(cpu_ns_per_io, "d"),
    JOB(steal, "d"),
    JOB(foreign, "d"),
    JOB(error, "i+"),
    JOB(error_offset, "u"),
    HEAD(limit_ns, "u"),
    HEAD(load_count, "c"),
    LOAD(name, "w"),
    LOAD(state, "e"),
    LOAD(noisy, "b"),
    LOAD(out_of_time, "b"),
    LOAD(remark, "t"),
    LOAD(share, "d"),
    LOAD(peak, "d"),
    LOAD(knee, "d"),
    LOAD(above, "d"),
    LOAD(error, "i+"),
    LOAD(point_count, "c"),
    POINT(state, "e"),
    POINT(noisy, "b"),
    POINT(rate, "d"),
    POINT(done, "d"),
    POINT(duration_ms, "u"),
    POINT(count, "u"),
    POINT(over, "u"),
    POINT(p50, "u"),
    POINT(p99, "u"),
    POINT(p99_9, "u"),
    POINT(p99_99, "u"),
    POINT(max, "u"),
    POINT(late, "u"),
    POINT(blocked, "u"),
};
enum { field_count = sizeof(fields) / sizeof(fields[0]) };

/* Padding is less than the alignment of what comes after it. */
static size_t alignment_of(const struct field *one)
{
	if (one->offset == offsetof(struct probe_result, jobs))
		return _Alignof(struct probe_job);
	if (one->offset == offsetof(struct probe_result, loads))
		return _Alignof(struct envelope_load);
	if (one->offset == POINTS)
		return _Alignof(struct envelope_point);
	if (strchr("wt", one->values[0]) && one->size > 8)
		return 1;
	return one->size < 8 ? one->size : 8;
}

START_TEST(every_field_is_tried)
{
	size_t at = 0;

	for (size_t i = 0; i < field_count; i++) {
		/* All jobs are as the first one. */
		if (fields[i].offset == offsetof(struct probe_result, limit_ns)) {
			ck_assert_uint_lt(
			    offsetof(struct probe_result, jobs) + sizeof(struct probe_job) - at, 8);
			at = fields[i].offset;
		}
		ck_assert_msg(fields[i].offset >= at &&
				  fields[i].offset - at < alignment_of(&fields[i]),
			      "something is missing before %s", fields[i].name);
		at = fields[i].offset + fields[i].size;
	}
	ck_assert_uint_lt(POINTS + sizeof(struct envelope_point) - at, 8);
}
END_TEST

static const struct hostile {
	char type;
	size_t size;
	const char *bytes;
} hostiles[] = {
#define VALUE(type, of, ...)                                                                       \
	{                                                                                          \
		type, sizeof(of), (const char *)&(const of)                                        \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
    VALUE('b', unsigned char, 2),
    VALUE('b', unsigned char, 255),
    VALUE('e', unsigned, 4),
    VALUE('e', unsigned, 100000),
    VALUE('e', int, -1),
    VALUE('n', int, -2),
    VALUE('n', int, 65536),
    VALUE('i', int, 2),
    VALUE('i', int, -4096),
    VALUE('i', int, -2147483647 - 1),
    VALUE('+', int, 1),
    VALUE('c', unsigned, 1048577),
    VALUE('c', unsigned, 4294967295),
    VALUE('s', int64_t, -2),
    VALUE('s', int64_t, INT64_MIN),
    VALUE('s', int64_t, INT64_MAX),
    VALUE('u', uint64_t, UINT64_MAX),
    VALUE('u', uint64_t, UINT64_C(1) << 63),
    VALUE('d', double, NAN),
    VALUE('d', double, -NAN),
    VALUE('d', double, INFINITY),
    VALUE('d', double, -INFINITY),
    VALUE('d', double, 1e300),
    VALUE('d', double, -1e300),
    VALUE('w', char, '\033'),
    VALUE('w', char, '\n'),
    VALUE('w', char, '\x9b'),
};

static const struct field *field;
static const struct hostile *hostile;

static void write_hostile(struct probe_result *shared)
{
	answer(shared);
	memcpy((char *)shared + field->offset, hostile->bytes, hostile->size);
}

static void write_endless(struct probe_result *shared)
{
	answer(shared);
	memset((char *)shared + field->offset, 'A', field->size);
}

static void see_dropped(const char *how)
{
	const char *name = strrchr(field->name, ']');

	name = name ? name + 2 : field->name;
	ck_assert_msg(err.code == -EPROTO && strstr(err.text, name), "%s, %s: %d '%s'", field->name,
		      how, err.code, err.text);
	ck_assert_str_eq(result.failure, err.text);
	ck_assert_uint_eq(result.job_count, 0);
	ck_assert_int_eq(result.direct.proof, PROOF_UNKNOWN);
	ck_assert(!result.finished);
}

START_TEST(a_field_that_cannot_be_drops_all_of_it)
{
	struct probe_request request = {0};
	size_t tried = 0;

	budget_ns = 60 * SECOND;
	for (field = fields; field < fields + field_count; field++) {
		for (size_t i = 0; i < sizeof(hostiles) / sizeof(hostiles[0]); i++) {
			char how[32];

			hostile = &hostiles[i];
			if (!strchr(field->values, hostile->type))
				continue;
			(void)snprintf(how, sizeof(how), "%c, value %zu", hostile->type, i);
			ck_assert_msg(ask(write_hostile, &request) < 0, "%s, %s", field->name, how);
			see_dropped(how);
			tried++;
		}
		if (field->values[0] == 'w' || field->values[0] == 't') {
			ck_assert_msg(ask(write_endless, &request) < 0, "%s", field->name);
			see_dropped("without an end");
			tried++;
		}
	}
	ck_assert_uint_gt(tried, field_count);
}
END_TEST

static unsigned jobs;

static void count_jobs(struct probe_result *shared)
{
	answer(shared);
	shared->job_count = jobs;
}

START_TEST(more_jobs_than_there_is_room_for)
{
	static const unsigned counts[] = {PROBE_JOBS + 1, 100000, 0x7fffffff, 0xffffffff};
	struct probe_request request = {0};

	budget_ns = 60 * SECOND;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		jobs = counts[i];
		ck_assert_int_eq(ask(count_jobs, &request), -EPROTO);
		ck_assert_uint_eq(result.job_count, 0);
	}
	jobs = PROBE_JOBS;
	ck_assert_int_eq(ask(count_jobs, &request), 0);
	ck_assert_uint_eq(result.job_count, PROBE_JOBS);
}
END_TEST

static void last_job(struct probe_result *shared)
{
	answer(shared);
	shared->job_count = PROBE_JOBS;
	shared->jobs[PROBE_JOBS - 1].state = (enum job_state)77;
}

static void behind_the_last_job(struct probe_result *shared)
{
	answer(shared);
	memset(&shared->jobs[1], 0xff, (PROBE_JOBS - 1) * sizeof(shared->jobs[1]));
}

START_TEST(jobs_up_to_the_count_and_no_more)
{
	static const struct probe_job none;
	struct probe_request request = {0};

	budget_ns = 60 * SECOND;
	ck_assert_int_eq(ask(last_job, &request), -EPROTO);
	ck_assert_int_eq(ask(behind_the_last_job, &request), 0);
	for (unsigned i = 1; i < PROBE_JOBS; i++)
		ck_assert_mem_eq(&result.jobs[i], &none, sizeof(none));
}
END_TEST

static unsigned loads, points;

static void count_loads(struct probe_result *shared)
{
	answer(shared);
	shared->load_count = loads;
	shared->loads[0].point_count = points;
}

static void behind_the_last_load(struct probe_result *shared)
{
	answer(shared);
	memset(&shared->loads[1], 0xff, (ENVELOPE_LOADS - 1) * sizeof(shared->loads[1]));
	memset(&shared->loads[0].points[1], 0xff,
	       (ENVELOPE_POINTS - 1) * sizeof(shared->loads[0].points[1]));
}

static void last_point(struct probe_result *shared)
{
	answer(shared);
	shared->load_count = ENVELOPE_LOADS;
	shared->loads[ENVELOPE_LOADS - 1].point_count = ENVELOPE_POINTS;
	shared->loads[ENVELOPE_LOADS - 1].points[ENVELOPE_POINTS - 1].rate = -1;
}

START_TEST(loads_and_points_up_to_their_counts_and_no_more)
{
	static const struct envelope_load no_load;
	static const struct envelope_point no_point;
	struct probe_request request = {0};

	budget_ns = 60 * SECOND;
	loads = ENVELOPE_LOADS + 1;
	points = 1;
	ck_assert_int_eq(ask(count_loads, &request), -EPROTO);
	loads = 1;
	points = ENVELOPE_POINTS + 1;
	ck_assert_int_eq(ask(count_loads, &request), -EPROTO);
	points = ENVELOPE_POINTS;
	ck_assert_int_eq(ask(count_loads, &request), 0);
	ck_assert_int_eq(ask(last_point, &request), -EPROTO);
	ck_assert_int_eq(ask(behind_the_last_load, &request), 0);
	for (unsigned i = 1; i < ENVELOPE_LOADS; i++)
		ck_assert_mem_eq(&result.loads[i], &no_load, sizeof(no_load));
	for (unsigned i = 1; i < ENVELOPE_POINTS; i++)
		ck_assert_mem_eq(&result.loads[0].points[i], &no_point, sizeof(no_point));
}
END_TEST

static double figure;

static void two_blocks(struct probe_result *shared)
{
	double *values = shared->distances.values[0][0];

	answer(shared);
	shared->distances.block_count = 2;
	for (unsigned i = 0; i < 2 * DISTANCE_PHASES * DISTANCE_FIGURES; i++)
		values[i] = 1;
	shared->distances.values[1][DISTANCE_PHASES - 1][DISTANCE_FIGURES - 1] = figure;
}

START_TEST(each_figure_of_a_block_has_a_logarithm)
{
	struct probe_request request = {0};

	budget_ns = 60 * SECOND;
	figure = 0.5;
	ck_assert_int_eq(ask(two_blocks, &request), 0);
	figure = 0;
	ck_assert_int_eq(ask(two_blocks, &request), -EPROTO);
	ck_assert_ptr_nonnull(strstr(err.text, "distances.values"));
}
END_TEST

static void colourful(struct probe_result *shared)
{
	answer(shared);
	shared->error = -EIO;
	word(shared->failure, sizeof(shared->failure),
	     "a\033[2Jb\nc\xc2\x9b"
	     "d\xff"
	     "e\xc3\xa4"
	     "f\x7f");
}

START_TEST(a_sentence_cannot_steer_a_terminal_or_forge_a_line)
{
	struct probe_request request = {0};

	budget_ns = 60 * SECOND;
	ck_assert_int_eq(ask(colourful, &request), 0);
	ck_assert_str_eq(result.failure, "a?[2Jb?c??d?e\xc3\xa4"
					 "f?");
}
END_TEST

/* While it runs -----------------------------------------------------------------------------------
 */

static unsigned shown;

static void show(void *context, const struct probe_now *now)
{
	const char *stage = now->stage;

	(void)context;
	ck_assert_uint_lt(strnlen(stage, PROBE_NAME), PROBE_NAME);
	for (; *stage; stage++)
		ck_assert(*stage >= ' ' && *stage <= '~');
	ck_assert_uint_le(now->job, now->jobs);
	ck_assert(now->rate <= 1000000000000);
	shown++;
}

/* Writes everywhere, until it is killed. */
static void rage(struct probe_result *shared)
{
	static const struct timespec never = {.tv_nsec = 1};

	for (unsigned char byte = 1;; byte = (unsigned char)(byte * 7 + 1)) {
		answer(shared);
		memset(shared->stage, byte, sizeof(shared->stage));
		memset(&shared->rate_now, byte, sizeof(shared->rate_now));
		shared->job_count = byte & 1 ? 100000 : 1;
		(void)nanosleep(&never, NULL);
	}
}

static void hang(struct probe_result *shared)
{
	answer(shared);
	shared->finished = false;
	for (;;)
		(void)pause();
}

static void hang_without_descriptors(struct probe_result *shared)
{
	(void)close_range(0, ~0U, 0);
	hang(shared);
}

static int got_signal;

static void suffer(struct probe_result *shared)
{
	answer(shared);
	shared->finished = false;
	shared->jobs[0].state = JOB_PENDING;
	(void)raise(got_signal);
}

static void leave(struct probe_result *shared)
{
	(void)shared;
	_exit(3);
}

START_TEST(what_it_writes_meanwhile_is_neither_printed_nor_believed)
{
	struct probe_request request = {.progress = show};
	int r;

	budget_ns = SECOND / 2;
	r = ask(rage, &request);
	ck_assert(r == 0 || r == -EPROTO);
	ck_assert_uint_le(result.job_count, 1);
	ck_assert_uint_gt(shown, 0);
}
END_TEST

static struct probe_now last;
static unsigned ends;

static void note(void *context, const struct probe_now *now)
{
	(void)context;
	last = *now;
}

static void note_end(void *context)
{
	(void)context;
	ends++;
}

/* Of which job the rate is would be wrong under a load; and a runtime is not about the loads. */
START_TEST(a_load_is_shown_as_no_job_and_its_time_is_told)
{
	const char *asked[] = {"mixed"};
	struct probe_request request = {.progress = note,
					.jobs_end = note_end,
					.jobs = {.at = asked, .count = 1},
					.runtime_us = 2000000,
					.envelope = true};

	budget_ns = SECOND / 2;
	ends = 0;
	ck_assert_int_eq(ask(hang, &request), -ETIMEDOUT);
	ck_assert_uint_eq(last.job, 0);
	ck_assert_uint_eq(last.jobs, 2);
	ck_assert_double_eq(last.about_s, 2 + 3 * 120);
	ck_assert_uint_eq(ends, 1);
}
END_TEST

START_TEST(nobody_waits_for_it_longer_than_its_time)
{
	struct probe_request request = {0};

	budget_ns = SECOND / 10;
	ck_assert_int_eq(ask(hang, &request), -ETIMEDOUT);
	ck_assert_str_eq(err.text, "the disk did not answer in time; the probe hung in: done");
	ck_assert_int_eq(ask(hang_without_descriptors, &request), -ETIMEDOUT);
}
END_TEST

static uint64_t answers;

static void answer_on(struct probe_result *shared)
{
	for (;; (void)usleep(1000))
		(void)__atomic_add_fetch(&shared->done_now, shared->done_now < answers,
					 __ATOMIC_RELAXED);
}

/* Opening its lock would wait for a disk that hangs, too. */
START_TEST(a_broker_is_looked_for_while_the_disk_answers)
{
	struct probe_request request = {0};

	budget_ns = SECOND / 10;
	locked = TRI_YES;
	ck_assert_int_eq(ask(answer_on, &request), -ETIMEDOUT);
	ck_assert_uint_eq(looks, 0);
	locked = TRI_NO;
	answers = 1;
	ck_assert_int_eq(ask(answer_on, &request), -ETIMEDOUT);
	ck_assert_uint_eq(looks, 1);
	answers = UINT64_MAX;
	ck_assert_int_eq(ask(answer_on, &request), -ETIMEDOUT);
	ck_assert_double_le(looks, result.elapsed_s + 2);
	budget_ns = 60 * SECOND;
	locked = TRI_YES;
	ck_assert_int_eq(ask(answer_on, &request), -EBUSY);
}
END_TEST

START_TEST(what_others_did_to_it_is_no_fault_of_the_disk)
{
	struct probe_request request = {0};

	budget_ns = SECOND / 10;
	got_signal = SIGSTOP;
	ck_assert_int_eq(ask(suffer, &request), -ECHILD);
	ck_assert_str_eq(err.text,
			 "the probe was stopped by signal 19 and did not continue in time; "
			 "it was doing: done");
	ck_assert_int_eq(result.jobs[0].state, JOB_FAILED);
	ck_assert(!result.jobs[0].out_of_time);
	budget_ns = 60 * SECOND;
	got_signal = SIGKILL;
	ck_assert_int_eq(ask(suffer, &request), -ECHILD);
	ck_assert_str_eq(err.text, "the probe was killed by signal 9 while doing: done");
	got_signal = SIGSYS;
	ck_assert_int_eq(ask(suffer, &request), -ECHILD);
	ck_assert_str_eq(err.text, "the probe was killed by a filter of system calls (signal 31) "
				   "while doing: done");
	ck_assert_int_eq(result.jobs[0].state, JOB_FAILED);
	ck_assert(!result.jobs[0].out_of_time);
	ck_assert_int_eq(ask(leave, &request), -ECHILD);
	ck_assert_str_eq(err.text, "the probe ended too early, with 3, while doing: starting");
}
END_TEST

START_TEST(a_signal_ends_it_and_what_was_measured_counts)
{
	struct probe_request request = {0};

	budget_ns = 600 * SECOND;
	signals_catch();
	ck_assert_int_eq(ask(interrupt_all, &request), -EINTR);
	ck_assert_str_eq(err.text,
			 "interrupted by SIGINT while doing: randread-4k-qd32; 1 of 9 jobs "
			 "were done");
	ck_assert_uint_eq(result.job_count, 2);
	ck_assert_int_eq(result.jobs[0].state, JOB_DONE);
	ck_assert(result.jobs[0].iops == 1000);
	ck_assert_int_eq(result.jobs[1].state, JOB_FAILED);
	ck_assert_int_eq(result.jobs[1].error, -EINTR);
	ck_assert(!result.jobs[1].out_of_time);
	ck_assert_str_eq(result.jobs[1].remark, "interrupted");
	ck_assert_int_eq(result.loads[0].state, JOB_FAILED);
	ck_assert_str_eq(result.loads[0].remark, "interrupted");
	ck_assert_uint_eq(result.loads[0].point_count, 1);
}
END_TEST

RUN_SUITE("probe_result", each_figure_of_a_block_has_a_logarithm, a_good_answer_is_taken_as_it_is,
	  every_field_is_tried, a_field_that_cannot_be_drops_all_of_it,
	  more_jobs_than_there_is_room_for, jobs_up_to_the_count_and_no_more,
	  loads_and_points_up_to_their_counts_and_no_more,
	  a_sentence_cannot_steer_a_terminal_or_forge_a_line,
	  what_it_writes_meanwhile_is_neither_printed_nor_believed,
	  a_load_is_shown_as_no_job_and_its_time_is_told, nobody_waits_for_it_longer_than_its_time,
	  a_broker_is_looked_for_while_the_disk_answers,
	  what_others_did_to_it_is_no_fault_of_the_disk,
	  a_signal_ends_it_and_what_was_measured_counts)
