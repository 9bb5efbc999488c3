/* SPDX-License-Identifier: Apache-2.0 */
/* Finds one text among many: a hash table of places in a list that its owner keeps. */
#ifndef BASE_PLACES_H
#define BASE_PLACES_H

#include <stddef.h>

#include "base/arena.h"

/* The text of item i of the list. */
typedef const char *places_key(const void *list, size_t i);

/* Zeroed at first. at[]: the number of an item, plus 1; 0: free. A power of two, at most half full.
 */
struct places {
	size_t *at, count;
};

/* Makes room for one text more beside `keys` different ones. `listed` items are in the list; of
 * those with one text the last counts. */
void places_make_room(struct arena *arena, struct places *places, size_t keys, const void *list,
		      size_t listed, places_key *key_of);

/* The place of the text, or the free one where it belongs. There is room. */
size_t *places_find(const struct places *places, const char *text, const void *list,
		    places_key *key_of);

#endif
