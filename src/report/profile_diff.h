/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two profiles: each with all that it inherits, and none of a node. */
#ifndef REPORT_PROFILE_DIFF_H
#define REPORT_PROFILE_DIFF_H

#include "profile/points.h"
#include "report/report.h"

#define PROFILE_DIFF_SCHEMA "thintune.profile-diff/1"

struct profile_diff {
	const struct profile *sides[2];
	/* NULL: that profile does not speak of it. */
	VEC(struct profile_diff_row { const struct profile_point *sides[2]; }) rows;
	size_t point_count; /* of both, each counted once */
};

/* Rows in the first one's order, then what only the second one has. The reason (`why`) is compared
 * as well: it is what an operator has decided. Where a value comes from is not. */
struct profile_diff profile_diff(struct arena *arena, const struct profile *one,
				 const struct profile *other);

char *profile_diff_text(struct arena *arena, const struct profile_diff *diff,
			struct text_style style);
char *profile_diff_json(struct arena *arena, const struct profile_diff *diff);

#endif
