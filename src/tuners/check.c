/* SPDX-License-Identifier: Apache-2.0 */
/* What all checks do alike: begin with the profile's word, end with what was found. */
#include "tuners/check.h"

#include "tuners/wish.h"

struct check *check_begin(const struct tuning *tuning, const char *id, const char *required)
{
	const struct value *value = profile_get(tuning->profile, "checks", id);

	if (!value || value->rule == RULE_LEAVE)
		return NULL;
	return wish_check(tuning, (struct check){.id = id,
						 .required = required,
						 .severity = value->severity,
						 .source = value->source,
						 .merged = value->merged,
						 .state = CHECK_UNKNOWN});
}

void check_end(struct check *check, enum check_state state, const char *have, const char *note)
{
	check->state = state;
	check->have = have;
	check->note = note;
}
