/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads one line of the history, and its hash. */
#include "apply/history_line.h"

#include <errno.h>
#include <jansson.h>

#include "base/escape.h"
#include "base/sha256.h"
#include "base/text.h"

/* Whatever a line has of it is at its very end. */
#define HASH_KEY ",\"hash\":\""
#define HASH_END "\"}"

enum {
	value_most = 4096,
	hash_tail = sizeof(HASH_KEY) - 1 + history_hash_length + sizeof(HASH_END) - 1
};

const char *history_hash(struct arena *arena, const char *text, size_t length)
{
	struct sha256 hash;

	sha256_start(&hash);
	sha256_add(&hash, text, length);
	return sha256_hex(&hash, arena);
}

bool history_is_hash(const char *text)
{
	return text && strlen(text) == history_hash_length &&
	       strspn(text, "0123456789abcdef") == history_hash_length;
}

/* Writing ------------------------------------------------------------------------------------- */

/* jansson fails only without memory, as bytes that are no UTF-8 are escaped. */
static json_t *sure(json_t *value)
{
	if (!value)
		arena_exhausted();
	return value;
}

static json_t *text_json(struct arena *arena, const char *text)
{
	return text ? sure(json_string(escape_text(arena, text, ESCAPE_KEEP_CONTROLS)))
		    : json_null();
}

static json_t *value_json(struct arena *arena, const char *value)
{
	size_t length = value ? strlen(value) : 0;

	if (length <= value_most)
		return text_json(arena, value);
	return text_json(arena, arena_printf(arena, "%zu bytes, SHA-256 %s", length,
					     history_hash(arena, value, length)));
}

static void put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		arena_exhausted();
}

static json_t *number_json(int64_t number)
{
	return number < 0 ? json_null() : sure(json_integer((json_int_t)number));
}

static json_t *user_json(struct arena *arena, const struct live_caller *user)
{
	json_t *object = sure(json_object());

	put(object, "loginuid", number_json(user->loginuid));
	put(object, "sudo", text_json(arena, user->sudo));
	put(object, "unit", text_json(arena, user->unit));
	put(object, "pod", text_json(arena, user->pod));
	return object;
}

static json_t *profile_json(struct arena *arena, const struct history_line *line)
{
	json_t *object;

	if (!line->profile)
		return json_null();
	object = sure(json_object());
	put(object, "name", text_json(arena, line->profile));
	put(object, "sha256", text_json(arena, line->profile_sha256));
	return object;
}

static json_t *changes_json(struct arena *arena, const history_changes *changes)
{
	json_t *array = sure(json_array());

	vec_for_each (change, changes) {
		json_t *object = sure(json_object());

		put(object, "path", text_json(arena, change->path));
		put(object, "setting", text_json(arena, change->setting));
		put(object, "before", value_json(arena, change->before));
		put(object, "after", value_json(arena, change->after));
		put(object, "state", text_json(arena, change->state));
		if (change->wanted)
			put(object, "wanted", value_json(arena, change->wanted));
		if (json_array_append_new(array, object) < 0)
			arena_exhausted();
	}
	return array;
}

static json_t *texts_json(struct arena *arena, const names *list)
{
	json_t *array = sure(json_array());

	vec_for_each (text, list) {
		if (json_array_append_new(array, text_json(arena, *text)) < 0)
			arena_exhausted();
	}
	return array;
}

const char *history_line_draft(struct arena *arena, const struct history_line *line)
{
	json_auto_t *object = sure(json_object());
	const char *copy;
	char *text;

	put(object, "seq", sure(json_integer((json_int_t)line->seq)));
	put(object, "time", text_json(arena, line->time));
	put(object, "boot", text_json(arena, line->boot));
	put(object, "prev", text_json(arena, line->prev));
	put(object, "command", text_json(arena, line->command));
	put(object, "owner", text_json(arena, line->owner));
	put(object, "user", user_json(arena, &line->user));
	put(object, "profile", profile_json(arena, line));
	if (line->waivers.count)
		put(object, "waivers", texts_json(arena, &line->waivers));
	if (line->parts)
		put(object, "part",
		    sure(json_pack("[I,I]", (json_int_t)line->part, (json_int_t)line->parts)));
	put(object, "changes", changes_json(arena, &line->changes));
	if (line->gaps.count)
		put(object, "gap", texts_json(arena, &line->gaps));
	if (line->cut)
		put(object, "cut", text_json(arena, line->cut));
	put(object, "verdict", text_json(arena, line->verdict));
	put(object, "exit_code", number_json(line->exit_code));
	text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (!text)
		arena_exhausted();
	copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

const char *history_line_text(struct arena *arena, struct history_line *line)
{
	const char *draft = history_line_draft(arena, line);
	size_t length = strlen(draft);

	line->hash = history_hash(arena, draft, length);
	return arena_printf(arena, "%.*s" HASH_KEY "%s" HASH_END "\n", (int)length - 1, draft,
			    line->hash);
}

size_t history_change_size(const struct history_change *change)
{
	const char *const texts[] = {change->path, change->setting, change->before, change->after,
				     change->wanted};
	size_t size = 100;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t length = texts[i] ? strlen(texts[i]) : 0;

		/* At worst each byte becomes six. */
		size += 6 * (length > value_most ? 100 : length);
	}
	return size;
}

/* Reading ------------------------------------------------------------------------------------- */

/* One object while it is taken apart. Keys that nobody asks for are a later version's. */
struct keys {
	struct arena *arena;
	json_t *object;
	bool is_wrong;
};

static struct keys keys_of(struct arena *arena, json_t *object)
{
	return (struct keys){.arena = arena, .object = object, .is_wrong = !json_is_object(object)};
}

/* NULL: it is not there. */
static json_t *take(struct keys *keys, const char *key)
{
	return json_object_get(keys->object, key);
}

static json_t *take_needed(struct keys *keys, const char *key)
{
	json_t *value = take(keys, key);

	keys->is_wrong |= !value;
	return value;
}

static const char *text_of(struct keys *keys, json_t *value)
{
	if (json_is_string(value))
		return arena_strdup(keys->arena, json_string_value(value));
	keys->is_wrong = true;
	return "";
}

static const char *take_text(struct keys *keys, const char *key)
{
	return text_of(keys, take_needed(keys, key));
}

static const char *take_text_or_null(struct keys *keys, const char *key)
{
	json_t *value = take_needed(keys, key);

	return json_is_null(value) ? NULL : text_of(keys, value);
}

static const char *take_text_if_there(struct keys *keys, const char *key)
{
	json_t *value = take(keys, key);

	return value ? text_of(keys, value) : NULL;
}

static int64_t number_of(struct keys *keys, json_t *value, int64_t least, int64_t most)
{
	keys->is_wrong |= !json_is_integer(value) || json_integer_value(value) < least ||
			  json_integer_value(value) > most;
	return json_integer_value(value);
}

/* -1: null. */
static int64_t take_number_or_null(struct keys *keys, const char *key, int64_t most)
{
	json_t *value = take_needed(keys, key);

	return json_is_null(value) ? -1 : number_of(keys, value, 0, most);
}

static void take_changes(struct keys *line, history_changes *ret)
{
	json_t *array = take_needed(line, "changes"), *item;
	size_t index;

	line->is_wrong |= !json_is_array(array);
	json_array_foreach(array, index, item)
	{
		struct keys keys = keys_of(line->arena, item);
		const struct history_change change = {
		    .path = take_text(&keys, "path"),
		    .setting = take_text_or_null(&keys, "setting"),
		    .before = take_text_or_null(&keys, "before"),
		    .after = take_text_or_null(&keys, "after"),
		    .state = take_text(&keys, "state"),
		    .wanted = take_text_if_there(&keys, "wanted"),
		};

		line->is_wrong |= keys.is_wrong;
		vec_push(line->arena, ret, change);
	}
}

static void take_texts(struct keys *line, const char *key, names *ret)
{
	json_t *array = take(line, key), *item;
	size_t index;

	line->is_wrong |= array && !json_is_array(array);
	json_array_foreach(array, index, item) vec_push(line->arena, ret, text_of(line, item));
}

static void take_user(struct keys *line, struct live_caller *ret)
{
	struct keys keys = keys_of(line->arena, take_needed(line, "user"));

	ret->loginuid = take_number_or_null(&keys, "loginuid", UINT32_MAX);
	ret->sudo = take_text_or_null(&keys, "sudo");
	ret->unit = take_text_or_null(&keys, "unit");
	ret->pod = take_text_or_null(&keys, "pod");
	line->is_wrong |= keys.is_wrong;
}

static void take_profile(struct keys *line, struct history_line *ret)
{
	json_t *profile = take_needed(line, "profile");
	struct keys keys = keys_of(line->arena, profile);

	if (json_is_null(profile))
		return;
	ret->profile = take_text(&keys, "name");
	ret->profile_sha256 = take_text_or_null(&keys, "sha256");
	line->is_wrong |= keys.is_wrong;
}

static void take_part(struct keys *line, struct history_line *ret)
{
	json_t *part = take(line, "part");

	if (!part)
		return;
	line->is_wrong |= json_array_size(part) != 2;
	ret->part = (uint64_t)number_of(line, json_array_get(part, 0), 1, INT64_MAX);
	ret->parts =
	    (uint64_t)number_of(line, json_array_get(part, 1), (int64_t)ret->part, INT64_MAX);
}

static int take_line(struct arena *arena, const char *text, struct history_line *ret)
{
	json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	struct keys keys = keys_of(arena, object);
	struct history_line line = {0};

	line.seq = (uint64_t)number_of(&keys, take_needed(&keys, "seq"), 1, history_seq_most);
	line.time = take_text(&keys, "time");
	line.boot = take_text_or_null(&keys, "boot");
	line.prev = take_text_or_null(&keys, "prev");
	line.command = take_text(&keys, "command");
	line.owner = take_text_or_null(&keys, "owner");
	take_user(&keys, &line.user);
	take_profile(&keys, &line);
	take_texts(&keys, "waivers", &line.waivers);
	take_part(&keys, &line);
	take_changes(&keys, &line.changes);
	take_texts(&keys, "gap", &line.gaps);
	line.cut = take_text_if_there(&keys, "cut");
	line.verdict = take_text_or_null(&keys, "verdict");
	line.exit_code = (int)take_number_or_null(&keys, "exit_code", 255);
	line.hash = take_text_if_there(&keys, "hash");
	if (keys.is_wrong || (line.prev && !history_is_hash(line.prev)))
		return -EBADMSG;
	*ret = line;
	return 0;
}

/* Where `,"hash":"..."` begins; NULL: it does not end so. A NUL byte would hide what comes after
 * it.
 */
static const char *find_hash(const char *line, size_t length)
{
	const char *tail;

	if (length <= hash_tail || strlen(line) != length)
		return NULL;
	tail = line + length - hash_tail;
	return text_starts(tail, HASH_KEY) && text_ends(tail, HASH_END) ? tail : NULL;
}

static const char *hash_before(struct arena *arena, const char *line, const char *tail)
{
	return history_hash(arena, arena_printf(arena, "%.*s}", (int)(tail - line), line),
			    (size_t)(tail - line) + 1);
}

int history_line_parse(struct arena *arena, const char *text, size_t length,
		       struct history_line *ret, const char **ret_computed)
{
	const char *copy = arena_strndup(arena, text, length), *tail = find_hash(copy, length);

	*ret_computed = history_hash(arena, text, length);
	if (!tail || take_line(arena, copy, ret) < 0 || !history_is_hash(ret->hash) ||
	    strncmp(tail + strlen(HASH_KEY), ret->hash, history_hash_length) != 0)
		return -EBADMSG;
	*ret_computed = hash_before(arena, copy, tail);
	return 0;
}

static const char *text_in_object(struct arena *arena, json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? arena_strdup(arena, text) : NULL;
}

static struct history_line link_of_other(struct arena *arena, const char *text, const char *hash)
{
	json_auto_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	json_int_t seq = json_integer_value(json_object_get(object, "seq"));
	struct history_line line = {
	    .seq = seq > 0 && seq < history_seq_most ? (uint64_t)seq : 0,
	    .time = text_in_object(arena, object, "time"),
	    .prev = text_in_object(arena, object, "prev"),
	    .command = text_in_object(arena, object, "command"),
	    .cut = text_in_object(arena, object, "cut"),
	    .hash = hash,
	};

	line.prev = history_is_hash(line.prev) ? line.prev : NULL;
	return line;
}

bool history_line_is_of_other(struct arena *arena, const char *text, size_t length,
			      struct history_line *ret)
{
	const char *copy = arena_strndup(arena, text, length), *tail = find_hash(copy, length);
	const char *hash = tail ? hash_before(arena, copy, tail) : NULL;

	if (!tail || strncmp(tail + strlen(HASH_KEY), hash, history_hash_length) != 0)
		return false;
	*ret = link_of_other(arena, copy, hash);
	return true;
}

int history_line_parse_draft(struct arena *arena, const char *text, struct history_line *ret)
{
	return take_line(arena, text, ret);
}
