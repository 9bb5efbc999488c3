/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison for people: two reports side by side; of more, groups, the rows that split them, and
 * what sets each outlier apart. */
#include <stdlib.h>

#include "base/escape.h"
#include "base/text.h"
#include "report/compare_fold.h"
#include "report/next.h"
#include "report/next_command.h"

/* Of what can be thousands, without --verbose. */
enum { MOST_NAMES = 4, MOST_GROUPS = 16, MOST_OUTLIERS = 24, MOST_APART = 6, MOST_ROWS = 50 };

struct page {
	struct arena *arena;
	const struct compare_result *result;
	struct text_style style;
	compare_folds folds; /* all rows, with --verbose */
	size_t columns;
	struct str text;
};

static const char *name_of(const struct page *page, uint32_t node)
{
	return page->result->compare->reports.at[node].name;
}

static void add_line(struct page *page, const char *line, size_t indent)
{
	layout_paragraph(&page->text, escape_text(page->arena, line, ESCAPE_ALL), indent,
			 page->columns);
}

static const char *some_names(const struct page *page, const uint32_t *nodes, size_t count)
{
	return compare_some_names(page->arena, page->result, nodes, count,
				  page->style.verbose ? count : MOST_NAMES);
}

/* Where they come from ------------------------------------------------------------------------ */

/* Two reports: all about each. */
static void add_origins(struct page *page)
{
	struct arena *arena = page->arena;

	vec_for_each (report, &page->result->compare->reports) {
		bool is_dated = page->result->is_in_time;

		add_line(page,
			 arena_printf(arena, "%s: %s%s, %s of thintune %s, %s, file %s",
				      report->name, is_dated ? "node " : "",
				      is_dated ? text_or(report->hostname, "unknown")
					       : text_or(report->date, "date unknown"),
				      text_or(report->command, "report"),
				      text_or(report->version, "unknown"),
				      compare_profile(arena, report), report->file),
			 0);
	}
}

static void add_notes(struct page *page)
{
	names notes = compare_notes(page->arena, page->result);

	vec_for_each (note, &notes)
		add_line(page, arena_printf(page->arena, "note: %s", *note), 0);
}

/* Two reports --------------------------------------------------------------------------------- */

static const char *side(struct page *page, const struct compare_row *row, uint32_t node)
{
	return compare_value_text(page->arena, row, compare_value_of(row, node));
}

static void add_two(struct page *page)
{
	const char *const heads[] = {"ROW", name_of(page, 0), name_of(page, 1), NULL};
	struct table table = table_new(page->arena, heads);

	vec_for_each (fold, &page->folds) {
		const char *const cells[] = {compare_fold_name(page->arena, fold),
					     side(page, fold->row, 0), side(page, fold->row, 1)};

		table_add(&table, cells);
	}
	if (page->folds.count)
		str_printf(&page->text, "\n%s", table_text(&table, page->style));
}

/* More ---------------------------------------------------------------------------------------- */

static void add_groups(struct page *page)
{
	static const char *const heads[] = {"GROUP", "NODES", "APART", "WHO", NULL};
	struct table table = table_new(page->arena, heads);
	size_t count = page->result->groups.count;
	size_t most = page->style.verbose || count == MOST_GROUPS + 1 ? count : MOST_GROUPS;

	for (size_t i = 0; i < count && i < most; i++) {
		const struct compare_group *group = &page->result->groups.at[i];
		const char *const cells[] = {
		    arena_printf(page->arena, "%zu", i + 1),
		    arena_printf(page->arena, "%zu", group->nodes.count),
		    i ? text_count(page->arena, group->apart.count, "row", "rows") : "-",
		    some_names(page, group->nodes.at, group->nodes.count)};

		table_add(&table, cells);
	}
	str_add(&page->text, "\n");
	add_line(page,
		 arena_printf(page->arena,
			      "groups of equal nodes, and how many rows set each apart from %s:",
			      compare_first_group(page->result)),
		 0);
	str_add(&page->text, table_text(&table, page->style));
	if (most < count)
		add_line(page,
			 arena_printf(page->arena, "and %zu smaller groups (--verbose lists them)",
				      count - most),
			 0);
}

/* Each value in a line of its own, that of most nodes first. */
static void add_row(struct page *page, struct table *table, const struct compare_fold *fold)
{
	const struct compare_row *row = fold->row;
	size_t count = row->values.count;
	size_t most = page->style.verbose || count == MOST_NAMES + 1 ? count : MOST_NAMES;

	for (size_t i = 0; i < count && i < most; i++) {
		const struct compare_value *value = &row->values.at[i];
		const char *const cells[] = {
		    i ? "" : compare_fold_name(page->arena, fold),
		    arena_printf(page->arena, "%zu", value->nodes.count),
		    compare_value_text(page->arena, row, value),
		    i ? some_names(page, value->nodes.at, value->nodes.count) : ""};

		table_add(table, cells);
	}
	if (most < count) {
		const char *const cells[] = {
		    "", "", arena_printf(page->arena, "and %zu more values", count - most), ""};

		table_add(table, cells);
	}
}

static void add_rows(struct page *page)
{
	static const char *const heads[] = {"ROW", "NODES", "VALUE", "WHO", NULL};
	struct table table = table_new(page->arena, heads);
	size_t most = page->style.verbose ? page->folds.count : MOST_ROWS;

	if (!page->folds.count)
		return;
	for (size_t i = 0; i < page->folds.count && i < most; i++)
		add_row(page, &table, &page->folds.at[i]);
	str_printf(&page->text, "\nrows that split them:\n%s", table_text(&table, page->style));
	if (most < page->folds.count)
		add_line(page,
			 arena_printf(page->arena, "and %s (--verbose lists them)",
				      text_count(page->arena, page->folds.count - most, "more row",
						 "more rows")),
			 0);
}

/* The rows of one group that differ from the largest one, with the value of each. */
static const char *apart_text(struct page *page, const struct compare_group *group)
{
	compare_folds apart = compare_fold_apart(page->arena, page->result, &page->folds, group);
	size_t most =
	    page->style.verbose || apart.count == MOST_APART + 1 ? apart.count : MOST_APART;
	names parts = {0};

	for (size_t i = 0; i < apart.count && i < most; i++)
		vec_push(page->arena, &parts,
			 arena_printf(page->arena, "%s: %s",
				      compare_fold_name(page->arena, &apart.at[i]),
				      side(page, apart.at[i].row, group->nodes.at[0])));
	if (most < apart.count)
		vec_push(page->arena, &parts,
			 arena_printf(page->arena, "and %zu more rows", apart.count - most));
	return text_join(page->arena, &parts, "; ");
}

/* Node by node; equal ones together. */
static void add_outliers(struct page *page)
{
	size_t count = page->result->groups.count;
	size_t most = page->style.verbose ? count : MOST_OUTLIERS;

	if (count < 2)
		return;
	str_add(&page->text, "\n");
	add_line(page,
		 arena_printf(page->arena, "%s, and what sets them apart from %s:",
			      compare_has_largest(page->result) ? "outliers" : "the others",
			      compare_first_group(page->result)),
		 0);
	for (size_t i = 1; i < count && i < most; i++) {
		const struct compare_group *group = &page->result->groups.at[i];

		add_line(page,
			 arena_printf(page->arena, "%s: %s",
				      some_names(page, group->nodes.at, group->nodes.count),
				      apart_text(page, group)),
			 2);
	}
	if (most < count)
		add_line(page,
			 arena_printf(page->arena, "and %s more (--verbose lists them)",
				      text_count(page->arena, count - most, "group", "groups")),
			 2);
}

/* Verdict ------------------------------------------------------------------------------------- */

/* "2 settings and 1 check differ, of 69 rows" */
static const char *differing(struct page *page)
{
	const struct compare_result *result = page->result;
	struct arena *arena = page->arena;
	size_t settings = 0, checks = 0;
	names parts = {0};

	vec_for_each (row, &result->rows) {
		settings += row->section == COMPARE_SETTINGS;
		checks += row->section == COMPARE_CHECKS;
	}
	if (settings)
		vec_push(arena, &parts, text_count(arena, settings, "setting", "settings"));
	if (checks)
		vec_push(arena, &parts, text_count(arena, checks, "check", "checks"));
	return arena_printf(arena, "%s %s, of %zu rows", text_join(arena, &parts, " and "),
			    result->rows.count == 1 ? "differs" : "differ", result->row_count);
}

static void add_verdict(struct page *page)
{
	const struct compare_result *result = page->result;
	struct arena *arena = page->arena;
	size_t reports = result->compare->reports.count, unread = result->compare->unread.count;
	bool differs = result->rows.count;
	names parts = {0};

	vec_push(arena, &parts,
		 differs ? differing(page)
			 : arena_printf(arena, "equal: all %zu rows of %s say the same",
					result->row_count,
					text_count(arena, reports, "report", "reports")));
	if (differs && reports > 2)
		vec_push(
		    arena, &parts,
		    result->groups.count == reports
			? "no two are equal"
			: arena_printf(arena, "%zu groups of equal nodes", result->groups.count));
	if (unread)
		vec_push(arena, &parts,
			 arena_printf(arena, "%s could not be read",
				      text_count(arena, unread, "report", "reports")));
	if (!page->style.quiet)
		str_add(&page->text, "\n");
	layout_verdict(&page->text, page->style,
		       unread    ? PAINT_RED
		       : differs ? PAINT_YELLOW
				 : PAINT_GREEN,
		       arena_printf(arena, "%s (exit %d)", text_join(arena, &parts, "; "),
				    (int)result->exit_code));
}

/* The time of the first look and that of the last one; NULL: one of them is not known. */
static void find_dates(const struct compare *compare, const char **first, const char **last)
{
	*first = *last = compare->reports.at[0].date;
	vec_for_each (report, &compare->reports) {
		if (!report->date || !*first) {
			*first = *last = NULL;
			return;
		}
		*first = strcmp(report->date, *first) < 0 ? report->date : *first;
		*last = strcmp(report->date, *last) > 0 ? report->date : *last;
	}
}

/* One that is not like the first ones, and what its report was made with. */
static const struct compare_report *odd_one(const struct compare_result *result)
{
	uint32_t node = result->groups.count > 1 ? result->groups.at[1].nodes.at[0] : 0;

	return &result->compare->reports.at[node];
}

static struct next_step next_of(struct page *page)
{
	const struct compare_result *result = page->result;
	const struct compare_report *odd = odd_one(result);
	struct arena *arena = page->arena;
	const char *first = NULL, *last = NULL;

	if (result->compare->unread.count)
		return (struct next_step){
		    .what = "this makes a report anew, where one could not be read",
		    .command = "sudo thintune audit --format json --output FILE"};
	if (!result->rows.count)
		return (struct next_step){.what = "nothing: the reports say the same"};
	if (result->is_in_time)
		find_dates(result->compare, &first, &last);
	if (first)
		return (struct next_step){
		    .what = "on the node itself: who changed what between these reports",
		    .command = arena_printf(arena, "thintune history --since %s --until %s",
					    next_word(arena, first), next_word(arena, last))};
	return (struct next_step){
	    .what = arena_printf(arena, "on %s, which is not like %s: what is wrong there, and why",
				 odd->name, result->groups.count > 2 ? "most" : "the other one"),
	    .command =
		arena_printf(arena, "sudo thintune audit%s%s", odd->profile ? " --profile " : "",
			     odd->profile ? next_word(arena, odd->profile) : "")};
}

char *compare_text(struct arena *arena, const struct compare_result *result,
		   struct text_style style)
{
	struct page page = {.arena = arena,
			    .result = result,
			    .style = style,
			    .folds = compare_fold(arena, result, style.verbose),
			    .columns = layout_columns(style),
			    .text = str_new(arena)};

	if (!style.quiet) {
		bool is_pair = result->compare->reports.count == 2;

		if (is_pair)
			add_origins(&page);
		else
			add_line(&page,
				 arena_printf(arena, "%zu reports%s",
					      result->compare->reports.count,
					      result->is_in_time ? " of one node" : ""),
				 0);
		add_notes(&page);
		if (is_pair) {
			add_two(&page);
		} else {
			add_groups(&page);
			add_rows(&page);
			add_outliers(&page);
		}
	}
	add_verdict(&page);
	if (!style.quiet) {
		struct next_step next = next_of(&page);

		next_line(&page.text, style, &next);
	}
	return page.text.text;
}
