/* SPDX-License-Identifier: Apache-2.0 */
/* What the path of a setting is called where a person reads it: some are no file of the node. */
#ifndef PLAN_PLACE_H
#define PLAN_PLACE_H

#include "base/arena.h"

/* "the unit fstrim.timer", "rings/rx of the network card eth0", the ballast file by the caller's
 * own path; any other path is a file, and stays as it is. */
const char *place_words(struct arena *arena, const char *path);

#endif
