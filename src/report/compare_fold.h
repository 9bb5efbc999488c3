/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a comparison that a reader cannot tell apart but for a number in their name. */
#ifndef REPORT_COMPARE_FOLD_H
#define REPORT_COMPARE_FOLD_H

#include "report/compare.h"

struct compare_fold {
	const struct compare_row *row, *last;
	unsigned alike; /* so many more are like it, up to `last`; 0: none */
};
typedef VEC(struct compare_fold) compare_folds;

/* Rows of one tuner split the same nodes in the same way, and have the same values; of those that
 * follow from the placement, such as interrupts, the values differ by design. all: nothing is
 * folded. */
compare_folds compare_fold(struct arena *arena, const struct compare_result *result, bool all);

/* Those whose rows set the group apart: rows that are folded set the same groups apart. */
compare_folds compare_fold_apart(struct arena *arena, const struct compare_result *result,
				 const compare_folds *folds, const struct compare_group *group);
/* "disk-irq nvme0n1 queue 0, and 62 more like it, up to nvme0n1 queue 63"; not escaped. */
const char *compare_fold_name(struct arena *arena, const struct compare_fold *fold);

#endif
