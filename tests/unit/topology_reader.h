/* SPDX-License-Identifier: Apache-2.0 */
/* The topology of a tree made by hand, caches included. */
#ifndef TOPOLOGY_READER_H
#define TOPOLOGY_READER_H

#include "facts/facts.h"
#include "tree.h"

int topology_try(struct root *root, struct arena *arena, struct facts *facts, struct err *err);
/* Fails the test where that fails. */
const struct topology *topology_read(struct tree *tree);

#endif
