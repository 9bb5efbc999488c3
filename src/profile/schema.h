/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the schema table of profile.h, for the readers and writers of profiles. */
#ifndef PROFILE_SCHEMA_H
#define PROFILE_SCHEMA_H

#include "profile/profile.h"

/* In the order of reports and of profile_yaml. */
#define SCHEMA_SECTIONS 9
extern const char *const schema_sections[SCHEMA_SECTIONS];

/* The row of a key; for a sysctl without one the row "*". NULL: unknown. */
const struct schema_key *schema_find(const char *section, const char *key);

names schema_keys_of(struct arena *arena, const char *section);
/* A section that has such a key; NULL: none. */
const char *schema_other_section(const char *key);

#endif
