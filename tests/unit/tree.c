/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned trees, descriptors; /* of this test; what was open before the first */

unsigned tree_descriptors(void)
{
	DIR *list = opendir("/proc/self/fd");
	unsigned count = 0;

	while (list && readdir(list))
		count++;
	if (list)
		(void)closedir(list);
	return count;
}

struct tree *tree_new(void)
{
	struct arena *arena = arena_new();
	struct tree *tree = arena_alloc(arena, sizeof(*tree));
	const char *parent = getenv("TMPDIR");

	/* A node's directories are their owner's alone, whatever umask the user has. */
	(void)umask(022);
	tree->arena = arena;
	/* 0 is a descriptor like any other, and now what is opened next gets it. */
	(void)close(STDIN_FILENO);
	if (!trees++)
		descriptors = tree_descriptors();
	tree->dir = arena_printf(arena, "%s/thintune-tree-XXXXXX", parent ? parent : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(tree->dir));
	tree_dir(tree, "/sys");
	return tree;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static int remove_all(const char *path)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void tree_freep(struct tree **tree)
{
	struct arena *arena = (*tree)->arena;
	unsigned now;

	root_close((*tree)->root);
	(void)remove_all((*tree)->dir);
	if (--trees == 0) {
		now = tree_descriptors();
		ck_assert_msg(!now || now == descriptors, "%u descriptors were open, now %u are",
			      descriptors, now);
	}
	arena_free(arena);
}

static char *place(struct tree *tree, const char *path)
{
	char *full = arena_printf(tree->arena, "%s%s", tree->dir, path);

	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ck_assert(mkdir(full, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	return full;
}

void tree_file(struct tree *tree, const char *path, const char *text)
{
	FILE *file = fopen(place(tree, path), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fprintf(file, "%s\n", text), 0);
	ck_assert_int_eq(fclose(file), 0);
}

void tree_dir(struct tree *tree, const char *path)
{
	ck_assert_int_eq(mkdir(place(tree, path), 0755), 0);
}

void tree_link(struct tree *tree, const char *path, const char *target)
{
	ck_assert_int_eq(symlink(target, place(tree, path)), 0);
}

void tree_remove(struct tree *tree, const char *path)
{
	ck_assert_int_eq(remove_all(place(tree, path)), 0);
}

struct root *tree_open(struct tree *tree)
{
	struct err err = {0};

	if (!tree->root) {
		int first = open("/dev/null", O_RDONLY | O_CLOEXEC);
		int r = root_open(tree->arena, tree->dir, &tree->root, &err);

		(void)close(first);
		ck_assert_msg(r == 0, "%s", err.text);
		ck_assert(!root_is_live(tree->root));
	}
	return tree->root;
}

static char *mask(struct tree *tree, unsigned first, unsigned last)
{
	struct cpuset set = {0};

	for (unsigned cpu = first; cpu <= last; cpu++)
		cpuset_add(tree->arena, &set, cpu);
	return cpuset_mask(tree->arena, &set);
}

static void cache(struct tree *tree, const char *dir, const char *level, const char *type,
		  const char *size, const char *shared)
{
	tree_file(tree, arena_printf(tree->arena, "%s/level", dir), level);
	tree_file(tree, arena_printf(tree->arena, "%s/type", dir), type);
	tree_file(tree, arena_printf(tree->arena, "%s/size", dir), size);
	tree_file(tree, arena_printf(tree->arena, "%s/shared_cpu_map", dir), shared);
}

void tree_cpus(struct tree *tree, unsigned package, unsigned first, unsigned last, unsigned threads)
{
	for (unsigned cpu = first; cpu <= last; cpu++) {
		const char *dir = arena_printf(tree->arena, "/sys/devices/system/cpu/cpu%u", cpu);
		unsigned sibling = cpu - (cpu - first) % threads;
		const char *core = mask(tree, sibling, sibling + threads - 1);

		tree_file(tree, arena_printf(tree->arena, "%s/topology/core_cpus", dir), core);
		tree_file(tree, arena_printf(tree->arena, "%s/topology/core_id", dir),
			  arena_printf(tree->arena, "%u", sibling - first));
		tree_file(tree, arena_printf(tree->arena, "%s/topology/package_cpus", dir),
			  mask(tree, first, last));
		tree_file(tree, arena_printf(tree->arena, "%s/topology/physical_package_id", dir),
			  arena_printf(tree->arena, "%u", package));
		cache(tree, arena_printf(tree->arena, "%s/cache/index0", dir), "1", "Data", "32K",
		      core);
		cache(tree, arena_printf(tree->arena, "%s/cache/index1", dir), "1", "Instruction",
		      "64K", core);
		cache(tree, arena_printf(tree->arena, "%s/cache/index2", dir), "2", "Unified",
		      "1024K", core);
	}
}

void tree_node(struct tree *tree, unsigned node, const char *cpumap, unsigned kib)
{
	const char *dir = arena_printf(tree->arena, "/sys/devices/system/node/node%u", node);

	tree_file(tree, arena_printf(tree->arena, "%s/cpumap", dir), cpumap);
	tree_file(tree, arena_printf(tree->arena, "%s/meminfo", dir),
		  arena_printf(tree->arena, "Node %u MemTotal:       %u kB", node, kib));
}
