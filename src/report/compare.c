/* SPDX-License-Identifier: Apache-2.0 */
/* Groups reports that say the same, and finds the rows that set them apart. */
#include "report/compare.h"

#include <stdlib.h>

#include "base/sha256.h"
#include "base/text.h"
#include "report/layout.h"

/* Bytes of a value that people are shown whole, and of a longer one. */
enum { MOST_SHOWN = 160, SHOWN_OF_MORE = 60 };

/* Of a row that a report lacks. */
#define NO_CELL UINT32_MAX

struct compare compare_new(struct arena *arena)
{
	return (struct compare){.arena = arena,
				.texts = intern_new(arena),
				.keys = intern_new(arena),
				.cells = intern_new(arena)};
}

/* Groups -------------------------------------------------------------------------------------- */

struct ranked {
	const struct compare_report *report;
	uint32_t index;
};

/* Equal ones are neighbours then, in the order in which they were given. */
static int by_content(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;
	const struct compare_report *one = left->report, *other = right->report;
	int order;

	if (one->said.count != other->said.count)
		return one->said.count < other->said.count ? -1 : 1;
	order = memcmp(one->said.at, other->said.at, one->said.count * sizeof(*one->said.at));
	if (order)
		return order;
	return left->index < right->index ? -1 : left->index > right->index;
}

static bool is_equal(const struct compare_report *one, const struct compare_report *other)
{
	return one->said.count == other->said.count &&
	       memcmp(one->said.at, other->said.at, one->said.count * sizeof(*one->said.at)) == 0;
}

static int by_size(const void *a, const void *b)
{
	const struct compare_group *left = a, *right = b;

	if (left->nodes.count != right->nodes.count)
		return left->nodes.count > right->nodes.count ? -1 : 1;
	return left->nodes.at[0] < right->nodes.at[0] ? -1 : 1;
}

static void find_groups(const struct compare *compare, struct compare_result *result)
{
	size_t count = compare->reports.count;
	struct ranked *ranked = arena_alloc(compare->arena, (count + 1) * sizeof(*ranked));

	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){&compare->reports.at[i], (uint32_t)i};
	qsort(ranked, count, sizeof(*ranked), by_content);
	for (size_t i = 0; i < count; i++) {
		if (!i || !is_equal(ranked[i - 1].report, ranked[i].report))
			vec_push(compare->arena, &result->groups, (struct compare_group){0});
		vec_push(compare->arena, &result->groups.at[result->groups.count - 1].nodes,
			 ranked[i].index);
	}
	if (result->groups.count > 1)
		qsort(result->groups.at, result->groups.count, sizeof(*result->groups.at), by_size);
}

/* Rows ---------------------------------------------------------------------------------------- */

/* What each report says of one row. */
struct column {
	const uint32_t *cells; /* by report; NO_CELL: it lacks the row */
	size_t count;
};

/* The cells of all rows, row by row: of a row those of offsets[key] to offsets[key + 1]. */
struct matrix {
	size_t *offsets;
	struct placed {
		uint32_t report, cell;
	} * placed;
};

static struct matrix transpose(const struct compare *compare)
{
	struct arena *arena = compare->arena;
	size_t keys = compare->keys.all.count;
	size_t *next = arena_alloc(arena, (keys + 1) * sizeof(*next));
	struct matrix matrix = {
	    .offsets = arena_alloc(arena, (keys + 1) * sizeof(*matrix.offsets)),
	    .placed = arena_alloc(arena, (compare->said_count + 1) * sizeof(*matrix.placed)),
	};

	vec_for_each (report, &compare->reports)
		vec_for_each (said, &report->said)
			matrix.offsets[said->key + 1]++;
	for (size_t key = 0; key < keys; key++) {
		matrix.offsets[key + 1] += matrix.offsets[key];
		next[key] = matrix.offsets[key];
	}
	for (size_t i = 0; i < compare->reports.count; i++)
		vec_for_each (said, &compare->reports.at[i].said)
			matrix.placed[next[said->key]++] = (struct placed){(uint32_t)i, said->cell};
	return matrix;
}

/* All reports have the row, and say the same of it. */
static bool is_common(const struct compare *compare, const struct matrix *matrix, size_t key)
{
	const struct placed *first = &matrix->placed[matrix->offsets[key]];
	size_t count = matrix->offsets[key + 1] - matrix->offsets[key];

	for (size_t i = 1; i < count; i++) {
		if (first[i].cell != first[0].cell)
			return false;
	}
	return count == compare->reports.count;
}

static const char *text_of(const struct compare *compare, uint32_t number)
{
	return number ? intern_text(&compare->texts, number - 1) : NULL;
}

static struct compare_value value_of(const struct compare *compare, uint32_t cell)
{
	uint32_t parts[3];

	if (cell == NO_CELL)
		return (struct compare_value){.state = COMPARE_ABSENT};
	memcpy(parts, intern_text(&compare->cells, cell), sizeof(parts));
	return (struct compare_value){.have = text_of(compare, parts[0]),
				      .wanted = text_of(compare, parts[1]),
				      .state = text_of(compare, parts[2])};
}

static int by_nodes(const void *a, const void *b)
{
	const struct compare_value *left = a, *right = b;

	if (left->nodes.count != right->nodes.count)
		return left->nodes.count > right->nodes.count ? -1 : 1;
	return left->nodes.at[0] < right->nodes.at[0] ? -1 : 1;
}

struct compare_point compare_point(const struct compare *compare, const struct compare_said *said)
{
	const struct compare_value value = value_of(compare, said->cell);
	uint32_t parts[3];

	memcpy(parts, intern_text(&compare->keys, said->key), sizeof(parts));
	return (struct compare_point){.is_check = parts[0] == COMPARE_CHECKS,
				      .tuner = text_of(compare, parts[1]),
				      .name = text_of(compare, parts[2]),
				      .have = value.have,
				      .state = value.state};
}

/* index: by cell, and one more for a row that a report lacks; where the value is in the row,
 * plus 1. All 0 before and afterwards. */
static struct compare_row row_of(const struct compare *compare, size_t key,
				 const struct column *column, uint32_t *index)
{
	uint32_t parts[3];
	struct compare_row row = {0};

	memcpy(parts, intern_text(&compare->keys, (uint32_t)key), sizeof(parts));
	row.section = parts[0] == COMPARE_CHECKS ? COMPARE_CHECKS : COMPARE_SETTINGS;
	row.tuner = text_of(compare, parts[1]);
	row.name = text_of(compare, parts[2]);
	for (size_t i = 0; i < column->count; i++) {
		uint32_t cell = column->cells[i];
		uint32_t *at = &index[cell == NO_CELL ? compare->cells.all.count : cell];

		if (!*at) {
			vec_push(compare->arena, &row.values, value_of(compare, cell));
			*at = (uint32_t)row.values.count;
		}
		vec_push(compare->arena, &row.values.at[*at - 1].nodes, (uint32_t)i);
	}
	for (size_t i = 0; i < column->count; i++)
		index[column->cells[i] == NO_CELL ? compare->cells.all.count : column->cells[i]] =
		    0;
	if (row.values.count > 1)
		qsort(row.values.at, row.values.count, sizeof(*row.values.at), by_nodes);
	return row;
}

static void find_rows(const struct compare *compare, struct compare_result *result)
{
	struct arena *arena = compare->arena;
	const struct matrix matrix = transpose(compare);
	size_t count = compare->reports.count;
	uint32_t *cells = arena_alloc(arena, (count + 1) * sizeof(*cells));
	uint32_t *index = arena_alloc(arena, (compare->cells.all.count + 1) * sizeof(*index));

	for (size_t key = 0; key < compare->keys.all.count; key++) {
		if (is_common(compare, &matrix, key))
			continue;
		for (size_t i = 0; i < count; i++)
			cells[i] = NO_CELL;
		for (size_t i = matrix.offsets[key]; i < matrix.offsets[key + 1]; i++)
			cells[matrix.placed[i].report] = matrix.placed[i].cell;
		vec_push(arena, &result->rows,
			 row_of(compare, key, &(struct column){cells, count}, index));
	}
}

/* Settings before checks, by tuner, and numbers in names by their value, so that the order of the
 * reports does not matter. */
static int by_name(const void *a, const void *b)
{
	const struct compare_row *left = a, *right = b;
	int order;

	if (left->section != right->section)
		return left->section < right->section ? -1 : 1;
	order = strcmp(text_or(left->tuner, ""), text_or(right->tuner, ""));
	if (order)
		return order;
	order = text_natural_compare(left->name, right->name);
	return order ? order : strcmp(left->name, right->name);
}

/* What the first report of each group says of a row stands for the group. */
static void find_apart(const struct compare *compare, struct compare_result *result)
{
	uint32_t *values =
	    arena_alloc(compare->arena, (compare->reports.count + 1) * sizeof(*values));

	for (size_t row = 0; row < result->rows.count; row++) {
		for (size_t i = 0; i < result->rows.at[row].values.count; i++)
			vec_for_each (node, &result->rows.at[row].values.at[i].nodes)
				values[*node] = (uint32_t)i;
		vec_for_each (group, &result->groups) {
			if (values[group->nodes.at[0]] != values[result->groups.at[0].nodes.at[0]])
				vec_push(compare->arena, &group->apart, (uint32_t)row);
		}
	}
}

struct compare_result compare_result(struct compare *compare)
{
	struct compare_result result = {.compare = compare};

	result.is_in_time = compare_give_names(compare);
	find_groups(compare, &result);
	result.row_count = compare->keys.all.count;
	find_rows(compare, &result);
	if (result.rows.count > 1)
		qsort(result.rows.at, result.rows.count, sizeof(*result.rows.at), by_name);
	find_apart(compare, &result);
	result.exit_code = compare->unread.count ? EXIT_ERROR
			   : result.rows.count   ? EXIT_DIFFERS
						 : EXIT_MATCH;
	return result;
}

const struct compare_value *compare_value_of(const struct compare_row *row, uint32_t node)
{
	vec_for_each (value, &row->values) {
		vec_for_each (one, &value->nodes) {
			if (*one == node)
				return value;
		}
	}
	return &row->values.at[0];
}

/* For people ---------------------------------------------------------------------------------- */

const char *compare_row_name(struct arena *arena, const struct compare_row *row)
{
	return arena_printf(
	    arena, "%s %s",
	    row->section == COMPARE_CHECKS ? "check" : text_or(row->tuner, "unknown"), row->name);
}

/* A whole file, or the mask of a very large node: two that differ must not look alike. */
static const char *brief(struct arena *arena, const char *text)
{
	size_t length = strlen(text), lines = 0;
	struct sha256 hash;
	char *start;

	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	if (!lines && length <= MOST_SHOWN)
		return text;
	sha256_start(&hash);
	sha256_add(&hash, text, length);
	if (lines)
		return arena_printf(arena, "(%s, sha256 %.*s)",
				    text_count(arena, lines, "line", "lines"), LAYOUT_HASH_DIGITS,
				    sha256_hex(&hash, arena));
	start = arena_strdup(arena, text);
	text_cut(start, SHOWN_OF_MORE);
	return arena_printf(arena, "%s... (%zu bytes, sha256 %.*s)", start, length,
			    LAYOUT_HASH_DIGITS, sha256_hex(&hash, arena));
}

const char *compare_said_name(struct arena *arena, const struct compare *compare,
			      const struct compare_said *said)
{
	const struct compare_point point = compare_point(compare, said);

	return compare_row_name(arena,
				&(struct compare_row){
				    .section = point.is_check ? COMPARE_CHECKS : COMPARE_SETTINGS,
				    .tuner = point.tuner,
				    .name = point.name,
				});
}

bool compare_has_largest(const struct compare_result *result)
{
	return result->groups.count < 2 ||
	       result->groups.at[0].nodes.count > result->groups.at[1].nodes.count;
}

const char *compare_first_group(const struct compare_result *result)
{
	return compare_has_largest(result) ? "the largest group" : "the first group";
}

const char *compare_value_text(struct arena *arena, const struct compare_row *row,
			       const struct compare_value *value)
{
	const char *have = value->have ? brief(arena, value->have) : NULL;

	if (!have && (row->section == COMPARE_SETTINGS || text_equal(value->state, COMPARE_ABSENT)))
		have = arena_printf(arena, "(%s)", text_or(value->state, "unknown"));
	else if (row->section == COMPARE_CHECKS)
		have = have ? arena_printf(arena, "%s: %s", value->state, have) : value->state;
	else if (!have || !*have)
		have = "(empty)";
	return value->wanted && row->section == COMPARE_SETTINGS
		   ? arena_printf(arena, "%s (wanted %s)", have, brief(arena, value->wanted))
		   : have;
}
