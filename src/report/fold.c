/* SPDX-License-Identifier: Apache-2.0 */
/* Groups settings that a reader cannot tell apart. */
#include "report/fold.h"

#include <stdlib.h>

#include "base/text.h"
#include "plan/waive.h"

/* Everything a reader sees of a setting, except the object it belongs to. */
struct key {
	const char *text;
	size_t at;
};

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* The same one, or none. */
static const char *waiver_key(struct arena *arena, const struct setting *setting)
{
	return setting->wish->waiver ? waive_words(arena, setting->wish->waiver) : "";
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

/* Vectors and sending queues of one device, "eth0 rx 3" and "eth0/tx-3 xps_cpus", differ in number
 * and CPU only, by design. */
static const char *vector_key(struct arena *arena, const struct setting *setting)
{
	bool is_queue = setting->wish->kind == KIND_CPUMASK;
	const char *name = setting->wish->name;
	const char *end = is_queue ? strrchr(name, ' ') : name + strlen(name);
	size_t length = (size_t)(end - name);

	while (length && strchr("0123456789", name[length - 1]))
		length--;
	return arena_printf(
	    arena, "%s\n%.*s\n%s\n%d%d%d%d\n%s\n%s", setting->wish->tuner, (int)length, name, end,
	    (int)setting->state, (int)setting->wish->severity, setting->lacks_right,
	    setting->is_unproven, waiver_key(arena, setting), note_without_path(arena, setting));
}

static const char *key_text(struct arena *arena, const struct setting *setting)
{
	const char *attribute = strchr(setting->wish->name, ' ');

	if (setting->wish->kind == KIND_CPULIST || text_equal(attribute, " xps_cpus"))
		return vector_key(arena, setting);
	if (!attribute)
		return NULL;
	return arena_printf(arena, "%s\n%s\n%d%d%d\n%s\n%s\n%s\n%s\n%s", setting->wish->tuner,
			    attribute, (int)setting->state, (int)setting->wish->severity,
			    setting->lacks_right, or_empty(setting->have), or_empty(setting->want),
			    or_empty(setting->before), waiver_key(arena, setting),
			    note_without_path(arena, setting));
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	return order ? order : left->at < right->at ? -1 : left->at > right->at;
}

/* One row is enough for what nobody can change. */
static size_t limit_of(const struct setting *setting, size_t from)
{
	return setting->state == STATE_MANAGED ? 1 : from;
}

fold_rows fold_settings(struct arena *arena, const fold_rows *rows, size_t from)
{
	/* Of thousands of settings few rows are left, and the keys of none of them. */
	_cleanup_arena_ struct arena *scratch = arena_new();
	VEC(struct key) keys = {0};
	bool *hidden = arena_alloc(scratch, rows->count + 1);
	fold_rows folded = {0};

	vec_reserve(scratch, &keys, rows->count);
	for (size_t i = 0; i < rows->count; i++) {
		const char *text = key_text(scratch, rows->at[i].setting);

		if (text)
			vec_push(scratch, &keys, (struct key){.text = text, .at = i});
	}
	if (keys.count > 1)
		qsort(keys.at, keys.count, sizeof(*keys.at), compare_keys);
	for (size_t first = 0, next; first < keys.count; first = next) {
		struct fold_row *row = &rows->at[keys.at[first].at];

		for (next = first + 1; next < keys.count; next++) {
			if (!text_equal(keys.at[first].text, keys.at[next].text))
				break;
		}
		if (next - first <= limit_of(row->setting, from))
			continue;
		row->alike = (unsigned)(next - first - 1);
		row->last = rows->at[keys.at[next - 1].at].setting->wish->name;
		for (size_t i = first + 1; i < next; i++) {
			hidden[keys.at[i].at] = true;
			vec_push(arena, &row->others, rows->at[keys.at[i].at].setting);
		}
	}
	for (size_t i = 0; i < rows->count; i++) {
		if (!hidden[i])
			vec_push(arena, &folded, rows->at[i]);
	}
	return folded;
}

names fold_tuners(struct arena *arena, const fold_rows *rows)
{
	names tuners = {0};

	vec_for_each (row, rows) {
		bool known = false;

		vec_for_each (tuner, &tuners)
			known = known || text_equal(*tuner, row->setting->wish->tuner);
		if (!known)
			vec_push(arena, &tuners, row->setting->wish->tuner);
	}
	return tuners;
}
