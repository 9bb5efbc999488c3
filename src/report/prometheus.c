/* SPDX-License-Identifier: Apache-2.0 */
/* The text format that Prometheus scrapes and node_exporter's textfile collector reads: gauges
 * only, no timestamps of their own. Names pass `promtool check metrics`. */
#include "base/escape.h"
#include "report/layout.h"
#include "version.h"

static void add_head(struct str *str, const char *name, const char *help)
{
	str_printf(str, "# HELP thintune_%s %s\n# TYPE thintune_%s gauge\n", name, help, name);
}

static void add_number(struct str *str, const char *name, const char *help, int64_t number)
{
	add_head(str, name, help);
	str_printf(str, "thintune_%s %lld\n", name, (long long)number);
}

static void add_label(struct str *str, const char *name, const char *value)
{
	str_printf(str, "%s=\"", name);
	for (const char *at = escape_text(str->arena, value ? value : "", ESCAPE_KEEP_NEWLINES);
	     *at; at++) {
		if (*at == '\n')
			str_add(str, "\\n");
		else if (*at == '"' || *at == '\\')
			str_printf(str, "\\%c", *at);
		else
			str_add_n(str, at, 1);
	}
	str_add(str, "\"");
}

static void add_info(struct str *str, const struct report *report)
{
	const struct profile *profile = report->profile;

	add_head(str, "info",
		 "Which node this is, version of thintune, and the profile that the node was "
		 "compared with.");
	str_add(str, "thintune_info{");
	add_label(str, "version", THINTUNE_VERSION);
	str_add(str, ",");
	add_label(str, "profile", profile ? profile->name : NULL);
	str_add(str, ",");
	add_label(str, "profile_sha256", profile ? profile->sha256 : NULL);
	str_add(str, ",");
	add_label(str, "hostname", report->facts->host.hostname);
	str_add(str, ",");
	add_label(str, "node_id", report->facts->host.node_id);
	str_add(str, "} 1\n");
}

char *report_prometheus(struct arena *arena, const struct report *report)
{
	const struct verdict *verdict = &report->verdict;
	struct str str = str_new(arena);

	add_info(&str, report);
	add_number(&str, "last_audit_timestamp_seconds",
		   "When this audit began, in seconds since 1970.", report->run.started_unix);
	add_number(&str, "exit_code", "Exit code of this audit; 0: the node matches the profile.",
		   report->exit_code);
	add_number(&str, "required_failed",
		   "Required settings and checks that do not hold: the broker is at risk.",
		   verdict->required_failed);
	if (!report->journal_fault)
		add_number(&str, "half_applied",
			   "1: the journal is not settled, so a thintune is writing or was stopped "
			   "halfway.",
			   report->half_applied == TRI_YES);
	add_number(&str, "journal_unreadable",
		   "1: the journal cannot be read, so nothing can be undone or applied.",
		   report->journal_fault != NULL);
	add_head(&str, "left_out",
		 "Required settings and checks that --only and --skip leave out, and of those the "
		 "ones that do not hold.");
	str_printf(&str, "thintune_left_out{state=\"required\"} %u\n", verdict->left_out_required);
	str_printf(&str, "thintune_left_out{state=\"required_failed\"} %u\n",
		   verdict->left_out_open);
	add_head(&str, "settings", "Settings of the plan, by state.");
	for (enum state state = STATE_SAME; state < STATE_COUNT; state++)
		str_printf(&str, "thintune_settings{state=\"%s\"} %u\n", plan_state_names[state],
			   verdict->settings[state]);
	add_head(&str, "checks", "Checks of the profile, by state.");
	for (enum check_state state = 0; state < CHECK_STATE_COUNT; state++)
		str_printf(&str, "thintune_checks{state=\"%s\"} %u\n",
			   plan_check_state_names[state], verdict->checks[state]);
	return str.text;
}
