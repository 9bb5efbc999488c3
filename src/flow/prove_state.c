/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the node from its original state to the tuned one and back. */
#include "flow/prove_state.h"

#include <errno.h>

#include "apply/apply.h"
#include "apply/claims.h"
#include "apply/held.h"
#include "apply/journal.h"
#include "apply/look.h"
#include "apply/restore.h"
#include "base/text.h"
#include "plan/kind.h"
#include "sys/signals.h"
#include "tuners/tuners.h"

/* The first of each kind tells the history of every path, in memory that lasts; later ones have
 * nothing to add. */
enum { lasting_switches = 3 };

static bool is_compared(const names *tuners, const struct setting *setting)
{
	return setting->wish->path && text_in(setting->wish->tuner, tuners);
}

static names compared_tuners(const struct session *session)
{
	names list = {0};

	for (size_t i = 0; i < tuner_count; i++) {
		if (tuner_table[i].shows_on_disk &&
		    plan_asks_for(&session->request, tuner_table[i].name))
			vec_push(session->arena, &list, tuner_table[i].name);
	}
	return list;
}

static void choose_settings(struct prove_state *state)
{
	struct session *session = &state->outcome->session;

	state->tuners = compared_tuners(session);
	state->tuned = (struct plan){.arena = session->plan.arena,
				     .owner = session->plan.owner,
				     .profile_sha256 = session->plan.profile_sha256};
	vec_for_each (setting, &session->plan.settings) {
		if (is_compared(&state->tuners, setting))
			vec_push(session->arena, &state->tuned.settings,
				 plan_setting(setting->wish));
	}
}

/* The journal --------------------------------------------------------------------------------- */

/* Not on another device that has the name now: a restore forgets what that one's was. */
static bool is_on_its_device(const struct session *session, const struct journal_entry *entry)
{
	struct journal_device device;

	return journal_device(session->root, session->arena, entry, &device) == 0 &&
	       (!entry->device || journal_is_on(entry, &device));
}

/* What a restore leaves alone. */
static bool is_elses(const struct session *session, const struct journal *journal,
		     const struct journal_entry *entry)
{
	const char *have = look_value(session->root, session->arena, entry->kind, entry->path);

	return have && journal->settled && !entry->is_anew && is_on_its_device(session, entry) &&
	       !kind_equal(entry->kind, have, entry->had) && !journal_has_written(entry, have);
}

static const char *obstacle_of(const struct session *session, const struct journal *journal,
			       const struct journal_entry *entry)
{
	const char *first = "so `thintune restore` comes first";

	if (entry->is_lost)
		first = "so `thintune restore` comes first, with --force if its device is not here";
	else if (is_elses(session, journal, entry))
		first = "so `thintune restore --force` comes first: somebody else has changed it "
			"since, and a restore without --force leaves that";
	return arena_printf(session->arena,
			    "the journal has an original value of %s: prove begins from a disk "
			    "that is as it was before thintune, %s",
			    journal_name_of(session->arena, journal, entry), first);
}

/* By its tuner, or by its path, if that has changed its tuner since. */
static bool concerns(const struct session *session, const names *tuners,
		     const struct journal_entry *entry)
{
	bool is_concerned = text_in(entry->tuner, tuners);

	for (size_t i = 0; i < session->plan.settings.count && !is_concerned; i++) {
		const struct setting *setting = &session->plan.settings.at[i];

		is_concerned =
		    is_compared(tuners, setting) && text_equal(setting->wish->path, entry->path);
	}
	return is_concerned;
}

const char *prove_state_obstacle(struct session *session)
{
	const names tuners = compared_tuners(session);
	const struct journal_entry *first = NULL;
	struct journal journal;
	struct err err = {0};
	int r =
	    tuners.count ? journal_read(session->root, session->arena, &journal, &err) : -ENOENT;

	if (r == -ENOENT)
		return NULL;
	if (r < 0)
		return arena_strdup(session->arena, err.text);
	vec_for_each (entry, &journal.entries) {
		if (!concerns(session, &tuners, entry))
			continue;
		if (is_elses(session, &journal, entry))
			return obstacle_of(session, &journal, entry);
		first = first ? first : entry;
	}
	vec_for_each (entry, &journal.lost) {
		if (!first && text_in(entry->tuner, &tuners))
			first = entry;
	}
	if (first)
		return obstacle_of(session, &journal, first);
	if (journal.entries.count && !journal.settled)
		return "an earlier thintune was stopped while it wrote to the node, so `thintune "
		       "restore` comes first";
	return NULL;
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
			    !is_compared(&state->tuners, setting) &&
			    (setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER);
		if (count)
			vec_push(session->arena, &state->prove->not_measured,
				 arena_printf(session->arena, "%s: %u setting%s",
					      tuner_table[i].name, count, count == 1 ? "" : "s"));
	}
}

/* Looks ---------------------------------------------------------------------------------------- */

static bool is_same(enum kind kind, const char *a, const char *b)
{
	return a && b ? kind_equal(kind, a, b) : a == b;
}

/* Proves that the node is in that state, and says so; it is between the two otherwise. */
static int look_for(struct prove_state *state, enum prove_left state_wanted)
{
	struct session *session = &state->outcome->session;
	struct arena *arena = arena_new();
	int r = 0;

	vec_for_each (setting, &state->prove->settings) {
		const struct wish *wish = setting->wish;
		const char *wanted =
		    state_wanted == PROVE_TUNED ? setting->tuned : setting->original;
		const char *have = look_value(session->root, arena, wish->kind, wish->path);

		if (r == 0 && !is_same(wish->kind, wanted, have))
			r = err_set(&session->err, -EBUSY,
				    "%s was to be %s and is %s: somebody else sets it", wish->name,
				    text_or(wanted, "absent"), text_or(have, "not to be read"));
	}
	arena_free(arena);
	state->prove->left = r < 0 ? PROVE_BETWEEN : state_wanted;
	return r;
}

int prove_state_hold(struct prove_state *state)
{
	return look_for(state, state->prove->left);
}

/* Original ------------------------------------------------------------------------------------ */

/* What could not be put back, until a later restore has: it may be nobody's by then, and so be in
 * no later one at all. */
static void note_stuck(struct prove_state *state, const setting_list *settings)
{
	struct arena *arena = state->outcome->session.arena;
	bool is_contested = false;
	names stuck = {0};

	vec_for_each (setting, settings) {
		is_contested |= setting->state == STATE_CONTESTED;
		if (setting->state == STATE_FAILED || setting->state == STATE_CONTESTED)
			vec_push(arena, &stuck,
				 arena_printf(arena, "%s could not be put back%s%s",
					      setting->wish->name, setting->note ? ": " : "",
					      text_or(setting->note, "")));
	}
	vec_for_each (old, &state->stuck) {
		bool is_told = false;

		vec_for_each (setting, settings)
			is_told |= text_starts(*old, arena_printf(arena, "%s could not be put back",
								  setting->wish->name));
		if (is_told)
			continue;
		vec_push(arena, &stuck, *old);
		is_contested |= state->prove->is_contested;
	}
	state->stuck = stuck;
	state->prove->is_contested = is_contested;
}

static int refuse_stuck(const struct prove_state *state)
{
	return err_set(&state->outcome->session.err, -EBUSY, "%s", state->stuck.at[0]);
}

static int to_original(struct prove_state *state, struct arena *arena, struct history_pen *history)
{
	struct session *session = &state->outcome->session;
	const struct restore_request request = {.time = state->outcome->started_rfc3339,
						.user = outcome_user(state->outcome),
						.owner = session->options->owner,
						.tuners = &state->tuners,
						.history = history};
	struct restore_result restored = {0};
	struct err err = {0};
	int r = restore_run(session->root, arena, &session->facts.live, &request, &restored, &err);

	/* Nothing of ours is in the journal. Whoever calls this looks whether the node is so. */
	if (r == -ENOENT && state->is_journalled && look_for(state, PROVE_ORIGINAL) < 0)
		return err_set(
		    &session->err, -EBADMSG,
		    "the journal no longer has what the proof has changed, whose original "
		    "values are in this report");
	if (r < 0 && r != -ENOENT)
		return err_set(&session->err, r, "cannot restore: %s", err.text);
	if (r == 0 && restored.unfinished)
		return err_set(&session->err, signals_caught() ? -EINTR : -EIO, "%s",
			       restored.unfinished);
	if (r == 0) {
		state->is_journalled = false;
		note_stuck(state, &restored.plan.settings);
	}
	state->prove->is_undone = !state->stuck.count;
	return state->stuck.count ? refuse_stuck(state) : 0;
}

/* Tuned --------------------------------------------------------------------------------------- */

static int to_tuned(struct prove_state *state, struct arena *arena, struct history_pen *history,
		    struct plan *plan)
{
	struct session *session = &state->outcome->session;
	struct apply_result result = {.history = history};

	state->prove->is_undone = false;
	*plan = state->tuned;
	plan->arena = arena;
	plan->settings = (setting_list){0};
	vec_for_each (setting, &state->tuned.settings)
		vec_push(arena, &plan->settings, *setting);
	look_plan(session->root, arena, &session->facts.live, plan);
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++)
		apply_phase(session->root, arena, &session->facts.live, plan, phase, &result);
	vec_for_each (setting, &plan->settings)
		state->is_journalled |= setting->state == STATE_CHANGED;
	if (result.failed_late || result.no_journal)
		return err_set(&session->err, signals_caught() ? -EINTR : -EIO, "%s",
			       result.failed_late ? result.failed_late : result.no_journal);
	return 0;
}

/* Differences ---------------------------------------------------------------------------------- */

/* What is not as it was after the first apply is what differs, whoever made it so. */
static void find_differences(struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	struct arena *arena = session->arena;

	for (size_t i = 0; i < state->first.count; i++) {
		struct setting *setting = &state->first.at[i];
		const struct setting *original = &state->originals.at[i];
		const struct wish *wish = setting->wish;
		struct prove_setting one = {.wish = wish, .original = original->have};

		if (!wish->path)
			continue;
		one.tuned = look_value(session->root, arena, wish->kind, wish->path);
		setting->have = one.tuned;
		if (!is_same(wish->kind, one.original, one.tuned)) {
			vec_push(arena, &state->prove->settings, one);
			continue;
		}
		if (original->state != STATE_DIFFERS)
			continue;
		state->failed++;
		vec_push(arena, &state->prove->not_measured,
			 arena_printf(arena, "%s: %s", wish->name,
				      text_or(setting->note, plan_state_names[setting->state])));
	}
}

/* Switches ------------------------------------------------------------------------------------- */

bool prove_state_open(struct prove_state *state, struct outcome *outcome, struct prove *prove)
{
	struct session *session = &outcome->session;
	struct plan plan;
	bool is_any = false;

	*state = (struct prove_state){.outcome = outcome, .prove = prove};
	choose_settings(state);
	list_not_measured(state);
	prove->left = PROVE_ORIGINAL;
	plan = state->tuned;
	look_plan(session->root, session->arena, &session->facts.live, &plan);
	vec_for_each (setting, &plan.settings) {
		vec_push(session->arena, &state->originals, *setting);
		is_any |= apply_is_due(setting);
	}
	return is_any;
}

int prove_state_begin(struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	struct prove *prove = state->prove;
	struct plan plan;
	int r;

	if (!state->originals.count)
		return 0;
	prove->left = PROVE_BETWEEN;
	r = to_tuned(state, session->arena, session->history, &plan);
	state->first = plan.settings;
	find_differences(state);
	if (r < 0)
		return r;
	return look_for(state, prove->settings.count ? PROVE_TUNED : PROVE_ORIGINAL);
}

int prove_state_switch(struct prove_state *state, bool is_tuned)
{
	struct session *session = &state->outcome->session;
	bool is_early = state->switches < lasting_switches;
	struct history_pen *history = is_early ? session->history : NULL;
	struct arena *scratch = arena_new(), *arena = is_early ? session->arena : scratch;
	struct plan plan;
	enum prove_left wanted = is_tuned ? PROVE_TUNED : PROVE_ORIGINAL;
	int r = 0;

	if (state->prove->left != wanted) {
		state->prove->left = PROVE_BETWEEN;
		state->switches++;
		r = is_tuned ? to_tuned(state, arena, history, &plan)
			     : to_original(state, arena, history);
	}
	arena_free(scratch);
	if (r == 0)
		return look_for(state, wanted);
	state->prove->left = PROVE_BETWEEN;
	return r;
}

/* The end -------------------------------------------------------------------------------------- */

/* The one line of the history tells from what to what, whatever was between, and what was tried. */
static void tell_history(struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	setting_list changes = {0};

	for (size_t i = 0; i < state->first.count; i++) {
		const struct setting *first = &state->first.at[i];
		const char *original = state->originals.at[i].have;
		const struct wish *wish = first->wish;
		struct setting change = {.wish = wish,
					 .before = original ? original : first->before,
					 .state = first->state};

		if (!wish->path)
			continue;
		if (!is_same(wish->kind, original, first->have))
			change.state = STATE_CHANGED;
		change.have = look_value(session->root, session->arena, wish->kind, wish->path);
		if (change.state == STATE_CHANGED || first->before)
			vec_push(session->arena, &changes, change);
	}
	history_written(session->history, &changes);
}

/* What is original is to stay so, and what is tuned no longer is. */
static void hold_off_watch(struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	names added = {0}, removed = {0};

	vec_for_each (setting, &state->prove->settings) {
		const struct wish *wish = setting->wish;
		const char *have =
		    look_value(session->root, session->arena, wish->kind, wish->path);

		if (is_same(wish->kind, have, setting->original))
			vec_push(session->arena, &added, wish->path);
		else if (is_same(wish->kind, have, setting->tuned))
			vec_push(session->arena, &removed, wish->path);
	}
	held_change(session->root, session->arena, state->outcome->started_rfc3339,
		    outcome_user(state->outcome), &added, &removed);
}

void prove_state_end(struct prove_state *state)
{
	struct session *session = &state->outcome->session;
	struct plan plan = state->tuned;

	tell_history(state);
	hold_off_watch(state);
	if (state->prove->left != PROVE_TUNED)
		return;
	look_plan(session->root, session->arena, &session->facts.live, &plan);
	state->prove->left_note = claims_keep(session->root, session->arena, &plan);
}
