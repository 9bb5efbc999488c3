/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of unsigned numbers, such as interrupts. Not a cpuset: interrupt numbers are few and may be
 * large, and hwloc_bitmap, which could hold them, is linked into facts/topology.c only. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stdbool.h>

#include "base/arena.h"

typedef VEC(unsigned) number_list;

/* Sorts in ascending order and drops repeats. */
void numbers_sort(number_list *list);
bool numbers_has(const number_list *list, unsigned number);

#endif
