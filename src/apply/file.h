/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings that are whole files or links (KIND_FILE, KIND_LINK): the few of the node's own
 * configuration that thintune may write, and who has to be told when one of them changed. A fixed
 * table: a plan or a journal that names any other is refused.
 */
#ifndef APPLY_FILE_H
#define APPLY_FILE_H

#include "plan/plan.h"
#include "sys/root.h"

/* May this be put, taken and journalled? */
bool file_is_ours(enum kind kind, const char *path);

/* The content of a file, the text of a link. FILE_ABSENT is one too. */
_must_check_ int file_read(struct root *root, struct arena *arena, enum kind kind, const char *path,
			   const char **ret);
_must_check_ int file_write(struct root *root, enum kind kind, const char *path,
			    const char *content);
/* 0 if this process could write it. */
_must_check_ int file_may_write(struct root *root, enum kind kind, const char *path);

/*
 * Tells the program that reads the file that it changed. 0 and what was done, for the report (NULL:
 * nobody needs to be told); a negative errno and what went wrong. -EOPNOTSUPP: nobody can be told
 * from here, and what to do by hand.
 */
_must_check_ int file_announce(struct root *root, struct arena *arena, const char *path,
			       const char *content, const char **ret_note);

#endif
