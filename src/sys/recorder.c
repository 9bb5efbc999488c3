/* SPDX-License-Identifier: Apache-2.0 */
/* Remembers what was read while a record is being made. */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "sys/root_impl.h"

/* FNV-1a; the place of the path, or the free one where it belongs. */
static size_t *place_of(const struct root *root, const char *path)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *at = path; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
	for (size_t i = hash;; i++) {
		size_t *place = &root->places[i & (root->place_count - 1)];

		if (!*place || text_equal(root->seen.at[*place - 1].path, path))
			return place;
	}
}

static void make_places(struct root *root)
{
	if (root->seen.count * 2 < root->place_count)
		return;
	if (!root->place_count)
		root->place_count = 1024;
	while (root->place_count <= root->seen.count * 2)
		root->place_count *= 2;
	root->places = arena_alloc(root->recorder, root->place_count * sizeof(*root->places));
	for (size_t i = 0; i < root->seen.count; i++)
		*place_of(root, root->seen.at[i].path) = i + 1;
}

/* Of several looks at one path the one that saw most is kept: content before errors. */
void root_remember(struct root *root, const char *path, struct seen_entry entry)
{
	size_t *place;

	if (!root->recorder)
		return;
	make_places(root);
	place = place_of(root, path);
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
	size_t place = root->place_count ? *place_of(root, path) : 0;
	const struct seen_entry *entry = place ? &root->seen.at[place - 1] : NULL;

	return entry && entry->kind == SEEN_FILE ? entry->text : NULL;
}

int root_remember_failure(struct root *root, const char *path, int code)
{
	enum seen kind = code == -ENOENT || code == -ENOTDIR ? SEEN_ABSENT : SEEN_ERROR;

	root_remember(root, path, (struct seen_entry){.kind = kind, .error = code});
	return code;
}

void root_record_start(struct root *root, struct arena *arena)
{
	root->recorder = arena;
	root->seen = (seen_entries){0};
	root->places = NULL;
	root->place_count = 0;
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
	root->place_count = 0;
	if (seen->count > 1)
		qsort(seen->at, seen->count, sizeof(*seen->at), compare_seen);
	return seen;
}
