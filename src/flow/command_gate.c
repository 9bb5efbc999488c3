/* SPDX-License-Identifier: Apache-2.0 */
/* The commands gate and status, which answer from what the last run has left. */
#include <errno.h>

#include "apply/held.h"
#include "apply/history.h"
#include "apply/last_verdict.h"
#include "apply/watch_place.h"
#include "base/day.h"
#include "base/escape.h"
#include "base/text.h"
#include "flow/commands.h"
#include "live/live.h"
#include "plan/waive.h"
#include "report/answer.h"
#include "report/next.h"
#include "report/watch.h"
#include "sys/own.h"
#include "version.h"

enum { watch_most = 16 << 20 };

/* What has happened since the verdict was written, or delays the next one; "" when nothing has. */
static const char *notes(struct arena *arena, const struct answer *answer)
{
	struct str text = str_new(arena);

	if (answer->begun)
		str_printf(&text, "; " REPORT_BEGUN, answer->begun);
	if (answer->half_applied == TRI_YES)
		str_add(&text, "; " REPORT_HALF_APPLIED);
	/* A run since then has told it. */
	else if (answer->journal_fault &&
		 !(answer->reason && strstr(answer->reason, answer->journal_fault)))
		str_printf(&text, "; " REPORT_JOURNAL_FAULT, answer->journal_fault);
	return text.text;
}

/* ": profile p, 2026-01-01T00:00:00Z", as far as the verdict says. */
static const char *whose(struct arena *arena, const struct answer *answer)
{
	names parts = {0};

	if (answer->profile)
		vec_push(arena, &parts, arena_printf(arena, "profile %s", answer->profile));
	if (answer->time)
		vec_push(arena, &parts, answer->time);
	return parts.count ? arena_printf(arena, ": %s", text_join(arena, &parts, ", ")) : "";
}

static void read_journal(struct session *session, struct answer *answer)
{
	struct journal journal;
	struct err err = {0};
	int r = journal_read(session->root, session->arena, &journal, &err);

	answer->half_applied = TRI_NO;
	if (r == 0 && journal.entries.count && !journal.settled)
		answer->half_applied = TRI_YES;
	if (r == 0 || r == -ENOENT)
		return;
	answer->half_applied = TRI_UNKNOWN;
	answer->journal_fault = arena_strdup(session->arena, err.text);
}

/* What the node tells where there is no verdict. A restore without a run before it has none
 * to withdraw. */
static const char *missing_text(struct session *session, const struct err *why)
{
	const char *time, *user, *restored = "";
	names paths;
	int r = -ENOENT;

	if (why->code == -ENOENT)
		r = held_read(session->root, session->arena, &time, &user, &paths);
	if (r == 0)
		restored = arena_printf(session->arena, "; original values were put back %s by %s",
					time, user);
	else if (r != -ENOENT && r != -ENOTDIR)
		restored = "; a restore may have been run: " HELD_FILE
			   " cannot be read or was written by another version of thintune";
	return arena_printf(session->arena, "%s%s", why->text, restored);
}

static const char *expired_text(struct arena *arena, const struct last_verdict *verdict,
				const char *holds)
{
	return arena_printf(arena, "%s: the waiver expired on %s, %s", verdict->waived,
			    verdict->waived_until, holds);
}

/* NULL: no waiver matters for the answer, or it does not end soon. An expired one takes a start
 * back only where the data directory is seen to have no data. */
static const char *judge_waiver(struct session *session, struct last_verdict *verdict)
{
	struct arena *arena = session->arena;
	struct live live = {0};
	struct err err = {0};
	int64_t last, left;

	if (verdict->exit_code != EXIT_MATCH || !verdict->waived)
		return NULL;
	if (session->today == DAY_UNKNOWN)
		return REPORT_CLOCK_FAULT;
	(void)day_parse(verdict->waived_until, &last); /* last_verdict_read() has tried it */
	left = last - session->today;
	if (left >= 0)
		return left > WAIVE_WARNING_DAYS
			   ? NULL
			   : arena_printf(arena, "%s: the waiver ends on %s", verdict->waived,
					  verdict->waived_until);
	if (!verdict->data_dir ||
	    live_read(session->root, arena, verdict->data_dir, &live, &err) < 0 ||
	    live.data_dir.exists != TRI_YES || !live.data_dir.is_directory)
		return expired_text(arena, verdict,
				    "and whether there is data is not known, since the data "
				    "directory cannot be looked at; it holds no broker back");
	if (live.data_dir.has_data)
		return expired_text(arena, verdict, "which holds no broker back that has data");
	verdict->exit_code = EXIT_REQUIRED;
	verdict->verdict = "blocked";
	return expired_text(arena, verdict, "and there is no data yet; `thintune run` judges anew");
}

static struct answer read_answer(struct session *session)
{
	struct last_verdict verdict;
	struct answer answer = {.owner = session->options->owner,
				.options = session->options->used,
				.exit_code = EXIT_ERROR,
				.age_seconds = -1};
	struct err why = {0};
	int written;

	read_journal(session, &answer);
	if (last_verdict_read(session->root, session->arena, answer.owner, &verdict, &why) < 0) {
		answer.missing = missing_text(session, &why);
		return answer;
	}
	written = verdict.exit_code;
	answer.waiver = judge_waiver(session, &verdict);
	answer.is_taken_back = verdict.exit_code != written;
	answer.exit_code = verdict.exit_code;
	answer.verdict = verdict.verdict;
	answer.reason = verdict.reason;
	answer.profile = verdict.profile;
	answer.time = verdict.time;
	answer.user = verdict.user;
	answer.begun = verdict.begun;
	return answer;
}

/* 0, 1 and 2 are what the plugin's codes mean to node-problem-detector: fine, a problem, unknown.
 */
static enum exit_code npd_code(const struct answer *answer)
{
	if (answer->missing || text_equal(answer->verdict, "none"))
		return EXIT_USAGE;
	return answer->exit_code == EXIT_MATCH ? EXIT_MATCH : EXIT_ERROR;
}

/* "blocked: profile p, 2026-01-01T00:00:00Z: filesystem: wanted xfs, found ext2" */
static const char *sentence(struct arena *arena, const struct answer *answer)
{
	const char *text =
	    answer->missing ? arena_printf(arena, "%s%s", answer->missing, notes(arena, answer))
			    : arena_printf(arena, "%s%s%s%s%s%s%s", answer->verdict,
					   whose(arena, answer), answer->reason ? ": " : "",
					   text_or(answer->reason, ""), answer->waiver ? "; " : "",
					   text_or(answer->waiver, ""), notes(arena, answer));

	return escape_text(arena, text, ESCAPE_ALL);
}

/* Where there is no verdict, that is an error and no report. */
static enum exit_code answer_text(struct outcome *outcome, const struct answer *answer)
{
	struct session *session = &outcome->session;
	struct next_step next = next_after_answer(session->arena, answer);
	struct str text = str_new(session->arena);

	if (answer->missing) {
		(void)err_set(&session->err, -ENOENT, "%s", sentence(session->arena, answer));
		outcome_hint(outcome, &next);
		return (enum exit_code)answer->exit_code;
	}
	layout_paragraph(&text, sentence(session->arena, answer), 0,
			 layout_columns(outcome->style));
	if (!outcome->style.quiet)
		next_line(&text, outcome->style, &next);
	outcome_put(outcome, "text", text.text);
	return (enum exit_code)answer->exit_code;
}

enum exit_code command_gate(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	bool is_npd = options_form(session->options, "npd");
	enum exit_code code = session_root(session);
	struct answer answer;

	if (code != EXIT_MATCH && !is_npd)
		return code;
	/* node-problem-detector shows what stands on stdout. */
	answer = code == EXIT_MATCH ? read_answer(session)
				    : (struct answer){.missing = session->err.text};
	outcome_put(outcome, "npd", answer_gate_npd(arena, &answer));
	if (is_npd)
		return npd_code(&answer);
	if (!options_form(session->options, "json"))
		return answer_text(outcome, &answer);
	outcome_put(outcome, "json", answer_gate_json(arena, &answer));
	return (enum exit_code)answer.exit_code;
}

/* "2026-11-30T14:00:00Z" in seconds since 1970; -1: it is no time. */
static int64_t seconds_of(struct arena *arena, const char *time)
{
	static const int64_t units[] = {3600, 60, 1};
	int64_t seconds = 0;

	if (!time || strlen(time) != strlen("YYYY-MM-DDTHH:MM:SSZ") ||
	    day_parse(arena_strndup(arena, time, 10), &seconds) < 0)
		return -1;
	seconds *= DAY_SECONDS;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *digits = time + 11 + 3 * i;

		if (strspn(digits, "0123456789") != 2)
			return -1;
		seconds += ((digits[0] - '0') * 10 + digits[1] - '0') * units[i];
	}
	return seconds;
}

static int64_t age_of(const struct outcome *outcome, const char *time)
{
	int64_t then = seconds_of(outcome->session.arena, time);

	return then >= 0 && then <= outcome->started_unix ? outcome->started_unix - then : -1;
}

/* dir: where else it publishes; NULL: nowhere. */
static int read_watch(const struct session *session, const char *dir, const char *name,
		      const char **ret)
{
	size_t length;

	return dir ? own_read(session->arena, arena_printf(session->arena, "%s/%s", dir, name),
			      watch_most, ret, &length, NULL)
		   : watch_place_read(session->root, session->arena, name, ret);
}

/* Whether a watch runs, and when it last looked. */
static void ask_watch(const struct outcome *outcome, struct answer *answer)
{
	struct root *root = outcome->session.root;
	struct arena *arena = outcome->session.arena;
	const char *text, *why, *dir = watch_place_noted(root, arena);
	struct watch_state state;
	int r;

	if (watch_place_holder(root, arena, &answer->watch.process))
		answer->watch.runs = answer->watch.process ? TRI_YES : TRI_NO;
	if (answer->watch.runs == TRI_NO)
		answer->watch.ended = dir;
	answer->watch.is_new = answer->watch.runs != TRI_NO &&
			       read_watch(&outcome->session, dir, WATCH_READY_NAME, &text) == 0 &&
			       text_equal(text, WATCH_NOT_LOOKED);
	r = read_watch(&outcome->session, dir, WATCH_STATE_NAME, &text);
	/* Its place is one of its own mounts: another container may not have it. */
	if (r < 0 && dir)
		answer->watch.unknown = arena_printf(
		    arena, "'%s' has no " WATCH_STATE_NAME " here that can be read", dir);
	else if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		answer->watch.unknown = arena_printf(
		    arena, WATCH_PUBLIC_DIR "/" WATCH_STATE_NAME " cannot be read: %s",
		    r == -EPERM ? "users other than root may write to it" : root_words(r));
	if (r < 0)
		return;
	if (watch_read(arena, text, &state, &why) < 0) {
		answer->watch.unknown = arena_printf(arena, "'%s/" WATCH_STATE_NAME "' %s",
						     text_or(dir, WATCH_PUBLIC_DIR), why);
		return;
	}
	answer->watch.date = state.date;
	answer->watch.age_seconds = age_of(outcome, state.date);
	answer->watch.cause = watch_cause_names[state.cause];
	answer->watch.verdict = state.verdict;
	answer->watch.fault = state.fault;
}

enum exit_code command_status(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	enum exit_code code = session_root(session);
	struct history_tail last;
	struct answer answer;
	bool is_known;

	if (code != EXIT_MATCH)
		return code;
	answer = read_answer(session);
	answer.age_seconds = age_of(outcome, answer.time);
	ask_watch(outcome, &answer);
	answer.holder = lock_holder(session->root, arena, &is_known);
	answer.is_locked = answer.holder ? TRI_YES : is_known ? TRI_NO : TRI_UNKNOWN;
	last = history_last(session->root, arena);
	answer.history_line = last.seq;
	answer.history_hash = last.hash;
	answer.history_time = last.time;
	if (options_form(session->options, "text"))
		outcome_put(outcome, "text", answer_status_text(arena, &answer, outcome->style));
	if (options_form(session->options, "json"))
		outcome_put(outcome, "json", answer_status_json(arena, &answer));
	return session->options->exit_code ? (enum exit_code)answer.exit_code : EXIT_MATCH;
}
