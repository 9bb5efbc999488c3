/* SPDX-License-Identifier: Apache-2.0 */
/* Names the programs that run and set what thintune sets. */
#include "flow/suspects.h"

#include "base/text.h"

bool suspects_any(const struct facts *facts)
{
	vec_for_each (rival, &facts->rivals) {
		if (rival->active)
			return true;
	}
	return false;
}

const char *suspects_text(struct arena *arena, const struct facts *facts)
{
	names who = {0};

	vec_for_each (rival, &facts->rivals) {
		if (rival->active)
			vec_push(arena, &who, rival->what);
	}
	return who.count ? text_join(arena, &who, ", ") : "no known conflicting tool is running";
}
