/* SPDX-License-Identifier: Apache-2.0 */
/* Folds the rows of a comparison for people; other formats have all of them. */
#include "report/compare_fold.h"

#include <stdlib.h>

#include "base/intern.h"
#include "base/text.h"
#include "tuners/tuners.h"

/* So many rows are shown one by one. */
enum { FOLD_FROM = 3 };

static bool is_placed(const char *tuner)
{
	for (size_t i = 0; i < tuner_count; i++) {
		if (text_equal(tuner_table[i].name, tuner))
			return tuner_table[i].needs_placement;
	}
	return false;
}

static void add_bytes(struct str *key, const void *bytes, size_t length)
{
	str_add_n(key, bytes, length);
}

/* "nvme0n1 queue 3" is "nvme#n# queue #". */
static void add_pattern(struct str *key, const char *name)
{
	while (*name) {
		size_t digits = strspn(name, "0123456789");

		str_add_n(key, digits ? "#" : name, 1);
		name += digits ? digits : 1;
	}
	add_bytes(key, "", 1);
}

static void add_text(struct str *key, const char *text)
{
	str_add(key, text_or(text, "\001"));
	add_bytes(key, "", 1);
}

/* What rows that are alike share. */
static struct str key_of(struct arena *arena, const struct compare_row *row)
{
	bool by_design = row->tuner && is_placed(row->tuner);
	struct str key = str_new(arena);

	add_text(&key, row->tuner);
	add_pattern(&key, row->name);
	vec_for_each (value, &row->values) {
		add_bytes(&key, value->nodes.at, value->nodes.count * sizeof(*value->nodes.at));
		add_bytes(&key, "\377\377\377\377", 4);
		if (by_design)
			continue;
		add_text(&key, value->have);
		add_text(&key, value->wanted);
		add_text(&key, value->state);
	}
	return key;
}

compare_folds compare_fold(struct arena *arena, const struct compare_result *result, bool all)
{
	_cleanup_arena_ struct arena *scratch = arena_new();
	struct intern keys = intern_new(scratch);
	size_t count = result->rows.count;
	uint32_t *key_of_row = arena_alloc(scratch, (count + 1) * sizeof(*key_of_row));
	unsigned *members = arena_alloc(scratch, (count + 1) * sizeof(*members));
	size_t *first = arena_alloc(scratch, (count + 1) * sizeof(*first));
	compare_folds folds = {0};

	for (size_t i = 0; i < count; i++) {
		_cleanup_arena_ struct arena *passing = arena_new();
		struct str key = key_of(passing, &result->rows.at[i]);

		key_of_row[i] = intern_bytes(&keys, key.text, key.length);
		members[key_of_row[i]]++;
	}
	for (size_t i = 0; i < count; i++) {
		const struct compare_row *row = &result->rows.at[i];
		uint32_t key = key_of_row[i];

		if (all || members[key] <= FOLD_FROM) {
			vec_push(arena, &folds, (struct compare_fold){.row = row});
		} else if (!first[key]) {
			vec_push(arena, &folds,
				 (struct compare_fold){.row = row, .alike = members[key] - 1});
			first[key] = folds.count;
		} else {
			folds.at[first[key] - 1].last = row;
		}
	}
	return folds;
}

compare_folds compare_fold_apart(struct arena *arena, const struct compare_result *result,
				 const compare_folds *folds, const struct compare_group *group)
{
	compare_folds apart = {0};
	size_t next = 0;

	vec_for_each (fold, folds) {
		size_t row = (size_t)(fold->row - result->rows.at);

		while (next < group->apart.count && group->apart.at[next] < row)
			next++;
		if (next < group->apart.count && group->apart.at[next] == row)
			vec_push(arena, &apart, *fold);
	}
	return apart;
}

const char *compare_fold_name(struct arena *arena, const struct compare_fold *fold)
{
	const char *name = compare_row_name(arena, fold->row);

	return fold->alike ? arena_printf(arena, "%s, and %u more like it, up to %s", name,
					  fold->alike, fold->last->name)
			   : name;
}
