/* SPDX-License-Identifier: Apache-2.0 */
/* What a proof found, as JSON: docs/prove.schema.json. */
#include "report/json_value.h"
#include "report/prove.h"

static json_t *settings_of(struct arena *arena, const struct prove *prove)
{
	json_t *list = json_value_array();

	vec_for_each (setting, &prove->settings) {
		json_t *object = json_value_object();

		json_value_put(object, "tuner", json_value_text(arena, setting->wish->tuner));
		json_value_put(object, "setting", json_value_text(arena, setting->wish->name));
		json_value_put(object, "path", json_value_text(arena, setting->wish->path));
		json_value_put(object, "original", json_value_text(arena, setting->original));
		json_value_put(object, "tuned", json_value_text(arena, setting->tuned));
		json_value_append(list, object);
	}
	return list;
}

static json_t *differences_of(const struct effect *effect)
{
	json_t *list = json_value_array();

	vec_for_each (difference, &effect->differences)
		json_value_append(list, json_value_real(*difference));
	return list;
}

static json_t *figures_of(struct arena *arena, const struct prove *prove)
{
	json_t *list = json_value_array();

	vec_for_each (effect, &prove->effects) {
		json_t *object;

		if (!prove->blocks)
			break;
		object = json_value_object();
		json_value_put(object, "job", json_value_text(arena, effect->job));
		json_value_put(object, "figure", json_value_text(arena, effect->figure));
		json_value_put(object, "unit",
			       json_value_text(arena, effect->is_rate ? "requests/s" : "ns"));
		json_value_put(object, "better",
			       json_value_text(arena, effect->is_rate ? "higher" : "lower"));
		json_value_put(object, "original", json_value_real(effect->original));
		json_value_put(object, "tuned", json_value_real(effect->tuned));
		json_value_put(object, "change", json_value_real(effect->change));
		json_value_put(object, "low", json_value_real(effect->low));
		json_value_put(object, "high", json_value_real(effect->high));
		json_value_put(object, "chance", json_value_real(effect->chance));
		json_value_put(object, "smallest",
			       prove->blocks < EFFECT_LEAST ? json_null()
							    : json_value_real(effect->smallest));
		json_value_put(object, "verdict",
			       json_value_text(arena, effect_verdict_name(effect->verdict)));
		json_value_put(object, "differences", differences_of(effect));
		json_value_append(list, object);
	}
	return list;
}

static json_t *run_of(struct arena *arena, const struct report *about)
{
	json_t *run = json_value_object();

	json_value_put(run, "date", json_value_text(arena, about->run.date));
	json_value_put(run, "started", json_value_text(arena, about->run.started));
	json_value_put(run, "duration_ms", json_value_number(about->run.duration_ms));
	json_value_put(run, "options", json_value_texts(arena, &about->run.options));
	json_value_put(run, "history_line", json_value_known(about->run.history_line));
	json_value_put(run, "history_hash", json_value_text(arena, about->run.history_hash));
	return run;
}

char *prove_json(struct arena *arena, const struct prove *prove)
{
	const struct report *about = prove->about;
	json_t *object = json_value_object(), *profile = json_value_object();

	json_value_put(object, "schema", json_value_text(arena, PROVE_SCHEMA));
	json_value_put(object, "tool", json_value_build(arena, about->build));
	json_value_put(profile, "name", json_value_text(arena, about->profile->name));
	json_value_put(profile, "sha256", json_value_text(arena, about->profile->sha256));
	json_value_put(object, "profile", profile);
	json_value_put(object, "exit_code", json_value_number((uint64_t)about->exit_code));
	json_value_put(object, "verdict", json_value_text(arena, prove_verdict_name(prove)));
	json_value_put(object, "left", json_value_text(arena, prove_left_name(prove->left)));
	json_value_put(object, "left_note", json_value_text(arena, prove->left_note));
	json_value_put(object, "stopped", json_value_text(arena, prove->stopped));
	json_value_put(object, "effect_wanted", json_value_real(prove->wanted));
	json_value_put(object, "blocks", json_value_number(prove->blocks));
	json_value_put(object, "blocks_planned", json_value_known(prove->planned));
	json_value_put(object, "settings", settings_of(arena, prove));
	json_value_put(object, "not_measured", json_value_texts(arena, &prove->not_measured));
	json_value_put(object, "figures", figures_of(arena, prove));
	json_value_put(object, "run", run_of(arena, about));
	return json_value_dump(arena, object);
}
