/* SPDX-License-Identifier: Apache-2.0 */
/* Merges the layers of a profile, lowest first, and sorts the result. */
#include "profile/merge.h"

#include <stdlib.h>

#include "base/text.h"
#include "profile/schema.h"

/* Where the statements being merged come from. */
struct origin {
	struct arena *arena;
	const struct layer *layer;
	unsigned number;
	const struct overlay *overlay; /* NULL: the profile's main part */
	names *mistakes;               /* NULL: the first one ends it */
	struct err *err;
};

static bool equal_names(const names *a, const names *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!text_equal(a->at[i], b->at[i]))
			return false;
	return true;
}

bool merge_is_for_all(const struct entry *entry)
{
	return entry->disk_models.count == 0 && entry->disk_drivers.count == 0;
}

static bool is_same_key(const struct entry *a, const struct entry *b)
{
	return text_equal(a->section, b->section) && text_equal(a->key, b->key);
}

static const char *source_text(const struct origin *origin, unsigned line)
{
	if (!origin->overlay)
		return arena_printf(origin->arena, "%s:%u", origin->layer->name, line);
	return arena_printf(origin->arena, "%s:%u (overlay %s)", origin->layer->name, line,
			    origin->overlay->when.text);
}

/* The entry that a statement creates or changes, without a value. */
static struct entry entry_of(const struct origin *origin, const struct statement *statement)
{
	struct entry entry = {.section = statement->row->section, .key = statement->key};

	if (origin->overlay && text_equal(entry.section, "disk")) {
		entry.disk_models = origin->overlay->when.disk_models;
		entry.disk_drivers = origin->overlay->when.disk_drivers;
	}
	return entry;
}

/* The entry for exactly the same disks, and the one for all disks; either may be NULL. */
static void find(const merged_entries *all, const struct entry *entry,
		 struct merged_entry **ret_same, struct merged_entry **ret_general)
{
	*ret_same = NULL;
	*ret_general = NULL;
	vec_for_each (candidate, all) {
		if (!is_same_key(&candidate->entry, entry))
			continue;
		if (merge_is_for_all(&candidate->entry))
			*ret_general = candidate;
		if (equal_names(&candidate->entry.disk_models, &entry->disk_models) &&
		    equal_names(&candidate->entry.disk_drivers, &entry->disk_drivers))
			*ret_same = candidate;
	}
}

static void change_severity(const struct origin *origin, const struct statement *statement,
			    struct value *value)
{
	const struct stated *stated = &statement->stated;

	if (stated->value.why)
		value->why = stated->value.why;
	if (!stated->has_severity)
		return;
	value->severity = stated->value.severity;
	value->source = arena_printf(origin->arena, "%s, severity %s", value->source,
				     source_text(origin, statement->line));
}

/* {severity: required} or {why: ...} alone. */
static int merge_severity(const struct origin *origin, const struct statement *statement,
			  merged_entries *all)
{
	struct entry entry = entry_of(origin, statement);
	struct merged_entry *same, *general;

	find(all, &entry, &same, &general);
	if (!same)
		return yaml_fault(origin->err, statement->stated.node,
				  "'%s' has no value yet%s, so severity and why cannot change",
				  statement->key, general ? " for just these disks" : "");
	vec_for_each (item, all) {
		bool is_meant =
		    merge_is_for_all(&entry) ? is_same_key(&item->entry, &entry) : item == same;

		if (is_meant)
			change_severity(origin, statement, &item->entry.value);
	}
	return 0;
}

static void drop(merged_entries *all, struct merged_entry *item)
{
	size_t after = (size_t)(all->at + all->count - (item + 1));

	memmove(item, item + 1, after * sizeof(*item));
	all->count--;
}

static void drop_narrower(merged_entries *all, const struct entry *entry, unsigned number)
{
	size_t kept = 0;

	vec_for_each (item, all) {
		bool is_older = is_same_key(&item->entry, entry) &&
				!merge_is_for_all(&item->entry) && item->layer < number;

		if (!is_older)
			all->at[kept++] = *item;
	}
	all->count = kept;
}

static int merge_value(const struct origin *origin, const struct statement *statement,
		       merged_entries *all)
{
	struct merged_entry new = {.entry = entry_of(origin, statement), .layer = origin->number};
	struct merged_entry *same, *general, *before;
	struct value *value = &new.entry.value;

	*value = statement->stated.value;
	value->source = source_text(origin, statement->line);
	find(all, &new.entry, &same, &general);
	before = same ? same : general;
	if (before && value_contradicts(&before->entry.value, value))
		return yaml_fault(origin->err, statement->stated.node,
				  "'%s': contradicts the %s of %s", statement->key,
				  value->rule == RULE_AT_MOST ? "at-least" : "at-most",
				  before->entry.value.source);
	if (!statement->stated.has_severity)
		value->severity = before ? before->entry.value.severity : statement->row->severity;
	/* At the end, even if it replaces one: of the values for single disks the last one counts.
	 */
	if (same)
		drop(all, same);
	vec_push(origin->arena, all, new);
	if (merge_is_for_all(&new.entry))
		drop_narrower(all, &new.entry, origin->number);
	return 0;
}

static int merge_statements(const struct origin *origin, const statements *states,
			    merged_entries *all)
{
	vec_for_each (statement, states) {
		int r = statement->stated.has_rule ? merge_value(origin, statement, all)
						   : merge_severity(origin, statement, all);

		if (r < 0 && !layer_goes_on(origin->arena, origin->err, origin->mistakes))
			return r;
	}
	return 0;
}

static bool is_applied(const struct origin *origin, const struct facts *facts,
		       struct profile *profile)
{
	const struct when *when = &origin->overlay->when;
	struct when_decision decision;

	if (!facts)
		return false;
	decision = when_decide(origin->arena, when, facts);
	vec_push(origin->arena, &profile->overlays,
		 ((struct overlay_result){.profile = origin->layer->name,
					  .line = origin->overlay->line,
					  .when = when->text,
					  .is_applied = decision.holds,
					  .fact = decision.fact,
					  .value = decision.value}));
	return decision.holds;
}

int merge_layer(struct arena *arena, const struct layer *layer, unsigned number,
		const struct facts *facts, names *mistakes, merged_entries *all,
		struct profile *profile, struct err *err)
{
	struct origin origin = {
	    .arena = arena, .layer = layer, .number = number, .mistakes = mistakes, .err = err};
	int r = merge_statements(&origin, &layer->states, all);

	for (size_t i = 0; r == 0 && i < layer->overlays.count; i++) {
		merged_entries scratch = {0};

		origin.overlay = &layer->overlays.at[i];
		if (is_applied(&origin, facts, profile)) {
			r = merge_statements(&origin, &origin.overlay->states, all);
			continue;
		}
		vec_for_each (item, all)
			vec_push(arena, &scratch, *item);
		r = merge_statements(&origin, &origin.overlay->states, &scratch);
	}
	return r;
}

/* Order --------------------------------------------------------------------------------------- */

static size_t section_rank(const char *section)
{
	size_t rank = 0;

	while (rank < SCHEMA_SECTIONS && !text_equal(schema_sections[rank], section))
		rank++;
	return rank;
}

struct ranked {
	const struct entry *entry;
	size_t order;
};

static int compare_entries(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;
	size_t rank_left = section_rank(left->entry->section);
	size_t rank_right = section_rank(right->entry->section);
	int order;

	if (rank_left != rank_right)
		return rank_left < rank_right ? -1 : 1;
	order = text_natural_compare(left->entry->key, right->entry->key);
	if (order == 0)
		order = strcmp(left->entry->key, right->entry->key);
	if (order)
		return order;
	if (merge_is_for_all(left->entry) != merge_is_for_all(right->entry))
		return merge_is_for_all(left->entry) ? -1 : 1;
	return left->order < right->order ? -1 : 1;
}

void merge_finish(struct arena *arena, const merged_entries *all, struct profile *profile)
{
	struct ranked *ranked = arena_alloc(arena, (all->count + 1) * sizeof(*ranked));

	for (size_t i = 0; i < all->count; i++)
		ranked[i] = (struct ranked){.entry = &all->at[i].entry, .order = i};
	qsort(ranked, all->count, sizeof(*ranked), compare_entries);
	for (size_t i = 0; i < all->count; i++) {
		vec_push(arena, &profile->entries, *ranked[i].entry);
		profile->entries.at[i].stated = ranked[i].order;
	}
}
