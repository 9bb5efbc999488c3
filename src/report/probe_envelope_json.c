/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope in reports for machines. */
#include "base/err.h"
#include "report/envelope.h"
#include "report/json_value.h"

static json_t *rate_value(double rate)
{
	return rate > 0 ? json_value_real(rate) : json_null();
}

static json_t *point_value(struct arena *arena, const struct envelope_point *point)
{
	json_t *object = json_value_object();

	json_value_put(object, "rate", rate_value(point->rate));
	json_value_put(object, "done", rate_value(point->done));
	json_value_put(object, "state", json_value_text(arena, rate_state_name(point->state)));
	json_value_put(object, "noisy", json_value_bool(point->noisy));
	json_value_put(object, "duration_ms", json_value_number(point->duration_ms));
	json_value_put(object, "requests", json_value_number(point->count));
	json_value_put(object, "over", json_value_number(point->over));
	json_value_put(object, "p50_ns", json_value_number(point->p50));
	json_value_put(object, "p99_ns", json_value_number(point->p99));
	json_value_put(object, "p999_ns", json_value_number(point->p99_9));
	json_value_put(object, "p9999_ns", json_value_number(point->p99_99));
	json_value_put(object, "longest_ns", json_value_number(point->max));
	json_value_put(object, "late_ns", json_value_number(point->late));
	json_value_put(object, "submit_blocked", json_value_number(point->blocked));
	return object;
}

static json_t *load_value(struct arena *arena, const struct envelope_load *load)
{
	json_t *object = json_value_object(), *list = json_value_array();
	const struct envelope_point *points[ENVELOPE_POINTS];

	envelope_sort(load, points);
	for (unsigned i = 0; i < load->point_count; i++)
		json_value_append(list, point_value(arena, points[i]));
	json_value_put(object, "load", json_value_text(arena, load->name));
	json_value_put(object, "state", json_value_text(arena, job_state_name(load->state)));
	json_value_put(object, "percentile",
		       load->share > 0 ? json_value_text(arena, envelope_percentile(arena, load))
				       : json_null());
	json_value_put(object, "peak", rate_value(load->peak));
	json_value_put(object, "knee", rate_value(load->knee));
	json_value_put(object, "above", rate_value(load->above));
	json_value_put(object, "noisy", json_value_bool(load->noisy));
	json_value_put(object, "submit_blocked", json_value_number(envelope_blocked(load)));
	json_value_put(object, "remark",
		       json_value_text(arena, load->remark[0] ? load->remark : NULL));
	json_value_put(object, "errno",
		       load->error ? json_value_text(arena, err_name(load->error)) : json_null());
	json_value_put(object, "points", list);
	return object;
}

json_t *probe_envelope_json(struct arena *arena, const struct probe_result *result)
{
	json_t *object = json_value_object(), *list = json_value_array();

	for (unsigned i = 0; i < result->load_count; i++)
		json_value_append(list, load_value(arena, &result->loads[i]));
	json_value_put(object, "limit_ns", json_value_number(result->limit_ns));
	json_value_put(object, "loads", list);
	return object;
}
