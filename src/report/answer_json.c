/* SPDX-License-Identifier: Apache-2.0 */
/* What gate and status answer, as JSON. */
#include "plan/exit_code.h"
#include "report/answer.h"
#include "report/json_value.h"
#include "report/next.h"

/* What both tell of the last run. */
static json_t *of_verdict(struct arena *arena, const struct answer *answer, const char *schema)
{
	json_t *object = json_value_object();

	json_value_put(object, "schema", json_value_text(arena, schema));
	json_value_put(object, "tool", json_value_tool(arena));
	json_value_put(object, "owner", json_value_text(arena, answer->owner));
	json_value_put(object, "may_start",
		       answer->missing ? json_null()
				       : json_value_bool(answer->exit_code == EXIT_MATCH));
	json_value_put(object, "exit_code", json_value_number((uint64_t)answer->exit_code));
	json_value_put(object, "verdict", json_value_text(arena, answer->verdict));
	json_value_put(object, "missing", json_value_text(arena, answer->missing));
	json_value_put(object, "reason", json_value_text(arena, answer->reason));
	json_value_put(object, "waiver", json_value_text(arena, answer->waiver));
	json_value_put(object, "profile", json_value_text(arena, answer->profile));
	json_value_put(object, "time", json_value_text(arena, answer->time));
	json_value_put(object, "user", json_value_text(arena, answer->user));
	json_value_put(object, "begun", json_value_text(arena, answer->begun));
	json_value_put(object, "half_applied", json_value_tri(answer->half_applied));
	json_value_put(object, "journal_fault", json_value_text(arena, answer->journal_fault));
	return object;
}

char *answer_gate_json(struct arena *arena, const struct answer *answer)
{
	return json_value_dump(arena, of_verdict(arena, answer, "thintune.gate/1"));
}

char *answer_status_json(struct arena *arena, const struct answer *answer)
{
	json_t *object = of_verdict(arena, answer, "thintune.status/1");
	struct next_step next = next_after_answer(arena, answer);
	json_t *history = json_value_object(), *watch = json_value_object();

	json_value_put(object, "age_seconds", json_value_signed(answer->age_seconds));
	json_value_put(object, "locked", json_value_tri(answer->is_locked));
	json_value_put(object, "lock_holder", json_value_text(arena, answer->holder));
	json_value_put(history, "line", json_value_known(answer->history_line));
	json_value_put(history, "hash", json_value_text(arena, answer->history_hash));
	json_value_put(history, "time", json_value_text(arena, answer->history_time));
	json_value_put(object, "history", history);
	json_value_put(watch, "runs", json_value_tri(answer->watch.runs));
	json_value_put(watch, "process", json_value_known(answer->watch.process));
	json_value_put(watch, "date", json_value_text(arena, answer->watch.date));
	json_value_put(watch, "age_seconds",
		       json_value_signed(answer->watch.date ? answer->watch.age_seconds : -1));
	json_value_put(watch, "cause", json_value_text(arena, answer->watch.cause));
	json_value_put(watch, "verdict", json_value_text(arena, answer->watch.verdict));
	json_value_put(watch, "fault", json_value_text(arena, answer->watch.fault));
	json_value_put(watch, "unknown", json_value_text(arena, answer->watch.unknown));
	json_value_put(watch, "ended", json_value_text(arena, answer->watch.ended));
	json_value_put(watch, "has_looked", json_value_bool(!answer->watch.is_new));
	json_value_put(object, "watch", watch);
	json_value_put(object, "next", json_value_text(arena, next_text(arena, &next)));
	return json_value_dump(arena, object);
}
