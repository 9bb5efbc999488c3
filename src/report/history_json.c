/* SPDX-License-Identifier: Apache-2.0 */
/* The history as JSON. */
#include "report/history.h"
#include "report/json_value.h"

static json_t *changes_json(struct arena *arena, const history_changes *changes)
{
	json_t *array = json_value_array();

	vec_for_each (change, changes) {
		json_t *object = json_value_object();

		json_value_put(object, "path", json_value_text(arena, change->path));
		json_value_put(object, "setting", json_value_text(arena, change->setting));
		json_value_put(object, "before", json_value_text(arena, change->before));
		json_value_put(object, "after", json_value_text(arena, change->after));
		json_value_put(object, "state", json_value_text(arena, change->state));
		json_value_put(object, "wanted", json_value_text(arena, change->wanted));
		json_value_append(array, object);
	}
	return array;
}

static json_t *user_json(struct arena *arena, const struct live_caller *user)
{
	json_t *object = json_value_object();

	json_value_put(object, "loginuid", json_value_signed(user->loginuid));
	json_value_put(object, "sudo", json_value_text(arena, user->sudo));
	json_value_put(object, "unit", json_value_text(arena, user->unit));
	json_value_put(object, "pod", json_value_text(arena, user->pod));
	return object;
}

static json_t *line_json(struct arena *arena, const struct history_line *line)
{
	json_t *object = json_value_object(), *profile = json_null();

	json_value_put(object, "line", json_value_number(line->seq));
	json_value_put(object, "time", json_value_text(arena, line->time));
	json_value_put(object, "boot", json_value_text(arena, line->boot));
	json_value_put(object, "command", json_value_text(arena, line->command));
	json_value_put(object, "owner", json_value_text(arena, line->owner));
	json_value_put(object, "user", user_json(arena, &line->user));
	if (line->profile) {
		profile = json_value_object();
		json_value_put(profile, "name", json_value_text(arena, line->profile));
		json_value_put(profile, "sha256", json_value_text(arena, line->profile_sha256));
	}
	json_value_put(object, "profile", profile);
	json_value_put(object, "waivers", json_value_texts(arena, &line->waivers));
	json_value_put(object, "part", json_value_known(line->part));
	json_value_put(object, "parts", json_value_known(line->parts));
	json_value_put(object, "changes", changes_json(arena, &line->changes));
	json_value_put(object, "gaps", json_value_texts(arena, &line->gaps));
	json_value_put(object, "verdict", json_value_text(arena, line->verdict));
	json_value_put(object, "exit_code", json_value_signed(line->exit_code));
	json_value_put(object, "hash", json_value_text(arena, line->hash));
	return object;
}

static json_t *faults_json(struct arena *arena, const struct history *history)
{
	json_t *array = json_value_array();

	vec_for_each (fault, &history->faults) {
		json_t *object = json_value_object();

		json_value_put(object, "where", json_value_text(arena, fault->where));
		json_value_put(object, "what", json_value_text(arena, fault->what));
		json_value_append(array, object);
	}
	return array;
}

char *history_json(struct arena *arena, const struct history *history)
{
	json_t *object = json_value_object(), *lines = json_value_array();

	vec_for_each (line, &history->lines)
		json_value_append(lines, line_json(arena, line));
	json_value_put(object, "schema", json_value_text(arena, "thintune.history-report/1"));
	json_value_put(object, "tool", json_value_tool(arena));
	json_value_put(object, "whole", json_value_bool(!history->faults.count));
	json_value_put(object, "faults", faults_json(arena, history));
	json_value_put(object, "remarks", json_value_texts(arena, &history->remarks));
	json_value_put(object, "count", json_value_number(history->count));
	json_value_put(object, "first", json_value_known(history->first));
	json_value_put(object, "last", json_value_known(history->last));
	json_value_put(object, "hash", json_value_text(arena, history->hash));
	json_value_put(object, "lines", lines);
	return json_value_dump(arena, object);
}
