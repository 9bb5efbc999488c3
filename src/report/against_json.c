/* SPDX-License-Identifier: Apache-2.0 */
/* A report against a profile for machines, thintune.compare-profile/1. */
#include "report/against.h"
#include "report/json_value.h"

static json_t *report_json_of(struct arena *arena, const struct compare_report *report)
{
	json_t *object = json_value_object();

	json_value_put(object, "file", json_value_text(arena, report->file));
	json_value_put(object, "hostname", json_value_text(arena, report->hostname));
	json_value_put(object, "id", json_value_text(arena, report->id));
	json_value_put(object, "date", json_value_text(arena, report->date));
	json_value_put(object, "schema", json_value_text(arena, report->schema));
	json_value_put(object, "version", json_value_text(arena, report->version));
	json_value_put(object, "command", json_value_text(arena, report->command));
	return object;
}

static json_t *profile_json(struct arena *arena, const struct profile *profile)
{
	json_t *object = json_value_object();

	json_value_put(object, "name", json_value_text(arena, profile->name));
	json_value_put(object, "sha256", json_value_text(arena, profile->sha256));
	json_value_put(object, "sources", json_value_texts(arena, &profile->sources));
	return object;
}

static json_t *row_json(struct arena *arena, const struct against_row *row)
{
	json_t *object = json_value_object();

	if (row->is_check) {
		json_value_put(object, "check", json_value_text(arena, row->name));
	} else {
		json_value_put(object, "tuner", json_value_text(arena, row->tuner));
		json_value_put(object, "setting", json_value_text(arena, row->name));
	}
	json_value_put(object, "value", json_value_text(arena, row->have));
	json_value_put(object, "wanted", json_value_text(arena, row->wanted));
	json_value_put(object, "severity",
		       json_value_text(arena, plan_severity_names[row->severity]));
	json_value_put(object, "source", json_value_text(arena, row->source));
	if (row->waiver)
		json_value_put(object, "waiver", json_value_waiver(arena, row->waiver));
	return object;
}

char *against_json(struct arena *arena, const struct against *against)
{
	json_t *object = json_value_object(), *rows = json_value_array();
	json_t *waived = json_value_array(), *gaps = json_value_array();

	vec_for_each (row, &against->rows)
		json_value_append(rows, row_json(arena, row));
	vec_for_each (row, &against->waived)
		json_value_append(waived, row_json(arena, row));
	vec_for_each (gap, &against->gaps) {
		json_t *one = json_value_object();

		json_value_put(one, "what", json_value_text(arena, gap->what));
		json_value_put(one, "why", json_value_text(arena, gap->why));
		json_value_append(gaps, one);
	}
	json_value_put(object, "schema", json_value_text(arena, AGAINST_SCHEMA));
	json_value_put(object, "tool", json_value_tool(arena));
	json_value_put(object, "report", report_json_of(arena, against->report));
	json_value_put(object, "profile", profile_json(arena, against->profile));
	json_value_put(object, "held", json_value_number(against->held_count));
	json_value_put(object, "left_alone", json_value_number(against->alone_count));
	json_value_put(object, "rows", rows);
	json_value_put(object, "waived", waived);
	json_value_put(object, "not_judged", gaps);
	return json_value_dump(arena, object);
}
