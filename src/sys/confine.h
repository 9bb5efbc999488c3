/* SPDX-License-Identifier: Apache-2.0 */
/* A child process gives up rights that its task does not need. Neither can be undone. */
#ifndef SYS_CONFINE_H
#define SYS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* For somebody else's file reader over a recorded node: from this call on the kernel lets the
 * process open nothing outside dir, so a link in the tree cannot lead it to the machine at hand.
 * False where the kernel has no Landlock: then the caller may believe only what the file layer
 * confirms. */
bool confine_reads(const char *dir);

/* Closes every descriptor but these, which are above 2; the standard ones lead to /dev/null
 * afterwards. Negative numbers among them are ignored. */
_must_check_ int confine_descriptors(const int *keep, size_t count);

#endif
