/* SPDX-License-Identifier: Apache-2.0 */
/* Remembers what was read while a record is being made. */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "sys/root_impl.h"

void root_remember(struct root *root, const char *path, struct seen_entry entry)
{
	if (!root->recorder)
		return;
	entry.path = arena_strdup(root->recorder, path);
	if (entry.text)
		entry.text = arena_strdup(root->recorder, entry.text);
	vec_push(root->recorder, &root->seen, entry);
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
}

static int compare_seen(const void *a, const void *b)
{
	const struct seen_entry *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	/* Of several looks at one path the one that saw most comes first: content before errors.
	 */
	return order ? order : (int)left->kind - (int)right->kind;
}

const seen_entries *root_record_entries(struct root *root)
{
	seen_entries *seen = &root->seen;
	size_t kept = 0;

	if (seen->count > 1)
		qsort(seen->at, seen->count, sizeof(*seen->at), compare_seen);
	for (size_t i = 0; i < seen->count; i++) {
		if (kept && text_equal(seen->at[kept - 1].path, seen->at[i].path))
			continue;
		seen->at[kept++] = seen->at[i];
	}
	seen->count = kept;
	return seen;
}
