/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts from figures: floors, io-config.yaml, direct I/O, job names. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "probe/direct_io.h"
#include "probe/judge.h"
#include "probe/random.h"
#include "probe/spec.h"
#include "run_suite.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static struct probe_job *add(struct probe_result *result, const char *name, double iops)
{
	struct probe_job *job = &result->jobs[result->job_count++];
	struct spec spec = {0};

	(void)snprintf(job->name, sizeof(job->name), "%s", name);
	ck_assert_int_eq(spec_parse(name, &spec), 0);
	job->state = JOB_DONE;
	job->block_bytes = spec.block_bytes;
	job->duration_ms = 2000;
	job->iops = iops;
	job->iops_quartile = iops;
	job->bandwidth = iops * spec.block_bytes;
	job->latency.p99 = job->sync.p99 = 1000000;
	return job;
}

/* 1000 and 2000 IOPS, 100 and 50 MiB/s, appends of 4 ms. */
static struct probe_result good(void)
{
	struct probe_result result = {.quota_known = true, .direct.proof = PROOF_PROVEN};

	add(&result, "append-4k", 300)->sync.p99 = 3000000;
	add(&result, "append-16k", 250)->sync.p99 = 4000000;
	add(&result, "randread-4k-qd1", 500)->latency.p99 = 2000000;
	add(&result, "randread-4k-qd32", 2000);
	add(&result, "randwrite-4k-qd32", 1000);
	add(&result, "read-128k-qd16", 800);
	add(&result, "write-128k-qd16", 400);
	return result;
}

static void with_floor(struct profile *profile, const char *key, enum rule rule,
		       const char *operand)
{
	struct profile_entry entry = {.section = "probe", .key = key, .value = {.rule = rule}};

	vec_push(arena, &entry.value.operands, operand);
	vec_push(arena, &profile->entries, entry);
}

static struct profile strict_profile(void)
{
	struct profile profile = {0};

	with_floor(&profile, "floors.fsync-p99", RULE_AT_MOST, "4000"); /* us */
	with_floor(&profile, "floors.read-p99", RULE_AT_MOST, "1000");
	with_floor(&profile, "floors.read-iops", RULE_AT_LEAST, "2000");
	with_floor(&profile, "floors.write-iops", RULE_AT_LEAST, "4000");
	with_floor(&profile, "floors.read-bandwidth", RULE_AT_LEAST, "104857600");
	with_floor(&profile, "floors.write-bandwidth", RULE_AT_LEAST, "52428801");
	return profile;
}

START_TEST(floors_are_met_or_missed_by_so_much)
{
	static const struct {
		const char *name, *have, *figure, *state, *note;
	} rows[] = {
	    {"fsync-p99", "4.000 ms", "p99 of fdatasync alone in append-16k", "met", NULL},
	    {"read-p99", "2.000 ms", "p99 of randread-4k-qd1", "missed",
	     "2.00 times too long in randread-4k-qd1"},
	    {"read-iops", "2000 IOPS", "mean of randread-4k-qd32", "met", NULL},
	    {"write-iops", "1000 IOPS", "mean of randwrite-4k-qd32", "missed",
	     "4.00 times too slow in randwrite-4k-qd32"},
	    {"read-bandwidth", "100.0 MiB/s", "mean of read-128k-qd16", "met", NULL},
	    {"write-bandwidth", "50.0 MiB/s", "mean of write-128k-qd16", "missed",
	     "1.00 times too slow in write-128k-qd16"},
	};
	struct probe_result result = good();
	struct profile profile;
	floors list;

	set_up();
	profile = strict_profile();
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_uint_eq(list.count, 6);
	for (size_t i = 0; i < list.count; i++) {
		ck_assert_str_eq(list.at[i].name, rows[i].name);
		ck_assert_str_eq(list.at[i].have, rows[i].have);
		ck_assert_str_eq(list.at[i].figure, rows[i].figure);
		ck_assert_str_eq(floor_state_name(list.at[i].state), rows[i].state);
		ck_assert(text_equal(list.at[i].note, rows[i].note));
	}
	ck_assert_uint_eq(probe_floors_missed(&list), 3);
	arena_free(arena);
}
END_TEST

/* A quota, seen or unseen, never makes a floor missed; nor does a job that was not asked for, nor
 * figures that are not the disk's. */
START_TEST(floors_are_judged_only_by_valid_figures)
{
	struct probe_result result = good();
	struct profile profile;
	floors list;

	set_up();
	profile = strict_profile();
	(void)snprintf(result.invalid, sizeof(result.invalid), "cpu quota: ...");
	list = probe_floors(arena, &profile, &result, NULL);
	vec_for_each (floor, &list)
		ck_assert_int_eq(floor->state, FLOOR_UNJUDGED);
	result.invalid[0] = '\0';
	result.quota_known = false;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_uint_eq(probe_floors_missed(&list), 0);
	ck_assert_int_eq(list.at[0].state, FLOOR_MET);
	ck_assert_int_eq(list.at[1].state, FLOOR_UNJUDGED);
	result.quota_known = true;
	list = probe_floors(arena, &profile, &result, "through the page cache");
	vec_for_each (floor, &list) {
		ck_assert_int_eq(floor->state, FLOOR_UNJUDGED);
		ck_assert_str_eq(floor->note, "through the page cache");
	}
	for (unsigned i = 0; i < result.job_count; i++)
		result.jobs[i].state = JOB_SKIPPED;
	list = probe_floors(arena, &profile, &result, NULL);
	vec_for_each (floor, &list)
		ck_assert_int_eq(floor->state, FLOOR_UNJUDGED);
	arena_free(arena);
}
END_TEST

/* What others do to the disk, or to this machine, must not keep a broker down; it is told. A rate
 * that falls is the disk's own, and few requests scatter by counting alone. */
START_TEST(noise_of_a_moment_meets_floors_but_misses_none)
{
	struct probe_result result = good();
	struct profile profile;
	floors list;

	set_up();
	profile = strict_profile();
	for (unsigned i = 0; i < result.job_count; i++)
		result.jobs[i].noisy = true;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_uint_eq(probe_floors_missed(&list), 0);
	ck_assert_uint_eq(probe_floors_in(&list, FLOOR_MET), 3);
	ck_assert_str_eq(list.at[1].have, "2.000 ms");
	ck_assert_str_eq(list.at[1].note, "noisy: 2.00 times too long in randread-4k-qd1");
	ck_assert_str_eq(list.at[3].note, "noisy: 4.00 times too slow in randwrite-4k-qd32");
	result.jobs[2].requests = PERCENTILE_SAMPLES;
	result.jobs[4].burst = true;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_int_eq(list.at[1].state, FLOOR_UNJUDGED);
	ck_assert_int_eq(list.at[3].state, FLOOR_MISSED);
	/* Half of the requests take longer than one in a hundred may. */
	result.jobs[2].latency.p50 = 1000001;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_int_eq(list.at[1].state, FLOOR_MISSED);
	result.jobs[2].latency.p50 = 1000000;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_int_eq(list.at[1].state, FLOOR_UNJUDGED);
	result.jobs[2].requests = PERCENTILE_SAMPLES - 1;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_int_eq(list.at[1].state, FLOOR_MISSED);
	arena_free(arena);
}
END_TEST

/* One answer of append-4k: chance in a short time, but a slow disk in a long one, or where the time
 * of the whole probe was over. */
START_TEST(few_samples_miss_a_floor_only_if_there_was_time_for_more)
{
	static const struct {
		uint64_t ms;
		bool is_cut;
		enum floor_state state;
	} rows[] = {
	    {50, false, FLOOR_UNJUDGED},
	    {399, false, FLOOR_UNJUDGED},
	    {400, false, FLOOR_MISSED},
	    {50, true, FLOOR_MISSED},
	};
	static const char *const keys[] = {"floors.fsync-p99", "floors.read-p99",
					   "floors.write-iops", "floors.write-bandwidth"};
	static const char *const limits[] = {"2000", "1000", "4000", "104857600"};

	set_up();
	for (size_t i = 0; i < 4 * sizeof(keys) / sizeof(keys[0]); i++) {
		struct probe_result result = good();
		struct profile profile = {0};
		floors list;

		with_floor(&profile, keys[i / 4], i < 8 ? RULE_AT_MOST : RULE_AT_LEAST,
			   limits[i / 4]);
		for (unsigned j = 0; j < result.job_count; j++) {
			struct probe_job *job = &result.jobs[j];

			job->noisy = true;
			job->requests = job->latency.count = job->sync.count = 1;
			job->latency.p90 = job->latency.p99;
			job->sync.p90 = job->sync.p99;
			job->duration_ms = rows[i % 4].ms;
			job->out_of_time = rows[i % 4].is_cut;
		}
		list = probe_floors(arena, &profile, &result, NULL);
		ck_assert_msg(list.at[0].state == rows[i % 4].state, "%s: %s", keys[i / 4],
			      list.at[0].note);
		if (rows[i % 4].state == FLOOR_UNJUDGED)
			ck_assert_ptr_nonnull(strstr(list.at[0].note, "too few samples: 1 in "));
	}
	arena_free(arena);
}
END_TEST

/* 100 requests of 10 ms each take a second. */
START_TEST(how_long_is_enough_follows_from_the_limit)
{
	struct probe_result result = good();
	struct profile profile = {0};
	struct probe_job *slow = &result.jobs[0];

	set_up();
	with_floor(&profile, "floors.fsync-p99", RULE_AT_MOST, "10000");
	slow->requests = 1;
	slow->sync = (struct latency){1, 700000000, 700000000, 700000000, 700000000, 700000000};
	slow->duration_ms = 999;
	ck_assert_str_eq(probe_floors(arena, &profile, &result, NULL).at[0].note,
			 "too few samples: 1 in 999 ms of append-4k");
	slow->duration_ms = 1000;
	ck_assert_int_eq(probe_floors(arena, &profile, &result, NULL).at[0].state, FLOOR_MISSED);
	/* Beside it, one that saw enough decides. */
	slow->duration_ms = 50;
	result.jobs[1].sync.p99 = 20000000;
	result.jobs[1].sync.count = 200;
	ck_assert_str_eq(probe_floors(arena, &profile, &result, NULL).at[0].note,
			 "2.00 times too long in append-16k");
	arena_free(arena);
}
END_TEST

/* append-4k takes 3 ms, append-16k 4 ms. */
START_TEST(a_latency_without_noise_decides_beside_a_noisy_one)
{
	struct probe_result result = good();
	struct profile profile = {0};
	floors list;

	set_up();
	with_floor(&profile, "floors.fsync-p99", RULE_AT_MOST, "2000");
	result.jobs[1].noisy = true;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_int_eq(list.at[0].state, FLOOR_MISSED);
	ck_assert_str_eq(list.at[0].figure, "p99 of fdatasync alone in append-4k");
	result.jobs[0].sync.p99 = 1000000;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_int_eq(list.at[0].state, FLOOR_UNJUDGED);
	ck_assert_str_eq(list.at[0].figure, "p99 of fdatasync alone in append-16k");
	arena_free(arena);
}
END_TEST

/* The slowest disk of all must not pass for want of figures. */
START_TEST(floors_are_missed_by_what_got_nothing_done)
{
	struct probe_result result = good();
	struct profile profile;
	floors list;

	set_up();
	profile = strict_profile();
	for (unsigned i = 0; i < result.job_count; i++) {
		struct probe_job *job = &result.jobs[i];

		job->iops = job->bandwidth = 0;
		job->latency = job->sync = (struct latency){0};
	}
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_uint_eq(probe_floors_missed(&list), 6);
	ck_assert_str_eq(list.at[1].note, "no request completed in randread-4k-qd1");
	for (unsigned i = 0; i < result.job_count; i++) {
		result.jobs[i].state = i % 2 ? JOB_SKIPPED : JOB_FAILED;
		result.jobs[i].out_of_time = true;
	}
	list = probe_floors(arena, &profile, &result, NULL);
	vec_for_each (floor, &list) {
		ck_assert_int_eq(floor->state, FLOOR_MISSED);
		ck_assert_str_eq(floor->note, "too slow to be measured in this time");
		ck_assert_ptr_null(floor->have);
	}
	result.quota_known = false;
	list = probe_floors(arena, &profile, &result, NULL);
	ck_assert_uint_eq(probe_floors_missed(&list), 0);
	arena_free(arena);
}
END_TEST

/* What comes back from the disk tells whether it is the block that was asked for. */
START_TEST(marks_tell_blocks_apart)
{
	static unsigned char block[3 * MARK_STEP];

	mark_put(block, sizeof(block), 7, 8192);
	ck_assert(mark_holds(block, sizeof(block), 7, 8192));
	ck_assert(!mark_holds(block, sizeof(block), 8, 8192));
	ck_assert(!mark_holds(block, sizeof(block), 7, 4096));
	for (size_t at = 0; at < sizeof(block); at += MARK_STEP) {
		block[at + 9] ^= 1;
		ck_assert(!mark_holds(block, sizeof(block), 7, 8192));
		block[at + 9] ^= 1;
	}
	ck_assert(mark_holds(block, sizeof(block), 7, 8192));
}
END_TEST

START_TEST(io_config_promises_nine_tenths_of_the_lower_quartile)
{
	struct probe_result result = good();
	struct disk_rates rates;
	char *text;

	set_up();
	ck_assert_int_eq(probe_rates(&result, &rates, NULL), 0);
	ck_assert_uint_eq(rates.read_iops, 1800);
	ck_assert_uint_eq(rates.write_iops, 900);
	ck_assert_uint_eq(rates.read_bandwidth, 720 * 131072);
	ck_assert_uint_eq(rates.write_bandwidth, 360 * 131072);
	text = probe_io_config_text(arena, &rates, "/data/a \"b\" \\c\n", "who\nwhen");
	ck_assert_str_eq(text, "# who\n# when\n"
			       "disks:\n"
			       "  - mountpoint: \"/data/a \\\"b\\\" \\\\c\\x0A\"\n"
			       "    read_iops: 1800\n"
			       "    read_bandwidth: 94371840\n"
			       "    write_iops: 900\n"
			       "    write_bandwidth: 47185920\n");
	arena_free(arena);
}
END_TEST

START_TEST(io_config_wants_settled_figures)
{
	struct disk_rates rates = {0};
	struct err err;

	for (unsigned job = 3; job < 7; job++) {
		struct probe_result result = good();

		result.jobs[job].noisy = true;
		ck_assert_int_lt(probe_rates(&result, &rates, &err), 0);
		ck_assert_ptr_nonnull(strstr(err.text, result.jobs[job].name));
		result.jobs[job].noisy = false;
		result.jobs[job].burst = true;
		ck_assert_int_lt(probe_rates(&result, &rates, &err), 0);
		result.jobs[job].burst = false;
		result.jobs[job].iops_quartile = 0;
		ck_assert_int_lt(probe_rates(&result, &rates, &err), 0);
		result.jobs[job].iops_quartile = 10;
		result.quota_known = false;
		ck_assert_int_lt(probe_rates(&result, &rates, &err), 0);
		result.quota_known = true;
		result.direct.proof = PROOF_UNKNOWN;
		ck_assert_int_lt(probe_rates(&result, &rates, &err), 0);
		result.direct.proof = PROOF_PROVEN;
		ck_assert_int_eq(probe_rates(&result, &(struct disk_rates){0}, &err), 0);
		(void)snprintf(result.invalid, sizeof(result.invalid), "a broker was running");
		ck_assert_int_eq(probe_rates(&result, &rates, &err), -ENODATA);
		ck_assert_str_eq(err.text, "the figures are invalid: a broker was running");
	}
	ck_assert_uint_eq(rates.read_iops, 0);
}
END_TEST

/* A rate of 0 would switch off what reads it. */
START_TEST(io_config_promises_at_least_one)
{
	struct probe_result result = good();
	struct disk_rates rates = {0};
	struct err err;

	result.jobs[3].iops_quartile = 10.0 / 9;
	ck_assert_int_eq(probe_rates(&result, &rates, &err), 0);
	ck_assert_uint_eq(rates.read_iops, 1);
	result.jobs[3].iops_quartile = 1.1;
	ck_assert_int_eq(probe_rates(&result, &rates, &err), -ENODATA);
	ck_assert_str_eq(err.text, "read_iops is nearly 0");
	result.job_count = 2;
	ck_assert_int_eq(probe_rates(&result, &rates, &err), -ENODATA);
	ck_assert_str_eq(err.text, "read_iops was not measured");
}
END_TEST

/* The best settled job stands in for a better noisy one, unless it is far behind. */
START_TEST(io_config_prefers_what_is_settled)
{
	struct probe_result result = good();
	struct disk_rates rates;

	add(&result, "randread-4k-qd128", 2500)->noisy = true;
	ck_assert_int_eq(probe_rates(&result, &rates, NULL), 0);
	ck_assert_uint_eq(rates.read_iops, 1800);
	add(&result, "randread-4k-qd256", 3000)->noisy = true;
	ck_assert_int_lt(probe_rates(&result, &rates, NULL), 0);
}
END_TEST

/* What the file systems showed when they were tried (docs/probe.md). */
START_TEST(direct_io_of_known_file_systems)
{
	static const struct {
		const char *fs;
		int64_t memory_align, offset_align, cached;
		enum tri opens, refused, counted;
		enum proof proof;
		const char *words;
	} rows[] = {
	    {"ext4", 512, 512, 0, TRI_YES, TRI_YES, TRI_YES, PROOF_PROVEN, "refused"},
	    {"xfs", 512, 512, 0, TRI_YES, TRI_YES, TRI_YES, PROOF_PROVEN, "refused"},
	    {"overlay", 512, 512, 0, TRI_YES, TRI_YES, TRI_YES, PROOF_PROVEN, "mount a volume"},
	    {"btrfs", -1, -1, 0, TRI_YES, TRI_NO, TRI_YES, PROOF_REFUTED, "checksums"},
	    {"tmpfs", -1, -1, 256, TRI_YES, TRI_NO, TRI_NO, PROOF_REFUTED, "memory"},
	    {"ext4", 0, 0, 0, TRI_YES, TRI_YES, TRI_YES, PROOF_REFUTED, "data=journal"},
	    {"fuse.sshfs", -1, -1, -1, TRI_NO, TRI_UNKNOWN, TRI_UNKNOWN, PROOF_REFUTED, "FUSE"},
	    {"nfs4", -1, -1, 0, TRI_YES, TRI_YES, TRI_NO, PROOF_REFUTED, "network"},
	    /* Nothing but the refusal was seen: not enough. */
	    {"xfs", -1, -1, -1, TRI_YES, TRI_YES, TRI_UNKNOWN, PROOF_UNKNOWN, "reports too little"},
	    {"xfs", 1, 512, 0, TRI_YES, TRI_NO, TRI_YES, PROOF_PROVEN, "counted"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct direct_io direct = {.opens = rows[i].opens,
					   .memory_align = rows[i].memory_align,
					   .offset_align = rows[i].offset_align,
					   .cached_pages = rows[i].cached,
					   .shifted_refused = rows[i].refused,
					   .counted = rows[i].counted,
					   .smallest_block = 512};

		direct_io_judge(rows[i].fs, &direct);
		ck_assert_msg(direct.proof == rows[i].proof, "row %zu (%s): %s", i, rows[i].fs,
			      direct.sentence);
		ck_assert_msg(strstr(direct.sentence, rows[i].words) != NULL, "row %zu: %s", i,
			      direct.sentence);
		direct.holds = TRI_NO;
		direct_io_judge(rows[i].fs, &direct);
		ck_assert_int_eq(direct.proof, PROOF_REFUTED);
	}
}
END_TEST

START_TEST(names_of_jobs)
{
	static const char *const good_names[] = {"read-128k-qd16", "randwrite-4k-qd1024", "mixed",
						 "append-16k", "randread-1024k-qd1"};
	static const char *const bad_names[] = {
	    "",
	    "read",
	    "read-4k",
	    "read-4k-qd0",
	    "read-4k-qd1025",
	    "read-5k-qd1",
	    "read-2048k-qd1",
	    "append-4k-qd1",
	    "append",
	    "mixed-4k",
	    "randread-4k-qd32x",
	    "Read-4k-qd1",
	    "read-4k-qd1-x",
	    "read--qd1",
	    "trim-4k-qd1",
	    "read-4-qd1",
	    "randread-0k-qd1",
	    "read-04k-qd1",
	    "randread-4k-qd00000000000000000000000000000000001"};
	struct spec spec;

	for (size_t i = 0; i < sizeof(good_names) / sizeof(good_names[0]); i++)
		ck_assert_msg(spec_parse(good_names[i], &spec) == 0, "%s", good_names[i]);
	for (size_t i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++)
		ck_assert_msg(spec_parse(bad_names[i], &spec) < 0, "'%s' passes", bad_names[i]);
	ck_assert_int_eq(spec_parse("randwrite-16k-qd8", &spec), 0);
	ck_assert_int_eq(spec.pattern, PATTERN_RANDWRITE);
	ck_assert_uint_eq(spec.block_bytes, 16384);
	ck_assert_uint_eq(spec.depth, 8);
}
END_TEST

/* Callers go through the list before they look at the error. */
START_TEST(of_a_job_that_is_unknown_there_is_no_list)
{
	struct probe_request request = {0};
	struct spec left = {0};
	specs list = {.at = &left, .count = 3};
	struct err err = {0};

	set_up();
	vec_push(arena, &request.jobs, "randread-4k");
	ck_assert_int_lt(spec_list(arena, &request, &list, &err), 0);
	ck_assert_ptr_null(list.at);
	ck_assert_uint_eq(list.count, 0);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no job 'randread-4k'"));
	arena_free(arena);
}
END_TEST

static bool has_job(const specs *list, const char *name)
{
	vec_for_each (spec, list) {
		if (text_equal(spec->name, name))
			return true;
	}
	return false;
}

/* Bandwidth is asked 16 deep of each disk, IOPS of all queues together, within 128 a shard. */
/* One outlier among few is no p99; a slow disk has few as well, and is still a slow one. */
START_TEST(few_samples_decide_by_their_p90)
{
	static const struct {
		uint64_t count, p90;
		enum floor_state state;
	} rows[] = {
	    {25, 3000000, FLOOR_UNJUDGED}, {99, 4000000, FLOOR_UNJUDGED},
	    {25, 4500000, FLOOR_MISSED},   {1, 9000000, FLOOR_MISSED},
	    {100, 3000000, FLOOR_MISSED},
	};

	set_up();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_result result = {.quota_known = true, .direct.proof = PROOF_PROVEN};
		struct profile profile = {0};
		struct probe_job *job = add(&result, "append-16k", 34);
		floors list;

		with_floor(&profile, "floors.fsync-p99", RULE_AT_MOST, "4000");
		job->sync = (struct latency){
		    .count = rows[i].count, .p90 = rows[i].p90, .p99 = 9000000, .max = 9000000};
		list = probe_floors(arena, &profile, &result, NULL);
		ck_assert_msg(list.at[0].state == rows[i].state, "row %zu", i);
		ck_assert_str_eq(list.at[0].have, "9.000 ms");
		if (rows[i].state == FLOOR_UNJUDGED)
			ck_assert_ptr_nonnull(strstr(list.at[0].note, "samples in append-16k"));
	}
	arena_free(arena);
}
END_TEST

START_TEST(depth_follows_disks_and_shards)
{
	static const struct {
		unsigned leaves, requests, shards;
		enum probe_mode mode;
		const char *sequential, *deepest;
		size_t count;
	} rows[] = {
	    {1, 256, 2, PROBE_QUICK, "read-128k-qd16", "randread-4k-qd32", 8},
	    {1, 256, 2, PROBE_FULL, "read-128k-qd16", "randread-4k-qd256", 14},
	    {4, 4092, 2, PROBE_FULL, "write-128k-qd64", "randwrite-4k-qd256", 14},
	    {4, 4092, 32, PROBE_FULL, "read-128k-qd64", "randread-4k-qd1024", 14},
	    {4, 128, 32, PROBE_FULL, "read-128k-qd64", "randread-4k-qd128", 12},
	    {99, 0, 0, PROBE_DEFAULT, "read-128k-qd256", "randread-4k-qd128", 12},
	};

	set_up();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_request request = {.leaves = rows[i].leaves,
						.requests = rows[i].requests,
						.shards = rows[i].shards,
						.mode = rows[i].mode};
		specs list;

		ck_assert_int_eq(spec_list(arena, &request, &list, NULL), 0);
		ck_assert_uint_eq(list.count, rows[i].count);
		ck_assert_msg(has_job(&list, rows[i].sequential), "row %zu", i);
		ck_assert_msg(has_job(&list, rows[i].deepest), "row %zu", i);
		ck_assert_str_eq(list.at[0].name, "append-4k");
	}
	arena_free(arena);
}
END_TEST

RUN_SUITE("judge", floors_are_met_or_missed_by_so_much,
	  noise_of_a_moment_meets_floors_but_misses_none,
	  a_latency_without_noise_decides_beside_a_noisy_one,
	  floors_are_judged_only_by_valid_figures,
	  io_config_promises_nine_tenths_of_the_lower_quartile, io_config_wants_settled_figures,
	  io_config_promises_at_least_one, io_config_prefers_what_is_settled,
	  direct_io_of_known_file_systems, names_of_jobs, of_a_job_that_is_unknown_there_is_no_list,
	  floors_are_missed_by_what_got_nothing_done, marks_tell_blocks_apart,
	  depth_follows_disks_and_shards, few_samples_decide_by_their_p90,
	  few_samples_miss_a_floor_only_if_there_was_time_for_more,
	  how_long_is_enough_follows_from_the_limit)
