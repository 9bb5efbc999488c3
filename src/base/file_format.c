/* SPDX-License-Identifier: Apache-2.0 */
/* Tells another version's file from one that is damaged. */
#include "base/file_format.h"

#include <string.h>

enum { digits_most = 9 };

const char *file_format_other(struct arena *arena, const char *have, const char *known)
{
	const char *slash = strrchr(known, '/'), *number;
	size_t name = slash ? (size_t)(slash - known) + 1 : 0, digits;

	if (!have || !name || strncmp(have, known, name) != 0 || strcmp(have, known) == 0)
		return NULL;
	number = have + name;
	digits = strspn(number, "0123456789");
	if (!digits || digits > digits_most || number[digits])
		return NULL;
	return arena_printf(arena,
			    "was written by another version of thintune (it is %s, and this "
			    "version knows %s)",
			    have, known);
}
