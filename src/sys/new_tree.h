/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a tree of directories, files and links from names that may be hostile, below a directory
 * that nobody else uses, and takes away again what it has made. Nothing is made through a link or
 * over what is there, and nothing outside: the kernel resolves every path beneath the directory
 * (openat2, RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS) and makes every file anew (O_EXCL).
 */
#ifndef SYS_NEW_TREE_H
#define SYS_NEW_TREE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct new_thing {
	const char *path; /* below the directory, without links in it */
	bool is_directory;
};

struct new_tree {
	int dir;             /* O_PATH */
	struct arena *arena; /* what follows; as long as the tree */
	VEC(struct new_thing) made;
	size_t most;       /* so many things may be made */
	size_t path_bytes; /* of all that was made */
	int watched;   /* whoever waits for the tree is gone once this is readable; -1: nobody */
	uint64_t asks; /* how often the kernel was asked for a path */
	/* The directory of the path before, as it was named and without links: things come sorted.
	 */
	int last_fd; /* -1: there is none */
	char last[PATH_MAX], last_resolved[PATH_MAX];
};

/*
 * Paths are absolute as in the tree ("/sys/block"), without "..". All return 0 or: -EEXIST:
 * something has the name; -ELOOP: the path leads through a link, or through too many; -EOVERFLOW:
 * more things than `most`; -ECANCELED: nobody waits any more; -ENOTDIR, -ENAMETOOLONG, -ENOSPC ...
 */
void new_tree_start(struct new_tree *tree, struct arena *arena, int dir, size_t most, int watched);
/* A directory with its parents; it may be there. Its inode tells it from others. */
_must_check_ int new_tree_directory(struct new_tree *tree, const char *path, uint64_t *ret_inode);
_must_check_ int new_tree_file(struct new_tree *tree, const char *path, const char *bytes,
			       size_t length);
_must_check_ int new_tree_link(struct new_tree *tree, const char *path, const char *target);
/* An empty file where nothing has the name. with_links: links on the way are followed as if the
 * directory were "/". is_dateless: with the time stamp 0. */
_must_check_ int new_tree_blank(struct new_tree *tree, const char *path, bool with_links,
				bool is_dateless);
/* Gives the time stamp 0 to the directories that are not among these (sorted), itself included. */
_must_check_ int new_tree_undate(struct new_tree *tree, const uint64_t *inodes, size_t count);

/* Takes away what was made. The directory itself stays. */
void new_tree_remove(struct new_tree *tree);
/* Closes what the tree has opened, not dir. */
void new_tree_finish(struct new_tree *tree);

/* What to say of an error. */
const char *new_tree_words(int code);

#endif
