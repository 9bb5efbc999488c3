/* SPDX-License-Identifier: Apache-2.0 */
/* Copies the child's results from shared memory and checks every field of the copy. */
#include "probe/result.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

/* How the bytes of a field are read. A bool is checked as a byte before it is used as a bool. */
enum field_type {
	TYPE_BOOL,
	TYPE_INT,
	TYPE_UNSIGNED,
	TYPE_INT64,
	TYPE_UINT64,
	TYPE_DOUBLE,
	TYPE_DOUBLES,  /* all of an array */
	TYPE_WORD,     /* terminated, printable ASCII */
	TYPE_SENTENCE, /* terminated; other characters are replaced: it may name a file */
};

struct field {
	const char *name;
	size_t offset, size;
	enum field_type type;
	double least, most; /* limits of a number, which a NaN always fails */
};

#define MEMBER(type, member) (((type *)NULL)->member)
#define NUMBER(type, member, least, most)                                                          \
	{                                                                                          \
#member, offsetof(type, member), sizeof(MEMBER(type, member)),                     \
		    _Generic(MEMBER(type, member), bool                                            \
			     : TYPE_BOOL, int                                                      \
			     : TYPE_INT, unsigned                                                  \
			     : TYPE_UNSIGNED, int64_t                                              \
			     : TYPE_INT64, uint64_t                                                \
			     : TYPE_UINT64, double                                                 \
			     : TYPE_DOUBLE),                                                       \
		    least, most                                                                    \
	}
#define DOUBLES(type, member, least, most)                                                         \
	{                                                                                          \
#member, offsetof(type, member), sizeof(MEMBER(type, member)), TYPE_DOUBLES,       \
		    least, most                                                                    \
	}
#define TEXT(type, member, kind)                                                                   \
	{                                                                                          \
#member, offsetof(type, member), sizeof(MEMBER(type, member)), kind, 0, 0          \
	}

/* More than any disk can do, but small enough for every later product, sum and conversion. */
#define MOST_ERRNO  4095
#define MOST_COUNT  0x1p53
#define MOST_SPAN   1000000
#define MOST_RATE   1e12
#define MOST_BYTES  1e18
#define MOST_RATIO  1e9
#define MOST_BLOCK  1048576
#define MOST_DEPTH  1024
#define MOST_UINT64 0x1p64
#define MOST_NODE   65535

#define HEAD(member, least, most)  NUMBER(struct probe_result, member, least, most)
#define JOB(member, least, most)   NUMBER(struct probe_job, member, least, most)
#define LOAD(member, least, most)  NUMBER(struct envelope_load, member, least, most)
#define POINT(member, least, most) NUMBER(struct envelope_point, member, least, most)
#define LATENCY(member)                                                                            \
	JOB(member.count, 0, MOST_COUNT), JOB(member.p50, 0, MOST_COUNT),                          \
	    JOB(member.p90, 0, MOST_COUNT), JOB(member.p99, 0, MOST_COUNT),                        \
	    JOB(member.p99_9, 0, MOST_COUNT), JOB(member.max, 0, MOST_COUNT)

static const struct field head_fields[] = {
    HEAD(finished, false, true),
    TEXT(struct probe_result, stage, TYPE_WORD),
    HEAD(error, -MOST_ERRNO, 0),
    TEXT(struct probe_result, failure, TYPE_SENTENCE),
    HEAD(direct.proof, PROOF_UNKNOWN, PROOF_REFUTED),
    TEXT(struct probe_result, direct.sentence, TYPE_SENTENCE),
    HEAD(direct.opens, TRI_UNKNOWN, TRI_YES),
    HEAD(direct.memory_align, -1, MOST_COUNT),
    HEAD(direct.offset_align, -1, MOST_COUNT),
    HEAD(direct.holds, TRI_UNKNOWN, TRI_YES),
    HEAD(direct.shifted_refused, TRI_UNKNOWN, TRI_YES),
    HEAD(direct.cached_pages, -1, MOST_COUNT),
    HEAD(direct.counted, TRI_UNKNOWN, TRI_YES),
    HEAD(direct.nowait_read, -MOST_ERRNO, 1),
    HEAD(direct.nowait_write, -MOST_ERRNO, 1),
    HEAD(direct.nowait_append, -MOST_ERRNO, 1),
    HEAD(direct.switches_per_append, -1, MOST_RATIO),
    HEAD(direct.smallest_block, -1, MOST_BLOCK),
    HEAD(aio.have, AIO_TOO_FEW, AIO_FAILS),
    HEAD(aio.proof, PROOF_UNKNOWN, PROOF_REFUTED),
    TEXT(struct probe_result, aio.sentence, TYPE_SENTENCE),
    HEAD(aio.needed, 0, MOST_COUNT),
    /* From sysctls, which an administrator may set to anything. */
    HEAD(aio.in_use, 0, MOST_UINT64),
    HEAD(aio.most, 0, MOST_UINT64),
    HEAD(numa.is_wanted, false, true),
    TEXT(struct probe_result, numa.note, TYPE_SENTENCE),
    HEAD(numa.node, -1, MOST_NODE),
    HEAD(numa.cpu_node, -1, MOST_NODE),
    HEAD(numa.available, TRI_UNKNOWN, TRI_YES),
    HEAD(numa.threads, TRI_UNKNOWN, TRI_YES),
    HEAD(numa.threads_error, -MOST_ERRNO, 0),
    HEAD(numa.buffers_error, -MOST_ERRNO, 0),
    HEAD(numa.distances_agree, TRI_UNKNOWN, TRI_YES),
    HEAD(numa.pages_there, 0, MOST_COUNT),
    HEAD(numa.pages_elsewhere, 0, MOST_COUNT),
    HEAD(numa.pages_unknown, 0, MOST_COUNT),
    HEAD(distances.is_wanted, false, true),
    TEXT(struct probe_result, distances.note, TYPE_SENTENCE),
    HEAD(distances.node, -1, MOST_NODE),
    HEAD(distances.far_node, -1, MOST_NODE),
    HEAD(distances.distance, -1, MOST_NODE),
    HEAD(distances.has_few_reads, false, true),
    HEAD(distances.error, -MOST_ERRNO, 0),
    HEAD(distances.block_count, 0, DISTANCE_BLOCKS),
    DOUBLES(struct probe_result, distances.values, 0, MOST_RATE),
    HEAD(sandbox.calls, TRI_UNKNOWN, TRI_YES),
    HEAD(sandbox.files, TRI_UNKNOWN, TRI_YES),
    HEAD(sandbox.calls_error, -MOST_ERRNO, 0),
    HEAD(sandbox.files_error, -MOST_ERRNO, 0),
    HEAD(has_data, TRI_UNKNOWN, TRI_YES),
    TEXT(struct probe_result, engine, TYPE_WORD),
    TEXT(struct probe_result, engine_reason, TYPE_SENTENCE),
    HEAD(file_bytes, 0, MOST_BYTES),
    HEAD(rate_now, 0, MOST_RATE),
    HEAD(done_now, 0, MOST_COUNT),
    HEAD(job_count, 0, PROBE_JOBS),
    HEAD(limit_ns, 0, MOST_COUNT),
    HEAD(load_count, 0, ENVELOPE_LOADS),
};

static const struct field job_fields[] = {
    TEXT(struct probe_job, name, TYPE_WORD),
    TEXT(struct probe_job, engine, TYPE_WORD),
    JOB(state, JOB_PENDING, JOB_FAILED),
    JOB(noisy, false, true),
    JOB(burst, false, true),
    JOB(registered, TRI_UNKNOWN, TRI_YES),
    JOB(out_of_time, false, true),
    TEXT(struct probe_job, remark, TYPE_SENTENCE),
    JOB(block_bytes, 0, MOST_BLOCK),
    JOB(depth, 0, MOST_DEPTH),
    JOB(threads, 0, MOST_DEPTH),
    JOB(reap, 0, MOST_DEPTH),
    JOB(requests, 0, MOST_COUNT),
    JOB(duration_ms, 0, MOST_COUNT),
    JOB(iops, 0, MOST_RATE),
    JOB(bandwidth, 0, MOST_BYTES),
    JOB(iops_quartile, 0, MOST_RATE),
    JOB(deviation, 0, MOST_RATIO),
    JOB(uncertainty, 0, MOST_RATIO),
    JOB(fall, -MOST_RATIO, MOST_RATIO),
    JOB(rate_count, 0, PROBE_RATES),
    JOB(rate_ms, 0, MOST_SPAN),
    DOUBLES(struct probe_job, rates, 0, MOST_RATE),
    LATENCY(latency),
    LATENCY(sync),
    JOB(cpu_ns_per_io, 0, MOST_BYTES),
    JOB(steal, -1, MOST_RATIO),
    JOB(foreign, -1, MOST_BYTES),
    JOB(error, -MOST_ERRNO, 0),
    JOB(error_offset, 0, MOST_BYTES),
};

static const struct field load_fields[] = {
    TEXT(struct envelope_load, name, TYPE_WORD),
    LOAD(state, JOB_PENDING, JOB_FAILED),
    LOAD(noisy, false, true),
    LOAD(out_of_time, false, true),
    TEXT(struct envelope_load, remark, TYPE_SENTENCE),
    LOAD(share, 0, 1),
    LOAD(peak, 0, MOST_RATE),
    LOAD(knee, 0, MOST_RATE),
    LOAD(above, 0, MOST_RATE),
    LOAD(error, -MOST_ERRNO, 0),
    LOAD(point_count, 0, ENVELOPE_POINTS),
};

static const struct field point_fields[] = {
    POINT(state, RATE_FEW, RATE_FAILS), POINT(noisy, false, true),
    POINT(rate, 0, MOST_RATE),          POINT(done, 0, MOST_RATE),
    POINT(duration_ms, 0, MOST_COUNT),  POINT(count, 0, MOST_COUNT),
    POINT(over, 0, MOST_COUNT),         POINT(p50, 0, MOST_COUNT),
    POINT(p99, 0, MOST_COUNT),          POINT(p99_9, 0, MOST_COUNT),
    POINT(p99_99, 0, MOST_COUNT),       POINT(max, 0, MOST_COUNT),
    POINT(late, 0, MOST_COUNT),         POINT(blocked, 0, MOST_COUNT),
};

#define ROWS(fields) (sizeof(fields) / sizeof((fields)[0]))

static double number_at(const unsigned char *at, enum field_type type)
{
	union {
		int i;
		unsigned u;
		int64_t i64;
		uint64_t u64;
		double real;
	} value;

	switch (type) {
	case TYPE_INT:
		memcpy(&value.i, at, sizeof(value.i));
		return value.i;
	case TYPE_UNSIGNED:
		memcpy(&value.u, at, sizeof(value.u));
		return value.u;
	case TYPE_INT64:
		memcpy(&value.i64, at, sizeof(value.i64));
		return (double)value.i64;
	case TYPE_UINT64:
		memcpy(&value.u64, at, sizeof(value.u64));
		return (double)value.u64;
	case TYPE_DOUBLE:
	case TYPE_DOUBLES:
		memcpy(&value.real, at, sizeof(value.real));
		return value.real;
	case TYPE_BOOL:
	case TYPE_WORD:
	case TYPE_SENTENCE:
		break;
	}
	return *at;
}

static bool is_word(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

/* Replaces control characters, C1 included, and what is not UTF-8: a terminal would obey them. */
static void clean(char *text)
{
	while (*text) {
		size_t length = text_utf8_length(text);
		unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];

		if (!length || first < ' ' || first == 0x7f || (first == 0xc2 && second < 0xa0)) {
			*text = '?';
			length = 1;
		}
		text += length;
	}
}

static bool take_field(const struct field *field, unsigned char *at)
{
	size_t width = field->type == TYPE_DOUBLES ? sizeof(double) : field->size;

	if (field->type == TYPE_WORD || field->type == TYPE_SENTENCE) {
		if (!memchr(at, '\0', field->size))
			return false;
		if (field->type == TYPE_WORD)
			return is_word((const char *)at);
		clean((char *)at);
		return true;
	}
	for (size_t i = 0; i < field->size; i += width) {
		double number = number_at(at + i, field->type);

		if (!(number >= field->least && number <= field->most))
			return false;
	}
	return true;
}

/* The name of the first impossible field; NULL: there is none. */
static const char *take_fields(const struct field *fields, size_t count, void *object)
{
	for (size_t i = 0; i < count; i++) {
		if (!take_field(&fields[i], (unsigned char *)object + fields[i].offset))
			return fields[i].name;
	}
	return NULL;
}

/* Keeps the compiler from reading the source again, which may have changed. */
static void copy_once(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	__asm__ volatile("" : : "r"(to) : "memory");
}

/* Clears the jobs and loads after the last one, and the fields that only the parent fills. */
static void empty_the_rest(struct probe_result *result)
{
	memset(&result->jobs[result->job_count], 0,
	       (PROBE_JOBS - result->job_count) * sizeof(result->jobs[0]));
	memset(&result->loads[result->load_count], 0,
	       (ENVELOPE_LOADS - result->load_count) * sizeof(result->loads[0]));
	memset(result->invalid, 0, sizeof(result->invalid));
	memset(&result->quota_known, 0, sizeof(result->quota_known));
	result->elapsed_s = 0;
}

static const char *take_load(struct envelope_load *load)
{
	const char *wrong = take_fields(load_fields, ROWS(load_fields), load);

	if (wrong)
		return wrong;
	memset(&load->points[load->point_count], 0,
	       (ENVELOPE_POINTS - load->point_count) * sizeof(load->points[0]));
	for (unsigned i = 0; !wrong && i < load->point_count; i++)
		wrong = take_fields(point_fields, ROWS(point_fields), &load->points[i]);
	return wrong;
}

/* Their logarithms are taken. */
static const char *take_distances(const struct probe_distances *distances)
{
	const double *values = distances->values[0][0];

	for (unsigned i = 0; i < distances->block_count * DISTANCE_PHASES * DISTANCE_FIGURES; i++) {
		if (!(values[i] > 0))
			return "distances.values";
	}
	return NULL;
}

int result_take(const struct probe_result *shared, struct probe_result *ret, struct err *err)
{
	const char *wrong;
	unsigned job = 0, load = 0;

	copy_once(ret, shared, sizeof(*ret));
	wrong = take_fields(head_fields, ROWS(head_fields), ret);
	if (!wrong) {
		empty_the_rest(ret);
		wrong = take_distances(&ret->distances);
	}
	for (; !wrong && job < ret->job_count; job++)
		wrong = take_fields(job_fields, ROWS(job_fields), &ret->jobs[job]);
	for (; !wrong && load < ret->load_count; load++)
		wrong = take_load(&ret->loads[load]);
	if (!wrong)
		return 0;
	memset(ret, 0, sizeof(*ret));
	return err_set(err, -EPROTO,
		       "the probe returned an impossible result, so all of it is dropped: %s%s",
		       wrong,
		       load  ? " of a load"
		       : job ? " of a job"
			     : "");
}

void result_now(const struct probe_result *shared, struct probe_now *now)
{
	unsigned jobs = __atomic_load_n(&shared->job_count, __ATOMIC_RELAXED);
	unsigned loads = __atomic_load_n(&shared->load_count, __ATOMIC_RELAXED);
	uint64_t rate = __atomic_load_n(&shared->rate_now, __ATOMIC_RELAXED);

	copy_once(now->stage, shared->stage, PROBE_NAME);
	now->stage[PROBE_NAME - 1] = '\0';
	if (!is_word(now->stage))
		(void)snprintf(now->stage, PROBE_NAME, "?");
	now->job = jobs <= now->jobs && !loads ? jobs : 0;
	now->rate = (double)rate <= MOST_RATE ? rate : 0;
}
