/* SPDX-License-Identifier: Apache-2.0 */
/* Goes through a plan before a round of watch applies it, and after. */
#include "flow/watch_rules.h"

#include <errno.h>

#include "apply/held.h"
#include "apply/look.h"
#include "base/text.h"
#include "flow/carry_over.h"
#include "flow/suspects.h"
#include "tuners/tuners.h"

#define HELD_UNTIL                                                                                 \
	"left alone until a changed profile, an apply, a run, or `thintune watch --resume`"

/* A person's restore is respected until somebody wants the node tuned again. One that cannot be
 * read may be of any path. */
static names held_paths(struct session *session, bool *ret_is_all)
{
	struct watch_rules *rules = session->rules;
	const char *time, *user;
	names paths = {0};
	bool is_new = rules->sha256 && !session->profile_fault &&
		      !text_equal(rules->sha256, session->profile.sha256);
	int r = held_read(session->root, session->arena, &time, &user, &paths);

	*ret_is_all = false;
	if (r == -ENOENT || r == -ENOTDIR)
		return paths;
	if ((rules->resumes || is_new) && !session->unsafe) {
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

static void leave_alone(struct arena *arena, struct setting *setting, const char *why)
{
	setting->is_left_alone = true;
	setting->is_unproven = false;
	if (setting->state != STATE_DIFFERS && setting->state != STATE_LEFT_OVER &&
	    setting->state != STATE_CONTESTED)
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

/* True: not all of what containers have alone is followed yet. */
static bool judge_follow(struct session *session)
{
	struct watch_rules *rules = session->rules;
	const struct kubelet *kubelet = &session->facts.kubelet;
	const struct placement *placement = &session->plan.placement;
	const struct placement_room room =
	    placement_room(session->arena, &session->facts, &session->profile, &session->request);
	const struct follow_look look = {
	    .exclusive = placement->exclusive,
	    .brokers = cpuset_and(session->arena, &kubelet->brokers, &placement->exclusive),
	    .left = room.left,
	    .wanted = room.wanted,
	};

	/* What is not known has not changed; nothing is placed then. */
	if (placement->unknown_exclusive)
		return false;
	rules->again_s = (unsigned)follow_judge(session->arena, rules->follow, &look, rules->now);
	if (rules->follow->waits && rules->after_container && kubelet->sees_processes)
		rules->again_s = 1;
	return rules->follow->waits;
}

/* Settings that are only off because of what is not followed yet are right, or are not there, in a
 * plan for what is. Others, such as a vector that a driver has reset, are written as ever. */
static void wait_to_follow(struct session *session)
{
	struct plan_request request = session->request;
	struct plan followed;
	setting_index index;

	if (!judge_follow(session))
		return;
	request.exclusive = &session->rules->follow->followed;
	if (build_plan(session->arena, &session->facts, &session->profile, &request, &followed,
		       NULL) < 0)
		return;
	look_plan(session->root, session->arena, &session->facts.live, &followed);
	index = carry_over_index(&followed);
	vec_for_each (setting, &session->plan.settings) {
		const struct setting *then = carry_over_find(&index, setting);

		if ((setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER) &&
		    setting->wish->path && !of_tuner(setting->wish) &&
		    (!then || then->state == STATE_SAME))
			leave_alone(session->arena, setting,
				    arena_printf(session->arena, "not yet: %s",
						 session->rules->follow->waits));
	}
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

void watch_rules_mark(struct session *session)
{
	bool is_all;
	const names held = held_paths(session, &is_all);

	wait_to_follow(session);

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
		else if (contest &&
			 (setting->state == STATE_DIFFERS || setting->state == STATE_LEFT_OVER))
			mark_contested(session, setting, contest);
	}
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
