/* SPDX-License-Identifier: Apache-2.0 */
/* Groups settings that a reader cannot tell apart. */
#include "report/fold.h"

#include <stdlib.h>

#include "base/text.h"

/* Everything a reader sees of a setting, except the object it belongs to. */
struct key {
	const char *text;
	size_t at;
};

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* A note may name the setting's own path; that is no difference. */
static const char *note_without_path(struct arena *arena, const struct setting *setting)
{
	const char *note = or_empty(setting->note);
	const char *at = setting->wish->path ? strstr(note, setting->wish->path) : NULL;

	if (!at)
		return note;
	return arena_printf(arena, "%.*s*%s", (int)(at - note), note,
			    at + strlen(setting->wish->path));
}

/* Vectors of one device differ in number and CPU only, by design. */
static const char *vector_key(struct arena *arena, const struct setting *setting)
{
	size_t length = strlen(setting->wish->name);

	while (length && strchr("0123456789", setting->wish->name[length - 1]))
		length--;
	return arena_printf(arena, "%s\n%.*s\n%d%d%d%d\n%s", setting->wish->tuner, (int)length,
			    setting->wish->name, (int)setting->state, (int)setting->wish->severity,
			    setting->lacks_right, setting->is_unproven,
			    note_without_path(arena, setting));
}

static const char *key_text(struct arena *arena, const struct setting *setting)
{
	const char *attribute = strchr(setting->wish->name, ' ');

	if (setting->wish->kind == KIND_CPULIST)
		return vector_key(arena, setting);

	if (!attribute)
		return NULL;
	return arena_printf(arena, "%s\n%s\n%d%d%d\n%s\n%s\n%s\n%s", setting->wish->tuner,
			    attribute, (int)setting->state, (int)setting->wish->severity,
			    setting->lacks_right, or_empty(setting->have), or_empty(setting->want),
			    or_empty(setting->before), note_without_path(arena, setting));
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	return order ? order : left->at < right->at ? -1 : left->at > right->at;
}

/* One row is enough for what nobody can change. */
static size_t limit_of(const struct setting *setting)
{
	return setting->state == STATE_MANAGED ? 1 : FOLD_FROM;
}

fold_rows fold_settings(struct arena *arena, const fold_rows *rows)
{
	VEC(struct key) keys = {0};
	bool *hidden = arena_alloc(arena, rows->count + 1);
	fold_rows folded = {0};

	for (size_t i = 0; i < rows->count; i++) {
		const char *text = key_text(arena, rows->at[i].setting);

		if (text)
			vec_push(arena, &keys, (struct key){.text = text, .at = i});
	}
	if (keys.count > 1)
		qsort(keys.at, keys.count, sizeof(*keys.at), compare_keys);
	for (size_t first = 0, next; first < keys.count; first = next) {
		struct fold_row *row = &rows->at[keys.at[first].at];

		for (next = first + 1; next < keys.count; next++) {
			if (!text_equal(keys.at[first].text, keys.at[next].text))
				break;
		}
		if (next - first <= limit_of(row->setting))
			continue;
		row->alike = (unsigned)(next - first - 1);
		row->last = rows->at[keys.at[next - 1].at].setting->wish->name;
		for (size_t i = first + 1; i < next; i++)
			hidden[keys.at[i].at] = true;
	}
	for (size_t i = 0; i < rows->count; i++) {
		if (!hidden[i])
			vec_push(arena, &folded, rows->at[i]);
	}
	return folded;
}
