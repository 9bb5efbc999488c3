/* SPDX-License-Identifier: Apache-2.0 */
/* Goes through a plan before a round of watch applies it, and after. */
#include "flow/watch_rules.h"

#include <errno.h>
#include <stdlib.h>

#include "apply/held.h"
#include "base/text.h"
#include "flow/carry_over.h"
#include "flow/suspects.h"
#include "tuners/tuners.h"

#define HELD_UNTIL                                                                                 \
	"left alone until a changed profile, an apply, a run, or `thintune watch --resume`"

static bool is_new_profile(const struct session *session)
{
	const char *before = session->rules->sha256;

	return before && !session->profile_fault && !text_equal(before, session->profile.sha256);
}

/* A person's restore is respected until somebody wants the node tuned again. One that cannot be
 * read may be of any path. */
static names held_paths(struct session *session, bool *ret_is_all)
{
	struct watch_rules *rules = session->rules;
	const char *time, *user;
	names paths = {0};
	int r = held_read(session->root, session->arena, &time, &user, &paths);

	*ret_is_all = false;
	if (err_is_absent(r))
		return paths;
	if ((rules->resumes || is_new_profile(session)) && !session->unsafe) {
		held_remove(session->root);
		return paths;
	}
	*ret_is_all = r < 0;
	rules->held =
	    r < 0 ? "somebody restored the node, and " HELD_FILE " cannot be read or was written "
		    "by another version of thintune: all is " HELD_UNTIL
		  : arena_printf(session->arena, "restored %s by %s: " HELD_UNTIL, time, user);
	return paths;
}

static const char *of_tuner(const struct wish *wish)
{
	const struct tuner *tuner = tuner_find(wish->tuner);

	if (tuner && *tuner->not_by_watch)
		return tuner->not_by_watch;
	if (wish->disruptive)
		return "it may disturb a running broker";
	return wish->phase == PHASE_STRUCTURAL ? "it makes queues or interrupts anew" : NULL;
}

static bool is_off(const struct setting *setting)
{
	return setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER;
}

static void leave_alone(struct arena *arena, struct setting *setting, const char *why)
{
	setting->is_left_alone = true;
	setting->is_unproven = false;
	if (!is_off(setting) && setting->state != STATE_CONTESTED)
		return;
	setting->note = setting->note ? arena_printf(arena, "%s; %s", setting->note, why) : why;
}

static void mark_contested(struct session *session, struct setting *setting,
			   struct contest *contest)
{
	struct arena *arena = session->arena;
	int64_t now = session->rules->now;
	/* A rival that runs, or may run, would go on after each event, and so would watch. */
	bool after_event = session->rules->after_event && suspects_any(&session->facts) == TRI_NO;

	if (!contest_is_rewritten(contest, setting->have, after_event, now))
		contest->is_ours = false;
	else if (contest_found_off(contest, now))
		contest->suspect = suspects_text(arena, &session->facts);
	if (!contest_is_left_alone(contest, now))
		return;
	setting->state = STATE_CONTESTED;
	leave_alone(arena, setting,
		    arena_printf(arena,
				 "somebody rewrote it %d times within an hour, so watch leaves it "
				 "alone for %lld min: %s",
				 CONTEST_REWRITES, (long long)(contest->until - now + 59) / 60,
				 text_or(contest->suspect, "unknown")));
}

/* Containers' CPUs ---------------------------------------------------------------------------- */

/* What is not known has not changed; nothing is placed then. True: not all of what containers have
 * alone is followed yet. */
static bool judge_follow(struct session *session)
{
	struct watch_rules *rules = session->rules;
	const struct kubelet *kubelet = &session->facts.kubelet;
	const struct placement *placement = &session->plan.placement;
	const struct placement_room room =
	    placement_room(session->arena, &session->facts, &session->profile, &session->request);
	const struct follow_look look = {
	    .all = kubelet->exclusive,
	    .exclusive = placement->exclusive,
	    .brokers = cpuset_and(session->arena, &kubelet->brokers, &placement->exclusive),
	    .left = room.left,
	    .wanted = room.wanted,
	};

	if (is_new_profile(session))
		rules->follow->is_known = false;
	if (placement->unknown_exclusive || placement->is_unknown)
		return false;
	rules->again_s = (unsigned)follow_judge(session->arena, rules->follow, &look, rules->now);
	return rules->follow->waits;
}

static int compare_paths(const void *a, const void *b)
{
	const struct setting *const *left = a, *const *right = b;

	return strcmp((*left)->wish->path, (*right)->wish->path);
}

static bool is_for_watch(const struct setting *setting)
{
	return setting->wish->path && !of_tuner(setting->wish);
}

static setting_index index_paths(struct plan *plan)
{
	setting_index index = {0};

	vec_for_each (setting, &plan->settings) {
		if (is_for_watch(setting))
			vec_push(plan->arena, &index, setting);
	}
	if (index.count)
		qsort(index.at, index.count, sizeof(*index.at), compare_paths);
	return index;
}

static struct setting *find_path(const setting_index *index, const struct setting *setting)
{
	struct setting *const *found = index->count ? bsearch(&setting, index->at, index->count,
							      sizeof(*index->at), compare_paths)
						    : NULL;

	return found ? *found : NULL;
}

static bool wants_the_same(const struct setting *one, const struct setting *other)
{
	return one->wish->is_left_over == other->wish->is_left_over &&
	       text_equal(one->want, other->want);
}

/* Behind the others of their tuner. Empties rows. */
static void add_rows(struct plan *plan, setting_list *rows)
{
	setting_list all = {0};

	for (size_t i = 0; i < plan->settings.count; i++) {
		const char *tuner = plan->settings.at[i].wish->tuner;

		vec_push(plan->arena, &all, plan->settings.at[i]);
		if (i + 1 < plan->settings.count &&
		    text_equal(plan->settings.at[i + 1].wish->tuner, tuner))
			continue;
		vec_for_each (row, rows) {
			if (!row->wish || !text_equal(row->wish->tuner, tuner))
				continue;
			vec_push(plan->arena, &all, *row);
			row->wish = NULL;
		}
	}
	vec_for_each (row, rows) {
		if (row->wish)
			vec_push(plan->arena, &all, *row);
	}
	plan->settings = all;
}

/* What the whole plan wants otherwise than that of the session: it is told there where the latter
 * leaves the node as it is, and left as it is where somebody's apply has set it already. False:
 * nothing of it is off. */
static bool tell_not_yet(struct session *session, struct plan *whole)
{
	const char *why =
	    arena_printf(session->arena, "not yet: %s", session->rules->follow->waits);
	const setting_index index = index_paths(&session->plan);
	setting_list more = {0};
	bool is_any = false;

	vec_for_each (setting, &whole->settings) {
		struct setting *then = is_for_watch(setting) ? find_path(&index, setting) : NULL;

		if (!is_for_watch(setting) || (then && wants_the_same(then, setting)))
			continue;
		is_any |= is_off(setting);
		if (is_off(setting) ? then && then->state != STATE_SAME
				    : setting->state != STATE_SAME || !then || !is_off(then))
			continue;
		leave_alone(session->arena, setting, why);
		if (then)
			*then = *setting;
		else
			vec_push(session->arena, &more, *setting);
	}
	add_rows(&session->plan, &more);
	return is_any;
}

/* As long as something waits, the round looks, writes and proves by the plan for what is followed:
 * each value is of that one plan. */
static enum exit_code wait_to_follow(struct session *session)
{
	struct watch_rules *rules = session->rules;
	struct plan whole = session->plan;
	enum exit_code code;

	if (!judge_follow(session))
		return EXIT_MATCH;
	session->exclusive = &rules->follow->followed;
	code = session_plan(session);
	if (code != EXIT_MATCH)
		return code;
	if (!tell_not_yet(session, &whole)) {
		follow_all(rules->follow, &whole.placement.exclusive);
		session->exclusive = session->request.exclusive = NULL;
		session->plan = whole;
		rules->again_s = 0;
	} else if (rules->container_s && session->facts.kubelet.sees_processes) {
		rules->again_s = rules->container_s;
	}
	return EXIT_MATCH;
}

/* Whether anything that depends on the placement was written. */
static bool has_moved(const struct session *session)
{
	vec_for_each (setting, &session->plan.settings) {
		const struct tuner *tuner = tuner_find(setting->wish->tuner);

		if (setting->state == STATE_CHANGED && tuner && tuner->needs_placement)
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------------------------------------- */

enum exit_code watch_rules_mark(struct session *session)
{
	bool is_all;
	const names held = held_paths(session, &is_all);
	enum exit_code code = wait_to_follow(session);

	if (code != EXIT_MATCH)
		return code;
	vec_for_each (setting, &session->plan.settings) {
		const struct wish *wish = setting->wish;
		const char *why = wish->path ? of_tuner(wish) : NULL;
		struct contest *contest;
		bool is_held;

		if (why)
			leave_alone(session->arena, setting,
				    arena_printf(session->arena, "not by watch: %s", why));
		if (!wish->path || setting->is_left_alone)
			continue;
		contest = contest_find(session->rules->contests, wish->path);
		is_held = is_all || text_in(wish->path, &held);
		/* Whoever restores does not rewrite. */
		if (contest && is_held)
			contest->is_ours = false;
		if (session->rules->held && is_held)
			leave_alone(session->arena, setting, session->rules->held);
		else if (contest && is_off(setting))
			mark_contested(session, setting, contest);
	}
	return EXIT_MATCH;
}

unsigned watch_rules_note(struct session *session)
{
	struct watch_rules *rules = session->rules;
	unsigned repaired = 0;

	vec_for_each (setting, &session->plan.settings) {
		bool is_written = setting->state == STATE_CHANGED ||
				  (setting->state == STATE_CONTESTED && setting->before);

		if (!is_written)
			continue;
		repaired += setting->state == STATE_CHANGED;
		contest_repaired(
		    session->arena, rules->contests, setting->wish->path, setting->wish->name,
		    setting->state == STATE_CHANGED ? setting->have : NULL, rules->now);
	}
	contest_tidy(rules->contests, rules->now);
	if (has_moved(session))
		follow_moved(rules->follow, rules->now);
	/* Somebody was faster than the look that follows the writes. */
	vec_for_each (setting, &session->plan.settings) {
		struct contest *contest = setting->state == STATE_CONTESTED && setting->before
					      ? contest_find(rules->contests, setting->wish->path)
					      : NULL;

		if (contest && contest_found_off(contest, rules->now))
			contest->suspect = suspects_text(session->arena, &session->facts);
	}
	return repaired;
}
