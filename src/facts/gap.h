/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are there and could not be read. What they may hold is unknown, so nobody may conclude
 * from what the other files say that there is nothing of the kind.
 */
#ifndef FACTS_GAP_H
#define FACTS_GAP_H

#include "base/arena.h"
#include "base/text.h"

/* r: what reading the path gave. Adds "PATH: Permission denied" and its like, once; nothing if it
 * was read, or there is nothing that anybody could read. */
void gap_add(struct arena *arena, names *gaps, const char *path, int r);

/* "/a: Permission denied; /b: ..."; NULL: none. */
const char *gap_words(struct arena *arena, const names *gaps);

#endif
