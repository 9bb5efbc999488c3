/* SPDX-License-Identifier: Apache-2.0 */
/* The word that a misspelt one was meant to be. */
#include "base/nearest.h"

#include <string.h>

#include "base/text.h"

#define WORD_MAX 40

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, one row of the matrix at a time. */
static unsigned edit_distance(const char *from, const char *to)
{
	size_t length = strlen(to);
	unsigned row[WORD_MAX + 1];

	if (length > WORD_MAX || strlen(from) > WORD_MAX)
		return WORD_MAX;
	for (unsigned column = 0; column <= length; column++)
		row[column] = column;
	for (unsigned line = 1; *from; from++, line++) {
		unsigned diagonal = row[0];

		row[0] = line;
		for (unsigned column = 1; column <= length; column++) {
			unsigned above = row[column];
			unsigned change = diagonal + (*from != to[column - 1]);

			row[column] = smaller(change, smaller(above, row[column - 1]) + 1);
			diagonal = above;
		}
	}
	return row[length];
}

/* The only candidate that goes on from there: "prof" is no edit away from "profile". */
static const char *begun(const char *word, const names *candidates)
{
	const char *only = NULL;

	vec_for_each (candidate, candidates) {
		if (!text_starts(*candidate, word))
			continue;
		if (only)
			return NULL;
		only = *candidate;
	}
	return strlen(word) > 2 ? only : NULL;
}

const char *nearest_find(const char *word, const names *candidates)
{
	const char *nearest = NULL;
	/* Two edits make any short word of any other. */
	unsigned best = strlen(word) > 4 ? 3 : 2;

	vec_for_each (candidate, candidates) {
		unsigned distance = edit_distance(word, *candidate);

		if (distance < best && distance < strlen(*candidate)) {
			best = distance;
			nearest = *candidate;
		}
	}
	return nearest ? nearest : begun(word, candidates);
}

const char *nearest_hint(struct arena *arena, const char *word, const names *candidates)
{
	const char *nearest = nearest_find(word, candidates);

	return nearest ? arena_printf(arena, "; did you mean '%s'?", nearest) : "";
}

const char *nearest_or_all(struct arena *arena, const char *word, const names *candidates)
{
	const char *nearest = nearest_find(word, candidates);

	return nearest ? arena_printf(arena, "did you mean '%s'?", nearest)
		       : arena_printf(arena, "known are %s", text_join(arena, candidates, ", "));
}
