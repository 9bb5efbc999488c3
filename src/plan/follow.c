/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when interrupts follow the CPUs that containers have alone. */
#include "plan/follow.h"

enum { hour = 3600 };

static void drop_old(struct follow *follow, int64_t now)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < follow->count; i++) {
		if (now - follow->moves[i] < hour)
			follow->moves[kept++] = follow->moves[i];
	}
	follow->count = kept;
}

/* CPUs that come back to interrupts are none too few. */
static struct cpuset target_of(struct arena *arena, struct follow *follow,
			       const struct follow_look *look)
{
	struct cpuset grown = cpuset_minus(arena, &look->exclusive, &follow->followed);

	if (!cpuset_weight(&grown) || look->left >= look->wanted)
		return look->exclusive;
	follow->waits = arena_printf(arena,
				     "containers have CPUs %s alone by now, and without these "
				     "%u would be left for interrupts, which are fewer than the %u "
				     "that `auto` would use",
				     cpuset_list(arena, &grown), look->left, look->wanted);
	return cpuset_and(arena, &follow->followed, &look->exclusive);
}

void follow_came(struct follow_comers *comers, int64_t now)
{
	if (!follow_again(comers, now))
		comers->first = now;
	comers->is_any = true;
	comers->last = now;
}

/* While they come without a rest, a look a second would be one for ever. */
unsigned follow_again(const struct follow_comers *comers, int64_t now)
{
	if (!comers->is_any || now - comers->last >= FOLLOW_STARTS)
		return 0;
	return now - comers->first < FOLLOW_STARTS ? 1 : 4;
}

int64_t follow_judge(struct arena *arena, struct follow *follow, const struct follow_look *look,
		     int64_t now)
{
	struct cpuset target;
	int64_t lasted;

	follow->is_judged = true;
	follow->is_moving = false;
	follow->waits = NULL;
	if (!follow->is_known)
		follow->followed = look->exclusive;
	if (!follow->is_known || !cpuset_equal(&follow->seen, &look->all)) {
		follow->seen = look->all;
		follow->since = now;
	}
	follow->is_known = true;
	drop_old(follow, now);
	follow->followed = cpuset_or(arena, &follow->followed, &look->brokers);
	if (cpuset_equal(&follow->followed, &look->exclusive))
		return 0;
	lasted = now - follow->since;
	if (lasted < FOLLOW_STABLE) {
		follow->waits =
		    arena_printf(arena,
				 "the CPUs that containers have alone have been the same for %lld "
				 "s, and are followed after %d s",
				 (long long)lasted, FOLLOW_STABLE);
		return FOLLOW_STABLE - lasted;
	}
	if (follow->count == FOLLOW_MOVES) {
		follow->waits =
		    arena_printf(arena,
				 "interrupts have followed the CPUs that containers have "
				 "alone %d times within an hour",
				 FOLLOW_MOVES);
		return 0;
	}
	target = target_of(arena, follow, look);
	follow->is_moving = !cpuset_equal(&target, &follow->followed);
	follow->followed = target;
	return 0;
}

void follow_all(struct follow *follow, const struct cpuset *exclusive)
{
	follow->followed = *exclusive;
	follow->is_moving = false;
	follow->waits = NULL;
}

void follow_moved(struct follow *follow, int64_t now)
{
	if (follow->is_moving && follow->count < FOLLOW_MOVES)
		follow->moves[follow->count++] = now;
}
