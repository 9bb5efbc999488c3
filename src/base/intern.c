/* SPDX-License-Identifier: Apache-2.0 */
/* The hash table of intern.h. */
#include "base/intern.h"

#include <string.h>

enum { first_slots = 1024 };

static struct intern intern_of(struct arena *arena, const struct intern *below, uint64_t seed)
{
	return (struct intern){.arena = arena,
			       .below = below,
			       .seed = seed,
			       .slots = arena_alloc(arena, first_slots * sizeof(uint32_t)),
			       .slot_count = first_slots};
}

/* Hashes start from an address, which nobody outside knows: what is interned may be hostile, and
 * made to fall into one slot. No result depends on a hash. */
struct intern intern_new(struct arena *arena)
{
	return intern_of(arena, NULL, (uint64_t)(uintptr_t)arena);
}

struct intern intern_above(struct arena *arena, const struct intern *below)
{
	return intern_of(arena, below, below->seed);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

static uint64_t hash_of(const struct intern *intern, const char *bytes, size_t length)
{
	uint64_t hash = mix(intern->seed, length), word;

	for (; length >= sizeof(word); bytes += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	memcpy(&word, bytes, length);
	hash = mix(hash, word);
	return hash ^ (hash >> 32);
}

static size_t free_slot(const struct intern *intern, uint64_t hash)
{
	size_t slot = hash & (intern->slot_count - 1);

	while (intern->slots[slot])
		slot = (slot + 1) & (intern->slot_count - 1);
	return slot;
}

static void grow(struct intern *intern)
{
	intern->slot_count *= 2;
	intern->slots = arena_alloc(intern->arena, intern->slot_count * sizeof(*intern->slots));
	for (size_t i = 0; i < intern->all.count; i++)
		intern->slots[free_slot(intern, intern->all.at[i].hash)] = (uint32_t)i + 1;
}

static bool is_same(const struct interned *one, const void *bytes, size_t length, uint64_t hash)
{
	return one->hash == hash && one->length == length &&
	       (!length || memcmp(one->bytes, bytes, length) == 0);
}

/* Where it is, or where it would be put. */
static size_t slot_of(const struct intern *intern, const void *bytes, size_t length, uint64_t hash)
{
	size_t slot = hash & (intern->slot_count - 1);

	while (intern->slots[slot] &&
	       !is_same(&intern->all.at[intern->slots[slot] - 1], bytes, length, hash))
		slot = (slot + 1) & (intern->slot_count - 1);
	return slot;
}

static void add(struct intern *intern, const void *bytes, size_t length, uint64_t hash)
{
	vec_push(intern->arena, &intern->all,
		 (struct interned){.bytes = arena_strndup(intern->arena, bytes, length),
				   .length = length,
				   .hash = hash});
	intern->bytes += length;
	if (intern->all.count * 2 > intern->slot_count)
		grow(intern);
	else
		intern->slots[free_slot(intern, hash)] = (uint32_t)intern->all.count;
}

/* How many numbers are those of the one below. */
static uint32_t first_number(const struct intern *intern)
{
	return intern->below ? (uint32_t)intern->below->all.count : 0;
}

static bool find(const struct intern *intern, const void *bytes, size_t length, uint64_t hash,
		 uint32_t *ret)
{
	size_t slot;

	if (intern->below && find(intern->below, bytes, length, hash, ret))
		return true;
	slot = slot_of(intern, bytes, length, hash);
	if (intern->slots[slot])
		*ret = first_number(intern) + intern->slots[slot] - 1;
	return intern->slots[slot];
}

bool intern_find(const struct intern *intern, const void *bytes, size_t length, uint32_t *ret)
{
	return find(intern, bytes, length, hash_of(intern, bytes, length), ret);
}

uint32_t intern_bytes(struct intern *intern, const void *bytes, size_t length)
{
	uint64_t hash = hash_of(intern, bytes, length);
	uint32_t number;

	if (find(intern, bytes, length, hash, &number))
		return number;
	add(intern, bytes, length, hash);
	return first_number(intern) + (uint32_t)intern->all.count - 1;
}

const char *intern_text(const struct intern *intern, uint32_t number)
{
	uint32_t first = first_number(intern);

	return number < first ? intern_text(intern->below, number)
			      : intern->all.at[number - first].bytes;
}

void intern_keep(struct intern *below, const struct intern *above)
{
	vec_for_each (text, &above->all)
		add(below, text->bytes, text->length, text->hash);
}
