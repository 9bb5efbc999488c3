/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "facts/block.h"
#include "facts/sysfs.h"

/* Real stacks have four or five levels. */
enum { DEEPEST = 32 };

struct walk {
	struct root *root;
	struct arena *arena;
	names visited;
	leaf_list *leaves;
};

static bool visit(struct walk *walk, const char *sysfs)
{
	vec_for_each (seen, &walk->visited) {
		if (text_equal(*seen, sysfs))
			return false;
	}
	vec_push(walk->arena, &walk->visited, sysfs);
	return true;
}

static int slaves_of(struct walk *walk, const char *sysfs, names *ret)
{
	const char *dir = arena_printf(walk->arena, "%s/slaves", sysfs);
	names list = {0};
	int r = root_list(walk->root, walk->arena, dir, &list);

	*ret = (names){0};
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	vec_for_each (name, &list) {
		const char *target;

		r = root_follow(walk->root, walk->arena,
				arena_printf(walk->arena, "%s/%s", dir, *name), &target);
		if (r < 0)
			return r;
		vec_push(walk->arena, ret, target);
	}
	return 0;
}

/* above: the chain from the device that lies on this one upwards; NULL at the top. */
static int go_down(struct walk *walk, const char *sysfs, const char *above, unsigned depth)
{
	const char *name = path_base(sysfs), *chain;
	names below;
	int r;

	if (depth > DEEPEST)
		return -ELOOP;
	if (!visit(walk, sysfs))
		return 0;
	chain = above ? arena_printf(walk->arena, "%s < %s", name, above) : name;
	if (sysfs_text(walk->root, walk->arena, sysfs, "partition"))
		return go_down(walk, path_parent(walk->arena, sysfs), chain, depth + 1);
	r = slaves_of(walk, sysfs, &below);
	if (r < 0)
		return r;
	if (!below.count) {
		r = nvme_paths(walk->root, walk->arena, sysfs, &below);
		if (r < 0)
			return r;
	}
	if (!below.count)
		vec_push(
		    walk->arena, walk->leaves,
		    (struct leaf){.name = name, .sysfs = sysfs, .chain = above ? above : name});
	vec_for_each (device, &below) {
		r = go_down(walk, *device, chain, depth + 1);
		if (r < 0)
			return r;
	}
	return 0;
}

int block_leaves(struct root *root, struct arena *arena, const char *sysfs, leaf_list *leaves)
{
	struct walk walk = {.root = root, .arena = arena, .leaves = leaves};

	return go_down(&walk, sysfs, NULL, 0);
}
