/* SPDX-License-Identifier: Apache-2.0 */
/* A profile as a list of points that can be compared with another's: its gate, each value for all
 * disks or for some, each value of an overlay, whether it applies or not, and each waiver. */
#ifndef PROFILE_POINTS_H
#define PROFILE_POINTS_H

#include "profile/profile.h"

struct profile_point {
	const char *what;   /* "sysctl vm.swappiness", "disk io-timeout when cloud=azure" */
	const char *value;  /* "at-least 4096", "leave", "required-only" */
	const char *source; /* "thin-ledger:12"; NULL: it has none */
	const char *why;    /* the profile's reason; NULL */
	/* "required"; NULL: that of what an overlay changes, or none */
	const char *severity;
};
typedef VEC(struct profile_point) profile_points;

/* "at-least 10GiB", as people would say a value of that key. */
const char *profile_value_words(struct arena *arena, const char *section, const char *key,
				const struct value *value);

/* No two have the same `what`. */
profile_points profile_points_of(struct arena *arena, const struct profile *profile);

#endif
