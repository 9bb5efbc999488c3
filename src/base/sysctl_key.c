/* SPDX-License-Identifier: Apache-2.0 */
/* Dots and slashes in the names of kernel settings. */
#include "base/sysctl_key.h"

#include <fnmatch.h>

static char *swapped(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *at = copy; *at; at++)
		*at = *at == '/' ? '.' : *at == '.' ? '/' : *at;
	return copy;
}

char *sysctl_key(struct arena *arena, const char *text)
{
	return text[strcspn(text, "./")] == '/' ? swapped(arena, text) : arena_strdup(arena, text);
}

char *sysctl_key_file(struct arena *arena, const char *key)
{
	return swapped(arena, key);
}

bool sysctl_key_is_pattern(const char *key)
{
	return key[strcspn(key, "*?[")] != '\0';
}

bool sysctl_key_matches(struct arena *arena, const char *pattern, const char *key)
{
	return fnmatch(sysctl_key_file(arena, pattern), sysctl_key_file(arena, key),
		       FNM_PATHNAME | FNM_PERIOD) == 0;
}
