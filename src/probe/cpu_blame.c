/* SPDX-License-Identifier: Apache-2.0 */
/* Names who took the gaps of a CPU: a handler, or what its cause stands for. */
#include "probe/cpu_blame.h"

#include <stdlib.h>

static int compare_blames(const void *a, const void *b)
{
	const struct cpu_blame *left = a, *right = b;

	if (left->cause != right->cause)
		return left->cause < right->cause ? -1 : 1;
	if (left->longest_ns != right->longest_ns)
		return left->longest_ns < right->longest_ns ? 1 : -1;
	return 0;
}

void cpu_blame(struct arena *arena, const struct cpu_result *result, struct cpu_figures *figures)
{
	const struct gaps *gaps = figures->gaps;
	uint64_t known[GAP_CAUSES] = {0};

	for (unsigned i = 0; i < gaps->handler_count; i++) {
		const struct gap_handler *row = &gaps->handlers[i];
		enum gap_cause cause = gap_handler_cause(&row->handler);

		known[cause] += row->count;
		vec_push(arena, &figures->blame,
			 (struct cpu_blame){.cause = cause,
					    .name = figures->handlers.at[i],
					    .count = row->count,
					    .longest_ns = row->longest_ns});
	}
	for (enum gap_cause cause = 0; cause < GAP_CAUSES; cause++) {
		if (gaps->causes[cause].count > known[cause])
			vec_push(arena, &figures->blame,
				 (struct cpu_blame){.cause = cause,
						    .name = cpu_cause_text(result, cause),
						    .count = gaps->causes[cause].count,
						    .longest_ns = gaps->causes[cause].longest_ns});
	}
	if (figures->blame.count)
		qsort(figures->blame.at, figures->blame.count, sizeof(*figures->blame.at),
		      compare_blames);
}
