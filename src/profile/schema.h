/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in the schema table of profile.h, for the readers and writers of profiles. */
#ifndef PROFILE_SCHEMA_H
#define PROFILE_SCHEMA_H

#include "profile/profile.h"

/* Order of reports and of profile_yaml. */
#define SCHEMA_SECTIONS 8
extern const char *const schema_sections[SCHEMA_SECTIONS];

/* The row of a key; for sysctl the row "*" when there is none of its own. NULL unknown. */
const struct schema_key *schema_find(const char *section, const char *key);

/* The candidate nearest to word by edit distance, NULL when all are further than 2 away. */
const char *schema_nearest(const char *word, const names *candidates);
names schema_keys_of(struct arena *arena, const char *section);
/* The section that knows key although the one asked does not; NULL none. */
const char *schema_other_section(const char *key);

#endif
