/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what a waiver names exists at all, on whatever node. */
#ifndef TUNERS_WAIVER_NAMES_H
#define TUNERS_WAIVER_NAMES_H

#include "profile/profile.h"

/* "there is no tuner 'sysctll'; did you mean 'sysctl'?"; NULL: as far as can be known, it names
 * something. */
const char *waiver_names_nothing(struct arena *arena, const struct profile *profile,
				 const struct waiver *waiver);

#endif
