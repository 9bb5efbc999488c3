/* SPDX-License-Identifier: Apache-2.0 */
/* Names the programs that run and set what thintune sets. */
#include "flow/suspects.h"

#include "base/text.h"
#include "facts/gap.h"

enum tri suspects_any(const struct facts *facts)
{
	vec_for_each (rival, &facts->rivals) {
		if (rival->active)
			return TRI_YES;
	}
	return facts->rival_gaps.count ? TRI_UNKNOWN : TRI_NO;
}

const char *suspects_text(struct arena *arena, const struct facts *facts)
{
	names who = {0};

	vec_for_each (rival, &facts->rivals) {
		if (rival->active)
			vec_push(arena, &who, rival->what);
	}
	if (who.count)
		return text_join(arena, &who, ", ");
	return facts->rival_gaps.count
		   ? arena_printf(arena, "whether a conflicting tool runs is not known: %s",
				  gap_words(arena, &facts->rival_gaps))
		   : "no known conflicting tool is running";
}
