/* SPDX-License-Identifier: Apache-2.0 */
/* The step that changes the node: phase by phase, and each write read back. */
#include "flow/apply_step.h"

#include <errno.h>

#include "apply/claims.h"
#include "apply/held.h"
#include "apply/last_verdict.h"
#include "base/text.h"
#include "flow/carry_over.h"
#include "flow/history_step.h"
#include "flow/probe_step.h"
#include "flow/rights_step.h"
#include "flow/suspects.h"
#include "flow/watch_rules.h"
#include "sys/rights.h"

/* Without a lock and a journal that stays, nothing may be written. */
static void refuse_all(struct session *session, struct apply_result *result)
{
	vec_for_each (setting, &session->plan.settings) {
		setting->is_unproven = false;
		if ((setting->state != STATE_DIFFERS && setting->state != STATE_LEFT_OVER) ||
		    setting->lacks_right || setting->is_left_alone)
			continue;
		result->no_journal = arena_printf(
		    session->arena, "nothing was written, since it could not be undone: %s",
		    session->unsafe);
		setting->state = STATE_SKIPPED;
		setting->note = result->no_journal;
	}
}

/* What was read before the rights were given up is still true a moment later. */
static void keep_answers(struct facts *now, const struct facts *before)
{
	vec_for_each (disk, &now->disks) {
		vec_for_each (old, &before->disks) {
			if (!disk->identity.known && old->identity.known &&
			    text_equal(disk->name, old->name))
				disk->identity = old->identity;
		}
	}
	vec_for_each (health, &now->health) {
		vec_for_each (old, &before->health) {
			if (!health->smart_known && old->smart_known &&
			    text_equal(health->disk, old->disk)) {
				health->smart = old->smart;
				health->smart_known = true;
			}
		}
	}
}

/* Collects the facts and makes the plan again; the profile stays. */
static enum exit_code plan_again(struct session *session)
{
	const struct facts before = session->facts;
	enum exit_code code;

	session->facts = (struct facts){0};
	code = session_facts(session);
	keep_answers(&session->facts, &before);
	return code == EXIT_MATCH ? session_plan(session) : code;
}

/* Phase by phase; facts are read again after a phase that changed the structure of the node. */
static enum exit_code write_all(struct session *session, struct apply_result *result)
{
	if (session->unsafe)
		refuse_all(session, result);
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		unsigned structural = result->structural;
		struct plan before;
		enum exit_code code;

		apply_phase(session->root, session->arena, &session->facts.live, &session->plan,
			    phase, result);
		if (result->structural == structural)
			continue;
		before = session->plan;
		code = plan_again(session);
		if (code != EXIT_MATCH)
			return code;
		carry_over(&session->plan, &before, phase);
	}
	return EXIT_MATCH;
}

/* Plans again from fresh facts: what no longer holds becomes CONTESTED. */
static enum exit_code verify(struct session *session)
{
	struct plan applied = session->plan;
	enum exit_code code = plan_again(session);
	setting_index index;

	if (code != EXIT_MATCH)
		return code;
	index = carry_over_index(&session->plan);
	vec_for_each (setting, &applied.settings) {
		const struct setting *now = carry_over_find(&index, setting);

		if ((setting->state != STATE_CHANGED && setting->state != STATE_SAME) ||
		    setting->is_left_alone || (now && now->state == STATE_SAME) ||
		    setting->wish->is_left_over)
			continue;
		/* Whatever has it now, somebody has accepted that. */
		setting->state = now && now->state == STATE_WAIVED ? STATE_WAIVED : STATE_CONTESTED;
		setting->have = now ? now->have : NULL;
		setting->note =
		    arena_printf(session->arena, "it was right a moment ago and is %s now: %s",
				 now && now->have ? now->have : "gone",
				 suspects_text(session->arena, &session->facts));
	}
	/* Checks, and what was left out, are those of now; settings tell what this run did. */
	applied.checks = session->plan.checks;
	applied.left_out = session->plan.left_out;
	session->plan = applied;
	return EXIT_MATCH;
}

/* Those that the probe of a run still needs after it has applied. */
static uint64_t rights_of_probe(const struct session *session)
{
	return session->options->command == COMMAND_RUN &&
		       probe_step_is_due(session->options, &session->profile)
		   ? rights_of_owner
		   : 0;
}

/* The first audit finds the caller's mistakes before anything is touched, even the lock; the plan
 * that counts is the one made under the lock. A run whose verdict cannot be written applies
 * nothing. */
enum exit_code apply_step(struct outcome *outcome, struct report *ret_report)
{
	struct session *session = &outcome->session;
	struct apply_result result = {0};
	const char *unclaimed = NULL, *unfinished;
	enum exit_code code = session_audit(session);

	/* A round of watch has it. */
	if (code == EXIT_MATCH && !session->rules)
		code = session_lock(session);
	if (code == EXIT_MATCH && session->options->command == COMMAND_RUN &&
	    last_verdict_begin(session->root, session->arena, session->options->owner,
			       outcome->started_rfc3339, &session->err) < 0) {
		session->has_no_verdict = true;
		*ret_report = outcome_report(outcome, NULL);
		ret_report->failure = arena_printf(session->arena,
						   "nothing was written, since `gate` could not "
						   "tell how the run ended: %s",
						   session->err.text);
		return EXIT_ERROR;
	}
	if (code == EXIT_MATCH)
		code = session_audit(session);
	if (code == EXIT_MATCH && (session->options->command == COMMAND_RUN || session->rules))
		session_keep_profile(session, outcome->started_rfc3339);
	if (code == EXIT_MATCH && session->rules)
		code = watch_rules_mark(session);
	if (code == EXIT_MATCH)
		code = rights_step_plan(session, rights_of_probe(session));
	if (code == EXIT_MATCH && !session->unsafe && !session->rules)
		held_remove(session->root);
	history_step_open(outcome);
	result.history = session->history;
	if (code == EXIT_MATCH)
		code = write_all(session, &result);
	if (code == EXIT_MATCH && (result.writes || result.trials))
		code = verify(session);
	if (code == EXIT_MATCH && !session->unsafe && !result.no_journal && !result.failed_late)
		unclaimed = claims_keep(session->root, session->arena, &session->plan);
	history_written(session->history, &session->plan.settings);
	if (code != EXIT_MATCH)
		return code;
	*ret_report = outcome_report(outcome, &result);
	if (unclaimed)
		(void)err_set(&session->err, -EIO, "%s", unclaimed);
	/* Nothing was to be written, but what the journal held is lost. */
	unfinished = result.failed_late;
	if (!unfinished && !ret_report->failure)
		unfinished = session->journal_fault;
	if (unfinished) {
		/* The report says what was written, the code that the job is not done. */
		ret_report->failure = unfinished;
		ret_report->exit_code = EXIT_ERROR;
		(void)err_set(&session->err, -EIO, "%s", unfinished);
	}
	return (enum exit_code)ret_report->exit_code;
}
