/* SPDX-License-Identifier: Apache-2.0 */
/* docs/report.schema.json describes every key; only the value of "run" may differ between two
 * reports of the same node and profile on the same day (UTC): waivers count days. */
#include "base/escape.h"
#include "plan/waive.h"
#include "report/json_value.h"
#include "report/layout.h"
#include "report/points.h"
#include "report/report.h"
#include "tuners/tuners.h"

static json_t *data_dir(struct arena *arena, const struct facts *facts)
{
	const struct live_data_dir *dir = &facts->live.data_dir;
	json_t *object = json_value_object();
	names disks = {0};

	vec_for_each (disk, &facts->disks) {
		if (disk->is_data)
			vec_push(arena, &disks, disk->name);
	}
	json_value_put(object, "path", json_value_text(arena, dir->path));
	json_value_put(object, "filesystem", json_value_text(arena, dir->fs_type));
	json_value_put(object, "mount_point", json_value_text(arena, dir->mount_point));
	json_value_put(object, "disks", json_value_texts(arena, &disks));
	return object;
}

static json_t *node(struct arena *arena, const struct facts *facts)
{
	const struct host *host = &facts->host;
	const struct topology *topology = &facts->topology;
	json_t *object = json_value_object();

	json_value_put(object, "hostname", json_value_text(arena, host->hostname));
	json_value_put(object, "id", json_value_text(arena, host->node_id));
	json_value_put(object, "kernel", json_value_text(arena, host->kernel_release));
	json_value_put(object, "arch", json_value_text(arena, host->arch));
	json_value_put(object, "os", json_value_text(arena, host->os));
	json_value_put(object, "virtualization", json_value_text(arena, host->virtualization));
	json_value_put(object, "cloud", json_value_text(arena, host->cloud));
	json_value_put(object, "vendor", json_value_text(arena, host->vendor));
	json_value_put(object, "product", json_value_text(arena, host->product));
	json_value_put(object, "cpus", json_value_known(cpuset_weight(&topology->online)));
	json_value_put(object, "cores", json_value_known(topology->cores.count));
	json_value_put(object, "packages", json_value_known(topology->packages));
	json_value_put(object, "numa_nodes", json_value_known(topology->nodes.count));
	json_value_put(object, "memory_bytes", json_value_known(host->memory_bytes));
	json_value_put(object, "data_dir", data_dir(arena, facts));
	json_value_put(object, "container", json_value_text(arena, facts->live.container));
	json_value_put(object, "live", json_value_bool(facts->live_root));
	return object;
}

static json_t *profile(struct arena *arena, const struct report *report)
{
	const struct profile *from = report->profile;
	json_t *object;

	if (!from)
		return json_null();
	object = json_value_object();
	json_value_put(object, "name", json_value_text(arena, from->name));
	json_value_put(object, "sha256", json_value_text(arena, from->sha256));
	json_value_put(object, "sources", json_value_texts(arena, &from->sources));
	json_value_put(object, "gate", json_value_text(arena, profile_gate_name(from->gate)));
	if (report->profile_fault)
		json_value_put(object, "fault", json_value_text(arena, report->profile_fault));
	if (report->profile_note)
		json_value_put(object, "note", json_value_text(arena, report->profile_note));
	return object;
}

static json_t *overlays(struct arena *arena, const struct profile *profile)
{
	json_t *array = json_value_array();

	vec_for_each (overlay, &profile->overlays) {
		json_t *object = json_value_object();

		json_value_put(object, "profile", json_value_text(arena, overlay->profile));
		json_value_put(object, "line", json_value_number(overlay->line));
		json_value_put(object, "when", json_value_text(arena, overlay->when));
		json_value_put(object, "applied", json_value_bool(overlay->is_applied));
		json_value_put(object, "fact", json_value_text(arena, overlay->fact));
		json_value_put(object, "value", json_value_text(arena, overlay->value));
		json_value_append(array, object);
	}
	return array;
}

static json_t *lowered(struct arena *arena, const struct profile *profile)
{
	json_t *array = json_value_array();

	vec_for_each (one, &profile->lowered) {
		json_t *object = json_value_object();

		json_value_put(object, "section", json_value_text(arena, one->section));
		json_value_put(object, "key", json_value_text(arena, one->key));
		json_value_put(object, "now", json_value_text(arena, one->now));
		json_value_put(object, "profile", json_value_text(arena, one->profile));
		json_value_put(object, "line", json_value_number(one->line));
		json_value_put(object, "overlay", json_value_text(arena, one->overlay));
		json_value_put(object, "required_by", json_value_text(arena, one->required_by));
		json_value_append(array, object);
	}
	return array;
}

static json_t *leaves(struct arena *arena, const struct profile *profile)
{
	json_t *array = json_value_array();

	vec_for_each (entry, &profile->entries) {
		json_t *object;

		if (entry->value.rule != RULE_LEAVE)
			continue;
		object = json_value_object();
		json_value_put(object, "section", json_value_text(arena, entry->section));
		json_value_put(object, "key", json_value_text(arena, entry->key));
		json_value_put(object, "why", json_value_text(arena, entry->value.why));
		json_value_put(object, "source", json_value_text(arena, entry->value.source));
		json_value_append(array, object);
	}
	return array;
}

static json_t *waivers_json(struct arena *arena, const struct plan *plan)
{
	json_t *array = json_value_array();

	vec_for_each (waiving, &plan->waivings) {
		json_t *object = json_value_waiver(arena, waiving);

		json_value_put(object, "source", json_value_text(arena, waiving->waiver->source));
		json_value_put(object, "state",
			       json_value_text(arena, waive_state_names[waive_state(waiving)]));
		json_value_put(object, "covers", json_value_number(waiving->covers));
		json_value_put(object, "needed_by",
			       json_value_number(waive_count(plan, waiving).open));
		json_value_append(array, object);
	}
	return array;
}

static json_t *summary(const struct report *report)
{
	const struct verdict *verdict = &report->verdict;
	json_t *object = json_value_object(), *checks = json_value_object();

	for (enum state state = STATE_SAME; state < STATE_COUNT; state++)
		json_value_put(object, plan_state_names[state],
			       json_value_number(verdict->settings[state]));
	for (enum check_state state = 0; state < CHECK_STATE_COUNT; state++)
		json_value_put(checks, plan_check_state_names[state],
			       json_value_number(verdict->checks[state]));
	json_value_put(object, "checks", checks);
	json_value_put(object, "required_failed", json_value_number(verdict->required_failed));
	if (report->profile)
		json_value_put(object, "leave",
			       json_value_number(profile_leave_count(report->profile)));
	return object;
}

/* States that a write leads to. */
static bool was_written(enum state state)
{
	return state == STATE_CHANGED || state == STATE_FAILED || state == STATE_CONTESTED;
}

/* want: the value beside it. */
static json_t *bounds_json(struct arena *arena, const struct setting *setting, json_t *want)
{
	const struct wish *wish = setting->wish;
	json_t *array = json_value_array();

	if (wish->operands.count && setting->want && wish->rule == RULE_FIRST_OF) {
		json_value_append(array, json_incref(want));
		return array;
	}
	vec_for_each (operand, &wish->operands)
		json_value_append(array, text_equal(*operand, setting->want)
					     ? json_incref(want)
					     : json_value_text(arena, *operand));
	return array;
}

/* Only where more than one statement had a part in it: else `source` says all. */
static void put_merged(struct arena *arena, json_t *object, const struct merge_step *last)
{
	json_t *array;
	merge_steps steps;

	if (!last || !last->earlier)
		return;
	array = json_value_array();
	steps = merge_steps_of(arena, last);
	vec_for_each (item, &steps) {
		const struct merge_step *step = *item;
		json_t *one = json_value_object();

		json_value_put(one, "profile", json_value_text(arena, step->profile));
		json_value_put(one, "file", json_value_text(arena, step->file));
		json_value_put(one, "line", json_value_number(step->line));
		json_value_put(one, "overlay", json_value_text(arena, step->overlay));
		json_value_put(one, "value", json_value_text(arena, step->value));
		json_value_put(one, "severity",
			       step->has_severity
				   ? json_value_text(arena, plan_severity_names[step->severity])
				   : json_null());
		json_value_append(array, one);
	}
	json_value_put(object, "merged", array);
}

static json_t *setting_json(struct arena *arena, const struct setting *setting)
{
	json_t *object = json_value_object(), *want = json_value_text(arena, setting->want);

	json_value_put(object, "tuner", json_value_text(arena, setting->wish->tuner));
	json_value_put(object, "setting", json_value_text(arena, setting->wish->name));
	json_value_put(object, "path", json_value_text(arena, setting->wish->path));
	json_value_put(object, "have", json_value_text(arena, setting->have));
	json_value_put(object, "want", want);
	json_value_put(object, "rule", json_value_text(arena, point_rule(setting)));
	json_value_put(object, "bounds", bounds_json(arena, setting, want));
	json_value_put(object, "state", json_value_text(arena, plan_state_names[setting->state]));
	json_value_put(object, "severity",
		       json_value_text(arena, plan_severity_names[setting->wish->severity]));
	json_value_put(object, "why", json_value_text(arena, setting->wish->why));
	json_value_put(object, "source", json_value_text(arena, setting->wish->source));
	put_merged(arena, object, setting->wish->merged);
	json_value_put(object, "advice",
		       json_value_text(arena, tuner_advice(setting->wish->tuner)));
	json_value_put(object, "note", json_value_text(arena, setting->note));
	if (setting->wish->waiver)
		json_value_put(object, "waiver", json_value_waiver(arena, setting->wish->waiver));
	if (setting->wish->disruptive)
		json_value_put(object, "disruptive", json_value_bool(true));
	if (setting->is_managed)
		json_value_put(object, "effective_affinity",
			       json_value_text(arena, setting->effective));
	if (setting->is_unproven)
		json_value_put(object, "trial", json_value_bool(true));
	if (setting->before && was_written(setting->state))
		json_value_put(object, "before", json_value_text(arena, setting->before));
	return object;
}

static json_t *settings_json(struct arena *arena, const setting_list *settings)
{
	json_t *array = json_value_array();

	vec_for_each (setting, settings)
		json_value_append(array, setting_json(arena, setting));
	return array;
}

static json_t *checks_json(struct arena *arena, const check_list *checks)
{
	json_t *array = json_value_array();

	vec_for_each (check, checks) {
		json_t *object = json_value_object();

		json_value_put(object, "check", json_value_text(arena, check->id));
		json_value_put(object, "required", json_value_text(arena, check->required));
		if (check->varies)
			json_value_put(object, "have_in", json_value_text(arena, "run.measured"));
		else
			json_value_put(object, "have", json_value_text(arena, check->have));
		json_value_put(object, "state",
			       json_value_text(arena, plan_check_state_names[check->state]));
		json_value_put(object, "severity",
			       json_value_text(arena, plan_severity_names[check->severity]));
		json_value_put(object, "note", json_value_text(arena, check->note));
		json_value_put(object, "source", json_value_text(arena, check->source));
		put_merged(arena, object, check->merged);
		if (check->waiver)
			json_value_put(object, "waiver", json_value_waiver(arena, check->waiver));
		json_value_append(array, object);
	}
	return array;
}

/* Advised ones that were not looked at are only counted. */
static json_t *left_out_json(struct arena *arena, const struct left_out *from,
			     const struct verdict *verdict)
{
	json_t *object = json_value_object();

	json_value_put(object, "by", json_value_text(arena, from->by));
	json_value_put(object, "tuners", json_value_texts(arena, &from->tuners));
	json_value_put(object, "settings_left_out", json_value_number(from->settings_count));
	json_value_put(object, "checks_left_out", json_value_number(from->checks_count));
	json_value_put(object, "required", json_value_number(verdict->left_out_required));
	json_value_put(object, "required_failed", json_value_number(verdict->left_out_open));
	json_value_put(object, "settings", settings_json(arena, &from->settings));
	json_value_put(object, "checks", checks_json(arena, &from->checks));
	return object;
}

static json_t *start_options(struct arena *arena, const struct start_options *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "smp", json_value_known(from->smp));
	json_value_put(object, "cpuset", json_value_text(arena, from->cpuset));
	json_value_put(object, "memory_bytes", json_value_known(from->memory_bytes));
	if (from->state_file)
		json_value_put(object, "state_file", json_value_text(arena, from->state_file));
	return object;
}

static json_t *redpanda(struct arena *arena, const struct plan *plan)
{
	json_t *object = facts_redpanda_json(arena, plan->redpanda);

	json_value_put(object, "switches",
		       json_value_text(arena, plan->ignores_switches ? "ignored" : "followed"));
	return object;
}

static json_t *gate(struct arena *arena, const struct report_gate *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "mode", json_value_text(arena, from->mode));
	json_value_put(object, "may_start", json_value_bool(from->may_start));
	json_value_put(object, "reason", json_value_text(arena, from->reason));
	return object;
}

static void add_measured(json_t *measured, struct arena *arena, const setting_list *settings,
			 const check_list *checks)
{
	vec_for_each (setting, settings) {
		if (setting->wish->measured)
			json_value_put(
			    measured, escape_text(arena, setting->wish->name, ESCAPE_KEEP_CONTROLS),
			    json_value_text(arena, setting->wish->measured));
	}
	vec_for_each (check, checks) {
		if (check->varies)
			json_value_put(measured,
				       escape_text(arena, check->id, ESCAPE_KEEP_CONTROLS),
				       json_value_text(arena, check->have));
	}
}

/* What this command has left there; null: it had nothing to tell. */
static json_t *history(struct arena *arena, const struct report_run *from)
{
	json_t *object;

	if (!from->history_line && !from->history_gap)
		return json_null();
	object = json_value_object();
	json_value_put(object, "line", json_value_known(from->history_line));
	json_value_put(object, "hash", json_value_text(arena, from->history_hash));
	json_value_put(object, "gap", json_value_text(arena, from->history_gap));
	return object;
}

static json_t *run(struct arena *arena, const struct report *report)
{
	const struct plan *plan = report->plan;
	json_t *object = json_value_object(), *measured = json_value_object();

	json_value_put(object, "started", json_value_text(arena, report->run.started));
	json_value_put(object, "date", json_value_text(arena, report->run.date));
	json_value_put(object, "duration_ms", json_value_number(report->run.duration_ms));
	json_value_put(object, "journal", json_value_text(arena, report->run.journal));
	json_value_put(object, "writes", json_value_number(report->run.writes));
	json_value_put(object, "trials", json_value_number(report->run.trials));
	json_value_put(object, "history", history(arena, &report->run));
	json_value_put(object, "options", json_value_texts(arena, &report->run.options));
	json_value_put(object, "default_options",
		       json_value_texts(arena, &report->run.default_options));
	add_measured(measured, arena, &plan->settings, &plan->checks);
	add_measured(measured, arena, &plan->left_out.settings, &plan->left_out.checks);
	json_value_put(object, "measured", measured);
	return object;
}

/* By whom they are kept free is in the facts. */
static json_t *isolated(struct arena *arena, const struct isolated *from)
{
	json_t *object = json_value_object();

	json_value_put(object, "cpus", json_value_text(arena, cpuset_list(arena, &from->cpus)));
	json_value_put(object, "problem", json_value_text(arena, from->problem));
	json_value_put(object, "remark", json_value_text(arena, from->remark));
	return object;
}

char *report_json(struct arena *arena, const struct report *report)
{
	/* A restore follows the journal, and a probe measures: neither places anything. */
	bool is_placed = report->plan->placement.reason;
	json_t *object = json_value_object();
	names settings = {0};

	json_value_put(object, "schema", json_value_text(arena, REPORT_SCHEMA));
	json_value_put(object, "tool", json_value_build(arena, report->build));
	json_value_put(object, "command", json_value_text(arena, report->command));
	json_value_put(object, "node", node(arena, report->facts));
	json_value_put(object, "profile", profile(arena, report));
	json_value_put(object, "verdict", json_value_text(arena, report->verdict.text));
	json_value_put(object, "exit_code", json_value_number((uint64_t)report->exit_code));
	json_value_put(object, "summary", summary(report));
	if (is_placed)
		json_value_put(object, "placement",
			       facts_placement_json(arena, &report->plan->placement));
	if (report->profile)
		json_value_put(object, "isolated", isolated(arena, &report->facts->isolated));
	if (is_placed)
		json_value_put(object, "start_options",
			       start_options(arena, &report->plan->start_options));
	if (report->plan->redpanda)
		json_value_put(object, "redpanda", redpanda(arena, report->plan));
	if (report->profile) {
		json_value_put(object, "overlays", overlays(arena, report->profile));
		json_value_put(object, "leaves", leaves(arena, report->profile));
		json_value_put(object, "waivers", waivers_json(arena, report->plan));
		json_value_put(object, "lowered", lowered(arena, report->profile));
	}
	if (report->half_applied != TRI_UNKNOWN || report->journal_fault)
		json_value_put(object, "half_applied", json_value_tri(report->half_applied));
	json_value_put(object, "settings", json_value_array());
	vec_for_each (setting, &report->plan->settings)
		vec_push(arena, &settings, json_value_item(arena, setting_json(arena, setting)));
	json_value_put(object, "checks", checks_json(arena, &report->plan->checks));
	if (report->plan->left_out.by)
		json_value_put(object, "left_out",
			       left_out_json(arena, &report->plan->left_out, &report->verdict));
	if (report->gate.mode)
		json_value_put(object, "gate", gate(arena, &report->gate));
	if (report->probe)
		json_value_put(object, "probe", probe_json(arena, report->probe));
	json_value_put(object, "run", run(arena, report));
	return json_value_dump_with(arena, object, "settings", &settings);
}
