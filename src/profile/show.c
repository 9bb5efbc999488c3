/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the merged profile as YAML, which `profile show` prints and profile_load can read. */
#include "base/text.h"
#include "profile/merge.h"
#include "profile/schema.h"
#include "profile/waivers.h"

#define SOURCE_COLUMN 60

const char *profile_gate_name(enum gate_mode mode)
{
	switch (mode) {
	case GATE_STRICT:
		return "strict";
	case GATE_REPORT:
		return "report";
	case GATE_REQUIRED_ONLY:
		break;
	}
	return "required-only";
}

/* source: NULL: none. More characters than the newline end a comment in YAML, and the rest of the
 * source must not become content. */
static void add_line(struct str *str, const char *line, const char *source)
{
	if (source)
		str_printf(str, "%-*s # %s\n", SOURCE_COLUMN, line,
			   yaml_quote_inside(str->arena, source));
	else
		str_printf(str, "%s\n", line);
}

static const char *severity_text(const struct value *value)
{
	return value->severity == SEVERITY_REQUIRED ? "required" : "advised";
}

/* A value without `why`, on one line. */
static const char *flow(struct arena *arena, const struct schema_key *row,
			const struct value *value, bool has_severity)
{
	const char *form = value_form(value);
	const char *operand = value_yaml_operand(arena, row, value);

	if (has_severity)
		return arena_printf(arena, "{%s: %s, severity: %s}", form, operand,
				    severity_text(value));
	if (text_equal(form, "value"))
		return operand;
	return arena_printf(arena, "{%s: %s}", form, operand);
}

static void add_entry(struct str *str, const struct profile_entry *entry, const char *indent,
		      bool has_sources)
{
	const struct schema_key *row = schema_find(entry->section, entry->key);
	const struct value *value = &entry->value;
	/* The severity is written if it matters, and for single disks, which would otherwise
	 * inherit it from the value for all disks. */
	bool has_severity = value->severity == SEVERITY_REQUIRED ||
			    value->severity != row->severity || !merge_is_for_all(entry);
	const char *key = strchr(entry->key, '.');
	struct str line = str_new(str->arena);

	/* "floors.fsync-p99" is in the map floors; the dots of a sysctl belong to its name. */
	key = key && !text_equal(entry->section, "sysctl") ? key + 1 : entry->key;
	str_printf(&line, "%s%s:", indent, key);
	if (!value->why) {
		str_printf(&line, " %s", flow(str->arena, row, value, has_severity));
		add_line(str, line.text, has_sources ? value->source : NULL);
		return;
	}
	add_line(str, line.text, has_sources ? value->source : NULL);
	str_printf(str, "%s  %s: %s\n", indent, value_form(value),
		   value_yaml_operand(str->arena, row, value));
	if (has_severity)
		str_printf(str, "%s  severity: %s\n", indent, severity_text(value));
	str_printf(str, "%s  why: %s\n", indent, yaml_quote(str->arena, value->why));
}

static void add_section(struct str *str, const struct profile *profile, const char *section,
			bool has_sources)
{
	bool has_title = false, has_floors = false;

	for (int is_nested = 0; is_nested <= 1; is_nested++) {
		vec_for_each (entry, &profile->entries) {
			bool is_floor =
			    text_starts(entry->key, "floors.") && text_equal(section, "probe");

			if (!text_equal(entry->section, section) || !merge_is_for_all(entry) ||
			    is_floor != is_nested)
				continue;
			if (!has_title)
				str_printf(str, "%s:\n", section);
			if (is_floor && !has_floors)
				str_add(str, "  floors:\n");
			has_title = true;
			has_floors = is_floor;
			add_entry(str, entry, is_floor ? "    " : "  ", has_sources);
		}
	}
}

static void add_globs(struct str *str, const char *name, const names *globs, const char *before)
{
	if (globs->count == 0)
		return;
	str_printf(str, "%s%s: [", before, name);
	vec_for_each (glob, globs)
		str_printf(str, "%s%s", glob == globs->at ? "" : ", ",
			   yaml_quote(str->arena, *glob));
	str_add(str, "]");
}

/* One overlay for each value: their order decides which value counts for a disk. */
static void add_overlays(struct str *str, const struct profile *profile, bool has_sources)
{
	bool has_title = false;

	vec_for_each (entry, &profile->entries) {
		if (merge_is_for_all(entry))
			continue;
		if (!has_title)
			str_add(str, "overlays:\n");
		has_title = true;
		str_add(str, "  - when: {");
		add_globs(str, "disk-model", &entry->disk_models, "");
		add_globs(str, "disk-driver", &entry->disk_drivers,
			  entry->disk_models.count ? ", " : "");
		str_printf(str, "}\n    %s:\n", entry->section);
		add_entry(str, entry, "      ", has_sources);
	}
}

static void add_waivers(struct str *str, const struct profile *profile, bool has_sources)
{
	if (profile->waivers.count)
		str_add(str, "waivers:\n");
	vec_for_each (waiver, &profile->waivers)
		add_line(str, arena_printf(str->arena, "  - %s", waivers_yaml(str->arena, waiver)),
			 has_sources ? waiver->source : NULL);
}

static bool is_required(const struct profile *profile, const struct lowered *lowered)
{
	vec_for_each (entry, &profile->entries) {
		if (merge_is_for_all(entry) && text_equal(entry->section, lowered->section) &&
		    text_equal(entry->key, lowered->key))
			return entry->value.severity == SEVERITY_REQUIRED &&
			       entry->value.rule != RULE_LEAVE;
	}
	return !text_equal(lowered->section, "gate"); /* which has no entry */
}

/* The key says it once: what is read again must write the same text. */
static bool is_written(const struct profile *profile, const struct lowered *lowered)
{
	for (const struct lowered *later = lowered + 1;
	     later < profile->lowered.at + profile->lowered.count; later++) {
		if (text_equal(later->section, lowered->section) &&
		    text_equal(later->key, lowered->key))
			return false;
	}
	return !is_required(profile, lowered);
}

/* What lowered.c reads. */
static void add_lowered(struct str *str, const struct profile *profile)
{
	enum { source_most = 1000 }; /* a longer text could not be read again */
	struct arena *arena = str->arena;
	const char *title = "lowered:\n";

	vec_for_each (one, &profile->lowered) {
		const char *what = text_equal(one->section, "gate")
				       ? "gate"
				       : arena_printf(arena, "%s %s", one->section, one->key);
		char *by = arena_strdup(arena, text_or(one->required_by, "unknown"));

		if (!is_written(profile, one))
			continue;
		text_cut(by, source_most);
		str_printf(str, "%s  - {what: %s, by: %s, required-by: %s}\n", title,
			   yaml_quote(arena, what),
			   yaml_quote(arena, arena_printf(arena, "%s:%u", one->profile, one->line)),
			   yaml_quote(arena, by));
		title = "";
	}
}

char *profile_yaml(struct arena *arena, const struct profile *profile, bool has_sources)
{
	struct str str = str_new(arena);

	str_printf(&str, "profile: %s\n", scalar_yaml_text(arena, profile->name));
	if (profile->summary)
		str_printf(&str, "summary: %s\n", yaml_quote(arena, profile->summary));
	str_printf(&str, "gate: %s\n", profile_gate_name(profile->gate));
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
		add_section(&str, profile, schema_sections[i], has_sources);
	add_overlays(&str, profile, has_sources);
	add_waivers(&str, profile, has_sources);
	add_lowered(&str, profile);
	return str.text;
}
