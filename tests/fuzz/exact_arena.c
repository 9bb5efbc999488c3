/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of base/arena.c: each piece of memory on its own and as large as it was asked for, so
 * that the sanitizer sees a byte too many. It also bounds what one input may take.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

struct arena {
	void **pieces;
	size_t count, room, bytes;
};

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		abort();
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (size_t i = 0; i < arena->count; i++)
		free(arena->pieces[i]);
	free(arena->pieces);
	free(arena);
}

void arena_freep(struct arena **arena)
{
	arena_free(*arena);
}

/* The bound is above; what is refused beyond it is an abort. */
void arena_on_exhaustion(void (*tell)(void))
{
	(void)tell;
}

_Noreturn void arena_exhausted(void)
{
	abort();
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *memory;

	if (arena->count == arena->room) {
		arena->room = arena->room ? 2 * arena->room : 64;
		arena->pieces = reallocarray(arena->pieces, arena->room, sizeof(*arena->pieces));
	}
	arena->bytes += size;
	fuzz_check(arena->bytes <= fuzz_memory_most, "one input takes more than %u MiB of memory",
		   fuzz_memory_most >> 20);
	memory = calloc(1, size ? size : 1);
	if (!memory || !arena->pieces)
		abort();
	arena->pieces[arena->count++] = memory;
	return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (length)
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
	void *memory = arena_alloc(arena, wanted * item);

	if (used)
		memcpy(memory, old, used * item);
	*room = wanted;
	return memory;
}
