/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the main parts of a chain of profiles together, and after them all of their overlays. An
 * overlay then comes after what a later profile states of the same key, which it came before: what
 * that replaces is taken out of the overlay.
 */
#include "profile/pin.h"

#include <errno.h>

#include "base/text.h"
#include "profile/merge.h"
#include "profile/schema.h"
#include "version.h"

struct pinned_overlay {
	const struct overlay *from;
	unsigned layer;
	const char *profile;
	statements states;
};

struct pinned {
	struct arena *arena;
	merged_entries main;
	VEC(struct pinned_overlay) overlays;
	lowered_list lowered; /* what only an overlay required */
	struct err *err;
};

static bool is_about(const struct statement *statement, const struct statement *other)
{
	return statement->row == other->row && text_equal(statement->key, other->key);
}

/* It is for single disks. */
static bool is_narrow(const struct pinned_overlay *overlay, const struct statement *statement)
{
	return text_equal(statement->row->section, "disk") &&
	       overlay->from->when.disk_models.count + overlay->from->when.disk_drivers.count > 0;
}

static struct merged_entry *find_main(struct pinned *pinned, const struct statement *statement)
{
	vec_for_each (item, &pinned->main) {
		if (text_equal(item->entry.section, statement->row->section) &&
		    text_equal(item->entry.key, statement->key))
			return item;
	}
	return NULL;
}

/* What is left of an older overlay's statement when a later main part states a value. The value
 * replaces the overlay's; the severity stays, unless it is stated, too. */
static bool is_outlived(const struct pinned_overlay *overlay, const struct statement *by,
			struct statement *statement)
{
	if (!is_about(statement, by))
		return true;
	if (is_narrow(overlay, statement) || by->stated.has_severity ||
	    !statement->stated.has_severity)
		return false;
	statement->stated.has_rule = false;
	statement->stated.value.why = NULL;
	return true;
}

/* Whether the overlay applies is not known, so it is told wherever the pinned profile is used. */
static void note_lowered(struct pinned *pinned, const char *name, const struct statement *by,
			 const struct pinned_overlay *overlay, const struct statement *older)
{
	if (!is_about(older, by) || !older->stated.has_severity ||
	    older->stated.value.severity != SEVERITY_REQUIRED ||
	    (older->stated.has_rule && older->stated.value.rule == RULE_LEAVE))
		return;
	vec_push(pinned->arena, &pinned->lowered,
		 ((struct lowered){.section = by->row->section,
				   .key = by->key,
				   .required_by = arena_printf(pinned->arena, "%s:%u (overlay %s)",
							       overlay->profile, older->line,
							       overlay->from->when.text),
				   .profile = name,
				   .line = by->line}));
}

static void outlive(struct pinned *pinned, const char *name, const struct statement *by)
{
	vec_for_each (overlay, &pinned->overlays) {
		size_t kept = 0;

		vec_for_each (statement, &overlay->states) {
			bool keeps_severity =
			    !by->stated.has_severity && !is_narrow(overlay, statement);

			if (!keeps_severity || by->stated.value.rule == RULE_LEAVE)
				note_lowered(pinned, name, by, overlay, statement);
			if (is_outlived(overlay, by, statement))
				overlay->states.at[kept++] = *statement;
		}
		overlay->states.count = kept;
	}
}

static void add_value(struct pinned *pinned, const char *name, const struct statement *statement)
{
	struct merged_entry *before = find_main(pinned, statement);
	struct merged_entry new = {
	    .entry = {.section = statement->row->section,
		      .key = statement->key,
		      .value = statement->stated.value},
	};

	new.entry.value.source = arena_printf(pinned->arena, "%s:%u", name, statement->line);
	if (!statement->stated.has_severity)
		new.entry.value.severity =
		    before ? before->entry.value.severity : statement->row->severity;
	if (before)
		*before = new;
	else
		vec_push(pinned->arena, &pinned->main, new);
	outlive(pinned, name, statement);
}

static void change(const struct statement *by, struct stated *stated)
{
	if (by->stated.has_severity) {
		stated->value.severity = by->stated.value.severity;
		stated->has_severity = true;
	}
	if (by->stated.value.why)
		stated->value.why = by->stated.value.why;
}

/* A severity or a reason alone changes what older overlays state as well. */
static int add_severity(struct pinned *pinned, const char *name, const struct statement *statement)
{
	struct merged_entry *main = find_main(pinned, statement);
	struct stated stated = {0};

	if (!main)
		return err_set(pinned->err, -ENOTSUP,
			       "'%s' of %s, line %u, has its value from an overlay alone, and only "
			       "its severity here: one profile cannot say that",
			       statement->key, name, statement->line);
	stated.value = main->entry.value;
	change(statement, &stated);
	main->entry.value = stated.value;
	vec_for_each (overlay, &pinned->overlays) {
		vec_for_each (older, &overlay->states) {
			if (!is_about(older, statement))
				continue;
			if (statement->stated.has_severity)
				note_lowered(pinned, name, statement, overlay, older);
			change(statement, &older->stated);
		}
	}
	return 0;
}

/* A value for all disks replaces older ones for single disks; of one profile it does not. */
static int check_overlay(struct pinned *pinned, const struct pinned_overlay *new)
{
	vec_for_each (statement, &new->states) {
		if (!statement->stated.has_rule || is_narrow(new, statement))
			continue;
		vec_for_each (overlay, &pinned->overlays) {
			vec_for_each (older, &overlay->states) {
				if (is_about(older, statement) && is_narrow(overlay, older) &&
				    overlay->layer < new->layer)
					return err_set(
					    pinned->err, -ENOTSUP,
					    "the overlay of %s, line %u, states '%s' for all disks "
					    "and replaces what %s states for some: one profile "
					    "cannot say that",
					    new->profile, new->from->line, statement->key,
					    overlay->profile);
			}
		}
	}
	return 0;
}

static int add_layer(struct pinned *pinned, const struct layer *layer, unsigned number)
{
	int r = 0;

	vec_for_each (statement, &layer->states) {
		if (statement->stated.has_rule)
			add_value(pinned, layer->name, statement);
		else
			r = add_severity(pinned, layer->name, statement);
		if (r < 0)
			return r;
	}
	vec_for_each (overlay, &layer->overlays) {
		struct pinned_overlay new = {
		    .from = overlay, .layer = number, .profile = layer->name};

		vec_for_each (statement, &overlay->states)
			vec_push(pinned->arena, &new.states, *statement);
		r = check_overlay(pinned, &new);
		if (r < 0)
			return r;
		vec_push(pinned->arena, &pinned->overlays, new);
	}
	return 0;
}

/* Text ---------------------------------------------------------------------------------------- */

static void add_statement(struct str *str, const struct statement *statement, const char *indent,
			  const char *key)
{
	const struct stated *stated = &statement->stated;
	struct arena *arena = str->arena;
	names parts = {0};

	if (stated->has_rule)
		vec_push(arena, &parts,
			 arena_printf(arena, "%s: %s", value_form(&stated->value),
				      value_yaml_operand(arena, statement->row, &stated->value)));
	if (stated->has_severity)
		vec_push(arena, &parts,
			 stated->value.severity == SEVERITY_REQUIRED ? "severity: required"
								     : "severity: advised");
	if (stated->value.why)
		vec_push(arena, &parts,
			 arena_printf(arena, "why: %s", yaml_quote(arena, stated->value.why)));
	str_printf(str, "%s%s: {%s}\n", indent, key, text_join(arena, &parts, ", "));
}

static void add_section(struct str *str, const statements *states, const char *section)
{
	static const char floors[] = "floors.";
	bool has_title = false, has_floors = false;

	for (int is_nested = 0; is_nested <= 1; is_nested++) {
		vec_for_each (statement, states) {
			bool is_floor =
			    text_equal(section, "probe") && text_starts(statement->key, floors);

			if (!text_equal(statement->row->section, section) || is_floor != is_nested)
				continue;
			if (!has_title)
				str_printf(str, "    %s:\n", section);
			if (is_floor && !has_floors)
				str_add(str, "      floors:\n");
			has_title = true;
			has_floors = is_floor;
			add_statement(str, statement, is_floor ? "        " : "      ",
				      is_floor ? statement->key + strlen(floors) : statement->key);
		}
	}
}

static void add_overlays(struct str *str, const struct pinned *pinned)
{
	bool has_title = false;

	vec_for_each (overlay, &pinned->overlays) {
		if (!overlay->states.count)
			continue;
		if (!has_title)
			str_add(str, "overlays:\n");
		has_title = true;
		str_printf(str, "  # %s:%u\n  - when: %s\n", overlay->profile, overlay->from->line,
			   when_yaml(str->arena, &overlay->from->when));
		for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
			add_section(str, &overlay->states, schema_sections[i]);
	}
}

int pin_text(struct arena *arena, const pin_layers *layers, const struct profile *merged,
	     char **ret, struct err *err)
{
	struct pinned pinned = {.arena = arena, .err = err};
	struct profile flat = {.name = merged->name,
			       .summary = merged->summary,
			       .gate = merged->gate,
			       .waivers = merged->waivers};
	struct str str = str_new(arena);

	for (size_t i = 0; i < layers->count; i++) {
		int r = add_layer(&pinned, layers->at[i], (unsigned)i);

		if (r < 0)
			return r;
	}
	flat.lowered = pinned.lowered;
	vec_for_each (lowered, &merged->lowered) {
		if (!lowered->overlay)
			vec_push(arena, &flat.lowered, *lowered);
	}
	merge_finish(arena, &pinned.main, &flat, true);
	str_printf(&str,
		   "# Pinned by thintune " THINTUNE_VERSION
		   ": with all that it inherits, each value with where it came from.\n%s",
		   profile_yaml(arena, &flat, true));
	add_overlays(&str, &pinned);
	*ret = str.text;
	return 0;
}
