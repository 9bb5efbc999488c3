/* SPDX-License-Identifier: Apache-2.0 */
/* The child process of the probe: prepares, gives up its rights, proves direct I/O, runs the jobs.
 */
#include "probe/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/aio_room.h"
#include "probe/clock.h"
#include "probe/direct_io.h"
#include "probe/distance.h"
#include "probe/envelope.h"
#include "probe/job.h"
#include "probe/near.h"
#include "probe/random.h"
#include "probe/sandbox.h"
#include "probe/scratch.h"
#include "sys/become.h"
#include "sys/confine.h"
#include "sys/signals.h"

#define MIB UINT64_C(1048576)

static const struct {
	uint64_t budget_ns, most_bytes, runtime_ns;
} modes[] = {
    [PROBE_QUICK] = {10 * SECOND, 1024 * MIB, 700 * MS},
    [PROBE_DEFAULT] = {30 * SECOND, 2048 * MIB, 1200 * MS},
    [PROBE_FULL] = {120 * SECOND, 4096 * MIB, 6000 * MS},
};

enum { least_mib = 16, end_ms = 400, prefill_depth = 16, prefill_block = 128 * 1024 };

static uint64_t jobs_budget_ns(const struct probe_request *request)
{
	uint64_t asked =
	    request->runtime_us * 1000 * (request->jobs.count ? request->jobs.count : 20);

	return modes[request->mode].budget_ns + (request->runtime_us ? 2 * asked : 0);
}

uint64_t probe_budget_ns(const struct probe_request *request)
{
	return jobs_budget_ns(request) + distance_budget_ns(request) + envelope_budget_ns(request);
}

int probe_size(const struct probe_request *request, uint64_t *ret, struct err *err)
{
	uint64_t room = request->dir->free_bytes, bytes = request->size_bytes;

	if (bytes > room / 2)
		return err_set(err, -EINVAL,
			       "--size is more than half of the %" PRIu64 " MiB that are free",
			       room / MIB);
	if (!bytes) {
		bytes = room / 20;
		if (bytes > modes[request->mode].most_bytes)
			bytes = modes[request->mode].most_bytes;
	}
	bytes &= ~(MIB - 1);
	if (bytes < least_mib * MIB)
		return err_set(err, request->size_bytes ? -EINVAL : -ENOSPC,
			       request->size_bytes
				   ? "--size is less than %d MiB"
				   : "5 %% of the free space is less than the %d MiB that a "
				     "measurement takes",
			       least_mib);
	*ret = bytes;
	return 0;
}

static void set_stage(struct probe_result *result, const char *stage)
{
	(void)snprintf(result->stage, sizeof(result->stage), "%s", stage);
}

static int fail(struct probe_result *result, const struct err *err)
{
	result->error = err->code;
	(void)snprintf(result->failure, sizeof(result->failure), "%.*s", PROBE_SENTENCE - 1,
		       err->text);
	return err->code;
}

/* Done before the change of user: libnuma reads files that the owner may not see. */
static void settle(struct bench *bench, struct probe_numa *numa)
{
	const struct probe_near *near = &bench->request->near;

	if (near->note)
		(void)snprintf(numa->note, sizeof(numa->note), "%s", near->note);
	if (near->node < 0)
		return;
	near_settle(near, numa);
	if (numa->available == TRI_YES)
		bench->numa = numa;
}

static unsigned allowed_cpus(void)
{
	enum { most_cpus = 8192 };
	cpu_set_t *set = CPU_ALLOC(most_cpus);
	size_t size = CPU_ALLOC_SIZE(most_cpus);
	int count = 1;

	if (set && sched_getaffinity(0, size, set) == 0)
		count = CPU_COUNT_S(size, set);
	if (set)
		CPU_FREE(set);
	return count > 0 ? (unsigned)count : 1;
}

/* Opens the file of --file. */
static int open_named(struct bench *bench, struct err *err)
{
	const char *path = bench->request->file;
	int r = probe_open_file(path, &bench->fd, &bench->bytes, err);

	if (r == 0 && !bench->request->buffered && probe_make_direct(bench->fd) < 0)
		r = err_set(err, -EINVAL, "'%s' cannot be read with O_DIRECT", path);
	if (r == 0 && bench->bytes < least_mib * MIB)
		r = err_set(err, -EINVAL, "'%s' holds less than %d MiB", path, least_mib);
	bench->bytes &= ~(MIB - 1);
	return r;
}

/* Makes the scratch file, proves direct I/O on it, and allocates its space. */
static int open_scratch(struct bench *bench, struct probe_result *result, uint64_t size)
{
	const struct probe_request *request = bench->request;
	struct err err = {0};
	int r;

	set_stage(result, "direct I/O");
	r = scratch_make(bench->directory, &bench->fd, &err);
	if (r == 0)
		r = direct_io_prove(bench->arena, bench->fd, bench->account, request->dir->fs_type,
				    &result->direct, &err);
	if (r < 0)
		return fail(result, &err);
	if (!size || (result->direct.proof == PROOF_REFUTED && !request->measure_anyway &&
		      !request->buffered))
		return 0;
	if (request->buffered && fcntl(bench->fd, F_SETFL, 0) < 0)
		r = -errno;
	if (r == 0 && ftruncate(bench->fd, 0) < 0)
		r = -errno;
	if (r == 0)
		r = scratch_allocate(bench->fd, size);
	if (r < 0) {
		(void)err_set(&err, r, "cannot allocate %" PRIu64 " MiB in %s: %s", size / MIB,
			      request->dir->path, err_words(r));
		return fail(result, &err);
	}
	bench->bytes = size;
	return 0;
}

/* Chooses the engine by trials on the first 128 KiB, before the rest is written. */
static int choose_engine(struct bench *bench, const specs *list, struct probe_result *result)
{
	static const size_t bytes = 128 * 1024;
	struct random random = random_new(bench->seed);
	struct engine_need need = {
	    .depth = bench->request->envelope ? ENVELOPE_DEPTH : prefill_depth, .queues = 1};
	struct err err = {0};
	void *memory = NULL;
	int r = 0;

	vec_for_each (spec, list) {
		unsigned lanes = job_lanes(spec, bench->cpus);

		if (spec->depth > need.depth * need.queues)
			need = (struct engine_need){.depth = (spec->depth + lanes - 1) / lanes,
						    .queues = lanes};
	}
	set_stage(result, "engine");
	if (!bench->request->file) {
		if (posix_memalign(&memory, 4096, bytes) != 0)
			return fail(result, &(struct err){.code = -ENOMEM, .text = "no memory"});
		random_fill(&random, memory, bytes);
		r = scratch_write_start(bench->fd, memory, bytes);
		if (r < 0)
			(void)err_set(&err, r, "cannot write the scratch file: %s", err_words(r));
		free(memory);
	}
	if (r == 0) {
		r = engine_choose(bench->fd, &need, bench->request->engine, &bench->engine,
				  result->engine_reason, sizeof(result->engine_reason));
		if (r < 0)
			(void)err_set(&err, r, "no engine works here: %s", result->engine_reason);
	}
	if (r < 0)
		return fail(result, &err);
	(void)snprintf(result->engine, sizeof(result->engine), "%s", bench->engine->name);
	return 0;
}

static struct probe_job *next_job(struct probe_result *result, const char *name)
{
	struct probe_job *job = &result->jobs[result->job_count++];

	__atomic_store_n(&result->rate_now, 0, __ATOMIC_RELAXED);
	(void)snprintf(job->name, sizeof(job->name), "%s", name);
	set_stage(result, name);
	return job;
}

/* Takes a fifth of the time at most. What is not written by then is not part of the working set. */
static int prefill(struct bench *bench, struct probe_result *result, uint64_t budget)
{
	struct spec spec = {.name = "prefill",
			    .pattern = PATTERN_WRITE,
			    .block_bytes = prefill_block,
			    .depth = prefill_depth,
			    .is_prefill = true};
	struct probe_job *job = next_job(result, spec.name);
	struct err err = {0};

	job_run(bench, &spec, budget / 5, 0, job);
	bench->write_bandwidth = job->bandwidth;
	if (job->state != JOB_FAILED)
		return 0;
	(void)err_set(&err, job->error, "the scratch file: %s", job->remark);
	return fail(result, &err);
}

static void skip_job(struct probe_job *job, const char *why)
{
	job->state = JOB_SKIPPED;
	(void)snprintf(job->remark, sizeof(job->remark), "%.*s", (int)sizeof(job->remark) - 1, why);
}

static void skip_all(const specs *list, struct probe_result *result, const char *why)
{
	vec_for_each (spec, list)
		skip_job(next_job(result, spec->name), why);
}

static bool is_bandwidth_write(const struct spec *spec)
{
	return spec->pattern == PATTERN_WRITE && spec->block_bytes >= 128 * 1024;
}

/* Each job gets its whole time while there is some left, so the jobs that decide come first. */
static void run_jobs(struct bench *bench, const specs *list, struct probe_result *result)
{
	static const uint64_t overhead = 200 * MS, least_time = 400 * MS;
	uint64_t runtime = modes[bench->request->mode].runtime_ns, deadline = bench->deadline;
	size_t left = list->count;

	if (bench->request->runtime_us)
		runtime = bench->request->runtime_us * 1000;
	vec_for_each (spec, list) {
		bool reads = spec->pattern == PATTERN_READ || spec->pattern == PATTERN_RANDREAD;
		struct probe_job *job = next_job(result, spec->name);
		uint64_t now = now_ns(), mine = runtime, latest;
		uint64_t rest = deadline > now ? deadline - now : 0;

		left--;
		if (bench->request->file && !reads) {
			skip_job(job, "--file is only read");
			continue;
		}
		job->out_of_time =
		    rest < least_time || (bench->bytes < MIB && spec->pattern != PATTERN_APPEND);
		if (job->out_of_time) {
			skip_job(job, rest < least_time ? "no time was left for it"
							: "not even 1 MiB was written for it");
			continue;
		}
		/* This includes lead-in and clean-up. */
		if (mine > rest - overhead)
			mine = rest - overhead;
		latest = left * (runtime + overhead) < deadline
			     ? deadline - left * (runtime + overhead)
			     : 0;
		/* A job that never settles must not use up the time that others need to settle. */
		if (latest > now + 3 * mine)
			latest = now + 3 * mine;
		if (bench->request->runtime_us)
			latest = 0;
		job_run(bench, spec, mine, latest, job);
		job->out_of_time |= job->state == JOB_DONE && mine < runtime;
		if (is_bandwidth_write(spec) && job->bandwidth > 0)
			bench->write_bandwidth = job->bandwidth;
		if (job->error && !result->error) {
			result->error = job->error;
			(void)snprintf(result->failure, sizeof(result->failure), "%s: %.400s",
				       job->name, job->remark);
		}
	}
}

static void measure(struct bench *bench, struct probe_result *result, uint64_t started)
{
	const struct probe_request *request = bench->request;
	uint64_t budget = jobs_budget_ns(request);
	struct err err = {0};
	uint64_t size = 0;
	specs list;
	int r;

	bench->deadline = started + budget - end_ms * MS;
	r = spec_list(bench->arena, request, &list, &err);
	if (r == 0 && !request->file && !request->proof_only)
		r = probe_size(request, &size, &err);
	/* A disk without room for figures has enough for the proofs, which decide. */
	if (r < 0 && r != -ENOSPC) {
		(void)fail(result, &err);
		return;
	}
	if (!request->file && open_scratch(bench, result, size) < 0)
		return;
	set_stage(result, "io_setup");
	if (!request->file)
		aio_room_prove(request->shards, &request->aio, bench->bytes > 0, &result->aio);
	if (r == -ENOSPC)
		skip_all(&list, result, err.text);
	if (!bench->bytes || choose_engine(bench, &list, result) < 0)
		return;
	sandbox_narrow(bench->directory, bench->engine, &result->sandbox);
	if (!request->file && prefill(bench, result, budget) < 0)
		return;
	result->file_bytes = bench->bytes;
	run_jobs(bench, &list, result);
	bench->deadline += distance_budget_ns(request);
	distance_run(bench, result);
	if (!request->envelope)
		return;
	bench->deadline += envelope_budget_ns(request);
	envelope_run(bench, result);
}

/* As the owner of the directory: root without CAP_DAC_READ_SEARCH may see less. */
static void look_inside(struct arena *arena, const struct probe_request *request,
			struct probe_result *result)
{
	struct err err = {0};

	result->has_data = live_dir_has_data(arena, request->dir->path);
	if (!request->measure_anyway && live_dir_in_use(arena, request->dir) == TRI_YES) {
		(void)err_set(&err, -EBUSY,
			      "a running broker holds the data directory: measuring would "
			      "disturb it");
		(void)fail(result, &err);
	}
}

/* Opens what is needed later and the owner may not open. -1: there is no such file. */
static int open_all(struct bench *bench, struct err *err)
{
	const struct probe_request *request = bench->request;

	bench->account = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
	bench->counters.node = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	vec_for_each (disk, &request->disks) {
		const char *path = arena_printf(bench->arena, "%s/stat", *disk);
		int fd = -1;

		(void)!root_open_attribute(request->root, path, &fd);
		vec_push(bench->arena, &bench->counters.disks, fd);
	}
	return request->file ? open_named(bench, err)
			     : live_dir_open(request->dir, &bench->directory, err);
}

/* Closes the caller's descriptors that are not needed and becomes the owner of the data directory.
 * The copy of the caller's memory remains; become_user() keeps the owner's processes out of it. */
static int give_up_rights(struct bench *bench, int leash, struct err *err)
{
	const struct live_data_dir *dir = bench->request->dir;
	VEC(int) keep = {0};
	int r;

	vec_push(bench->arena, &keep, leash);
	vec_push(bench->arena, &keep, bench->directory);
	vec_push(bench->arena, &keep, bench->fd);
	vec_push(bench->arena, &keep, bench->account);
	vec_push(bench->arena, &keep, bench->counters.node);
	vec_for_each (disk, &bench->counters.disks)
		vec_push(bench->arena, &keep, *disk);
	r = confine_descriptors(keep.at, keep.count);
	if (r < 0)
		return err_set(err, r, "cannot close what the probe does not need: %s",
			       err_words(r));
	return become_user(dir->uid, dir->gid, leash, err);
}

void probe_child(struct arena *arena, const struct probe_request *request, int leash,
		 uint64_t started_ns, struct probe_result *result)
{
	struct bench bench = {.arena = arena,
			      .request = request,
			      .directory = -1,
			      .fd = -1,
			      .rate_now = &result->rate_now,
			      .done_now = &result->done_now,
			      .seed = started_ns};
	struct err err = {0};

	signals_leave_to_parent();
	/* The threads that send at a given moment sleep until shortly before it. */
	if (request->envelope)
		(void)prctl(PR_SET_TIMERSLACK, 1UL);
	settle(&bench, &result->numa);
	distance_prepare(&bench, &result->numa, &result->distances);
	bench.cpus = allowed_cpus();
	if (open_all(&bench, &err) < 0)
		(void)fail(result, &err);
	if (!result->error)
		sandbox_try(bench.directory, &result->sandbox);
	if (!result->error && give_up_rights(&bench, leash, &err) < 0)
		(void)fail(result, &err);
	if (!result->error)
		sandbox_enter(bench.directory, &result->sandbox);
	if (!result->error && !request->file)
		look_inside(arena, request, result);
	if (!result->error)
		measure(&bench, result, started_ns);
	set_stage(result, "done");
	result->finished = true;
	_exit(0);
}
