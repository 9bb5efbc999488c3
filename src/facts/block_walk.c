/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a block device down to the disks it lies on: partitions, slaves (md, dm, LVM), and NVMe
 * native multipath. There a head is nvme<S>n<H> of subsystem S; its paths are the hidden disks
 * nvme<S>c<C>n<H> below the controllers.
 */
#include "facts/block_walk.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/sysfs.h"

/* NVMe multipath ------------------------------------------------------------------------------ */

static size_t digits(const char *text)
{
	return strspn(text, "0123456789");
}

const char *block_nvme_head_name(struct arena *arena, const char *path_name)
{
	const char *at = path_name + strlen("nvme");
	size_t subsystem, controller;

	if (!text_starts(path_name, "nvme"))
		return NULL;
	subsystem = digits(at);
	if (!subsystem || at[subsystem] != 'c')
		return NULL;
	controller = digits(at + subsystem + 1);
	if (!controller)
		return NULL;
	at += subsystem + 1 + controller;
	if (at[0] != 'n' || !digits(at + 1) || at[1 + digits(at + 1)])
		return NULL;
	return arena_printf(arena, "nvme%.*s%s", (int)subsystem, path_name + strlen("nvme"), at);
}

static bool is_controller_name(const char *name)
{
	const char *number = name + strlen("nvme");

	return text_starts(name, "nvme") && digits(number) && !number[digits(number)];
}

/* Directory of the subsystem when the device is a head, else NULL. */
static const char *subsystem_of(struct root *root, struct arena *arena, const char *sysfs)
{
	const char *device;

	/* Only heads sit directly below their subsystem; saves the look-up for all other disks. */
	if (!text_starts(sysfs_path_base(sysfs_path_parent(arena, sysfs)), "nvme-subsys"))
		return NULL;
	device = sysfs_target(root, arena, sysfs, "device");
	return device && text_starts(sysfs_path_base(device), "nvme-subsys") ? device : NULL;
}

bool block_is_nvme_head(struct root *root, struct arena *arena, const char *sysfs)
{
	return subsystem_of(root, arena, sysfs) != NULL;
}

/* Kernels from 6.15 on list the paths in the head's own directory. */
static int paths_by_links(struct root *root, struct arena *arena, const char *sysfs, names *ret)
{
	const char *dir = arena_printf(arena, "%s/multipath", sysfs);
	names list = {0};
	int r = root_list(root, arena, dir, &list);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	vec_for_each (name, &list) {
		const char *target = sysfs_target(root, arena, dir, *name);

		if (target)
			vec_push(arena, ret, target);
	}
	return 0;
}

static int paths_by_controllers(struct root *root, struct arena *arena, const char *subsystem,
				const char *head, names *ret)
{
	names controllers = {0};
	int r = root_list(root, arena, subsystem, &controllers);

	if (r < 0)
		return r;
	vec_for_each (controller, &controllers) {
		const char *dir;
		names children = {0};

		if (!is_controller_name(*controller))
			continue;
		dir = sysfs_target(root, arena, subsystem, *controller);
		if (!dir)
			continue;
		r = root_list(root, arena, dir, &children);
		if (r < 0)
			return r;
		vec_for_each (child, &children) {
			if (text_equal(block_nvme_head_name(arena, *child), head))
				vec_push(arena, ret, arena_printf(arena, "%s/%s", dir, *child));
		}
	}
	return 0;
}

static int nvme_paths(struct root *root, struct arena *arena, const char *sysfs, names *ret)
{
	const char *subsystem = subsystem_of(root, arena, sysfs);
	int r;

	*ret = (names){0};
	if (!subsystem)
		return 0;
	r = paths_by_links(root, arena, sysfs, ret);
	if (r < 0 || ret->count)
		return r;
	return paths_by_controllers(root, arena, subsystem, sysfs_path_base(sysfs), ret);
}

/* The walk ------------------------------------------------------------------------------------ */

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
	const char *name = sysfs_path_base(sysfs), *chain;
	names below;
	int r;

	if (depth > DEEPEST)
		return -ELOOP;
	if (!visit(walk, sysfs))
		return 0;
	chain = above ? arena_printf(walk->arena, "%s < %s", name, above) : name;
	if (sysfs_text(walk->root, walk->arena, sysfs, "partition"))
		return go_down(walk, sysfs_path_parent(walk->arena, sysfs), chain, depth + 1);
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
