/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "facts/record_impl.h"

/* As many as the kernel follows. */
enum { MOST_LINKS = 40 };

static const char *resolve(struct resolver *resolver, const char *path, unsigned depth);

/* base has no link in it, so its ".." is the parent in the text as well. */
static const char *walk_target(struct resolver *resolver, const char *base, const char *target,
			       unsigned depth)
{
	names parts = text_split(resolver->arena, target, '/');
	const char *at = target[0] == '/' ? "" : base;

	vec_for_each (part, &parts) {
		const char *slash = strrchr(at, '/');

		if (!**part || text_equal(*part, "."))
			continue;
		if (text_equal(*part, ".."))
			at = slash ? arena_strndup(resolver->arena, at, (size_t)(slash - at)) : "";
		else
			at = resolve(resolver, arena_printf(resolver->arena, "%s/%s", at, *part),
				     depth + 1);
	}
	return at;
}

/* path: all but its last component resolved. */
static const char *resolve(struct resolver *resolver, const char *path, unsigned depth)
{
	const char *slash = strrchr(path, '/'), *target;

	if (depth > MOST_LINKS || root_link(resolver->root, resolver->arena, path, &target) < 0)
		return path;
	vec_push(resolver->arena, &resolver->links, (struct link){.path = path, .target = target});
	return walk_target(resolver, arena_strndup(resolver->arena, path, (size_t)(slash - path)),
			   target, depth);
}

const char *resolver_path(struct resolver *resolver, const char *path, bool follow)
{
	names parts = text_split(resolver->arena, path, '/');
	const char *at = "";
	size_t known = 0;

	/* Below /proc links lead to the caller itself. */
	if (text_starts(path, "/proc/") || parts.count < 2)
		return path;
	/* Sorted paths begin like the one before. parts.at[0] is empty: paths are absolute. */
	while (known < resolver->asked.count && known + 2 < parts.count &&
	       text_equal(resolver->asked.at[known], parts.at[known + 1]))
		known++;
	resolver->asked.count = resolver->resolved.count = known;
	if (known)
		at = resolver->resolved.at[known - 1];
	for (size_t i = known + 1; i < parts.count; i++) {
		bool last = i + 1 == parts.count;

		at = arena_printf(resolver->arena, "%s/%s", at, parts.at[i]);
		if (!last || follow)
			at = resolve(resolver, at, 0);
		if (!last) {
			vec_push(resolver->arena, &resolver->asked, parts.at[i]);
			vec_push(resolver->arena, &resolver->resolved, at);
		}
	}
	return at;
}
