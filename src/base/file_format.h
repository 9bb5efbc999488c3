/* SPDX-License-Identifier: Apache-2.0 */
/* Which version of thintune wrote a file, by the name of its format: "thintune.verdict/1". */
#ifndef BASE_FILE_FORMAT_H
#define BASE_FILE_FORMAT_H

#include "base/arena.h"

/* NULL: the two are the same, or `have` is not the same format with another number. Else why that
 * file cannot be used, to follow its name: "was written by another version of thintune (...)". */
const char *file_format_other(struct arena *arena, const char *have, const char *known);

#endif
