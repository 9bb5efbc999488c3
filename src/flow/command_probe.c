/* SPDX-License-Identifier: Apache-2.0 */
/* The command probe, and the io-config.yaml that it writes for Redpanda. */
#include <errno.h>

#include "base/text.h"
#include "flow/commands.h"
#include "flow/probe_step.h"
#include "sys/own.h"
#include "version.h"

/* The head of the file: who measured what, and when. */
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
		   text_or(dir->path, "?"), text_or(dir->fs_type, "?"));
	vec_for_each (disk, &session->facts.disks) {
		if (disk->is_data && !disk->is_stacked)
			str_printf(&text, ", %s %s %s", disk->name, text_or(disk->model, "?"),
				   text_or(disk->serial, "?"));
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
		       probe_io_config_text(session->arena, &rates, mountpoint,
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
	if (code == EXIT_MATCH && why) {
		(void)err_set(&session->err, -EBUSY, "nothing was measured: %s", why);
		code = EXIT_ERROR;
	}
	/* Another thintune at work would falsify the figures. Where there can be no lock, as for
	 * any user but root, no other one can be kept out either. */
	if (code == EXIT_MATCH)
		code = session_lock(session);
	if (code != EXIT_MATCH)
		return code;
	if (outcome->progress) {
		request.progress = show_progress;
		request.context = outcome;
	}
	reduce(&session->plan, session->arena);
	code = probe_step_measure(outcome, &request, &probe);
	if (session->options->io_config)
		code = exit_code_worse(code, write_io_config(outcome, &probe));
	report = outcome_report(outcome, NULL);
	report.probe = &probe;
	code = exit_code_worse(code, (enum exit_code)report.exit_code);
	if (probe_floors_missed(&probe.floors))
		code = exit_code_worse(code, EXIT_FLOOR);
	report.exit_code = (int)code;
	outcome->text = outcome_render(outcome, &report);
	return code;
}
