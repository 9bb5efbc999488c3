/* SPDX-License-Identifier: Apache-2.0 */
/* Remembers what was read while a record is being made. */
#include <errno.h>
#include <stdlib.h>

#include "base/places.h"
#include "base/text.h"
#include "sys/root_impl.h"

static const char *path_of(const void *list, size_t i)
{
	return ((const struct root *)list)->seen.at[i].path;
}

/* Of several looks at one path the one that saw most is kept: content before errors. */
void root_remember(struct root *root, const char *path, struct seen_entry entry)
{
	size_t *place;

	if (!root->recorder)
		return;
	places_make_room(root->recorder, &root->places, root->seen.count, root, root->seen.count,
			 path_of);
	place = places_find(&root->places, path, root, path_of);
	if (*place && root->seen.at[*place - 1].kind <= entry.kind)
		return;
	entry.path = arena_strdup(root->recorder, path);
	if (entry.text)
		entry.text = arena_strdup(root->recorder, entry.text);
	if (*place) {
		root->seen.at[*place - 1] = entry;
		return;
	}
	vec_push(root->recorder, &root->seen, entry);
	*place = root->seen.count;
}

const char *root_recall(const struct root *root, const char *path)
{
	size_t place = root->places.count ? *places_find(&root->places, path, root, path_of) : 0;
	const struct seen_entry *entry = place ? &root->seen.at[place - 1] : NULL;

	return entry && entry->kind == SEEN_FILE ? entry->text : NULL;
}

int root_remember_failure(struct root *root, const char *path, int code)
{
	enum seen kind = err_is_absent(code) ? SEEN_ABSENT : SEEN_ERROR;

	root_remember(root, path, (struct seen_entry){.kind = kind, .error = code});
	return code;
}

void root_record_start(struct root *root, struct arena *arena)
{
	root->recorder = arena;
	root->seen = (seen_entries){0};
	root->places = (struct places){0};
}

static int compare_seen(const void *a, const void *b)
{
	const struct seen_entry *left = a, *right = b;

	return strcmp(left->path, right->path);
}

const seen_entries *root_record_entries(struct root *root)
{
	seen_entries *seen = &root->seen;

	/* The places are those of the other order. */
	root->places = (struct places){0};
	if (seen->count > 1)
		qsort(seen->at, seen->count, sizeof(*seen->at), compare_seen);
	return seen;
}
