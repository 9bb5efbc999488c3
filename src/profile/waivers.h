/* SPDX-License-Identifier: Apache-2.0 */
/* Waivers of a profile: read from YAML, and whether they end soon enough. */
#ifndef PROFILE_WAIVERS_H
#define PROFILE_WAIVERS_H

#include "base/yaml.h"
#include "profile/profile.h"

/* What `what` has in place of a tuner. */
#define WAIVER_OF_CHECK "check"

/* All of one file. source is not filled. With mistakes all of them are kept there; NULL: the first
 * one ends it. */
_must_check_ int waivers_read(struct arena *arena, const struct node *node, mistake_list *mistakes,
			      waiver_list *ret, struct err *err);

/* "{what: ..., reason: ..., owner: ..., until: 2027-01-31}" as waivers_read() reads it. */
const char *waivers_yaml(struct arena *arena, const struct waiver *waiver);

#endif
