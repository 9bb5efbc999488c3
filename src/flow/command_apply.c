/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that change the node: apply, and restore, which undoes it. */
#include <errno.h>

#include "apply/held.h"
#include "apply/restore.h"
#include "base/text.h"
#include "flow/apply_step.h"
#include "flow/commands.h"
#include "flow/history_step.h"
#include "flow/rights_step.h"
#include "flow/severities.h"

enum exit_code command_apply(struct outcome *outcome)
{
	struct report report = {0};
	enum exit_code code = apply_step(outcome, &report);

	history_step_close(outcome, &report, code);
	if (report.plan)
		outcome_render(outcome, &report);
	return code;
}

/* Taking the lock makes its directory, and where no thintune has ever run, a restore must leave no
 * trace. That directory does not outlive a reboot, the journal of files does. */
static bool may_be_locked(const struct session *session)
{
	return root_exists(session->root, RUN_DIR) ||
	       root_exists(session->root, JOURNAL_FILES_FILE);
}

/* Without what the profile says all stay required. */
static void take_severities(struct session *session, struct plan *restored, bool has_facts)
{
	struct plan wanted;
	struct err why;

	if (has_facts && session_profile(session, NULL) == EXIT_MATCH &&
	    session_wishes(session, &wanted) == EXIT_MATCH) {
		severities_take(restored, &wanted);
		return;
	}
	why = session->err;
	session->err = (struct err){0};
	/* A mistake in the profile is always told, else only what decides. */
	if (has_facts || plan_verdict(restored, false).exit_code != EXIT_MATCH)
		(void)err_set(&session->err, -EINVAL,
			      "what the profile says of these settings is not known, so all of "
			      "them count as required%s%s",
			      why.code ? ": " : "", why.text);
}

/* Settings may be restored although the journal or the verdict could not be marked: the report
 * tells the one, the exit code the other. */
static enum exit_code report_restored(struct outcome *outcome,
				      const struct restore_result *restored)
{
	struct session *session = &outcome->session;
	const struct apply_result result = {.writes = restored->writes};
	struct report report;
	names sentences = {0};

	session->plan = restored->plan;
	report = outcome_report(outcome, &result);
	report.profile = NULL;
	if (report.verdict.exit_code == EXIT_MATCH && restored->plan.settings.count)
		report.verdict.text = "restored";
	if (restored->unmarked)
		vec_push(session->arena, &sentences, restored->unmarked);
	if (restored->unfinished)
		vec_push(session->arena, &sentences, restored->unfinished);
	if (sentences.count)
		(void)err_set(&session->err, -EIO, "%s",
			      text_join(session->arena, &sentences, "; "));
	if (restored->unfinished) {
		report.failure = restored->unfinished;
		report.exit_code = EXIT_ERROR;
	}
	history_written(session->history, &session->plan.settings);
	history_step_close(outcome, &report, (enum exit_code)report.exit_code);
	outcome_render(outcome, &report);
	return (enum exit_code)report.exit_code;
}

/* There was nothing to undo: a text says so in a sentence, other formats hold an empty plan. */
static enum exit_code report_nothing(struct outcome *outcome, struct restore_result *restored,
				     bool has_facts)
{
	struct session *session = &outcome->session;
	const struct next_step next = {.what = NEXT_NOTHING};
	struct str text = str_new(session->arena);
	bool is_text = options_form(session->options, "text");
	enum exit_code code = EXIT_MATCH;

	layout_paragraph(&text, session->err.text, 0, layout_columns(outcome->style));
	if (!session->options->quiet)
		next_line(&text, outcome->style, &next);
	session->err = (struct err){0};
	if (!is_text || session->options->forms.count > 1) {
		take_severities(session, &restored->plan, has_facts);
		code = report_restored(outcome, restored);
	}
	outcome_put(outcome, "text", text.text);
	return code;
}

enum exit_code command_restore(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct restore_request request = {.force = session->options->force,
					  .owner = session->options->owner,
					  .time = outcome->started_rfc3339};
	struct restore_result restored = {.plan = {.arena = session->arena}};
	enum exit_code code = session_root(session);
	bool has_facts;
	int r;

	if (code == EXIT_MATCH && may_be_locked(session))
		code = session_lock(session);
	if (code == EXIT_MATCH)
		code = rights_step_journal(session);
	if (code != EXIT_MATCH)
		return code;
	/* Facts are for the report only; what to undo is in the journal. */
	has_facts = session_facts(session) == EXIT_MATCH;
	session->err = (struct err){0};
	history_step_open(outcome);
	request.history = session->history;
	request.user = outcome_user(outcome);
	if (session->lock.dir < 0 && root_exists(session->root, JOURNAL_FILE)) {
		(void)err_set(&session->err, -EIO, "nothing was restored: %s", session->unsafe);
		return EXIT_ERROR;
	}
	r = restore_run(session->root, session->arena, &session->facts.live, &request, &restored,
			&session->err);
	/* A restored node is no longer tuned, even if nothing had to be written: the verdict goes.
	 */
	if (r == -ENOENT && session->lock.dir >= 0 &&
	    restore_withdraw(session->root, session->arena, &request) < 0) {
		(void)err_set(
		    &session->err, -EIO,
		    "cannot withdraw the verdict of the last run, which `gate` still shows");
		return EXIT_ERROR;
	}
	if (r == -ENOENT)
		return report_nothing(outcome, &restored, has_facts);
	if (r < 0)
		return EXIT_ERROR;
	session->err = (struct err){0};
	held_write(session->root, session->arena, request.time, request.user,
		   &restored.plan.settings);
	take_severities(session, &restored.plan, has_facts);
	return report_restored(outcome, &restored);
}
