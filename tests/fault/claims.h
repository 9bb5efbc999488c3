/* SPDX-License-Identifier: Apache-2.0 */
/* What a JSON report says of settings, held against the files of the tree. */
#ifndef FAULT_CLAIMS_H
#define FAULT_CLAIMS_H

#include "base/arena.h"

/* The first row that is `same` or `changed` and whose file does not read so; NULL: there is none.
 * A report that is none, or "" is not: nothing was claimed. */
const char *claims_false_row(struct arena *arena, const char *dir, const char *report);

/* The required settings of a report, as rows to ask for later. */
struct claims;
struct claims *claims_required(struct arena *arena, const char *report);
void claims_free(struct claims *claims);
size_t claims_count(const struct claims *claims);

/* The first of them that the tree does not have as wanted; NULL: all hold. */
const char *claims_broken(struct arena *arena, const char *dir, const struct claims *claims);

#endif
