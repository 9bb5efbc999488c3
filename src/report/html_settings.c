/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of settings and checks in an HTML report. */
#include "base/escape.h"
#include "report/fold.h"
#include "report/html.h"
#include "report/layout.h"

enum { HTML_FOLD_FROM = 3 }; /* rows alike that stay rows */

static enum html_tone setting_tone(const struct setting *setting)
{
	bool required = setting->wish->severity == SEVERITY_REQUIRED;

	switch (setting->state) {
	case STATE_SAME:
	case STATE_CHANGED:
		return HTML_GOOD;
	case STATE_MANAGED:
	case STATE_UNSUPPORTED:
	case STATE_SKIPPED:
		return required ? HTML_BAD : HTML_QUIET;
	case STATE_WAIVED:
		return HTML_QUIET;
	case STATE_PENDING:
	case STATE_DIFFERS:
	case STATE_LEFT_OVER:
	case STATE_FAILED:
	case STATE_CONTESTED:
	case STATE_MANUAL:
	case STATE_COUNT:
		break;
	}
	return required ? HTML_BAD : HTML_ADVISED;
}

static enum html_tone check_tone(const struct check *check)
{
	if (check->state == CHECK_PASS)
		return HTML_GOOD;
	if (check->state == CHECK_FAIL)
		return check->severity == SEVERITY_REQUIRED ? HTML_BAD : HTML_ADVISED;
	return check->is_moot || check->state == CHECK_WAIVED ? HTML_QUIET : HTML_UNKNOWN;
}

/* Settings ------------------------------------------------------------------------------------ */

static void add_why(struct str *cell, const struct setting *setting)
{
	const struct wish *wish = setting->wish;
	struct arena *arena = cell->arena;

	if (!wish->why && !wish->path)
		return;
	str_printf(cell, "<details%s><summary>why</summary>",
		   setting_tone(setting) == HTML_BAD ? " open" : "");
	if (wish->why)
		str_printf(cell, "<p class=\"note\">%s</p>", escape_html(arena, wish->why));
	if (wish->measured)
		str_printf(cell, "<p class=\"note\">now: %s</p>",
			   escape_html(arena, wish->measured));
	str_printf(cell, "<p class=\"note\">%s%s%s</p></details>",
		   escape_html(arena, text_or(wish->source, "")),
		   wish->source && wish->path ? " \u00b7 " : "",
		   escape_html(arena, text_or(wish->path, "")));
}

/* The others that the row stands for, each by name and values. */
static void add_others(struct str *cell, const struct fold_row *row)
{
	struct arena *arena = cell->arena;

	if (!row->alike)
		return;
	str_printf(cell,
		   "<details><summary>and %u more like it, up to %s</summary><p class=\"note\">",
		   row->alike, escape_html(arena, row->last));
	vec_for_each (other, &row->others)
		str_printf(cell, "%s: %s, wanted %s<br>", escape_html(arena, (*other)->wish->name),
			   escape_html(arena, layout_have(arena, *other)),
			   escape_html(arena, layout_wanted(arena, *other)));
	str_add(cell, "</p></details>");
}

static const char *name_cell(struct arena *arena, const struct fold_row *row)
{
	const struct setting *setting = row->setting;
	struct str cell = str_new(arena);

	str_printf(&cell, "%s%s%s", html_code(arena, setting->wish->name),
		   setting->wish->severity == SEVERITY_REQUIRED ? " " : "",
		   setting->wish->severity == SEVERITY_REQUIRED ? html_required : "");
	add_why(&cell, setting);
	add_others(&cell, row);
	return cell.text;
}

static void add_setting(struct html_table *table, const struct fold_row *row)
{
	struct arena *arena = table->page->arena;
	const struct setting *setting = row->setting;
	names notes = layout_notes(arena, setting);
	const char *const cells[] = {
	    name_cell(arena, row),
	    html_num(arena, layout_have(arena, setting)),
	    html_num(arena, layout_wanted(arena, setting)),
	    html_state(arena, setting_tone(setting), plan_state_names[setting->state], &notes),
	};

	html_table_row(table, cells);
}

static size_t count_of(const fold_rows *rows, const char *tuner)
{
	size_t count = 0;

	vec_for_each (row, rows) {
		if (text_equal(row->setting->wish->tuner, tuner))
			count += 1 + row->alike;
	}
	return count;
}

/* Grouped by tuner. */
static void add_table(struct str *page, const char *caption, const fold_rows *all)
{
	static const char *const heads[] = {"Setting", "Now", "Wanted", "State", NULL};
	fold_rows rows = fold_settings(page->arena, all, HTML_FOLD_FROM);
	names tuners = fold_tuners(page->arena, &rows);
	struct html_table table = html_table_open(page, caption, heads);

	vec_for_each (tuner, &tuners) {
		html_table_group(&table, *tuner, count_of(&rows, *tuner));
		vec_for_each (row, &rows) {
			if (text_equal(row->setting->wish->tuner, *tuner))
				add_setting(&table, row);
		}
	}
	html_table_close(&table);
}

/* Where a setting is listed. */
enum place { PLACE_DIFFERS, PLACE_WAIVED, PLACE_MANUAL, PLACE_QUIET, PLACE_RIGHT };

static enum place place_of(const struct setting *setting)
{
	enum html_tone tone = setting_tone(setting);

	if (tone == HTML_GOOD)
		return PLACE_RIGHT;
	if (setting->state == STATE_WAIVED)
		return PLACE_WAIVED;
	if (tone == HTML_QUIET)
		return PLACE_QUIET;
	return setting->state == STATE_MANUAL && tone != HTML_BAD ? PLACE_MANUAL : PLACE_DIFFERS;
}

/* Required ones first. */
static fold_rows rows_at(struct arena *arena, const setting_list *settings, enum place place)
{
	fold_rows rows = {0};

	for (enum severity severity = SEVERITY_REQUIRED;; severity = SEVERITY_ADVISED) {
		vec_for_each (setting, settings) {
			if (place_of(setting) == place && setting->wish->severity == severity)
				vec_push(arena, &rows, (struct fold_row){.setting = setting});
		}
		if (severity == SEVERITY_ADVISED)
			return rows;
	}
}

/* With what an operator has to know of waivers, whether or not anything is waived. */
static void add_waived(struct str *page, const struct report *report)
{
	struct arena *arena = page->arena;
	fold_rows waived = rows_at(arena, &report->plan->settings, PLACE_WAIVED);
	names warnings = waiver_warnings(arena, report);

	if (!waived.count && !warnings.count)
		return;
	html_heading(page, "waived", arena_printf(arena, "Settings waived (%zu)", waived.count));
	vec_for_each (one, &warnings)
		html_note(page, *one);
	if (waived.count)
		add_table(page, "Settings waived", &waived);
}

void html_settings(struct str *page, const struct report *report)
{
	struct arena *arena = page->arena;
	fold_rows differ = rows_at(arena, &report->plan->settings, PLACE_DIFFERS);
	fold_rows manual = rows_at(arena, &report->plan->settings, PLACE_MANUAL);

	html_heading(page, "differs",
		     arena_printf(arena, "Settings that differ (%zu)", differ.count));
	if (differ.count)
		add_table(page, "Settings that differ", &differ);
	else
		html_note(page, "None.");
	add_waived(page, report);
	if (!manual.count)
		return;
	html_heading(page, "manual",
		     arena_printf(arena, "Settings to be set by hand (%zu)", manual.count));
	add_table(page, "Settings to be set by hand", &manual);
}

/* Before and after ---------------------------------------------------------------------------- */

/* What it was before thintune wrote it: before this command, or as the journal says; NULL: it has
 * not been written. */
static const char *before_of(const struct setting *setting)
{
	const struct holding *holding = setting->holding;

	if (setting->before && (setting->state == STATE_CHANGED || setting->state == STATE_FAILED))
		return setting->before;
	return holding && !holding->is_refused && holding->setting &&
		       !text_equal(holding->had, setting->have)
		   ? holding->had
		   : NULL;
}

void html_changes(struct str *page, const struct report *report)
{
	static const char *const heads[] = {"Setting", "Before", "Now", "State", NULL};
	bool is_restore = text_equal(report->command, "restore");
	struct arena *arena = page->arena;
	struct html_table table;
	size_t count = 0;

	vec_for_each (setting, &report->plan->settings)
		count += before_of(setting) != NULL;
	if (!count)
		return;
	html_heading(
	    page, "changes",
	    arena_printf(arena,
			 is_restore ? "What was put back (%zu)" : "What thintune has changed (%zu)",
			 count));
	if (report->run.journal && !is_restore)
		html_note(page, arena_printf(arena,
					     "`thintune restore` puts all of it back (journal %s).",
					     report->run.journal));
	table = html_table_open(page, "Before and after", heads);
	vec_for_each (setting, &report->plan->settings) {
		const char *before = before_of(setting);
		const struct fold_row row = {.setting = setting};
		names notes = {0};

		if (!before)
			continue;
		const char *const cells[] = {
		    name_cell(arena, &row),
		    html_num(arena, layout_value(arena, setting, before)),
		    html_num(arena, layout_have(arena, setting)),
		    html_state(arena, setting_tone(setting), plan_state_names[setting->state],
			       &notes),
		};

		html_table_row(&table, cells);
	}
	html_table_close(&table);
}

/* The rest ------------------------------------------------------------------------------------ */

static void add_fold(struct str *page, const fold_rows *rows, const char *id, const char *what)
{
	if (!rows->count)
		return;
	html_fold_open(page, false, id, arena_printf(page->arena, "%zu %s", rows->count, what));
	add_table(page, what, rows);
	html_fold_close(page);
}

void html_rest(struct str *page, const struct report *report)
{
	fold_rows quiet = rows_at(page->arena, &report->plan->settings, PLACE_QUIET);
	fold_rows right = rows_at(page->arena, &report->plan->settings, PLACE_RIGHT);

	html_heading(page, "right", "Everything else");
	add_fold(page, &quiet, "quiet", "settings that thintune cannot or need not set");
	add_fold(page, &right, NULL, "settings as they should be");
}

/* Checks -------------------------------------------------------------------------------------- */

static void add_check(struct html_table *table, const struct check *check)
{
	struct arena *arena = table->page->arena;
	const char *unknown = check->state == CHECK_SKIPPED ? "\u2013" : "unknown";
	names notes = layout_check_notes(arena, check);

	if (check->source)
		vec_push(arena, &notes, arena_printf(arena, "[%s]", check->source));
	const char *const cells[] = {
	    arena_printf(arena, "%s%s%s", html_code(arena, check->id),
			 check->severity == SEVERITY_REQUIRED ? " " : "",
			 check->severity == SEVERITY_REQUIRED ? html_required : ""),
	    escape_html(arena, text_or(check->required, "\u2013")),
	    html_num(arena, text_or(check->have, unknown)),
	    html_state(arena, check_tone(check), plan_check_state_names[check->state], &notes),
	};

	html_table_row(table, cells);
}

/* In the order in which they are shown; what passes is last. */
enum { TONES = 5 };
static const enum html_tone tones[TONES] = {HTML_BAD, HTML_ADVISED, HTML_UNKNOWN, HTML_QUIET,
					    HTML_GOOD};

static void add_check_table(struct str *page, const check_list *checks, const enum html_tone *shown,
			    size_t count)
{
	static const char *const heads[] = {"Check", "Required", "Found", "State", NULL};
	struct html_table table = html_table_open(page, "Checks", heads);

	for (size_t i = 0; i < count; i++) {
		vec_for_each (check, checks) {
			if (check_tone(check) != shown[i])
				continue;
			add_check(&table, check);
		}
	}
	html_table_close(&table);
}

void html_checks(struct str *page, const struct report *report)
{
	const check_list *checks = &report->plan->checks;
	unsigned passed = report->verdict.checks[CHECK_PASS];

	html_heading(page, "checks", "Checks");
	if (!checks->count)
		html_note(page, "None.");
	if (checks->count > passed)
		add_check_table(page, checks, tones, TONES - 1);
	if (!passed)
		return;
	html_fold_open(page, checks->count == passed, NULL,
		       arena_printf(page->arena, "%u %s", passed,
				    passed == 1 ? "check passes" : "checks pass"));
	add_check_table(page, checks, &tones[TONES - 1], 1);
	html_fold_close(page);
}

/* Only those that are looked at all the same. */
void html_left_out(struct str *page, const struct report *report)
{
	const struct left_out *left_out = &report->plan->left_out;
	struct arena *arena = page->arena;
	const char *counts = layout_left_out(arena, left_out);
	fold_rows rows = {0};

	if (!counts)
		return;
	html_heading(page, "left-out", "Left out, and looked at all the same");
	html_note(page, arena_printf(arena, "%s, %u of them required", counts,
				     report->verdict.left_out_required));
	vec_for_each (setting, &left_out->settings)
		vec_push(arena, &rows, (struct fold_row){.setting = setting});
	if (rows.count)
		add_table(page, "Required settings left out", &rows);
	if (left_out->checks.count)
		add_check_table(page, &left_out->checks, tones, TONES);
}
