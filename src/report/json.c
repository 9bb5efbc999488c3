/* SPDX-License-Identifier: Apache-2.0 */
/* docs/report.schema.json describes every key; only the value of "run" may differ between two
 * reports of the same node and profile. */
#include "report/json_value.h"
#include "report/layout.h"
#include "report/report.h"

static json_t *data_dir(struct arena *arena, const struct facts *facts)
{
	const struct live_data_dir *dir = &facts->live.data_dir;
	json_t *object = value_object();
	names disks = {0};

	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			vec_push(arena, &disks, disk->name);
	}
	value_put(object, "path", value_text(arena, dir->path));
	value_put(object, "filesystem", value_text(arena, dir->fs_type));
	value_put(object, "mount_point", value_text(arena, dir->mount_point));
	value_put(object, "disks", value_texts(arena, &disks));
	return object;
}

static json_t *node(struct arena *arena, const struct facts *facts)
{
	const struct host *host = &facts->host;
	const struct topology *topology = &facts->topology;
	json_t *object = value_object();

	value_put(object, "kernel", value_text(arena, host->kernel_release));
	value_put(object, "arch", value_text(arena, host->arch));
	value_put(object, "os", value_text(arena, host->os));
	value_put(object, "virtualization", value_text(arena, host->virtualization));
	value_put(object, "cloud", value_text(arena, host->cloud));
	value_put(object, "vendor", value_text(arena, host->vendor));
	value_put(object, "product", value_text(arena, host->product));
	value_put(object, "cpus", value_known(cpuset_weight(&topology->online)));
	value_put(object, "cores", value_known(topology->cores.count));
	value_put(object, "packages", value_known(topology->packages));
	value_put(object, "numa_nodes", value_known(topology->nodes.count));
	value_put(object, "memory_bytes", value_known(host->memory_bytes));
	value_put(object, "data_dir", data_dir(arena, facts));
	value_put(object, "container", value_text(arena, facts->live.container));
	value_put(object, "live", value_bool(facts->live_root));
	return object;
}

static json_t *profile(struct arena *arena, const struct report *report)
{
	const struct profile *from = report->profile;
	json_t *object;

	if (!from)
		return json_null();
	object = value_object();
	value_put(object, "name", value_text(arena, from->name));
	value_put(object, "sha256", value_text(arena, from->sha256));
	value_put(object, "sources", value_texts(arena, &from->sources));
	if (report->profile_fault)
		value_put(object, "fault", value_text(arena, report->profile_fault));
	if (report->profile_note)
		value_put(object, "note", value_text(arena, report->profile_note));
	return object;
}

static json_t *summary(const struct verdict *verdict)
{
	json_t *object = value_object(), *checks = value_object();

	for (enum state state = STATE_SAME; state < STATE_COUNT; state++)
		value_put(object, state_names[state], value_number(verdict->settings[state]));
	for (enum check_state state = 0; state < CHECK_STATE_COUNT; state++)
		value_put(checks, check_state_names[state], value_number(verdict->checks[state]));
	value_put(object, "checks", checks);
	value_put(object, "required_failed", value_number(verdict->required_failed));
	return object;
}

/* States that a write leads to. */
static bool was_written(enum state state)
{
	return state == STATE_CHANGED || state == STATE_FAILED || state == STATE_CONTESTED;
}

static json_t *settings_json(struct arena *arena, const setting_list *settings)
{
	json_t *array = value_array();

	vec_for_each (setting, settings) {
		json_t *object = value_object();

		value_put(object, "tuner", value_text(arena, setting->wish->tuner));
		value_put(object, "setting", value_text(arena, setting->wish->name));
		value_put(object, "path", value_text(arena, setting->wish->path));
		value_put(object, "have", value_text(arena, setting->have));
		value_put(object, "want", value_text(arena, setting->want));
		value_put(object, "state", value_text(arena, state_names[setting->state]));
		value_put(object, "severity",
			  value_text(arena, severity_names[setting->wish->severity]));
		value_put(object, "why", value_text(arena, setting->wish->why));
		value_put(object, "source", value_text(arena, setting->wish->source));
		value_put(object, "note", value_text(arena, setting->note));
		if (setting->wish->disruptive)
			value_put(object, "disruptive", value_bool(true));
		if (setting->is_managed)
			value_put(object, "effective_affinity",
				  value_text(arena, setting->effective));
		if (setting->before && was_written(setting->state))
			value_put(object, "before", value_text(arena, setting->before));
		value_append(array, object);
	}
	return array;
}

static json_t *checks_json(struct arena *arena, const check_list *checks)
{
	json_t *array = value_array();

	vec_for_each (check, checks) {
		json_t *object = value_object();

		value_put(object, "check", value_text(arena, check->id));
		value_put(object, "required", value_text(arena, check->required));
		if (check->varies)
			value_put(object, "have_in", value_text(arena, "run.measured"));
		else
			value_put(object, "have", value_text(arena, check->have));
		value_put(object, "state", value_text(arena, check_state_names[check->state]));
		value_put(object, "severity", value_text(arena, severity_names[check->severity]));
		value_put(object, "note", value_text(arena, check->note));
		value_put(object, "source", value_text(arena, check->source));
		value_append(array, object);
	}
	return array;
}

/* Advised ones that were not looked at are only counted. */
static json_t *left_out_json(struct arena *arena, const struct left_out *from,
			     const struct verdict *verdict)
{
	json_t *object = value_object();

	value_put(object, "by", value_text(arena, from->by));
	value_put(object, "tuners", value_texts(arena, &from->tuners));
	value_put(object, "settings_left_out", value_number(from->settings_count));
	value_put(object, "checks_left_out", value_number(from->checks_count));
	value_put(object, "required", value_number(verdict->left_out_required));
	value_put(object, "required_failed", value_number(verdict->left_out_open));
	value_put(object, "settings", settings_json(arena, &from->settings));
	value_put(object, "checks", checks_json(arena, &from->checks));
	return object;
}

static json_t *start_options(struct arena *arena, const struct start_options *from)
{
	json_t *object = value_object();

	value_put(object, "smp", value_known(from->smp));
	value_put(object, "cpuset", value_text(arena, from->cpuset));
	value_put(object, "memory_bytes", value_known(from->memory_bytes));
	if (from->state_file)
		value_put(object, "state_file", value_text(arena, from->state_file));
	return object;
}

static json_t *redpanda(struct arena *arena, const struct plan *plan)
{
	json_t *object = redpanda_json(arena, plan->redpanda);

	value_put(object, "switches",
		  value_text(arena, plan->ignores_switches ? "ignored" : "followed"));
	return object;
}

static json_t *gate(struct arena *arena, const struct report_gate *from)
{
	json_t *object = value_object();

	value_put(object, "mode", value_text(arena, from->mode));
	value_put(object, "may_start", value_bool(from->may_start));
	value_put(object, "reason", value_text(arena, from->reason));
	return object;
}

static void add_measured(json_t *measured, struct arena *arena, const setting_list *settings,
			 const check_list *checks)
{
	vec_for_each (setting, settings) {
		if (setting->wish->measured)
			value_put(measured, layout_clean(arena, setting->wish->name, KEEP_CONTROLS),
				  value_text(arena, setting->wish->measured));
	}
	vec_for_each (check, checks) {
		if (check->varies)
			value_put(measured, layout_clean(arena, check->id, KEEP_CONTROLS),
				  value_text(arena, check->have));
	}
}

static json_t *run(struct arena *arena, const struct report *report)
{
	const struct plan *plan = report->plan;
	json_t *object = value_object(), *measured = value_object();

	value_put(object, "started", value_text(arena, report->run.started));
	value_put(object, "duration_ms", value_number(report->run.duration_ms));
	value_put(object, "journal", value_text(arena, report->run.journal));
	value_put(object, "writes", value_number(report->run.writes));
	value_put(object, "default_options", value_texts(arena, &report->run.default_options));
	add_measured(measured, arena, &plan->settings, &plan->checks);
	add_measured(measured, arena, &plan->left_out.settings, &plan->left_out.checks);
	value_put(object, "measured", measured);
	return object;
}

char *report_json(struct arena *arena, const struct report *report)
{
	json_t *object = value_object();

	value_put(object, "schema", value_text(arena, REPORT_SCHEMA));
	value_put(object, "tool", value_tool(arena));
	value_put(object, "command", value_text(arena, report->command));
	value_put(object, "node", node(arena, report->facts));
	value_put(object, "profile", profile(arena, report));
	value_put(object, "verdict", value_text(arena, report->verdict.text));
	value_put(object, "exit_code", value_number((uint64_t)report->exit_code));
	value_put(object, "summary", summary(&report->verdict));
	if (report->profile) {
		value_put(object, "placement", placement_json(arena, &report->plan->placement));
		value_put(object, "start_options",
			  start_options(arena, &report->plan->start_options));
	}
	if (report->plan->redpanda)
		value_put(object, "redpanda", redpanda(arena, report->plan));
	value_put(object, "settings", settings_json(arena, &report->plan->settings));
	value_put(object, "checks", checks_json(arena, &report->plan->checks));
	if (report->plan->left_out.by)
		value_put(object, "left_out",
			  left_out_json(arena, &report->plan->left_out, &report->verdict));
	if (report->gate.mode)
		value_put(object, "gate", gate(arena, &report->gate));
	if (report->probe)
		value_put(object, "probe", probe_json(arena, report->probe));
	value_put(object, "run", run(arena, report));
	return value_dump(arena, object);
}
