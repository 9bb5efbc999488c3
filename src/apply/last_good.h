/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last good profile of an owner: the merged text, in ROOT/var/lib/thintune/profiles/OWNER.yaml.
 * A mistake in a profile must not keep a broker from starting that started yesterday, so `run` goes
 * on with it. Its first line is a comment with the hash of the files that it was merged from.
 */
#ifndef APPLY_LAST_GOOD_H
#define APPLY_LAST_GOOD_H

#include "profile/profile.h"
#include "sys/root.h"

/*
 * The profile as it is with these facts. Written only where the text differs from the one that is
 * there, and only when it reads back as the same profile. If it cannot be kept,
 * the older one is removed, since it is another profile. NULL: kept, else a sentence why not. The
 * lock must be held.
 */
const char *last_good_keep(struct root *root, struct arena *arena, const char *owner,
			   const char *time, const struct facts *facts,
			   const struct profile *profile);

/* -ENOENT: there is none; -EPERM: somebody else may have written it; -EBADMSG, -EINVAL: it is
 * damaged. *ret_kept: when it was written. The profile's sha256 is the original's. */
_must_check_ int last_good_load(struct root *root, struct arena *arena, const char *owner,
				const struct facts *facts, struct profile *ret,
				const char **ret_kept);
/* Why it cannot be used, in words. */
const char *last_good_words(int code);

/* Its path below the root. */
char *last_good_file(struct arena *arena, const char *owner);

#endif
