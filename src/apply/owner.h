/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners: several thintunes may work on one node (a broker's init container, a DaemonSet, a
 * person), and each has a verdict and a last good profile of its own. The name comes from --owner.
 */
#ifndef APPLY_OWNER_H
#define APPLY_OWNER_H

#include "base/arena.h"
#include "base/err.h"

#define OWNER_DEFAULT "host"

/* -EINVAL with a sentence: empty, longer than 128 characters, longer than a file's name may be once
 * it is encoded, or with others than letters, digits and . _ : / - in it. */
_must_check_ int owner_check(struct arena *arena, const char *owner, struct err *err);

/* DIR/OWNER SUFFIX, with ":" as %3A and "/" as %2F: no two owners share a file. */
char *owner_file(struct arena *arena, const char *dir, const char *owner, const char *suffix);

#endif
