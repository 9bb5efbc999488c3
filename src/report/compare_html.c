/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison as an HTML page: how many rows differ, groups, outliers, the rows with their values,
 * and where each report comes from. */
#include "base/escape.h"
#include "base/text.h"
#include "report/compare_fold.h"
#include "report/html_page.h"
#include "version.h"

/* A page of thousands of rows helps nobody: JSON and CSV hold all. */
enum { MOST_NAMES = 10, MOST_GROUPS = 200, MOST_APART = 10, MOST_ROWS = 1000, MOST_VALUES = 12 };

struct page {
	struct arena *arena;
	const struct compare_result *result;
	compare_folds folds;
	struct str text;
};

static const char *escaped(const struct page *page, const char *text)
{
	return escape_html(page->arena, text);
}

static const char *who(const struct page *page, const uint32_t *nodes, size_t count)
{
	return escaped(page,
		       compare_some_names(page->arena, page->result, nodes, count, MOST_NAMES));
}

static void add_band(struct page *page)
{
	const struct compare_result *result = page->result;
	size_t reports = result->compare->reports.count, unread = result->compare->unread.count;
	bool differs = result->rows.count;
	enum html_tone tone = unread ? HTML_BAD : differs ? HTML_ADVISED : HTML_GOOD;

	html_band(&page->text, tone,
		  differs ? arena_printf(page->arena, "%zu of %zu settings and checks differ",
					 result->rows.count, result->row_count)
			  : arena_printf(page->arena, "All %zu reports say the same", reports),
		  unread ? arena_printf(page->arena, "%zu of the files could not be read.", unread)
			 : NULL,
		  arena_printf(page->arena, "%zu reports%s \u00b7 exit code %d", reports,
			       result->is_in_time ? " of one node" : "", (int)result->exit_code));
	vec_for_each (sentence, &result->compare->unread)
		html_note(&page->text, *sentence);
}

static void add_tiles(struct page *page)
{
	const struct compare_result *result = page->result;
	size_t outliers = result->compare->reports.count - result->groups.at[0].nodes.count;
	const struct html_tile tiles[] = {
	    {HTML_ADVISED, result->rows.count, "rows differ", "rows"},
	    {HTML_QUIET, result->groups.count, "groups of equal nodes", "groups"},
	    {HTML_QUIET, result->compare->reports.count, "reports", "reports"},
	    {HTML_ADVISED, outliers, "nodes outside the largest group", "groups"},
	};
	size_t count = sizeof(tiles) / sizeof(tiles[0]);

	html_tiles(&page->text, tiles, compare_has_largest(result) ? count : count - 1);
}

static void add_more(struct page *page, size_t count, size_t most, const char *what)
{
	if (most < count)
		html_note(&page->text,
			  arena_printf(page->arena, "And %zu more %s: JSON and CSV hold all.",
				       count - most, what));
}

/* The name of a row, with those that are folded into it. */
static const char *fold_markup(const struct page *page, const struct compare_fold *fold,
			       const char *name)
{
	const char *markup = html_code(page->arena, name);

	return fold->alike ? arena_printf(page->arena, "%s, and %u more like it, up to %s", markup,
					  fold->alike, html_code(page->arena, fold->last->name))
			   : markup;
}

/* What sets a group apart from the largest one. */
static const char *apart_markup(const struct page *page, const struct compare_group *group)
{
	compare_folds apart = compare_fold_apart(page->arena, page->result, &page->folds, group);
	struct str str = str_new(page->arena);

	for (size_t i = 0; i < apart.count && i < MOST_APART; i++) {
		const struct compare_row *row = apart.at[i].row;
		const struct compare_value *value = compare_value_of(row, group->nodes.at[0]);

		str_printf(&str, "%s%s: %s", i ? "<br>" : "",
			   fold_markup(page, &apart.at[i], compare_row_name(page->arena, row)),
			   html_code(page->arena, compare_value_text(page->arena, row, value)));
	}
	if (MOST_APART < apart.count)
		str_printf(&str, "<br>and %zu more rows", apart.count - MOST_APART);
	return apart.count ? str.text : compare_first_group(page->result);
}

static void add_groups(struct page *page)
{
	static const char *const heads[] = {"Nodes", "Set apart by", NULL};
	size_t count = page->result->groups.count;
	struct html_table table;

	html_heading(&page->text, "groups",
		     compare_has_largest(page->result) ? "Groups of equal nodes, and outliers"
						       : "Groups of equal nodes");
	table = html_table_open(&page->text, "Groups of equal nodes, the largest first", heads);
	for (size_t i = 0; i < count && i < MOST_GROUPS; i++) {
		const struct compare_group *group = &page->result->groups.at[i];
		const char *const cells[] = {
		    arena_printf(page->arena, "<b>%zu</b>: %s", group->nodes.count,
				 who(page, group->nodes.at, group->nodes.count)),
		    apart_markup(page, group)};

		html_table_row(&table, cells);
	}
	html_table_close(&table);
	add_more(page, count, MOST_GROUPS, "groups");
}

/* Of a row, each value and who has it. */
static const char *values_markup(const struct page *page, const struct compare_row *row)
{
	struct str str = str_new(page->arena);
	size_t count = row->values.count;

	for (size_t i = 0; i < count && i < MOST_VALUES; i++) {
		const struct compare_value *value = &row->values.at[i];

		str_printf(&str, "%s%s: %s", i ? "<br>" : "",
			   html_code(page->arena, compare_value_text(page->arena, row, value)),
			   who(page, value->nodes.at, value->nodes.count));
	}
	if (MOST_VALUES < count)
		str_printf(&str, "<br>and %zu more values", count - MOST_VALUES);
	return str.text;
}

static const char *tuner_of(const struct compare_fold *fold)
{
	return fold->row->section == COMPARE_CHECKS ? "checks"
						    : text_or(fold->row->tuner, "unknown");
}

/* A heading where the rows of a tuner begin. */
static void add_tuner(struct html_table *table, const compare_folds *folds, size_t first)
{
	const char *tuner = tuner_of(&folds->at[first]);
	size_t next = first;

	if (first && text_equal(tuner_of(&folds->at[first - 1]), tuner))
		return;
	while (next < folds->count && text_equal(tuner_of(&folds->at[next]), tuner))
		next++;
	html_table_group(table, tuner, next - first);
}

static void add_row(const struct page *page, struct html_table *table,
		    const struct compare_fold *fold)
{
	const char *const cells[] = {fold_markup(page, fold, fold->row->name),
				     values_markup(page, fold->row)};

	html_table_row(table, cells);
}

static void add_rows(struct page *page)
{
	static const char *const heads[] = {"Setting or check", "Values, and who has them", NULL};
	const compare_folds folds = page->folds;
	struct html_table table;

	html_heading(&page->text, "rows", "What differs");
	if (!folds.count) {
		html_note(&page->text, "Nothing.");
		return;
	}
	html_filter(&page->text);
	table = html_table_open(&page->text, "Settings and checks that differ", heads);
	for (size_t i = 0; i < folds.count && i < MOST_ROWS; i++) {
		add_tuner(&table, &folds, i);
		add_row(page, &table, &folds.at[i]);
	}
	html_table_close(&table);
	add_more(page, folds.count, MOST_ROWS, "rows");
}

static void add_reports(struct page *page)
{
	static const char *const heads[] = {"Name",    "Date", "Made by", "Profile",
					    "Verdict", "File", NULL};
	names notes = compare_notes(page->arena, page->result);
	struct html_table table;

	html_heading(&page->text, "reports", "The reports");
	vec_for_each (note, &notes)
		html_note(&page->text, *note);
	table = html_table_open(&page->text, "Where each report comes from", heads);
	vec_for_each (report, &page->result->compare->reports) {
		const char *const cells[] = {
		    escaped(page, report->name),
		    escaped(page, text_or(report->date, "unknown")),
		    escaped(page, arena_printf(page->arena, "%s of thintune %s",
					       text_or(report->command, "report"),
					       text_or(report->version, "unknown"))),
		    escaped(page, compare_profile(page->arena, report)),
		    escaped(page, text_or(report->verdict, "unknown")),
		    html_code(page->arena, report->file)};

		html_table_row(&table, cells);
	}
	html_table_close(&table);
}

char *compare_html(struct arena *arena, const struct compare_result *result)
{
	struct page page = {.arena = arena,
			    .result = result,
			    .folds = compare_fold(arena, result, false),
			    .text = html_page_new(arena, "thintune: comparison of reports")};

	add_band(&page);
	add_tiles(&page);
	add_groups(&page);
	add_rows(&page);
	add_reports(&page);
	return html_page_end(&page.text, "thintune " THINTUNE_VERSION);
}
