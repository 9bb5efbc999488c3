/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The condition of an overlay, which is compared with the facts. All its keys must hold; a list
 * holds if one of its items does. What is unknown matches nothing.
 */
#ifndef PROFILE_WHEN_H
#define PROFILE_WHEN_H

#include "base/yaml.h"
#include "profile/profile.h"

struct condition; /* one key */

struct when {
	const char *text; /* "cloud=azure, disk-model=MSFT*": for the source of a value */
	VEC(struct condition) conditions;
	names disk_models, disk_drivers; /* globs: for which disks the disk section is */
};

/* mistakes: all but the last are kept there (profile/layer.h); NULL: the first one ends it. */
_must_check_ int when_read(struct arena *arena, const struct node *node, mistake_list *mistakes,
			   struct when *ret, struct err *err);

/* As when_read() takes it. */
char *when_yaml(struct arena *arena, const struct when *when);

struct when_decision {
	bool holds;
	const char *fact, *value; /* as in struct overlay_result */
};
struct when_decision when_decide(struct arena *arena, const struct when *when,
				 const struct facts *facts);

/* Empty lists match every disk. A NULL model or driver matches no glob. */
bool when_disk_matches(const names *models, const names *drivers, const struct disk *disk);

/* <0, 0, >0 if have is older than, in, or newer than the series want. Only as many numbers count as
 * want has: "6.1.50-cloud" is in "6.1". */
int when_compare_version(const char *have, const char *want);

/* What a key accepts, for the schema: words separated by "|", or a sentence. */
struct when_key {
	const char *name, *choices, *expected;
	bool is_comparison;
};
/* False: there is no key with this index. */
bool when_key(size_t index, struct when_key *ret);

#endif
