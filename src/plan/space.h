/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that only takes space (KIND_SPACE): the ballast in the data directory. Its path says in
 * which directory it is, by that directory's own name (struct live_data_dir, id) and by the way
 * that leads there from the caller, since another pod has another directory at the same place:
 *
 *   SPACE_DIR ID /var/lib/redpanda/data/ballast
 *
 * Its value is "BYTES WHICH": WHICH tells the file from a later one of its name, and from what
 * becomes of it once somebody writes to it. What is wanted may be "BYTES" alone. Pure.
 */
#ifndef PLAN_SPACE_H
#define PLAN_SPACE_H

#include <stdbool.h>

#include "live/live.h"

#define SPACE_DIR "/.thintune/space/"

/* NULL: the directory cannot be told from another one, or the way to it cannot be written down. */
const char *space_path(struct arena *arena, const struct live_data_dir *dir);
bool space_is_path(const char *path);
/* Id and path of the directory. False: it is no such path. */
bool space_split(struct arena *arena, const char *path, const char **ret_id, const char **ret_dir);

/* "1.0 MiB" of a value; what is none stays as it is. */
const char *space_words(struct arena *arena, const char *value);

/* Both are values, or one of them is what is wanted. */
bool space_equal(const char *a, const char *b);

#endif
