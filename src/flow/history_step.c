/* SPDX-License-Identifier: Apache-2.0 */
/* Says to the history who is at work, and to the person what it has written. */
#include "flow/history_step.h"

#include "apply/history.h"
#include "apply/journal.h"
#include "base/text.h"

/* What has been written since this was last called. */
static void tell(struct outcome *outcome, struct history_pen *pen)
{
	struct arena *arena = outcome->session.arena;

	vec_for_each (sentence, &pen->closed)
		vec_push(arena, &outcome->warnings, *sentence);
	pen->closed = (names){0};
	if (pen->gap)
		vec_push(arena, &outcome->warnings, pen->gap);
	vec_for_each (words, &pen->written)
		vec_push(arena, &outcome->notes, arena_printf(arena, "history: %s", *words));
	pen->written = (names){0};
}

/* A long reason is cut: it is in the profile, and a line must not grow without end. */
static void note_waivers(struct history_pen *pen, const struct profile *profile)
{
	enum { most_bytes = 200 };

	vec_for_each (waiver, &profile->waivers) {
		char *text = arena_printf(pen->arena, "%s, by %s until %s: %s", waiver->what,
					  waiver->owner, waiver->until, waiver->reason);

		text_cut(text, most_bytes);
		vec_push(pen->arena, &pen->line.waivers, text);
	}
}

void history_step_open(struct outcome *outcome)
{
	struct session *session = &outcome->session;
	struct arena *arena = session->arena;
	struct history_pen *pen;

	if (session->unsafe || session->lock.dir < 0 || session->history)
		return;
	pen = arena_alloc(arena, sizeof(*pen));
	*pen = (struct history_pen){
	    .root = session->root,
	    .arena = arena,
	    .line = {.time = outcome->started_rfc3339,
		     .command = options_command_name(session->rules ? COMMAND_WATCH
								    : session->options->command),
		     .owner = session->options->owner,
		     .user = live_caller_read(arena),
		     .profile = session->profile.name,
		     .profile_sha256 = session->profile.sha256,
		     .exit_code = -1},
	};
	pen->line.user.sudo = outcome->sudo_user;
	note_waivers(pen, &session->profile);
	if (journal_boot_id(session->root, arena, &pen->line.boot) < 0)
		pen->line.boot = NULL;
	if (session_loses_state(session))
		pen->unkept = STATE_DIR " below --root is inside this container: bind the node's "
					"" STATE_DIR " there";
	history_open(pen);
	session->history = pen;
	tell(outcome, pen);
}

void history_step_close(struct outcome *outcome, struct report *report, enum exit_code code)
{
	struct history_pen *pen = outcome->session.history;

	if (!pen)
		return;
	history_close(pen,
		      report->gate.mode ? report->gate.may_start ? "start" : "blocked"
					: report->verdict.text,
		      (int)code);
	tell(outcome, pen);
	report->run.history_line = pen->seq;
	report->run.history_hash = pen->hash;
	report->run.history_gap = pen->gap;
	/* A second one of the same command has nothing to tell. */
	outcome->session.history = NULL;
}
