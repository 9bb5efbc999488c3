/* SPDX-License-Identifier: Apache-2.0 */
/* 100,000 answers of a process that measures and is somebody else's (an eighth of them in a short
 * sweep): bytes at random, and good answers in which some bytes are not. The parent takes none that
 * cannot be, and whoever reads what it takes (floors, io-config.yaml, both reports) neither crashes
 * nor prints what is no number. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "probe/judge.h"
#include "probe/random.h"
#include "probe/result.h"
#include "report_fixture.h"
#include "run_suite.h"

enum { tries = 100000, jobs_of_good = 7, one_in_whole = 16, one_in_json = 64 };

/* In memory of its own, so that a sanitizer sees every byte too many. */
static struct probe_result *shared, *taken;
static struct random dice;

static struct probe_job *add(const char *name, unsigned block, double iops)
{
	struct probe_job *job = &shared->jobs[shared->job_count++];

	(void)snprintf(job->name, sizeof(job->name), "%s", name);
	(void)snprintf(job->engine, sizeof(job->engine), "io_uring");
	job->state = JOB_DONE;
	job->block_bytes = block;
	job->depth = job->threads = job->reap = 1;
	job->duration_ms = 2000;
	job->requests = (uint64_t)(iops * 2);
	job->iops = job->iops_quartile = iops;
	job->bandwidth = iops * block;
	job->uncertainty = 0.01;
	job->latency = job->sync = (struct latency){1000, 1000, 2000, 3000, 4000, 5000};
	return job;
}

static void add_loads(void)
{
	shared->limit_ns = 10000000;
	shared->load_count = ENVELOPE_LOADS;
	for (unsigned i = 0; i < ENVELOPE_LOADS; i++) {
		struct envelope_load *load = &shared->loads[i];

		(void)snprintf(load->name, sizeof(load->name), "randread-4k");
		load->state = JOB_DONE;
		load->share = 0.999;
		load->peak = 2000;
		load->knee = 1600;
		load->above = 1640;
		load->point_count = 2;
		for (unsigned j = 0; j < load->point_count; j++)
			load->points[j] = (struct envelope_point){.state = RATE_HOLDS,
								  .rate = 1640 - 40 * j,
								  .done = 1600,
								  .count = 38400,
								  .p50 = 500000,
								  .p99 = 4000000,
								  .p99_9 = 9000000,
								  .p99_99 = 11000000,
								  .max = 12000000,
								  .blocked = j};
	}
}

static void good_answer(void)
{
	memset(shared, 0, sizeof(*shared));
	shared->finished = true;
	shared->direct.proof = PROOF_PROVEN;
	shared->file_bytes = 1 << 25;
	(void)snprintf(shared->engine, sizeof(shared->engine), "io_uring");
	(void)snprintf(shared->direct.sentence, sizeof(shared->direct.sentence), "it is");
	(void)add("append-4k", 4096, 300);
	(void)add("append-16k", 16384, 250);
	(void)add("randread-4k-qd1", 4096, 500);
	(void)add("randread-4k-qd32", 4096, 2000);
	(void)add("randwrite-4k-qd32", 4096, 1000);
	(void)add("read-128k-qd16", 131072, 800);
	(void)add("write-128k-qd16", 131072, 400);
	add_loads();
}

static uint64_t extreme(void)
{
	static const double doubles[] = {NAN,    -NAN, INFINITY, -INFINITY, 1e308,  -1e308,
					 1e-308, -0.0, 1e12,     1e18,      0x1p53, 0.5};
	static const uint64_t numbers[] = {0,
					   1,
					   2,
					   255,
					   INT32_MAX,
					   UINT32_MAX,
					   UINT64_C(1) << 53,
					   INT64_MAX,
					   UINT64_C(1) << 63,
					   UINT64_MAX,
					   UINT64_C(0x1b1b1b1b1b1b1b1b),
					   UINT64_C(0x9b9b9b9b9b9b9b9b)};
	uint64_t value = random_next(&dice);

	switch (random_below(&dice, 3)) {
	case 0:
		value = numbers[random_below(&dice, sizeof(numbers) / sizeof(numbers[0]))];
		break;
	case 1:
		memcpy(&value, &doubles[random_below(&dice, sizeof(doubles) / sizeof(doubles[0]))],
		       sizeof(value));
		break;
	default:
		break;
	}
	return value;
}

/* Of the head, or of the jobs that a good answer has; the rest is not read. */
static void spoil_one(void)
{
	size_t width = UINT64_C(1) << random_below(&dice, 4), at;
	uint64_t value = extreme();

	switch (random_below(&dice, 4)) {
	case 0:
		at = offsetof(struct probe_result, limit_ns) +
		     random_below(&dice, 16 + sizeof(struct envelope_load));
		break;
	case 1:
		at = offsetof(struct probe_result, jobs) +
		     random_below(&dice, jobs_of_good * sizeof(struct probe_job));
		break;
	default:
		at = random_below(&dice, offsetof(struct probe_result, jobs));
		break;
	}
	/* A text without an end, once in a while. */
	if (random_below(&dice, 8) == 0) {
		width = random_below(&dice, sizeof(struct probe_job));
		memset((char *)shared + at, (int)random_below(&dice, 256),
		       at + width > sizeof(*shared) ? sizeof(*shared) - at : width);
		return;
	}
	at -= at % width;
	memcpy((char *)shared + at, &value, width);
}

static void make_answer(void)
{
	uint64_t spoiled = random_below(&dice, 4);

	if (random_below(&dice, one_in_whole) == 0) {
		random_fill(&dice, (unsigned char *)shared, sizeof(*shared));
		return;
	}
	good_answer();
	for (uint64_t i = 0; i < spoiled; i++)
		spoil_one();
}

/* Limits that are written down here once more: no disk comes near them. */
static void see_number(double number, double least, double most)
{
	ck_assert_msg(isfinite(number) && number >= least && number <= most, "%g", number);
}

static void see_text(const char *text, size_t room)
{
	size_t length = strnlen(text, room);

	ck_assert_uint_lt(length, room);
	for (size_t i = 0; i < length; i++)
		ck_assert((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
}

static void see_job(const struct probe_job *job)
{
	see_text(job->name, sizeof(job->name));
	see_text(job->engine, sizeof(job->engine));
	see_text(job->remark, sizeof(job->remark));
	ck_assert_int_le(job->state, JOB_FAILED);
	ck_assert_uint_le(job->block_bytes, 1048576);
	ck_assert_uint_le(job->depth, 1024);
	ck_assert_uint_le(job->threads, 1024);
	see_number(job->iops, 0, 1e12);
	see_number(job->iops_quartile, 0, 1e12);
	see_number(job->bandwidth, 0, 1e18);
	see_number(job->deviation, 0, 1e9);
	see_number(job->uncertainty, 0, 1e9);
	see_number(job->fall, -1e9, 1e9);
	ck_assert_uint_le(job->rate_count, PROBE_RATES);
	for (unsigned i = 0; i < PROBE_RATES; i++)
		see_number(job->rates[i], 0, 1e12);
	see_number(job->cpu_ns_per_io, 0, 1e18);
	see_number(job->steal, -1, 1e9);
	see_number(job->foreign, -1, 1e18);
	see_number((double)job->latency.max, 0, 0x1p53);
	see_number((double)job->sync.p99, 0, 0x1p53);
	ck_assert_int_le(job->error, 0);
}

static void see_load(const struct envelope_load *load)
{
	see_text(load->name, sizeof(load->name));
	see_text(load->remark, sizeof(load->remark));
	ck_assert_int_le(load->state, JOB_FAILED);
	see_number(load->share, 0, 1);
	see_number(load->peak, 0, 1e12);
	see_number(load->knee, 0, 1e12);
	see_number(load->above, 0, 1e12);
	ck_assert_int_le(load->error, 0);
	ck_assert_uint_le(load->point_count, ENVELOPE_POINTS);
	for (unsigned i = 0; i < load->point_count; i++) {
		const struct envelope_point *point = &load->points[i];

		ck_assert_int_le(point->state, RATE_FAILS);
		see_number(point->rate, 0, 1e12);
		see_number(point->done, 0, 1e12);
		see_number((double)point->max, 0, 0x1p53);
		see_number((double)point->p99_99, 0, 0x1p53);
		see_number((double)point->blocked, 0, 0x1p53);
	}
}

static void see_possible(void)
{
	ck_assert_uint_le(taken->job_count, PROBE_JOBS);
	ck_assert_int_le(taken->error, 0);
	ck_assert_int_le(taken->direct.proof, PROOF_REFUTED);
	ck_assert_int_le(taken->aio.have, AIO_FAILS);
	see_number(taken->direct.switches_per_append, -1, 1e9);
	see_number((double)taken->file_bytes, 0, 1e18);
	see_text(taken->stage, sizeof(taken->stage));
	see_text(taken->failure, sizeof(taken->failure));
	see_text(taken->engine, sizeof(taken->engine));
	ck_assert_uint_eq((unsigned char)taken->invalid[0], 0);
	for (unsigned i = 0; i < taken->job_count; i++)
		see_job(&taken->jobs[i]);
	ck_assert_uint_le(taken->load_count, ENVELOPE_LOADS);
	for (unsigned i = 0; i < taken->load_count; i++)
		see_load(&taken->loads[i]);
}

static struct profile profile_with_floors(struct arena *arena)
{
	static const struct {
		const char *key, *operand;
		enum rule rule;
	} rows[] = {
	    {"floors.fsync-p99", "4000", RULE_AT_MOST},
	    {"floors.read-p99", "1000", RULE_AT_MOST},
	    {"floors.read-iops", "2000", RULE_AT_LEAST},
	    {"floors.write-iops", "4000", RULE_AT_LEAST},
	    {"floors.read-bandwidth", "104857600", RULE_AT_LEAST},
	    {"floors.write-bandwidth", "52428801", RULE_AT_LEAST},
	};
	struct profile profile = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct profile_entry entry = {
		    .section = "probe", .key = rows[i].key, .value = {.rule = rows[i].rule}};

		vec_push(arena, &entry.value.operands, rows[i].operand);
		vec_push(arena, &profile.entries, entry);
	}
	return profile;
}

/* Hangs where a scale cannot be made of the figures. */
static void see_page(struct fixture *fixture, struct report_probe *probe)
{
	struct report *report = fixture_report(fixture);
	char *page, *end;

	report->probe = probe;
	page = strstr(report_html(fixture->arena, report), "id=\"probe\"");
	ck_assert_ptr_nonnull(page);
	end = strstr(page, "class=\"tool\"");
	ck_assert_ptr_nonnull(end);
	*end = '\0';
	ck_assert_ptr_null(strstr(page, "nan"));
	ck_assert_ptr_null(strstr(page, "inf"));
	ck_assert_ptr_null(strstr(page, "e+"));
}

static void see_printed(const char *text)
{
	ck_assert_ptr_null(strstr(text, "nan"));
	ck_assert_ptr_null(strstr(text, "inf"));
	ck_assert_ptr_null(strchr(text, '\033'));
}

/* All that reads a result. */
static void read_all(bool with_json)
{
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct profile profile = profile_with_floors(fixture->arena);
	struct report_probe probe = {.result = taken, .measured = true};
	struct disk_rates rates;
	struct report *report;

	probe.floors = probe_floors(fixture->arena, &profile, taken, NULL);
	ck_assert_uint_eq(probe.floors.count, 6);
	if (probe_rates(taken, &rates, NULL) == 0)
		see_printed(probe_io_config_text(fixture->arena, &rates, "/data", "somebody"));
	see_printed(probe_text(fixture->arena, &probe, (struct text_style){0}));
	see_page(fixture, &probe);
	if (!with_json)
		return;
	report = fixture_report(fixture);
	report->probe = &probe;
	ck_assert_ptr_nonnull(strstr(report_json(fixture->arena, report), "\"jobs\""));
}

/* Possible figures that no disk has: a scale of them would have no end. */
START_TEST(odd_figures_have_a_scale)
{
	static const double odd[] = {0, 5e-324, 1e-300, 1e-9, 1, 1e12};
	enum { count = sizeof(odd) / sizeof(odd[0]) };
	_cleanup_fixture_ struct fixture *fixture = fixture_new();
	struct probe_result *result = arena_alloc(fixture->arena, sizeof(*result));
	struct report_probe probe = {.result = result, .measured = true};

	result->job_count = 3;
	for (unsigned i = 0; i < count * count; i++) {
		for (unsigned j = 0; j < result->job_count; j++) {
			struct probe_job *job = &result->jobs[j];

			(void)snprintf(job->name, sizeof(job->name), "randread-4k-qd%u", 1U << j);
			job->state = JOB_DONE;
			job->depth = 1U << j;
			job->iops = odd[i / count];
			job->rate_count = 2;
			job->rate_ms = j;
			job->rates[0] = odd[i % count];
			job->latency = (struct latency){.count = 1,
							.p50 = i % 3,
							.p99 = i % 2,
							.max = i % 5 ? 0 : UINT64_C(1) << 53};
		}
		see_page(fixture, &probe);
	}
}
END_TEST

START_TEST(no_answer_is_believed_that_cannot_be)
{
	static const struct probe_result nothing;
	const size_t rounds = is_sweep_short() ? tries / 8 : tries;
	size_t believed = 0, dropped = 0;

	dice = random_new(20261130);
	shared = malloc(sizeof(*shared));
	taken = malloc(sizeof(*taken));
	for (size_t i = 0; i < rounds; i++) {
		struct err err = {0};

		make_answer();
		if (result_take(shared, taken, &err) == 0) {
			see_possible();
			if (believed++ % 32 == 0)
				read_all(believed % one_in_json == 1);
		} else {
			ck_assert_int_eq(err.code, -EPROTO);
			ck_assert_mem_eq(taken, &nothing, sizeof(nothing));
			dropped++;
		}
	}
	/* Both ways have to be gone often, or little was tried. */
	ck_assert_uint_gt(believed, rounds / 4);
	ck_assert_uint_gt(dropped, rounds / 10);
	free(shared);
	free(taken);
}
END_TEST

RUN_SUITE("probe_fuzz", odd_figures_have_a_scale, no_answer_is_believed_that_cannot_be)
