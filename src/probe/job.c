/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one job: hires its lanes, waits until the rate has settled, and works out the figures. */
#include "probe/job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/lane.h"
#include "probe/scratch.h"

/* The depth of a shard in Seastar's own measurement. For less depth, a second thread costs more
 * than it gains. */
enum {
	depth_a_lane = 128,
	most_lanes = 64,
	mixed_block = 128 * 1024,
	mixed_depth = 4,
	halves_block = 16 * 1024
};

struct crew {
	struct run_of_job run;
	struct lane **lanes;
	unsigned count, measured; /* the first lanes are measured, the rest is background load */
	uint64_t deadline;
	uint64_t request_ns; /* for each request in an earlier job of this kind; 0: unknown */
	uint64_t *rate_now;  /* of the bench */
	uint64_t *done_now;  /* of the bench */
	const struct open_step *open; /* NULL: a closed loop */
	bool is_cut;                  /* the deadline ended it */
};

static struct lane *lane_new(const struct bench *bench, struct crew *crew)
{
	struct lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return NULL;
	lane->run = &crew->run;
	lane->engine = bench->engine;
	lane->random = random_new(bench->seed + ((uint64_t)bench->runs << 32) + crew->count);
	lane->seed = bench->seed;
	lane->verify = bench->request->verify && !bench->request->file;
	lane->bytes = bench->bytes;
	lane->queue.fd = bench->fd;
	lane->queue.numa = bench->numa;
	if (crew->open) {
		lane->is_open = true;
		lane->limit_ns = crew->open->limit_ns;
	}
	crew->lanes[crew->count++] = lane;
	return lane;
}

/* How many completions are taken at once, and followed by as many new requests. Shallow jobs
 * measure latency: one. Deep ones on a disk take what is there, but few, so that the disk never
 * waits for requests while the thread looks at a long row of answers. The page cache has all of its
 * answers at once, and then a system call for each few would be most of the work
 * (docs/performance.md). So have the many that an open loop sends at one moment. */
static unsigned most_of(const struct bench *bench, const struct crew *crew, unsigned depth)
{
	enum { shallow = 8, few = 4 };

	if (depth < shallow && !crew->open)
		return 1;
	return bench->request->buffered || crew->open ? depth : few;
}

static int hire_append(const struct bench *bench, unsigned block_bytes, struct crew *crew)
{
	struct lane *lane = lane_new(bench, crew);
	int r;

	if (!lane)
		return -ENOMEM;
	lane->is_append = true;
	lane->queue.fd = -1;
	r = scratch_make(bench->directory, &lane->queue.fd, NULL);
	if (r == 0 && !bench->request->buffered)
		r = probe_make_direct(lane->queue.fd);
	if (r < 0)
		return r;
	lane->queue.depth = 1;
	lane->queue.block_bytes = block_bytes;
	lane->queue.is_write = true;
	return 0;
}

static int hire_appenders(const struct bench *bench, unsigned count, unsigned block_bytes,
			  struct crew *crew)
{
	int r = 0;

	for (unsigned i = 0; i < count && r == 0; i++)
		r = hire_append(bench, block_bytes, crew);
	return r;
}

static int hire_background(const struct bench *bench, struct crew *crew)
{
	struct lane *lane = lane_new(bench, crew);

	if (!lane)
		return -ENOMEM;
	lane->queue.depth = mixed_depth;
	lane->queue.block_bytes = mixed_block;
	lane->queue.is_write = true;
	lane->queue.most = 1;
	lane->rate = bench->write_bandwidth / 2;
	return 0;
}

unsigned job_lanes(const struct spec *spec, unsigned cpus)
{
	unsigned count = spec->lanes            ? spec->lanes
			 : spec_is_random(spec) ? spec->depth / depth_a_lane
						: 1;

	count = count > cpus ? cpus : count;
	return count > most_lanes ? most_lanes : count ? count : 1;
}

static int hire(const struct bench *bench, const struct spec *spec, struct crew *crew)
{
	unsigned count = job_lanes(spec, bench->cpus);
	unsigned appenders = spec->appenders ? spec->appenders : 1;

	crew->lanes = (struct lane **)calloc(count + appenders, sizeof(*crew->lanes));
	if (!crew->lanes)
		return -ENOMEM;
	crew->measured = count;
	if (spec->pattern == PATTERN_APPEND) {
		crew->measured = appenders;
		return hire_appenders(bench, appenders, spec->block_bytes, crew);
	}
	for (unsigned i = 0; i < count; i++) {
		struct lane *lane = lane_new(bench, crew);

		if (!lane)
			return -ENOMEM;
		lane->queue.depth = spec->depth / count + (i < spec->depth % count);
		lane->queue.block_bytes = spec->block_bytes;
		lane->queue.is_write = spec_is_write(spec);
		lane->is_random = spec_is_random(spec);
		lane->once = spec->is_prefill;
		lane->queue.most = most_of(bench, crew, lane->queue.depth);
	}
	if (spec->pattern == PATTERN_HALVES) {
		crew->measured += appenders;
		return hire_appenders(bench, appenders, halves_block, crew);
	}
	return spec->pattern == PATTERN_MIXED ? hire_background(bench, crew) : 0;
}

/* Each lane gets its part of the requests, reads and appends half of them if there are both. */
static void share_rate(struct crew *crew)
{
	unsigned appenders = 0, readers;

	for (unsigned i = 0; i < crew->count; i++)
		appenders += crew->lanes[i]->is_append;
	readers = crew->count - appenders;
	for (unsigned i = 0; i < crew->count; i++) {
		struct lane *lane = crew->lanes[i];
		double all = crew->open->rate / (readers && appenders ? 2 : 1);

		lane->arrival_rate = all / (lane->is_append ? appenders : readers);
	}
}

static void dismiss(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++) {
		if (crew->lanes[i]->is_append && crew->lanes[i]->queue.fd >= 0)
			(void)close(crew->lanes[i]->queue.fd);
		free(crew->lanes[i]);
	}
	free((void *)crew->lanes);
}

/* Starts the threads and waits until all queues are open. After a failure no thread is left. */
static int start(struct crew *crew)
{
	struct run_of_job *run = &crew->run;
	unsigned started = 0;
	int r = 0;

	(void)pthread_mutex_init(&run->lock, NULL);
	(void)pthread_cond_init(&run->changed, NULL);
	run->until_ns = UINT64_MAX;
	run->running = crew->count;
	while (started < crew->count && r == 0) {
		struct lane *lane = crew->lanes[started];

		r = -pthread_create(&lane->thread, NULL, lane->is_append ? lane_append : lane_run,
				    lane);
		started += r == 0;
	}
	pthread_mutex_lock(&run->lock);
	while (run->ready < started)
		pthread_cond_wait(&run->changed, &run->lock);
	run->start_ns = now_ns();
	run->measure_ns = run->start_ns + WINDOW_NS;
	run->go = r == 0;
	run->leave = r < 0;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	for (unsigned i = 0; i < started && r < 0; i++)
		(void)pthread_join(crew->lanes[i]->thread, NULL);
	return r;
}

/* Requests of the measured lanes in each full window but the first, which is the lead-in. */
static size_t windows_of(const struct crew *crew, uint64_t now, uint64_t *windows)
{
	size_t full = (size_t)((now - crew->run.start_ns) / WINDOW_NS);
	size_t count = full > 1 ? full - 1 : 0;

	if (count > NOISE_WINDOWS - 1)
		count = NOISE_WINDOWS - 1;
	for (size_t i = 0; i < count; i++) {
		windows[i] = 0;
		for (unsigned j = 0; j < crew->measured; j++)
			windows[i] +=
			    __atomic_load_n(&crew->lanes[j]->windows[i + 1], __ATOMIC_RELAXED);
	}
	return count;
}

static uint64_t done_of(const struct crew *crew, unsigned count)
{
	uint64_t done = 0;

	for (unsigned i = 0; i < count; i++)
		done += __atomic_load_n(&crew->lanes[i]->done, __ATOMIC_RELAXED);
	return done;
}

/* How long it takes until all requests in flight have come back: at the rate so far, or at that of
 * an earlier job if it was lower, since a limiter may let the first requests through. Before the
 * first one has come back no more are submitted. */
static uint64_t drain_ns(const struct crew *crew, uint64_t now)
{
	uint64_t longest = 0, all = 0;

	for (unsigned i = 0; i < crew->count; i++) {
		const struct lane *lane = crew->lanes[i];
		uint64_t done = __atomic_load_n(&lane->done, __ATOMIC_RELAXED);
		uint64_t in_flight = __atomic_load_n(&lane->in_flight, __ATOMIC_RELAXED);
		uint64_t drain = done ? (now - crew->run.start_ns) / done * in_flight : 0;

		longest = drain > longest ? drain : longest;
		all += in_flight;
	}
	return all * crew->request_ns > longest ? all * crew->request_ns : longest;
}

/* Tells what has come back, and the rate of the last second or so, for whoever waits. */
static void tell_progress(const struct crew *crew, uint64_t now)
{
	enum { SHOWN = 10 };
	uint64_t windows[NOISE_WINDOWS], requests = 0;
	size_t count = windows_of(crew, now, windows), shown;

	__atomic_store_n(crew->done_now, done_of(crew, crew->count), __ATOMIC_RELAXED);
	if (!count)
		return;
	shown = count < SHOWN ? count : SHOWN;
	for (size_t i = count - shown; i < count; i++)
		requests += windows[i];
	__atomic_store_n(crew->rate_now, requests * SECOND / (shown * WINDOW_NS), __ATOMIC_RELAXED);
}

/* More requests were slow than the step of an open loop may have. */
static bool is_lost(const struct crew *crew)
{
	uint64_t over = 0;

	for (unsigned i = 0; i < crew->count && crew->open; i++)
		over += __atomic_load_n(&crew->lanes[i]->over, __ATOMIC_RELAXED);
	return crew->open && over > crew->open->most_over;
}

/* False if the lanes have ended (all is written, or an error), or must end now: requests in flight
 * would not come back before the deadline, or a step is lost. */
static bool wait_until(struct crew *crew, uint64_t when)
{
	for (;;) {
		uint64_t now = now_ns(), next = now + 20 * MS;

		if (__atomic_load_n(&crew->run.running, __ATOMIC_RELAXED) < crew->count)
			return false;
		crew->is_cut = now + drain_ns(crew, now) >= crew->deadline;
		if (crew->is_cut)
			return false;
		if (is_lost(crew))
			return false;
		tell_progress(crew, now);
		if (now >= when)
			return true;
		sleep_until(next < when ? next : when);
	}
}

/* Whether a job of single requests has too few of them after the lead-in for a p99. */
static bool are_few(const struct crew *crew, const struct spec *spec)
{
	uint64_t lead_in = __atomic_load_n(&crew->lanes[0]->windows[0], __ATOMIC_RELAXED);

	return spec->depth <= 1 && done_of(crew, 1) < lead_in + PERCENTILE_SAMPLES;
}

/* Measures for the run time, and then in quarters of it until the rate, and the latency of single
 * requests, are known well enough. */
static void measure(struct crew *crew, const struct spec *spec, uint64_t runtime, uint64_t latest)
{
	uint64_t end = crew->run.measure_ns + runtime;
	uint64_t windows[NOISE_WINDOWS];

	while (wait_until(crew, end)) {
		struct noise noise = noise_of(windows, windows_of(crew, end, windows));

		if (spec->is_prefill || end + runtime / 4 > latest ||
		    (!noise.noisy && !noise.burst && !are_few(crew, spec)))
			break;
		end += runtime / 4;
	}
	__atomic_store_n(&crew->run.until_ns, now_ns(), __ATOMIC_RELAXED);
}

static struct latency latency_of(const struct histogram *histogram)
{
	return (struct latency){
	    .count = histogram->count,
	    .p50 = histogram_percentile(histogram, 0.5),
	    .p90 = histogram_percentile(histogram, 0.9),
	    .p99 = histogram_percentile(histogram, 0.99),
	    .p99_9 = histogram_percentile(histogram, 0.999),
	    .max = histogram->max,
	};
}

/* A moment of a running job. */
struct moment {
	struct sample sample;
	uint64_t requests; /* done by the measured lanes */
	double bytes;      /* moved by all lanes */
};

static struct moment look(const struct bench *bench, const struct crew *crew)
{
	struct moment moment = {
	    .sample = sample_take(&bench->counters, bench->arena),
	    .requests = done_of(crew, crew->measured),
	};

	for (unsigned i = 0; i < crew->count; i++)
		moment.bytes += (double)__atomic_load_n(&crew->lanes[i]->done, __ATOMIC_RELAXED) *
				crew->lanes[i]->queue.block_bytes;
	return moment;
}

/* is_alone: there was no background load, so all CPU time is that of these requests. */
static void fill_costs(const struct moment *from, const struct moment *to, bool is_alone,
		       struct probe_job *job)
{
	const struct sample *before = &from->sample, *after = &to->sample;
	double seconds = (double)job->duration_ms / 1000;

	job->steal = -1;
	if (is_alone && to->requests > from->requests)
		job->cpu_ns_per_io = (double)(after->cpu_ns - before->cpu_ns) /
				     (double)(to->requests - from->requests);
	/* Steal time runs backwards under some hypervisors, and the disks' counters may wrap. */
	if (before->ticks && after->ticks > before->ticks && after->steal >= before->steal)
		job->steal =
		    (double)(after->steal - before->steal) / (double)(after->ticks - before->ticks);
	job->foreign = -1;
	if (before->disks_known && after->disks_known && seconds > 0 &&
	    after->disk_bytes >= before->disk_bytes) {
		job->foreign =
		    ((double)(after->disk_bytes - before->disk_bytes) - (to->bytes - from->bytes)) /
		    seconds;
		job->foreign = job->foreign > 0 ? job->foreign : 0;
	}
}

/* Says why the rate did not settle, as far as can be seen here. */
static void explain(struct probe_job *job)
{
	int at = 0;

	if (job->burst)
		at = snprintf(job->remark, sizeof(job->remark),
			      "the rate fell by %.0f %% while it was measured: a burst allowance, "
			      "or a cache that filled up",
			      job->fall / (1 + job->fall / 2) * 100);
	else if (job->noisy && job->uncertainty <= 0)
		at = snprintf(job->remark, sizeof(job->remark),
			      "too short to tell how well the rate is known");
	else if (job->noisy)
		at = snprintf(job->remark, sizeof(job->remark),
			      "the rate is known only to +-%.0f %%", job->uncertainty * 100);
	if (at <= 0)
		return;
	if (job->steal > 0.02)
		at += snprintf(job->remark + at, sizeof(job->remark) - (size_t)at,
			       "; the hypervisor took %.0f %% of the CPU time", job->steal * 100);
	if (job->foreign > 0.05 * job->bandwidth && job->foreign > 1e6)
		(void)snprintf(job->remark + at, sizeof(job->remark) - (size_t)at,
			       "; other programs moved %.1f MB/s on the disk", job->foreign / 1e6);
}

/* Requests by time, lead-in included. A prefill ends when all is written, even after few windows;
 * another job may be too short for a window, or so slow that no request ends in one. */
static void rate_as_a_whole(const struct crew *crew, uint64_t end, struct probe_job *job)
{
	job->iops = job->iops_quartile =
	    (double)job->requests * (double)SECOND / (double)(end - crew->run.start_ns);
	job->bandwidth = job->iops * job->block_bytes;
}

static void fill_rates(struct crew *crew, uint64_t end, struct probe_job *job)
{
	uint64_t windows[NOISE_WINDOWS];
	size_t count = windows_of(crew, end, windows), each;
	struct noise noise = noise_of(windows, count);
	double windows_a_second = (double)SECOND / (double)WINDOW_NS;

	job->iops = noise.mean * windows_a_second;
	job->iops_quartile = noise.lower_quartile * windows_a_second;
	job->deviation = noise.deviation;
	job->uncertainty = noise.error;
	job->fall = noise.fall;
	job->noisy = noise.noisy;
	job->burst = noise.burst;
	job->bandwidth = job->iops * job->block_bytes;
	job->rate_count = (unsigned)noise_points(windows, count, job->rates, PROBE_RATES, &each);
	job->rate_ms = (unsigned)(each * WINDOW_NS / MS);
	for (unsigned i = 0; i < job->rate_count; i++)
		job->rates[i] *= windows_a_second;
	if (job->iops <= 0)
		rate_as_a_whole(crew, now_ns(), job);
}

static void fill_errors(const struct crew *crew, struct probe_job *job)
{
	for (unsigned i = 0; i < crew->count; i++) {
		const struct lane *lane = crew->lanes[i];

		if (!lane->error || job->error)
			continue;
		job->state = JOB_FAILED;
		job->error = lane->error;
		job->error_offset = lane->error_offset;
		if (lane->unopened)
			(void)snprintf(job->remark, sizeof(job->remark),
				       "cannot open a queue of depth %u: %s", lane->queue.depth,
				       err_words(lane->error));
		else
			(void)snprintf(
			    job->remark, sizeof(job->remark), "%s at offset %" PRIu64 ": %s",
			    lane->queue.is_write ? "a write" : "a read", lane->error_offset,
			    lane->error == -EBADMSG ? "the block holds other data"
						    : err_words(lane->error));
	}
}

static void conclude(struct crew *crew, uint64_t end, struct probe_job *job)
{
	struct histogram *latency = calloc(1, sizeof(*latency)), *sync = calloc(1, sizeof(*sync));

	if (!latency || !sync)
		abort();
	for (unsigned i = 0; i < crew->measured; i++) {
		histogram_merge(latency, &crew->lanes[i]->latency);
		histogram_merge(sync, &crew->lanes[i]->sync);
	}
	job->state = JOB_DONE;
	job->latency = latency_of(latency);
	job->sync = latency_of(sync);
	job->requests = done_of(crew, crew->measured);
	if (crew->lanes[0]->engine == &engine_uring && text_equal(job->engine, engine_uring.name))
		job->registered = crew->lanes[0]->queue.buffers_unregistered ? TRI_NO : TRI_YES;
	fill_rates(crew, end, job);
	free(latency);
	free(sync);
}

static void describe(const struct bench *bench, const struct spec *spec, const struct crew *crew,
		     struct probe_job *job)
{
	bool appends = spec->pattern == PATTERN_APPEND;

	(void)snprintf(job->name, sizeof(job->name), "%s", spec->name);
	(void)snprintf(job->engine, sizeof(job->engine), "%s",
		       appends ? "pwrite" : bench->engine->name);
	job->block_bytes = spec->block_bytes;
	job->depth = spec->depth;
	job->threads = crew->measured;
	job->registered = TRI_UNKNOWN;
	job->reap = crew->count && !appends ? crew->lanes[0]->queue.most : 1;
}

/* Measures while the crew works, and fills the job. */
static void watch(struct bench *bench, const struct spec *spec, struct crew *crew,
		  uint64_t runtime_ns, uint64_t latest_ns, struct probe_job *job)
{
	struct moment from, to;
	uint64_t end;

	(void)wait_until(crew, crew->run.measure_ns);
	from = look(bench, crew);
	measure(crew, spec, runtime_ns, latest_ns);
	to = look(bench, crew);
	end = now_ns();
	for (unsigned i = 0; i < crew->count; i++)
		(void)pthread_join(crew->lanes[i]->thread, NULL);
	job->duration_ms = end > crew->run.measure_ns ? (end - crew->run.measure_ns) / MS : 0;
	conclude(crew, end, job);
	fill_costs(&from, &to, crew->count == crew->measured, job);
	/* Unknown if the disks move other amounts than the job: an append also writes the file
	 * system's journal, the page cache moves nothing, mirrors and parity move more. */
	if (spec->pattern == PATTERN_APPEND || bench->request->buffered ||
	    !bench->request->writes_once)
		job->foreign = -1;
	if (spec->is_prefill) {
		job->noisy = false;
		rate_as_a_whole(crew, now_ns(), job);
	}
	explain(job);
	if (!job->remark[0] && crew->lanes[0]->window &&
	    crew->lanes[0]->window < crew->lanes[0]->queue.depth)
		(void)snprintf(job->remark, sizeof(job->remark),
			       "too slow to reach its depth in this time: %u of %u",
			       crew->lanes[0]->window, crew->lanes[0]->queue.depth);
	fill_errors(crew, job);
	job->out_of_time = job->state == JOB_DONE && crew->is_cut;
	if (spec->is_prefill)
		bench->bytes = crew->lanes[0]->next_bytes & ~(UINT64_C(1048576) - 1);
}

/* What an open loop saw, of all lanes. */
static void fill_point(const struct crew *crew, const struct probe_job *job,
		       struct envelope_point *point)
{
	struct histogram *latency = calloc(1, sizeof(*latency)), *late = calloc(1, sizeof(*late));

	if (!latency || !late)
		abort();
	for (unsigned i = 0; i < crew->count; i++) {
		const struct lane *lane = crew->lanes[i];

		histogram_merge(latency, &lane->latency);
		histogram_merge(late, &lane->late);
		point->over += lane->over;
		point->blocked += lane->blocked;
	}
	point->rate = crew->open->rate;
	point->done = job->iops;
	point->duration_ms = job->duration_ms;
	point->count = latency->count;
	point->p50 = histogram_percentile(latency, 0.5);
	point->p99 = histogram_percentile(latency, 0.99);
	point->p99_9 = histogram_percentile(latency, 0.999);
	point->p99_99 = histogram_percentile(latency, 0.9999);
	point->max = latency->max;
	point->late = histogram_percentile(late, crew->open->share);
	free(latency);
	free(late);
}

static void run_once(struct bench *bench, const struct spec *spec, const struct open_step *open,
		     uint64_t runtime_ns, uint64_t latest_ns, struct probe_job *job)
{
	bool is_small = spec_is_random(spec) && spec->block_bytes == 4096;
	struct crew crew = {.open = open,
			    .deadline = spec->is_prefill ? now_ns() + runtime_ns : bench->deadline,
			    .rate_now = bench->rate_now,
			    .done_now = bench->done_now,
			    .request_ns = is_small ? bench->request_ns : 0};
	int r;

	bench->runs++;
	r = hire(bench, spec, &crew);
	if (r == 0 && open)
		share_rate(&crew);
	describe(bench, spec, &crew, job);
	if (r == 0)
		r = start(&crew);
	if (r == 0) {
		watch(bench, spec, &crew, runtime_ns, latest_ns, job);
		if (open)
			fill_point(&crew, job, open->point);
		else if (is_small && job->iops > 0)
			bench->request_ns = (uint64_t)((double)SECOND / job->iops);
	} else {
		job->state = JOB_FAILED;
		job->error = r;
		(void)snprintf(job->remark, sizeof(job->remark), "cannot start: %s", err_words(r));
	}
	dismiss(&crew);
}

void job_run(struct bench *bench, const struct spec *spec, uint64_t runtime_ns, uint64_t latest_ns,
	     struct probe_job *job)
{
	run_once(bench, spec, NULL, runtime_ns, latest_ns, job);
}

void job_run_open(struct bench *bench, const struct spec *spec, const struct open_step *step,
		  uint64_t runtime_ns, struct probe_job *job)
{
	run_once(bench, spec, step, runtime_ns, 0, job);
}
