/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of small numbers, as those of interrupts. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stdbool.h>

#include "base/arena.h"

typedef VEC(unsigned) number_list;

/* Ascending, each once. */
void numbers_sort(number_list *list);
bool numbers_has(const number_list *list, unsigned number);

#endif
