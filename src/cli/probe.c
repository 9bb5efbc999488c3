/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/probe.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>

#include "apply/probe_cache.h"
#include "base/text.h"
#include "facts/numa.h"
#include "probe/sample.h"
#include "sys/own.h"
#include "version.h"

#define MOST_REQUESTS 65536

enum exit_code worse_code(enum exit_code one, enum exit_code other)
{
	static const int rank[] = {
	    [EXIT_USAGE] = 6, [EXIT_LOCKED] = 5,  [EXIT_ERROR] = 4, [EXIT_REQUIRED] = 3,
	    [EXIT_FLOOR] = 2, [EXIT_DIFFERS] = 1, [EXIT_MATCH] = 0};

	return rank[one] >= rank[other] ? one : other;
}

uint64_t probe_rights(const struct options *options)
{
	/* `facts` and `record` never use them: they tell what a probe would have. */
	bool probes = options->command == COMMAND_PROBE || options->command == COMMAND_RUN ||
		      options->command == COMMAND_FACTS || options->command == COMMAND_RECORD;

	return probes ? UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID : 0;
}

static const char *when_of(const struct profile *profile)
{
	const struct value *value = profile_get(profile, "probe", "when");

	return value && value->operands.count ? value->operands.at[0] : "never";
}

bool probe_is_due(const struct profile *profile)
{
	return !text_equal(when_of(profile), "never");
}

/* Request ------------------------------------------------------------------------------------- */

/* Threads and buffers go to the disks' NUMA node, when they share one. */
static struct probe_near near_disks(struct arena *arena, const struct facts *facts)
{
	const struct topology *topology = &facts->topology;
	struct probe_near near = {.node = -1, .cpu_node = -1};
	int node = -1;

	if (topology->nodes.count < 2)
		return near;
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data)
			continue;
		if (disk->numa < 0)
			near.note = "the NUMA node of a disk is not known";
		else if (node >= 0 && disk->numa != node && !near.note)
			near.note = "the disks are on several NUMA nodes";
		node = disk->numa;
	}
	if (node < 0 && !near.note)
		near.note = "no disk is known";
	if (near.note)
		return near;
	near.node = node;
	near.cpu_node = topology_cpu_node(topology, node);
	vec_for_each (other, &topology->nodes) {
		int distance = topology_distance(topology, node, other->os_index);

		if (distance >= 0)
			vec_push(arena, &near.distances,
				 (struct probe_distance){other->os_index, distance});
	}
	return near;
}

static unsigned shards_of(const struct session *session)
{
	unsigned cpus = cpuset_weight(&session->facts.topology.online);

	return session->options->broker_cpus ? (unsigned)session->options->broker_cpus : cpus;
}

static struct probe_request make_request(struct session *session)
{
	const struct options *options = session->options;
	const struct facts *facts = &session->facts;
	struct probe_request request = {
	    .root = session->root,
	    .dir = &facts->live.data_dir,
	    .near = near_disks(session->arena, facts),
	    .shards = shards_of(session),
	    .mode = options->full ? PROBE_FULL : PROBE_DEFAULT,
	    .jobs = options->jobs,
	    .engine = options->engine,
	    .runtime_us = options->runtime_us,
	    .size_bytes = options->size_bytes,
	    .file = options->file,
	    .buffered = options->buffered,
	    .verify = options->verify,
	    .measure_anyway = options->force,
	};

	if (options->quick || options->command == COMMAND_RUN)
		request.mode = PROBE_QUICK;
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data || !disk->sysfs)
			continue;
		request.leaves++;
		vec_push(session->arena, &request.disks, disk->sysfs);
		if (disk->queue_requests < MOST_REQUESTS)
			request.requests += (unsigned)disk->queue_requests;
	}
	request.writes_once = sample_writes_once(facts->data_array_level, request.leaves);
	return request;
}

/* Verdicts ------------------------------------------------------------------------------------ */

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

/* is_moot: there is nothing to prove; otherwise the check still stands open. */
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

/* A proof that could not be tried for want of a right is skipped, like a setting. */
static void fill_checks(struct session *session, const struct probe_result *result)
{
	struct check *direct = find_check(&session->plan, "direct-io");
	struct check *aio = find_check(&session->plan, "linux-aio");
	bool tried = result->direct.sentence[0];

	if (session->options->file) {
		skip_check(direct, "not asked of a file that is only read", true);
	} else if (direct && !tried && lacks_right(result->error)) {
		skip_check(direct, arena_strdup(session->arena, result->failure), false);
	} else if (direct && !tried && result->error == -EBUSY) {
		skip_check(direct, arena_strdup(session->arena, result->failure), true);
	} else {
		fill_check(session->arena, direct, result->direct.proof,
			   tried ? result->direct.sentence : result->failure);
	}
	if (aio && result->aio.proof == PROOF_REFUTED) {
		aio->state = CHECK_FAIL;
		aio->have = "too few";
		aio->note = arena_strdup(session->arena, result->aio.sentence);
	}
}

static void skip(struct session *session, struct report_probe *probe, const char *why)
{
	probe->skipped = why;
	skip_check(find_check(&session->plan, "direct-io"), why, true);
}

/* Why nothing can be tried at all; NULL: go on. */
static const char *obstacle(struct session *session)
{
	const struct live *live = &session->facts.live;
	const struct live_data_dir *dir = &live->data_dir;

	if (!root_is_live(session->root))
		return "a recorded node has no disk";
	if (session->options->file)
		return NULL;
	if (dir->exists != TRI_YES || !dir->is_directory)
		return "there is no data directory to write to";
	if (!session->options->force && probe_dir_in_use(session->arena, dir) == TRI_YES)
		return "a running broker holds the data directory: measuring would disturb it";
	if (!session->options->force && live->broker_running == TRI_YES && dir->has_data)
		return "a broker is running on this node: measuring would disturb it";
	return NULL;
}

/* Cache --------------------------------------------------------------------------------------- */

static const char *known(const char *text)
{
	return text ? text : "?";
}

/* All that makes a new measurement worth while. */
static void make_keys(struct session *session, struct probe_cache *cache)
{
	struct arena *arena = session->arena;
	const struct facts *facts = &session->facts;
	struct str key = str_new(arena);

	/* NULL: it cannot be told from another one, so nothing is kept of it. */
	cache->filesystem = probe_filesystem_id(arena, &facts->live.data_dir);
	if (!cache->filesystem)
		return;
	str_printf(&key, "%s; kernel %s; profile %s", cache->filesystem,
		   known(facts->live.kernel_release), known(session->profile.sha256));
	vec_for_each (disk, &facts->disks) {
		if (!disk->is_data)
			continue;
		str_printf(&key, "; disk %s %s %s", known(disk->model), known(disk->serial),
			   known(disk->firmware));
		/* Two that do not tell who they are: at least their place and size differ. */
		if (!disk->serial)
			str_printf(&key, " %s %" PRIu64, known(disk->sysfs), disk->size_bytes);
	}
	cache->key = key.text;
}

/* An earlier result that stands for a new one. What missed a floor is measured again while there is
 * no data to hold a broker back for: the disk may have been changed for a better one. */
static bool may_reuse(struct session *session, const struct probe_cache *now,
		      const struct probe_cache *earlier)
{
	const char *when = when_of(&session->profile);

	if (!now->filesystem || text_equal(when, "always") ||
	    (floors_missed_count(&earlier->floors) && !session->facts.live.data_dir.has_data))
		return false;
	if (text_equal(when, "first"))
		return text_equal(earlier->filesystem, now->filesystem);
	return text_equal(earlier->key, now->key);
}

/* Steps --------------------------------------------------------------------------------------- */

static enum exit_code measure(struct outcome *outcome, const struct probe_request *request,
			      struct report_probe *probe)
{
	struct session *session = &outcome->session;
	struct probe_result *result = arena_alloc(session->arena, sizeof(*result));
	int r = probe_run(session->arena, request, result, &session->err);

	const char *not_disk = request->file                          ? "a named file is not judged"
			       : request->buffered                    ? "through the page cache"
			       : result->direct.proof != PROOF_PROVEN ? "direct I/O is not proven"
								      : NULL;

	probe->mode = request->mode;
	probe->result = result;
	probe->measured = !request->proof_only && result->job_count > 0;
	if (r < 0)
		result->error = r;
	fill_checks(session, result);
	if (r == 0 && result->error)
		(void)err_set(&session->err, result->error, "the probe failed: %s",
			      result->failure);
	/* What came to its end counts, even if the probe did not. */
	if (probe->measured)
		probe->floors = probe_floors(session->arena, &session->profile, result, not_disk);
	/* Only its owner may be able to tell. */
	if (result->has_data != TRI_UNKNOWN)
		session->facts.live.data_dir.has_data = result->has_data == TRI_YES;
	return result->error ? EXIT_ERROR : EXIT_MATCH;
}

static void keep(struct outcome *outcome, struct probe_cache *cache,
		 const struct report_probe *probe)
{
	struct session *session = &outcome->session;

	if (!cache->filesystem)
		return;
	vec_for_each (floor, &probe->floors) {
		if (floor->state == FLOOR_UNJUDGED)
			return;
	}
	cache->measured = outcome->started_rfc3339;
	cache->floors = probe->floors;
	/* Without it the next start measures again, no more. */
	(void)!probe_cache_write(session->root, session->arena, cache);
}

enum exit_code probe_step(struct outcome *outcome, struct report_probe *ret)
{
	struct session *session = &outcome->session;
	struct report_probe probe = {.mode = PROBE_QUICK};
	struct probe_request request = make_request(session);
	struct probe_cache cache = {0}, earlier;
	struct err before = session->err;
	const char *why =
	    probe_is_due(&session->profile) ? obstacle(session) : "the profile says: never";
	enum exit_code code;

	if (why) {
		skip(session, &probe, why);
		*ret = probe;
		return EXIT_MATCH;
	}
	make_keys(session, &cache);
	request.proof_only = probe_cache_read(session->root, session->arena, &earlier) == 0 &&
			     may_reuse(session, &cache, &earlier);
	code = measure(outcome, &request, &probe);
	if (request.proof_only) {
		probe.earlier = earlier.measured;
		probe.floors = earlier.floors;
	} else if (code == EXIT_MATCH && probe.measured && !probe.result->invalid[0]) {
		keep(outcome, &cache, &probe);
	}
	/* A right that is missing, a disk too full to measure on, or a broker at work is no failed
	 * job. */
	if (code == EXIT_ERROR &&
	    (lacks_right(probe.result->error) || probe.result->error == -ENOSPC ||
	     probe.result->error == -EROFS || probe.result->error == -EBUSY)) {
		probe.skipped = arena_strdup(session->arena, session->err.text);
		/* What came before it still has to be said. */
		session->err = before;
		code = EXIT_MATCH;
	}
	*ret = probe;
	return code;
}

static const char *provenance(struct outcome *outcome, const struct report_probe *probe)
{
	struct session *session = &outcome->session;
	const struct live_data_dir *dir = &session->facts.live.data_dir;
	struct str text = str_new(session->arena);

	str_printf(&text,
		   "Measured by thintune " THINTUNE_VERSION ", %s, probe %s, engine %s.\n"
		   "Lower quartile of the 100 ms rates x 0.9, in requests and bytes a second.\n"
		   "%s, %s",
		   outcome->started_rfc3339, probe_mode_name(probe->mode), probe->result->engine,
		   known(dir->path), known(dir->fs_type));
	vec_for_each (disk, &session->facts.disks) {
		if (disk->is_data)
			str_printf(&text, ", %s %s %s", disk->name, known(disk->model),
				   known(disk->serial));
	}
	return text.text;
}

static enum exit_code write_io_config(struct outcome *outcome, struct report_probe *probe)
{
	struct session *session = &outcome->session;
	const struct options *options = session->options;
	int (*const put)(const char *, const char *, struct err *) =
	    options->force ? own_replace : own_create;
	const char *mountpoint =
	    options->mountpoint ? options->mountpoint : session->facts.live.data_dir.path;
	struct disk_rates rates;
	struct err err = {0};

	if (!probe->measured) {
		probe->io_config_note = "nothing was measured";
	} else if (probe->result->error) {
		probe->io_config_note = "the probe failed";
	} else if (probe_rates(probe->result, &rates, &err) < 0) {
		probe->io_config_note = arena_strdup(session->arena, err.text);
	} else if (put(options->io_config,
		       io_config_text(session->arena, &rates, mountpoint,
				      provenance(outcome, probe)),
		       &session->err) < 0) {
		return EXIT_ERROR;
	} else {
		probe->io_config = options->io_config;
		return EXIT_MATCH;
	}
	(void)err_set(&session->err, -ENODATA, "no io-config.yaml was written: %s",
		      probe->io_config_note);
	return EXIT_ERROR;
}

/* Of the plan only what the probe answers. */
static void reduce(struct plan *plan, struct arena *arena)
{
	static const char *const ids[] = {"data-directory", "data-writable", "filesystem",
					  "linux-aio", "direct-io"};
	struct plan reduced = {.arena = plan->arena};

	vec_for_each (check, &plan->checks) {
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
			if (text_equal(check->id, ids[i]))
				vec_push(arena, &reduced.checks, *check);
		}
	}
	*plan = reduced;
}

static enum exit_code usage_of(struct session *session, const struct probe_request *request)
{
	const char *path = session->options->io_config;

	if (probe_check(request, &session->err) < 0)
		return EXIT_USAGE;
	if (path && !session->options->force && own_exists(path)) {
		(void)err_set(&session->err, -EEXIST,
			      "'%s' is there already; --force writes over it", path);
		return EXIT_USAGE;
	}
	if (path && own_may_replace(path, &session->err) < 0)
		return EXIT_ERROR;
	return EXIT_MATCH;
}

static void show_progress(void *context, const char *stage)
{
	struct outcome *outcome = context;

	outcome->progress(stage, elapsed_ms(outcome));
}

enum exit_code command_probe(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report_probe probe = {0};
	struct probe_request request;
	struct report report;
	const char *why;
	enum exit_code code = session_root(session);

	if (code == EXIT_MATCH)
		code = session_audit(session);
	if (code != EXIT_MATCH)
		return code;
	request = make_request(session);
	why = obstacle(session);
	code = usage_of(session, &request);
	if (code == EXIT_MATCH && why) {
		(void)err_set(&session->err, -EBUSY, "nothing was measured: %s", why);
		code = EXIT_ERROR;
	}
	/* Whoever tunes or measures meanwhile falsifies the figures. Where there can be no lock, as
	 * for anybody but root, there is nobody to keep out either. */
	if (code == EXIT_MATCH)
		code = session_lock(session);
	if (code != EXIT_MATCH)
		return code;
	if (outcome->progress) {
		request.progress = show_progress;
		request.context = outcome;
	}
	reduce(&session->plan, session->arena);
	code = measure(outcome, &request, &probe);
	if (session->options->io_config)
		code = worse_code(code, write_io_config(outcome, &probe));
	report = make_report(outcome, NULL);
	report.probe = &probe;
	code = worse_code(code, (enum exit_code)report.exit_code);
	if (floors_missed_count(&probe.floors))
		code = worse_code(code, EXIT_FLOOR);
	report.exit_code = (int)code;
	outcome->text = render(outcome, &report);
	return code;
}
