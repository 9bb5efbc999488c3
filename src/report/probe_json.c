/* SPDX-License-Identifier: Apache-2.0 */
/* The probe in reports for machines. */
#include <stdlib.h>

#include "base/err.h"
#include "base/text.h"
#include "report/distance.h"
#include "report/json_value.h"
#include "report/report.h"

/* Times in ns; whole numbers, since a clock has no more. */
static json_t *latency_value(const struct latency *latency)
{
	json_t *object;

	if (!latency->count)
		return json_null();
	object = json_value_object();
	json_value_put(object, "count", json_value_number(latency->count));
	json_value_put(object, "p50", json_value_number(latency->p50));
	json_value_put(object, "p90", json_value_number(latency->p90));
	json_value_put(object, "p99", json_value_number(latency->p99));
	json_value_put(object, "p99_9", json_value_number(latency->p99_9));
	json_value_put(object, "max", json_value_number(latency->max));
	return object;
}

static json_t *known_real(double number)
{
	return number < 0 ? json_null() : json_value_real(number);
}

static json_t *text_or_null(struct arena *arena, const char *text)
{
	return json_value_text(arena, text[0] ? text : NULL);
}

static json_t *errno_or_null(struct arena *arena, int error)
{
	return error ? json_value_text(arena, err_name(error)) : json_null();
}

static json_t *rates_value(const struct probe_job *job)
{
	json_t *array = json_value_array();

	for (unsigned i = 0; i < job->rate_count; i++)
		json_value_append(array, json_value_real(job->rates[i]));
	return array;
}

static json_t *job_value(struct arena *arena, const struct probe_job *job)
{
	json_t *object = json_value_object();
	bool done = job->state == JOB_DONE;
	bool spread = done && (!job->noisy || job->uncertainty > 0);

	json_value_put(object, "job", json_value_text(arena, job->name));
	json_value_put(object, "state", json_value_text(arena, job_state_name(job->state)));
	json_value_put(object, "engine", text_or_null(arena, job->engine));
	json_value_put(object, "block_bytes", json_value_known(job->block_bytes));
	json_value_put(object, "depth", json_value_known(job->depth));
	json_value_put(object, "threads", json_value_known(job->threads));
	json_value_put(object, "reap", json_value_known(job->reap));
	json_value_put(object, "duration_ms", json_value_number(job->duration_ms));
	json_value_put(object, "requests", json_value_number(job->requests));
	json_value_put(object, "buffers_registered", json_value_tri(job->registered));
	json_value_put(object, "iops", done ? json_value_real(job->iops) : json_null());
	json_value_put(object, "iops_lower_quartile",
		       done ? json_value_real(job->iops_quartile) : json_null());
	json_value_put(object, "rates_window_ms", json_value_known(job->rate_ms));
	json_value_put(object, "rates", rates_value(job));
	json_value_put(object, "bandwidth", done ? json_value_real(job->bandwidth) : json_null());
	json_value_put(object, "deviation", spread ? json_value_real(job->deviation) : json_null());
	json_value_put(object, "uncertainty",
		       spread ? json_value_real(job->uncertainty) : json_null());
	json_value_put(object, "noisy", json_value_bool(job->noisy));
	json_value_put(object, "burst", json_value_bool(job->burst));
	json_value_put(object, "latency", latency_value(&job->latency));
	json_value_put(object, "sync", latency_value(&job->sync));
	json_value_put(object, "cpu_ns_per_io",
		       job->cpu_ns_per_io > 0 ? json_value_real(job->cpu_ns_per_io) : json_null());
	json_value_put(object, "steal", done ? known_real(job->steal) : json_null());
	json_value_put(object, "foreign_bandwidth", done ? known_real(job->foreign) : json_null());
	json_value_put(object, "remark", text_or_null(arena, job->remark));
	json_value_put(object, "errno", errno_or_null(arena, job->error));
	json_value_put(object, "error_offset",
		       job->error ? json_value_number(job->error_offset) : json_null());
	return object;
}

/* 0: it works; 1: not tried. */
static json_t *nowait_value(struct arena *arena, int answer)
{
	if (answer > 0)
		return json_null();
	return json_value_text(arena, answer ? err_name(answer) : "ok");
}

static json_t *direct_value(struct arena *arena, const struct direct_io *direct)
{
	json_t *object = json_value_object(), *nowait = json_value_object();

	json_value_put(object, "proof", json_value_text(arena, proof_name(direct->proof)));
	json_value_put(object, "sentence", text_or_null(arena, direct->sentence));
	json_value_put(object, "opens", json_value_tri(direct->opens));
	json_value_put(object, "memory_align", json_value_signed(direct->memory_align));
	json_value_put(object, "offset_align", json_value_signed(direct->offset_align));
	json_value_put(object, "shifted_refused", json_value_tri(direct->shifted_refused));
	json_value_put(object, "cached_pages", json_value_signed(direct->cached_pages));
	json_value_put(object, "counted", json_value_tri(direct->counted));
	json_value_put(object, "smallest_block", json_value_signed(direct->smallest_block));
	json_value_put(nowait, "read", nowait_value(arena, direct->nowait_read));
	json_value_put(nowait, "overwrite", nowait_value(arena, direct->nowait_write));
	json_value_put(nowait, "append", nowait_value(arena, direct->nowait_append));
	json_value_put(object, "nowait", nowait);
	json_value_put(object, "switches_per_append", known_real(direct->switches_per_append));
	return object;
}

static json_t *aio_value(struct arena *arena, const struct aio_check *aio)
{
	json_t *object = json_value_object();

	json_value_put(object, "proof", json_value_text(arena, proof_name(aio->proof)));
	json_value_put(object, "sentence", text_or_null(arena, aio->sentence));
	json_value_put(object, "needed", json_value_number(aio->needed));
	json_value_put(object, "in_use", json_value_number(aio->in_use));
	json_value_put(object, "most", json_value_known(aio->most));
	return object;
}

/* Null: there is one node, so nothing to choose. */
static json_t *numa_value(struct arena *arena, const struct probe_numa *numa)
{
	json_t *object, *pages;

	if (!numa->is_wanted && !numa->note[0])
		return json_null();
	object = json_value_object();
	pages = json_value_object();
	json_value_put(object, "node", json_value_signed(numa->is_wanted ? numa->node : -1));
	json_value_put(object, "node_with_cpus",
		       json_value_signed(numa->is_wanted ? numa->cpu_node : -1));
	json_value_put(object, "available", json_value_tri(numa->available));
	json_value_put(object, "threads_there", json_value_tri(numa->threads));
	json_value_put(object, "threads_errno", errno_or_null(arena, numa->threads_error));
	json_value_put(object, "buffers_errno", errno_or_null(arena, numa->buffers_error));
	json_value_put(object, "distances_agree", json_value_tri(numa->distances_agree));
	json_value_put(pages, "there", json_value_number(numa->pages_there));
	json_value_put(pages, "elsewhere", json_value_number(numa->pages_elsewhere));
	json_value_put(pages, "unknown", json_value_number(numa->pages_unknown));
	json_value_put(object, "pages", pages);
	json_value_put(object, "note", text_or_null(arena, numa->note));
	return object;
}

/* True: the filter held to the end; null: it did not come to that. */
static json_t *sandbox_value(struct arena *arena, const struct probe_sandbox *sandbox)
{
	json_t *object = json_value_object();

	json_value_put(object, "system_calls", json_value_tri(sandbox->calls));
	json_value_put(object, "system_calls_errno", errno_or_null(arena, sandbox->calls_error));
	json_value_put(object, "files", json_value_tri(sandbox->files));
	json_value_put(object, "files_errno", errno_or_null(arena, sandbox->files_error));
	return object;
}

static json_t *temperature_value(unsigned kelvin)
{
	return kelvin ? json_value_number(kelvin) : json_null();
}

static json_t *drive_value(struct arena *arena, const struct drive_change *change)
{
	const struct nvme_smart *before = &change->before, *after = &change->after;
	json_t *object = json_value_object();
	bool known = change->throttled != TRI_UNKNOWN;

	json_value_put(object, "disk", json_value_text(arena, change->disk));
	json_value_put(object, "errno", errno_or_null(arena, change->error));
	json_value_put(object, "kelvin_before", temperature_value(before->temperature_kelvin));
	json_value_put(object, "kelvin_after",
		       temperature_value(change->error ? 0 : after->temperature_kelvin));
	json_value_put(object, "new_media_errors",
		       known ? json_value_number(after->media_errors - before->media_errors)
			     : json_null());
	json_value_put(object, "throttled", json_value_tri(change->throttled));
	json_value_put(object, "too_hot", json_value_tri(change->too_hot));
	return object;
}

static json_t *disk_value(struct arena *arena, const struct disk *disk)
{
	json_t *object = json_value_object();

	json_value_put(object, "disk", json_value_text(arena, disk->name));
	disk_json_put(arena, object, disk);
	return object;
}

static json_t *floor_value(struct arena *arena, const struct floor *floor)
{
	json_t *object = json_value_object();

	json_value_put(object, "floor", json_value_text(arena, floor->name));
	json_value_put(object, "required", json_value_text(arena, floor->required));
	json_value_put(object, "have", json_value_text(arena, floor->have));
	json_value_put(object, "figure", json_value_text(arena, floor->figure));
	json_value_put(object, "state", json_value_text(arena, floor_state_name(floor->state)));
	json_value_put(object, "note", json_value_text(arena, floor->note));
	json_value_put(object, "source", json_value_text(arena, floor->source));
	return object;
}

json_t *probe_json(struct arena *arena, const struct report_probe *probe)
{
	const struct probe_result *result = probe->result;
	json_t *object = json_value_object(), *jobs = json_value_array(),
	       *list = json_value_array(), *drives = json_value_array(),
	       *disks = json_value_array();

	json_value_put(object, "mode", json_value_text(arena, probe_mode_name(probe->mode)));
	json_value_put(object, "measured", json_value_bool(probe->measured));
	json_value_put(object, "earlier", json_value_text(arena, probe->earlier));
	json_value_put(object, "skipped", json_value_text(arena, probe->skipped));
	json_value_put(object, "direct_io",
		       result ? direct_value(arena, &result->direct) : json_null());
	json_value_put(object, "io_setup", result ? aio_value(arena, &result->aio) : json_null());
	json_value_put(object, "numa", result ? numa_value(arena, &result->numa) : json_null());
	json_value_put(object, "numa_distance", distance_json(arena, probe));
	json_value_put(object, "sandbox",
		       result ? sandbox_value(arena, &result->sandbox) : json_null());
	vec_for_each (drive, &probe->drives)
		json_value_append(drives, drive_value(arena, drive));
	json_value_put(object, "drives", drives);
	vec_for_each (disk, &probe->disks)
		json_value_append(disks, disk_value(arena, *disk));
	json_value_put(object, "disks", disks);
	json_value_put(object, "engine",
		       result ? text_or_null(arena, result->engine) : json_null());
	json_value_put(object, "engine_reason",
		       result ? text_or_null(arena, result->engine_reason) : json_null());
	json_value_put(object, "invalid",
		       result ? text_or_null(arena, result->invalid) : json_null());
	json_value_put(object, "failure",
		       result ? text_or_null(arena, result->failure) : json_null());
	json_value_put(object, "file_bytes", json_value_known(result ? result->file_bytes : 0));
	json_value_put(object, "duration_ms",
		       result       ? json_value_number((uint64_t)(result->elapsed_s * 1000))
		       : probe->cpu ? json_value_number(probe->cpu->duration_ms)
				    : json_null());
	for (unsigned i = 0; result && i < result->job_count; i++)
		json_value_append(jobs, job_value(arena, &result->jobs[i]));
	json_value_put(object, "jobs", jobs);
	json_value_put(object, "envelope",
		       result && result->load_count ? probe_envelope_json(arena, result)
						    : json_null());
	json_value_put(object, "cpu", probe->cpu ? probe_cpu_json(arena, probe->cpu) : json_null());
	json_value_put(object, "cpu_earlier", json_value_text(arena, probe->cpu_earlier));
	json_value_put(object, "cpu_skipped", json_value_text(arena, probe->cpu_skipped));
	vec_for_each (floor, &probe->floors)
		json_value_append(list, floor_value(arena, floor));
	json_value_put(object, "floors", list);
	json_value_put(object, "io_config", json_value_text(arena, probe->io_config));
	json_value_put(object, "io_config_note", json_value_text(arena, probe->io_config_note));
	return object;
}
