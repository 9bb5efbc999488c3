/* SPDX-License-Identifier: Apache-2.0 */
/* The text format that Prometheus scrapes and node_exporter's textfile collector reads: gauges
 * only, no timestamps of their own. Names pass `promtool check metrics`. */
#include "base/day.h"
#include "base/text.h"
#include "plan/waive.h"
#include "report/metrics.h"
#include "version.h"

static void add_info(struct str *str, const struct report *report)
{
	const struct profile *profile = report->profile;

	metrics_head(str, "gauge", "info",
		     "Which node this is, version of thintune, and the profile that the node was "
		     "compared with.");
	str_add(str, "thintune_info{");
	metrics_label(str, "version", THINTUNE_VERSION);
	str_add(str, ",");
	metrics_label(str, "profile", profile ? profile->name : NULL);
	str_add(str, ",");
	metrics_label(str, "profile_sha256", profile ? profile->sha256 : NULL);
	str_add(str, ",");
	metrics_label(str, "hostname", report->facts->host.hostname);
	str_add(str, ",");
	metrics_label(str, "node_id", report->facts->host.node_id);
	str_add(str, "} 1\n");
}

/* Two of the same labels would be refused: the one that lasts longest counts. */
static bool is_outlasted(const struct plan *plan, const struct waiving *waiving)
{
	vec_for_each (other, &plan->waivings) {
		const struct waiver *one = waiving->waiver, *two = other->waiver;

		if (other != waiving && text_equal(one->what, two->what) &&
		    text_equal(one->owner, two->owner) &&
		    (two->last_day > one->last_day ||
		     (two->last_day == one->last_day && other > waiving)))
			return true;
	}
	return false;
}

static void add_waivers(struct str *str, const struct plan *plan)
{
	unsigned counts[WAIVING_STATE_COUNT] = {0};

	vec_for_each (waiving, &plan->waivings)
		counts[waive_state(waiving)]++;
	metrics_head(
	    str, "gauge", "waivers",
	    "Waivers of the profile, by state; ending: within two weeks, unmatched: it names "
	    "nothing on this node.");
	for (enum waiving_state state = 0; state < WAIVING_STATE_COUNT; state++)
		str_printf(str, "thintune_waivers{state=\"%s\"} %u\n", waive_state_names[state],
			   counts[state]);
	if (plan->waivings.count)
		metrics_head(
		    str, "gauge", "waiver_expiry_timestamp_seconds",
		    "End of the last day on which a waiver counts, in seconds since 1970.");
	vec_for_each (waiving, &plan->waivings) {
		if (is_outlasted(plan, waiving))
			continue;
		str_add(str, "thintune_waiver_expiry_timestamp_seconds{");
		metrics_label(str, "what", waiving->waiver->what);
		str_add(str, ",");
		metrics_label(str, "owner", waiving->waiver->owner);
		str_printf(str, "} %lld\n",
			   (long long)(waiving->waiver->last_day + 1) * DAY_SECONDS);
	}
}

/* Whoever keeps the metrics elsewhere can tell later that the history is still the same. */
static void add_history(struct str *str, const struct report_run *run)
{
	if (!run->history_line)
		return;
	metrics_head(str, "gauge", "history_hash_info",
		     "Number and hash of the last line of the history of changes.");
	str_printf(str, "thintune_history_hash_info{line=\"%llu\",",
		   (unsigned long long)run->history_line);
	metrics_label(str, "hash", run->history_hash);
	str_add(str, "} 1\n");
}

/* An audit's file may lie in the same directory, so no name is in both. */
static char *of_measurement(struct arena *arena, const struct report *report)
{
	struct str str = str_new(arena);
	const char *command = report->command;

	metrics_number(&str, "gauge", arena_printf(arena, "%s_timestamp_seconds", command),
		       "When the command began, in seconds since 1970.", report->run.started_unix);
	metrics_number(&str, "gauge", arena_printf(arena, "%s_exit_code", command),
		       "Exit code of the command; 5: a floor is missed.", report->exit_code);
	if (report->gate.mode)
		metrics_number(&str, "gauge", "run_may_start", "1: the broker may start.",
			       report->gate.may_start);
	if (report->probe)
		metrics_probe(&str, report->probe);
	return str.text;
}

/* Of the whole node. */
static char *of_look(struct arena *arena, const struct report *report)
{
	const struct verdict *verdict = &report->verdict;
	struct str str = str_new(arena);

	add_info(&str, report);
	metrics_number(&str, "gauge", "last_audit_timestamp_seconds",
		       "When this audit began, in seconds since 1970.", report->run.started_unix);
	metrics_number(&str, "gauge", "exit_code",
		       "Exit code of this audit; 0: the node matches the profile.",
		       report->exit_code);
	metrics_number(&str, "gauge", "required_failed",
		       "Required settings and checks that do not hold: the broker is at risk.",
		       verdict->required_failed);
	if (!report->journal_fault)
		metrics_number(
		    &str, "gauge", "half_applied",
		    "1: the journal is not settled, so a thintune is writing or was stopped "
		    "halfway.",
		    report->half_applied == TRI_YES);
	metrics_number(&str, "gauge", "journal_unreadable",
		       "1: the journal cannot be read, so nothing can be undone or applied.",
		       report->journal_fault != NULL);
	metrics_head(
	    &str, "gauge", "left_out",
	    "Required settings and checks that --only and --skip leave out, and of those the "
	    "ones that do not hold.");
	str_printf(&str, "thintune_left_out{state=\"required\"} %u\n", verdict->left_out_required);
	str_printf(&str, "thintune_left_out{state=\"required_failed\"} %u\n",
		   verdict->left_out_open);
	if (report->profile)
		metrics_number(
		    &str, "gauge", "lowered",
		    "What a profile requires and one that extends it, or an overlay, does "
		    "not, a gate that is less strict included.",
		    (int64_t)report->profile->lowered.count);
	metrics_head(&str, "gauge", "settings", "Settings of the plan, by state.");
	for (enum state state = STATE_SAME; state < STATE_COUNT; state++)
		str_printf(&str, "thintune_settings{state=\"%s\"} %u\n", plan_state_names[state],
			   verdict->settings[state]);
	metrics_head(&str, "gauge", "checks", "Checks of the profile, by state.");
	for (enum check_state state = 0; state < CHECK_STATE_COUNT; state++)
		str_printf(&str, "thintune_checks{state=\"%s\"} %u\n",
			   plan_check_state_names[state], verdict->checks[state]);
	metrics_off(&str, report);
	add_waivers(&str, report->plan);
	add_history(&str, &report->run);
	return str.text;
}

char *report_prometheus(struct arena *arena, const struct report *report)
{
	return report->gate.mode || text_equal(report->command, "probe")
		   ? of_measurement(arena, report)
		   : of_look(arena, report);
}
