/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the node from its original state to the tuned one and back. */
#include "flow/prove_state.h"

#include <errno.h>

#include "apply/apply.h"
#include "apply/claims.h"
#include "apply/held.h"
#include "apply/look.h"
#include "apply/restore.h"
#include "base/text.h"
#include "plan/kind.h"
#include "sys/signals.h"
#include "tuners/tuners.h"

/* The first of each kind tells the history of every path, in memory that lasts; later ones have
 * nothing to add. */
enum { lasting_switches = 3 };

static bool is_compared(const struct prove_state *state, const struct setting *setting)
{
	return setting->wish->path && text_in(setting->wish->tuner, &state->tuners);
}

/* What a restore has put back is nobody's any more; what others claim still is theirs. */
static void choose_settings(struct prove_state *state)
{
	struct session *session = &state->outcome->session;

	for (size_t i = 0; i < tuner_count; i++) {
		if (tuner_table[i].shows_on_disk &&
		    plan_asks_for(&session->request, tuner_table[i].name))
			vec_push(session->arena, &state->tuners, tuner_table[i].name);
	}
	state->tuned = (struct plan){.arena = session->plan.arena,
				     .owner = session->plan.owner,
				     .profile_sha256 = session->plan.profile_sha256};
	vec_for_each (setting, &session->plan.settings) {
		struct setting copy = plan_setting(setting->wish);
		bool is_shared = setting->holding && setting->holding->others.count;

		copy.holding = is_shared ? setting->holding : NULL;
		if (is_compared(state, setting) && !setting->wish->is_left_over)
			vec_push(session->arena, &state->tuned.settings, copy);
	}
}

/* Of each tuner that no figure shows, as far as an apply would write something. */
static void list_not_measured(struct prove_state *state)
{
	struct session *session = &state->outcome->session;

	for (size_t i = 0; i < tuner_count; i++) {
		unsigned count = 0;

		vec_for_each (setting, &session->plan.settings)
			count +=
			    text_equal(setting->wish->tuner, tuner_table[i].name) &&
			    !is_compared(state, setting) &&
			    (setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER);
		if (count)
			vec_push(session->arena, &state->prove->not_measured,
				 arena_printf(session->arena, "%s: %u setting%s",
					      tuner_table[i].name, count, count == 1 ? "" : "s"));
	}
}

/* Original ------------------------------------------------------------------------------------ */

static int to_original(struct prove_state *state, struct arena *arena, struct history_pen *history)
{
	struct session *session = &state->outcome->session;
	const struct restore_request request = {.time = state->outcome->started_rfc3339,
						.user = outcome_user(state->outcome),
						.owner = session->options->owner,
						.tuners = state->tuners,
						.history = history};
	struct restore_result restored = {0};
	struct err err = {0};
	int r = restore_run(session->root, arena, &session->facts.live, &request, &restored, &err);

	/* Nothing of ours is in the journal: the node has its original values. */
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return err_set(&session->err, r, "cannot restore: %s", err.text);
	if (restored.unfinished)
		return err_set(&session->err, signals_caught() ? -EINTR : -EIO, "%s",
			       restored.unfinished);
	vec_for_each (setting, &restored.plan.settings) {
		if (setting->state == STATE_FAILED || setting->state == STATE_CONTESTED)
			return err_set(&session->err, -EBUSY, "%s could not be put back%s%s",
				       setting->wish->name, setting->note ? ": " : "",
				       text_or(setting->note, ""));
	}
	return 0;
}

/* Tuned --------------------------------------------------------------------------------------- */

static int to_tuned(struct prove_state *state, struct arena *arena, struct history_pen *history,
		    struct plan *plan)
{
	struct session *session = &state->outcome->session;
	struct apply_result result = {.history = history};

	*plan = state->tuned;
	plan->arena = arena;
	plan->settings = (setting_list){0};
	vec_for_each (setting, &state->tuned.settings)
		vec_push(arena, &plan->settings, *setting);
	look_plan(session->root, arena, &session->facts.live, plan);
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++)
		apply_phase(session->root, arena, &session->facts.live, plan, phase, &result);
	if (result.failed_late || result.no_journal)
		return err_set(&session->err, signals_caught() ? -EINTR : -EIO, "%s",
			       result.failed_late ? result.failed_late : result.no_journal);
	return 0;
}

/* Looks ---------------------------------------------------------------------------------------- */

static const char *wanted_of(const struct prove_state *state, const struct prove_setting *setting)
{
	return state->prove->left == PROVE_TUNED ? setting->tuned : setting->original;
}

int prove_state_hold(const struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	struct arena *arena = arena_new();
	int r = 0;

	vec_for_each (setting, &state->prove->settings) {
		const char *wanted = wanted_of(state, setting);
		const char *have =
		    look_value(session->root, arena, setting->wish->kind, setting->wish->path);

		if (r < 0 || (!wanted && !have) ||
		    (wanted && have && kind_equal(setting->wish->kind, wanted, have)))
			continue;
		r = err_set(&session->err, -EBUSY,
			    "%s was to be %s and is %s: somebody else sets it", setting->wish->name,
			    text_or(wanted, "absent"), text_or(have, "not to be read"));
	}
	arena_free(arena);
	return r;
}

/* What the first apply has changed is what differs. */
static void find_differences(struct prove_state *state, const struct plan *plan,
			     const setting_list *originals)
{
	struct arena *arena = state->outcome->session.arena;

	for (size_t i = 0; i < plan->settings.count; i++) {
		const struct setting *setting = &plan->settings.at[i];
		const struct prove_setting one = {.wish = setting->wish,
						  .original = originals->at[i].have,
						  .tuned = setting->have};

		if (setting->state == STATE_CHANGED)
			vec_push(arena, &state->prove->settings, one);
		if (setting->state == STATE_CHANGED || originals->at[i].state != STATE_DIFFERS)
			continue;
		state->failed++;
		vec_push(arena, &state->prove->not_measured,
			 arena_printf(arena, "%s: %s", setting->wish->name,
				      text_or(setting->note, plan_state_names[setting->state])));
	}
}

/* Switches ------------------------------------------------------------------------------------- */

static int begin_tuned(struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	struct plan plan = state->tuned;
	setting_list originals = {0};
	int r;

	look_plan(session->root, session->arena, &session->facts.live, &plan);
	vec_for_each (setting, &plan.settings)
		vec_push(session->arena, &originals, *setting);
	r = to_tuned(state, session->arena, session->history, &plan);
	find_differences(state, &plan, &originals);
	return r;
}

int prove_state_begin(struct prove_state *state, struct outcome *outcome, struct prove *prove)
{
	int r;

	*state = (struct prove_state){.outcome = outcome, .prove = prove};
	choose_settings(state);
	list_not_measured(state);
	prove->left = PROVE_BETWEEN;
	r = to_original(state, outcome->session.arena, outcome->session.history);
	if (r == 0)
		r = begin_tuned(state);
	if (r == 0)
		prove->left = PROVE_TUNED;
	return r < 0 ? r : prove_state_hold(state);
}

int prove_state_switch(struct prove_state *state, bool is_tuned)
{
	struct session *session = &state->outcome->session;
	bool is_early = state->switches < lasting_switches;
	struct history_pen *history = is_early ? session->history : NULL;
	struct arena *scratch = arena_new(), *arena = is_early ? session->arena : scratch;
	struct plan plan;
	int r;

	if (state->prove->left != (is_tuned ? PROVE_TUNED : PROVE_ORIGINAL)) {
		state->prove->left = PROVE_BETWEEN;
		state->switches++;
		r = is_tuned ? to_tuned(state, arena, history, &plan)
			     : to_original(state, arena, history);
	} else {
		r = 0;
	}
	arena_free(scratch);
	if (r < 0)
		return r;
	state->prove->left = is_tuned ? PROVE_TUNED : PROVE_ORIGINAL;
	return prove_state_hold(state);
}

/* The end -------------------------------------------------------------------------------------- */

/* The one line of the history tells from what to what, whatever was between. */
static void tell_history(struct prove_state *state, setting_list *changes)
{
	struct session *session = &state->outcome->session;

	vec_for_each (setting, &state->prove->settings) {
		struct setting change = {
		    .wish = setting->wish, .before = setting->original, .state = STATE_CHANGED};

		change.have = look_value(session->root, session->arena, setting->wish->kind,
					 setting->wish->path);
		vec_push(session->arena, changes, change);
	}
	history_written(session->history, changes);
}

void prove_state_end(struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	setting_list changes = {0};
	struct plan plan = state->tuned;

	tell_history(state, &changes);
	if (state->prove->left == PROVE_ORIGINAL && changes.count)
		held_write(session->root, session->arena, state->outcome->started_rfc3339,
			   outcome_user(state->outcome), &changes);
	if (state->prove->left != PROVE_TUNED)
		return;
	held_remove(session->root);
	look_plan(session->root, session->arena, &session->facts.live, &plan);
	state->prove->left_note = claims_keep(session->root, session->arena, &plan);
}
