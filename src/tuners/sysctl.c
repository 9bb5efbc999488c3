/* SPDX-License-Identifier: Apache-2.0 */
/* Tuner of the kernel parameters below /proc/sys. */
#include "base/sysctl_key.h"
#include "base/text.h"
#include "plan/counterparts.h"
#include "plan/needs.h"
#include "tuners/sysctl_auto.h"
#include "tuners/tuners.h"
#include "tuners/wish.h"

struct rpk_switch {
	const char *pattern, *key;
};

static const struct rpk_switch rpk_switches[] = {
    {.pattern = "fs.aio-max-nr", .key = "tune_aio_events"},
    {.pattern = "vm.swappiness", .key = "tune_swappiness"},
    {.pattern = "net.*", .key = "tune_network"},
};

/* A key of the other network namespace is reported and never written. */
static void choose_namespace(const struct tuning *tuning, const char *key, struct wish *wish)
{
	bool node_only = needs_initial_netns(key);

	if (node_only && tuning->request->netns != NETNS_BROKER)
		wish->needs |= NEED_INITIAL_NETNS;
	if (!text_starts(key, "net."))
		return;
	if (node_only)
		wish_of_host_netns(tuning, wish);
	else
		wish_of_broker_netns(tuning, wish);
}

static void add_rights(struct wish *wish)
{
	const char *set_by = NULL;

	if (wish->path)
		wish->needs |= needs_of(wish->path, &set_by);
	if (set_by)
		wish_decide(wish, STATE_SKIPPED, set_by);
}

/* Only the node's own network namespace may choose an algorithm that is not allowed to all
 * (net/ipv4/tcp_cong.c, tcp_set_default_congestion_control()): EPERM, whatever the rights are. */
static void choose_among_allowed(const struct tuning *tuning, struct wish *wish)
{
	if (!text_equal(wish->name, "net.ipv4.tcp_congestion_control") || wish->kind != KIND_TEXT ||
	    tuning->facts->live.initial_netns != TRI_NO)
		return;
	wish->kind = KIND_WORD_OF;
	wish->offered_path = "/proc/sys/net/ipv4/tcp_allowed_congestion_control";
	wish->offered_by = "net.ipv4.tcp_allowed_congestion_control, which only the node's own "
			   "network namespace can change,";
}

bool sysctl_wish(const struct tuning *tuning, const struct profile_entry *entry, struct wish *ret)
{
	struct wish wish = {
	    .name = entry->key,
	    .path = arena_printf(tuning->plan->arena, "/proc/sys/%s",
				 sysctl_key_file(tuning->plan->arena, entry->key)),
	    .phase = PHASE_VALUES,
	};

	if (!wish_take(&wish, &entry->value, NULL))
		return false;
	if (!sysctl_auto(tuning, &entry->value, &wish)) {
		wish.kind = KIND_MANUAL;
		wish.path = NULL;
		wish_decide(&wish, STATE_UNSUPPORTED,
			    text_or(wish.decided.note, "there is no formula for it"));
	} else {
		bool bounded = wish.rule == RULE_AT_LEAST || wish.rule == RULE_AT_MOST;

		wish.kind = bounded ? KIND_NUMBERS : KIND_TEXT;
	}
	add_rights(&wish);
	for (size_t i = 0; i < sizeof(rpk_switches) / sizeof(rpk_switches[0]); i++) {
		if (text_glob(rpk_switches[i].pattern, entry->key))
			wish.rpk_key = rpk_switches[i].key;
	}
	choose_namespace(tuning, entry->key, &wish);
	choose_among_allowed(tuning, &wish);
	if (wish.path)
		wish.carries = counterparts_of(tuning->plan->arena, wish.path);
	*ret = wish;
	return true;
}

/* Counterparts --------------------------------------------------------------------------------- */

static bool is_zero(const struct wish *wish)
{
	return wish->rule == RULE_EXACT && text_equal(wish->operands.at[0], "0");
}

static bool is_decided(const struct wish *wish)
{
	return !wish->path || wish->decided.state != STATE_PENDING;
}

/* The kernel keeps one of the two: the later one, as `sysctl -p` leaves it. */
static void relate_rivals(struct arena *arena, struct wish *first, struct wish *second)
{
	if (is_zero(first) && !is_zero(second))
		vec_push(arena, &first->after, second->path);
	else if (is_zero(second))
		vec_push(arena, &second->after, first->path);
	else
		wish_decide(first, STATE_SKIPPED,
			    arena_printf(arena,
					 "%s of %s takes its place: the kernel keeps one of the "
					 "two and makes the other 0",
					 second->name, second->source));
}

static void relate_aliases(struct arena *arena, struct wish *first, struct wish *second)
{
	bool is_contrary = first->rule == RULE_EXACT && second->rule == RULE_EXACT &&
			   !text_equal(first->operands.at[0], second->operands.at[0]);

	if (is_contrary)
		wish_decide(first, STATE_SKIPPED,
			    arena_printf(arena, "it is the same as %s, which %s wants to be %s",
					 second->name, second->source, second->operands.at[0]));
	else
		vec_push(arena, &second->after, first->path);
}

/* What another write changes comes after it. */
static void relate(struct arena *arena, struct wish *wish, struct wish *other)
{
	vec_for_each (pattern, &wish->carries) {
		if (!counterparts_match(*pattern, other->path))
			continue;
		vec_push(arena, &other->after, wish->path);
		return;
	}
}

struct stated {
	struct wish wish;
	size_t at;
	const char *rival, *alias; /* plan/counterparts.h */
};

static void relate_two(struct arena *arena, struct stated *one, struct stated *other)
{
	const char *path = other->wish.path;

	if (is_decided(&one->wish) || is_decided(&other->wish))
		return;
	if (text_equal(one->rival, path)) {
		if (one->at < other->at)
			relate_rivals(arena, &one->wish, &other->wish);
	} else if (text_equal(one->alias, path)) {
		if (one->at < other->at)
			relate_aliases(arena, &one->wish, &other->wish);
	} else if (!text_in(path, &one->wish.after)) {
		/* Of two that change each other the order is found once. */
		relate(arena, &one->wish, &other->wish);
	}
}

void tune_sysctl(const struct tuning *tuning)
{
	struct arena *arena = tuning->plan->arena;
	VEC(struct stated) all = {0};

	vec_for_each (entry, &tuning->profile->entries) {
		struct stated stated = {.at = entry->stated};

		if (!text_equal(entry->section, "sysctl") ||
		    !sysctl_wish(tuning, entry, &stated.wish))
			continue;
		if (!is_decided(&stated.wish)) {
			stated.rival = counterparts_rival(stated.wish.path);
			stated.alias = counterparts_alias(stated.wish.path);
		}
		vec_push(arena, &all, stated);
	}
	vec_for_each (one, &all) {
		vec_for_each (other, &all) {
			if (one != other)
				relate_two(arena, one, other);
		}
	}
	vec_for_each (stated, &all)
		wish_add(tuning, stated->wish);
}
