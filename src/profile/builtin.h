/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in profiles and advisories: the files of profiles/, embedded by scripts/embed-profiles.
 */
#ifndef PROFILE_BUILTIN_H
#define PROFILE_BUILTIN_H

#include <stddef.h>

struct builtin {
	const char *name; /* file name without ".yaml" */
	const char *text;
};

extern const struct builtin builtin_profiles[];
extern const size_t builtin_count;
extern const char builtin_advisories[]; /* advisories.yaml */

#endif
