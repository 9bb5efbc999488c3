/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalars of a profile, to canonical text (sizes in bytes, durations in microseconds, numbers in
 * decimal) and back. "010", "0x10", "1e3" and "yes" are neither numbers nor booleans, and text that
 * YAML could read as something else must be in quotes.
 */
#ifndef PROFILE_SCALAR_H
#define PROFILE_SCALAR_H

#include "base/yaml.h"
#include "profile/profile.h"

/* What is being read. */
struct reading {
	struct arena *arena;
	const struct schema_key *row;
	const char *key;        /* as written; differs from row->key for "*" */
	mistake_list *mistakes; /* before the one in err; NULL: the first one ends it */
	struct err *err;
};

/* Reads a scalar of row->type, or one item of it (a number for TYPE_NUMBERS). */
_must_check_ int scalar_read(const struct reading *reading, const struct node *node,
			     const char **ret);

/* Text for people (`why`, `summary`): not empty, and text for any YAML reader. what: "'why'", for
 * the message. */
_must_check_ int scalar_read_text(const struct node *node, const char *what, const char **ret,
				  struct err *err);

bool scalar_is(const struct node *node, const char *plain);

/* "a whole number from 0 to 2": for messages. */
const char *scalar_expected(const struct reading *reading);
/* "'nomerges' must be a whole number from 0 to 2, not 'x'" */
_must_check_ int scalar_fault(const struct reading *reading, const struct node *node);

/* YAML that scalar_read turns into the same canonical text. */
const char *scalar_yaml(struct arena *arena, const struct schema_key *row, const char *canonical);
/* Plain if that is safe, else in double quotes. */
const char *scalar_yaml_text(struct arena *arena, const char *text);

#endif
