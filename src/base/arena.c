/* SPDX-License-Identifier: Apache-2.0 */
/* The bump allocator of arena.h, in chunks from calloc. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size;
	_Alignas(16) char data[];
};

struct arena {
	struct chunk *chunk;
};

/* Large enough that a large node needs few of them, and that calloc takes each fresh from the
 * kernel, so that it is neither cleared nor there before it is used. */
static const size_t chunk_bytes = 256 * 1024;

static void (*tell_exhaustion)(void);

void arena_on_exhaustion(void (*tell)(void))
{
	tell_exhaustion = tell;
}

void arena_exhausted(void)
{
	if (tell_exhaustion)
		tell_exhaustion();
	abort();
}

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		arena_exhausted();
	return memory;
}

struct arena *arena_new(void)
{
	return allocate(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct chunk *chunk = arena->chunk; chunk;) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	free(arena);
}

void arena_freep(struct arena **arena)
{
	arena_free(*arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + 15) & ~(size_t)15;
	struct chunk *chunk = arena->chunk;

	if (size > SIZE_MAX / 2)
		abort();
	if (!chunk || chunk->size - chunk->used < rounded) {
		size_t room = rounded > chunk_bytes ? rounded : chunk_bytes;

		chunk = allocate(sizeof(*chunk) + room);
		chunk->size = room;
		chunk->next = arena->chunk;
		arena->chunk = chunk;
	}
	chunk->used += rounded;
	return chunk->data + chunk->used - rounded;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	int length;
	char *text;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		abort();
	text = arena_alloc(arena, (size_t)length + 1);
	va_start(args, format);
	(void)vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return text;
}

void *arena_grow(struct arena *arena, void *old, size_t used, size_t *room, size_t item)
{
	size_t wanted = *room ? *room * 2 : 8;
	void *memory;

	if (wanted > SIZE_MAX / item)
		abort();
	memory = arena_alloc(arena, wanted * item);
	if (used)
		memcpy(memory, old, used * item);
	*room = wanted;
	return memory;
}
