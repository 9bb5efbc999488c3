/* SPDX-License-Identifier: Apache-2.0 */
/* What a command makes of the session: its report, and that as a text. */
#include "flow/outcome.h"

#include "apply/journal.h"
#include "apply/sysctl_hint.h"
#include "base/text.h"

uint64_t outcome_elapsed_ms(const struct outcome *outcome)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - outcome->started.tv_sec) * 1000 +
			  (now.tv_nsec - outcome->started.tv_nsec) / 1000000);
}

const char *outcome_date(struct arena *arena, time_t time)
{
	struct tm tm;
	char text[32];

	if (!gmtime_r(&time, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "unknown";
	return arena_strdup(arena, text);
}

const char *outcome_now(struct arena *arena)
{
	return outcome_date(arena, time(NULL));
}

void outcome_stamp(const struct outcome *outcome, struct report *report)
{
	report->run.date = outcome_now(outcome->session.arena);
	report->run.duration_ms = outcome_elapsed_ms(outcome);
}

/* The journal as it was when the plan was made, which an audit does not change. */
static enum tri half_applied(const struct session *session)
{
	if (session->options->command != COMMAND_AUDIT || session->journal_fault)
		return TRI_UNKNOWN;
	vec_for_each (holding, &session->request.holdings) {
		if (!holding->is_settled)
			return TRI_YES;
	}
	return TRI_NO;
}

char *outcome_render(struct outcome *outcome, const struct report *report)
{
	struct arena *arena = outcome->session.arena;
	const char *format = outcome->session.options->format;

	if (text_equal(format, "json"))
		return report_json(arena, report);
	if (text_equal(format, "sh"))
		return report_sh(arena, report);
	if (text_equal(format, "k8s"))
		return report_k8s(arena, report);
	if (text_equal(format, "systemd"))
		return report_systemd(arena, report);
	if (text_equal(format, "prometheus"))
		return report_prometheus(arena, report);
	return report_text(arena, report, outcome->style);
}

/* A user who is not root could write nothing: where something differs, that is no match. */
static const char *only_for_root(const struct session *session)
{
	if (session->facts.live.uid <= 0)
		return NULL;
	vec_for_each (setting, &session->plan.settings) {
		if (setting->state == STATE_SKIPPED && setting->lacks_right)
			return "only root may write node settings";
	}
	return NULL;
}

/* A name in the profile may be misspelt. Not part of the look: a record must not depend on what was
 * looked for in vain. */
static void add_hints(struct session *session)
{
	if (session->options->command == COMMAND_RESTORE)
		return;
	vec_for_each (setting, &session->plan.settings) {
		const char *hint = NULL;

		if (setting->state == STATE_UNSUPPORTED &&
		    text_equal(setting->wish->tuner, "sysctl"))
			hint = sysctl_hint(session->root, session->arena, setting->wish->name);
		if (hint)
			setting->note = arena_printf(session->arena, "%s; did you mean %s?",
						     text_or(setting->note, "unknown"), hint);
	}
}

struct report outcome_report(struct outcome *outcome, const struct apply_result *result)
{
	struct session *session = &outcome->session;
	const struct tuning tuning = {.plan = &session->plan,
				      .facts = &session->facts,
				      .profile = &session->profile,
				      .request = &session->request};
	struct report report = {
	    .command = options_command_name(session->options->command),
	    .facts = &session->facts,
	    .profile = &session->profile,
	    .profile_fault = session->profile_fault,
	    .profile_note = session->profile_note,
	    .plan = &session->plan,
	    .verdict = plan_verdict(&session->plan, session->options->strict),
	    .run = {.started = outcome->started_rfc3339,
		    .started_unix = outcome->started_unix,
		    .default_options = session->options->defaults},
	    .half_applied = half_applied(session),
	    .journal_fault =
		session->options->command == COMMAND_AUDIT ? session->journal_fault : NULL,
	};

	add_hints(session);
	outcome_stamp(outcome, &report);

	/* What has become of the state file decides what else names the CPUs. */
	if (session->plan.irq_map)
		session->plan.start_options = start_options_decide(&tuning);
	if (result) {
		report.run.writes = result->writes;
		report.run.trials = result->trials;
		report.run.journal = root_exists(session->root, JOURNAL_FILE) ? JOURNAL_FILE
				     : root_exists(session->root, JOURNAL_FILES_FILE)
					 ? JOURNAL_FILES_FILE
					 : NULL;
		report.failure = result->no_journal ? result->no_journal : only_for_root(session);
		if (report.failure) {
			report.verdict.exit_code = EXIT_REQUIRED;
			report.verdict.text = "failed";
		}
	}
	report.exit_code = report.verdict.exit_code;
	return report;
}
