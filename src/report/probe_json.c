/* SPDX-License-Identifier: Apache-2.0 */
/* The probe in reports for machines. */
#include <stdlib.h>

#include "base/err.h"
#include "base/text.h"
#include "report/json_value.h"
#include "report/report.h"

/* Times in ns; whole numbers, since a clock has no more. */
static json_t *latency_value(const struct latency *latency)
{
	json_t *object;

	if (!latency->count)
		return json_null();
	object = value_object();
	value_put(object, "count", value_number(latency->count));
	value_put(object, "p50", value_number(latency->p50));
	value_put(object, "p90", value_number(latency->p90));
	value_put(object, "p99", value_number(latency->p99));
	value_put(object, "p99_9", value_number(latency->p99_9));
	value_put(object, "max", value_number(latency->max));
	return object;
}

static json_t *real_value(double number)
{
	json_t *value = json_real(number);

	return value ? value : json_null();
}

static json_t *known_real(double number)
{
	return number < 0 ? json_null() : real_value(number);
}

static json_t *text_or_null(struct arena *arena, const char *text)
{
	return value_text(arena, text[0] ? text : NULL);
}

static json_t *errno_or_null(struct arena *arena, int error)
{
	return error ? value_text(arena, err_name(error)) : json_null();
}

static json_t *job_value(struct arena *arena, const struct probe_job *job)
{
	json_t *object = value_object();
	bool done = job->state == JOB_DONE;

	value_put(object, "job", value_text(arena, job->name));
	value_put(object, "state", value_text(arena, job_state_name(job->state)));
	value_put(object, "engine", text_or_null(arena, job->engine));
	value_put(object, "block_bytes", value_known(job->block_bytes));
	value_put(object, "depth", value_known(job->depth));
	value_put(object, "threads", value_known(job->threads));
	value_put(object, "reap", value_known(job->reap));
	value_put(object, "duration_ms", value_number(job->duration_ms));
	value_put(object, "requests", value_number(job->requests));
	value_put(object, "buffers_registered", value_tri(job->registered));
	value_put(object, "iops", done ? real_value(job->iops) : json_null());
	value_put(object, "iops_lower_quartile",
		  done ? real_value(job->iops_quartile) : json_null());
	value_put(object, "bandwidth", done ? real_value(job->bandwidth) : json_null());
	value_put(object, "deviation", done ? real_value(job->deviation) : json_null());
	value_put(object, "uncertainty", done ? real_value(job->uncertainty) : json_null());
	value_put(object, "noisy", value_bool(job->noisy));
	value_put(object, "burst", value_bool(job->burst));
	value_put(object, "latency", latency_value(&job->latency));
	value_put(object, "sync", latency_value(&job->sync));
	value_put(object, "cpu_ns_per_io",
		  job->cpu_ns_per_io > 0 ? real_value(job->cpu_ns_per_io) : json_null());
	value_put(object, "steal", done ? known_real(job->steal) : json_null());
	value_put(object, "foreign_bandwidth", done ? known_real(job->foreign) : json_null());
	value_put(object, "remark", text_or_null(arena, job->remark));
	value_put(object, "errno", errno_or_null(arena, job->error));
	value_put(object, "error_offset",
		  job->error ? value_number(job->error_offset) : json_null());
	return object;
}

/* 0: it works; 1: not tried. */
static json_t *nowait_value(struct arena *arena, int answer)
{
	if (answer > 0)
		return json_null();
	return value_text(arena, answer ? err_name(answer) : "ok");
}

static json_t *direct_value(struct arena *arena, const struct direct_io *direct)
{
	json_t *object = value_object(), *nowait = value_object();

	value_put(object, "proof", value_text(arena, proof_name(direct->proof)));
	value_put(object, "sentence", text_or_null(arena, direct->sentence));
	value_put(object, "opens", value_tri(direct->opens));
	value_put(object, "memory_align", value_signed(direct->memory_align));
	value_put(object, "offset_align", value_signed(direct->offset_align));
	value_put(object, "shifted_refused", value_tri(direct->shifted_refused));
	value_put(object, "cached_pages", value_signed(direct->cached_pages));
	value_put(object, "counted", value_tri(direct->counted));
	value_put(object, "smallest_block", value_signed(direct->smallest_block));
	value_put(nowait, "read", nowait_value(arena, direct->nowait_read));
	value_put(nowait, "overwrite", nowait_value(arena, direct->nowait_write));
	value_put(nowait, "append", nowait_value(arena, direct->nowait_append));
	value_put(object, "nowait", nowait);
	value_put(object, "switches_per_append", known_real(direct->switches_per_append));
	return object;
}

static json_t *aio_value(struct arena *arena, const struct aio_check *aio)
{
	json_t *object = value_object();

	value_put(object, "proof", value_text(arena, proof_name(aio->proof)));
	value_put(object, "sentence", text_or_null(arena, aio->sentence));
	value_put(object, "needed", value_number(aio->needed));
	value_put(object, "in_use", value_number(aio->in_use));
	value_put(object, "most", value_known(aio->most));
	return object;
}

/* Null: there is one node, so nothing to choose. */
static json_t *numa_value(struct arena *arena, const struct probe_numa *numa)
{
	json_t *object, *pages;

	if (!numa->is_wanted && !numa->note[0])
		return json_null();
	object = value_object();
	pages = value_object();
	value_put(object, "node", value_signed(numa->is_wanted ? numa->node : -1));
	value_put(object, "node_with_cpus", value_signed(numa->is_wanted ? numa->cpu_node : -1));
	value_put(object, "available", value_tri(numa->available));
	value_put(object, "threads_there", value_tri(numa->threads));
	value_put(object, "threads_errno", errno_or_null(arena, numa->threads_error));
	value_put(object, "buffers_errno", errno_or_null(arena, numa->buffers_error));
	value_put(object, "distances_agree", value_tri(numa->distances_agree));
	value_put(pages, "there", value_number(numa->pages_there));
	value_put(pages, "elsewhere", value_number(numa->pages_elsewhere));
	value_put(pages, "unknown", value_number(numa->pages_unknown));
	value_put(object, "pages", pages);
	value_put(object, "note", text_or_null(arena, numa->note));
	return object;
}

static json_t *floor_value(struct arena *arena, const struct floor *floor)
{
	json_t *object = value_object();

	value_put(object, "floor", value_text(arena, floor->name));
	value_put(object, "required", value_text(arena, floor->required));
	value_put(object, "have", value_text(arena, floor->have));
	value_put(object, "state", value_text(arena, floor_state_name(floor->state)));
	value_put(object, "note", value_text(arena, floor->note));
	value_put(object, "source", value_text(arena, floor->source));
	return object;
}

json_t *probe_json(struct arena *arena, const struct report_probe *probe)
{
	const struct probe_result *result = probe->result;
	json_t *object = value_object(), *jobs = value_array(), *list = value_array();

	value_put(object, "mode", value_text(arena, probe_mode_name(probe->mode)));
	value_put(object, "measured", value_bool(probe->measured));
	value_put(object, "earlier", value_text(arena, probe->earlier));
	value_put(object, "skipped", value_text(arena, probe->skipped));
	value_put(object, "direct_io", result ? direct_value(arena, &result->direct) : json_null());
	value_put(object, "io_setup", result ? aio_value(arena, &result->aio) : json_null());
	value_put(object, "numa", result ? numa_value(arena, &result->numa) : json_null());
	value_put(object, "engine", result ? text_or_null(arena, result->engine) : json_null());
	value_put(object, "engine_reason",
		  result ? text_or_null(arena, result->engine_reason) : json_null());
	value_put(object, "invalid", result ? text_or_null(arena, result->invalid) : json_null());
	value_put(object, "failure", result ? text_or_null(arena, result->failure) : json_null());
	value_put(object, "file_bytes", value_known(result ? result->file_bytes : 0));
	value_put(object, "duration_ms",
		  result ? value_number((uint64_t)(result->elapsed_s * 1000)) : json_null());
	for (unsigned i = 0; result && i < result->job_count; i++)
		value_append(jobs, job_value(arena, &result->jobs[i]));
	value_put(object, "jobs", jobs);
	vec_for_each (floor, &probe->floors)
		value_append(list, floor_value(arena, floor));
	value_put(object, "floors", list);
	value_put(object, "io_config", value_text(arena, probe->io_config));
	value_put(object, "io_config_note", value_text(arena, probe->io_config_note));
	return object;
}
