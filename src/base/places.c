/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of places in somebody's list: FNV-1a, and the next free place. */
#include "base/places.h"

#include <stdint.h>

#include "base/text.h"

enum { least_places = 64 };

size_t *places_find(const struct places *places, const char *text, const void *list,
		    places_key *key_of)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *at = text; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
	for (size_t i = hash;; i++) {
		size_t *place = &places->at[i & (places->count - 1)];

		if (!*place || text_equal(key_of(list, *place - 1), text))
			return place;
	}
}

void places_make_room(struct arena *arena, struct places *places, size_t keys, const void *list,
		      size_t listed, places_key *key_of)
{
	if (keys * 2 < places->count)
		return;
	places->count = places->count ? places->count * 2 : least_places;
	while (places->count <= keys * 2)
		places->count *= 2;
	places->at = arena_alloc(arena, places->count * sizeof(*places->at));
	for (size_t i = 0; i < listed; i++)
		*places_find(places, key_of(list, i), list, key_of) = i + 1;
}
