/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the tables of commands, options, exit codes, tuners and profile keys as JSON, from which
 * scripts/pages/write makes the man pages, the completions and docs/profiles.md. Part of the build,
 * never installed. */
#include <jansson.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/examples.h"
#include "cli/exit_table.h"
#include "cli/option_table.h"
#include "probe/engine.h"
#include "profile/builtin.h"
#include "profile/schema.h"
#include "profile/value.h"
#include "profile/when.h"
#include "tuners/tuners.h"
#include "version.h"

static void add(json_t *list, json_t *item)
{
	(void)json_array_append_new(list, item);
}

static json_t *list_of(const names *words)
{
	json_t *list = json_array();

	vec_for_each (word, words)
		add(list, json_string(*word));
	return list;
}

/* Commands and options ------------------------------------------------------------------------ */

static json_t *commands(struct arena *arena)
{
	json_t *list = json_array();

	for (enum command command = 0; command < COMMAND_COUNT; command++) {
		const struct command_row *row = &options_command_rows[command];
		names formats = options_command_formats(arena, command);
		json_t *lines = json_array();

		for (size_t i = 0; i < EXAMPLES_OF_EACH; i++)
			add(lines, json_pack("{s: s, s: s}", "line", examples[command][i].line,
					     "means", examples[command][i].means));
		add(list, json_pack("{s: s, s: s, s: b, s: o, s: s, s: o}", "name", row->name,
				    "arguments", row->arguments, "takes", row->most > 0, "formats",
				    list_of(&formats), "help", row->help, "examples", lines));
	}
	return list;
}

static json_t *options(struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		const char *letter = row->letter ? arena_printf(arena, "%c", row->letter) : NULL;
		json_t *of = json_array();

		for (enum command command = 0; command < COMMAND_COUNT; command++)
			if (row->commands & BIT(command))
				add(of, json_string(options_command_name(command)));
		add(list, json_pack("{s: s, s: s?, s: s?, s: b, s: b, s: o, s: s}", "name",
				    row->name, "letter", letter, "argument", row->argument,
				    "repeats", row->take == TAKE_LIST || row->take == TAKE_FORM,
				    "common", row->is_common, "commands", of, "help", row->help));
	}
	return list;
}

static json_t *exits(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < exit_count; i++)
		add(list, json_pack("{s: i, s: s}", "code", exit_rows[i].code, "means",
				    exit_rows[i].means));
	return list;
}

static json_t *gates(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < exit_gate_count; i++) {
		const struct gate_row *row = &exit_gate_rows[i];

		add(list, json_pack("[s, s, s, s, s]", row->situation, row->others,
				    row->required_only, row->strict, row->report));
	}
	return list;
}

static json_t *engines(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ENGINE_COUNT; i++)
		add(list, json_string(engine_list[i]->name));
	return list;
}

/* Tuners, checks and advisories --------------------------------------------------------------- */

static json_t *tuners(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tuner_count; i++)
		add(list, json_pack("{s: s, s: s}", "name", tuner_table[i].name, "summary",
				    tuner_table[i].summary));
	return list;
}

static json_t *advisories(struct arena *arena)
{
	json_t *list = json_array();
	advisory_list all = {0};

	advisories_add_builtin(arena, &all);
	vec_for_each (advisory, &all)
		add(list, json_string(advisory->id));
	return list;
}

static json_t *words(const char *const *rows, size_t from, size_t count)
{
	json_t *list = json_array();

	for (size_t i = from; i < count; i++)
		add(list, json_string(rows[i]));
	return list;
}

/* Profiles ------------------------------------------------------------------------------------ */

static const char *const types[] = {
    [TYPE_NUMBER] = "number", [TYPE_NUMBERS] = "numbers", [TYPE_SYSCTL] = "sysctl",
    [TYPE_CHOICE] = "choice", [TYPE_SIZE] = "size",       [TYPE_DURATION] = "duration",
    [TYPE_BOOL] = "boolean",  [TYPE_VERSION] = "version", [TYPE_CPUS] = "cpus",
};

static json_t *rules(const struct schema_key *row)
{
	static const char *const of[] = {[RULE_EXACT] = "exact",
					 [RULE_AT_LEAST] = "at-least",
					 [RULE_AT_MOST] = "at-most",
					 [RULE_ONE_OF] = "one-of",
					 [RULE_FIRST_OF] = "first-of"};
	json_t *list = json_array();

	for (enum rule rule = RULE_EXACT; rule <= RULE_FIRST_OF; rule++)
		if (row->rules & (1U << rule))
			add(list, json_string(of[rule]));
	return list;
}

/* A bound in the unit that a profile is written in. */
static const char *bound(struct arena *arena, const struct schema_key *row, uint64_t value)
{
	return scalar_yaml(arena, row, arena_printf(arena, "%llu", (unsigned long long)value));
}

static json_t *keys(struct arena *arena)
{
	json_t *list = json_array();

	for (size_t i = 0; i < profile_schema_count; i++) {
		const struct schema_key *row = &profile_schema_keys[i];

		add(list,
		    json_pack("{s: s, s: s, s: s, s: o, s: s?, s: s?, s: s?, s: b, s: b, s: s}",
			      "section", row->section, "key", row->key, "type", types[row->type],
			      "rules", rules(row), "choices", row->choices, "min",
			      row->min ? bound(arena, row, row->min) : NULL, "max",
			      row->max ? bound(arena, row, row->max) : NULL, "auto", row->may_auto,
			      "required", row->severity == SEVERITY_REQUIRED, "help", row->help));
	}
	return list;
}

static json_t *conditions(void)
{
	json_t *list = json_array();
	struct when_key key;

	for (size_t i = 0; when_key(i, &key); i++)
		add(list, json_pack("{s: s, s: s?, s: s?}", "key", key.name, "choices", key.choices,
				    "expected", key.expected));
	return list;
}

static const char *value_text(struct arena *arena, const struct profile_entry *entry)
{
	const struct schema_key *row = schema_find(entry->section, entry->key);
	const char *form = value_form(&entry->value);
	const char *operand = value_yaml_operand(arena, row, &entry->value);

	return text_equal(form, "value") ? operand : arena_printf(arena, "{%s: %s}", form, operand);
}

/* Its values where no overlay applies. NULL: it is no good. */
static json_t *profile(struct arena *arena, const char *name, struct err *err)
{
	json_t *list = json_array();
	struct profile profile;

	if (profile_load_builtin(arena, name, &profile, err) < 0)
		return NULL;
	vec_for_each (entry, &profile.entries) {
		bool is_required = entry->value.severity == SEVERITY_REQUIRED;

		add(list, json_pack("{s: s, s: s, s: s, s: b}", "section", entry->section, "key",
				    entry->key, "value", value_text(arena, entry), "required",
				    is_required));
	}
	return json_pack("{s: s, s: s, s: o}", "name", profile.name, "summary", profile.summary,
			 "values", list);
}

static json_t *profiles(struct arena *arena, struct err *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < builtin_count && !err->code; i++)
		add(list, profile(arena, builtin_profiles[i].name, err));
	return list;
}

int main(void)
{
	_cleanup_arena_ struct arena *arena = arena_new();
	struct err err = {0};
	json_t *all =
	    json_pack("{s: s, s: o, s: o, s: s, s: o, s: o, s: o, s: o, s: o, s: o, s: o, s: o, s: "
		      "o, s: o, s: o}",
		      "version", THINTUNE_VERSION, "commands", commands(arena), "options",
		      options(arena), "priority", EXIT_PRIORITY, "exits", exits(), "gates", gates(),
		      "engines", engines(), "tuners", tuners(), "advisories", advisories(arena),
		      "states", words(plan_state_names, STATE_SAME, STATE_COUNT), "check_states",
		      words(plan_check_state_names, 0, CHECK_STATE_COUNT), "keys", keys(arena),
		      "schema", json_loads(profile_schema(arena), 0, NULL), "when", conditions(),
		      "profiles", profiles(arena, &err));
	int r = all && !err.code ? json_dumpf(all, stdout, JSON_INDENT(1)) : -1;

	if (r < 0)
		(void)fprintf(stderr, "tables: %s\n", err.code ? err.text : "a table has a gap");
	json_decref(all);
	return r < 0 ? 1 : 0;
}
