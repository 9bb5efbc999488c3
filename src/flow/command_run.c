/* SPDX-License-Identifier: Apache-2.0 */
/* The commands run and gate: the whole job for a oneshot or an init container, and its verdict. */
#include <errno.h>

#include "apply/held.h"
#include "apply/journal.h"
#include "apply/last_verdict.h"
#include "base/escape.h"
#include "base/text.h"
#include "flow/apply_step.h"
#include "flow/commands.h"
#include "flow/gate.h"
#include "flow/probe_step.h"
#include "report/layout.h"

/* EXIT_USAGE: nothing was touched, and there is no verdict. */
static enum exit_code run_and_judge(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct report report = {0};
	struct report_probe probe;
	enum exit_code code = apply_step(outcome, &report);

	if (code == EXIT_USAGE)
		return code;
	if (report.plan && !session->has_no_verdict) {
		enum exit_code probed = probe_step(outcome, &probe);

		report.probe = &probe;
		report.verdict = report.failure
				     ? report.verdict
				     : plan_verdict(&session->plan, session->options->strict);
		code = exit_code_worse(exit_code_worse(code, probed),
				       (enum exit_code)report.verdict.exit_code);
		if (probe_floors_missed(&probe.floors))
			code = exit_code_worse(code, EXIT_FLOOR);
		outcome_stamp(outcome, &report);
	}
	/* A step failed before the profile was loaded, whose mode the gate needs. Whether there is
	 * data is known even where the other facts are not. */
	if (!report.plan && !session->profile.name) {
		struct err first = session->err;

		if (session_any_profile(session) == EXIT_USAGE)
			return EXIT_USAGE;
		session->err = first;
	}
	return gate_conclude(outcome, &report, code);
}

enum exit_code command_run(struct outcome *outcome)
{
	enum exit_code code = run_and_judge(outcome);

	return code == EXIT_USAGE ? gate_refuse(outcome) : code;
}

/* What has happened since the verdict was written, or delays the next one; "" when nothing has. */
static const char *gate_notes(struct session *session, const struct last_verdict *verdict)
{
	struct arena *arena = session->arena;
	struct str notes = str_new(arena);
	struct journal journal;
	struct err err = {0};
	int r;

	if (verdict->begun)
		str_printf(&notes, "; a run began %s and has not ended", verdict->begun);
	r = journal_read(session->root, arena, &journal, &err);
	if (r == 0 && journal.entries.count && !journal.settled)
		str_add(&notes, "; " REPORT_HALF_APPLIED);
	else if (r < 0 && r != -ENOENT)
		str_printf(&notes, "; " REPORT_JOURNAL_FAULT, err.text);
	return notes.text;
}

/* There is no verdict; what else the node tells of that. A restore without a run before it has none
 * to withdraw. */
static enum exit_code gate_without(struct session *session)
{
	const struct last_verdict none = {0};
	const char *time, *user, *restored = "";

	if (session->err.code == -ENOENT &&
	    held_read(session->root, session->arena, &time, &user) == 0)
		restored = arena_printf(session->arena, "; `thintune restore` was run %s by %s",
					time, user);
	(void)err_set(&session->err, session->err.code, "%s",
		      escape_text(session->arena,
				  arena_printf(session->arena, "%s%s%s", session->err.text,
					       restored, gate_notes(session, &none)),
				  ESCAPE_ALL));
	return EXIT_ERROR;
}

/* ": profile p, 2026-01-01T00:00:00Z", as far as the verdict says. */
static const char *whose(struct arena *arena, const struct last_verdict *verdict)
{
	names parts = {0};

	if (verdict->profile)
		vec_push(arena, &parts, arena_printf(arena, "profile %s", verdict->profile));
	if (verdict->time)
		vec_push(arena, &parts, verdict->time);
	return parts.count ? arena_printf(arena, ": %s", text_join(arena, &parts, ", ")) : "";
}

enum exit_code command_gate(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct last_verdict verdict;
	enum exit_code code = session_root(session);

	if (code != EXIT_MATCH)
		return code;
	if (last_verdict_read(session->root, session->arena, session->options->owner, &verdict,
			      &session->err) < 0)
		return gate_without(session);
	outcome->text = arena_printf(
	    session->arena, "%s\n",
	    escape_text(session->arena,
			arena_printf(session->arena, "%s%s%s%s%s", verdict.verdict,
				     whose(session->arena, &verdict), verdict.reason ? ": " : "",
				     verdict.reason ? verdict.reason : "",
				     gate_notes(session, &verdict)),
			ESCAPE_ALL));
	return (enum exit_code)verdict.exit_code;
}
