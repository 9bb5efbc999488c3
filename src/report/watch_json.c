/* SPDX-License-Identifier: Apache-2.0 */
/* watch.json, written and read; docs/watch.schema.json describes it. */
#include <errno.h>

#include "base/file_format.h"
#include "base/text.h"
#include "report/json_value.h"
#include "report/watch.h"

enum { off_most = 1000 };

const char *const watch_cause_names[WATCH_CAUSE_COUNT] = {
    [WATCH_START] = "start",         [WATCH_SIGHUP] = "sighup", [WATCH_SIGUSR1] = "sigusr1",
    [WATCH_FILE] = "file",           [WATCH_LINK] = "link",     [WATCH_DEVICE] = "device",
    [WATCH_CONTAINER] = "container", [WATCH_TIMER] = "timer",
};

/* Writing ------------------------------------------------------------------------------------- */

static json_t *off_json(struct arena *arena, const off_list *list)
{
	json_t *array = json_value_array();

	for (size_t i = 0; i < list->count && i < off_most; i++) {
		const struct off *off = &list->at[i];
		json_t *object = json_value_object();

		json_value_put(object, "is",
			       json_value_text(arena, off->is_check ? "check" : "setting"));
		json_value_put(object, "tuner", json_value_text(arena, off->tuner));
		json_value_put(object, "name", json_value_text(arena, off->name));
		json_value_put(object, "state", json_value_text(arena, off->state));
		json_value_put(object, "severity", json_value_text(arena, off->severity));
		json_value_append(array, object);
	}
	return array;
}

static json_t *times_json(const int64_t *times, unsigned count)
{
	json_t *array = json_value_array();

	for (unsigned i = 0; i < count; i++)
		json_value_append(array, json_integer(times[i]));
	return array;
}

static json_t *contests_json(struct arena *arena, const struct watch_state *state)
{
	json_t *array = json_value_array();

	vec_for_each (contest, &state->contests.rows) {
		json_t *object = json_value_object();

		json_value_put(object, "path", json_value_text(arena, contest->path));
		json_value_put(object, "setting", json_value_text(arena, contest->setting));
		json_value_put(object, "repaired", json_integer(contest->repaired));
		json_value_put(object, "wrote", json_value_text(arena, contest->wrote));
		json_value_put(object, "holds", json_value_bool(contest->is_ours));
		json_value_put(object, "rewritten", times_json(contest->rewrites, contest->count));
		json_value_put(object, "excused", times_json(contest->excuses, contest->excused));
		json_value_put(object, "pauses", json_value_number(contest->pauses));
		json_value_put(object, "until", json_integer(contest->until));
		json_value_put(object, "left_alone",
			       json_value_bool(contest_is_left_alone(contest, state->now)));
		json_value_put(object, "suspect", json_value_text(arena, contest->suspect));
		json_value_append(array, object);
	}
	return array;
}

static json_t *follow_json(struct arena *arena, const struct follow *follow, bool is_wanted)
{
	json_t *object;

	if (!follow->is_known || !is_wanted)
		return json_null();
	object = json_value_object();
	json_value_put(object, "followed",
		       json_value_text(arena, cpuset_list(arena, &follow->followed)));
	json_value_put(object, "seen", json_value_text(arena, cpuset_list(arena, &follow->seen)));
	json_value_put(object, "since", json_integer(follow->since));
	json_value_put(object, "moves", times_json(follow->moves, follow->count));
	json_value_put(object, "waits", json_value_text(arena, follow->waits));
	return object;
}

static json_t *look_json(struct arena *arena, const struct watch_state *state)
{
	json_t *object = json_value_object();

	json_value_put(object, "date", json_value_text(arena, state->date));
	json_value_put(object, "cause", json_value_text(arena, watch_cause_names[state->cause]));
	json_value_put(object, "exit_code", json_value_number((uint64_t)state->exit_code));
	json_value_put(object, "verdict", json_value_text(arena, state->verdict));
	json_value_put(object, "fault", json_value_text(arena, state->fault));
	return object;
}

char *watch_json(struct arena *arena, const struct watch_state *state)
{
	json_t *object = json_value_object(), *looks = json_value_object(),
	       *profile = json_value_object();

	for (enum watch_cause cause = 0; cause < WATCH_CAUSE_COUNT; cause++)
		json_value_put(looks, watch_cause_names[cause],
			       json_value_number(state->looks[cause]));
	json_value_put(profile, "name", json_value_text(arena, state->profile));
	json_value_put(profile, "sha256", json_value_text(arena, state->sha256));
	json_value_put(profile, "fault", json_value_text(arena, state->profile_fault));
	json_value_put(object, "schema", json_value_text(arena, WATCH_SCHEMA));
	json_value_put(object, "tool", json_value_tool(arena));
	json_value_put(object, "boot", json_value_text(arena, state->boot));
	json_value_put(object, "seconds", json_integer(state->now));
	json_value_put(object, "process", json_integer(state->process));
	json_value_put(object, "repairs", json_value_bool(state->repairs));
	json_value_put(object, "interval_seconds", json_real((double)state->interval_us / 1e6));
	json_value_put(object, "look", look_json(arena, state));
	json_value_put(object, "looks", looks);
	json_value_put(object, "repairs_done", json_value_number(state->repairs_done));
	json_value_put(object, "profile", profile);
	json_value_put(object, "held", json_value_text(arena, state->held));
	json_value_put(object, "unwatched", json_value_texts(arena, &state->unwatched));
	json_value_put(object, "off_count", json_value_number(state->off.count));
	json_value_put(object, "off", off_json(arena, &state->off));
	json_value_put(object, "repaired", contests_json(arena, state));
	json_value_put(object, "exclusive",
		       follow_json(arena, &state->follow, state->follow.is_judged));
	json_value_put(object, "exclusive_before",
		       follow_json(arena, &state->follow, !state->follow.is_judged));
	return json_value_dump(arena, object);
}

/* Reading ------------------------------------------------------------------------------------- */

/* NULL where it is null or absent. */
static const char *text_of(struct arena *arena, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? arena_strdup(arena, text) : NULL;
}

static int64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static uint64_t count_of(const json_t *object, const char *key)
{
	int64_t number = number_of(object, key);

	return number < 0 ? 0 : (uint64_t)number;
}

static enum watch_cause cause_of(const json_t *look)
{
	const char *name = json_string_value(json_object_get(look, "cause"));

	for (enum watch_cause cause = 0; cause < WATCH_CAUSE_COUNT; cause++) {
		if (text_equal(watch_cause_names[cause], name))
			return cause;
	}
	return WATCH_TIMER;
}

static int read_off(struct arena *arena, const json_t *array, off_list *ret)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *object = json_array_get(array, i);
		const struct off off = {
		    .is_check =
			text_equal(json_string_value(json_object_get(object, "is")), "check"),
		    .tuner = text_of(arena, object, "tuner"),
		    .name = text_of(arena, object, "name"),
		    .state = text_of(arena, object, "state"),
		    .severity = text_of(arena, object, "severity"),
		};

		if (!off.tuner || !off.name || !off.state || !off.severity)
			return -EBADMSG;
		vec_push(arena, ret, off);
	}
	return 0;
}

static int read_times(const json_t *array, int64_t now, unsigned most, int64_t *times,
		      unsigned *ret_count)
{
	size_t count = json_array_size(array);

	if (count > most)
		return -EBADMSG;
	for (size_t i = 0; i < count; i++) {
		times[i] = json_integer_value(json_array_get(array, i));
		if (times[i] < 0 || times[i] > now)
			return -EBADMSG;
	}
	*ret_count = (unsigned)count;
	return 0;
}

static int read_contest(struct arena *arena, const json_t *object, int64_t now, struct contest *ret)
{
	struct contest contest = {
	    .path = text_of(arena, object, "path"),
	    .setting = text_of(arena, object, "setting"),
	    .repaired = number_of(object, "repaired"),
	    .wrote = text_of(arena, object, "wrote"),
	    .is_ours = json_is_true(json_object_get(object, "holds")),
	    .pauses = (unsigned)(count_of(object, "pauses") & 0xff),
	    .until = number_of(object, "until"),
	    .suspect = text_of(arena, object, "suspect"),
	};

	if (!contest.path || !contest.setting || contest.repaired < 0 || contest.repaired > now ||
	    contest.until < 0 || contest.until > now + CONTEST_LONGEST ||
	    /* One more rewrite is what ends the count. */
	    read_times(json_object_get(object, "rewritten"), now, CONTEST_REWRITES - 1,
		       contest.rewrites, &contest.count) < 0 ||
	    read_times(json_object_get(object, "excused"), now, CONTEST_EXCUSES, contest.excuses,
		       &contest.excused) < 0)
		return -EBADMSG;
	*ret = contest;
	return 0;
}

static int read_contests(struct arena *arena, const json_t *array, struct watch_state *state)
{
	if (json_array_size(array) > CONTEST_MOST)
		return -EBADMSG;
	for (size_t i = 0; i < json_array_size(array); i++) {
		struct contest contest;
		int r = read_contest(arena, json_array_get(array, i), state->now, &contest);

		if (r < 0)
			return r;
		vec_push(arena, &state->contests.rows, contest);
	}
	contest_tidy(&state->contests, state->now);
	return 0;
}

/* Of this look, or of the last one that could tell. An earlier version wrote none. */
static int read_follow(struct arena *arena, const json_t *state, int64_t now, struct follow *ret)
{
	const json_t *judged = json_object_get(state, "exclusive"),
		     *object = !judged || json_is_null(judged)
				   ? json_object_get(state, "exclusive_before")
				   : judged;
	const char *followed = json_string_value(json_object_get(object, "followed")),
		   *seen = json_string_value(json_object_get(object, "seen"));
	struct follow follow = {.is_known = true,
				.since = number_of(object, "since"),
				.waits = text_of(arena, object, "waits")};

	if (!json_is_object(object))
		return !object || json_is_null(object) ? 0 : -EBADMSG;
	if (!followed || cpuset_parse_list(arena, followed, &follow.followed) < 0 || !seen ||
	    cpuset_parse_list(arena, seen, &follow.seen) < 0 || follow.since < 0 ||
	    follow.since > now ||
	    read_times(json_object_get(object, "moves"), now, FOLLOW_MOVES, follow.moves,
		       &follow.count) < 0)
		return -EBADMSG;
	*ret = follow;
	return 0;
}

int watch_read(struct arena *arena, const char *text, struct watch_state *ret, const char **ret_why)
{
	json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *schema = json_string_value(json_object_get(object, "schema")),
		   *other = file_format_other(arena, schema, WATCH_SCHEMA);
	const json_t *look = json_object_get(object, "look"),
		     *looks = json_object_get(object, "looks"),
		     *profile = json_object_get(object, "profile");
	struct watch_state state = {
	    .boot = text_of(arena, object, "boot"),
	    .now = number_of(object, "seconds"),
	    .process = number_of(object, "process"),
	    .repairs = json_is_true(json_object_get(object, "repairs")),
	    .date = text_of(arena, look, "date"),
	    .cause = cause_of(look),
	    .exit_code = (int)(number_of(look, "exit_code") & 0xff),
	    .verdict = text_of(arena, look, "verdict"),
	    .fault = text_of(arena, look, "fault"),
	    .profile = text_of(arena, profile, "name"),
	    .sha256 = text_of(arena, profile, "sha256"),
	    .profile_fault = text_of(arena, profile, "fault"),
	    .held = text_of(arena, object, "held"),
	    .repairs_done = count_of(object, "repairs_done"),
	};
	int r;

	*ret_why = text_or(other, "is damaged or was not written by thintune");
	if (!text_equal(schema, WATCH_SCHEMA) || state.now < 0 || state.now > INT64_MAX / 2 ||
	    !state.date)
		return -EBADMSG;
	for (enum watch_cause cause = 0; cause < WATCH_CAUSE_COUNT; cause++)
		state.looks[cause] = count_of(looks, watch_cause_names[cause]);
	r = read_off(arena, json_object_get(object, "off"), &state.off);
	if (r == 0)
		r = read_contests(arena, json_object_get(object, "repaired"), &state);
	if (r == 0)
		r = read_follow(arena, object, state.now, &state.follow);
	if (r == 0)
		*ret = state;
	return r;
}
