/* SPDX-License-Identifier: Apache-2.0 */
/* The word that a misspelt one was meant to be. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/arena.h"

/* The candidate with the fewest edits from word (Levenshtein's distance): at most two, of a word of
 * up to four characters one. Else the only one that begins with the word. NULL: none. */
const char *nearest_find(const char *word, const names *candidates);
/* "; did you mean 'governor'?", to end a sentence; "" where none is near. */
const char *nearest_hint(struct arena *arena, const char *word, const names *candidates);
/* "did you mean 'governor'?", else "known are a, b". */
const char *nearest_or_all(struct arena *arena, const char *word, const names *candidates);

#endif
