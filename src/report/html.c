/* SPDX-License-Identifier: Apache-2.0 */
/* The report as one HTML page: the answer, how much is wrong, what to do, then the evidence. */
#include "report/html.h"

#include "base/escape.h"
#include "report/layout.h"
#include "report/remarks.h"
#include "version.h"

static bool is_required_amiss(const struct setting *setting)
{
	return setting->wish->severity == SEVERITY_REQUIRED && setting->state != STATE_SAME &&
	       setting->state != STATE_CHANGED && setting->state != STATE_WAIVED;
}

static void count_setting(const struct setting *setting, struct html_counts *counts)
{
	bool differs = setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER ||
		       setting->state == STATE_PENDING;

	if (setting->state == STATE_SAME || setting->state == STATE_CHANGED)
		counts->hold++;
	else if (setting->state == STATE_WAIVED)
		counts->waived++;
	else if (is_required_amiss(setting))
		counts->required++;
	else if (setting->state == STATE_MANUAL)
		counts->manual++;
	else if (!verdict_is_out_of_reach(setting->state))
		counts->advised++;
	counts->writable += differs && !setting->lacks_right;
}

static void count_check(const struct check *check, struct html_counts *counts)
{
	bool is_open = check->state == CHECK_UNKNOWN || check->state == CHECK_SKIPPED;

	counts->hold += check->state == CHECK_PASS;
	counts->waived += check->state == CHECK_WAIVED;
	counts->checks_failed += check->state == CHECK_FAIL;
	counts->checks_open += is_open;
	if (check->severity != SEVERITY_REQUIRED)
		return;
	counts->required_failed += check->state == CHECK_FAIL;
	counts->required_open += is_open && !check->is_moot;
}

static void count_left_out(const struct left_out *left_out, struct html_counts *counts)
{
	vec_for_each (setting, &left_out->settings)
		counts->left_out_settings += verdict_setting_counts(setting);
	vec_for_each (check, &left_out->checks) {
		if (!verdict_check_counts(check))
			continue;
		counts->left_out_failed += check->state == CHECK_FAIL;
		counts->left_out_open += check->state != CHECK_FAIL;
	}
}

struct html_counts html_count(const struct report *report)
{
	struct html_counts counts = {0};

	vec_for_each (setting, &report->plan->settings)
		count_setting(setting, &counts);
	vec_for_each (check, &report->plan->checks)
		count_check(check, &counts);
	count_left_out(&report->plan->left_out, &counts);
	return counts;
}

static void add_count(struct arena *arena, names *parts, unsigned count, const char *one,
		      const char *many)
{
	if (count)
		vec_push(arena, parts,
			 arena_printf(arena, "%u %s", count, count == 1 ? one : many));
}

/* Band ---------------------------------------------------------------------------------------- */

static bool is_command(const struct report *report, const char *command)
{
	return text_equal(report->command, command);
}

static unsigned floors_in(const struct report *report, enum floor_state state)
{
	return report->probe ? probe_floors_in(&report->probe->floors, state) : 0;
}

static enum html_tone band_tone(const struct report *report, const struct html_counts *counts)
{
	bool is_open = counts->required_open || counts->left_out_open;
	bool is_bad = counts->required || counts->required_failed || counts->left_out_settings ||
		      counts->left_out_failed || report->failure ||
		      floors_in(report, FLOOR_MISSED) || report->exit_code == EXIT_ERROR ||
		      (report->exit_code == EXIT_REQUIRED && !is_open);

	if (is_bad || (report->gate.mode && !report->gate.may_start))
		return HTML_BAD;
	if (is_open || report_floors_open(report->probe))
		return HTML_UNKNOWN;
	return report->exit_code == EXIT_MATCH && !counts->advised && !counts->checks_failed
		   ? HTML_GOOD
		   : HTML_ADVISED;
}

/* The same, and which they are: who reads one line knows what it is about. */
static void add_named(struct arena *arena, names *parts, names *which, const char *one,
		      const char *many)
{
	enum { NAMED = 3 };
	size_t count = which->count, more = count > NAMED ? count - NAMED : 0;

	if (!count)
		return;
	which->count -= more;
	vec_push(arena, parts,
		 arena_printf(arena, "%zu %s (%s%s)", count, count == 1 ? one : many,
			      text_join(arena, which, ", "),
			      more ? arena_printf(arena, " and %zu more", more) : ""));
}

/* What is wrong with the node, the worst first. */
static names faults_of(struct arena *arena, const struct report *report,
		       const struct html_counts *counts)
{
	names parts = {0}, settings = {0}, checks = {0};

	vec_for_each (setting, &report->plan->settings) {
		if (is_required_amiss(setting))
			vec_push(arena, &settings, setting->wish->name);
	}
	vec_for_each (check, &report->plan->checks) {
		if (check->state == CHECK_FAIL && check->severity == SEVERITY_REQUIRED)
			vec_push(arena, &checks, check->id);
	}
	add_named(arena, &parts, &settings, "required setting does not hold",
		  "required settings do not hold");
	add_named(arena, &parts, &checks, "required check fails", "required checks fail");
	add_count(arena, &parts, counts->left_out_settings,
		  "required setting left out does not hold",
		  "required settings left out do not hold");
	add_count(arena, &parts, counts->left_out_failed, "required check left out fails",
		  "required checks left out fail");
	add_count(arena, &parts, floors_in(report, FLOOR_MISSED), "floor is missed",
		  "floors are missed");
	add_count(arena, &parts, counts->required_open, "required check was not made",
		  "required checks were not made");
	add_count(arena, &parts, counts->left_out_open, "required check left out is not known",
		  "required checks left out are not known");
	add_count(arena, &parts, report_floors_open(report->probe), "floor could not be judged",
		  "floors could not be judged");
	return parts;
}

/* The answer without what it is for. */
static const char *answer(const struct report *report, enum html_tone tone)
{
	if (report->gate.mode)
		return report->gate.may_start ? "Redpanda may start" : "Redpanda must not start";
	if (is_command(report, "restore") && tone != HTML_UNKNOWN)
		return tone == HTML_BAD               ? "Not all is undone"
		       : report->plan->settings.count ? "The original values are back"
						      : "There was nothing to undo";
	if (tone != HTML_GOOD)
		return tone == HTML_BAD       ? "Not ready"
		       : tone == HTML_UNKNOWN ? "Not known to be ready"
					      : "Nothing required is amiss";
	if (is_command(report, "probe") && report->probe->is_of_cpus)
		return report->probe->floors.count
			   ? "The CPUs are as quiet as the profile asks for"
			   : "The CPUs are measured; the profile has no floor for them";
	if (is_command(report, "probe"))
		return "The disk does what the profile asks for";
	return report->plan->left_out.by ? "What was looked at matches the profile"
					 : "The node matches the profile";
}

static const char *headline(struct arena *arena, const struct report *report,
			    const struct html_counts *counts, enum html_tone tone)
{
	names parts = faults_of(arena, report, counts);

	if (report->failure && !remarks_gate_tells(arena, report, report->failure))
		vec_push(arena, &parts, report->failure);
	if (report->probe && report->probe->skipped && report->exit_code == EXIT_ERROR)
		vec_push(arena, &parts, report->probe->skipped);
	if (!parts.count && report->gate.mode && !report->gate.may_start && report->gate.reason)
		vec_push(arena, &parts, report->gate.reason);
	if (!parts.count)
		add_count(arena, &parts, counts->advised + counts->checks_failed,
			  "advised point is open", "advised points are open");
	return arena_printf(arena, "%s%s%s", answer(report, tone), parts.count ? ": " : "",
			    text_join(arena, &parts, ", "));
}

/* What else counts, and what this command has done. */
static const char *detail(struct arena *arena, const struct report *report,
			  const struct html_counts *counts)
{
	const struct report_run *run = &report->run;
	struct str text = str_new(arena);
	names parts = {0};

	add_count(arena, &parts, counts->advised, "advised setting differs",
		  "advised settings differ");
	add_count(arena, &parts, counts->checks_failed - counts->required_failed,
		  "advised check fails", "advised checks fail");
	add_count(arena, &parts, counts->manual, "setting is to be made by hand",
		  "settings are to be made by hand");
	add_count(arena, &parts, counts->waived, "point is waived", "points are waived");
	if (parts.count)
		str_printf(&text, "%s. ", text_join(arena, &parts, ", "));
	if (report->gate.reason)
		str_printf(&text, "The gate (%s): Redpanda %s start: %s. ", report->gate.mode,
			   report->gate.may_start ? "may" : "must not", report->gate.reason);
	vec_for_each (check, &report->plan->checks) {
		if (text_equal(check->id, "direct-io") && check->state == CHECK_SKIPPED)
			str_add(&text, "Direct I/O is not proven yet. ");
	}
	if (is_command(report, "audit"))
		str_add(&text, "Nothing was changed by this audit.");
	else if (run->writes)
		str_printf(&text, "%u %s made.", run->writes,
			   run->writes == 1 ? "write was" : "writes were");
	else
		str_add(&text, "Nothing was written to the node.");
	return text.text;
}

static void add_band(struct str *page, const struct report *report,
		     const struct html_counts *counts, enum html_tone tone, const char *head)
{
	struct arena *arena = page->arena;
	names parts = {0};

	vec_push(arena, &parts,
		 arena_printf(arena, "%s%s", text_or(report->facts->host.hostname, "node unknown"),
			      report->facts->live_root ? "" : " (recorded node)"));
	if (report->profile)
		vec_push(arena, &parts, arena_printf(arena, "profile %s", report->profile->name));
	vec_push(arena, &parts, text_or(report->run.date, "time unknown"));
	vec_push(arena, &parts, arena_printf(arena, "exit code %d", report->exit_code));
	html_band(page, tone, head, detail(arena, report, counts),
		  text_join(arena, &parts, " \u00b7 "));
	if (report->profile_fault)
		html_note(page, report->profile_fault);
}

static void add_remarks(struct str *page, names remarks)
{
	if (!remarks.count)
		return;
	str_add(page, "<ul class=\"note\">\n");
	vec_for_each (remark, &remarks)
		str_printf(page, "<li>%s</li>\n", html_prose(page->arena, *remark));
	str_add(page, "</ul>\n");
}

/* Which machine this is, in one line, and what its picture cannot tell. */
static void add_node(struct str *page, const struct report *report)
{
	const struct facts *facts = report->facts;
	const struct topology *topology = &facts->topology;
	struct arena *arena = page->arena;
	unsigned cpus = cpuset_weight(&topology->online);
	names parts = {0};

	html_heading(page, "node", "The node");
	if (facts->host.product)
		vec_push(arena, &parts, facts->host.product);
	add_count(arena, &parts, cpus, "CPU", "CPUs");
	add_count(arena, &parts, topology->packages, "package", "packages");
	add_count(arena, &parts, (unsigned)topology->nodes.count, "NUMA node", "NUMA nodes");
	if (facts->host.memory_bytes)
		vec_push(arena, &parts, text_human_size(arena, facts->host.memory_bytes));
	if (facts->host.kernel_release)
		vec_push(arena, &parts,
			 arena_printf(arena, "kernel %s", facts->host.kernel_release));
	html_note(page, text_join(arena, &parts, " \u00b7 "));
	html_picture(page, report);
	add_remarks(page, remarks_of_node(arena, report));
}

/* Of a probe, whose plan is a few checks. */
static void add_probe_tiles(struct str *page, const struct report *report,
			    const struct html_counts *counts)
{
	const struct probe_result *result = report->probe->result;
	unsigned unsettled = 0;

	for (unsigned i = 0; result && i < result->job_count; i++)
		unsettled += result->jobs[i].state != JOB_DONE || result->jobs[i].noisy ||
			     result->jobs[i].burst;
	const struct html_tile tiles[] = {
	    {HTML_BAD, floors_in(report, FLOOR_MISSED), "floors missed", "probe"},
	    {HTML_UNKNOWN, floors_in(report, FLOOR_UNJUDGED), "floors not judged", "probe"},
	    {HTML_ADVISED, unsettled, "jobs not settled", "probe"},
	    {HTML_BAD, counts->checks_failed, "checks fail", "checks"},
	    {HTML_GOOD, counts->hold + floors_in(report, FLOOR_MET), "hold", "checks"},
	};

	html_tiles(page, tiles, sizeof(tiles) / sizeof(tiles[0]));
}

/* Where what a tile counts is listed. */
static const char *target(unsigned listed, unsigned left_out, const char *part)
{
	return !listed && left_out ? "left-out" : part;
}

static void add_tiles(struct str *page, const struct report *report,
		      const struct html_counts *counts)
{
	if (!report->plan->settings.count && report->probe) {
		add_probe_tiles(page, report, counts);
		return;
	}
	const struct html_tile tiles[] = {
	    {HTML_BAD, counts->required + counts->left_out_settings, "required amiss",
	     target(counts->required, counts->left_out_settings, "differs")},
	    {HTML_ADVISED, counts->advised, "advised differ", "differs"},
	    {counts->required_failed || counts->left_out_failed ? HTML_BAD : HTML_ADVISED,
	     counts->checks_failed + counts->left_out_failed, "checks fail",
	     target(counts->checks_failed, counts->left_out_failed, "checks")},
	    {HTML_UNKNOWN, counts->checks_open + counts->left_out_open, "not checked",
	     target(counts->checks_open, counts->left_out_open, "checks")},
	    {HTML_GOOD, counts->hold, "hold", "right"},
	};

	html_tiles(page, tiles, sizeof(tiles) / sizeof(tiles[0]));
}

char *report_html(struct arena *arena, const struct report *report)
{
	struct html_counts counts = html_count(report);
	enum html_tone tone = band_tone(report, &counts);
	const char *head = headline(arena, report, &counts, tone);
	struct str page =
	    html_page_new(arena, arena_printf(arena, "%s: thintune %s of %s", head, report->command,
					      text_or(report->facts->host.hostname, "a node")));

	add_band(&page, report, &counts, tone, head);
	add_tiles(&page, report, &counts);
	html_next(&page, report);
	add_remarks(&page, remarks_of_writes(arena, report));
	add_node(&page, report);
	html_probe(&page, report);
	html_filter(&page);
	if (report->plan->settings.count || !report->probe)
		html_settings(&page, report);
	html_changes(&page, report);
	html_checks(&page, report);
	html_left_out(&page, report);
	if (report->plan->settings.count || !report->probe)
		html_rest(&page, report);
	html_profile(&page, report);
	html_provenance(&page, report);
	return html_page_end(&page, arena_printf(arena, "thintune " THINTUNE_VERSION ", %s",
						 text_or(report->run.date, "time unknown")));
}
