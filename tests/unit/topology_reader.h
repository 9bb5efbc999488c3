/* SPDX-License-Identifier: Apache-2.0 */
/* The topology of a tree made by hand, caches included. */
#ifndef TOPOLOGY_READER_H
#define TOPOLOGY_READER_H

#include "facts/facts.h"
#include "tree.h"

int topology_try(struct root *root, struct arena *arena, struct facts *facts, struct err *err);
/* Fails the test where that fails, or the topology is not known. */
const struct topology *topology_read(struct tree *tree);
/* Fails the test where it is known, or why it is not has no such part. */
void topology_expect_unknown(struct tree *tree, const char *part);

#endif
