/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a profile, from YAML and back, in all its forms: exact, list, bound, one-of, leave,
 * auto. */
#ifndef PROFILE_VALUE_H
#define PROFILE_VALUE_H

#include "profile/scalar.h"

/* What one place says about one key. Without a rule it only changes the value it inherits. */
struct stated {
	struct value value; /* source is not filled */
	bool has_rule, has_severity;
	const struct node *node;
};

_must_check_ int value_read(const struct reading *reading, const struct node *node,
			    struct stated *ret);

/* True if nothing satisfies both: one is at-least, the other a lower at-most. */
bool value_contradicts(const struct value *a, const struct value *b);

/* The key before the operand: "value", "at-least", "at-most" or "one-of". */
const char *value_form(const struct value *value);
/* What follows that key, as value_read reads it. */
const char *value_yaml_operand(struct arena *arena, const struct schema_key *row,
			       const struct value *value);

#endif
