/* SPDX-License-Identifier: Apache-2.0 */
/* The command probe. */
#include <errno.h>
#include <inttypes.h>

#include "base/text.h"
#include "flow/commands.h"
#include "flow/cpu_step.h"
#include "flow/io_config.h"
#include "flow/probe_step.h"
#include "probe/clock.h"
#include "probe/distance.h"
#include "sys/own.h"

/* Leaves of the plan only the checks that the probe answers; of CPUs it answers none. */
static void reduce(struct plan *plan, struct arena *arena, bool is_of_cpus)
{
	static const char *const ids[] = {"data-directory", "data-writable", "filesystem",
					  "linux-aio",      "direct-io",     "nowait"};
	struct plan reduced = {.arena = plan->arena};

	vec_for_each (check, &plan->checks) {
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && !is_of_cpus; i++) {
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
		(void)err_set(&session->err, -EEXIST, "'%s' already exists; --force overwrites it",
			      path);
		return EXIT_USAGE;
	}
	if (path && own_may_replace(path, &session->err) < 0)
		return EXIT_ERROR;
	return EXIT_MATCH;
}

static enum exit_code measure(struct outcome *outcome, struct probe_request *request,
			      struct report_probe *probe)
{
	enum exit_code code = probe_step_measure(outcome, request, probe);

	if (outcome->session.options->io_config)
		code = exit_code_worse(code, io_config_write(outcome, probe));
	return code;
}

/* Nothing can be tried: the report says why, too. */
static enum exit_code give_up(struct session *session, const char *why, struct report_probe *probe)
{
	probe_step_skip(session, probe, why);
	if (session->options->io_config)
		probe->io_config_note = why;
	(void)err_set(&session->err, -EBUSY, "nothing was measured: %s", why);
	return EXIT_ERROR;
}

/* The report, judged. */
static enum exit_code finish(struct outcome *outcome, const struct report_probe *probe,
			     enum exit_code code)
{
	struct report report = outcome_report(outcome, NULL);

	report.probe = probe;
	code = exit_code_worse(code, (enum exit_code)report.exit_code);
	if (probe_floors_missed(&probe->floors))
		code = exit_code_worse(code, EXIT_FLOOR);
	report.exit_code = (int)code;
	outcome_render(outcome, &report);
	return code;
}

/* Before it begins: what takes minutes says so. */
static void tell_time(const struct outcome *outcome, const names *parts)
{
	struct arena *arena = outcome->session.arena;

	if (!outcome->session.options->quiet && parts->count)
		outcome->tell(OUTCOME_NOTE, arena_printf(arena, "this takes %s",
							 text_join(arena, parts, ", then ")));
}

/* Nothing for a probe of the disk that takes seconds. */
static names disk_times(struct arena *arena, const struct options *options,
			const struct probe_request *request)
{
	uint64_t distance_ns = distance_budget_ns(request);
	names parts = {0};

	if (options->full)
		vec_push(arena, &parts, "up to 2 minutes for the disk");
	if (distance_ns)
		vec_push(arena, &parts,
			 arena_printf(arena, "up to %" PRIu64 " s for its NUMA distance",
				      (distance_ns + SECOND - 1) / SECOND));
	if (request->envelope)
		vec_push(arena, &parts,
			 arena_printf(arena, "up to %d minutes for its envelope",
				      options->file ? 2 : 6));
	return parts;
}

static enum exit_code probe_cpus(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report_probe probe = {.mode = session->options->full ? PROBE_FULL : PROBE_DEFAULT,
				     .is_of_cpus = true};
	struct cpu_request request = cpu_step_request(session);
	const char *why = cpu_step_obstacle(session);
	enum exit_code code = why ? EXIT_MATCH : session_lock(session);

	if (code != EXIT_MATCH)
		return code;
	reduce(&session->plan, session->arena, true);
	if (!why && session->options->full) {
		names parts = {0};

		vec_push(session->arena, &parts, cpu_step_time(session->arena, &request));
		tell_time(outcome, &parts);
	}
	code = why ? give_up(session, why, &probe) : cpu_step_measure(outcome, &request, &probe);
	if (why)
		cpu_step_skip(session, &probe, why);
	return finish(outcome, &probe, code);
}

static enum exit_code probe_disk(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report_probe probe = {0};
	struct probe_request request = probe_step_request(session);
	const char *why = probe_step_obstacle(session);
	names parts = disk_times(session->arena, session->options, &request);
	bool is_whole = options_is_whole(session->options);
	struct cpu_request cpus;
	enum exit_code code = usage_of(session, &request);

	/* Another thintune at work would falsify the figures. Where there can be no lock, as for
	 * any user but root, no other one can be kept out either. */
	if (code == EXIT_MATCH && !why)
		code = session_lock(session);
	if (code != EXIT_MATCH)
		return code;
	reduce(&session->plan, session->arena, false);
	probe.mode = request.mode;
	if (is_whole) {
		cpus = cpu_step_request_beside(session);
		vec_push(session->arena, &parts, cpu_step_time(session->arena, &cpus));
	}
	if (!why && (request.envelope || distance_budget_ns(&request) || is_whole))
		tell_time(outcome, &parts);
	code = why ? give_up(session, why, &probe) : measure(outcome, &request, &probe);
	if (!why && is_whole)
		code = exit_code_worse(code, cpu_step_beside(outcome, &cpus, &probe));
	return finish(outcome, &probe, code);
}

enum exit_code command_probe(struct outcome *outcome)
{
	enum exit_code code = session_audit(&outcome->session);

	if (code != EXIT_MATCH)
		return code;
	return outcome->session.options->cpu ? probe_cpus(outcome) : probe_disk(outcome);
}
