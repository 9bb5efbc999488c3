/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of owners: read for a plan, weighed against each other, entered and given up. */
#include "apply/claims.h"

#include <errno.h>

#include "apply/owner.h"
#include "base/text.h"
#include "plan/counterparts.h"
#include "plan/kind.h"

static const char *owner_of(const struct plan *plan)
{
	return plan->owner ? plan->owner : OWNER_DEFAULT;
}

static struct claim *find_claim(const struct journal_entry *entry, const char *owner)
{
	vec_for_each (claim, &entry->claims) {
		if (text_equal(claim->owner, owner))
			return claim;
	}
	return NULL;
}

/* For the plan -------------------------------------------------------------------------------- */

/* What claims of another path mean for this one: its other name has the same value, and of a pair
 * the kernel keeps one, so that whoever wants the other wants this one to be 0. */
static void add_implied(struct arena *arena, const struct journal *journal, const char *path,
			bool is_rival, const char *owner, claim_list *others)
{
	const struct journal_entry *entry = path ? journal_find(journal, path) : NULL;

	if (!entry || entry->is_left)
		return;
	vec_for_each (claim, &entry->claims) {
		struct claim implied = *claim;

		if (text_equal(claim->owner, owner) ||
		    (is_rival && text_equal(claim->operands.at[0], "0")))
			continue;
		if (is_rival) {
			implied.rule = RULE_EXACT;
			implied.operands = (names){0};
			vec_push(arena, &implied.operands, "0");
		}
		vec_push(arena, others, implied);
	}
}

static struct holding make_holding(struct arena *arena, const struct journal *journal,
				   const struct journal_entry *entry, const char *owner)
{
	struct holding holding = {
	    .tuner = entry->tuner,
	    .setting = entry->setting,
	    .path = entry->path,
	    .reset_by = entry->reset_by,
	    .kind = entry->kind,
	    .had = entry->had,
	    .ours = entry->ours,
	    .is_settled = journal->settled,
	    .is_refused = entry->is_managed,
	    .is_anew = entry->is_anew,
	    .is_here = entry->is_here,
	};

	vec_for_each (claim, &entry->claims) {
		if (text_equal(claim->owner, owner))
			holding.is_claimed = true;
		else
			vec_push(arena, &holding.others, *claim);
	}
	if (text_starts(entry->path, "/proc/sys/")) {
		add_implied(arena, journal, counterparts_rival(entry->path), true, owner,
			    &holding.others);
		add_implied(arena, journal, counterparts_alias(entry->path), false, owner,
			    &holding.others);
	}
	if (holding.is_refused)
		holding.setting = NULL;
	return holding;
}

holding_list claims_holdings(struct root *root, struct arena *arena, const char *owner,
			     struct err *err)
{
	holding_list list = {0};
	struct journal journal;

	if (journal_read(root, arena, &journal, err) < 0)
		return list;
	vec_for_each (entry, &journal.entries) {
		struct holding holding = make_holding(arena, &journal, entry, owner);

		if ((holding.is_claimed || holding.others.count) &&
		    !journal_is_outdated(root, arena, entry))
			vec_push(arena, &list, holding);
	}
	return list;
}

/* Weighing ------------------------------------------------------------------------------------ */

/* *ret_nearest: what the rule makes of the value; of AT_LEAST and AT_MOST one that meets it. Left
 * as it was for a value that the rule makes nothing of. */
static bool meets(struct arena *arena, enum kind kind, const struct claim *claim, const char *value,
		  const char **ret_nearest)
{
	const struct wish wish = {.kind = kind, .rule = claim->rule, .operands = claim->operands};
	struct setting setting = {.wish = &wish, .have = value};
	const names offered = {0};
	bool same = false;

	if (kind_resolve(arena, &setting, &offered, &same) < 0)
		return false;
	*ret_nearest = setting.want;
	return same;
}

static bool is_bound(const struct claim *claim)
{
	return claim->rule == RULE_AT_LEAST || claim->rule == RULE_AT_MOST;
}

static const struct claim *first_unmet(struct arena *arena, enum kind kind,
				       const claim_list *claims, const char *value)
{
	const char *nearest;

	vec_for_each (claim, claims) {
		if (!meets(arena, kind, claim, value, &nearest))
			return claim;
	}
	return NULL;
}

/* The value that is nearest to this one and meets them all; NULL: none. */
static const char *value_for_all(struct arena *arena, enum kind kind, const claim_list *claims,
				 const char *value)
{
	names candidates = {0};

	vec_for_each (claim, claims) {
		if (is_bound(claim))
			(void)meets(arena, kind, claim, value, &value);
	}
	vec_push(arena, &candidates, value);
	vec_for_each (claim, claims) {
		if (is_bound(claim))
			continue;
		vec_for_each (operand, &claim->operands)
			vec_push(arena, &candidates, *operand);
	}
	vec_for_each (candidate, &candidates) {
		if (!first_unmet(arena, kind, claims, *candidate))
			return *candidate;
	}
	return NULL;
}

/* The first member that the node offers is the only one that FIRST_OF wants here. */
static struct claim own_claim(struct arena *arena, const struct setting *setting)
{
	const struct wish *wish = setting->wish;
	struct claim claim = {.rule = wish->rule};

	if (wish->rule == RULE_FIRST_OF) {
		claim.rule = RULE_EXACT;
		vec_push(arena, &claim.operands, setting->want);
		return claim;
	}
	vec_for_each (operand, &wish->operands) {
		const char *canonical = kind_canonical(arena, wish->kind, *operand);

		vec_push(arena, &claim.operands, canonical ? canonical : *operand);
	}
	return claim;
}

/* NULL: no value suits all. */
static const char *value_for_owners(struct arena *arena, const struct setting *setting,
				    const claim_list *others, const char *value)
{
	claim_list all = {0};

	vec_push(arena, &all, own_claim(arena, setting));
	vec_for_each (claim, others)
		vec_push(arena, &all, *claim);
	return value_for_all(arena, setting->wish->kind, &all, value);
}

/* Apply would write it, if only to try. */
static bool may_be_written(const struct setting *setting)
{
	return setting->state == STATE_DIFFERS ||
	       (setting->state == STATE_MANAGED && setting->is_unproven);
}

void claims_weigh(struct arena *arena, struct setting *setting)
{
	const struct holding *holding = setting->holding;
	const char *owner, *value;

	if (!holding || !holding->others.count || setting->wish->is_left_over ||
	    !may_be_written(setting) || !setting->want)
		return;
	value = value_for_owners(arena, setting, &holding->others, setting->want);
	if (value) {
		setting->want = value;
		if (!kind_equal(setting->wish->kind, setting->have, value))
			return;
		setting->is_unproven = false;
		/* The original would be wider, but for the other owner (apply/look.c, resolve). */
		if (setting->state == STATE_DIFFERS) {
			setting->state = STATE_SAME;
			setting->lacks_right = false;
			setting->note = NULL;
		}
		return;
	}
	/* What the kernel refused to the other owner it would refuse here, too. */
	setting->is_unproven = false;
	if (setting->state == STATE_MANAGED && holding->is_refused)
		return;
	setting->is_managed = false;
	setting->effective = NULL;
	owner = first_unmet(arena, setting->wish->kind, &holding->others, setting->want)->owner;
	setting->state = STATE_CONTESTED;
	setting->is_overruled = true;
	setting->lacks_right = false;
	setting->note =
	    arena_printf(arena, "wanted by %s, whose claim ends with `thintune restore --owner %s`",
			 owner, owner);
}

/* Entering and giving up ---------------------------------------------------------------------- */

static bool is_equal(const struct claim *a, const struct claim *b)
{
	if (a->rule != b->rule || a->operands.count != b->operands.count ||
	    !text_equal(a->profile_sha256, b->profile_sha256))
		return false;
	for (size_t i = 0; i < a->operands.count; i++) {
		if (!text_equal(a->operands.at[i], b->operands.at[i]))
			return false;
	}
	return true;
}

/* True: that changed the entry. */
static bool enter(struct arena *arena, const struct plan *plan, const struct setting *setting,
		  struct journal_entry *entry)
{
	struct claim made = own_claim(arena, setting), *found;
	claim_list list = {0};

	made.owner = owner_of(plan);
	made.profile_sha256 = plan->profile_sha256;
	found = find_claim(entry, made.owner);
	if (found && is_equal(found, &made))
		return false;
	/* The old list may be in a copy of the entry. */
	vec_for_each (claim, &entry->claims) {
		if (claim != found)
			vec_push(arena, &list, *claim);
	}
	vec_push(arena, &list, made);
	entry->claims = list;
	return true;
}

void claims_enter(struct arena *arena, const struct plan *plan, const struct setting *setting,
		  struct journal_entry *entry)
{
	(void)enter(arena, plan, setting, entry);
}

bool claims_drop(struct journal_entry *entry, const char *owner)
{
	claim_list *claims = &entry->claims;
	size_t kept = 0;
	bool dropped;

	for (size_t i = 0; i < claims->count; i++) {
		if (!text_equal(claims->at[i].owner, owner))
			claims->at[kept++] = claims->at[i];
	}
	dropped = kept < claims->count;
	claims->count = kept;
	return dropped;
}

void claims_select_siblings(struct journal *journal)
{
	vec_for_each (entry, &journal->entries) {
		const struct journal_entry *trigger =
		    entry->reset_by ? journal_find(journal, entry->reset_by) : NULL;

		if (!entry->setting && !entry->claims.count && trigger && !trigger->is_spared)
			entry->is_spared = false;
	}
}

static const struct claim *selected(const struct journal_entry *entry, const char *owner,
				    const names *tuners)
{
	return tuners && !text_in(entry->tuner, tuners) ? NULL : find_claim(entry, owner);
}

bool claims_select(struct journal *journal, const char *owner, const names *tuners)
{
	bool has_any = false;

	vec_for_each (entry, &journal->entries) {
		const struct claim *claim = selected(entry, owner, tuners);

		entry->is_spared =
		    !claim || (entry->claims.count > 1 && !entry->is_left) || !entry->setting;
		if (claim && entry->is_spared)
			(void)claims_drop(entry, owner);
		has_any |= claim != NULL;
	}
	vec_for_each (entry, &journal->lost) {
		entry->is_spared = !selected(entry, owner, tuners);
		has_any |= !entry->is_spared;
	}
	claims_select_siblings(journal);
	return has_any;
}

/* Of one setting that has been applied, or could not be. */
static bool keep_one(struct arena *arena, const struct plan *plan, const struct setting *setting,
		     struct journal_entry *entry)
{
	claim_list others = {0};

	if (setting->wish->is_left_over) {
		/* Somebody else set it meanwhile: it is theirs, as after a restore. */
		if (setting->state != STATE_CONTESTED)
			return false;
		entry->is_left = true;
		return true;
	}
	vec_for_each (claim, &entry->claims) {
		if (!text_equal(claim->owner, owner_of(plan)))
			vec_push(arena, &others, *claim);
	}
	if (setting->is_overruled)
		return claims_drop(entry, owner_of(plan));
	/* Right by chance: it is of another network namespace, or switched off. */
	if (setting->wish->decided.state == STATE_SKIPPED)
		return false;
	if ((setting->state != STATE_SAME && setting->state != STATE_CHANGED) || !setting->have ||
	    !value_for_owners(arena, setting, &others, setting->have))
		return false;
	return enter(arena, plan, setting, entry);
}

/* What somebody else has set, and is as this plan wants it, is no earlier owner's to restore. */
static bool give_away(const struct setting *setting, struct journal_entry *entry)
{
	bool is_wanted = setting->state == STATE_SAME && !setting->wish->is_left_over;
	bool is_changed = is_wanted && entry->claims.count;

	if (is_wanted)
		entry->claims = (claim_list){0};
	return is_changed;
}

const char *claims_keep(struct root *root, struct arena *arena, const struct plan *plan)
{
	struct journal journal;
	struct err err = {0};
	bool is_changed = false;

	if (journal_read(root, arena, &journal, NULL) < 0)
		return NULL;
	vec_for_each (setting, &plan->settings) {
		struct journal_entry *entry =
		    setting->wish->path ? journal_find(&journal, setting->wish->path) : NULL;

		if (entry && entry->is_left)
			is_changed |= give_away(setting, entry);
		else if (entry && !journal_is_outdated(root, arena, entry))
			is_changed |= keep_one(arena, plan, setting, entry);
	}
	vec_for_each (path, &plan->unclaimed) {
		struct journal_entry *entry = journal_find(&journal, *path);

		if (entry)
			is_changed |= claims_drop(entry, owner_of(plan));
	}
	if (!is_changed || journal_write(root, arena, &journal, &err) == 0)
		return NULL;
	return arena_printf(arena, "it is not noted what %s wants of this node: %s", owner_of(plan),
			    err.text);
}
