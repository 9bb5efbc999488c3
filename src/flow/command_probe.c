/* SPDX-License-Identifier: Apache-2.0 */
/* The command probe. */
#include <errno.h>

#include "base/text.h"
#include "flow/commands.h"
#include "flow/io_config.h"
#include "flow/probe_step.h"
#include "sys/own.h"

/* Leaves of the plan only the checks that the probe answers. */
static void reduce(struct plan *plan, struct arena *arena)
{
	static const char *const ids[] = {"data-directory", "data-writable", "filesystem",
					  "linux-aio",      "direct-io",     "nowait"};
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
		(void)err_set(&session->err, -EEXIST, "'%s' already exists; --force overwrites it",
			      path);
		return EXIT_USAGE;
	}
	if (path && own_may_replace(path, &session->err) < 0)
		return EXIT_ERROR;
	return EXIT_MATCH;
}

static void show_progress(void *context, const char *stage)
{
	struct outcome *outcome = context;

	outcome->progress(stage, outcome_elapsed_ms(outcome));
}

static enum exit_code measure(struct outcome *outcome, struct probe_request *request,
			      struct report_probe *probe)
{
	enum exit_code code;

	if (outcome->progress) {
		request->progress = show_progress;
		request->context = outcome;
	}
	code = probe_step_measure(outcome, request, probe);
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

enum exit_code command_probe(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report_probe probe = {0};
	struct probe_request request;
	struct report report;
	const char *why;
	enum exit_code code = session_audit(session);

	if (code != EXIT_MATCH)
		return code;
	request = probe_step_request(session);
	why = probe_step_obstacle(session);
	code = usage_of(session, &request);
	/* Another thintune at work would falsify the figures. Where there can be no lock, as for
	 * any user but root, no other one can be kept out either. */
	if (code == EXIT_MATCH && !why)
		code = session_lock(session);
	if (code != EXIT_MATCH)
		return code;
	reduce(&session->plan, session->arena);
	probe.mode = request.mode;
	code = why ? give_up(session, why, &probe) : measure(outcome, &request, &probe);
	report = outcome_report(outcome, NULL);
	report.probe = &probe;
	code = exit_code_worse(code, (enum exit_code)report.exit_code);
	if (probe_floors_missed(&probe.floors))
		code = exit_code_worse(code, EXIT_FLOOR);
	report.exit_code = (int)code;
	outcome->text = outcome_render(outcome, &report);
	return code;
}
