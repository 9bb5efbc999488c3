/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a directory for --root of a record. Whatever the record holds, nothing of it lands
 * elsewhere, and after a mistake in it nothing is left. */
#ifndef FACTS_RECORD_UNPACK_H
#define FACTS_RECORD_UNPACK_H

#include "sys/keeper.h"

/* A new directory below `temporary`, which lasts until keeper_stop() or the end of this process.
 * Called with the rights to become nobody. -EBADMSG: the record has a mistake. */
_must_check_ int record_unpack_private(struct arena *arena, const char *file, const char *temporary,
				       struct keeper *ret, const char **ret_dir, struct err *err);
/* A directory that there was not, for good, by the caller. -EEXIST: it is there. */
_must_check_ int record_unpack_to(struct arena *arena, const char *file, const char *dir,
				  struct err *err);

/* For both, and for tests: what is open as `input` is unpacked into the tree. */
_must_check_ int record_unpack(int input, struct new_tree *tree, struct err *err);

#endif
