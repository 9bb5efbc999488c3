/* SPDX-License-Identifier: Apache-2.0 */
/* A small recorded node in a temporary directory, for tests of what reads one. */
#ifndef TREE_H
#define TREE_H

#include "facts/facts.h"

struct tree {
	struct arena *arena;
	char *dir;
	struct root *root; /* NULL before tree_open() */
};

/* An empty directory with an empty /sys in it. */
struct tree *tree_new(void);
/* The last one fails the test where it has other descriptors open than before the first. */
void tree_freep(struct tree **tree);
#define _cleanup_tree_ __attribute__((cleanup(tree_freep)))

/* Directories on the way are made. A newline is added after the text, as the kernel does. */
void tree_file(struct tree *tree, const char *path, const char *text);
void tree_dir(struct tree *tree, const char *path);
void tree_link(struct tree *tree, const char *path, const char *target);
/* A file, a link, or a directory with all that is in it. */
void tree_remove(struct tree *tree, const char *path);

struct root *tree_open(struct tree *tree);

/* CPUs first..last of one package and node, threads CPUs a core, as the kernel shows them:
 * CPU c and c + 1 are siblings for threads = 2. Each core has 32 KiB L1 data and 1 MiB L2. */
void tree_cpus(struct tree *tree, unsigned package, unsigned first, unsigned last,
	       unsigned threads);
void tree_node(struct tree *tree, unsigned node, const char *cpumap, unsigned kib);

/* How many are open in this process; 0: it may not look (it gave that up within the test). */
unsigned tree_descriptors(void);

#endif
