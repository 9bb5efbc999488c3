/* SPDX-License-Identifier: Apache-2.0 */
/* Fills in the names that a pattern leaves open. */
#include "apply/siblings.h"

#include "base/text.h"

names siblings_carried(struct root *root, struct arena *arena, const struct wish *wish)
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
