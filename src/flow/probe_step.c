/* SPDX-License-Identifier: Apache-2.0 */
/* One probe of the disk within a command: what is asked of it, what its answer does to the plan's
 * checks, and when an earlier result is good enough. */
#include "flow/probe_step.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "apply/probe_cache.h"
#include "base/text.h"
#include "facts/numa.h"
#include "flow/io_config.h"
#include "plan/hand_over.h"
#include "plan/waive.h"
#include "probe/distance.h"
#include "probe/sample.h"
#include "probe/search.h"
#include "report/progress.h"
#include "sys/signals.h"

/* A larger number is none that a kernel takes. */
#define MOST_REQUESTS 65536

_Static_assert(OPTIONS_STEP_LIMITS == SEARCH_STEP_LIMITS, "what is refused is what is needed");

static const char *when_of(const struct profile *profile)
{
	const struct value *value = profile_get(profile, "probe", "when");

	return value && value->operands.count ? value->operands.at[0] : "never";
}

bool probe_step_is_due(const struct options *options, const struct profile *profile)
{
	return io_config_is_due(options) || !text_equal(when_of(profile), "never");
}

/* Request ------------------------------------------------------------------------------------- */

/* Threads and buffers go to the disks' NUMA node, when they share one. */
static struct probe_near near_disks(struct arena *arena, const struct facts *facts)
{
	const struct topology *topology = &facts->topology;
	struct probe_near near = {.node = -1, .cpu_node = -1, .far_node = -1, .far_distance = -1};
	int node = -1;

	if (topology->nodes.count < 2)
		return near;
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data || disk->is_stacked)
			continue;
		if (disk->numa < 0)
			near.note = "the NUMA node of a disk is not known";
		else if (node >= 0 && disk->numa != node && !near.note)
			near.note = "the disks are on several NUMA nodes";
		node = disk->numa;
	}
	if (node < 0 && !near.note)
		near.note = "no disk is known";
	near.far_note = near.note;
	if (near.note)
		return near;
	near.node = node;
	near.cpu_node = topology_cpu_node(topology, node);
	near.far_node = topology_far_node(topology, node, near.cpu_node);
	near.far_distance = topology_distance(topology, node, near.far_node);
	if (near.far_node < 0)
		near.far_note = "no other node has CPUs, or which one is the farthest is not known";
	vec_for_each (other, &topology->nodes) {
		int distance = topology_distance(topology, node, other->os_index);

		if (distance >= 0)
			vec_push(arena, &near.distances,
				 (struct probe_distance){other->os_index, distance});
	}
	return near;
}

struct probe_request probe_step_request(struct session *session)
{
	const struct options *options = session->options;
	const struct facts *facts = &session->facts;
	struct probe_request request = {
	    .root = session->root,
	    .dir = &facts->live.data_dir,
	    .near = near_disks(session->arena, facts),
	    .shards = hand_over_next_shards(session->arena, facts, &session->request),
	    .aio = aio_need_of(&session->redpanda.flags),
	    .mode = options->full ? PROBE_FULL : PROBE_DEFAULT,
	    .jobs = options->jobs,
	    .engine = options->engine,
	    .runtime_us = options->runtime_us,
	    .size_bytes = options->size_bytes,
	    .file = options->file,
	    .buffered = options->buffered,
	    .verify = options->verify,
	    .distance = options_has_distance(options),
	    .envelope = options_has_envelope(options),
	    .limit_ns = (options->limit_us ? options->limit_us : OPTIONS_LIMIT_US) * 1000,
	    .measure_anyway = options->force,
	};

	if (!request.aio.unread)
		request.aio.unread = hand_over_unread_shards(session->arena, &session->request);
	if (options->quick || (options->command == COMMAND_RUN && !io_config_is_due(options)))
		request.mode = PROBE_QUICK;
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data || disk->is_stacked || !disk->sysfs)
			continue;
		request.leaves++;
		vec_push(session->arena, &request.disks, disk->sysfs);
		if (disk->queue_requests < MOST_REQUESTS)
			request.requests += (unsigned)disk->queue_requests;
	}
	request.writes_once = sample_writes_once(facts->data_array_level, request.leaves);
	return request;
}

/* The plan's checks --------------------------------------------------------------------------- */

static struct check *find_check(struct plan *plan, const char *id)
{
	vec_for_each (check, &plan->checks) {
		if (text_equal(check->id, id))
			return check;
	}
	return NULL;
}

static void fill_check(struct arena *arena, struct check *check, enum proof proof,
		       const char *sentence)
{
	static const enum check_state states[] = {[PROOF_UNKNOWN] = CHECK_UNKNOWN,
						  [PROOF_PROVEN] = CHECK_PASS,
						  [PROOF_REFUTED] = CHECK_FAIL};

	if (!check)
		return;
	check->state = states[proof];
	check->have = arena_strdup(arena, proof_name(proof));
	check->is_moot = false;
	check->note = sentence[0] ? arena_strdup(arena, sentence) : NULL;
}

/* is_moot: there is nothing to prove; otherwise the check is still open. */
static void skip_check(struct check *check, const char *why, bool is_moot)
{
	if (!check)
		return;
	check->state = CHECK_SKIPPED;
	check->note = why;
	check->is_moot = is_moot;
}

static bool lacks_right(int code)
{
	return code == -EACCES || code == -EPERM;
}

static const char *const aio_have[] = {
    [AIO_TOO_FEW] = "too few",
    [AIO_REFUSED] = "refused",
    [AIO_ABSENT] = "not there",
    [AIO_FAILS] = "fails",
};

static const char *nowait_word(struct arena *arena, const char *what, int answer)
{
	return arena_printf(arena, "%s %s", what,
			    answer > 0   ? "not tried"
			    : answer < 0 ? arena_printf(arena, "refused (%s)", err_name(-answer))
					 : "taken");
}

/* Redpanda marks its writes RWF_NOWAIT where it may. EAGAIN sends each to a second thread; any
 * other refusal means that they go without the mark, and its one thread waits for the disk. */
static void fill_nowait(struct session *session, const struct direct_io *direct)
{
	struct check *check = find_check(&session->plan, "nowait");
	struct arena *arena = session->arena;

	if (!check)
		return;
	check->is_moot = false;
	check->have =
	    arena_printf(arena, "%s, %s", nowait_word(arena, "overwrite", direct->nowait_write),
			 nowait_word(arena, "append", direct->nowait_append));
	check->note = NULL;
	if (direct->nowait_write < 0 || direct->nowait_append < 0) {
		check->state = CHECK_FAIL;
		check->note = "the broker's thread waits for the disk, or hands each such write to "
			      "a second one: use XFS, on a kernel and with mount options that "
			      "take them";
	} else if (direct->nowait_write || direct->nowait_append) {
		check->state = CHECK_UNKNOWN;
	} else {
		check->state = CHECK_PASS;
	}
}

/* What was found out about the directory, whether it holds data too, is not true of the one that is
 * there now. */
static void fail_directory(struct session *session, const char *failure)
{
	struct check *check = find_check(&session->plan, "data-directory");

	if (!check)
		return;
	check->state = CHECK_FAIL;
	check->have = "replaced meanwhile";
	check->note = arena_strdup(session->arena, failure);
}

/* A proof that could not be tried because a right is missing is skipped, like a setting. */
static void fill_checks(struct session *session, const struct probe_result *result)
{
	struct check *direct = find_check(&session->plan, "direct-io");
	struct check *aio = find_check(&session->plan, "linux-aio");
	bool tried = result->direct.sentence[0] && result->error != -ESTALE;

	if (result->error == -ESTALE)
		fail_directory(session, result->failure);
	if (session->options->file) {
		skip_check(direct, "not tested on a file that is only read", true);
	} else if (direct && !tried && lacks_right(result->error)) {
		skip_check(direct, arena_strdup(session->arena, result->failure), false);
	} else if (direct && !tried && result->error == -EBUSY) {
		skip_check(direct, arena_strdup(session->arena, result->failure), true);
	} else {
		fill_check(session->arena, direct, tried ? result->direct.proof : PROOF_UNKNOWN,
			   tried ? result->direct.sentence : result->failure);
	}
	if (!session->options->file && tried)
		fill_nowait(session, &result->direct);
	if (aio && result->aio.proof == PROOF_REFUTED) {
		aio->state = CHECK_FAIL;
		aio->have = aio_have[result->aio.have];
		aio->note = arena_strdup(session->arena, result->aio.sentence);
	}
	vec_for_each (check, &session->plan.checks)
		waive_check(check);
}

static const char not_measured[] = "nothing was measured";

/* Floors of the CPUs may follow, and are not among them. */
static void leave_floors(const floors *list)
{
	vec_for_each (floor, list)
		floor->is_moot = floor->state == FLOOR_UNJUDGED;
}

void probe_step_skip(struct session *session, struct report_probe *probe, const char *why)
{
	probe->skipped = why;
	probe->floors = probe_floors(session->arena, &session->profile, NULL, not_measured);
	leave_floors(&probe->floors);
	skip_check(find_check(&session->plan, "direct-io"), why, true);
	skip_check(find_check(&session->plan, "nowait"), why, true);
}

const char *probe_step_obstacle(struct session *session)
{
	static const char beside[] = "a broker is running on this node: measuring would disturb it";
	const struct live *live = &session->facts.live;
	const struct live_data_dir *dir = &live->data_dir;

	if (!root_is_live(session->root))
		return "a recorded node has no disk";
	if (session->options->file && !options_has_envelope(session->options))
		return NULL;
	if (session->options->file)
		return !session->options->force && live->broker_running == TRI_YES ? beside : NULL;
	if (dir->exists != TRI_YES || !dir->is_directory)
		return "there is no data directory to write to";
	if (!session->options->force && live_dir_in_use(session->arena, dir) == TRI_YES)
		return "a running broker holds the data directory: measuring would disturb it";
	if (!session->options->force && live->broker_running == TRI_YES &&
	    (dir->has_data || options_has_envelope(session->options)))
		return beside;
	return NULL;
}

/* Earlier results ----------------------------------------------------------------------------- */

/* All that, when it changes, asks for a new measurement. */
static void make_keys(struct session *session, struct probe_cache *cache)
{
	struct arena *arena = session->arena;
	const struct facts *facts = &session->facts;
	struct str key = str_new(arena);

	/* NULL: it cannot be told from another one, so nothing is kept of it. */
	cache->of = live_dir_filesystem_id(arena, &facts->live.data_dir);
	if (!cache->of)
		return;
	str_printf(&key, "%s; kernel %s; profile %s", cache->of,
		   text_or(facts->live.kernel_release, "?"), text_or(session->profile.sha256, "?"));
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data || disk->is_stacked)
			continue;
		str_printf(&key, "; disk %s %s %s", text_or(disk->model, "?"),
			   text_or(disk->serial, "?"), text_or(disk->firmware, "?"));
		/* Without a serial, its place and its size tell it from another disk. */
		if (!disk->serial)
			str_printf(&key, " %s %" PRIu64, text_or(disk->sysfs, "?"),
				   disk->size_bytes);
	}
	cache->key = key.text;
}

/* Whether an earlier result is good enough. One that missed a floor is not, while there is no data:
 * the broker is held back anyway, and the disk may have been replaced by a better one. */
static bool may_reuse(struct session *session, const struct probe_cache *now,
		      const struct probe_cache *earlier)
{
	const char *when = when_of(&session->profile);

	if (!now->of || text_equal(when, "always") ||
	    (probe_floors_missed(&earlier->floors) && !session->facts.live.data_dir.has_data))
		return false;
	if (text_equal(when, "first"))
		return text_equal(earlier->of, now->of);
	return text_equal(earlier->key, now->key);
}

/* The drives ---------------------------------------------------------------------------------- */

static void list_disks(const struct session *session, struct report_probe *probe)
{
	vec_for_each (disk, &session->facts.disks) {
		if (disk->is_data && !disk->is_stacked)
			vec_push(session->arena, &probe->disks, disk);
	}
}

static drive_changes drives_after(struct session *session)
{
	drive_changes changes = {0};

	vec_for_each (health, &session->facts.health) {
		struct drive_change change = {.disk = health->disk, .before = health->smart};

		if (!health->smart_known)
			continue;
		change.error =
		    facts_health_again(session->root, session->arena, health, &change.after);
		drive_compare(session->arena, &change);
		vec_push(session->arena, &changes, change);
	}
	return changes;
}

/* From what was read between until the end. */
static const struct drive_change *
drive_since(struct arena *arena, const struct drive_change *between, const struct drive_change *end)
{
	struct drive_change *change = arena_alloc(arena, sizeof(*change));

	*change = (struct drive_change){
	    .disk = end->disk, .error = end->error, .before = between->after, .after = end->after};
	drive_compare(arena, change);
	return change;
}

static void add_heat(struct arena *arena, const struct drive_change *hot,
		     char remark[static PROBE_SENTENCE])
{
	(void)snprintf(remark, PROBE_SENTENCE, "%s%sthe drive %s %s", arena_strdup(arena, remark),
		       remark[0] ? "; " : "", hot->disk, hot->heat);
}

/* During which job it was hot is not known. A rate that falls is explained by that. */
static void mark_hot_jobs(struct arena *arena, const struct drive_change *hot,
			  struct probe_result *result)
{
	for (unsigned i = 0; i < result->job_count; i++) {
		struct probe_job *job = &result->jobs[i];

		if (job->state != JOB_DONE)
			continue;
		job->noisy = true;
		job->burst = false;
		add_heat(arena, hot, job->remark);
	}
}

static void mark_hot_loads(struct arena *arena, const struct drive_change *hot,
			   struct probe_result *result)
{
	for (unsigned i = 0; i < result->load_count; i++) {
		struct envelope_load *load = &result->loads[i];

		if (load->state != JOB_DONE)
			continue;
		load->noisy = true;
		add_heat(arena, hot, load->remark);
	}
}

/* Half of the requests may be too slow for heat alone, which other noise is not believed to do. */
static void excuse_hot(struct arena *arena, const struct drive_change *hot, const floors *list)
{
	vec_for_each (floor, list) {
		if (floor->state != FLOOR_MISSED)
			continue;
		floor->state = FLOOR_UNJUDGED;
		floor->note = arena_printf(arena, "the drive %s %s: %s", hot->disk, hot->heat,
					   text_or(floor->note, "missed"));
	}
}

/* Steps --------------------------------------------------------------------------------------- */

/* A probe that goes on. */
struct watching {
	struct outcome *outcome;
	bool jobs_ended;
	drive_changes drives; /* when the jobs ended, if the envelope came behind them */
};

static void show_progress(void *context, const struct probe_now *now)
{
	const struct outcome *outcome = ((const struct watching *)context)->outcome;
	char line[PROGRESS_MOST];

	progress_line(now, outcome->progress_columns, line);
	outcome->progress(line);
}

static void look_between(void *context)
{
	struct watching *watching = context;

	watching->drives = drives_after(&watching->outcome->session);
	watching->jobs_ended = true;
}

/* Shows how far it is, where anybody can see that. */
static int watch_probe(struct watching *watching, struct probe_request request,
		       struct probe_result *result)
{
	struct outcome *outcome = watching->outcome;
	struct session *session = &outcome->session;
	int r;

	request.context = watching;
	if (outcome->progress && !request.proof_only)
		request.progress = show_progress;
	if (request.envelope && !request.file)
		request.jobs_end = look_between;
	r = probe_run(session->arena, &request, result, &session->err);
	if (request.progress)
		outcome->progress("");
	return r;
}

/* Marks what a hot drive made slow, jobs and loads each by what the drives said in their time.
 * Where that is not known of one of the two, it may have been both. The one that was hot during the
 * jobs; NULL: none. */
static const struct drive_change *
judge_heat(const struct watching *watching, struct probe_result *result, struct report_probe *probe)
{
	struct session *session = &watching->outcome->session;
	const struct drive_change *in_jobs = NULL, *in_loads = NULL;

	probe->drives = drives_after(session);
	for (size_t i = 0; i < probe->drives.count; i++) {
		const struct drive_change *end = &probe->drives.at[i], *first = end, *second = end;

		if (watching->jobs_ended && !watching->drives.at[i].error) {
			first = &watching->drives.at[i];
			second = drive_since(session->arena, first, end);
		}
		in_jobs = first->heat ? first : in_jobs;
		in_loads = second->heat ? second : in_loads;
	}
	if (in_jobs)
		mark_hot_jobs(session->arena, in_jobs, result);
	if (in_loads)
		mark_hot_loads(session->arena, in_loads, result);
	return in_jobs;
}

/* A drive that slowed down may have done so in the turns of one node. */
static void judge_distance(struct arena *arena, const struct probe_result *result,
			   const struct drive_change *hot, struct report_probe *probe)
{
	const struct probe_distances *distances = &result->distances;

	if (!distances->is_wanted)
		return;
	if (distances->note[0])
		probe->distance_note = distances->note;
	else if (result->invalid[0])
		probe->distance_note = result->invalid;
	else if (hot)
		probe->distance_note = arena_printf(arena, "the drive %s %s", hot->disk, hot->heat);
	else if (distances->block_count < DISTANCE_BLOCKS)
		probe->distance_note = "it did not come to its end";
	else
		probe->distance = distance_judge(arena, distances);
}

enum exit_code probe_step_measure(struct outcome *outcome, const struct probe_request *request,
				  struct report_probe *probe)
{
	struct session *session = &outcome->session;
	struct probe_result *result = arena_alloc(session->arena, sizeof(*result));
	struct watching watching = {.outcome = outcome};
	int r = watch_probe(&watching, *request, result);
	const struct drive_change *hot = NULL;
	const char *not_disk = request->file                          ? "a named file is not judged"
			       : request->buffered                    ? "through the page cache"
			       : result->direct.proof != PROOF_PROVEN ? "direct I/O is not proven"
								      : NULL;

	probe->mode = request->mode;
	probe->result = result;
	probe->measured = !request->proof_only && result->job_count > 0;
	if (r < 0)
		result->error = r;
	if (probe->measured && !request->file) {
		list_disks(session, probe);
		hot = judge_heat(&watching, result, probe);
	}
	judge_distance(session->arena, result, hot, probe);
	fill_checks(session, result);
	if (r == 0 && result->error)
		(void)err_set(&session->err, result->error, "the probe failed: %s",
			      result->failure);
	/* Finished jobs count, even if the probe failed later. */
	if (!request->proof_only)
		probe->floors = probe_floors(session->arena, &session->profile, result,
					     probe->measured ? not_disk : not_measured);
	if (hot)
		excuse_hot(session->arena, hot, &probe->floors);
	/* The probe looks as the directory's owner, who may be the only one able to see it. */
	if (result->has_data != TRI_UNKNOWN && result->error != -ESTALE)
		session->facts.live.data_dir.has_data = result->has_data == TRI_YES;
	return result->error ? EXIT_ERROR : EXIT_MATCH;
}

static void keep(struct outcome *outcome, struct probe_cache *cache,
		 const struct report_probe *probe)
{
	struct session *session = &outcome->session;

	if (!cache->of)
		return;
	vec_for_each (floor, &probe->floors) {
		if (floor->state == FLOOR_UNJUDGED)
			return;
	}
	cache->measured = outcome->started_rfc3339;
	cache->floors = probe->floors;
	/* If this fails, the next start measures again, nothing worse. */
	(void)!probe_cache_write(session->root, session->arena, PROBE_CACHE_DISK, cache);
}

static bool read_earlier(struct outcome *outcome, struct probe_cache *ret)
{
	struct arena *arena = outcome->session.arena;
	const char *other;
	int r = probe_cache_read(outcome->session.root, arena, PROBE_CACHE_DISK, ret, &other);

	if (other)
		vec_push(arena, &outcome->notes, other);
	return r == 0;
}

enum exit_code probe_step(struct outcome *outcome, struct report_probe *ret)
{
	struct session *session = &outcome->session;
	struct report_probe probe = {.mode = PROBE_QUICK};
	struct probe_request request = probe_step_request(session);
	struct probe_cache cache = {0}, earlier;
	struct err before = session->err;
	bool writes = io_config_is_due(session->options);
	const char *obstacle = io_config_obstacle(session->arena, session->options);
	bool is_due = probe_step_is_due(session->options, &session->profile);
	const char *why = is_due ? probe_step_obstacle(session) : "the profile says: never";
	enum exit_code code = EXIT_MATCH;

	if (signals_caught() && !why) {
		why = arena_printf(session->arena, "nothing was measured after the signal %s",
				   signals_caught());
		if (!session->err.code)
			(void)err_set(&session->err, -EINTR, "%s", why);
		code = EXIT_ERROR;
	}
	if (why) {
		probe_step_skip(session, &probe, why);
		/* Nobody wants to know. */
		if (!is_due)
			probe.floors = (floors){0};
		probe.io_config_note = writes ? why : obstacle;
		*ret = probe;
		return code;
	}
	make_keys(session, &cache);
	request.proof_only =
	    !writes && read_earlier(outcome, &earlier) && may_reuse(session, &cache, &earlier);
	code = probe_step_measure(outcome, &request, &probe);
	if (request.proof_only) {
		probe.earlier = earlier.measured;
		probe.floors = earlier.floors;
	} else if (code == EXIT_MATCH && probe.measured && !probe.result->invalid[0]) {
		keep(outcome, &cache, &probe);
	}
	/* A missing right, a full or read-only disk, and a running broker are no failed job. */
	if (code == EXIT_ERROR &&
	    (lacks_right(probe.result->error) || probe.result->error == -ENOSPC ||
	     probe.result->error == -EROFS || probe.result->error == -EBUSY)) {
		probe.skipped = arena_strdup(session->arena, session->err.text);
		leave_floors(&probe.floors);
		/* An error from before the probe still has to be told. */
		session->err = before;
		code = EXIT_MATCH;
	}
	if (writes)
		code = exit_code_worse(code, io_config_write(outcome, &probe));
	else
		probe.io_config_note = obstacle;
	*ret = probe;
	return code;
}
