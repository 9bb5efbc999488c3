/* SPDX-License-Identifier: Apache-2.0 */
/* Fills in the names that a pattern leaves open. */
#include "apply/siblings.h"

#include "base/text.h"

names siblings_reset(struct root *root, struct arena *arena, const struct wish *wish)
{
	names paths = {0};

	vec_for_each (reset, &wish->resets) {
		names files;

		if (!text_ends(*reset, "/")) {
			vec_push(arena, &paths, *reset);
			continue;
		}
		if (root_list(root, arena, *reset, &files) < 0)
			continue;
		vec_for_each (file, &files)
			vec_push(arena, &paths, arena_printf(arena, "%s%s", *reset, *file));
	}
	return paths;
}

static names carried(struct root *root, struct arena *arena, const struct wish *wish)
{
	names paths = {0};

	vec_for_each (pattern, &wish->carries) {
		const char *star = strstr(*pattern, "/*/");
		names list = {0};

		if (!star) {
			vec_push(arena, &paths, *pattern);
			continue;
		}
		if (root_list(root, arena,
			      arena_strndup(arena, *pattern, (size_t)(star - *pattern)), &list) < 0)
			continue;
		vec_for_each (name, &list) {
			const char *path = arena_printf(arena, "%.*s/%s%s", (int)(star - *pattern),
							*pattern, *name, star + 2);

			if (!text_equal(path, wish->path))
				vec_push(arena, &paths, path);
		}
	}
	return paths;
}

names siblings_of(struct root *root, struct arena *arena, const struct wish *wish)
{
	names paths = siblings_reset(root, arena, wish), more = carried(root, arena, wish);

	vec_for_each (path, &more)
		vec_push(arena, &paths, *path);
	return paths;
}
