/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of unsigned numbers, sorted and searched. */
#include "base/numbers.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	const unsigned *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

void numbers_sort(number_list *list)
{
	size_t kept = 0;

	if (list->count > 1)
		qsort(list->at, list->count, sizeof(*list->at), compare);
	for (size_t i = 0; i < list->count; i++) {
		if (!kept || list->at[kept - 1] != list->at[i])
			list->at[kept++] = list->at[i];
	}
	list->count = kept;
}

bool numbers_has(const number_list *list, unsigned number)
{
	vec_for_each (one, list) {
		if (*one == number)
			return true;
	}
	return false;
}
