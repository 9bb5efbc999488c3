/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator, one per run: everything that facts, profile, plan and report point to lives in
 * it until arena_free(). Nothing is freed on its own, and memory comes back zeroed. Without memory
 * the process ends: every write to the node is journalled first, so that can be undone.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <string.h>

struct arena;

/* Called when there is no memory, to say so and end the process with its own exit code; it must not
 * ask for any. Without it, or if it returns, the process aborts. */
void arena_on_exhaustion(void (*tell)(void));
/* For memory that a library was refused. */
_Noreturn void arena_exhausted(void);

struct arena *arena_new(void);
void arena_free(struct arena *arena);
void arena_freep(struct arena **arena);
#define _cleanup_arena_ __attribute__((cleanup(arena_freep)))

void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Growable array: VEC(struct disk) disks; vec_push(arena, &disks, disk); disks.at[i]. */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t count;                                                                      \
		size_t room;                                                                       \
	}

/* A list of strings. */
typedef VEC(const char *) names;

void *arena_grow(struct arena *arena, void *old, size_t used, size_t *room, size_t item);

#define vec_push(arena, vec, ...)                                                                  \
	do {                                                                                       \
		if ((vec)->count == (vec)->room)                                                   \
			(vec)->at = arena_grow((arena), (vec)->at, (vec)->count, &(vec)->room,     \
					       sizeof(*(vec)->at));                                \
		(vec)->at[(vec)->count++] = (__VA_ARGS__);                                         \
	} while (0)

/* Room for so many from the start, where the number is known: an array that grows leaves as much
 * behind as it has. Only of an array that is empty. */
#define vec_reserve(arena, vec, most)                                                              \
	do {                                                                                       \
		(vec)->room = (most);                                                              \
		(vec)->at = arena_alloc((arena), (vec)->room * sizeof(*(vec)->at));                \
	} while (0)

/* Empty, it may have no memory yet, and C gives NULL + 0 no meaning. */
#define vec_for_each(item, vec)                                                                    \
	for (__typeof__(*(vec)->at) *item = (vec)->at;                                             \
	     item != NULL && item < (vec)->at + (vec)->count; item++)

#endif
