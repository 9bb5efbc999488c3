/* SPDX-License-Identifier: Apache-2.0 */
/* What the profile decided and no setting shows, and where an HTML report comes from. */
#include "base/escape.h"
#include "base/text.h"
#include "report/html.h"
#include "report/layout.h"
#include "version.h"

/* What the profile decided -------------------------------------------------------------------- */

static void add_leaves(struct str *page, const struct profile *profile)
{
	static const char *const heads[] = {"Value", "Why", "Source", NULL};
	unsigned count = profile_leave_count(profile);
	struct arena *arena = page->arena;
	struct html_table table;

	if (!count)
		return;
	html_fold_open(page, false, NULL,
		       arena_printf(arena, "%u %s left alone by the profile", count,
				    count == 1 ? "value" : "values"));
	table = html_table_open(page, "Values left alone by the profile", heads);
	vec_for_each (entry, &profile->entries) {
		const char *const cells[] = {
		    html_code(arena, arena_printf(arena, "%s %s", entry->section, entry->key)),
		    escape_html(arena, text_or(entry->value.why, "\u2013")),
		    escape_html(arena, text_or(entry->value.source, "unknown")),
		};

		if (entry->value.rule == RULE_LEAVE)
			html_table_row(&table, cells);
	}
	html_table_close(&table);
	html_fold_close(page);
}

static void add_overlays(struct str *page, const struct profile *profile)
{
	static const char *const heads[] = {"Overlay", "When", "What decided", "State", NULL};
	struct arena *arena = page->arena;
	struct html_table table;

	if (!profile->overlays.count)
		return;
	html_fold_open(page, false, NULL,
		       arena_printf(arena, "%zu %s of the profile", profile->overlays.count,
				    profile->overlays.count == 1 ? "overlay" : "overlays"));
	table = html_table_open(page, "Overlays of the profile", heads);
	vec_for_each (overlay, &profile->overlays) {
		const char *const cells[] = {
		    html_code(arena, arena_printf(arena, "%s:%u", overlay->profile, overlay->line)),
		    escape_html(arena, overlay->when),
		    escape_html(arena, arena_printf(arena, "%s is %s", overlay->fact,
						    text_or(overlay->value, "unknown"))),
		    overlay->is_applied ? html_tag(arena, HTML_GOOD, "applies")
					: html_tag(arena, HTML_QUIET, "does not apply"),
		};

		html_table_row(&table, cells);
	}
	html_table_close(&table);
	html_fold_close(page);
}

/* Open, as nobody may overlook it. */
static void add_lowered(struct str *page, const struct profile *profile)
{
	if (!profile->lowered.count)
		return;
	html_fold_open(page, true, NULL, "Required by a profile, and lowered");
	vec_for_each (lowered, &profile->lowered)
		html_note(page, profile_lowered_text(page->arena, lowered));
	html_fold_close(page);
}

void html_profile(struct str *page, const struct report *report)
{
	if (!report->profile)
		return;
	add_lowered(page, report->profile);
	add_leaves(page, report->profile);
	add_overlays(page, report->profile);
}

/* Provenance ---------------------------------------------------------------------------------- */

/* What is missing is said in red. */
static void pair(struct str *page, const char *name, const char *text)
{
	html_list_pair(page, name,
		       text && *text ? escape_html(page->arena, text)
				     : "<b class=\"bad\">unknown</b>");
}

static void add_node(struct str *page, const struct facts *facts)
{
	const struct host *host = &facts->host;
	struct arena *arena = page->arena;
	names parts = {0};

	pair(page, "Node", host->hostname);
	pair(page, "Node, id", host->node_id);
	if (host->vendor)
		vec_push(arena, &parts, host->vendor);
	if (host->product)
		vec_push(arena, &parts, host->product);
	pair(page, "Machine", text_join(arena, &parts, " "));
	pair(page, "System", host->os);
	pair(page, "Kernel", host->kernel_release);
	pair(page, "Looked at", facts->live_root ? "the running node" : "a record of the node");
}

static void add_profile(struct str *page, const struct report *report)
{
	const struct profile *profile = report->profile;
	struct arena *arena = page->arena;

	if (!profile)
		return;
	pair(page, "Profile", text_join(arena, &profile->sources, " \u2190 "));
	html_list_pair(page, "Profile, SHA-256",
		       profile->sha256 ? html_code(arena, profile->sha256)
				       : "<b class=\"bad\">unknown</b>");
	if (report->profile_fault)
		pair(page, "Profile, fault", report->profile_fault);
	if (report->profile_note)
		pair(page, "Profile, note", report->profile_note);
	pair(page, "Left out", text_or(layout_left_out(arena, &report->plan->left_out), "nothing"));
}

void html_provenance(struct str *page, const struct report *report)
{
	const struct report_run *run = &report->run;
	struct arena *arena = page->arena;

	html_heading(page, "provenance", "Where this report comes from");
	html_list_open(page);
	pair(page, "Tool", "thintune " THINTUNE_VERSION);
	if (report->build) {
		pair(page, "Tool, commit", report->build->commit);
		pair(page, "Tool, build ID", report->build->build_id);
		pair(page, "Tool, SHA-256", report->build->sha256);
	}
	pair(page, "Command", report->command);
	pair(page, "Options", run->options.count ? text_join(arena, &run->options, " ") : "none");
	if (run->default_options.count)
		pair(page, "Options by default", text_join(arena, &run->default_options, " "));
	add_profile(page, report);
	add_node(page, report->facts);
	pair(page, "Started", run->started);
	pair(page, "Took",
	     arena_printf(arena, "%llu ms, %u %s", (unsigned long long)run->duration_ms,
			  run->writes, run->writes == 1 ? "write" : "writes"));
	if (report->gate.mode)
		pair(page, "Gate",
		     arena_printf(arena, "%s: Redpanda %s start", report->gate.mode,
				  report->gate.may_start ? "may" : "must not"));
	pair(page, "Exit code", arena_printf(arena, "%d", report->exit_code));
	html_list_close(page);
}
