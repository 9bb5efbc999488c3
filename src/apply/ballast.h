/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ballast file in the data directory (KIND_SPACE): made, removed and looked at where
 * plan/space.h says. It is made before its journal entry is written, without a name, so that the
 * entry can say which file it is; it gets its name when it is written like any other setting. A run
 * that ends before that leaves nothing behind.
 */
#ifndef APPLY_BALLAST_H
#define APPLY_BALLAST_H

#include "plan/plan.h"

/* 0 if the directory of the path is here; -ENOENT if it is not, or another one is in its place. */
_must_check_ int ballast_find(struct arena *arena, const char *path);

/* Its value, FILE_ABSENT included. */
_must_check_ int ballast_read(struct arena *arena, const char *path, const char **ret);

/* A sentence: which right this process lacks to write it; NULL: none. */
const char *ballast_missing_right(struct arena *arena, const struct live *live, const char *path);

/* Makes what setting->want says, as yet without a name, and says in it which file that is. False:
 * it could not be made; state and note say why, unless a signal came meanwhile. */
_must_check_ bool ballast_prepare(struct arena *arena, struct setting *setting);
/* Gives it its name, or removes what was last read, if FILE_ABSENT is wanted. err says more than
 * the code does, or nothing. */
_must_check_ int ballast_write(struct arena *arena, struct setting *setting, const char *value,
			       struct err *err);
/* What is left of a preparation. */
void ballast_drop(struct setting *setting);

/* Why one of these failed. */
const char *ballast_words(struct arena *arena, int code);

#endif
