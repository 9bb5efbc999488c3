/* SPDX-License-Identifier: Apache-2.0 */
/* Merges the layers of a profile, lowest first, and sorts the result. */
#include "profile/merge.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "profile/schema.h"

/* Where the statements being merged come from. */
struct origin {
	struct arena *arena;
	const struct layer *layer;
	unsigned number;
	const struct overlay *overlay; /* NULL: the profile's main part */
	mistake_list *mistakes;        /* NULL: the first one ends it */
	lowered_list *lowered;         /* NULL: nobody asks, as the overlay does not apply */
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

bool merge_is_for_all(const struct profile_entry *entry)
{
	return entry->disk_models.count == 0 && entry->disk_drivers.count == 0;
}

static bool is_same_key(const struct profile_entry *a, const struct profile_entry *b)
{
	return text_equal(a->section, b->section) && text_equal(a->key, b->key);
}

/* Where the value comes from --------------------------------------------------------------------
 */

static const char *place_text(struct arena *arena, const struct merge_step *step)
{
	if (!step->overlay)
		return arena_printf(arena, "%s:%u", step->profile, step->line);
	return arena_printf(arena, "%s:%u (overlay %s)", step->profile, step->line, step->overlay);
}

/* For people: without the quotes that YAML needs. */
static const char *stated_text(const struct origin *origin, const struct statement *statement)
{
	const struct value *value = &statement->stated.value;
	const struct schema_key *row = statement->row;
	bool has_unit = row->type == TYPE_SIZE || row->type == TYPE_DURATION;
	struct arena *arena = origin->arena;
	const char *form = value_form(value), *operand;
	names operands = {0};

	vec_for_each (one, &value->operands)
		vec_push(arena, &operands, has_unit ? scalar_yaml(arena, row, *one) : *one);
	operand = operands.count ? text_join(arena, &operands, ", ")
				 : value_yaml_operand(arena, row, value);
	return text_equal(form, "value") ? operand : arena_printf(arena, "%s %s", form, operand);
}

static void add_step(const struct origin *origin, const struct statement *statement,
		     const struct merge_step *earlier, struct value *value)
{
	const struct stated *stated = &statement->stated;
	struct merge_step *step = arena_alloc(origin->arena, sizeof(*step));

	*step = (struct merge_step){
	    .profile = origin->layer->name,
	    .file = stated->node->file->name,
	    .line = statement->line,
	    .overlay = origin->overlay ? origin->overlay->when.text : NULL,
	    .value = stated->has_rule ? stated_text(origin, statement) : NULL,
	    .has_severity = stated->has_severity,
	    .severity = stated->value.severity,
	    .earlier = earlier,
	};
	value->merged = step;
}

/* The first from here on that states a value, and one that states a severity. */
static const struct merge_step *valued(const struct merge_step *step)
{
	while (step && !step->value)
		step = step->earlier;
	return step;
}

static const struct merge_step *severe(const struct merge_step *step)
{
	while (step && !step->has_severity)
		step = step->earlier;
	return step;
}

/* tells_replaced: also what stood there before. */
static const char *source_text(struct arena *arena, const struct value *value, bool tells_replaced)
{
	const struct merge_step *stated = valued(value->merged);
	const struct merge_step *replaced = valued(stated->earlier);
	const struct merge_step *severity = severe(value->merged);
	struct str str = str_new(arena);

	str_add(&str, place_text(arena, stated));
	if (tells_replaced && replaced)
		str_printf(&str, ", instead of %s at %s", replaced->value,
			   place_text(arena, replaced));
	if (severity && severity != stated)
		str_printf(&str, ", severity %s", place_text(arena, severity));
	return str.text;
}

merge_steps merge_steps_of(struct arena *arena, const struct merge_step *last)
{
	merge_steps steps = {0};

	for (; last; last = last->earlier)
		vec_push(arena, &steps, last);
	for (size_t i = 0; i < steps.count / 2; i++) {
		const struct merge_step *other = steps.at[steps.count - 1 - i];

		steps.at[steps.count - 1 - i] = steps.at[i];
		steps.at[i] = other;
	}
	return steps;
}

/* Merging -------------------------------------------------------------------------------------- */

/* The entry that a statement creates or changes, without a value. */
static struct profile_entry entry_of(const struct origin *origin, const struct statement *statement)
{
	struct profile_entry entry = {.section = statement->row->section, .key = statement->key};

	if (origin->overlay && text_equal(entry.section, "disk")) {
		entry.disk_models = origin->overlay->when.disk_models;
		entry.disk_drivers = origin->overlay->when.disk_drivers;
	}
	return entry;
}

/* The entry for exactly the same disks, and the one for all disks; either may be NULL. */
static void find(const merged_entries *all, const struct profile_entry *entry,
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

/* What the profile required before, it now requires no more. Of a profile's own main part nothing
 * is told that it has stated itself. */
static void note_lowered(const struct origin *origin, const struct merged_entry *before,
			 const struct value *now, unsigned line)
{
	const struct value *was = &before->entry.value;
	bool is_others = before->layer < origin->number || origin->overlay;
	bool is_left = now->rule == RULE_LEAVE;

	if (!origin->lowered || !is_others || was->severity != SEVERITY_REQUIRED ||
	    was->rule == RULE_LEAVE || (now->severity == SEVERITY_REQUIRED && !is_left))
		return;
	vec_push(origin->arena, origin->lowered,
		 ((struct lowered){.section = before->entry.section,
				   .key = before->entry.key,
				   .required_by = source_text(origin->arena, was, false),
				   .profile = origin->layer->name,
				   .line = line,
				   .overlay = origin->overlay ? origin->overlay->when.text : NULL,
				   .now = is_left ? "leave" : "advised",
				   .disk_models = before->entry.disk_models,
				   .disk_drivers = before->entry.disk_drivers}));
}

static void change_severity(const struct origin *origin, const struct statement *statement,
			    struct value *value)
{
	const struct stated *stated = &statement->stated;

	if (stated->value.why)
		value->why = stated->value.why;
	if (stated->has_severity)
		value->severity = stated->value.severity;
	add_step(origin, statement, value->merged, value);
}

/* {severity: required} or {why: ...} alone. */
static int merge_severity(const struct origin *origin, const struct statement *statement,
			  merged_entries *all)
{
	struct profile_entry entry = entry_of(origin, statement);
	struct merged_entry *same, *general;

	find(all, &entry, &same, &general);
	if (!same)
		return yaml_fault(origin->err, statement->stated.node,
				  "'%s' has no value yet%s, so severity and why cannot change",
				  statement->key, general ? " for just these disks" : "");
	vec_for_each (item, all) {
		bool is_meant =
		    merge_is_for_all(&entry) ? is_same_key(&item->entry, &entry) : item == same;

		if (!is_meant)
			continue;
		if (statement->stated.has_severity) {
			struct value now = item->entry.value;

			now.severity = statement->stated.value.severity;
			note_lowered(origin, item, &now, statement->line);
		}
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

static void drop_narrower(const struct origin *origin, merged_entries *all,
			  const struct profile_entry *entry, unsigned line)
{
	size_t kept = 0;

	vec_for_each (item, all) {
		bool is_older = is_same_key(&item->entry, entry) &&
				!merge_is_for_all(&item->entry) && item->layer < origin->number;

		if (!is_older)
			all->at[kept++] = *item;
		else
			note_lowered(origin, item, &entry->value, line);
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
	find(all, &new.entry, &same, &general);
	before = same ? same : general;
	add_step(origin, statement, before ? before->entry.value.merged : NULL, value);
	if (before && value_contradicts(&before->entry.value, value))
		return yaml_fault(origin->err, statement->stated.node,
				  "'%s': contradicts the %s of %s", statement->key,
				  value->rule == RULE_AT_MOST ? "at-least" : "at-most",
				  source_text(origin->arena, &before->entry.value, false));
	if (!statement->stated.has_severity)
		value->severity = before ? before->entry.value.severity : statement->row->severity;
	if (before)
		note_lowered(origin, before, value, statement->line);
	/* At the end, even if it replaces one: of the values for single disks the last one counts.
	 */
	if (same)
		drop(all, same);
	vec_push(origin->arena, all, new);
	if (merge_is_for_all(&new.entry))
		drop_narrower(origin, all, &new.entry, statement->line);
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

static void note_overlays(struct arena *arena, const struct layer *layer, struct profile *profile)
{
	vec_for_each (overlay, &layer->overlays) {
		vec_for_each (statement, &overlay->states)
			vec_push(arena, &profile->said,
				 ((struct overlay_said){
				     .profile = layer->name,
				     .line = statement->line,
				     .when = overlay->when.text,
				     .section = statement->row->section,
				     .key = statement->key,
				     .value = statement->stated.value,
				     .has_rule = statement->stated.has_rule,
				     .has_severity = statement->stated.has_severity,
				 }));
	}
}

static int append_waivers(const struct origin *origin, struct profile *profile)
{
	vec_for_each (waiver, &origin->layer->waivers) {
		struct waiver appended = *waiver;

		if (profile->waivers.count == WAIVERS_MOST)
			return err_set(origin->err, -EINVAL,
				       "%s: more than %d waivers, with those of the profiles that "
				       "this one extends",
				       waiver->where, WAIVERS_MOST);
		appended.source =
		    arena_printf(origin->arena, "%s:%u", origin->layer->name, waiver->line);
		vec_push(origin->arena, &profile->waivers, appended);
	}
	return 0;
}

/* What a pinned profile says of the chain that it was made of. Its gate is judged with the others.
 */
static void append_lowered(const struct origin *origin, const merged_entries *all,
			   struct profile *profile)
{
	vec_for_each (lowered, &origin->layer->lowered) {
		struct profile_entry entry = {.section = lowered->section, .key = lowered->key};
		struct merged_entry *same, *general;
		struct lowered appended = *lowered;

		find(all, &entry, &same, &general);
		if (!same)
			continue;
		appended.now = same->entry.value.rule == RULE_LEAVE ? "leave" : "advised";
		vec_push(origin->arena, &profile->lowered, appended);
	}
}

int merge_layer(struct arena *arena, const struct layer *layer, unsigned number,
		const struct facts *facts, mistake_list *mistakes, merged_entries *all,
		struct profile *profile, struct err *err)
{
	struct origin origin = {.arena = arena,
				.layer = layer,
				.number = number,
				.mistakes = mistakes,
				.lowered = &profile->lowered,
				.err = err};
	int r = merge_statements(&origin, &layer->states, all);

	append_lowered(&origin, all, profile);
	note_overlays(arena, layer, profile);
	if (r == 0)
		r = append_waivers(&origin, profile);
	for (size_t i = 0; r == 0 && i < layer->overlays.count; i++) {
		merged_entries scratch = {0};

		origin.overlay = &layer->overlays.at[i];
		if (is_applied(&origin, facts, profile)) {
			r = merge_statements(&origin, &origin.overlay->states, all);
			continue;
		}
		/* Whoever has no node wants to know what could become of the profile. */
		origin.lowered = facts ? NULL : &profile->lowered;
		vec_for_each (item, all)
			vec_push(arena, &scratch, *item);
		r = merge_statements(&origin, &origin.overlay->states, &scratch);
		origin.lowered = &profile->lowered;
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
	const struct profile_entry *entry;
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

/* A later layer may require it again; of what is lowered twice the last one is told. */
static bool is_still_lowered(const struct profile *profile, const struct lowered *lowered,
			     bool has_facts)
{
	for (const struct lowered *later = lowered + 1;
	     later < profile->lowered.at + profile->lowered.count; later++) {
		if (text_equal(later->section, lowered->section) &&
		    text_equal(later->key, lowered->key) && later->overlay == lowered->overlay &&
		    equal_names(&later->disk_models, &lowered->disk_models) &&
		    equal_names(&later->disk_drivers, &lowered->disk_drivers))
			return false;
	}
	if (lowered->overlay && !has_facts)
		return true;
	vec_for_each (entry, &profile->entries) {
		if (text_equal(entry->section, lowered->section) &&
		    text_equal(entry->key, lowered->key) &&
		    equal_names(&entry->disk_models, &lowered->disk_models) &&
		    equal_names(&entry->disk_drivers, &lowered->disk_drivers))
			return entry->value.severity != SEVERITY_REQUIRED ||
			       entry->value.rule == RULE_LEAVE;
	}
	return true;
}

void merge_finish(struct arena *arena, const merged_entries *all, struct profile *profile,
		  bool has_facts)
{
	size_t kept = 0;
	struct ranked *ranked = arena_alloc(arena, (all->count + 1) * sizeof(*ranked));

	for (size_t i = 0; i < all->count; i++)
		ranked[i] = (struct ranked){.entry = &all->at[i].entry, .order = i};
	qsort(ranked, all->count, sizeof(*ranked), compare_entries);
	for (size_t i = 0; i < all->count; i++) {
		vec_push(arena, &profile->entries, *ranked[i].entry);
		profile->entries.at[i].stated = ranked[i].order;
		/* Else it was put together elsewhere, for a text that says nothing of sources. */
		if (ranked[i].entry->value.merged)
			profile->entries.at[i].value.source =
			    source_text(arena, &ranked[i].entry->value, true);
	}
	vec_for_each (lowered, &profile->lowered) {
		if (is_still_lowered(profile, lowered, has_facts))
			profile->lowered.at[kept++] = *lowered;
	}
	profile->lowered.count = kept;
}
