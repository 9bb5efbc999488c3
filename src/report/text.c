/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people: head, settings, checks, probe, verdict. */
#include "base/escape.h"
#include "report/fold.h"
#include "report/layout.h"
#include "report/next.h"
#include "report/remarks.h"
#include "report/sheet.h"
#include "tuners/tuners.h"

struct page {
	struct arena *arena;
	const struct report *report;
	struct text_style style;
	size_t columns;
	struct str text;
};

static void add_part(struct page *page, names *parts, unsigned count, const char *one,
		     const char *many)
{
	if (count)
		vec_push(page->arena, parts, text_count(page->arena, count, one, many));
}

/* Head: which node, which data directory, which CPUs for what --------------------------------- */

static const char *where_it_runs(const struct facts *facts)
{
	const struct host *host = &facts->host;

	if (host->cloud && !text_equal(host->cloud, "none"))
		return host->cloud;
	if (!host->virtualization || text_equal(host->virtualization, "unknown"))
		return "virtualization unknown";
	return text_equal(host->virtualization, "none") ? "bare metal" : host->virtualization;
}

static void add_node(struct page *page)
{
	const struct facts *facts = page->report->facts;
	const struct host *host = &facts->host;
	struct arena *arena = page->arena;
	unsigned cpus = cpuset_weight(&facts->topology.online);
	unsigned nodes = (unsigned)facts->topology.nodes.count;
	names parts = {0};
	const char *subject = "";

	if (page->report->profile)
		subject = arena_printf(arena, "profile %s on ", page->report->profile->name);
	vec_push(arena, &parts,
		 cpus ? arena_printf(arena, "%u CPU%s", cpus, cpus == 1 ? "" : "s")
		      : "an unknown number of CPUs");
	if (nodes)
		vec_push(arena, &parts,
			 arena_printf(arena, "%u NUMA node%s", nodes, nodes == 1 ? "" : "s"));
	vec_push(arena, &parts,
		 host->memory_bytes ? text_human_size(arena, host->memory_bytes)
				    : "memory unknown");
	vec_push(arena, &parts,
		 arena_printf(arena, "kernel %s",
			      host->kernel_release ? host->kernel_release : "unknown"));
	vec_push(arena, &parts, where_it_runs(facts));
	if (facts->live.container && !text_equal(facts->live.container, "none"))
		vec_push(arena, &parts, arena_printf(arena, "in %s", facts->live.container));
	if (!facts->live_root)
		vec_push(arena, &parts, "recorded node");
	layout_paragraph(&page->text,
			 arena_printf(arena, "thintune %s: %s%s", page->report->command, subject,
				      text_join(arena, &parts, ", ")),
			 0, page->columns);
}

static void add_remarks(struct page *page, names remarks)
{
	vec_for_each (remark, &remarks)
		layout_paragraph(&page->text, *remark, 0, page->columns);
}

static void add_head(struct page *page)
{
	const struct report *report = page->report;
	const struct profile *profile = report->profile;

	if (report->profile_fault)
		layout_paragraph(&page->text, report->profile_fault, 0, page->columns);
	add_node(page);
	layout_paragraph(&page->text, layout_origin(page->arena, report), 0, page->columns);
	if (profile && page->style.verbose)
		layout_paragraph(&page->text,
				 arena_printf(page->arena, "profile from %s; sha256 %s",
					      text_join(page->arena, &profile->sources, ", "),
					      profile->sha256 ? profile->sha256 : "unknown"),
				 0, page->columns);
	add_remarks(page, remarks_of_node(page->arena, report));
}

/* The severity is not shown for what is right. */
static const char *state_cell(struct page *page, const char *state, enum paint paint,
			      enum severity severity)
{
	return arena_printf(
	    page->arena, "%s%s", layout_paint(page->arena, page->style, paint, state),
	    severity == SEVERITY_REQUIRED && paint != PAINT_GREEN ? ", required" : "");
}

/* Settings ------------------------------------------------------------------------------------ */

/* What counts like a required one is red where it does not hold; what is only advised never is. */
static enum paint state_paint(const struct page *page, const struct setting *setting)
{
	bool is_strict = page->report->is_strict;

	if (setting->state == STATE_SAME || setting->state == STATE_CHANGED)
		return PAINT_GREEN;
	if (verdict_setting_is_fault(setting, is_strict))
		return is_strict || setting->wish->severity == SEVERITY_REQUIRED ? PAINT_RED
										 : PAINT_YELLOW;
	return setting->state == STATE_MANAGED || setting->state == STATE_UNSUPPORTED
		   ? PAINT_NONE
		   : PAINT_YELLOW;
}

static void add_setting(struct page *page, struct sheet *sheet, const struct fold_row *row)
{
	struct arena *arena = page->arena;
	const struct setting *setting = row->setting;
	const char *const cells[] = {
	    arena_printf(arena, "  %s", escape_text(arena, setting->wish->name, ESCAPE_ALL)),
	    escape_text(arena, layout_have(arena, setting), ESCAPE_ALL),
	    escape_text(arena, layout_wanted(arena, setting), ESCAPE_ALL),
	    state_cell(page, plan_state_names[setting->state], state_paint(page, setting),
		       setting->wish->severity),
	};
	struct sheet_remark remark = {.causes = layout_causes(arena, setting)};
	const char *before = layout_before(arena, setting);

	if (before)
		vec_push(arena, &remark.own, before);
	if (row->alike)
		vec_push(arena, &remark.below,
			 arena_printf(arena, "and %u more like it, up to %s (--verbose lists them)",
				      row->alike, row->last));
	if (page->style.verbose && setting->wish->path)
		vec_push(arena, &remark.below, setting->wish->path);
	if (page->style.verbose && setting->wish->measured)
		vec_push(arena, &remark.after,
			 arena_printf(arena, "now: %s", setting->wish->measured));
	if (page->style.verbose) {
		remark.why = setting->wish->why;
		remark.source = setting->wish->why ? setting->wish->source : NULL;
	}
	sheet_add(sheet, cells, remark);
}

static struct sheet settings_sheet(struct page *page)
{
	static const char *const heads[] = {"SETTING", "NOW", "WANTED", "STATE", NULL};
	struct sheet sheet = sheet_new(page->arena, heads);
	fold_rows rows = {0};
	names tuners;

	vec_reserve(page->arena, &rows, page->report->plan->settings.count);
	vec_for_each (setting, &page->report->plan->settings) {
		if (setting->state != STATE_SAME || page->style.verbose)
			vec_push(page->arena, &rows, (struct fold_row){.setting = setting});
	}
	if (!page->style.verbose)
		rows = fold_settings(page->arena, &rows, FOLD_FROM);
	tuners = fold_tuners(page->arena, &rows);
	vec_for_each (tuner, &tuners) {
		const char *const cells[] = {*tuner, NULL, NULL, NULL};
		const char *advice = tuner_advice(*tuner);
		struct sheet_remark remark = {0};

		if (page->style.verbose && advice)
			vec_push(page->arena, &remark.below,
				 arena_printf(page->arena, "advice: %s", advice));
		sheet_add(&sheet, cells, remark);
		vec_for_each (row, &rows) {
			if (text_equal(row->setting->wish->tuner, *tuner))
				add_setting(page, &sheet, row);
		}
	}
	return sheet;
}

/* Checks -------------------------------------------------------------------------------------- */

static enum paint check_paint(const struct page *page, const struct check *check)
{
	bool is_strict = page->report->is_strict;

	if (check->state == CHECK_PASS)
		return PAINT_GREEN;
	return verdict_check_is_fault(check, is_strict) &&
		       (is_strict || check->severity == SEVERITY_REQUIRED)
		   ? PAINT_RED
		   : PAINT_YELLOW;
}

static struct sheet checks_sheet(struct page *page)
{
	static const char *const heads[] = {"CHECK", "REQUIRED", "HAVE", "STATE", NULL};
	struct arena *arena = page->arena;
	struct sheet sheet = sheet_new(arena, heads);

	vec_for_each (check, &page->report->plan->checks) {
		const char *unknown = check->state == CHECK_SKIPPED ? "-" : "unknown";
		const char *have = check->have ? check->have : unknown;
		const char *const cells[] = {
		    escape_text(arena, check->id, ESCAPE_ALL),
		    escape_text(arena, check->required ? check->required : "-", ESCAPE_ALL),
		    escape_text(arena, have, ESCAPE_ALL),
		    state_cell(page, plan_check_state_names[check->state], check_paint(page, check),
			       check->severity),
		};
		struct sheet_remark remark = {.causes = layout_check_notes(arena, check)};

		if (check->state == CHECK_PASS && !page->style.verbose)
			continue;
		if (page->style.verbose && check->source)
			vec_push(arena, &remark.below, arena_printf(arena, "[%s]", check->source));
		sheet_add(&sheet, cells, remark);
	}
	return sheet;
}

static void add_tables(struct page *page)
{
	struct sheet sheets[] = {settings_sheet(page), checks_sheet(page)};

	str_add(&page->text, sheet_text(sheets, sizeof(sheets) / sizeof(sheets[0]), page->style));
}

/* Foot ---------------------------------------------------------------------------------------- */

static void add_summary(struct page *page)
{
	const struct verdict *verdict = &page->report->verdict;
	names parts = {0};

	add_part(page, &parts, verdict->settings[STATE_SAME], "setting already right",
		 "settings already right");
	add_part(page, &parts, verdict->checks[CHECK_PASS], "check passes", "checks pass");
	if (page->report->profile)
		add_part(page, &parts, profile_leave_count(page->report->profile),
			 "value left alone by the profile", "values left alone by the profile");
	if (parts.count)
		layout_paragraph(&page->text,
				 arena_printf(page->arena, "%s%s",
					      text_join(page->arena, &parts, ", "),
					      page->style.verbose ? "" : " (--verbose lists them)"),
				 0, page->columns);
}

/* "fs.aio-max-nr (65536, wanted >= 1048576)" */
static const char *left_out_text(struct arena *arena, const struct setting *setting)
{
	return arena_printf(arena, "%s (%s, wanted %s)", setting->wish->name,
			    setting->have ? layout_value(arena, setting, setting->have) : "unknown",
			    layout_wanted(arena, setting));
}

/* The required settings and checks that do not hold, by name. */
static names left_out_open(struct arena *arena, const struct left_out *left_out)
{
	names open = {0};

	vec_for_each (setting, &left_out->settings) {
		if (verdict_setting_counts(setting))
			vec_push(arena, &open, left_out_text(arena, setting));
	}
	vec_for_each (check, &left_out->checks) {
		if (verdict_check_counts(check))
			vec_push(arena, &open,
				 arena_printf(arena, "%s (%s, wanted %s)", check->id,
					      check->have ? check->have
							  : plan_check_state_names[check->state],
					      check->required ? check->required : "an answer"));
	}
	return open;
}

/* What an operator has to know of them beside the rows. */
static void add_waivers(struct page *page)
{
	names warnings = waiver_warnings(page->arena, page->report);

	vec_for_each (one, &warnings)
		layout_paragraph(&page->text, *one, 0, page->columns);
}

static void add_left_out(struct page *page)
{
	const struct left_out *left_out = &page->report->plan->left_out;
	const struct verdict *verdict = &page->report->verdict;
	struct arena *arena = page->arena;
	const char *counts = layout_left_out(arena, left_out);
	names open = left_out_open(arena, left_out);
	const char *holds = verdict->left_out_required ? ", which hold" : "";

	if (!counts)
		return;
	if (open.count)
		holds =
		    arena_printf(arena, "; %zu %s not hold: %s", open.count,
				 open.count == 1 ? "does" : "do", text_join(arena, &open, ", "));
	layout_paragraph(&page->text,
			 escape_text(arena,
				     arena_printf(arena, "%s, %u of them required%s", counts,
						  verdict->left_out_required, holds),
				     ESCAPE_ALL),
			 0, page->columns);
}

/* Without the mistake in the profile, which has lines of its own; NULL: nothing else. */
static const char *gate_reason(const struct page *page)
{
	const char *reason = page->report->gate.reason, *fault = page->report->profile_fault;

	fault = fault ? escape_text(page->arena, fault, ESCAPE_ALL) : NULL;
	if (!reason || !fault || !text_starts(reason, fault))
		return reason;
	reason += strlen(fault);
	return text_starts(reason, "; ") ? reason + 2 : NULL;
}

static void add_gate(struct page *page)
{
	const struct report_gate *gate = &page->report->gate;
	const char *reason = gate_reason(page);

	if (!gate->mode)
		return;
	layout_paragraph(&page->text,
			 arena_printf(page->arena, "gate (%s): Redpanda %s start%s%s", gate->mode,
				      gate->may_start ? "may" : "must not", reason ? ": " : "",
				      text_or(reason, "")),
			 0, page->columns);
}

/* A mistake in the profile is reported first and last, where readers of a log look. */
static void add_profile_notes(struct page *page)
{
	if (page->report->profile_note)
		layout_paragraph(&page->text, page->report->profile_note, 0, page->columns);
	if (page->report->profile_fault)
		layout_paragraph(&page->text, page->report->profile_fault, 0, page->columns);
}

static void add_differences(struct page *page, names *parts)
{
	const struct verdict *verdict = &page->report->verdict;
	unsigned count = verdict->settings[STATE_DIFFERS] + verdict->settings[STATE_LEFT_OVER] +
			 verdict->settings[STATE_PENDING];

	if (count == 1 && verdict->required_differing)
		vec_push(page->arena, parts, "1 required difference");
	else
		add_part(page, parts, count, "difference", "differences");
	if (count > 1 && verdict->required_differing)
		vec_push(
		    page->arena, parts,
		    arena_printf(page->arena, "%u of them required", verdict->required_differing));
}

/* What counts against the node. */
static void add_faults(struct page *page, names *parts)
{
	const struct verdict *verdict = &page->report->verdict;
	unsigned not_set = 0, checks[CHECK_STATE_COUNT] = {0};

	vec_for_each (setting, &page->report->plan->settings)
		not_set += setting->wish->severity == SEVERITY_REQUIRED &&
			   verdict_is_out_of_reach(setting->state);
	vec_for_each (check, &page->report->plan->checks)
		checks[check->state] += check->severity == SEVERITY_REQUIRED && !check->is_moot;
	add_differences(page, parts);
	add_part(page, parts, verdict->settings[STATE_FAILED], "setting failed", "settings failed");
	add_part(page, parts, verdict->settings[STATE_CONTESTED], "setting contested",
		 "settings contested");
	add_part(page, parts, verdict->expired, "point whose waiver expired",
		 "points whose waivers expired");
	add_part(page, parts, not_set, "required setting could not be set",
		 "required settings could not be set");
	add_part(page, parts, checks[CHECK_FAIL], "required check failed",
		 "required checks failed");
	add_part(page, parts, verdict->checks[CHECK_FAIL] - checks[CHECK_FAIL],
		 "advised check failed", "advised checks failed");
	if (page->report->probe)
		probe_faults(page->arena, page->report->probe, parts);
	add_part(page, parts, checks[CHECK_UNKNOWN], "required check unknown",
		 "required checks unknown");
	add_part(page, parts, checks[CHECK_SKIPPED], "required check not made",
		 "required checks not made");
	if (verdict->left_out_open)
		add_part(page, parts, verdict->left_out_open,
			 "required point left out does not hold",
			 "required points left out do not hold");
	else
		add_part(page, parts, verdict->left_out_required, "required point left out holds",
			 "required points left out hold");
}

static enum paint verdict_paint(const struct report *report)
{
	if (report->exit_code == EXIT_MATCH)
		return PAINT_GREEN;
	return report->exit_code == EXIT_DIFFERS && !report->verdict.required_failed ? PAINT_YELLOW
										     : PAINT_RED;
}

static void add_verdict(struct page *page)
{
	const struct verdict *verdict = &page->report->verdict;
	int exit_code = page->report->exit_code;
	bool is_match = verdict->exit_code == EXIT_MATCH;
	unsigned skipped = 0;
	names parts = {0};

	vec_for_each (setting, &page->report->plan->settings)
		skipped += setting->state == STATE_SKIPPED && !plan_is_switched_off(setting);
	vec_for_each (check, &page->report->plan->checks)
		skipped += check->state == CHECK_SKIPPED && !check->is_moot &&
			   check->severity == SEVERITY_ADVISED;
	if (is_match && exit_code == EXIT_MATCH)
		vec_push(page->arena, &parts, verdict->text);
	add_faults(page, &parts);
	/* The node matches, but something else went wrong: it is named above or on stderr. */
	if (!parts.count || (is_match && exit_code == EXIT_ERROR))
		vec_push(page->arena, &parts,
			 is_match ? "not everything could be done" : verdict->text);
	add_part(page, &parts, verdict->settings[STATE_CHANGED], "setting changed",
		 "settings changed");
	add_part(page, &parts, verdict->settings[STATE_WAIVED] + verdict->checks[CHECK_WAIVED],
		 "waived", "waived");
	add_part(page, &parts, skipped, "skipped", "skipped");
	add_part(page, &parts, verdict->switched_off, "switched off by redpanda.yaml",
		 "switched off by redpanda.yaml");
	add_part(page, &parts, verdict->settings[STATE_MANUAL], "manual", "manual");
	layout_verdict(&page->text, page->style, verdict_paint(page->report),
		       arena_printf(page->arena, "%s (exit %d)",
				    text_join(page->arena, &parts, ", "), exit_code));
}

char *report_text(struct arena *arena, const struct report *report, struct text_style style)
{
	struct page page = {.arena = arena,
			    .report = report,
			    .style = style,
			    .columns = layout_columns(style),
			    .text = str_new(arena)};

	if (!style.quiet) {
		add_head(&page);
		add_tables(&page);
		if (report->profile)
			str_add(&page.text, profile_lowered(arena, report->profile, style));
		if (style.verbose && report->profile)
			str_add(&page.text, profile_text(arena, report->profile, style));
		str_add(&page.text, "\n");
		add_summary(&page);
		add_left_out(&page);
		add_waivers(&page);
		add_remarks(&page, remarks_of_writes(arena, report));
		if (report->probe)
			str_add(&page.text, probe_text(arena, report->probe, style));
		add_gate(&page);
		add_profile_notes(&page);
	}
	add_verdict(&page);
	if (!style.quiet) {
		next_steps steps = next_steps_of(arena, report);

		next_line(&page.text, style, &steps.at[0]);
	}
	return page.text.text;
}
