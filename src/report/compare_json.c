/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison for machines, thintune.compare/1: docs/compare.schema.json describes every key. */
#include "base/escape.h"
#include "report/compare.h"
#include "report/json_value.h"

/* Thousands of rows name the same nodes and number the same rows: they share one value each. */
struct page {
	struct arena *arena;
	const struct compare_result *result;
	json_t **names;   /* by report */
	json_t **numbers; /* by row */
};

static json_t *profile_json(struct arena *arena, const struct compare_report *report)
{
	json_t *object;

	if (!report->profile)
		return json_null();
	object = json_value_object();
	json_value_put(object, "name", json_value_text(arena, report->profile));
	json_value_put(object, "sha256", json_value_text(arena, report->profile_sha256));
	return object;
}

static json_t *waived_json(const struct page *page, const struct compare_report *report)
{
	json_t *array = json_value_array();

	vec_for_each (said, &report->waived)
		json_value_append(
		    array,
		    json_value_text(page->arena,
				    compare_said_name(page->arena, page->result->compare, said)));
	return array;
}

static json_t *node_json(const struct page *page, uint32_t node)
{
	const struct compare_report *report = &page->result->compare->reports.at[node];
	struct arena *arena = page->arena;
	json_t *object = json_value_object();

	json_value_put(object, "name", json_incref(page->names[node]));
	json_value_put(object, "file", json_value_text(arena, report->file));
	json_value_put(object, "hostname", json_value_text(arena, report->hostname));
	json_value_put(object, "id", json_value_text(arena, report->id));
	json_value_put(object, "date", json_value_text(arena, report->date));
	json_value_put(object, "kernel", json_value_text(arena, report->kernel));
	json_value_put(object, "schema", json_value_text(arena, report->schema));
	json_value_put(object, "version", json_value_text(arena, report->version));
	json_value_put(object, "command", json_value_text(arena, report->command));
	json_value_put(object, "profile", profile_json(arena, report));
	json_value_put(object, "verdict", json_value_text(arena, report->verdict));
	json_value_put(object, "exit_code", json_value_signed(report->exit_code));
	json_value_put(object, "left_out", json_value_text(arena, report->left_out));
	json_value_put(object, "waived", waived_json(page, report));
	return object;
}

static json_t *names_json(const struct page *page, const uint32_t *nodes, size_t count)
{
	json_t *array = json_value_array();

	for (size_t i = 0; i < count; i++)
		json_value_append(array, json_incref(page->names[nodes[i]]));
	return array;
}

static json_t *group_json(const struct page *page, const struct compare_group *group)
{
	json_t *object = json_value_object(), *apart = json_value_array();

	vec_for_each (row, &group->apart)
		json_value_append(apart, json_incref(page->numbers[*row]));
	json_value_put(object, "nodes", names_json(page, group->nodes.at, group->nodes.count));
	json_value_put(object, "differs_from_largest", apart);
	return object;
}

static json_t *value_json(const struct page *page, const struct compare_value *value)
{
	json_t *object = json_value_object();

	json_value_put(object, "value", json_value_text(page->arena, value->have));
	if (value->wanted)
		json_value_put(object, "wanted", json_value_text(page->arena, value->wanted));
	if (value->state)
		json_value_put(object, "state", json_value_text(page->arena, value->state));
	json_value_put(object, "nodes", names_json(page, value->nodes.at, value->nodes.count));
	return object;
}

static json_t *row_json(const struct page *page, const struct compare_row *row)
{
	json_t *object = json_value_object(), *values = json_value_array();

	if (row->section == COMPARE_CHECKS) {
		json_value_put(object, "check", json_value_text(page->arena, row->name));
	} else {
		json_value_put(object, "tuner", json_value_text(page->arena, row->tuner));
		json_value_put(object, "setting", json_value_text(page->arena, row->name));
	}
	vec_for_each (value, &row->values)
		json_value_append(values, value_json(page, value));
	json_value_put(object, "values", values);
	return object;
}

static struct page page_new(struct arena *arena, const struct compare_result *result)
{
	size_t nodes = result->compare->reports.count, rows = result->rows.count;
	struct page page = {
	    .arena = arena,
	    .result = result,
	    .names = arena_alloc(arena, (nodes + 1) * sizeof(json_t *)),
	    .numbers = arena_alloc(arena, (rows + 1) * sizeof(json_t *)),
	};

	for (size_t i = 0; i < nodes; i++)
		page.names[i] = json_value_text(arena, result->compare->reports.at[i].name);
	for (size_t i = 0; i < rows; i++)
		page.numbers[i] = json_value_number(i);
	return page;
}

static void page_drop(struct page *page)
{
	for (size_t i = 0; i < page->result->compare->reports.count; i++)
		json_decref(page->names[i]);
	for (size_t i = 0; i < page->result->rows.count; i++)
		json_decref(page->numbers[i]);
}

char *compare_json(struct arena *arena, const struct compare_result *result)
{
	struct page page = page_new(arena, result);
	json_t *object = json_value_object(), *nodes = json_value_array();
	json_t *groups = json_value_array(), *rows = json_value_array();
	const names notes = compare_notes(arena, result), *unread = &result->compare->unread;

	for (size_t i = 0; i < result->compare->reports.count; i++)
		json_value_append(nodes, node_json(&page, (uint32_t)i));
	vec_for_each (group, &result->groups)
		json_value_append(groups, group_json(&page, group));
	vec_for_each (row, &result->rows)
		json_value_append(rows, row_json(&page, row));
	page_drop(&page);
	json_value_put(object, "schema", json_value_text(arena, COMPARE_SCHEMA));
	json_value_put(object, "tool", json_value_tool(arena));
	json_value_put(object, "equal", json_value_bool(!result->rows.count));
	json_value_put(object, "in_time", json_value_bool(result->is_in_time));
	json_value_put(object, "rows_compared", json_value_number(result->row_count));
	json_value_put(object, "unread", json_value_texts(arena, unread));
	json_value_put(object, "notes", json_value_texts(arena, &notes));
	json_value_put(object, "nodes", nodes);
	json_value_put(object, "groups", groups);
	json_value_put(object, "rows", rows);
	return json_value_dump(arena, object);
}
