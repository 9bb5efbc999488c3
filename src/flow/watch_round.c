/* SPDX-License-Identifier: Apache-2.0 */
/* Looks or repairs, then publishes. What the last look left is read from watch.json. */
#include "flow/watch_round.h"

#include <errno.h>

#include "apply/held.h"
#include "apply/journal.h"
#include "apply/watch_place.h"
#include "base/text.h"
#include "flow/apply_step.h"
#include "flow/history_step.h"
#include "flow/look_step.h"
#include "flow/rights_step.h"
#include "flow/watch_rules.h"
#include "sys/own.h"

enum { state_most = 16 << 20 };

struct work {
	struct outcome *outcome;
	struct watch_round *round;
	struct watch_state before, now;
	struct watch_rules rules;
	struct report report; /* its plan NULL: the look came to nothing */
};

static void tell(const struct work *work, enum outcome_level level, const char *text)
{
	const struct outcome *outcome = work->outcome;

	if (level != OUTCOME_NOTE || !outcome->session.options->quiet)
		outcome->tell(level, text);
}

static const char *path_of(const struct work *work, const char *name)
{
	return arena_printf(work->outcome->session.arena, "%s/%s", work->round->dir, name);
}

/* The look before ----------------------------------------------------------------------------- */

/* Only how long watch stays away from a contest depends on this file. So one that cannot be read
 * counts as none. Times of another boot mean nothing. */
static void read_before(struct work *work)
{
	struct arena *arena = work->outcome->session.arena;
	const char *text, *why;
	struct err err = {0};
	size_t length;
	int r = own_read(arena, path_of(work, WATCH_STATE_NAME), state_most, &text, &length, &err);

	if (r == -ENOENT)
		return;
	if (r == 0) {
		r = watch_read(arena, text, &work->before, &why);
		(void)err_set(&err, r, "'%s' %s", path_of(work, WATCH_STATE_NAME), why);
	}
	if (r < 0) {
		work->before = (struct watch_state){0};
		tell(work, OUTCOME_WARNING,
		     arena_printf(arena, "%s: what earlier looks found is not known", err.text));
	}
}

static void begin(struct work *work)
{
	struct outcome *outcome = work->outcome;
	struct session *session = &outcome->session;
	struct watch_state *before = &work->before, *now = &work->now;
	const char *boot;

	if (journal_boot_id(session->root, session->arena, &boot) == 0)
		now->boot = boot;
	if (!text_equal(before->boot, now->boot) || before->now > outcome->started_boot)
		*before = (struct watch_state){.sha256 = before->sha256};
	now->now = outcome->started_boot;
	now->unix_time = outcome->started_unix;
	now->date = outcome->started_rfc3339;
	now->process = work->round->process;
	now->repairs = work->round->repairs;
	now->interval_us = work->round->interval_us;
	now->cause = work->round->cause;
	now->unwatched = *work->round->unwatched;
	memcpy(now->looks, before->looks, sizeof(now->looks));
	now->looks[now->cause]++;
	now->repairs_done = before->repairs_done;
	now->contests = before->contests;
	now->follow = before->follow;
	work->rules = (struct watch_rules){.now = now->now,
					   .sha256 = before->sha256,
					   .resumes = work->round->resumes,
					   .after_event = work->round->after_event,
					   .container_s = work->round->container_s,
					   .follow = &now->follow,
					   .contests = &now->contests};
}

/* The look ------------------------------------------------------------------------------------ */

/* Without a memory of what it has repaired it would fight with whoever rewrites that. */
static bool may_repair(struct work *work)
{
	struct err err = {0};

	if (!work->round->repairs)
		return false;
	if (own_may_replace(path_of(work, WATCH_STATE_NAME), &err) == 0)
		return true;
	tell(work, OUTCOME_ERROR,
	     arena_printf(work->outcome->session.arena, "nothing is repaired: %s", err.text));
	return false;
}

static enum exit_code look_or_repair(struct work *work)
{
	struct outcome *outcome = work->outcome;
	struct session *session = &outcome->session;
	enum exit_code code;

	if (may_repair(work)) {
		code = apply_step(outcome, &work->report);
		if (work->report.plan)
			work->now.repairs_done += watch_rules_note(session);
		work->round->again_s = work->rules.again_s;
		history_step_close(outcome, &work->report, code);
	} else {
		code = look_step(outcome, &work->report);
		if (work->report.plan && !session->unsafe)
			session_keep_profile(session, outcome->started_rfc3339);
	}
	if (work->report.plan && !work->report.run.history_line)
		look_step_history(outcome, &work->report);
	return code;
}

static void conclude(struct work *work, enum exit_code code)
{
	struct session *session = &work->outcome->session;
	struct watch_state *now = &work->now;
	const struct report *report = &work->report;

	now->exit_code = (int)code;
	now->profile = session->profile.name;
	now->sha256 = session->profile.sha256 ? session->profile.sha256 : work->before.sha256;
	now->profile_fault = session->profile_fault;
	now->held = work->rules.held;
	if (session->err.code)
		now->fault = arena_strdup(session->arena, session->err.text);
	else if (report->plan && report->failure)
		now->fault = report->failure;
	if (report->plan) {
		now->verdict = report->verdict.text;
		now->off = off_of_plan(session->arena, report->plan);
	} else {
		now->off = work->before.off;
	}
}

/* The log ------------------------------------------------------------------------------------- */

static void tell_new(const struct work *work, enum outcome_level level, const char *before,
		     const char *now, const char *over)
{
	if (text_equal(before, now))
		return;
	tell(work, now ? level : OUTCOME_NOTE, now ? now : over);
}

static void tell_changes(const struct work *work)
{
	struct outcome *outcome = work->outcome;
	const struct watch_state *before = &work->before, *now = &work->now;
	names lines;

	vec_for_each (line, &outcome->warnings)
		tell(work, OUTCOME_WARNING, *line);
	vec_for_each (line, &outcome->notes)
		tell(work, OUTCOME_NOTE, *line);
	tell_new(work, OUTCOME_ERROR, before->profile_fault, now->profile_fault,
		 "the profile can be used again");
	tell_new(work, OUTCOME_ERROR, before->fault, now->fault, "the last fault is over");
	tell_new(work, OUTCOME_WARNING, before->held, now->held,
		 "no restore is respected any more");
	if (!work->report.plan)
		return;
	if (work->before.sha256 && !text_equal(before->sha256, now->sha256))
		tell(work, OUTCOME_NOTE,
		     arena_printf(outcome->session.arena, "the profile has changed: %s, %s",
				  text_or(now->profile, "unknown"), text_or(now->sha256, "")));
	lines = watch_changes(outcome->session.arena, before, now, &work->report);
	vec_for_each (line, &lines)
		tell(work, OUTCOME_NOTE, *line);
}

/* Publishing ---------------------------------------------------------------------------------- */

static int replace(const struct work *work, const char *path, const char *text)
{
	struct err err = {0};
	int r = text ? own_replace(path, text, &err) : 0;

	if (r < 0)
		tell(work, OUTCOME_ERROR, err.text);
	return r;
}

static int publish(const struct work *work, const char *name, const char *text)
{
	return replace(work, path_of(work, name), text);
}

/* After a look that came to nothing they are left to expire: unknown is not unready. */
static int publish_features(struct work *work)
{
	const struct outcome *outcome = work->outcome;
	struct arena *arena = outcome->session.arena;
	uint64_t seconds = (3 * work->round->interval_us + 999999) / 1000000;

	if (!outcome->session.options->nfd || !work->report.plan)
		return 0;
	return replace(
	    work, outcome->session.options->nfd,
	    watch_features(arena, &work->now, &work->report,
			   outcome_date(arena, outcome->started_unix + (int64_t)seconds)));
}

/* After a look that came to nothing the reports stay those of the look before, and the metrics say
 * when that was. watch.json comes after them: who sees it sees the others. The features come last:
 * their directory is somebody else's, and its loss must not cost what watch.json remembers. */
static int publish_all(struct work *work)
{
	struct outcome *outcome = work->outcome;
	struct arena *arena = outcome->session.arena;
	const struct report *report = work->report.plan ? &work->report : NULL;
	int r = 0;

	if (report) {
		outcome_render(outcome, report);
		r = publish(work, "report.json", outcome_text(outcome, "json"));
		if (r == 0)
			r = publish(work, "report.html", outcome_text(outcome, "html"));
		if (r == 0)
			r = publish(work, "metrics.prom",
				    arena_printf(arena, "%s%s", outcome_text(outcome, "prometheus"),
						 watch_metrics(arena, &work->now)));
	}
	if (r == 0)
		r = publish(work, WATCH_READY_NAME, watch_ready(arena, &work->now, report));
	if (r == 0)
		r = publish(work, WATCH_STATE_NAME, watch_json(arena, &work->now));
	return r == 0 ? publish_features(work) : r;
}

enum exit_code watch_round_run(struct outcome *outcome, struct watch_round *round)
{
	struct session *session = &outcome->session;
	struct work work = {.outcome = outcome, .round = round};
	enum exit_code code;

	session->rules = &work.rules;
	code = rights_step_start(session);
	if (code == EXIT_MATCH)
		code = session_root(session);
	if (code == EXIT_MATCH)
		code = session_lock(session);
	if (code == EXIT_LOCKED)
		return code;
	read_before(&work);
	if (session->root)
		begin(&work);
	if (code == EXIT_MATCH)
		code = look_or_repair(&work);
	conclude(&work, code);
	tell_changes(&work);
	return publish_all(&work) < 0 && code != EXIT_USAGE ? EXIT_ERROR : code;
}
