/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a block device down to the disks it lies on: partitions, slaves (md, dm, LVM, bcache), the
 * file of a loop device, and NVMe native multipath. There a head is nvme<S>n<H> of subsystem S; its
 * paths are the hidden disks nvme<S>c<C>n<H> below the controllers.
 */
#include "facts/block_walk.h"

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "facts/data_devices.h"
#include "facts/sysfs.h"
#include "sys/loop.h"

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

/* Queues -------------------------------------------------------------------------------------- */

/*
 * Whether requests are put into order here, rather than passed on as they come. Such a device has a
 * directory mq (block/blk-sysfs.c, blk_register_queue). A scheduler can be chosen for it only, and
 * the choice is in brackets (block/elevator.c, elv_iosched_show): that tells it where mq is not in
 * a record. Of the others the file says "none" in Linux 6.1, and is not there in 6.12
 * (block/blk-sysfs.c, blk_mq_queue_attr_visible). Of devices made of others, dm-multipath has such
 * a queue, unless its table says "queue_mode bio" (drivers/md/dm-table.c,
 * dm_table_determine_type), and so have loop devices; LVM, dm-crypt, md and bcache have none.
 */
static bool has_own_queue(struct root *root, struct arena *arena, const char *sysfs)
{
	const char *scheduler;
	names queues = {0};

	if (root_list(root, arena, arena_printf(arena, "%s/mq", sysfs), &queues) == 0)
		return true;
	scheduler = sysfs_text(root, arena, sysfs, "queue/scheduler");
	return scheduler && strchr(scheduler, '[');
}

/*
 * A request of dm-multipath is cloned and given to the path's driver at once, past the path's own
 * scheduler (drivers/md/dm-mpath.c, multipath_clone_and_map; drivers/md/dm-rq.c, map_request;
 * block/blk-mq.c, blk_insert_cloned_request).
 */
static bool passes_requests(struct root *root, struct arena *arena, const char *sysfs)
{
	return text_starts(sysfs_path_base(sysfs), "dm-") && has_own_queue(root, arena, sysfs);
}

const char *block_queue_above(struct root *root, struct arena *arena, const char *sysfs)
{
	const char *dir = arena_printf(arena, "%s/holders", sysfs);
	names holders = {0};

	if (root_list(root, arena, dir, &holders) < 0)
		return NULL;
	vec_for_each (holder, &holders) {
		const char *target = sysfs_target(root, arena, dir, *holder);

		if (target && passes_requests(root, arena, target))
			return sysfs_path_base(target);
	}
	return NULL;
}

/* The walk ------------------------------------------------------------------------------------ */

/* Real stacks have up to ten levels. */
enum { DEEPEST = 32 };

/* Where the walk is. */
struct step {
	const char *sysfs;
	const char *above;   /* the chain from the device that lies on this one upwards */
	const char *path_of; /* see struct disk */
	unsigned depth;
};

static int go_down(struct block_walk *walk, struct step step);

/* A disk that is only partly a path of a multipath device has requests of its own, too. */
static bool visit(struct block_walk *walk, const struct step *step)
{
	for (size_t i = 0; i < walk->visited.count; i++) {
		if (!text_equal(walk->visited.at[i], step->sysfs))
			continue;
		walk->met_earlier |= i < walk->visited_before;
		vec_for_each (queued, &walk->found) {
			if (!step->path_of && text_equal(queued->sysfs, step->sysfs))
				queued->path_of = NULL;
		}
		return false;
	}
	vec_push(walk->arena, &walk->visited, step->sysfs);
	return true;
}

static int slaves_of(const struct block_walk *walk, const char *sysfs, names *ret)
{
	const char *dir = arena_printf(walk->arena, "%s/slaves", sysfs);
	names list = {0};
	int r = root_list(walk->root, walk->arena, dir, &list);

	*ret = (names){0};
	if (r < 0)
		return err_is_absent(r) ? 0 : r;
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

/* The device that the file lies on. What is not known of it is told, and is no failure. */
static const char *device_of_file(struct block_walk *walk, const char *name, const char *file)
{
	struct arena *arena = walk->arena;
	const char *number, *target, *why;
	int r = root_read(walk->root, arena, arena_printf(arena, LOOP_DIR "%s", name), &number);

	if (r < 0)
		why = err_words(r);
	else if (text_starts(number, "0:"))
		why = "its file system has no block device of its own";
	else if ((r = root_follow(walk->root, arena,
				  arena_printf(arena, "/sys/dev/block/%s", number), &target)) < 0)
		why = arena_printf(arena, "it is on device %s: %s", number, err_words(r));
	else
		return target;
	vec_push(arena, &walk->gaps,
		 arena_printf(arena, "the disk below %s, the file of %s, is not found: %s", file,
			      name, why));
	return NULL;
}

/* The devices below; *ret_file: they hold this file, which the device is made of. */
static int devices_below(struct block_walk *walk, const char *sysfs, names *ret,
			 const char **ret_file)
{
	const char *name = sysfs_path_base(sysfs), *device;
	int r = slaves_of(walk, sysfs, ret);

	*ret_file = NULL;
	if (r < 0 || ret->count)
		return r;
	r = nvme_paths(walk->root, walk->arena, sysfs, ret);
	if (r < 0 || ret->count || !text_starts(name, "loop"))
		return r;
	*ret_file = sysfs_text(walk->root, walk->arena, sysfs, "loop/backing_file");
	device = *ret_file ? device_of_file(walk, name, *ret_file) : NULL;
	if (!device)
		return 0;
	vec_push(walk->arena, ret, device);
	/* An fsync of the file waits for its file system's journal, too. */
	device = data_journal(walk->root, walk->arena, device, &walk->gaps);
	if (device)
		vec_push(walk->arena, ret, device);
	return 0;
}

/* What is made of other devices without saying of which, as DRBD is (drivers/block/drbd has no
 * links to the devices that it lies on): it passes on what it gets, so its own queue settles
 * nothing. A disk has a device, or a queue. */
static bool hides_what_is_below(struct root *root, struct arena *arena, const char *sysfs)
{
	return !sysfs_target(root, arena, sysfs, "device") && !has_own_queue(root, arena, sysfs);
}

/* The device itself, if requests stop here, and then what is below it. */
static int go_on(struct block_walk *walk, const struct step *step, const char *chain)
{
	struct arena *arena = walk->arena;
	const char *file, *name = sysfs_path_base(step->sysfs);
	names below;
	int r = devices_below(walk, step->sysfs, &below, &file), code;
	bool is_queued = below.count && has_own_queue(walk->root, arena, step->sysfs);

	if (!below.count && r < 0)
		return r;
	if (!below.count && !file && hides_what_is_below(walk->root, arena, step->sysfs)) {
		vec_push(arena, &walk->gaps,
			 arena_printf(arena,
				      "%s has no queue of its own, and sysfs does not show which "
				      "disks are below it",
				      name));
		return 0;
	}
	if (is_queued || !below.count)
		vec_push(arena, &walk->found,
			 (struct queued){.name = name,
					 .sysfs = step->sysfs,
					 .chain = step->above ? step->above : chain,
					 .path_of = step->path_of,
					 .is_stacked = is_queued,
					 .file = file});
	if (file)
		chain = arena_printf(arena, "%s < %s", file, chain);
	vec_for_each (device, &below) {
		code = go_down(walk, (struct step){.sysfs = *device,
						   .above = chain,
						   .path_of = is_queued && !file ? name : NULL,
						   .depth = step->depth + 1});
		r = r < 0 ? r : code;
	}
	return r;
}

static int go_down(struct block_walk *walk, struct step step)
{
	struct arena *arena = walk->arena;
	const char *chain = sysfs_path_base(step.sysfs);

	if (step.depth > DEEPEST)
		return -ELOOP;
	if (!visit(walk, &step))
		return 0;
	if (step.above)
		chain = arena_printf(arena, "%s < %s", chain, step.above);
	else if (walk->role)
		chain = arena_printf(arena, "%s (%s)", chain, walk->role);
	if (!sysfs_text(walk->root, arena, step.sysfs, "partition"))
		return go_on(walk, &step, chain);
	step.sysfs = sysfs_path_parent(arena, step.sysfs);
	step.above = chain;
	step.depth++;
	return go_down(walk, step);
}

int block_walk_down(struct block_walk *walk, const char *sysfs)
{
	walk->visited_before = walk->visited.count;
	walk->met_earlier = false;
	return go_down(walk, (struct step){.sysfs = sysfs});
}
