/* SPDX-License-Identifier: Apache-2.0 */
/* The io-config.yaml that probe and run write for Redpanda. */
#include "flow/io_config.h"

#include <errno.h>

#include "base/text.h"
#include "report/envelope.h"
#include "sys/own.h"
#include "version.h"

static bool is_run_for_one(const struct options *options)
{
	return options->command == COMMAND_RUN && options->io_config;
}

bool io_config_is_due(const struct options *options)
{
	return is_run_for_one(options) && !own_exists(options->io_config) &&
	       own_may_replace(options->io_config, NULL) == 0;
}

const char *io_config_obstacle(struct arena *arena, const struct options *options)
{
	struct err err = {0};

	if (!is_run_for_one(options) || own_is_file(options->io_config) ||
	    own_may_replace(options->io_config, &err) == 0)
		return NULL;
	return arena_strdup(arena, err.text);
}

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
	for (unsigned i = 0; i < probe->result->load_count; i++) {
		const struct envelope_load *load = &probe->result->loads[i];

		str_printf(&text, "\n%s: %s", load->name,
			   envelope_figures(session->arena, load, probe->result->limit_ns));
		if (load->remark[0])
			str_printf(&text, " (%s)", load->remark);
	}
	return text.text;
}

/* The distance and the loads of the envelope come behind the jobs, whose figures count without
 * them. */
static bool have_jobs_failed(const struct probe_result *result)
{
	bool is_behind = result->distances.error && result->distances.error == result->error;

	for (unsigned i = 0; i < result->job_count; i++) {
		if (result->jobs[i].error)
			return true;
	}
	for (unsigned i = 0; i < result->load_count; i++)
		is_behind |= result->loads[i].error && result->loads[i].error == result->error;
	return result->error && (!result->finished || !is_behind);
}

enum exit_code io_config_write(struct outcome *outcome, struct report_probe *probe)
{
	struct session *session = &outcome->session;
	const struct options *options = session->options;
	int (*const put)(const char *, const char *, struct err *) =
	    options->force && options->command == COMMAND_PROBE ? own_replace : own_create;
	const char *mountpoint =
	    options->mountpoint ? options->mountpoint : session->facts.live.data_dir.path;
	struct disk_rates rates;
	struct err err = {0};

	if (!probe->measured) {
		probe->io_config_note = "nothing was measured";
	} else if (have_jobs_failed(probe->result)) {
		probe->io_config_note = "the probe failed";
	} else if (probe_rates(probe->result, &rates, &err) < 0 ||
		   put(options->io_config,
		       probe_io_config_text(session->arena, &rates, mountpoint,
					    provenance(outcome, probe)),
		       &err) < 0) {
		probe->io_config_note = arena_strdup(session->arena, err.text);
	} else {
		probe->io_config = options->io_config;
		return EXIT_MATCH;
	}
	/* Neither a busy disk nor a wrong path must keep a broker down. */
	if (options->command == COMMAND_RUN)
		return EXIT_MATCH;
	(void)err_set(&session->err, -ENODATA, "no io-config.yaml was written: %s",
		      probe->io_config_note);
	return EXIT_ERROR;
}
