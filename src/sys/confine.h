/* SPDX-License-Identifier: Apache-2.0 */
/* Takes rights away from a child process that its task does not need. Neither can be undone. */
#ifndef SYS_CONFINE_H
#define SYS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* From this call on the process can open nothing outside dir. It is for a library that reads a
 * recorded node by itself: no link in the tree can lead it to the machine it runs on. False if the
 * kernel has no Landlock: then the caller may trust only what the file layer confirms. */
bool confine_reads(const char *dir);

/* Closes every descriptor but these, which are above 2; negative ones are ignored. Descriptors 0 to
 * 2 then refer to /dev/null. */
_must_check_ int confine_descriptors(const int *keep, size_t count);

#endif
