/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The condition of an overlay: several keys must all hold, a list holds when any of its items does.
 * Compared with facts only; what is unknown matches nothing.
 */
#ifndef PROFILE_WHEN_H
#define PROFILE_WHEN_H

#include "base/yaml.h"
#include "profile/profile.h"

struct condition; /* one key */

struct when {
	const char *text; /* "cloud=azure, disk-model=MSFT*": for sources */
	VEC(struct condition) conditions;
	names disk_models, disk_drivers; /* globs: the disks that the disk section is for */
};

_must_check_ int when_read(struct arena *arena, const struct node *node, struct when *ret,
			   struct err *err);

bool when_holds(const struct when *when, const struct facts *facts);

/* Both empty: every disk. NULL model or driver matches no glob. */
bool when_disk_matches(const names *models, const names *drivers, const struct disk *disk);

/* <0, 0, >0 as have is older than, in, or newer than the series want: only as many numbers count as
 * want has, so "6.1.50-cloud" is in "6.1". */
int when_compare_version(const char *have, const char *want);

/* What a key takes, for the schema: words separated by "|", or a sentence. */
struct when_key {
	const char *name, *choices, *expected;
	bool is_comparison;
};
/* False at the end of the list. */
bool when_key(size_t index, struct when_key *ret);

#endif
