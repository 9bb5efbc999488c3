/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two profiles point by point, and shows them side by side. */
#include "report/profile_diff.h"

#include "base/escape.h"
#include "base/text.h"
#include "report/layout.h"

static const struct profile_point *find(const profile_points *points, const char *what)
{
	vec_for_each (point, points) {
		if (text_equal(point->what, what))
			return point;
	}
	return NULL;
}

static bool is_same(const struct profile_point *one, const struct profile_point *other)
{
	return one && other && text_equal(one->value, other->value) &&
	       text_equal(one->severity, other->severity) && text_equal(one->why, other->why);
}

struct profile_diff profile_diff(struct arena *arena, const struct profile *one,
				 const struct profile *other)
{
	struct profile_diff diff = {.sides = {one, other}};
	profile_points left = profile_points_of(arena, one);
	profile_points right = profile_points_of(arena, other);

	vec_for_each (point, &left) {
		const struct profile_point *match = find(&right, point->what);

		diff.point_count++;
		if (!is_same(point, match))
			vec_push(arena, &diff.rows,
				 (struct profile_diff_row){.sides = {point, match}});
	}
	vec_for_each (point, &right) {
		if (find(&left, point->what))
			continue;
		diff.point_count++;
		vec_push(arena, &diff.rows, (struct profile_diff_row){.sides = {NULL, point}});
	}
	return diff;
}

/* For people ---------------------------------------------------------------------------------- */

/* The reason only where nothing else differs. */
static const char *words_of(struct arena *arena, const struct profile_diff_row *row, size_t side)
{
	const struct profile_point *point = row->sides[side], *other = row->sides[!side];
	names parts = {0};

	if (!point)
		return "(absent)";
	vec_push(arena, &parts, point->value);
	if (text_equal(point->severity, "required") ||
	    (point->severity && other && !text_equal(point->severity, other->severity)))
		vec_push(arena, &parts, point->severity);
	if (other && text_equal(point->value, other->value) &&
	    text_equal(point->severity, other->severity))
		vec_push(arena, &parts,
			 arena_printf(arena, "why: %s", text_or(point->why, "(none)")));
	return text_join(arena, &parts, ", ");
}

/* Two of one name are told apart by their files. */
static const char *label_of(struct arena *arena, const struct profile_diff *diff, size_t side)
{
	const struct profile *profile = diff->sides[side], *other = diff->sides[!side];

	return text_equal(profile->name, other->name)
		   ? escape_text(arena, profile->sources.at[0], ESCAPE_ALL)
		   : profile->name;
}

static const char *origin_of(struct arena *arena, const struct profile *profile)
{
	return arena_printf(arena, "%s: %s, sha256 %.*s", profile->name,
			    text_join(arena, &profile->sources, ", "), LAYOUT_HASH_DIGITS,
			    profile->sha256);
}

char *profile_diff_text(struct arena *arena, const struct profile_diff *diff,
			struct text_style style)
{
	const char *const heads[] = {"WHAT", label_of(arena, diff, 0), label_of(arena, diff, 1),
				     NULL};
	struct table table = table_new(arena, heads);
	struct str str = str_new(arena);
	size_t count = diff->rows.count;
	const char *verdict;

	vec_for_each (row, &diff->rows) {
		const struct profile_point *any = row->sides[0] ? row->sides[0] : row->sides[1];
		const char *const cells[] = {any->what, words_of(arena, row, 0),
					     words_of(arena, row, 1)};

		table_add(&table, cells);
	}
	if (!style.quiet) {
		for (size_t i = 0; i < 2; i++)
			layout_paragraph(&str, origin_of(arena, diff->sides[i]), 0,
					 layout_columns(style));
		str_printf(&str, "%s%s\n", count ? "\n" : "",
			   count ? table_text(&table, style) : "");
	}
	verdict = count ? arena_printf(arena, "%zu of %s %s (exit 3)", count,
				       text_count(arena, diff->point_count, "point", "points"),
				       count == 1 ? "differs" : "differ")
			: arena_printf(arena, "equal: all %zu points are the same (exit 0)",
				       diff->point_count);
	layout_verdict(&str, style, count ? PAINT_YELLOW : PAINT_GREEN, verdict);
	return str.text;
}
