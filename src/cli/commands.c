/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that look at the node or change it; run and gate are in run_gate.c, the rest in
 * commands_more.c. */
#include "cli/commands.h"

#include <errno.h>

#include "apply/last_verdict.h"
#include "apply/restore.h"
#include "base/text.h"

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
	if (text_equal(format, "k8s"))
		return report_k8s(arena, report);
	if (text_equal(format, "systemd"))
		return report_systemd(arena, report);
	if (text_equal(format, "prometheus"))
		return report_prometheus(arena, report);
	return report_text(arena, report, outcome->style);
}

/* A user who is not root and finds something to write could do nothing: that is no match. */
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

struct report make_report(struct outcome *outcome, const struct apply_result *result)
{
	struct session *session = &outcome->session;
	const struct tuning tuning = {.plan = &session->plan,
				      .facts = &session->facts,
				      .profile = &session->profile,
				      .request = &session->request};
	struct report report = {
	    .command = command_name(session->options->command),
	    .facts = &session->facts,
	    .profile = &session->profile,
	    .profile_fault = session->profile_fault,
	    .profile_note = session->profile_note,
	    .plan = &session->plan,
	    .verdict = plan_verdict(&session->plan, session->options->strict),
	    .run = {.started = outcome->started_rfc3339,
		    .started_unix = outcome->started_unix,
		    .default_options = session->options->defaults,
		    .duration_ms = elapsed_ms(outcome)},
	};

	/* What has become of the state file decides what else names the CPUs. */
	if (session->plan.irq_map)
		session->plan.start_options = start_options_decide(&tuning);
	if (result) {
		report.run.writes = result->writes;
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

enum exit_code command_facts(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	enum exit_code code = session_root(session);
	struct placement placement;

	if (code == EXIT_MATCH)
		code = session_facts(session);
	if (code == EXIT_MATCH)
		code = session_profile(session, NULL);
	if (code != EXIT_MATCH)
		return code;
	placement = session_placement(session);
	outcome->text =
	    text_equal(session->options->format, "json")
		? facts_json(session->arena, &session->facts, &placement, session->request.redpanda)
		: facts_text(session->arena, &session->facts, &placement, session->request.redpanda,
			     outcome->style);
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

/* The first audit finds the caller's mistakes before anything is touched, even the lock; what
 * counts is the one under the lock. A run that could not tell its verdict applies nothing. */
enum exit_code apply_and_verify(struct outcome *outcome, struct report *ret_report)
{
	struct session *session = &outcome->session;
	struct apply_result result = {0};
	enum exit_code code = session_audit(session);

	if (code == EXIT_MATCH)
		code = session_lock(session);
	if (code == EXIT_MATCH && session->options->command == COMMAND_RUN &&
	    verdict_begin(session->root, session->arena, session->options->owner,
			  outcome->started_rfc3339, &session->err) < 0) {
		session->has_no_verdict = true;
		*ret_report = make_report(outcome, NULL);
		ret_report->failure = "nothing was written, since `gate` could not tell how the "
				      "run ended";
		return EXIT_ERROR;
	}
	if (code == EXIT_MATCH)
		code = session_audit(session);
	if (code == EXIT_MATCH && session->options->command == COMMAND_RUN)
		session_keep_profile(session, outcome->started_rfc3339);
	if (code == EXIT_MATCH)
		code = session_drop_rights(session);
	if (code == EXIT_MATCH)
		code = session_apply(session, &result);
	if (code == EXIT_MATCH && result.writes)
		code = session_verify(session);
	if (code != EXIT_MATCH)
		return code;
	*ret_report = make_report(outcome, &result);
	if (result.failed_late) {
		/* Some of it was written: the report tells what, the code that the job is not done.
		 */
		ret_report->failure = result.failed_late;
		ret_report->exit_code = EXIT_ERROR;
		(void)err_set(&session->err, -EIO, "%s", result.failed_late);
	}
	return (enum exit_code)ret_report->exit_code;
}

enum exit_code command_apply(struct outcome *outcome)
{
	struct report report = {0};
	enum exit_code code = session_root(&outcome->session);

	if (code == EXIT_MATCH)
		code = apply_and_verify(outcome, &report);
	if (report.plan)
		outcome->text = render(outcome, &report);
	return code;
}

static const char *user_text(const struct outcome *outcome)
{
	struct arena *arena = outcome->session.arena;
	int64_t uid = outcome->session.facts.live.uid;

	return arena_printf(arena, "uid %s%s%s%s",
			    uid < 0 ? "unknown" : arena_printf(arena, "%lld", (long long)uid),
			    outcome->sudo_user ? " (sudo of " : "",
			    outcome->sudo_user ? outcome->sudo_user : "",
			    outcome->sudo_user ? ")" : "");
}

/* Where no thintune has ever run, a restore leaves no trace either. The directory of the lock does
 * not outlive a reboot, the journal of files does. */
static bool may_be_locked(const struct session *session)
{
	return root_exists(session->root, RUN_DIR) ||
	       root_exists(session->root, JOURNAL_FILES_FILE);
}

/* Settings that are back, and a journal or a verdict that could not be: the report tells the one,
 * the code the other. */
static enum exit_code report_restored(struct outcome *outcome,
				      const struct restore_result *restored)
{
	struct session *session = &outcome->session;
	const struct apply_result result = {.writes = restored->writes};
	struct report report;
	names sentences = {0};

	session->plan = restored->plan;
	report = make_report(outcome, &result);
	report.profile = NULL;
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
	outcome->text = render(outcome, &report);
	return (enum exit_code)report.exit_code;
}

enum exit_code command_restore(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct restore_request request = {.force = session->options->force,
					  .time = outcome->started_rfc3339};
	struct restore_result restored = {.plan = {.arena = session->arena}};
	enum exit_code code = session_root(session);
	int r;

	if (code != EXIT_MATCH)
		return code;
	/* Facts are for the head of the report; what to undo is in the journal alone. */
	if (session_facts(session) != EXIT_MATCH)
		session->err = (struct err){0};
	request.user = user_text(outcome);
	if (may_be_locked(session))
		code = session_lock(session);
	if (code != EXIT_MATCH)
		return code;
	if (session->lock.dir < 0 && root_exists(session->root, JOURNAL_FILE)) {
		(void)err_set(&session->err, -EIO, "nothing was restored: %s", session->unsafe);
		return EXIT_ERROR;
	}
	r = restore(session->root, session->arena, &session->facts.live, &request, &restored,
		    &session->err);
	/* Whoever restores a node wants it tuned no more, also where nothing had to be written. */
	if (r == -ENOENT && session->lock.dir >= 0 &&
	    verdict_withdraw(session->root, session->arena, request.time, request.user) < 0) {
		(void)err_set(
		    &session->err, -EIO,
		    "cannot withdraw the verdict of the last run, which `gate` still shows");
		return EXIT_ERROR;
	}
	if (r == -ENOENT && text_equal(session->options->format, "text")) {
		outcome->text = arena_printf(session->arena, "%s\n", session->err.text);
		session->err = (struct err){0};
		return EXIT_MATCH;
	}
	if (r < 0 && r != -ENOENT)
		return EXIT_ERROR;
	session->err = (struct err){0};
	return report_restored(outcome, &restored);
}
