/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports of a comparison are called. */
#include <stdlib.h>

#include "base/escape.h"
#include "base/text.h"
#include "report/compare.h"
#include "report/layout.h"

/* "reports/db1.json" is db1. */
static const char *file_name(struct arena *arena, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash && slash[1] ? slash + 1 : file;

	return text_ends(name, ".json") && !text_equal(name, ".json")
		   ? arena_strndup(arena, name, strlen(name) - strlen(".json"))
		   : name;
}

static int by_name(const void *a, const void *b)
{
	struct compare_report *const *left = a, *const *right = b;
	int order = strcmp((*left)->name, (*right)->name);

	return order ? order : *left < *right ? -1 : *left > *right;
}

static int by_date(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static bool is_one_node(struct compare_report *const *alike, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!alike[i]->hostname || !text_equal(alike[i]->id, alike[0]->id))
			return false;
	}
	return true;
}

static bool have_dates(struct arena *arena, struct compare_report *const *alike, size_t count)
{
	const char **dates = arena_alloc(arena, count * sizeof(*dates));

	for (size_t i = 0; i < count; i++) {
		if (!alike[i]->date)
			return false;
		dates[i] = alike[i]->date;
	}
	qsort(dates, count, sizeof(*dates), by_date);
	for (size_t i = 1; i < count; i++) {
		if (text_equal(dates[i - 1], dates[i]))
			return false;
	}
	return true;
}

/* One node on several days is told apart by the date, two nodes of one name by their files. */
static void tell_apart(struct arena *arena, struct compare_report *const *alike, size_t count,
		       bool is_alone)
{
	bool has_dates = is_one_node(alike, count) && have_dates(arena, alike, count);

	for (size_t i = 0; i < count; i++) {
		const char *name =
		    has_dates && is_alone ? alike[i]->date
		    : has_dates ? arena_printf(arena, "%s, %s", alike[i]->name, alike[i]->date)
				: arena_printf(arena, "%s (%s)", alike[i]->name, alike[i]->file);

		alike[i]->name = escape_text(arena, name, ESCAPE_ALL);
	}
}

/* True: no report is called so yet, but this one is now. */
static bool take_name(struct intern *taken, struct compare_report *report, const char *name)
{
	size_t count = taken->all.count;

	if (intern_bytes(taken, name, strlen(name)) < count)
		return false;
	report->name = name;
	return true;
}

/* What one is called may be another's file or date, and with a number after it another's name. */
static void number_the_rest(struct arena *arena, struct compare_report **all, size_t count)
{
	struct intern taken = intern_new(arena);

	qsort(all, count, sizeof(struct compare_report *), by_name);
	for (size_t i = 0; i < count; i++)
		intern_bytes(&taken, all[i]->name, strlen(all[i]->name));
	for (size_t first = 0, next; first < count; first = next) {
		const char *name = all[first]->name;
		size_t number = 2;

		for (next = first + 1; next < count && text_equal(all[next]->name, name); next++)
			while (!take_name(&taken, all[next],
					  arena_printf(arena, "%s #%zu", name, number++)))
				;
	}
}

bool compare_give_names(struct compare *compare)
{
	struct arena *arena = compare->arena;
	size_t count = compare->reports.count;
	struct compare_report **all =
	    arena_alloc(arena, (count + 1) * sizeof(struct compare_report *));
	bool is_in_time = false;

	for (size_t i = 0; i < count; i++) {
		struct compare_report *report = &compare->reports.at[i];

		report->name = escape_text(arena,
					   report->hostname && *report->hostname
					       ? report->hostname
					       : file_name(arena, report->file),
					   ESCAPE_ALL);
		all[i] = report;
	}
	qsort(all, count, sizeof(struct compare_report *), by_name);
	for (size_t first = 0, next; first < count; first = next) {
		for (next = first + 1;
		     next < count && text_equal(all[next]->name, all[first]->name); next++)
			;
		if (next - first == 1)
			continue;
		is_in_time = next - first == count && is_one_node(all, count);
		tell_apart(arena, all + first, next - first, next - first == count);
	}
	number_the_rest(arena, all, count);
	return is_in_time;
}

const char *compare_some_names(struct arena *arena, const struct compare_result *result,
			       const uint32_t *nodes, size_t count, size_t most)
{
	names parts = {0};
	const char *all;

	most = count == most + 1 ? count : most;
	for (size_t i = 0; i < count && i < most; i++)
		vec_push(arena, &parts, result->compare->reports.at[nodes[i]].name);
	all = text_join(arena, &parts, ", ");
	return most < count ? arena_printf(arena, "%s and %zu more", all, count - most) : all;
}

const char *compare_profile(struct arena *arena, const struct compare_report *report)
{
	if (!report->profile)
		return "no profile";
	return arena_printf(arena, "profile %s %.*s", report->profile, LAYOUT_HASH_DIGITS,
			    text_or(report->profile_sha256, ""));
}
