/* SPDX-License-Identifier: Apache-2.0 */
/* Where a keeper makes its directory. */
#ifndef SYS_KEEPER_PLACE_H
#define SYS_KEEPER_PLACE_H

#include "base/arena.h"
#include "base/err.h"

struct keeper_place {
	int parent; /* O_PATH */
	const char *name;
	const char *path; /* of the new directory */
};

/* A name that nobody can guess below `temporary`, where nobody else may replace it. */
_must_check_ int keeper_place_private(struct arena *arena, const char *temporary,
				      struct keeper_place *ret, struct err *err);
/* The caller's choice; -EEXIST: there is something. */
_must_check_ int keeper_place_named(struct arena *arena, const char *path, struct keeper_place *ret,
				    struct err *err);
void keeper_place_close(const struct keeper_place *place);

#endif
