/* SPDX-License-Identifier: Apache-2.0 */
/* Tells an absent file from one that cannot be read. */
#include "facts/gap.h"

#include <errno.h>

#include "sys/root.h"

void gap_add(struct arena *arena, names *gaps, const char *path, int r)
{
	const char *gap;

	/* A directory in place of a file says nothing to systemd, either. */
	if (r >= 0 || err_is_absent(r) || r == -EISDIR)
		return;
	gap = arena_printf(arena, "%s: %s", path,
			   r == -ENODATA ? "not in this record" : root_words(r));
	if (!text_in(gap, gaps))
		vec_push(arena, gaps, gap);
}

const char *gap_words(struct arena *arena, const names *gaps)
{
	return gaps->count ? text_join(arena, gaps, "; ") : NULL;
}
