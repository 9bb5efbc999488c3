/* SPDX-License-Identifier: Apache-2.0 */
/* One measurement of the CPUs within a command: which ones, for how long, what keeps it from them,
 * and what the profile says of the figures. */
#include "flow/cpu_step.h"

#include <errno.h>
#include <stdio.h>

#include "apply/probe_cache.h"
#include "base/sha256.h"
#include "base/text.h"
#include "probe/clock.h"
#include "probe/cpu_judge.h"
#include "probe/cpu_spin.h"
#include "probe/quota.h"
#include "report/progress.h"
#include "sys/signals.h"

#define DEFAULT_NS (10 * SECOND)
#define FULL_NS    (60 * SECOND)

/* Those that run Redpanda, as far as this process may use them. Where the kubelet hands out CPUs, a
 * container's own are all that it may use. */
static struct cpuset default_cpus(struct session *session)
{
	struct cpuset allowed = cpu_spin_allowed(session->arena);
	const struct placement *placement = &session->plan.placement;
	struct cpuset both = cpuset_and(session->arena, &allowed, &placement->compute_cpus);

	return placement->is_kubelets || !cpuset_weight(&both) ? allowed : both;
}

/* The kernel takes a counter that it distrusts off its list. */
static bool has_steady_tsc(struct session *session)
{
	const struct facts *facts = &session->facts;
	names sources = {0};

	if (facts->clocksources)
		sources = text_words(session->arena, facts->clocksources);
	return text_in("constant_tsc", &facts->host.cpu_flags) &&
	       text_in("nonstop_tsc", &facts->host.cpu_flags) && text_in("tsc", &sources);
}

static enum tri virtualized(const struct facts *facts)
{
	const char *name = facts->host.virtualization;

	if (!name || text_equal(name, "unknown"))
		return TRI_UNKNOWN;
	return text_equal(name, "none") ? TRI_NO : TRI_YES;
}

struct cpu_request cpu_step_request(struct session *session)
{
	const struct options *options = session->options;
	struct cpu_request request = {
	    .root = session->root,
	    .runtime_ns = options->full ? FULL_NS : DEFAULT_NS,
	    .in_turn = options->in_turn,
	    .virtualized = virtualized(&session->facts),
	    .has_tsc = text_equal(session->facts.host.arch, "x86_64"),
	    .has_steady_tsc = has_steady_tsc(session),
	    .measure_anyway = options->force,
	};

	if (options->runtime_us)
		request.runtime_ns = options->runtime_us * 1000;
	if (!options->cpus || cpuset_parse_list(session->arena, options->cpus, &request.cpus) < 0)
		request.cpus = default_cpus(session);
	vec_for_each (irq, &session->facts.irqs) {
		if (irq->device && !irq->is_managed)
			vec_push(session->arena, &request.movable,
				 arena_printf(session->arena, "%u", irq->number));
	}
	return request;
}

const char *cpu_step_obstacle(struct session *session)
{
	const struct live *live = &session->facts.live;
	struct quota quota;

	if (!root_is_live(session->root))
		return "a recorded node has no CPUs to measure";
	if (session->options->force)
		return NULL;
	if (live->broker_running == TRI_YES)
		return "a broker is running on this node: measuring would disturb it";
	quota = quota_read(session->arena);
	if (!text_equal(live->container, "none") && quota.limited == TRI_YES)
		return arena_printf(session->arena,
				    "skipped (quota): this container may use %.2f CPUs, and its "
				    "limit is all that would be measured",
				    quota.cpus);
	return NULL;
}

/* It takes a minute in all, and not a minute a CPU. */
struct cpu_request cpu_step_request_beside(struct session *session)
{
	struct cpu_request request = cpu_step_request(session);
	unsigned count = cpuset_weight(&request.cpus);

	if (session->options->full && !session->options->runtime_us && count &&
	    count <= CPU_IN_TURN)
		request.runtime_ns = FULL_NS / count;
	return request;
}

const char *cpu_step_time(struct arena *arena, const struct cpu_request *request)
{
	unsigned count = cpuset_weight(&request->cpus);
	bool in_turn = count > 1 && (count <= CPU_IN_TURN || request->in_turn);
	double seconds = (double)request->runtime_ns * (in_turn ? count : 1) / (double)SECOND;

	return arena_printf(arena, "%.*f s for CPU%s %s%s", seconds < 1 ? 2 : 0, seconds,
			    count == 1 ? "" : "s", cpuset_list(arena, &request->cpus),
			    in_turn ? ", one after the other" : "");
}

/* Nobody counts jobs here. */
static void show_stage(void *context, const char *stage)
{
	const struct outcome *outcome = context;
	struct probe_now now = {.elapsed_s = (double)outcome_elapsed_ms(outcome) / 1000};
	char line[PROGRESS_MOST];

	(void)snprintf(now.stage, sizeof(now.stage), "%s", stage);
	progress_line(&now, outcome->progress_columns, line);
	outcome->progress(line);
}

static int watch_cpus(struct outcome *outcome, struct cpu_request request,
		      struct cpu_result *result)
{
	struct session *session = &outcome->session;
	int r;

	if (outcome->progress) {
		request.progress = show_stage;
		request.context = outcome;
	}
	r = cpu_run(session->arena, &request, result, &session->err);
	if (outcome->progress)
		outcome->progress("");
	return r;
}

void cpu_step_skip(struct session *session, struct report_probe *probe, const char *why)
{
	probe->skipped = why;
	probe->floors =
	    cpu_floors_unjudged(session->arena, &session->profile, "no CPU was measured");
	vec_for_each (floor, &probe->floors)
		floor->is_moot = probe->is_of_cpus;
}

enum exit_code cpu_step_measure(struct outcome *outcome, const struct cpu_request *request,
				struct report_probe *probe)
{
	struct session *session = &outcome->session;
	struct cpu_result *result = arena_alloc(session->arena, sizeof(*result));

	if (watch_cpus(outcome, *request, result) < 0) {
		cpu_step_skip(session, probe, arena_strdup(session->arena, session->err.text));
		return EXIT_ERROR;
	}
	probe->cpu = result;
	probe->measured = true;
	probe->floors = cpu_floors(session->arena, &session->profile, result);
	if (!result->is_interrupted)
		return EXIT_MATCH;
	(void)err_set(&session->err, -EINTR,
		      "interrupted by %s: the figures are of what was "
		      "measured before",
		      text_or(signals_caught(), "a signal"));
	return EXIT_ERROR;
}

/* Beside the disk ---------------------------------------------------------------------------- */

/* A broker that came while the disk was measured is not disturbed either. The facts do not know it:
 * they are older. NULL: go on. */
static const char *obstacle_beside(struct session *session, const struct report_probe *probe)
{
	const char *signal = signals_caught();

	if (signal)
		return arena_printf(session->arena, "nothing was measured after the signal %s",
				    signal);
	if (!session->options->force && probe->result && probe->result->error == -EBUSY)
		return probe->result->failure;
	return cpu_step_obstacle(session);
}

enum exit_code cpu_step_beside(struct outcome *outcome, const struct cpu_request *request,
			       struct report_probe *probe)
{
	struct session *session = &outcome->session;
	struct report_probe cpus = {0};
	struct err before = session->err;
	enum exit_code code = EXIT_MATCH;
	const char *why = obstacle_beside(session, probe);

	if (why)
		cpu_step_skip(session, &cpus, why);
	else
		code = cpu_step_measure(outcome, request, &cpus);
	/* That others use the CPUs is no failure of the disk's probe; its error comes first. */
	if (before.code || !signals_caught())
		session->err = before;
	probe->cpu = cpus.cpu;
	probe->cpu_skipped = cpus.skipped;
	vec_for_each (floor, &cpus.floors)
		vec_push(session->arena, &probe->floors, *floor);
	return signals_caught() ? code : EXIT_MATCH;
}

/* Another profile has other floors, and may run Redpanda on other CPUs; another kernel, or the same
 * booted with other words (isolcpus, mitigations), lets work wait for other times. NULL: this node
 * and its boot cannot be told from another one. */
static const char *identity(struct session *session, const struct cpu_request *request)
{
	const struct host *host = &session->facts.host;
	const char *profile = session->profile.sha256;
	struct sha256 words;

	if (!host->node_id || !profile || !host->kernel_release || !host->cmdline)
		return NULL;
	sha256_start(&words);
	sha256_add(&words, host->cmdline, strlen(host->cmdline));
	return arena_printf(session->arena,
			    "node %s; kernel %s; sha256 of its command line %s; CPUs %s; "
			    "profile %s",
			    host->node_id, host->kernel_release, sha256_hex(&words, session->arena),
			    cpuset_list(session->arena, &request->cpus), profile);
}

/* One that missed a floor is not good enough while there is no data, as of the disk. */
static bool may_reuse(struct outcome *outcome, const char *of, struct probe_cache *ret)
{
	struct session *session = &outcome->session;
	const char *other;
	int r = probe_cache_read(session->root, session->arena, PROBE_CACHE_CPUS, ret, &other);

	if (other)
		vec_push(session->arena, &outcome->notes, other);
	return of && r == 0 && text_equal(ret->of, of) &&
	       (session->facts.live.data_dir.has_data || !probe_floors_missed(&ret->floors));
}

static void keep(struct outcome *outcome, const char *of, const struct report_probe *probe,
		 size_t first)
{
	struct session *session = &outcome->session;
	struct probe_cache cache = {.of = of, .key = of, .measured = outcome->started_rfc3339};

	if (!of || !probe->cpu || probe->cpu->invalid || probe->cpu->is_interrupted)
		return;
	for (size_t i = first; i < probe->floors.count; i++) {
		if (probe->floors.at[i].state == FLOOR_UNJUDGED)
			return;
		vec_push(session->arena, &cache.floors, probe->floors.at[i]);
	}
	/* If this fails, the next start measures again, nothing worse. */
	(void)!probe_cache_write(session->root, session->arena, PROBE_CACHE_CPUS, &cache);
}

enum exit_code cpu_step_in_run(struct outcome *outcome, struct report_probe *probe)
{
	struct session *session = &outcome->session;
	const struct value *value = profile_get(&session->profile, "probe", "cpu");
	struct cpu_request request;
	struct probe_cache earlier;
	size_t first = probe->floors.count;
	enum exit_code code;
	const char *of;

	if (!value || !value->operands.count || !text_equal(value->operands.at[0], "first"))
		return EXIT_MATCH;
	request = cpu_step_request_beside(session);
	of = identity(session, &request);
	if (may_reuse(outcome, of, &earlier)) {
		probe->cpu_earlier = earlier.measured;
		vec_for_each (floor, &earlier.floors)
			vec_push(session->arena, &probe->floors, *floor);
		return EXIT_MATCH;
	}
	code = cpu_step_beside(outcome, &request, probe);
	keep(outcome, of, probe, first);
	return code;
}
