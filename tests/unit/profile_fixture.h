/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles from texts in memory, for the tests of loading them. */
#ifndef PROFILE_FIXTURE_H
#define PROFILE_FIXTURE_H

#include "profile/profile.h"

#define SITE "/etc/thintune/profiles/"

/* These fail the test where they cannot do what they say. */
struct profile fixture_load(struct arena *arena, const char *name, const struct facts *facts);
struct profile fixture_load_text(struct arena *arena, const char *text, const struct facts *facts);
const struct value *fixture_get(const struct profile *profile, const char *section,
				const char *key);
/* message: how the error must begin. */
void fixture_refuse(const char *name, const char *message);
void fixture_refuse_text(const char *text, const char *message);

/* A node in this cloud with two data disks, nvme0n1 of this model and sda. */
struct facts fixture_facts(struct arena *arena, const char *cloud, const char *model);

#endif
