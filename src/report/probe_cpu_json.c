/* SPDX-License-Identifier: Apache-2.0 */
/* The gaps of the CPUs in reports for machines. */
#include "base/text.h"
#include "report/json_value.h"
#include "report/report.h"

static json_t *number_or_null(bool is_known, uint64_t number)
{
	return is_known ? json_value_number(number) : json_null();
}

static json_t *blame_value(struct arena *arena, const struct cpu_figures *figures)
{
	json_t *array = json_value_array();

	vec_for_each (blame, &figures->blame) {
		json_t *object = json_value_object();

		json_value_put(object, "cause",
			       json_value_text(arena, gap_cause_name(blame->cause)));
		json_value_put(object, "name", json_value_text(arena, blame->name));
		json_value_put(object, "gaps", json_value_number(blame->count));
		json_value_put(object, "longest_ns",
			       number_or_null(blame->longest_ns > 0, blame->longest_ns));
		json_value_append(array, object);
	}
	return array;
}

static json_t *long_value(struct arena *arena, const struct cpu_result *result,
			  const struct cpu_figures *figures)
{
	json_t *array = json_value_array();

	for (unsigned i = 0; figures->gaps && i < figures->gaps->kept; i++) {
		const struct gap *gap = &figures->gaps->longest[i];
		json_t *object = json_value_object();

		json_value_put(object, "at_ns", json_value_number(gap->at_ns));
		json_value_put(object, "length_ns", json_value_number(gap->length_ns));
		json_value_put(object, "cause", json_value_text(arena, gap_cause_name(gap->cause)));
		json_value_put(object, "name",
			       json_value_text(arena, cpu_gap_name(result, figures, gap)));
		json_value_append(array, object);
	}
	return array;
}

/* Null: the kernel does not show its counters here. */
static json_t *events_value(struct arena *arena, const struct cpu_figures *figures)
{
	json_t *array;

	if (!figures->events_known)
		return json_null();
	array = json_value_array();
	vec_for_each (event, &figures->events) {
		json_t *object = json_value_object();

		json_value_put(object, "kind", json_value_text(arena, event->kind));
		json_value_put(object, "name", json_value_text(arena, event->name));
		json_value_put(object, "count", json_value_number(event->count));
		json_value_append(array, object);
	}
	return array;
}

static json_t *cpu_value(struct arena *arena, const struct cpu_result *result,
			 const struct cpu_figures *figures)
{
	static const struct gaps none;
	const struct gaps *gaps = figures->gaps ? figures->gaps : &none;
	json_t *object = json_value_object();
	bool known = figures->gaps != NULL;

	json_value_put(object, "cpu", json_value_number(figures->cpu));
	json_value_put(object, "began_raw_ns", number_or_null(known, figures->began_ns));
	json_value_put(object, "turns", number_or_null(known, gaps->turns));
	json_value_put(object, "gaps", number_or_null(known, gaps->count));
	json_value_put(object, "p50_ns", number_or_null(known, figures->p50_ns));
	json_value_put(object, "p99_ns", number_or_null(known, figures->p99_ns));
	json_value_put(object, "p999_ns", number_or_null(known, figures->p999_ns));
	json_value_put(object, "p9999_ns", number_or_null(known, figures->p9999_ns));
	json_value_put(object, "p99999_ns", number_or_null(known, figures->p99999_ns));
	json_value_put(object, "longest_ns", number_or_null(known, gaps->lengths.max));
	json_value_put(object, "lost_share",
		       gaps->wall_ns ? json_value_real(gaps_lost(gaps)) : json_null());
	json_value_put(object, "blame", blame_value(arena, figures));
	json_value_put(object, "long", long_value(arena, result, figures));
	json_value_put(object, "untold",
		       number_or_null(known && !result->untraced, figures->untold));
	json_value_put(object, "events", events_value(arena, figures));
	json_value_put(object, "remark", json_value_text(arena, figures->remark));
	return object;
}

json_t *probe_cpu_json(struct arena *arena, const struct cpu_result *result)
{
	json_t *object = json_value_object(), *cpus = json_value_array();

	json_value_put(object, "clock", json_value_text(arena, result->clock));
	json_value_put(object, "turn_ns", json_value_real(result->turn_ns));
	json_value_put(object, "look_ns", json_value_real(result->look_ns));
	json_value_put(object, "threshold_ns", json_value_number(result->threshold_ns));
	json_value_put(object, "run_delay_known", json_value_bool(!result->delay_unknown));
	json_value_put(object, "untraced", json_value_text(arena, result->untraced));
	json_value_put(object, "in_turn", json_value_bool(result->in_turn));
	json_value_put(object, "foreign_load",
		       result->foreign < 0 ? json_null() : json_value_real(result->foreign));
	json_value_put(object, "invalid", json_value_text(arena, result->invalid));
	vec_for_each (figures, &result->cpus)
		json_value_append(cpus, cpu_value(arena, result, figures));
	json_value_put(object, "cpus", cpus);
	json_value_put(object, "help", json_value_texts(arena, &result->help));
	return object;
}
