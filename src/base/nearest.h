/* SPDX-License-Identifier: Apache-2.0 */
/* The word that a misspelt one was meant to be. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/arena.h"

/* The candidate with the fewest edits from word (Levenshtein's distance): at most two, of a word of
 * up to four characters one; NULL: none is so near. */
const char *nearest_find(const char *word, const names *candidates);

#endif
