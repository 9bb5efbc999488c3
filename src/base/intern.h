/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for byte strings, so that each is kept once and compared by its number. */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct interned {
	const char *bytes; /* a NUL follows */
	size_t length;
	uint64_t hash;
};

struct intern {
	struct arena *arena;
	const struct intern *below; /* NULL: there is none */
	uint64_t seed;              /* of hashes: the same for those above each other */
	VEC(struct interned) all;   /* by number, less how many are below */
	uint32_t *slots;            /* index in `all` + 1; 0: free */
	size_t slot_count;          /* a power of two */
	size_t bytes;               /* kept in all */
};

struct intern intern_new(struct arena *arena);
/* On top of one that does not change meanwhile: what that has keeps its number, what is new gets
 * the next ones. */
struct intern intern_above(struct arena *arena, const struct intern *below);
/* Takes what is new above into the one below, under the same numbers. */
void intern_keep(struct intern *below, const struct intern *above);
/* Its number, from 0 in the order of first calls. */
uint32_t intern_bytes(struct intern *intern, const void *bytes, size_t length);
/* Its number, without taking it in; false: it has none. */
bool intern_find(const struct intern *intern, const void *bytes, size_t length, uint32_t *ret);
const char *intern_text(const struct intern *intern, uint32_t number);

#endif
