/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that look at the node or change it; run and gate are in run_gate.c, the rest in
 * commands_more.c. */
#include "cli/commands.h"

#include <errno.h>

#include "base/text.h"
#include "run/journal.h"

uint64_t elapsed_ms(const struct outcome *outcome)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - outcome->started.tv_sec) * 1000 +
			  (now.tv_nsec - outcome->started.tv_nsec) / 1000000);
}

char *render(struct outcome *outcome, const struct report *report)
{
	struct arena *arena = outcome->session.arena;
	const char *format = outcome->session.options->format;

	if (text_equal(format, "json"))
		return report_json(arena, report);
	if (text_equal(format, "sh"))
		return report_sh(arena, report);
	return report_text(arena, report, outcome->style);
}

struct report make_report(struct outcome *outcome, const struct apply_result *result)
{
	struct session *session = &outcome->session;
	struct report report = {
	    .command = command_name(session->options->command),
	    .facts = &session->facts,
	    .profile = &session->profile,
	    .plan = &session->plan,
	    .verdict = plan_verdict(&session->plan, session->options->strict),
	    .run = {.started = outcome->started_rfc3339, .duration_ms = elapsed_ms(outcome)},
	};

	if (result) {
		report.run.writes = result->writes;
		report.run.journal = root_exists(session->root, JOURNAL_FILE) ? JOURNAL_FILE : NULL;
		/* There was something to write and no way to undo it. */
		if (result->no_journal && report.verdict.exit_code != EXIT_REQUIRED) {
			report.verdict.exit_code = EXIT_REQUIRED;
			report.verdict.text = "failed";
		}
	}
	report.exit_code = report.verdict.exit_code;
	return report;
}

enum exit_code command_facts(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_root(session);

	if (code == EXIT_MATCH)
		code = session_facts(session);
	if (code != EXIT_MATCH)
		return code;
	outcome->text = text_equal(session->options->format, "json")
			    ? facts_json(session->arena, &session->facts)
			    : facts_text(session->arena, &session->facts, outcome->style);
	return EXIT_MATCH;
}

enum exit_code command_audit(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_root(session);
	struct report report;

	if (code == EXIT_MATCH)
		code = session_audit(session);
	if (code != EXIT_MATCH)
		return code;
	report = make_report(outcome, NULL);
	outcome->text = render(outcome, &report);
	return (enum exit_code)report.exit_code;
}

/* The caller's mistakes come first, whoever holds the lock. */
static enum exit_code locked_or_usage(struct session *session)
{
	struct err locked = session->err;

	if (session_audit(session) == EXIT_USAGE)
		return EXIT_USAGE;
	session->err = locked;
	return EXIT_LOCKED;
}

enum exit_code apply_and_verify(struct outcome *outcome, struct report *ret_report)
{
	struct session *session = &outcome->session;
	struct apply_result result = {0};
	enum exit_code code = session_lock(session);

	if (code == EXIT_LOCKED)
		return locked_or_usage(session);
	if (code == EXIT_MATCH)
		code = session_audit(session);
	if (code == EXIT_MATCH)
		code = session_drop_rights(session);
	if (code == EXIT_MATCH)
		code = session_apply(session, &result);
	if (code == EXIT_MATCH && result.writes)
		code = session_verify(session);
	if (code != EXIT_MATCH)
		return code;
	*ret_report = make_report(outcome, &result);
	return (enum exit_code)ret_report->exit_code;
}

static bool is_verdict(enum exit_code code)
{
	return code == EXIT_MATCH || code == EXIT_DIFFERS || code == EXIT_REQUIRED;
}

enum exit_code command_apply(struct outcome *outcome)
{
	struct report report;
	enum exit_code code = session_root(&outcome->session);

	if (code == EXIT_MATCH)
		code = apply_and_verify(outcome, &report);
	else
		return code;
	if (is_verdict(code))
		outcome->text = render(outcome, &report);
	return code;
}

enum exit_code command_restore(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct apply_result result = {0};
	struct report report;
	enum exit_code code = session_root(session);
	int r;

	if (code == EXIT_MATCH)
		code = session_lock(session);
	/* Facts for the head of the report and for the rights; what to undo is in the journal. */
	if (code == EXIT_MATCH)
		code = session_facts(session);
	if (code != EXIT_MATCH)
		return code;
	r = restore(session->root, session->arena, &session->facts.live, session->options->force,
		    &session->plan, &result.writes, &session->err);
	if (r == -ENOENT) {
		outcome->text = arena_printf(session->arena, "%s\n", session->err.text);
		session->err = (struct err){0};
		return EXIT_MATCH;
	}
	if (r < 0)
		return EXIT_ERROR;
	report = make_report(outcome, &result);
	report.profile = NULL;
	outcome->text = render(outcome, &report);
	return (enum exit_code)report.exit_code;
}
