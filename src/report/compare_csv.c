/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison for spreadsheets: one line for each value of each row that differs. */
#include "base/text.h"
#include "report/compare.h"
#include "report/csv.h"

/* Of a large fleet the names of its nodes are most of the text. */
static void add_value(struct str *str, const struct compare_result *result,
		      const struct compare_row *row, const struct compare_value *value)
{
	_cleanup_arena_ struct arena *scratch = arena_new();
	names nodes = {0};
	const char *cells[] = {
	    row->section == COMPARE_CHECKS ? "check" : row->tuner,
	    row->name,
	    value->have,
	    value->wanted,
	    value->state,
	    arena_printf(scratch, "%zu", value->nodes.count),
	    NULL,
	};

	vec_for_each (node, &value->nodes)
		vec_push(scratch, &nodes, result->compare->reports.at[*node].name);
	cells[6] = text_join(scratch, &nodes, "; ");
	csv_line(str, cells, sizeof(cells) / sizeof(cells[0]));
}

char *compare_csv(struct arena *arena, const struct compare_result *result)
{
	static const char *const heads[] = {"tuner", "setting", "value", "wanted",
					    "state", "count",   "nodes"};
	struct str str = str_new(arena);

	csv_line(&str, heads, sizeof(heads) / sizeof(heads[0]));
	vec_for_each (row, &result->rows) {
		vec_for_each (value, &row->values)
			add_value(&str, result, row, value);
	}
	return str.text;
}
